"""Mounts that are made before the daemon is what it will be: with drop_privileges, and by a process before it."""

import array
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from support import programs
from support.accounts import OLA
from support.daemons import daemons_of, start
from support.mount import is_mount_point
from support.waiting import wait_for

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason='only root has privileges to drop, and mounts for others')


@pytest.fixture
def place():
    """A folder that every user may pass through, with an empty folder `mnt` and a copy of the program in it."""
    folder = Path(tempfile.mkdtemp(prefix='so24fs-'))
    folder.chmod(0o755)
    (folder / 'mnt').mkdir()
    shutil.copy(programs.daemon_program(), folder)
    yield folder
    subprocess.run(['umount', '-f', '-l', folder / 'mnt'], capture_output=True)
    shutil.rmtree(folder)


def status_of(process):
    with open(f'/proc/{process}/status', encoding='utf-8') as file:
        return dict(line.rstrip('\n').split(':\t', 1) for line in file)


def mount_options(mountpoint):
    with open('/proc/self/mountinfo', encoding='utf-8') as table:
        [line] = [line for line in table if line.split(' ')[4] == str(mountpoint)]
    return line.split(' ')[-1].rstrip('\n').split(',')


# --- without privileges ---

@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_daemon_that_has_dropped_its_privileges_serves_and_leaves_no_mount_behind(place, number):
    mountpoint = place / 'mnt'
    assert start('-o', 'sandbox,drop_privileges', 'acme', mountpoint, cwd=place) == (0, '', '')
    [daemon] = daemons_of(mountpoint)
    assert status_of(daemon)['CapEff'] == status_of(daemon)['CapBnd'] == '0' * 16
    assert 'default_permissions' in mount_options(mountpoint)
    (mountpoint / 'login').write_text(OLA.lines())
    assert (mountpoint / 'current/client_name').read_text() == 'Fjord & Fjell AS\n'
    os.kill(daemon, number)
    wait_for(lambda: not is_mount_point(mountpoint), what='the unmount')


def test_what_fails_after_the_mount_takes_it_away_again(place):
    for _ in range(3):
        status, _, told = start('-o', 'sandbox,drop_privileges,credentials=nowhere', 'acme', 'mnt', cwd=place)
        assert status == 1 and 'nowhere' in told
        assert not is_mount_point(place / 'mnt')


def test_a_helper_of_mount_8_goes_on_as_so24fs(place):
    (place / 'mount.so24fs').symlink_to(programs.daemon_program())
    done = subprocess.run([place / 'mount.so24fs', 'acme', place / 'mnt', '-n', '-o', 'rw,sandbox', '-t', 'fuse.so24fs'],
                          env=programs.clean_environment(place), capture_output=True, text=True, timeout=10)
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')
    [daemon] = daemons_of(place / 'mnt')
    with open(f'/proc/{daemon}/cmdline', encoding='utf-8') as line:
        assert line.read().split('\0')[:-1] == ['so24fs', '-o', 'rw,sandbox', '--', 'acme', str(place / 'mnt')]
    with open(f'/proc/{daemon}/comm', encoding='utf-8') as name:
        assert name.read() == 'so24fs\n'


# --- handed over ---

class Manager:
    """What systemd does: keeps the mount that one process leaves, and gives it to the next."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = programs.clean_environment(folder, {'NOTIFY_SOCKET': str(folder / 'notify')})
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / 'notify'))
        self._socket.settimeout(10)

    def hear(self):
        """The next message, and the file that came with it."""
        text, control, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(4), socket.MSG_CMSG_CLOEXEC)
        files = array.array('i')
        for _, _, data in control:
            files.frombytes(data[:4])
        return text.decode(), files[0] if files else None

    def leave_mount(self, *options):
        """Runs --leave-mount; the file that it leaves."""
        command = [programs.daemon_program(), '--leave-mount', *options, 'acme', 'mnt']
        with subprocess.Popen(command, cwd=self.folder, env=self.environment) as leaving:
            text, left = self.hear()
            assert text == 'FDSTORE=1\nFDNAME=so24fs'
            barrier = self.hear()
            assert barrier[0] == 'BARRIER=1'
            assert leaving.poll() is None  # it waits until what it has left is in safe hands
            os.close(barrier[1])
            assert leaving.wait(10) == 0
        return left

    def start(self, left, *options):
        """Starts the daemon as another user, and gives it the mount as its file 3; returns when it is ready."""
        script = 'exec 3<&"$1"; shift; LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=so24fs exec "$@"'
        daemon = subprocess.Popen(
            ['bash', '-c', script, 'sh', str(left), 'setpriv', '--reuid=65534', '--regid=65534', '--clear-groups',
             '--no-new-privs', self.folder / 'so24fs', '-f', *options, 'acme', 'mnt'],
            cwd=self.folder, env=self.environment, pass_fds=[left], stderr=subprocess.DEVNULL)
        os.close(left)
        assert self.hear()[0].startswith('READY=1')
        return daemon

    def close(self):
        self._socket.close()


@pytest.fixture
def manager(place):
    made = Manager(place)
    (place / 'notify').chmod(0o777)
    yield made
    made.close()


def test_a_mount_that_is_handed_over_is_served_by_another_user_for_root_too(place, manager, sandbox):
    left = manager.leave_mount()
    assert is_mount_point(place / 'mnt') and 'default_permissions' in mount_options(place / 'mnt')
    daemon = manager.start(left, '-o', f'endpoint={sandbox.url}')
    try:
        assert (place / 'mnt/session').read_text() == 'false\n'
        assert os.stat(place / 'mnt/cookie').st_uid == 65534
        stranger = subprocess.run(['cat', place / 'mnt/session'], user=12345, group=12345, extra_groups=[], capture_output=True)
        assert b'Permission denied' in stranger.stderr
    finally:
        daemon.terminate()
    assert daemon.wait(10) == 0
    ended = subprocess.run([programs.daemon_program(), '--end-mount', 'acme', 'mnt'], cwd=place, capture_output=True, timeout=10,
                           env=programs.clean_environment(place))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b'', b'')
    assert not is_mount_point(place / 'mnt')


def test_a_mount_that_nobody_serves_yet_can_be_taken_away(place, manager):
    left = manager.leave_mount()
    with subprocess.Popen(['cat', 'mnt/session'], cwd=place, stderr=subprocess.DEVNULL) as waiting:
        subprocess.run([programs.daemon_program(), '--end-mount', 'acme', 'mnt'], cwd=place, check=True, timeout=10,
                       env=programs.clean_environment(place))
        assert waiting.wait(10) == 1
    assert not is_mount_point(place / 'mnt')
    os.close(left)


def test_a_link_to_a_folder_is_not_mounted_on_early(place, manager):
    (place / 'link').symlink_to('mnt')
    done = subprocess.run([programs.daemon_program(), '--leave-mount', 'acme', 'link'], cwd=place, capture_output=True, text=True,
                          env=manager.environment, timeout=10)
    assert done.returncode == 1 and done.stderr == 'so24fs: link: is a symbolic link; name the folder itself\n'
    assert not is_mount_point(place / 'mnt')
