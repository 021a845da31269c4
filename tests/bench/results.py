"""What is measured, what may come out at most, and the table of what did.

A row compares subjects; each subject has one value per round, and all subjects of a row took turns within each round. So a
ratio is the median of the rounds' ratios, and what slows the machine down for a while slows both sides.
"""

import csv
import statistics
from dataclasses import dataclass, field

TITLES = {
    'read': 'warm open+read+close',
    'stat': 'warm stat',
    'wait': "longest wait of an answer in the daemon's loop",
    'call': 'one call (HasSession)',
    'first': 'read of a stale cookie (HasSession, GetIdentity)',
    'far': 'the same, 10 ms a call',
    'tls': 'one call (HasSession) over HTTP/2 and TLS',
    'tls switch': 'echo GUID > identity over HTTP/2 and TLS',
    'switch': 'echo GUID > identity',
    'crowd': 'readers of a stale cookie at once',
    'calls': 'HasSession calls of such a crowd',
    'walk 1': 'walk and read the identities, first time',
    'walk 3': 'walk and read the identities, third time',
    'start': 'exec to mount usable',
    'memory': 'memory (PSS) of all its processes',
    'script': 'a confirmed cookie in a script',
}


@dataclass(frozen=True)
class Bound:
    """At most `limit`, or `limit` times what `reference` took."""
    row: str
    subject: str
    limit: float
    reference: str = ''


BOUNDS = [
    Bound('read', 'so24fs cookie', 0.45, 'hello_ll'),
    Bound('read', 'so24fs cookie', 4.7, 'tmpfs'),
    Bound('read', 'so24fs session', 0.75, 'hello_ll'),
    Bound('read', 'so24fs identity', 0.75, 'hello_ll'),
    Bound('stat', 'so24fs cookie', 1.2, 'tmpfs'),
    Bound('wait', 'while readers spin', 1000),
    Bound('first', 'so24fs', 1.1, 'bare libcurl'),
    Bound('far', 'so24fs', 1.1, 'bare libcurl'),
    Bound('switch', 'beyond bare libcurl, no store', 300),
    Bound('switch', 'beyond bare libcurl, stored', 300),
    Bound('crowd', 'all of them', 1.5, 'one reader'),
    Bound('calls', 'all of them', 1),
    Bound('walk 1', 'so24fs', 8, 'tmpfs'),
    Bound('walk 3', 'so24fs', 4, 'tmpfs'),
    Bound('start', 'so24fs', 20),
    Bound('memory', 'idle after login', 8),
    Bound('memory', 'with all identities', 30),
]


@dataclass
class Figure:
    row: str
    subject: str
    unit: str
    values: list[float] = field(default_factory=list)
    note: str = ''

    @property
    def median(self):
        return statistics.median(self.values)

    def quartiles(self):
        if len(self.values) < 2:
            return self.median, self.median
        low, _, high = statistics.quantiles(self.values, n=4, method='inclusive')
        return low, high

    def ratio_to(self, other):
        return statistics.median(mine / theirs for mine, theirs in zip(self.values, other.values))


HEADINGS = ['what', 'subject', 'median', 'middle half', 'unit', 'ratio', 'to', 'at most', 'met', 'note']


class Results:
    def __init__(self):
        self.figures = []

    def add(self, row, subject, unit, values, note=''):
        assert row in TITLES and values
        self.figures.append(Figure(row, subject, unit, list(values), note))

    def skip(self, row, subject, reason):
        self.figures.append(Figure(row, subject, '', [], reason))

    def of(self, row):
        return [figure for figure in self.figures if figure.row == row]

    def find(self, row, subject):
        return next((figure for figure in self.of(row) if figure.subject == subject and figure.values), None)

    def lines(self):
        """The table: a line for each figure, and one more for each further bound of it."""
        for row in TITLES:
            for figure in self.of(row):
                yield from self._lines_of(figure)

    def _lines_of(self, figure):
        start = dict.fromkeys(HEADINGS, '') | {'what': TITLES[figure.row], 'subject': figure.subject,
                                               'note': figure.note}
        if not figure.values:
            yield start
            return
        start |= {'median': number(figure.median), 'unit': figure.unit,
                  'middle half': ' - '.join(map(number, figure.quartiles()))}
        bounds = [bound for bound in BOUNDS if (bound.row, bound.subject) == (figure.row, figure.subject)]
        for bound in bounds:
            yield start | self._judge(figure, bound)
        if not bounds:
            yield start | self._ratio(figure, self.of(figure.row)[0])

    def _judge(self, figure, bound):
        if not bound.reference:
            return {'at most': f'{bound.limit:g} {figure.unit}', 'met': yes(figure.median <= bound.limit)}
        reference = self.find(bound.row, bound.reference)
        if reference is None:
            return {'to': bound.reference, 'at most': f'{bound.limit:g} x', 'met': '?'}
        ratio = figure.ratio_to(reference)
        return {'ratio': f'{ratio:.2f}', 'to': bound.reference, 'at most': f'{bound.limit:g} x',
                'met': yes(ratio <= bound.limit)}

    @staticmethod
    def _ratio(figure, first):
        """For orientation: against the first subject of the row."""
        if figure is first or not first.values or figure.unit != first.unit or len(figure.values) != len(first.values):
            return {}
        return {'ratio': f'{figure.ratio_to(first):.2f}', 'to': first.subject}


def yes(truth):
    return 'yes' if truth else 'NO'


def number(value):
    """Three digits that count."""
    if abs(value) >= 100:
        return f'{value:.0f}'
    return f'{value:.1f}' if abs(value) >= 10 else f'{value:.2f}'


def as_text(lines):
    rows = [HEADINGS, *([line[heading] for heading in HEADINGS] for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for index, row in enumerate(rows):
        if index > 1 and row[0] == rows[index - 1][0]:
            row = ['', *row[1:]]
        yield '  '.join(cell.rjust(width) if heading in ('median', 'ratio') else cell.ljust(width)
                        for cell, width, heading in zip(row, widths, HEADINGS)).rstrip()


def as_markdown(lines):
    yield '| ' + ' | '.join(HEADINGS) + ' |'
    yield '|' + ' --- |' * len(HEADINGS)
    before = ''
    for line in lines:
        cells = [line[heading].replace('|', '\\|') for heading in HEADINGS]
        before, cells[0] = cells[0], '' if cells[0] == before else cells[0]
        yield '| ' + ' | '.join(cells) + ' |'


def write_csv(file, lines):
    writer = csv.DictWriter(file, HEADINGS)
    writer.writeheader()
    writer.writerows(lines)
