"""A disk of a few pages, mounted for a test, that can be filled up."""

import contextlib
import os
import subprocess

import pytest


class SmallDisk:
    def __init__(self, path):
        self.path = path
        self._filler = path / 'filler'

    def fill(self):
        """Until not one more byte can be written."""
        with open(self._filler, 'ab', buffering=0) as filler, contextlib.suppress(OSError):
            while filler.write(bytes(4096)):
                pass
        assert os.statvfs(self.path).f_bavail == 0

    def make_room(self):
        self._filler.unlink()


@contextlib.contextmanager
def small_disk(path):
    """A SmallDisk at the path; skips the test where none can be mounted."""
    path.mkdir()
    if os.getuid() != 0 or subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k,mode=700', 'so24fs-test', path],
                                          capture_output=True).returncode != 0:
        pytest.skip('a disk for the test cannot be mounted here')
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(['umount', '-l', path], check=True)
