"""so24fs started by hand, as a user does, for tests of how it starts and ends."""

import os
import subprocess
from pathlib import Path

from support import programs


def start(*arguments, cwd, home=None, **others):
    """Runs so24fs until its parent process ends; says (exit status, stdout, stderr). $HOME is `cwd`, or `home`."""
    done = subprocess.run([programs.daemon_program(), *map(str, arguments)], cwd=cwd, stdin=subprocess.DEVNULL,
                          env=programs.clean_environment(home or cwd), text=True, timeout=10,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **others)
    return done.returncode, done.stdout, done.stderr


def daemons_of(mountpoint):
    """The processes that serve this mountpoint (given as it was on the command line)."""
    found = []
    for entry in Path('/proc').iterdir():
        try:
            words = (entry / 'cmdline').read_bytes().split(b'\0') if entry.name.isdigit() else []
        except OSError:
            continue  # ended meanwhile
        if os.fsencode(str(mountpoint)) in words and any(word.endswith(b'so24fs') for word in words[:1]):
            found.append(int(entry.name))
    return found


def unmount(mountpoint):
    """As a user does; fails if that fails."""
    subprocess.run(['fusermount3', '-u', '--', str(mountpoint)], check=True, capture_output=True)
