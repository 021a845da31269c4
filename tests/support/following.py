"""Programs that follow the file `events`, and lines of it to follow."""

import os
import re
import signal
import subprocess
import threading
import time

from support.readers import PROMPT
from support.shells import ENVIRONMENT
from support.waiting import wait_for

LINE = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\d+) ([a-z]+)'
                  r'((?: [a-z_]+=(?:[\w.:@/+-]+|"(?:[^"\\]|\\.)*"))*)')


# More than the ring holds (256 KiB) of the shortest lines.
TOO_MANY = 9000


class Follower:
    """A program, beside the mount, whose output is read line by line as it comes."""

    def __init__(self, mounted, command, **others):
        self.lines = []
        self._process = subprocess.Popen(command, cwd=mounted.folder, env=ENVIRONMENT, text=True,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
                                         **{'stdin': subprocess.DEVNULL, **others})
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._thread.join(10)
        self._process.stdout.close()
        self._process.stderr.close()

    @property
    def pid(self):
        return self._process.pid

    def is_running(self):
        return self._process.poll() is None

    def wait_for(self, word, count=1):
        """Until so many lines have this word."""
        wait_for(lambda: self.words().count(word) >= count, 20, f'{count} lines with {word}, of {self.lines}')

    def words(self):
        return [word_of(line) for line in list(self.lines)]

    def send(self, number):
        """Sends a signal to all of them, as a terminal does, and returns the exit status, which must come at once."""
        began = time.monotonic()
        self._signal(number)
        status = self._process.wait(20)
        assert time.monotonic() - began < PROMPT
        return status

    def result(self):
        """Its exit status and its messages, once it has ended by itself and all its output was read."""
        status = self._process.wait(20)
        self._thread.join(20)
        return status, self._process.stderr.read()

    def _signal(self, number):
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            pass  # all have ended

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(line)


def number_of(line):
    return int(LINE.fullmatch(line.rstrip('\n')).group(1))


def word_of(line):
    return LINE.fullmatch(line.rstrip('\n')).group(2)


def missed_in(lines):
    """How many lines are said to have been missed; fails unless that is just what is missing between the numbers."""
    missed, last = 0, None
    for line in lines:
        number = number_of(line)
        if word_of(line) == 'missed':
            count = int(line.rstrip('\n').rsplit('=', 1)[1])
            assert last is None or number - last == count, line
            missed += count
        else:
            assert last is None or number == last + 1, f'{line!r} comes after {last}'
        last = number
    return missed


def happen(mounted, count=1):
    """So many lines: nothing is quicker to do than a logout, and no call is made for it."""
    for _ in range(count):
        mounted.write('logout', 'x')
