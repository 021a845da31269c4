"""Many processes at once on one mount: started, watched, ended by SIGINT, and asked what they saw.

Whoever hangs is found: each operation has a deadline, and so has the end.
"""

import json
import mmap
import os
import signal
import subprocess
import time
from pathlib import Path

from support import programs

PROGRAM = Path(__file__).with_name('crowd_worker.py')
MOST = 64
WORDS = 3  # of the board for each: when its operation began (0: none goes on), its changes so far, whether it has begun
DEADLINE = 30 if os.environ.get('SO24_SLOW') else 10  # seconds: for one operation, and for the end
BUSY = 6  # times that deadline: for who cannot end because the CPUs are busy
# Of posix_fadvise(2): it waits for the kernel's own workers, which wait for busy CPUs, and for whoever else waits for them.
IN_FADVISE = '__flush_work', '__lru_add_drain_all'


class Crowd:
    """`folder` is for its files; `plan` is what all its processes are told: at least `mount`, the mount's path."""

    def __init__(self, folder, **plan):
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._plan = {key: str(value) if isinstance(value, Path) else value for key, value in plan.items()}
        self._members = []
        self.records = []  # of lists: what, value, begin and end of the first read of it, begin and end of the last one
        path = self._folder / 'board'
        path.write_bytes(bytes(8 * WORDS * MOST))
        with open(path, 'r+b') as file:
            self._board = memoryview(mmap.mmap(file.fileno(), 0)).cast('q')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for member in self._members:
            member.process.kill()
        for member in self._members:
            member.process.wait()

    def start(self, kind, changes=False, **plan):
        """One process of that kind (crowd_reads, crowd_changes). Those that change are ended last."""
        number = len(self._members)
        assert number < MOST
        plan = {**self._plan, 'kind': kind, 'slot': number, 'seed': number, 'board': str(self._folder / 'board'),
                'output': str(self._folder / f'member{number}.json'), **plan}
        with open(self._folder / f'member{number}.log', 'wb') as log:
            process = subprocess.Popen(['/usr/bin/python3', '-E', '-s', PROGRAM], stdin=subprocess.PIPE, stdout=log,
                                       stderr=log, cwd='/', env=programs.clean_environment(self._folder))
        process.stdin.write(json.dumps(plan).encode())
        process.stdin.close()
        self._members.append(Member(number, kind, process, changes, Path(plan['output'])))

    def gather(self):
        """Waits until all have begun."""
        self.wait_for(lambda: all(self._board[WORDS * member.number + 2] for member in self._members), 30, 'all to begin')

    def changes(self):
        """How many changes have been made so far."""
        return sum(self._board[WORDS * member.number + 1] for member in self._members if member.changes)

    def wait_for(self, condition, patience, what):
        """Waits until it is true; meanwhile nobody may hang or die."""
        end = time.monotonic() + patience
        while not condition():
            self.check()
            assert time.monotonic() < end, f'{what} did not come true within {patience} s'
            time.sleep(0.02)

    def check(self):
        """Fails if somebody hangs, or has died."""
        for member in self._members:
            began = self._board[WORDS * member.number]
            hung = began and time.monotonic_ns() - began > DEADLINE * 10 ** 9
            assert not hung, f'{member} hangs: {member.where()}'
            assert member.process.poll() is None, f'{member} has died: {self._said(member)}'

    def waits_since(self, moment):
        """Whether somebody is still in an operation that began before `moment` (of time.monotonic_ns)."""
        return any(0 < self._board[WORDS * member.number] < moment for member in self._members)

    def end(self):
        """SIGINT for all, those that change last; each must end. Collects what they saw."""
        self.gather()
        for changes in False, True:
            members = [member for member in self._members if member.changes is changes]
            for member in members:
                member.process.send_signal(signal.SIGINT)
            end = time.monotonic() + DEADLINE
            for member in members:
                while not member.has_ended(max(0.1, end - time.monotonic())):
                    excused = member.waits_for_a_cpu() and time.monotonic() < end + BUSY * DEADLINE
                    assert excused, f'{member} does not end at SIGINT: {member.where()}'
                assert member.process.returncode == 0, f'{member} failed: {self._said(member)}'
        for member in self._members:
            self.records += json.loads(member.output.read_text())
        self._members = []
        return self.records

    def _said(self, member):
        return (self._folder / f'member{member.number}.log').read_text()[-2000:]


class Member:
    def __init__(self, number, kind, process, changes, output):
        self.number = number
        self.kind = kind
        self.process = process
        self.changes = changes
        self.output = output

    def __str__(self):
        return f'process {self.process.pid} ({self.number}: {self.kind})'

    def has_ended(self, patience):
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            return False
        return True

    def waits_for_a_cpu(self):
        """Then it is not a file system that it waits for."""
        return self._told('wchan') in IN_FADVISE or self._told('stat').rpartition(')')[2].split()[:1] == ['R']

    def where(self):
        """What the kernel says of a process that hangs."""
        return '; '.join(f'{name}: {self._told(name)}' for name in ('wchan', 'syscall', 'stack'))

    def _told(self, name):
        try:
            return Path(f'/proc/{self.process.pid}/{name}').read_text(encoding='utf-8').strip()
        except OSError:
            return 'not told'
