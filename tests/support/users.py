"""Users of the system for a test, made and deleted by it; and programs that run as them."""

import contextlib
import grp
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
def temporary_user(own_device=False):
    """A user who mounts; skips the test where there can be none. `own_device`: the test sees to /dev/fuse itself."""
    if os.getuid() != 0 or not shutil.which('useradd'):
        pytest.skip('only root with useradd can make a user for this test')
    if not os.stat(shutil.which('fusermount3')).st_mode & 0o4000:
        pytest.skip('fusermount3 is not setuid here, so that only root can mount')
    if not own_device and not os.stat('/dev/fuse').st_mode & 0o002:
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


class Person:
    """A user who only uses files: no home, no programs, but groups."""

    def __init__(self, name):
        self.name = name
        self.entry = pwd.getpwnam(name)

    def run(self, command, cwd, text=None, timeout=30):
        """Runs a program as after a login, with all groups that the user is in; its output is bytes."""
        given = {'input': text} if text is not None else {'stdin': subprocess.DEVNULL}
        groups = os.getgrouplist(self.name, self.entry.pw_gid)
        return subprocess.run(command, cwd=cwd, user=self.entry.pw_uid, group=self.entry.pw_gid, extra_groups=groups,
                              env={'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8'}, timeout=timeout,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **given)


@contextlib.contextmanager
def temporary_people(*words, group):
    """A Person for each word, and a group that those are members of whose word begins with "member"."""
    if os.getuid() != 0 or not shutil.which('useradd'):
        pytest.skip('only root with useradd can make users for this test')
    names = {word: f'so24{word[:8]}{os.getpid()}' for word in words}
    group_name = f'so24{group}{os.getpid()}'
    try:
        subprocess.run(['groupadd', group_name], check=True, capture_output=True)
        for word, name in names.items():
            member = ['--groups', group_name] if word.startswith('member') else []
            subprocess.run(['useradd', '--no-create-home', *member, name], check=True, capture_output=True)
        yield {word: Person(name) for word, name in names.items()}, grp.getgrnam(group_name)
    finally:
        for name in names.values():
            subprocess.run(['userdel', '--force', name], capture_output=True)
        subprocess.run(['groupdel', group_name], capture_output=True)
