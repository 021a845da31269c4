"""Judges what a crowd saw of identities that come and go.

A listing may mix what was there while it was made, as POSIX lets readdir(3): but what was there all the time is in it once, and what
was never there meanwhile is not. A field by its path is that of a list that there was meanwhile. What is held may go on being
what it was, or fail; but it is whole.
"""

import re
from collections import Counter

from support.history import History

GONE = ('!ENOENT', '!ESTALE')
# What programs say when somebody takes away what they are about to look at.
FAIR = re.compile(r'(find|ls|tar): .*(No such file or directory|Stale file handle|File removed before we read it'
                  r'|file changed as we read it|Exiting with failure status due to previous errors)')


class Version:
    """One list: where each identity is, and what it says."""

    def __init__(self, places):
        self.places = places  # GUID -> (client folder, text of user_name)
        self.clients = {folder for folder, _ in places.values()}


class ListJudge:
    def __init__(self, records, versions):
        """`versions`: (Version, begin, end), the first one without a beginning."""
        self._history = History(0)
        self._versions = [version for version, _, _ in versions]
        for number, (_, begin, end) in enumerate(versions[1:], 1):
            self._history.add(number, begin, end)
        self.counts = Counter(record[0].split()[0] for record in records)
        self.found = Counter(record[0].split()[0] for record in records if not record[1].startswith('!'))
        self.complaints = []
        for what, value, begin, end, _, _ in records:
            kind, *about = what.split(' ', 2)
            self._judge(kind, about, value, self._possible(begin, end))

    def summary(self):
        return '\n'.join(f'{count} x {text}' for text, count in sorted(Counter(self.complaints).items()))

    def _possible(self, begin, end):
        return [self._versions[number] for number in self._history.possible(begin, end)]

    def _judge(self, kind, about, value, possible):
        if kind == 'clients':
            self._judge_clients(kind if not about else f'clients {about[0]}', value, possible)
        elif kind == 'field':
            self._judge_field(*about, value, possible)
        elif kind == 'held':
            every = {version.places[about[0]][1] for version in self._versions if about[0] in version.places}
            if value not in every and value not in GONE:
                self.complaints.append(f'held: torn: {value!r}')
        elif kind == 'inside':
            right = value == f'{about[0]}\n' if about else not value.startswith('!')
            if not right and value not in GONE:
                self.complaints.append(f'inside: {value!r}')
        elif kind == 'walk':
            self._judge_walk(about[0], *value.split('\n', 1))
        elif value.startswith('!') and value not in GONE:
            self.complaints.append(f'{kind}: {value}')

    def _judge_clients(self, what, value, possible):
        names = value.split('\n')
        always = set.intersection(*(version.clients for version in possible))
        ever = set.union(*(version.clients for version in possible))
        if value.startswith('!'):
            self.complaints.append(f'{what}: {value}')
        elif len(set(names)) != len(names):
            self.complaints.append(f'{what}: a name stands there twice')
        elif not always <= set(names):
            self.complaints.append(f'{what}: a name is missing')
        elif not set(names) <= ever:
            self.complaints.append(f'{what}: a name is stale')

    def _judge_field(self, guid, home, value, possible):
        def says(version):
            folder, text = version.places.get(guid, (None, None))
            return text if folder == home else '!ENOENT'

        right = {says(version) for version in possible}
        if value in right:
            return
        if value not in {says(version) for version in self._versions}:
            self.complaints.append(f'field: torn: {value!r}')
        else:
            self.complaints.append('field: still missing' if value == '!ENOENT' else 'field: stale')

    def _judge_walk(self, program, status, said):
        for line in said.splitlines():
            if not FAIR.fullmatch(line):
                self.complaints.append(f'{program}: {line}')
        if int(status) not in (0, 1, 2):
            self.complaints.append(f'{program}: status {status}')
