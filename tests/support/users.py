"""A user of the system for a test, made and deleted by it; and programs that run as that user."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from support import programs


class User:
    """`home` is a folder of the user's own that every user may pass through, with copies of the programs in it."""

    def __init__(self, name, home):
        self.name = name
        self.home = home
        self.entry = pwd.getpwnam(name)
        self.mountpoint = home / 'mnt'
        self.mountpoint.mkdir()
        for program in programs.daemon_program(), programs.sandbox_program():
            shutil.copy(program, home)
        for path in home, self.mountpoint:
            os.chown(path, self.entry.pw_uid, self.entry.pw_gid)
            path.chmod(0o755)

    def run(self, *command, timeout=30, **others):
        """Runs a program as the user, in `home`; its output is text."""
        return subprocess.run(command, user=self.entry.pw_uid, group=self.entry.pw_gid, extra_groups=[], cwd=self.home,
                              env=programs.clean_environment(self.home), stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, **others)

    def end_mount(self):
        """Whatever is still mounted there is taken away, with its daemon."""
        subprocess.run(['umount', '-l', self.mountpoint], capture_output=True)


@contextlib.contextmanager
def temporary_user():
    """A user who mounts; skips the test where there can be none."""
    if os.getuid() != 0 or not shutil.which('useradd'):
        pytest.skip('only root with useradd can make a user for this test')
    if not os.stat(shutil.which('fusermount3')).st_mode & 0o4000:
        pytest.skip('fusermount3 is not setuid here, so that only root can mount')
    if not os.stat('/dev/fuse').st_mode & 0o002:
        pytest.skip('/dev/fuse is for root only here')
    name = f'so24t{os.getpid()}'
    subprocess.run(['useradd', '--no-create-home', '--shell', '/bin/sh', name], check=True, capture_output=True)
    home = Path(tempfile.mkdtemp(prefix='so24fs-'))
    user = None
    try:
        user = User(name, home)
        yield user
    finally:
        if user is not None:
            user.end_mount()
        shutil.rmtree(home, ignore_errors=True)
        subprocess.run(['userdel', '--force', name], capture_output=True)
