"""Places from which legacy programs look at a mount: containers, chroots, bind mounts. Each is gone after its `with`."""

import contextlib
import subprocess
from pathlib import Path

from support.shells import ENVIRONMENT


class Namespace:
    """Namespaces of their own, as a container has them, kept by a process that does nothing.

    `propagation`: private: no mount that is made outside later comes in; slave: all do. `kinds` are those besides mounts'.
    """

    def __init__(self, propagation='private', *kinds):
        self._kinds = ['--mount', *kinds]
        as_root = ['--map-root-user'] if '--user' in kinds else []
        self._process = subprocess.Popen(
            ['unshare', *self._kinds, '--propagation', propagation, *as_root, 'sh', '-c', 'echo; exec cat'], env=ENVIRONMENT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout.readline() == b'\n'

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def run(self, *command):
        """A program in there, at /; its output is bytes."""
        return subprocess.run(self.command(*command), env=ENVIRONMENT, stdin=subprocess.DEVNULL, timeout=30,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def command(self, *command):
        """What runs it from outside."""
        return ['nsenter', '--target', str(self._process.pid), *self._kinds, '--wd=/', '--', *map(str, command)]

    def read(self, path, *before):
        """What `cat` says: the file's bytes, or the kernel's message. `before`: chroot and the like."""
        done = self.run(*before, 'cat', path)
        return done.stdout if done.returncode == 0 else message(done)

    def mount(self, *arguments):
        done = self.run('mount', *arguments)
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def mounted_at(place, *arguments, file=False):
    """mount(8) on a new folder, or file; taken away after it, whoever is dead."""
    place = Path(place)
    place.touch() if file else place.mkdir()
    subprocess.run(['mount', *map(str, arguments), str(place)], check=True, capture_output=True)
    try:
        yield place
    finally:
        subprocess.run(['umount', '-l', str(place)], check=True, capture_output=True)


def message(done):
    """The last words of what a program says of an error."""
    return done.stderr.decode().strip().rpartition(': ')[2]
