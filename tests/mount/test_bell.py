"""The process that tells of changes keeps out of everybody's way, and ends with the daemon, however that ends."""

import ctypes
import errno
import os
import signal
import subprocess
import threading
import time

import pytest

from support import memory
from support.accounts import OLA
from support.answers import Identity
from support.bells import NAME, bells_of, has_ended, is_there, status
from support.expecting import fails_with
from support.memory import require_a_look_at_memory
from support.model_service import FJORD, HOME, PASSWORD, log_in
from support.mount import MNT_DETACH, libc
from support.users import temporary_user
from support.waiting import wait_for
from support.watching import Watch

LONG = os.environ.get('SO24_LONG')
TIMES = 200 if LONG else 12
SHORT = '310d5fd3-0002-4047-a03b-000000000007'
LIMIT = 600 if LONG else 60  # seconds, for all the mounts of a test


@pytest.fixture
def mounted(mount, service):
    mounted = mount(service.url, limit=60)
    log_in(mounted)
    return mounted


@pytest.fixture
def bell(mounted):
    [bell] = bells_of(mounted.pid)
    return bell


@pytest.fixture
def tmpfs():
    """A function that mounts a tmpfs on a folder; they are taken away at the end."""
    folders = []

    def mount_on(folder):
        if os.getuid() != 0:
            pytest.skip('only root can mount a tmpfs')
        subprocess.run(['mount', '-t', 'tmpfs', 'none', folder], check=True)
        folders.append(folder)

    yield mount_on
    for folder in folders:
        if file_system_of(folder) == 'tmpfs':
            libc.umount2(os.fsencode(folder), MNT_DETACH)


def file_system_of(folder):
    shown = subprocess.run(['stat', '-f', '-c', '%T', folder], text=True, capture_output=True, check=True)
    return shown.stdout.strip()


class Changing:
    """In the block `current` changes again and again, until the end of the block or of the mount."""

    def __init__(self, mounted):
        self.made = 0
        self._mounted = mounted
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._change, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join(10)
        assert not self._thread.is_alive(), 'a writer hangs'

    def wait_for(self, count):
        wait_for(lambda: self.made >= count, what=f'{count} changes')

    def _change(self):
        while not self._ended.is_set():
            try:
                self._mounted.write('identity', f'{(FJORD, HOME)[self.made % 2]}\n')
            except OSError as failure:
                assert failure.errno in (errno.ENOTCONN, errno.ECONNABORTED, errno.ENOENT, errno.EINTR), failure
                return
            self.made += 1


# --- what it is ---

def test_it_shows_in_ps_by_its_own_name_and_says_nothing_of_the_mount(mounted, bell):
    shown = subprocess.run(['ps', '-o', 'args=', '-p', str(bell)], text=True, capture_output=True, check=True).stdout
    assert shown.strip() == NAME


@pytest.mark.parametrize('foreground', [True, False], ids=['foreground', 'background'])
def test_it_holds_nothing_of_the_mount(mount, service, foreground):
    mounted = mount(service.url, foreground=foreground)
    log_in(mounted)
    [bell] = bells_of(mounted.pid)
    held = sorted(os.readlink(f'/proc/{bell}/fd/{fd}').split(':')[0] for fd in os.listdir(f'/proc/{bell}/fd'))
    assert held == ['/dev/null', '/dev/null', '/dev/null', 'pipe', 'socket']  # the pipe leads to the warden
    assert os.readlink(f'/proc/{bell}/cwd') == '/'


def test_no_secret_is_in_its_memory(mounted, bell):
    require_a_look_at_memory(bell)
    cookie = mounted.read('cookie').strip()
    assert memory.copies(mounted.pid, cookie) != []
    assert memory.copies(bell, cookie, PASSWORD) == []


def test_signals_that_are_meant_for_the_daemon_do_not_end_it(mounted, bell):
    for number in signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE:
        os.kill(bell, number)
    with Watch(mounted.path / 'cookie') as watch:
        log_in(mounted)
        watch.wait_for('cookie')


# --- its end ---

