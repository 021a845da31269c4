"""The memory of another process, as root sees it: where a text stands in it, and which of its pages are locked."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

HEAD = re.compile(r'^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)$')
HUGE = 1 << 30


@dataclass
class Region:
    start: int
    end: int
    access: str
    name: str
    flags: tuple = ()

    @property
    def is_locked(self):
        """Neither swapped out nor dumped."""
        return {'lo', 'dd'} <= set(self.flags)

    def __str__(self):
        return f'{self.name or "anonymous"} {self.access} {self.start:x}-{self.end:x} ({" ".join(self.flags)})'


def regions(pid):
    """All regions of the process, with their flags."""
    found = []
    for line in Path(f'/proc/{pid}/smaps').read_text().splitlines():
        head = HEAD.match(line)
        if head:
            found.append(Region(int(head[1], 16), int(head[2], 16), head[3], head[4]))
        elif line.startswith('VmFlags:'):
            found[-1].flags = tuple(line.split()[1:])
    return found


def copies(pid, *texts):
    """Where one of the texts stands in memory that the process may write: a list of (text, region, a bit around it)."""
    found = []
    with open(f'/proc/{pid}/mem', 'rb', buffering=0) as memory:
        for region in regions(pid):
            if 'w' not in region.access or region.end - region.start > HUGE:
                continue
            try:
                content = os.pread(memory.fileno(), region.end - region.start, region.start)
            except OSError:
                continue  # it went meanwhile, or is not memory
            for text in texts:
                found += [(text, region, content[max(0, at.start() - 30):at.end() + 30])
                          for at in re.finditer(re.escape(text.encode()), content)]
    return found


def kib(pid, what):
    """A figure of the process's memory: its `Pss`, or a line of /proc/PID/status, such as VmRSS and its peak, VmHWM."""
    text = Path(f'/proc/{pid}/{"smaps_rollup" if what == "Pss" else "status"}').read_text()
    return int(re.search(rf'^{what}:\s+(\d+) kB', text, re.MULTILINE)[1])


def forget_peak(pid):
    """VmHWM is VmRSS again (proc(5))."""
    Path(f'/proc/{pid}/clear_refs').write_text('5')


def require_a_look_at_memory(pid):
    """Skips the test where the memory of the daemon cannot be looked at, or is not laid out as users get it."""
    if os.getuid() != 0:
        pytest.skip('only root can look at the memory of the daemon')
    try:
        with open(f'/proc/{pid}/mem', 'rb') as memory:
            memory.fileno()
    except PermissionError:
        pytest.skip('/proc/PID/mem cannot be read here')
    if 'libasan' in Path(f'/proc/{pid}/maps').read_text():
        pytest.skip('the sanitizers keep copies of what is freed, and lock nothing')
