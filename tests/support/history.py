"""What a value was when, and whether what somebody read at some time can be right.

A change is an interval: from before the write was begun until after it was answered. A reader may see the old or the new
value while a change is in progress; what was wholly replaced before he began is stale, and what never was is torn. All times
are of the monotonic clock, which all processes share.
"""

import bisect


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
        return any(not self._is_replaced(ended, begin) for _, ended in of_value[max(0, at - 3):at])

    def possible(self, begin, end):
        """All values that such a reader may have got."""
        self._prepare()
        begun = bisect.bisect_right(self._begins, end)
        found = set()
        for began, ended, value in reversed(self._changes[:begun]):
            if not self._is_replaced(ended, begin):
                found.add(value)
            elif began < begin - self._longest:
                break
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

    def _is_replaced(self, ended, begin):
        """Whether another change began after this one had ended, and ended before the reader began."""
        later = bisect.bisect_right(self._begins, ended)
        return later < len(self._begins) and self._earliest_end[later] < begin

    def _prepare(self):
        if self._begins is not None:
            return
        self._changes.sort(key=lambda change: change[:2])
        self._begins = [begin for begin, _, _ in self._changes]
        ends = [end for _, end, _ in self._changes]
        self._longest = max([end - begin for begin, end, _ in self._changes[1:]], default=0)
        self._earliest_end = ends[:]  # of this change and all later ones
        for at in range(len(ends) - 2, -1, -1):
            self._earliest_end[at] = min(ends[at], self._earliest_end[at + 1])
        self._latest_end = ends[:]  # of this change and all earlier ones
        for at in range(1, len(ends)):
            self._latest_end[at] = max(ends[at], self._latest_end[at - 1])
        self._of_value = {}
        for begin, end, value in self._changes:
            self._of_value.setdefault(value, []).append((begin, end))