@pytest.mark.parametrize('foreground', [True, False], ids=['foreground', 'background'])
@pytest.mark.parametrize('end', ['unmount', 'terminate', 'kill'])
def test_it_ends_with_the_daemon(mount, service, end, foreground):
    mounted = mount(service.url, foreground=foreground)
    log_in(mounted)
    [bell] = bells_of(mounted.pid)
    getattr(mounted, end)()
    wait_for(lambda: not is_there(bell), what='the end of the bell')


def test_a_daemon_that_is_killed_while_changes_go_on_leaves_no_process_and_no_mount_that_hangs(mount, service):
    bells = []
    for number in range(TIMES):
        mounted = mount(service.url, source=f'killed{number}', limit=LIMIT)
        log_in(mounted)
        [bell] = bells_of(mounted.pid)
        bells.append(bell)
        with Changing(mounted) as changing:
            changing.wait_for(number % 20)
            mounted.kill()
            with fails_with(errno.ENOTCONN):
                os.listdir(mounted.path)
        wait_for(lambda bell=bell: has_ended(bell), what='the end of the bell')
        subprocess.run(['fusermount3', '-u', mounted.path], check=True, capture_output=True)
        assert not mounted.is_mounted()
    wait_for(lambda: not any(map(is_there, bells)), what='the funeral')


def take_descriptor(pid, path):
    """One of a process's open files, which is then open here, too, whatever becomes of the process (pidfd_getfd(2))."""
    process = os.pidfd_open(pid)
    number = next(int(fd) for fd in os.listdir(f'/proc/{pid}/fd') if os.readlink(f'/proc/{pid}/fd/{fd}') == path)
    taken = libc.syscall(438, process, number, 0)
    os.close(process)
    if taken < 0:
        pytest.skip(f'no descriptor of another process can be had here: {os.strerror(ctypes.get_errno())}')
    return taken


def test_a_daemon_that_is_killed_and_cannot_die_leaves_nobody_hanging(mount, service):
    """As one of whose threads waits in the kernel: what keeps the mount's connection alive is a descriptor here."""
    if os.getuid() != 0 and not os.path.ismount('/sys/fs/fuse/connections'):
        pytest.skip('there is no way to the connections of FUSE here')
    mounted = mount(service.url)
    log_in(mounted)
    mounted.read('cookie')
    kept = take_descriptor(mounted.pid, '/dev/fuse')
    try:
        mounted.kill()
        with pytest.raises(OSError) as failure:
            mounted.read('session')
        assert failure.value.errno in (errno.ENOTCONN, errno.ECONNABORTED)
    finally:
        os.close(kept)


def test_a_signal_ends_the_daemon_while_changes_go_on(mount, service):
    for number in range(TIMES):
        mounted = mount(service.url, source=f'ended{number}', limit=LIMIT)
        log_in(mounted)
        [bell] = bells_of(mounted.pid)
        with Changing(mounted) as changing:
            changing.wait_for(number % 20)
            mounted.terminate()
        assert mounted.process.returncode == 0 and not mounted.is_mounted() and not is_there(bell)


def test_who_made_a_change_can_unmount_at_once(mount, service):
    service.model.identities += (Identity(SHORT, 'Fjord', 400000000007),)
    for number in range(TIMES):
        mounted = mount(service.url, source=f'unmounted{number}', limit=LIMIT)
        log_in(mounted)
        mounted.write('identity', f'{FJORD}\n')
        if number % 2:
            mounted.write('identity', 'Fjord')  # the close makes the switch
        mounted.unmount()


def test_without_it_the_mount_serves_on_and_nobody_is_told(mounted, bell):
    os.kill(bell, signal.SIGKILL)
    wait_for(lambda: not is_there(bell), what='the end of the bell, which nobody else waits for')
    log_in(mounted, identity_id=FJORD)
    assert mounted.read('identity') == f'{FJORD}\n'
    assert mounted.log_text().count('inotify') == 1


# --- when it is slow ---

@pytest.fixture
def stopped(bell):
    """The bell, which does not get on until it is sent SIGCONT."""
    os.kill(bell, signal.SIGSTOP)
    wait_for(lambda: status(bell, 'State').startswith('T'), what='the halt')
    yield bell
    if is_there(bell):
        os.kill(bell, signal.SIGCONT)


def test_nobody_waits_for_it_for_long(mounted, stopped):
    log_in(mounted, identity_id=FJORD)
    began = time.monotonic()
    for identity in (HOME, FJORD) * 10:
        mounted.write('identity', f'{identity}\n')
        assert mounted.read('identity') == f'{identity}\n'
    assert time.monotonic() - began < 5


