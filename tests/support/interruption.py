"""A system call that waits in a thread and can be interrupted by a signal, to see its errno exactly.

Python's own os.open starts again after EINTR; the C library's does not.
"""

import ctypes
import os
import signal
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)


class WaitingOpen:
    """open(2) of a path in a thread of its own, begun at once. To be made in the main thread."""

    def __init__(self, path, flags=os.O_RDONLY):
        self.errno = None
        self._path = os.fsencode(path)
        self._flags = flags
        self._thread = threading.Thread(target=self._open, daemon=True)
        # Never set back: a signal that the call did not heed is delivered when the call ends, whenever that is.
        signal.signal(signal.SIGUSR1, lambda *_: None)
        self._thread.start()

    def interrupt(self):
        signal.pthread_kill(self._thread.ident, signal.SIGUSR1)

    def is_waiting(self):
        return self._thread.is_alive()

    def _open(self):
        descriptor = libc.open(self._path, self._flags)
        if descriptor < 0:
            self.errno = ctypes.get_errno()
        else:
            self.errno = 0
            os.close(descriptor)


class WaitingRead:
    """read(2) of a descriptor in a thread of its own, likewise. `content` is what it got."""

    def __init__(self, descriptor):
        self.errno = None
        self.content = None
        self._descriptor = descriptor
        self._thread = threading.Thread(target=self._read, daemon=True)
        signal.signal(signal.SIGUSR1, lambda *_: None)
        self._thread.start()

    def has_begun(self):
        """It is in the kernel, in a read(2) of this descriptor; or it has ended."""
        words = system_call_of(self._thread)
        return words is None or (words[0] != 'running' and int(words[1], 16) == self._descriptor)

    def interrupt_until_it_ends(self, patience=5):
        """A signal that comes before the system call has begun is lost: so it is sent again."""
        end = time.monotonic() + patience
        while self.is_waiting() and time.monotonic() < end:
            signal.pthread_kill(self._thread.ident, signal.SIGUSR1)
            self._thread.join(0.05)
        assert not self.is_waiting(), 'the read was not interrupted'

    def is_waiting(self):
        return self._thread.is_alive()

    def _read(self):
        buffer = ctypes.create_string_buffer(65536)
        length = libc.read(self._descriptor, buffer, len(buffer))
        self.errno = ctypes.get_errno() if length < 0 else 0
        self.content = buffer.raw[:max(length, 0)]


def system_call_of(thread):
    """The number of the system call that the thread is in, and its arguments, in hexadecimal; None: it has ended."""
    try:
        with open(f'/proc/self/task/{thread.native_id}/syscall', encoding='utf-8') as file:
            return file.read().split()
    except OSError:
        return None
