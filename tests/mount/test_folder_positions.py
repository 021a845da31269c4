"""Who is in the middle of a folder goes on where he was, whatever has come and gone: readdir(3), telldir(3)."""

import os

import pytest

from support.answers import Identity
from support.entries import Entries
from support.model_service import APPLICATION, HOME, TOKEN, log_in

PASSPORT = f'token = {TOKEN}\napplication_id = {APPLICATION}\n'
GUIDS = [f'310d5fd3-00aa-4047-a03b-{number:012x}' for number in range(40)]


@pytest.fixture
def mounted(mount, service):
    mounted = mount(service.url, {'rate': 1000000, 'store': 'none'})
    log_in(mounted)
    return mounted


def with_passport(mounted, _service):
    mounted.write('login', PASSPORT)


def without_passport(mounted, _service):
    log_in(mounted)


def list_shown(*identities):
    def show(mounted, service):
        service.model.identities = (Identity(HOME, 'Hjem AS', 1, is_default=True), *identities)
        log_in(mounted)
    return show


def of_clients(*clients):
    return list_shown(*(Identity(GUIDS[client], f'Klient {client:02}', 100 + client) for client in clients))


def of_users(*users, name='Bruker'):
    return list_shown(*(Identity(GUIDS[user], 'Hjem AS', 1, user_name=f'{name} {user}') for user in users))


EVEN, ALL, BACKWARDS = range(5, 40, 2), range(5, 40), range(39, 4, -1)
CASES = [
    ('.', with_passport, without_passport),
    ('.', without_passport, with_passport),
    ('identities', of_clients(*ALL), of_clients(*EVEN)),
    ('identities', of_clients(*EVEN), of_clients(*ALL)),
    ('identities', of_clients(*EVEN), of_clients(*BACKWARDS)),
    ('identities/Hjem AS', of_users(*ALL), of_users(*EVEN)),
    ('identities/Hjem AS', of_users(*EVEN), of_users(*ALL)),
    ('identities/Hjem AS', of_users(*ALL), of_users(*BACKWARDS)),
    ('identities/Hjem AS', of_users(*ALL), of_users(*ALL, name='Ny')),
]
IDS = [f'{folder} {number}' for number, (folder, *_) in enumerate(CASES)]


@pytest.mark.parametrize('warm', [False, True], ids=['asked', 'cached'])
@pytest.mark.parametrize(('folder', 'before', 'after'), CASES, ids=IDS)
def test_what_stays_is_there_once_wherever_the_change_comes(mounted, service, folder, before, after, warm):
    """POSIX readdir(): only of what is added or removed meanwhile it is unspecified whether it is returned."""
    before(mounted, service)
    stays = set(os.listdir(mounted.path / folder))
    after(mounted, service)
    stays &= set(os.listdir(mounted.path / folder))
    for count in range(0, 20, 3):
        before(mounted, service)
        if warm:
            os.listdir(mounted.path / folder)
        with Entries(mounted.path / folder) as entries:
            names = [name for _ in range(count) for name in entries.some()]
            after(mounted, service)
            names += entries.rest()
        assert len(names) == len(set(names))
        assert stays <= set(names)


@pytest.mark.parametrize(('folder', 'before', 'after'), CASES, ids=IDS)
def test_a_position_leads_to_the_same_place_after_a_change(mounted, service, folder, before, after):
    """With the name behind it, if that is still there; telldir(3) and seekdir(3) of a program that keeps its folder open."""
    before(mounted, service)
    with Entries(mounted.path / folder) as entries:
        names = entries.rest()
        after(mounted, service)
        there = set(os.listdir(mounted.path / folder))
        for name, following in zip(names, names[1:]):
            entries.seek(entries.positions[name])
            rest = entries.rest()
            assert not set(rest) & set(names[:names.index(name) + 1])
            assert following in rest or following not in there


def test_positions_fit_where_an_offset_has_31_bits(mounted, service):
    """A program of 32 bits is told EOVERFLOW otherwise."""
    of_users(*ALL)(mounted, service)
    for folder in '.', 'identities', 'identities/Hjem AS', f'identities/Hjem AS/{GUIDS[5]}':
        with Entries(mounted.path / folder) as entries:
            assert entries.rest()
            assert all(0 < position < 2**31 for position in entries.positions.values())
