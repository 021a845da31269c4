"""One process of a crowd (crowd.py): does the same few system calls over and over, and notes what it saw when.

A program of its own, without the tests' other modules, so that forty of them start in a moment. Its plan comes in on stdin,
as JSON; before and after each system call it says so on the board, a file that all processes map, so that somebody sees
when one hangs. It ends at SIGINT, as programs do, and writes down what it saw.
"""

import errno
import json
import mmap
import os
import random
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from support import crowd_changes, crowd_lists, crowd_reads  # pylint: disable=wrong-import-position

ROUNDS = {**crowd_reads.ROUNDS, **crowd_lists.ROUNDS, **crowd_changes.ROUNDS}
FOR_EVER = 1 << 62
RUN_NS = 10_000_000  # reads of the same value are one record, but for no longer than this


class Ended(BaseException):
    """SIGINT came."""


class Worker:
    """What the rounds of crowd_reads and crowd_changes are given. `plan` is what the test said of this process."""

    def __init__(self, plan):
        self.plan = plan
        self.mount = plan['mount']
        self.random = random.Random(plan['seed'])
        self.count = 0
        self._runs = {}
        self._records = []
        self._waiting = False
        self._ending = False
        with open(plan['board'], 'r+b') as file:
            self._board = memoryview(mmap.mmap(file.fileno(), 0)).cast('q')
        self._slot = 3 * plan['slot']
        signal.signal(signal.SIGINT, self._on_interrupt)

    def path(self, *names):
        return os.path.join(self.mount, *names)

    def attempt(self, what, operation, *arguments, raw=False):
        """Calls the operation and notes what it returned, or the name of its errno; answers that, too.

        Reads of the same value in a row become one record, unless `raw`.
        """
        begin = self._enter()
        try:
            value = operation(*arguments)
        except OSError as failure:
            value = f'!{errno.errorcode.get(failure.errno, failure)}'
        end = self._leave()
        self._note(what, value, begin, end, raw)
        return value

    def change(self, what, value, operation, *arguments):
        """The same of a change: what is noted is `value`, or the errno. Counts; answers whether it went well."""
        record = self.begin(what, value, self._enter())
        try:
            operation(*arguments)
        except OSError as failure:
            record[1] = f'!{errno.errorcode.get(failure.errno, failure)}'
        self.end(record, self._leave())
        return record[1] == value

    def begin(self, what, value, begin):
        """Notes what is about to be done. If SIGINT comes in the middle, it stays in progress for ever."""
        return self.note(what, value, begin, FOR_EVER)

    def end(self, record, end):
        record[3] = record[5] = end

    def note(self, what, value, begin, end):
        """Notes what was made up of several operations."""
        record = [what, value, begin, end, begin, end]
        self._records.append(record)
        return record

    def tick(self):
        """One change more was made."""
        self.count += 1
        self._board[self._slot + 1] = self.count

    def run(self):
        """Rounds until SIGINT comes; `pause` seconds apart, more or less."""
        pause = self.plan.get('pause', 0)
        try:
            once = ROUNDS[self.plan['kind']](self)
            self._board[self._slot + 2] = True
            while not self._ending:
                once()
                if pause:
                    self._waiting = True
                    time.sleep(pause * (0.5 + self.random.random()))
                    self._waiting = False
        except Ended:
            pass

    def finish(self):
        for what, run in self._runs.items():
            self._records.append((what, *run))
        with open(self.plan['output'], 'w', encoding='ascii') as file:
            json.dump(self._records, file)

    def _enter(self):
        if self._ending:
            raise Ended
        self._waiting = True
        begin = time.monotonic_ns()
        self._board[self._slot] = begin
        return begin

    def _leave(self):
        end = time.monotonic_ns()
        self._board[self._slot] = 0
        self._waiting = False
        return end

    def _note(self, what, value, begin, end, raw):
        if raw:
            self.note(what, value, begin, end)
            return
        run = self._runs.get(what)
        if run is not None and run[0] == value and end - run[2] < RUN_NS:
            run[3], run[4] = begin, end
            return
        if run is not None:
            self._records.append((what, *run))
        self._runs[what] = [value, begin, end, begin, end]

    def _on_interrupt(self, *_):
        """A system call that waits is given up; notes are never torn."""
        self._ending = True
        if self._waiting:
            self._waiting = False
            self._board[self._slot] = 0
            raise Ended


def main():
    worker = Worker(json.load(sys.stdin))
    worker.run()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker.finish()


if __name__ == '__main__':
    main()