def test_what_changed_meanwhile_is_told_once_and_then_everything_as_before(mounted, stopped):
    with Watch(mounted.path) as watch:
        for identity in (FJORD, HOME) * 10:
            mounted.write('identity', f'{identity}\n')
        log_in(mounted)
        watch.wait_for('identity')
        os.kill(stopped, signal.SIGCONT)
        wait_for(lambda: 'cookie' in watch.names(), what='the event')
        assert 1 <= watch.names().count('current') <= 2 and watch.names().count('cookie') == 1
        watch.seen.clear()
        mounted.write('identity', f'{FJORD}\n')
        watch.wait_for('current')


def test_a_daemon_whose_bell_hangs_ends_all_the_same(mounted, stopped):
    log_in(mounted, identity_id=FJORD)
    mounted.terminate()
    assert mounted.process.returncode == 0
    wait_for(lambda: not is_there(stopped), what='the end of the bell')


# --- what else may be there ---

def times(path):
    return os.stat(path).st_mtime_ns


def test_a_file_of_the_same_name_below_a_mount_that_was_detached_is_left_alone(mount, service):
    mounted = mount(service.url)
    folder = mounted.path
    log_in(mounted)
    root = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        mounted.detach()
        (folder / 'cookie').write_text('mine\n')
        (folder / 'current').write_text('mine\n')
        before = times(folder / 'cookie'), times(folder / 'current')
        for identity in FJORD, HOME:
            write_below(root, 'identity', f'{identity}\n')
        assert read_below(root, 'identity') == f'{HOME}\n'
        assert (times(folder / 'cookie'), times(folder / 'current')) == before
    finally:
        os.close(root)
    wait_for(lambda: not mounted.is_running(), what='the end of the daemon')


def test_what_is_mounted_over_the_mount_is_left_alone(mounted, tmpfs):
    root = os.open(mounted.path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        tmpfs(mounted.path)
        (mounted.path / 'current').write_text('mine\n')
        before = times(mounted.path / 'current')
        for identity in FJORD, HOME:
            write_below(root, 'identity', f'{identity}\n')
        assert times(mounted.path / 'current') == before
        assert libc.umount2(os.fsencode(mounted.path), 0) == 0
    finally:
        os.close(root)
    with Watch(mounted.path) as watch:
        mounted.write('identity', f'{FJORD}\n')
        watch.wait_for('current')


def test_what_is_mounted_on_a_file_of_the_mount_is_left_alone(mounted):
    if os.getuid() != 0:
        pytest.skip('only root can mount one file on another')
    mine = mounted.folder / 'mine'
    mine.write_text('mine\n')
    before = times(mine)
    subprocess.run(['mount', '--bind', mine, mounted.path / 'cookie'], check=True)
    try:
        with Watch(mounted.path) as watch:
            log_in(mounted, identity_id=FJORD)
            watch.wait_for('current')
        assert times(mine) == before
    finally:
        subprocess.run(['umount', mounted.path / 'cookie'], check=True)


def test_a_user_who_is_not_root_is_told():
    """The file belongs to the mounter, and so may be touched by him, whatever its mode."""
    with temporary_user() as user:
        assert user.run('./so24fs', '-o', 'sandbox', 'acme', 'mnt').returncode == 0
        (user.home / 'credential').write_text(OLA.lines())
        with subprocess.Popen(['inotifywait', '-e', 'modify', 'mnt/cookie'], cwd=user.home, user=user.entry.pw_uid,
                              group=user.entry.pw_gid, extra_groups=[], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as waiting:
            while 'established' not in waiting.stderr.readline():
                assert waiting.poll() is None
            assert user.run('cp', 'credential', 'mnt/login').returncode == 0
            assert waiting.communicate(timeout=10)[0] == 'mnt/cookie MODIFY \n'
        assert user.run('fusermount3', '-u', 'mnt').returncode == 0


def read_below(root, name):
    with open(os.open(name, os.O_RDONLY, dir_fd=root), encoding='utf-8') as file:
        return file.read()


def write_below(root, name, text):
    descriptor = os.open(name, os.O_WRONLY, dir_fd=root)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
