"""Shells and programs as users run them, in a folder of their own beside the mount."""

import os
import subprocess

SHELLS = {'bash': ['bash'], 'dash': ['dash'], 'busybox': ['busybox', 'sh']}
ENVIRONMENT = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8', 'HOME': '/nonexistent'}


def run(command, cwd, text=None, timeout=30, **others):
    """Runs a program to its end; its output is bytes, and nothing is checked."""
    given = {'input': text} if text is not None else {'stdin': subprocess.DEVNULL}
    return subprocess.run(command, cwd=cwd, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=timeout, **given, **others)


def sh(shell, script, mounted):
    """Runs a script with that shell, beside the mount (which is ./mnt)."""
    return run([*SHELLS[shell], '-c', script], mounted.folder)
