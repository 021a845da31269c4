"""Identities that come and go, are renamed, and move, while folders are listed, held open, walked through and lived in."""

import contextlib
import errno
import os
import random
import time

import pytest

from support.answers import Identity
from support.crowd import Crowd
from support.crowd_lists_judge import ListJudge, Version
from support.crowd_reads import read_whole
from support.expecting import fails_with, folder_name
from support.model_service import APPLICATION, HOME, TOKEN, log_in

LONG, SLOW = bool(os.environ.get('SO24_LONG')), bool(os.environ.get('SO24_SLOW'))
CHANGES = 4000 if LONG else 60 if SLOW else 200
CLIENTS = ['Klient', 'Klient AS', 'A/B 100%', 'Ærlig 🎸', 'x' * 200]
GUIDS = [f'310d5fd3-00aa-4047-a03b-{number:012x}' for number in range(10)]
HOME_IDENTITY = Identity(HOME, 'Hjem AS', 1, is_default=True)
PASSPORT = f'token = {TOKEN}\napplication_id = {APPLICATION}\n'


@pytest.fixture
def mounted(mount, service):
    service.model.identities = (HOME_IDENTITY,)
    mounted = mount(service.url, {'rate': 1000000, 'store': 'none'}, limit=900 if LONG else 150)
    log_in(mounted)
    return mounted


class Lists:
    """A list of identities that changes: one comes, goes, moves to another client, or gets another name."""

    def __init__(self, mounted, service, seed=1):
        self._mounted, self._service = mounted, service
        self._chance = random.Random(seed)
        self._places = {guid: self._place() for guid in GUIDS[::2]}
        self.versions = []
        self._show(float('-inf'))

    def change(self):
        guid = self._chance.choice(GUIDS)
        if guid in self._places and self._chance.random() < 0.4:
            del self._places[guid]
        else:
            self._places[guid] = self._place()
        self._show(time.monotonic_ns())

    def _place(self):
        return self._chance.randrange(len(CLIENTS)), f'Bruker {self._chance.random()}'[:self._chance.randint(8, 24)]

    def _show(self, begin):
        self._service.model.identities = (HOME_IDENTITY, *(
            Identity(guid, CLIENTS[client], 100 + client, user_name=name)
            for guid, (client, name) in self._places.items()))
        log_in(self._mounted)
        places = {guid: (folder_name(CLIENTS[client]), f'{name}\n') for guid, (client, name) in self._places.items()}
        places[HOME] = 'Hjem AS', 'Kari Nordmann\n'
        self.versions.append((Version(places), begin, time.monotonic_ns() if self.versions else float('-inf')))


@pytest.fixture
def lists(mounted, service):
    return Lists(mounted, service)


@pytest.fixture
def crowd(mounted, lists, tmp_path):
    homes = [folder_name(client) for client in CLIENTS]
    with Crowd(tmp_path / 'crowd', mount=mounted.path, homes={guid: homes for guid in GUIDS}) as crowd:
        yield crowd


# --- one after the other ---

