"""Those who watch files by inotify(7): a loop in Python, and inotifywait. Both see each event before the next change is made.

inotify itself drops an event that equals the last one in the queue. So who counts events must let them be read in between.
"""

import ctypes
import errno
import os
import select
import struct
import subprocess
import threading
from dataclasses import dataclass

from support.waiting import wait_for

MODIFY, CLOSE_WRITE, OPEN, DONT_FOLLOW = 0x2, 0x8, 0x20, 0x02000000
HEAD = struct.Struct('iIII')
libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Seen:
    name: str     # of the file
    content: str  # as it read at once: its text, or the name of an errno


class Queue:
    """The events of one watch, read when they are asked for. Everything that was there before is in it then."""

    def __init__(self, path, mask=MODIFY):
        self.path = path
        self.events = []  # (mask, name)
        self.descriptor = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        assert self.descriptor >= 0, os.strerror(ctypes.get_errno())
        added = libc.inotify_add_watch(self.descriptor, os.fsencode(path), mask)
        assert added >= 0, os.strerror(ctypes.get_errno())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.descriptor)

    def fetch(self):
        """Those that were not fetched before."""
        new = []
        while select.select([self.descriptor], [], [], 0)[0]:
            new += events(os.read(self.descriptor, 65536))
        self.events += new
        return new

    def names(self):
        """The names of the files of all events so far, in their order."""
        self.fetch()
        return [name or self.path.name for _, name in self.events]

    def masks(self):
        self.fetch()
        return [mask for mask, _ in self.events]


class Watch:
    """A loop that reads each file of which it hears, as programs do that reload a file when it changes."""

    def __init__(self, path):
        self.seen = []
        self._queue = Queue(path)
        self._ended, self._end = os.pipe()
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._end)
        self._thread.join()
        self._queue.__exit__()
        os.close(self._ended)

    def names(self):
        return [seen.name for seen in self.seen]

    def wait_for(self, *names):
        """Until there is an event of each of the names, in any order; forgets all events, and returns them."""
        wait_for(lambda: set(names) <= set(self.names()), what=f'events of {names}')
        seen, self.seen = self.seen, []
        return seen

    def _loop(self):
        while self._ended not in select.select([self._queue.descriptor, self._ended], [], [])[0]:
            for _, name in self._queue.fetch():
                path = self._queue.path / name if name else self._queue.path
                self.seen.append(Seen(path.name, read_or_errno(path)))


class InotifyWait:
    """inotifywait -m of paths, as a shell script runs it."""

    def __init__(self, folder, *paths, more=()):
        self._lines = folder / 'inotifywait.out'
        self._said = folder / 'inotifywait.err'
        with open(self._lines, 'wb') as lines, open(self._said, 'wb') as said:
            self._process = subprocess.Popen(
                ['inotifywait', '-m', '-e', 'modify', '--format', '%w%f', *more, *map(str, paths)],
                stdin=subprocess.DEVNULL, stdout=lines, stderr=said)
        wait_for(lambda: 'Watches established' in self._said.read_text(), what='the watch')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def lines(self):
        """The path of each event so far."""
        return self._lines.read_text().splitlines()

    def wait_for(self, count):
        wait_for(lambda: len(self.lines()) >= count, what=f'{count} lines of inotifywait')


def events(data):
    """(mask, name of the file in the watched folder, or '') of each event in what was read of inotify."""
    found = []
    while data:
        _, mask, _, length = HEAD.unpack_from(data)
        name = data[HEAD.size:HEAD.size + length].rstrip(b'\0')
        found.append((mask, os.fsdecode(name)))
        data = data[HEAD.size + length:]
    return found


def read_or_errno(path):
    try:
        return os.readlink(path) if path.is_symlink() else path.read_text()
    except OSError as failure:
        return errno_name(failure)


def errno_name(failure):
    return errno.errorcode[failure.errno]
