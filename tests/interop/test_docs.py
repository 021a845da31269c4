"""README and docs/: every link leads somewhere, every page is led to, and the pictures are what draws them."""

import re
import subprocess
from xml.etree import ElementTree

import pytest

from support import programs
from support.tables import tables

ROOT = programs.CHECKOUT
PAGES = [ROOT / 'README.md', *sorted((ROOT / 'docs').glob('*.md'))]
DRAW = ROOT / 'docs' / 'pictures' / 'draw.py'


def links(page):
    """The targets of [words](target) and ![words](target), but for what is code."""
    text = re.sub(r'^(```.*?^```|    .*?)$', '', page.read_text(encoding='utf-8'), flags=re.M | re.S)
    text = re.sub(r'`[^`\n]*`', lambda code: code[0].replace('](', ''), text)
    return re.findall(r'\]\(([^)\s]+)\)', text)


def anchors(page):
    """What a forge makes of the headings."""
    text = re.sub(r'^```.*?^```$', '', page.read_text(encoding='utf-8'), flags=re.M | re.S)
    for heading in re.findall(r'^#+ (.+)$', text, re.M):
        yield re.sub(r'[^\w\- ]', '', heading.lower()).replace(' ', '-')


def leads_nowhere(page, link):
    path, _, anchor = link.partition('#')
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or ROOT not in target.parents:
        return True
    return bool(anchor) and anchor not in anchors(target)


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    wrong = [link for link in links(page) if not re.match(r'\w+:', link) and leads_nowhere(page, link)]
    assert wrong == []


def test_a_link_that_leads_nowhere_is_found():
    page = ROOT / 'docs' / 'keeping.md'
    assert not leads_nowhere(page, 'access.md') and not leads_nowhere(page, '#what-is-stored')
    for link in 'nowhere.md', 'access.md#nowhere', '#nowhere', '../../elsewhere':
        assert leads_nowhere(page, link), link
    assert sum(len(links(page)) for page in PAGES) > 60


def test_every_page_and_picture_is_led_to_from_the_readme():
    reached, ahead = set(), [ROOT / 'README.md']
    while ahead:
        page = ahead.pop()
        reached.add(page)
        if page.suffix == '.md':
            targets = {(page.parent / link.partition('#')[0]).resolve() for link in links(page) if ':' not in link}
            ahead += targets - reached
    wanted = {*PAGES, *(ROOT / 'docs').glob('*.svg')}
    assert wanted - reached == set()
    for folder in 'clients', 'jobs', 'monitoring', 'containers':
        assert any(ROOT / 'examples' / folder in (path, *path.parents) for path in reached), folder


# --- the pictures ---

def test_the_pictures_are_what_draws_them(tmp_path):
    """If this fails: python3 docs/pictures/draw.py"""
    subprocess.run(['/usr/bin/python3', '-B', DRAW, tmp_path], check=True, timeout=30)
    drawn = {path.name: path.read_text(encoding='utf-8') for path in tmp_path.iterdir()}
    assert drawn.keys() == {'architecture.svg', 'session.svg'}
    for name, text in drawn.items():
        assert (ROOT / 'docs' / name).read_text(encoding='utf-8') == text, name


def words(picture):
    """The texts of a picture; it must be well-formed, and bring both its colours."""
    text = (ROOT / 'docs' / picture).read_text(encoding='utf-8')
    assert '@media (prefers-color-scheme: dark)' in text
    return [element.text for element in ElementTree.fromstring(text).iter('{http://www.w3.org/2000/svg}text')]


def test_the_house_has_its_floors_in_the_order_of_the_page():
    page = (ROOT / 'docs' / 'architecture.md').read_text(encoding='utf-8')
    shown = [word for word in words('architecture.svg') if re.fullmatch(r'[\w.]+/|main\.c', word)]
    assert len(shown) > 10 and shown == re.findall(r'^\| `src/([\w.]+/?)` \|', page, re.M)


def test_the_life_of_a_session_has_every_state():
    assert {row['word'] for row in tables()['states']} <= set(words('session.svg'))
    errors = {word for text in words('session.svg') for word in re.findall(r'\bE[A-Z]{3,}\b', text)}
    assert len(errors) == 6 and errors <= {row['name'] for row in tables()['errors']}
