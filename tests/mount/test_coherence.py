"""The storm: session and identity change all the time, under readers of all kinds. Nothing they see is stale, or torn; nobody hangs.

What the kernel keeps of our files (contents, names, attributes, links, whole folders) must go when it changes, before the one who changed
it is answered. So whoever reads after a write was answered sees what was written, or something later.
"""

import os

import pytest

from support.accounts import OLA
from support.crowd import Crowd
from support.crowd_judge import Judge
from support.history import History
from support.many_clients import ManyClients, guid

LONG, SLOW = bool(os.environ.get('SO24_LONG')), bool(os.environ.get('SO24_SLOW'))
CHANGES = 20000 if LONG else 300 if SLOW else 1500
LIMIT = 3000 if LONG else 300
PAUSE = 0 if LONG else 0.002
CLIENTS = 60
FIRST, SECOND, THIRD = range(0, 20), range(20, 40), range(40, 60)


@pytest.fixture
def many(mount, start_sandbox, tmp_path):
    return ManyClients(mount, start_sandbox, tmp_path, CLIENTS, {'rate': 1000000, 'store': 'none'}, limit=LIMIT)


@pytest.fixture
def crowd(many, tmp_path):
    with Crowd(tmp_path / 'crowd', mount=many.mounted.path, login=OLA.lines(),
               expire=f'{many.sandbox.base}/sandbox/expire', service=many.sandbox.base.removeprefix('http://'),
               clients={str(5000 + number): guid(number) for number in range(CLIENTS)}) as crowd:
        yield crowd


def folders(numbers):
    return {guid(number): f'identities/Klient {number}/{guid(number)}' for number in numbers}


def start_readers(crowd, pause):
    for kind in ('open and read', 'open and read', 'open and measure', 'byte by byte', 'sendfile', 'held', 'fadvise',
                 'private mapping', 'shared mapping', 'link', 'sizes'):
        crowd.start(kind, pause=pause)
    crowd.start('open and read', file='identity', what='identity', pause=pause)
    crowd.start('held', file='identity', what='identity held', pause=pause)
    crowd.start('held', file='session', what='session held', pause=pause)
    crowd.start('held', file=f'{folders([0])[guid(0)]}/is_current', what='flag held', pause=pause)
    crowd.start('names', folder='identities', what='names of clients', pause=pause)
    crowd.start('held names', folder='identities', what='names of clients', pause=pause)
    crowd.start('names', folder=folders([3])[guid(3)], what='names of fields', pause=pause)
    crowd.start('is_current', folders=folders(range(CLIENTS)), pause=max(pause, 0.001))
    crowd.start('served', pause=max(pause, 0.005))


def start_writers(crowd, pause):
    crowd.start('switch', changes=True, folders=folders(FIRST), pause=pause)
    crowd.start('switch', changes=True, folders=folders(SECOND), pause=pause)
    crowd.start('renew', changes=True, folders=folders(THIRD), pause=pause)


def test_nothing_is_stale_or_torn_and_nobody_hangs_while_session_and_identity_change(many, crowd):
    mounted = many.mounted
    first = mounted.read('cookie'), mounted.read('identity')
    clients, fields = '\n'.join(mounted.list('identities')), '\n'.join(mounted.list(folders([3])[guid(3)]))
    start_readers(crowd, PAUSE)
    start_writers(crowd, PAUSE)
    crowd.wait_for(lambda: crowd.changes() >= CHANGES, LIMIT - 60, f'{CHANGES} changes')
    records = crowd.end()
    judge = Judge(records, *first)
    assert not judge.complaints, judge.summary()
    assert values(records, 'names of clients') == {clients}
    assert values(records, 'names of fields') == {fields}
    # What was judged is what there was to judge.
    assert len(judge.identities) + len(judge.cookies) > CHANGES
    assert len(judge.expiries) > CHANGES / 200
    assert min(judge.counts[kind] for kind in Judge.RULES if kind not in ('stat', 'size', 'session', 'login')) > 10
    assert mounted.read('identity') in judge.identities.possible(FOR_EVER - 1, FOR_EVER - 1)


FOR_EVER = 1 << 62


def values(records, what):
    return {record[1] for record in records if record[0] == what}


# --- the judge: what it must not let pass ---

def test_the_judge_knows_stale_from_in_progress_and_from_concurrent():
    history = History('a')
    history.add('b', 10, 20)
    history.add('c', 30, 40)
    history.add('d', 35, 50)
    assert history.allows('a', 5, 8) and history.allows('a', 15, 16) and history.allows('b', 15, 16)
    assert not history.allows('b', 5, 8)
    assert not history.allows('a', 21, 22)
    assert history.allows('b', 25, 26) and history.allows('b', 39, 39)
    assert not history.allows('b', 41, 60)
    assert history.allows('c', 60, 61) and history.allows('d', 60, 61)
    assert not history.allows('e', 60, 61)
    assert history.possible(25, 26) == {'b'}
    assert history.possible(36, 37) == {'b', 'c', 'd'}
    assert history.possible(60, 61) == {'c', 'd'}
    assert not history.overlaps(21, 29) and history.overlaps(20, 21) and history.overlaps(29, 31)


@pytest.mark.parametrize('record', [
    ['cookie', 'old\n', 30, 31, 30, 31],
    ['cookie', 'new', 30, 31, 30, 31],
    ['cookie', 'new\n\0', 30, 31, 30, 31],
    ['cookie', '', 30, 31, 30, 31],
    ['cookie', '!EIO', 30, 31, 30, 31],
    ['cookie', 'old\n', 5, 6, 30, 31],
    ['measured', '5 4 new\n', 30, 31, 30, 31],
    ['identity', '1\n', 30, 31, 30, 31],
    ['link', '1\n', 30, 31, 30, 31],
    ['served', '1\n', 30, 31, 30, 31],
    ['served', 'nobody', 30, 31, 30, 31],
    ['is_current 1', 'true\n', 30, 31, 30, 31],
    ['is_current 2', 'false\n', 30, 31, 30, 31],
    ['is_current 2', 'true\n\n', 30, 31, 30, 31],
    ['session', 'false\n', 30, 31, 30, 31],
    ['size', '7', 200_000_030, 200_000_031, 200_000_030, 200_000_031],
    ['switch', '!EIO', 30, 31, 30, 31],
    ['cookie held', '!EFAULT', 200_000_030, 200_000_031, 30, 31],
], ids=lambda record: f'{record[0]} {record[1]!r} {record[2]}'.replace('\0', 'NUL'))
def test_the_judge_finds_what_is_wrong(record):
    changes = [['new cookie', 'new\n', 10, 20, 10, 20], ['switch', '2\n', 10, 20, 10, 20]]
    assert Judge(changes, 'old\n', '1\n').complaints == []
    assert Judge([*changes, record], 'old\n', '1\n').complaints != []
