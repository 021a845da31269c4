"""A program at a terminal of its own, and the person who sits there."""

import os
import pty
import select
import signal
import termios
import time

from support.waiting import wait_for


class Dialogue:
    """`shown` is all that the terminal has shown so far."""

    def __init__(self, command, cwd, env, patience=20):
        self.shown = ''
        self._patience = patience
        self.status = None  # how it ended, as os.waitpid() has it
        self.pid, self._controller = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(cwd)
                os.execve(command[0], command, env)
            finally:
                os._exit(127)

    def until(self, mark):
        """Waits until the terminal shows that, after what was looked at before; says what came before it."""
        deadline = time.monotonic() + self._patience
        while mark not in self._unread:
            ready, _, _ = select.select([self._controller], [], [], max(0, deadline - time.monotonic()))
            assert ready, f'{mark!r} does not come; shown was {self.shown!r}'
            self._take()
        before, _, rest = self._unread.partition(mark)
        self._seen = len(self.shown) - len(rest)
        return before

    def type(self, text):
        os.write(self._controller, text.encode())

    def answer(self, question, text):
        """Waits for the question and types the answer."""
        self.until(question)
        self.type(f'{text}\r')

    def echoes(self):
        return bool(termios.tcgetattr(self._controller)[3] & termios.ECHO)

    def wait_for_echo(self, on):
        wait_for(lambda: self.echoes() == on, what=f'the echo to be {"on" if on else "off"}')

    def send(self, number):
        os.kill(self.pid, number)

    def end(self):
        """Waits for the end of the program; says its exit status, less than 0 if a signal ended it."""
        if self.status is None:
            self._read_to_the_end()
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def close(self):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._controller)

    # --- inside ---

    _seen = 0

    @property
    def _unread(self):
        return self.shown[self._seen:]

    def _take(self):
        piece = os.read(self._controller, 65536)
        self.shown += piece.decode(errors='replace')
        return piece

    def _read_to_the_end(self):
        deadline = time.monotonic() + self._patience
        try:
            while select.select([self._controller], [], [], max(0, deadline - time.monotonic()))[0]:
                if not self._take():
                    return
            raise AssertionError(f'it does not end; shown was {self.shown!r}')
        except OSError:
            return  # EIO: nobody has the terminal open any more
