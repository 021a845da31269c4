"""The tables of so24fs, as the build prints them: options, files, errors."""

import json

from support.programs import built


def tables():
    return json.loads(built('docs/man/tables.json').read_text(encoding='utf-8'))


def option_names(on_the_command_line=False):
    return [row['name'] for row in tables()['options'] if not (on_the_command_line and row['only_in_file'])]


def passed_on():
    """The names of the options that the kernel and libfuse get."""
    return [name.rstrip('=') for name in tables()['passed_on']]


def switches():
    return [name for row in tables()['switches'] for name in (row['short'], row['long']) if name]
