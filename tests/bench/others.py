"""What so24fs is compared with: tmpfs, procfs, libfuse's hello_ll as shipped, sshfs, rclone."""

import contextlib
import os
import shutil
import socket
import subprocess
from pathlib import Path

from support import programs
from support.mount import is_mount_point
from support.waiting import wait_for

HELLO = Path('/usr/share/doc/libfuse3-dev/examples/hello_ll.c')
PROC_FILE = '/proc/version'
SFTP_SERVERS = ['/usr/lib/openssh/sftp-server', '/usr/libexec/openssh/sftp-server', '/usr/lib/ssh/sftp-server']
CONTENT = 'ixehrdywkhcx2fjnoaqscnpz\n'


class Missing(Exception):
    """Why there is nothing to compare with."""


def plain_file(stage):
    """A file on tmpfs as deep in the tree as those of the mounts."""
    file = stage.place('tmpfs') / 'mnt' / 'cookie'
    file.parent.mkdir()
    file.write_text(CONTENT)
    return file


def compile_hello(build):
    if not HELLO.is_file():
        raise Missing(f'{HELLO} is not there')
    program = build / 'hello_ll'
    flags = subprocess.run(['pkg-config', '--cflags', '--libs', 'fuse3'], check=True, capture_output=True, text=True)
    subprocess.run(['cc', '-O2', '-o', program, HELLO, *flags.stdout.split()], check=True, stderr=subprocess.DEVNULL)
    return program


@contextlib.contextmanager
def mounted(stage, command, **others):
    """Runs a FUSE daemon in the foreground; `command` makes its words from the mountpoint."""
    place = stage.place('other') / 'mnt'
    place.mkdir()
    quiet = dict.fromkeys(['stdin', 'stdout', 'stderr'], subprocess.DEVNULL)
    process = subprocess.Popen(list(map(str, command(place))), **{**quiet, **others})
    try:
        wait_for(lambda: is_mount_point(place) or process.poll() is not None, what=f'the mount of {process.args[0]}')
        if not is_mount_point(place):
            raise Missing(f'{process.args[0]} does not run here')
        yield place
    finally:
        if is_mount_point(place):
            subprocess.run(['fusermount3', '-u', place], check=True)
        programs.stop(process)


@contextlib.contextmanager
def hello(stage, *switches):
    program = compile_hello(stage.build)
    with mounted(stage, lambda place: [program, '-f', *switches, place]) as place:
        yield place / 'hello'


@contextlib.contextmanager
def sshfs(stage):
    """Without ssh: it speaks to an SFTP server beside it, so what it costs is its own."""
    server = next(filter(os.path.exists, SFTP_SERVERS), None)
    if shutil.which('sshfs') is None or server is None:
        raise Missing('sshfs or an SFTP server is not installed')
    source = plain_file(stage)
    ours, theirs = socket.socketpair()
    with ours, theirs, subprocess.Popen([server], stdin=theirs, stdout=theirs) as serving:
        with mounted(stage, lambda place: ['sshfs', '-f', '-o', 'passive', f':{source.parent}', place],
                     stdin=ours, stdout=ours) as place:
            yield place / source.name
        programs.stop(serving)


@contextlib.contextmanager
def rclone(stage):
    if shutil.which('rclone') is None:
        raise Missing('rclone is not installed')
    source = plain_file(stage)
    with mounted(stage, lambda place: ['rclone', 'mount', '--config', '/dev/null', source.parent, place]) as place:
        yield place / source.name


OTHERS = {
    'hello_ll': hello,
    'hello_ll -s': lambda stage: hello(stage, '-s'),
    'sshfs': sshfs,
    'rclone': rclone,
}
