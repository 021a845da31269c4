#!/usr/bin/python3
"""Draws the pictures of docs/: python3 docs/pictures/draw.py [FOLDER]

The floors, their order and their libraries come from meson.build, so that the picture cannot say anything else than it.
"""

import re
import sys
from pathlib import Path

from paper import Paper

ROOT = Path(__file__).resolve().parents[2]

FLOORS = {  # what each is for, and what it is beside
    'tools': 'the other commands: --check, login, status',
    'daemon': 'options, files, log, signals; carries out what the account wants',
    'fs': 'requests of the kernel; those that must wait are parked',
    'tree': 'which file is what, what it reads as, what a write means',
    'net': 'one HTTP POST a call',
    'store': 'the session between runs: a file, its lock, its watch',
    'account': 'the core: session, identity, credential, limits',
    'soap': 'bytes <-> requests and answers of nine operations',
    'base': 'locked memory for secrets; errors',
}
LIBRARIES = {'fuse': 'libfuse3', 'curl': 'libcurl', 'xml': 'libxml2', 'json': 'json-glib', 'crypt': 'libcrypt'}

STATES = {  # where it stands, its colour, what it means, and what a reader of `cookie` gets
    'none': (30, 64, 'wait', 'there was no session yet', 'Login, or ENOKEY'),
    'expired': (30, 194, 'wait', 'it has ended', 'Login, or EKEYEXPIRED'),
    'throttled': (30, 324, 'bad', 'asked to wait; back-off', 'EBUSY'),
    'rejected': (30, 434, 'bad', 'the credential is wrong', 'EKEYREJECTED'),
    'offline': (640, 64, 'wait', 'out of reach', 'the last one, for 300 s'),
    'revoked': (640, 194, 'bad', 'another identity is active', 'EKEYREVOKED'),
    'quarantined': (640, 324, 'bad', 'the hourly limit', 'EDQUOT'),
}
BOX_WIDTH, BOX_HEIGHT = 190, 70


def floors():
    """(name, library) from meson.build, lowest first."""
    text = (ROOT / 'meson.build').read_text(encoding='utf-8')
    table = re.search(r'^floors = \[\n(.*?)^\]', text, re.M | re.S)[1]
    for name, library in re.findall(r"\['(\w+)', \[[^]]*\], \[(\w*)\]\]", table):
        yield name, LIBRARIES[library] if library else ''


def house():
    rows = [('main.c', '', 'options -> mount -> run -> unmount, or a tool')]
    rows += [(f'{name}/', library, FLOORS[name]) for name, library in reversed(list(floors()))]
    left, width, step, top = 190, 480, 46, 50
    paper = Paper(860, top + step * len(rows) + 72, 'The floors of so24fs')
    paper.words(left + width / 2, 30, 'each floor knows only those below it', 'soft', 'middle')
    middle = {}
    for number, (name, library, purpose) in enumerate(rows):
        y = top + step * number
        middle[name] = y + 20
        paper.box(left, y, width, 40, 'core' if name == 'account/' else 'plain')
        paper.words(left + 12, y + 17, name, 'name')
        paper.words(left + 12, y + 33, purpose, 'soft')
        paper.words(left + width - 12, y + 17, library, 'soft', 'end')
    beside(paper, left, left + width, middle)
    bottom = top + step * len(rows)
    paper.box(left, bottom + 14, width, 40)
    paper.words(left + 12, bottom + 31, 'sandbox/', 'name')
    paper.words(left + 12, bottom + 47, 'so24-sandbox, a house of its own: the service, to try and to test', 'soft')
    paper.words(left + width - 12, bottom + 31, 'libsoup', 'soft', 'end')
    return paper.text()


