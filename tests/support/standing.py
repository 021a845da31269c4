"""Where things stand, as the files of a mount tell it: read, taken apart, and held to what any of them must be."""

import datetime
import json
import re
from pathlib import Path

FILES = ('status', 'status.json', 'identities.json', 'metrics')
PAGE = Path(__file__).resolve().parents[2] / 'docs' / 'status.md'
TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ')
UTC = datetime.timezone.utc


def status(mounted):
    """status.json, as a dictionary."""
    return json.loads(mounted.read('status.json'))


def lines(mounted):
    """status, as a dictionary of texts in the order of the lines."""
    text = mounted.read('status')
    assert text.endswith('\n')
    return dict(re.fullmatch(r'([a-z_]+): +(\S.*)', line).groups() for line in text[:-1].split('\n'))


def identities(mounted):
    return json.loads(mounted.read('identities.json'))


def when(text):
    """A time of status or status.json."""
    assert TIME.fullmatch(text), text
    return datetime.datetime.fromisoformat(text)


def since_now(text):
    """How many seconds that time is ahead of now; less than 0: it is over."""
    return (when(text) - datetime.datetime.now(UTC)).total_seconds()


def documented(heading, columns):
    """The rows of the first table below a heading of docs/status.md, the first cell without its backquotes."""
    below = PAGE.read_text().split(f'## {heading}\n')[1].split('\n## ')[0]
    return table(below, columns)


def table(text, columns):
    rows = [tuple(cell.strip() for cell in line.strip('|').split('|')) for line in text.split('\n')
            if re.match(r'\| `', line)]
    return [(row[0].strip('`'), *row[1:]) for row in rows if len(row) == columns]
