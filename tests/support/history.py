"""What a value was when, and whether what somebody read at some time can be right.

A change is an interval: from before the write was begun until after it was answered. A reader may see the old or the new
value while a change is in progress; what was wholly replaced before he began is stale, and what never was is torn. All times
are of the monotonic clock, which all processes share.
"""

import bisect
import itertools


class History:
    """The changes of one value by any number of writers. Ask once all changes are in."""

    def __init__(self, first):
        self._changes = [(float('-inf'), float('-inf'), first)]  # (begin, end, value)
        self._begins = None

    def add(self, value, begin, end):
        self._changes.append((begin, end, value))
        self._begins = None

    def __len__(self):
        return len(self._changes) - 1

    def knows(self, value):
        """Whether the value ever was, or was begun to be."""
        self._prepare()
        return value in self._of_value

    def allows(self, value, begin, end):
        """Whether a reader who read from `begin` to `end` may have got the value.

        Of several reads that all got the same: `begin` of the last one, `end` of the first one.
        """
        self._prepare()
        of_value = self._of_value.get(value, [])
        at = bisect.bisect_right(of_value, (end, float('inf')))
        newest = self._begin_of_what_ended_before(begin)
        return any(ended >= newest for _, ended in of_value[max(0, at - 3):at])

    def possible(self, begin, end):
        """All values that such a reader may have got."""
        self._prepare()
        newest = self._begin_of_what_ended_before(begin)
        found = set()
        for at in range(bisect.bisect_right(self._begins, end) - 1, -1, -1):
            if self._latest_end[at] < newest:
                break
            if self._changes[at][1] >= newest:
                found.add(self._changes[at][2])
        return found

    def overlaps(self, begin, end):
        """Whether a change was in progress at some time from `begin` to `end`."""
        self._prepare()
        begun = bisect.bisect_right(self._begins, end)
        return begun > 0 and self._latest_end[begun - 1] >= begin

    def number(self, value):
        """Which change made it, for a message that must not show the value; None: it never was."""
        self._prepare()
        return next((at for at, change in enumerate(self._changes) if change[2] == value), None)

    def _begin_of_what_ended_before(self, moment):
        """The latest begin of a change that had ended before; what had ended before that begin is replaced for certain."""
        ended = bisect.bisect_left(self._ends, moment)
        return self._latest_begin[ended - 1] if ended else float('-inf')

    def _prepare(self):
        if self._begins is not None:
            return
        self._changes.sort(key=lambda change: change[:2])
        self._begins = [begin for begin, _, _ in self._changes]
        by_end = sorted(self._changes, key=lambda change: change[1])
        self._ends = [end for _, end, _ in by_end]
        self._latest_begin = list(itertools.accumulate((begin for begin, _, _ in by_end), max))
        self._latest_end = list(itertools.accumulate((end for _, end, _ in self._changes), max))
        self._of_value = {}
        for begin, end, value in self._changes:
            self._of_value.setdefault(value, []).append((begin, end))