def beside(paper, left, right, middle):
    """What the floors speak with."""
    for y, lines, floor in [(middle['fs/'] - 70, ['your programs', 'cat, curl, PHP, Java'], None),
                            (middle['fs/'], ['the kernel', 'FUSE'], 'fs/'),
                            (middle['daemon/'] - 92, ['systemd, fstab', '/etc/so24fs/*.conf'], 'daemon/')]:
        note(paper, 84, y, lines)
        if floor is not None:
            paper.arrow((150, y), (168, y), (168, middle[floor]), (left - 3, middle[floor]), both=floor == 'fs/')
    paper.arrow((84, middle['fs/'] - 52), (84, middle['fs/'] - 18), both=True)
    for floor, lines in {'net/': ['24SevenOffice', 'SOAP over TLS'], 'store/': ['the disk', 'one file, 0600']}.items():
        note(paper, right + 115, middle[floor], lines)
        paper.arrow((right + 3, middle[floor]), (right + 56, middle[floor]), both=True)
    y = middle['account/']
    note(paper, right + 110, y, ['no I/O, no clock,', 'no thread'])
    note(paper, 94, y, ['events go in,', 'wishes come out'])


def note(paper, x, y, lines):
    for number, line in enumerate(lines):
        paper.words(x, y + 4 + 15 * (number - (len(lines) - 1) / 2), line, 'soft' if number else '', 'middle')


def life():
    paper = Paper(860, 560, 'The life of a session')
    paper.words(430, 30, 'the state of a session, and what a reader of cookie gets', 'soft', 'middle')
    for name, (x, y, kind, meaning, reader) in STATES.items():
        paper.box(x, y, BOX_WIDTH, BOX_HEIGHT, kind)
        paper.words(x + 12, y + 21, name, 'name')
        paper.words(x + 12, y + 40, meaning)
        paper.words(x + 12, y + 58, reader, 'code')
    live(paper)
    for points, (x, y), text, anchor in [
            (((220, 90), (345, 172)), (262, 100), 'a credential: Login', 'start'),
            (((345, 236), (223, 246)), (283, 262), 'HasSession: false', 'middle'),
            (((220, 212), (345, 206)), (283, 201), 'the next reader', 'middle'),
            (((125, 264), (125, 321)), (133, 297), 'Login: try again later', 'start'),
            (((220, 350), (372, 281)), (262, 350), 'tried again, later and later', 'start'),
            (((30, 240), (14, 240), (14, 465), (27, 465)), (34, 421), 'Login: wrong credential', 'start'),
            (((220, 470), (430, 470), (430, 281)), (232, 462), 'another one in login', 'start'),
            (((515, 172), (637, 92)), (532, 116), 'no answer', 'start'),
            (((640, 116), (515, 192)), (596, 162), 'it answers', 'start'),
            (((515, 212), (637, 216)), (576, 207), 'GetIdentity', 'middle'),
            (((640, 242), (515, 236)), (577, 257), 'identity is written', 'middle'),
            (((515, 266), (637, 338)), (590, 301), 'a fault says so', 'start'),
            (((640, 364), (490, 281)), (560, 357), 'at its end', 'end')]:
        paper.arrow(*points)
        paper.words(x, y, text, 'soft', anchor)
    legend(paper)
    return paper.text()


def live(paper):
    paper.box(345, 150, 170, 128, 'good')
    paper.words(357, 172, 'live', 'name')
    for number, line in enumerate(['read again within 60 s:', 'no call; later', 'HasSession, GetIdentity,',
                                   'and by itself every 600 s', 'while somebody uses it']):
        paper.words(357, 192 + 16 * number, line)


def legend(paper):
    for x, kind, text in [(30, 'good', 'the cookie is served'), (215, 'wait', 'served, or renewed for the reader'),
                          (490, 'bad', 'withheld; error says why and until when')]:
        paper.box(x, 526, 14, 14, kind)
        paper.words(x + 21, 537, text, 'soft')


PICTURES = {'architecture.svg': house, 'session.svg': life}


def main(folder=ROOT / 'docs'):
    for name, draw in PICTURES.items():
        Path(folder, name).write_text(draw(), encoding='utf-8')


if __name__ == '__main__':
    main(*sys.argv[1:])
