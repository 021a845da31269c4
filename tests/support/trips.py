"""How many requests the kernel sends to the daemon for what a program does: libfuse lists each one when the mount debugs."""

import re
from collections import Counter

from support.waiting import wait_for

LINE = re.compile(r'opcode: (\w+) \((\d+)\)')
UNCOUNTED = {'FORGET', 'BATCH_FORGET', 'INTERRUPT'}  # they come whenever the kernel likes, and nobody waits for them
PAIRS = {'OPEN': 'RELEASE', 'OPENDIR': 'RELEASEDIR'}


class Trips:
    """The requests of a block: `with Trips(mounted) as trips: ...`, then `trips.per(100)`. The mount has debug=True."""

    def __init__(self, mounted):
        self._mounted = mounted
        self.counts = Counter()

    def __enter__(self):
        self._wait_for_releases()
        self._before = self.seen()
        return self

    def __exit__(self, *_):
        """A close(2) does not wait for its RELEASE: so that may come a moment later."""
        self._wait_for_releases()
        self.counts = self.seen() - self._before

    def per(self, times):
        """How many of each there were for one of `times`; a request that came now and then only makes a fraction."""
        return {name: count // times if count % times == 0 else count / times for name, count in self.counts.items()}

    def seen(self):
        """The requests of the mount so far."""
        return Counter(name for name, _ in LINE.findall(self._mounted.log_text()) if name not in UNCOUNTED)

    def _wait_for_releases(self):
        def is_settled():
            seen = self.seen()
            return all(seen[begun] == seen[ended] for begun, ended in PAIRS.items())
        wait_for(is_settled, what='the end of what was opened')
