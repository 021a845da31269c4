"""The storm: session and identity change all the time, under readers of all kinds. Nothing they see is stale, or torn; nobody hangs.

What the kernel keeps of our files (contents, names, attributes, links, whole folders) must go when it changes, before the one who changed
it is answered. So whoever reads after a write was answered sees what was written, or something later.
"""

import collections
import errno
import itertools
import os
import threading
import time

import pytest

from support import model_service
from support.accounts import OLA, log_in
from support.crowd import Crowd
from support.crowd_changes import SHARES as USUAL_SHARES
from support.crowd_judge import Judge
from support.crowd_reads import read_whole
from support.history import History
from support.many_clients import ManyClients, guid
from support.model_service import FJORD, HOME
from support.readers import Readers
from support.waiting import wait_for

LONG, SLOW = bool(os.environ.get('SO24_LONG')), bool(os.environ.get('SO24_SLOW'))
CHANGES = 20000 if LONG else 300 if SLOW else 1500
LIMIT = 3000 if LONG else 300
PAUSE = 0 if LONG else 0.002
CLIENTS = 60
FOR_EVER = 1 << 62
SHARES = {'logins mostly': USUAL_SHARES, 'ends mostly': (5, 5, 90)}
FIRST, SECOND, THIRD = range(0, 20), range(20, 40), range(40, 60)


@pytest.fixture
def many(mount, start_sandbox, tmp_path):
    return ManyClients(mount, start_sandbox, tmp_path, CLIENTS, {'rate': 1000000, 'store': 'none'}, limit=LIMIT)


@pytest.fixture
def crowd(many, tmp_path):
    with Crowd(tmp_path / 'crowd', mount=many.mounted.path, login=OLA.lines(),
               service=many.sandbox.base.removeprefix('http://'),
               clients={str(5000 + number): guid(number) for number in range(CLIENTS)}) as crowd:
        yield crowd


def folders(numbers):
    return {guid(number): f'identities/Klient {number}/{guid(number)}' for number in numbers}


def start_readers(crowd, pause):
    for kind in ('open and read', 'open and read', 'open and measure', 'sendfile', 'held', 'fadvise',
                 'private mapping', 'shared mapping', 'link', 'sizes'):
        crowd.start(kind, pause=pause)
    crowd.start('open and read', file='identity', what='identity', pause=pause)
    crowd.start('held', file='identity', what='identity held', pause=pause)
    crowd.start('held', file='session', what='session held', pause=pause)
    crowd.start('held', file=f'{folders([0])[guid(0)]}/is_current', what='flag held', pause=pause)
    crowd.start('names', folder='identities', what='names of clients', pause=pause)
    crowd.start('held names', folder='identities', what='names of clients', pause=pause)
    crowd.start('names', folder=folders([3])[guid(3)], what='names of fields', pause=pause)
    for _ in range(3):
        crowd.start('is_current', folders=folders(range(CLIENTS)), pause=max(pause, 0.001))
    crowd.start('served', pause=max(pause, 0.005))


def start_writers(crowd, pause, shares):
    crowd.start('switch', changes=True, folders=folders(FIRST), pause=pause)
    crowd.start('switch', changes=True, folders=folders(SECOND), pause=pause)
    crowd.start('renew', changes=True, folders=folders(THIRD), shares=shares, pause=pause)


@pytest.mark.parametrize('shares', SHARES)
def test_nothing_is_stale_or_torn_and_nobody_hangs_while_session_and_identity_change(many, crowd, shares):
    mounted = many.mounted
    first = mounted.read('cookie'), mounted.read('identity')
    clients, fields = '\n'.join(mounted.list('identities')), '\n'.join(mounted.list(folders([3])[guid(3)]))
    start_readers(crowd, PAUSE)
    start_writers(crowd, PAUSE, SHARES[shares])
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


def values(records, what):
    return {record[1] for record in records if record[0] == what}


# --- changes at the same time ---

class Switching:
    """Somebody who switches all the time; `times` has how long each switch took."""

    def __init__(self, mounted):
        self.times = []
        self._mounted = mounted
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._switch, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join(20)
        assert not self._thread.is_alive(), 'a switch does not end'

    def _switch(self):
        for number in itertools.cycle(FIRST):
            if self._ended.is_set():
                return
            timed(self.times, self._mounted.write, 'identity', f'{guid(number)}\n')


def timed(times, change, *arguments, **others):
    began = time.monotonic()
    change(*arguments, **others)
    times.append(time.monotonic() - began)


def test_a_login_and_a_switch_at_the_same_time_do_not_wait_for_each_others_news(many):
    """What is told to those who watch a file needs its lock, which a writer holds who waits for what is told first."""
    times = []
    with Switching(many.mounted) as switching:
        for number in range(100 if SLOW else 300):
            timed(times, log_in, many.mounted, identity_id=guid(THIRD[number % len(THIRD)]))
    slow = sum(one > 0.45 for one in times + switching.times)
    assert slow <= 2, f'{slow} of {len(times + switching.times)} changes took as long as the patience of those who tell'


def test_who_has_opened_reads_whatever_begins_before_he_reads(many):
    """An open that went through is a promise, also if the next change begins before the one who waited is told."""
    path, results, ended = many.mounted.path / 'cookie', [], threading.Event()

    def read():
        while not ended.is_set():
            try:
                results.append(len(read_whole(path)))
            except OSError as failure:
                results.append(errno.errorcode[failure.errno])

    readers = [threading.Thread(target=read, daemon=True) for _ in range(4)]
    for reader in readers:
        reader.start()
    with Switching(many.mounted):
        for _ in range(100 if SLOW else 500):
            log_in(many.mounted)
    ended.set()
    for reader in readers:
        reader.join(20)
    assert set(results) == {25}, collections.Counter(results)


@pytest.mark.parametrize('reading', ['cookie', 'identity'])
def test_who_opens_while_a_login_and_a_switch_follow_each_other_gets_what_he_waited_for(mount, service, reading):
    mounted = mount(service.url)
    model_service.log_in(mounted)
    service.delay = 0.1
    for identity in FJORD, HOME, FJORD:
        before = len(service.calls('Login'))
        changes = [threading.Thread(target=model_service.log_in, args=[mounted], daemon=True),
                   threading.Thread(target=mounted.write, args=['identity', f'{identity}\n'], daemon=True)]
        changes[0].start()
        wait_for(lambda before=before: len(service.calls('Login')) > before, what='the Login')
        changes[1].start()
        readers = Readers(mounted.path / reading, 20)
        for change in changes:
            change.join(20)
        results = readers.join()
        assert [result for result in results if isinstance(result, OSError)] == []
        assert all(result.endswith('\n') for result in results)


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
    assert history.possible(5, 60) == {'a', 'b', 'c', 'd'}
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