def test_after_each_change_everything_is_as_it_is(mounted, lists):
    """With whatever the kernel knows of the lists before."""
    for _ in range(CHANGES // 2):
        lists.change()
        places = lists.versions[-1][0].places
        clients = {}
        for guid, (folder, _) in places.items():
            clients.setdefault(folder, []).append(guid)
        assert mounted.list('identities') == sorted(clients)
        for folder in map(folder_name, CLIENTS):
            for guid in GUIDS:
                path = mounted.path / 'identities' / folder / guid / 'user_name'
                if guid in clients.get(folder, []):
                    assert read_whole(path).encode('latin-1').decode() == places[guid][1]
                    assert os.stat(path).st_size == len(places[guid][1].encode())
                else:
                    with fails_with(errno.ENOENT):
                        os.stat(path)
        for folder, guids in clients.items():
            assert mounted.list(f'identities/{folder}') == sorted(guids)


def test_a_folder_that_is_held_open_shows_what_there_is_when_it_is_read_again(mounted, lists):
    """rewinddir(3) "shall also cause the directory stream to refer to the current state"."""
    descriptor = os.open(mounted.path / 'identities', os.O_RDONLY)
    for _ in range(30):
        lists.change()
        assert set(os.listdir(descriptor)) == lists.versions[-1][0].clients
    os.close(descriptor)


def test_a_field_that_is_held_open_is_whole_whatever_becomes_of_its_identity(mounted, lists):
    first = lists.versions[-1][0].places
    guid = next(guid for guid in first if guid != HOME)
    descriptor = os.open(mounted.path / 'identities' / first[guid][0] / guid / 'user_name', os.O_RDONLY)
    for _ in range(CHANGES // 4):
        lists.change()
        every = {version.places[guid][1] for version, _, _ in lists.versions if guid in version.places}
        with contextlib.suppress(FileNotFoundError):
            assert os.pread(descriptor, 1000, 0).decode() in every
    os.close(descriptor)


# --- all at once ---

def test_nothing_is_stale_or_torn_while_the_list_changes(lists, crowd):
    crowd.start('names', folder='identities', what='clients', pause=0.002)
    crowd.start('held names', folder='identities', what='clients held', pause=0.002)
    for kind in 'field', 'field', 'held field', 'inside':
        crowd.start(kind, pause=0.001)
    for program in ['ls', '-lR', 'identities'], ['find', 'identities', '-type', 'f', '-size', '+0', '-name', 'user_*']:
        crowd.start('walk', program=program, pause=0.02)
    crowd.start('archive', pause=0.02)
    for count in range(CHANGES):
        lists.change()
        if count % 5 == 0:
            crowd.check()
    judge = ListJudge(crowd.end(), lists.versions)
    assert not judge.complaints, judge.summary()
    for kind in 'clients', 'field', 'held', 'inside':
        assert judge.found[kind] > CHANGES // 4
    assert judge.counts['walk'] > 5


# --- passport/ ---

def check_passport(mounted, there):
    assert ('passport' in mounted.list()) is there
    if there:
        assert mounted.read('passport/email') == 'ops@example.com\n'
        assert mounted.list('passport') == ['email', 'id']
    else:
        for name in 'passport', 'passport/id', 'passport/email':
            with fails_with(errno.ENOENT):
                os.stat(mounted.path / name)


def test_passport_comes_and_goes_with_each_login(mounted):
    check_passport(mounted, False)
    for count in range(40):
        mounted.write('login', PASSPORT)
        check_passport(mounted, True)
        mounted.write('logout', 'x') if count % 2 else log_in(mounted)
        check_passport(mounted, False)


def test_passport_goes_from_a_folder_that_is_held_open_though_its_session_was_gone_before(mount, service):
    mounted = mount(service.url, {'check_ttl': 0, 'store': 'none'})
    mounted.write('login', PASSPORT)
    service.model.end_sessions()
    assert mounted.read('session') == 'false\n'
    descriptor = os.open(mounted.path, os.O_RDONLY)
    assert 'passport' in os.listdir(descriptor)
    mounted.write('logout', 'x')
    assert 'passport' not in os.listdir(descriptor)
    os.close(descriptor)


def test_passport_comes_and_goes_under_readers(mounted, tmp_path):
    with Crowd(tmp_path / 'crowd', mount=mounted.path) as crowd:
        for name in 'passport/email', 'passport/id':
            crowd.start('open and read', file=name, what=name, pause=0.001)
        crowd.start('names', folder='.', what='root', pause=0.001)
        crowd.start('names', folder='passport', what='passport', pause=0.001)
        for count in range(CHANGES):
            mounted.write('login', PASSPORT)
            check_passport(mounted, True)
            mounted.write('logout', 'x') if count % 2 else log_in(mounted)
            check_passport(mounted, False)
            if count % 5 == 0:
                crowd.check()
        seen = {}
        for what, value, *_ in crowd.end():
            seen.setdefault(what, set()).add(value)
    # ENOKEY: it was there when it was opened, and gone when it was read.
    assert {'ops@example.com\n', '!ENOENT'} <= seen['passport/email'] <= {'ops@example.com\n', '!ENOENT', '!ENOKEY'}
    assert seen['passport'] == {'email\nid', '!ENOENT'}
    assert len(seen['root']) == 2 and all('cookie' in names for names in seen['root'])


# --- the judge ---

@pytest.mark.parametrize('record', [
    ['clients', 'A', 30, 31], ['clients', 'B\nC', 30, 31], ['clients', 'B\nB', 30, 31], ['clients', '', 5, 6],
    ['field g A', 'old\n', 30, 31], ['field g B', '!ENOENT', 30, 31], ['field g B', 'ne', 30, 31],
    ['field g A', '!EIO', 15, 16], ['held g', 'ol', 5, 6], ['held g', '!EIO', 30, 31], ['inside g', 'h\n', 30, 31],
    ['walk ls', '2\nls: reading directory: Input/output error', 30, 31], ['walk tar', '0\nwrong content', 30, 31],
], ids=lambda record: f'{record[0]} {record[1]!r}')
def test_the_judge_finds_what_is_wrong(record):
    versions = [(Version({'g': ('A', 'old\n')}), None, None), (Version({'g': ('B', 'new\n')}), 10, 20)]
    right = [['clients', 'A', 5, 6], ['clients', 'A\nB', 15, 16], ['clients', 'B', 30, 31], ['field g A', 'old\n', 15, 16],
             ['field g B', 'new\n', 15, 16], ['held g', 'old\n', 30, 31], ['walk ls', '0\n', 30, 31]]
    assert ListJudge([[*one, 0, 0] for one in right], versions).complaints == []
    assert ListJudge([[*one, 0, 0] for one in [*right, record]], versions).complaints != []
