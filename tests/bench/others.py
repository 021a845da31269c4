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


# What the least daemon there can be does with an open file: the example, with these flags in its answer to OPEN.
FLOORS = {
    'kept': 'fi->keep_cache = 1; fi->noflush = 1;',
    'direct': 'fi->direct_io = 1; fi->noflush = 1;',
}


def compile_hello(build, flags=''):
    if not HELLO.is_file():
        raise Missing(f'{HELLO} is not there')
    text = HELLO.read_text()
    reply = 'fuse_reply_open(req, fi);'
    if reply not in text:
        raise Missing(f'{HELLO} is another one than is known')
    program = build / '-'.join(['hello_ll', *(name for name in FLOORS if FLOORS[name] == flags)])
    libraries = subprocess.run(['pkg-config', '--cflags', '--libs', 'fuse3'], check=True, capture_output=True, text=True)
    subprocess.run(['cc', '-O2', '-o', program, '-x', 'c', '-', '-x', 'none', *libraries.stdout.split()], check=True,
                   text=True, input=text.replace(reply, f'{{ {flags} {reply} }}'), stderr=subprocess.DEVNULL)
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
def hello(stage, *switches, flags=''):
    program = compile_hello(stage.build, flags)
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
    'the least FUSE daemon, kept': lambda stage: hello(stage, '-s', flags=FLOORS['kept']),
    'the least FUSE daemon, direct': lambda stage: hello(stage, '-s', flags=FLOORS['direct']),
    'sshfs': sshfs,
    'rclone': rclone,
}
