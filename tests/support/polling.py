"""Waiting for a file by poll(2), select(2) and epoll(7), each said the same way."""

import contextlib
import os
import select
import threading
import time

READABLE, CHANGED, ENDED = 'readable', 'changed', 'ended'

# select(2) cannot tell POLLERR and POLLHUP from POLLIN.
_BITS = {READABLE: select.POLLIN, CHANGED: select.POLLPRI, ENDED: select.POLLHUP}


class Watch:
    """An open file, whose changes are waited for in one of the WAYS."""

    def __init__(self, path, way='poll', flags=os.O_RDONLY):
        self.descriptor = os.open(path, flags)
        self._way = way
        self._epoll = select.epoll() if way.startswith('epoll') else None
        if self._epoll:
            edge = select.EPOLLET if way == 'epoll edge' else 0
            self._epoll.register(self.descriptor, select.EPOLLPRI | edge | (select.EPOLLIN if edge else 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._epoll:
            self._epoll.close()
        os.close(self.descriptor)

    def read(self):
        """The content as it is now; or the errno."""
        try:
            return os.pread(self.descriptor, 65536, 0).decode()
        except OSError as failure:
            return failure.errno

    def wait_for_change(self, seconds):
        """Whether it is said within that time that there is another content."""
        if self._way == 'poll':
            poll = select.poll()
            poll.register(self.descriptor, select.POLLPRI)
            events = dict(poll.poll(seconds * 1000)).get(self.descriptor, 0)
            assert events in (0, select.POLLPRI | select.POLLERR)
            return events != 0
        if self._way == 'select':
            return bool(select.select([], [], [self.descriptor], seconds)[2])
        end = time.monotonic() + seconds
        while events := self._epoll.poll(max(0, end - time.monotonic())):
            if events[0][1] & select.EPOLLPRI:
                return True
            if time.monotonic() >= end:
                break
        return False

    def edges(self):
        """How often epoll reports the file until it is quiet."""
        count = 0
        while self._epoll.poll(0.05):
            count += 1
        return count


WAYS = ['poll', 'select', 'epoll', 'epoll edge']


def state(descriptor, wait=0):
    """What poll(2) says of the file within that many seconds."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLPRI)
    bits = dict(poll.poll(wait * 1000)).get(descriptor, 0)
    return {name for name, bit in _BITS.items() if bits & bit}


class Waiter:
    """A thread that waits for a change. `told` becomes true or false."""

    def __init__(self, watch, seconds=20):
        self.told = None
        self._watch = watch
        self._seconds = seconds
        self._thread = threading.Thread(target=self._wait, daemon=True)
        self._thread.start()

    def join(self):
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.told

    def _wait(self):
        self.told = self._watch.wait_for_change(self._seconds)


@contextlib.contextmanager
def watching(mounted, name, way):
    """A watch of a file that was read."""
    with Watch(mounted.path / name, way) as watch:
        watch.read()
        yield watch
