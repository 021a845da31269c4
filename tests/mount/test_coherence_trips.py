"""How often the kernel has to ask the daemon, when it knows already: counted, since "it is fast" is no test."""

import contextlib
import os
import subprocess

import pytest

from support.accounts import OLA, folder, log_in, ola
from support.crowd_reads import read_whole
from support.trips import Trips

TIMES = 20
FIRST, SECOND = OLA.identities()[0], OLA.identities()[1]
ONE = folder(SECOND)


@pytest.fixture
def mounted(mount, sandbox):
    mounted = mount(sandbox.url, debug=True)
    log_in(mounted)
    return mounted


def trips_of(mounted, operation):
    """The requests of one call of `operation`, once it is warm."""
    for _ in range(3):
        operation()
    with Trips(mounted) as trips:
        for _ in range(TIMES):
            operation()
    return trips.per(TIMES)


# --- contents ---

def test_a_warm_read_of_a_cookie_is_one_trip_and_a_goodbye(mounted):
    assert trips_of(mounted, lambda: read_whole(mounted.path / 'cookie')) == {'OPEN': 1, 'RELEASE': 1}


def test_a_program_that_reads_to_the_end_makes_no_more_trips(mounted):
    assert trips_of(mounted, lambda: mounted.read('cookie')) == {'OPEN': 1, 'RELEASE': 1}


def test_cat_and_a_shells_read_make_no_more_trips(mounted):
    for words in ['cat', 'mnt/cookie'], ['dash', '-c', 'read -r cookie < mnt/cookie']:
        assert trips_of(mounted, lambda words=words: subprocess.run(words, cwd=mounted.folder, check=True,
                                                                    stdout=subprocess.DEVNULL)) == {'OPEN': 1, 'RELEASE': 1}


def test_readers_of_a_held_descriptor_make_none(mounted):
    descriptor = os.open(mounted.path / 'cookie', os.O_RDONLY)
    for _ in range(3):
        os.pread(descriptor, 100, 0)
        os.fstat(descriptor)
    with_none = Counting(mounted)
    for _ in range(TIMES):
        os.pread(descriptor, 100, 0)
        os.fstat(descriptor)
    assert with_none.made() == {}
    os.close(descriptor)


@pytest.mark.parametrize('name', ['README', f'{ONE}/id', f'{ONE}/client_name'],
                         ids=lambda path: path.rpartition('/')[2])
def test_a_warm_read_of_what_hardly_changes_is_one_trip_and_a_goodbye(mounted, name):
    assert trips_of(mounted, lambda: read_whole(mounted.path / name)) == {'OPEN': 1, 'RELEASE': 1}


@pytest.mark.parametrize('name', ['session', 'identity'])
def test_a_read_of_what_is_written_is_a_trip_more(mounted, name):
    assert trips_of(mounted, lambda: read_whole(mounted.path / name)) == {'OPEN': 1, 'READ': 1, 'RELEASE': 1}


# --- names and attributes ---

@pytest.mark.parametrize('name', ['cookie', 'README', 'identities', ONE, f'{ONE}/id', 'current'],
                         ids=lambda path: path.rpartition('/')[2])
def test_a_warm_stat_makes_no_trip(mounted, name):
    assert trips_of(mounted, lambda: os.lstat(mounted.path / name)) == {}


def test_a_readlink_is_one_trip(mounted):
    assert trips_of(mounted, lambda: os.readlink(mounted.path / 'current')) == {'READLINK': 1}


def test_a_warm_read_through_current_is_one_trip_more(mounted):
    assert trips_of(mounted, lambda: read_whole(mounted.path / 'current' / 'id')) == {'READLINK': 1, 'OPEN': 1, 'RELEASE': 1}


# --- folders ---

@pytest.mark.parametrize('name', ['.', 'identities', ONE], ids=['the root', 'identities', 'an identity'])
def test_a_warm_listing_is_one_trip_and_a_goodbye(mounted, name):
    def list_it():
        assert len(os.listdir(mounted.path / name)) > 3

    assert trips_of(mounted, list_it) in ({'OPENDIR': 1, 'RELEASEDIR': 1}, {})


def test_a_warm_ls_l_is_one_trip_and_a_goodbye(mounted):
    def list_it():
        subprocess.run(['ls', '-l', mounted.path / 'identities'], check=True, stdout=subprocess.DEVNULL)

    assert trips_of(mounted, list_it) in ({'OPENDIR': 1, 'RELEASEDIR': 1}, {})


def test_a_first_walk_needs_no_lookup_of_what_was_listed(mounted):
    """readdirplus: the names bring their attributes."""
    with Trips(mounted) as trips:
        for where, folders, files in os.walk(mounted.path / 'identities'):
            for name in folders + files:
                os.lstat(os.path.join(where, name))
    assert trips.counts['READDIR'] == 0 and trips.counts['READDIRPLUS'] > 0
    assert trips.counts['LOOKUP'] <= 1 and trips.counts['GETATTR'] <= 1


# --- and when something has changed ---

def test_after_a_login_each_file_of_the_session_is_asked_for_once(mounted):
    read_whole(mounted.path / 'cookie')
    log_in(mounted)
    with Trips(mounted) as trips:
        for _ in range(TIMES):
            read_whole(mounted.path / 'cookie')
    assert trips.counts['READ'] <= 2 and trips.counts['OPEN'] == TIMES


def test_a_switch_leaves_alone_what_it_does_not_change(mounted):
    def look():
        read_whole(mounted.path / 'cookie')
        read_whole(mounted.path / ONE / 'client_name')
        os.stat(mounted.path / ONE / 'id')
        os.listdir(mounted.path / 'identities')

    for _ in range(3):
        look()
    mounted.write('identity', f'{ola(5)}\n')
    with Trips(mounted) as trips:
        look()
    assert set(trips.counts) <= {'OPEN', 'RELEASE', 'OPENDIR', 'RELEASEDIR'}


class Counting:
    """The requests since, while something is open: so no RELEASE is waited for."""

    def __init__(self, mounted):
        self._mounted = mounted
        self._before = Trips(mounted).seen()

    def made(self):
        # A request is listed before it is answered, and whoever made it waits for that.
        return dict(Trips(self._mounted).seen() - self._before)


# --- the counting itself ---

def test_what_is_counted_is_what_was_done(mounted):
    with Trips(mounted) as trips:
        for _ in range(TIMES):
            with contextlib.suppress(FileNotFoundError):
                os.stat(mounted.path / 'nothing')
            mounted.read('session')
    assert trips.counts['LOOKUP'] >= TIMES and trips.counts['OPEN'] == trips.counts['RELEASE'] == TIMES
    assert trips.counts['READ'] >= TIMES
    assert trips.per(TIMES)['OPEN'] == 1
