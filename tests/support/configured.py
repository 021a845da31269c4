"""Configuration files for a test, and where they are taken from."""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

import pytest

SYSTEM_FOLDER = Path('/etc/so24fs')
# Tests of other suites that run at the same time make and remove the same folder.
LOCK = Path('/run/lock/so24fs-test-configuration')


def text_of(**settings):
    return '[mount]\n' + ''.join(f'{key} = {value}\n' for key, value in settings.items())


def configure(home, name, text=None, mode=0o644, **settings):
    """The user's own file of that name, below `home`: with this text, or these settings; says its path."""
    path = Path(home) / '.config' / 'so24fs' / f'{name}.conf'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(**settings) if text is None else text)
    path.chmod(mode)
    return path


@contextlib.contextmanager
def system_configuration(name, mode=0o644, folder_mode=0o755, **settings):
    """The machine's file of that name while it lasts; the folder goes again, unless it was there or is used."""
    if os.getuid() != 0:
        pytest.skip('only root can write to /etc')
    path = SYSTEM_FOLDER / f'{name}.conf'
    with open(LOCK, 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not path.exists(), f'{path} is somebody\'s'
        there = SYSTEM_FOLDER.exists()
        if not there:
            SYSTEM_FOLDER.mkdir(mode=folder_mode)
            SYSTEM_FOLDER.chmod(folder_mode)
        elif folder_mode != 0o755:
            pytest.skip('/etc/so24fs is there, and its mode is not the test\'s to change')
        try:
            path.write_text(text_of(**settings))
            path.chmod(mode)
            yield path
        finally:
            path.unlink(missing_ok=True)
            if not there:
                shutil.rmtree(SYSTEM_FOLDER, ignore_errors=True)
