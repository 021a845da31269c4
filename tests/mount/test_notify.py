"""What the service manager is told (sd_notify(3)), over a socket of the test's own."""

import os
import socket
import subprocess

import pytest

from support import programs
from support.daemons import unmount
from support.mount import is_mount_point


@pytest.fixture
def manager(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / 'notify'))
        listening.settimeout(10)
        yield listening


def start(folder, *arguments):
    (folder / 'mnt').mkdir(exist_ok=True)
    return subprocess.Popen([programs.daemon_program(), *arguments, '-o', 'sandbox', 'acme', 'mnt'], cwd=folder,
                            env=programs.clean_environment(folder, {'NOTIFY_SOCKET': str(folder / 'notify')}),
                            stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_it_is_ready_once_the_mount_can_be_used_and_says_when_it_stops(tmp_path, manager):
    daemon = start(tmp_path, '-f')
    try:
        assert manager.recv(4096).decode().splitlines() == ['READY=1', f'MAINPID={daemon.pid}']
        assert (tmp_path / 'mnt/session').read_text() == 'false\n'
    finally:
        daemon.terminate()
    assert manager.recv(4096) == b'STOPPING=1'
    assert daemon.wait(10) == 0


def test_in_the_background_the_manager_learns_who_serves_the_mount(tmp_path, manager):
    assert start(tmp_path).wait(10) == 0
    ready, process = manager.recv(4096).decode().splitlines()
    assert ready == 'READY=1' and process.startswith('MAINPID=')
    with open(f'/proc/{process.removeprefix("MAINPID=")}/comm', encoding='utf-8') as name:
        assert name.read() == 'so24fs\n'
    unmount(tmp_path / 'mnt')
    assert manager.recv(4096) == b'STOPPING=1'


def test_what_cannot_be_mounted_is_never_ready(tmp_path, manager):
    (tmp_path / 'mnt').touch()
    daemon = subprocess.run([programs.daemon_program(), '-f', 'acme', 'mnt'], cwd=tmp_path, capture_output=True, timeout=10,
                            env=programs.clean_environment(tmp_path, {'NOTIFY_SOCKET': str(tmp_path / 'notify')}))
    assert daemon.returncode == 1
    manager.setblocking(False)
    with pytest.raises(BlockingIOError):
        manager.recv(4096)


@pytest.mark.skipif(os.getuid() != 0, reason='only root can mount so')
@pytest.mark.parametrize('switch', ['--leave-mount', '--end-mount'])
def test_a_mount_that_nobody_takes_over_does_not_stay(tmp_path, switch):
    (tmp_path / 'mnt').mkdir()
    done = subprocess.run([programs.daemon_program(), switch, 'acme', 'mnt'], cwd=tmp_path, timeout=10, text=True,
                          env=programs.clean_environment(tmp_path), capture_output=True)
    assert not is_mount_point(tmp_path / 'mnt')
    if switch == '--leave-mount':
        assert done.returncode == 1 and 'no service manager takes the mount over' in done.stderr
    else:
        assert (done.returncode, done.stderr) == (0, '')
