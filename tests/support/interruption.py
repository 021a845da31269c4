"""A system call that waits in a thread and can be interrupted by a signal, to see its errno exactly.

Python's own os.open starts again after EINTR; the C library's does not.
"""

import ctypes
import os
import signal
import threading

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
