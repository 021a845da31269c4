"""The daemon dies, or is told to end, while session and identity change under many readers: nobody hangs, and nothing stays behind."""

import contextlib
import errno
import os
import random
import subprocess
import time
from collections import Counter

import pytest

from support.accounts import OLA, log_in
from support.crowd import Crowd
from support.daemons import daemons_of
from support.many_clients import ManyClients, guid
from support.mount import Mount, is_mount_point
from support.waiting import wait_for

LONG, SLOW = bool(os.environ.get('SO24_LONG')), bool(os.environ.get('SO24_SLOW'))
DEATHS = 200 if LONG else 5 if SLOW else 20
# What files of a mount answer whose daemon has died, whose session ended with it, or that is not there just now.
FAIR = {f'!{name}' for name in ('ENOTCONN', 'ECONNABORTED', 'ENOENT', 'EIO', 'EFAULT', 'ENODEV', 'EKEYEXPIRED',
                                'EKEYREVOKED', 'ENOKEY', 'EBUSY', 'EINTR')}
AT_ONCE = 5 if SLOW else 2  # seconds
CLIENTS = 20


@pytest.fixture
def start(tmp_path, secrets, start_sandbox):
    """A factory of mounts at one and the same place, that keep their session."""
    def mount(url, options, limit):
        mounted = Mount(tmp_path / 'mount', secrets, {'endpoint': url, **options}, limit=1200 if LONG else 120)
        mounts.append(mounted)
        return mounted

    mounts = []
    many = ManyClients(mount, start_sandbox, tmp_path, CLIENTS, {'rate': 1000000})

    def is_logged_in(mounted):
        """Somebody of the crowd may end the session that has just been made, and the next one, too."""
        try:
            log_in(mounted)
        except OSError as failure:
            assert failure.errno == errno.EKEYEXPIRED
            return False
        return True

    def again():
        mounted = mount(many.sandbox.url, {'rate': 1000000}, None)
        wait_for(lambda: is_logged_in(mounted), what='a session that lives')
        return mounted

    again.first, again.sandbox = many.mounted, many.sandbox
    yield again
    mounts[-1].finish()


@pytest.fixture
def crowd(start, tmp_path):
    folders = [{guid(number): f'identities/Klient {number}/{guid(number)}' for number in range(first, first + 5)}
               for first in (0, 5, 10)]
    with Crowd(tmp_path / 'crowd', mount=start.first.path, login=OLA.lines(),
               service=start.sandbox.base.removeprefix('http://'),
               clients={str(5000 + number): guid(number) for number in range(CLIENTS)}) as crowd:
        for _ in range(4):
            crowd.start('visit', pause=0.001)
        for kind in 'open and read', 'byte by byte', 'sendfile', 'sizes':
            crowd.start(kind, pause=0.001)
        crowd.start('names', folder='identities', what='names', pause=0.001)
        crowd.start('switch', changes=True, folders=folders[0], pause=0.002)
        crowd.start('switch', changes=True, folders=folders[1], pause=0.002)
        crowd.start('renew', changes=True, folders=folders[2], pause=0.002)
        yield crowd


def wait_for_changes(crowd, count):
    before = crowd.changes()
    crowd.wait_for(lambda: crowd.changes() >= before + count, 30, 'more changes')


def check_that_nothing_is_left(mounted):
    wait_for(lambda: not daemons_of(mounted.path), what='the end of all processes of the daemon')
    assert not is_mount_point(mounted.path)


def unmount(mounted):
    """As a user does who found it dead; somebody may be looking at it just then."""
    wait_for(lambda: subprocess.run(['fusermount3', '-u', mounted.path], capture_output=True, check=False).returncode == 0,
             what='fusermount3 -u of a dead mount')


def has_a_cookie(mounted):
    """Not while its session ends, for example."""
    with contextlib.suppress(OSError):
        return len(mounted.read('cookie')) == 25
    return False


def unfair(records):
    """What failed in another way than it may."""
    return Counter(f'{what}: {value}' for what, value, *_ in records if value.startswith('!') and value not in FAIR
                   or value.startswith('torn'))


def test_a_killed_daemon_leaves_nobody_hanging_and_can_be_mounted_again(start, crowd):
    mounted, chance = start.first, random.Random(2)
    for _ in range(DEATHS):
        wait_for_changes(crowd, chance.randint(3, 12))
        time.sleep(chance.random() / 100)  # at any point of what goes on
        killed = time.monotonic_ns()
        mounted.kill()
        wait_for(lambda killed=killed: not crowd.waits_since(killed), AT_ONCE, 'the end of all that waited')
        crowd.check()
        unmount(mounted)
        check_that_nothing_is_left(mounted)
        mounted.finish()
        mounted = start()
        wait_for(lambda mounted=mounted: has_a_cookie(mounted), what='a cookie')
    wait_for_changes(crowd, 20)
    records = crowd.end()
    assert unfair(records) == {}
    last = max(record[3] for record in records if record[0] == 'visit')
    assert any(record[1] == 'whole' and record[5] > last - 10 ** 9 for record in records if record[0] == 'visit')
    assert Counter(record[1] for record in records)['!ENOTCONN'] >= DEATHS


def test_a_daemon_that_is_told_to_end_ends_in_the_middle_of_changes(start, crowd):
    mounted = start.first
    for _ in range(max(2, DEATHS // 4)):
        wait_for_changes(crowd, 10)
        told = time.monotonic_ns()
        mounted.terminate()
        wait_for(lambda told=told: not crowd.waits_since(told), AT_ONCE, 'the end of all that waited')
        check_that_nothing_is_left(mounted)
        mounted.finish()
        mounted = start()
    assert unfair(crowd.end()) == {}


@pytest.mark.parametrize('held', [False, True], ids=['nothing held', 'a file held'])
def test_a_mount_that_is_detached_in_the_middle_of_changes_ends_with_its_last_user(start, crowd, held):
    mounted = start.first
    crowd.start('switch', changes=True, folders={guid(17): f'identities/Klient 17/{guid(17)}'}, pause=0.001)
    descriptor = os.open(mounted.path / 'cookie', os.O_RDONLY) if held else None
    wait_for_changes(crowd, 20)
    mounted.detach()
    told = time.monotonic_ns()
    assert os.listdir(mounted.path) == []
    wait_for(lambda: not crowd.waits_since(told), AT_ONCE, 'the end of all that waited')
    if held:
        assert mounted.is_running()
        try:
            assert len(os.pread(descriptor, 100, 0)) == 25
        except OSError as failure:
            assert errno.errorcode[failure.errno] in ('EKEYREVOKED', 'EKEYEXPIRED')  # it died in the middle of a change
        os.close(descriptor)
    wait_for(lambda: not mounted.is_running(), what='the end of the daemon')
    assert unfair(crowd.end()) == {}
