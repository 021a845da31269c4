"""Judges what a crowd saw on a mount whose session and identity were changed meanwhile: is anything stale, or torn?"""

from collections import Counter

from support.history import History

ERROR = '!'
GRACE_NS = 100_000_000  # for the size that the kernel knows, which may be one version behind for an instant


class Judge:
    """`complaints` names no cookie."""

    def __init__(self, records, cookie, identity):
        """`cookie` and `identity`: what the files held at first."""
        self.cookies, self.identities = History(cookie), History(identity)
        self.expiries, self.changes = History(None), History(None)
        self.counts = Counter(record[0].split()[0] for record in records)
        self.complaints = []
        for what, value, begin, end, _, _ in records:
            if what in ('new cookie', 'switch', 'login', 'expiry'):
                self.changes.add(None, begin, end)
            if what == 'new cookie':
                self.cookies.add(value, begin, end)
            elif what == 'switch' and not value.startswith(ERROR):
                self.identities.add(value, begin, end)
            elif what == 'expiry':
                self.expiries.add(None, begin, end)
        for record in records:
            self._judge(*record)

    def summary(self):
        """Each complaint and how often it was made, in lines."""
        return '\n'.join(f'{count} x {text}' for text, count in sorted(Counter(self.complaints).items()))

    def _judge(self, what, value, begin, end, last_begin, last_end):
        kind, _, about = what.partition(' ')
        rule = self.RULES.get(kind)
        if rule is None:
            return
        if value.startswith(ERROR):
            # Who opens waits until a change is over. A read of what is held cannot wait; so it may fail meanwhile. And who
            # looks at the link never causes a login.
            held = about.startswith('held') and all(self.changes.overlaps(first - GRACE_NS, last)
                                                    for first, last in ((begin, end), (last_begin, last_end)))
            link = kind in ('link', 'through') and self.expiries.overlaps(begin, end)
            if not held and not link:
                self._complain(what if kind != 'is_current' else kind, f'failed with {value[1:]}')
        else:
            rule(self, about, value, begin, end, last_begin, last_end)

    def _complain(self, what, text):
        self.complaints.append(f'{what}: {text}')

    def _of_cookie(self, about, value, begin, end, last_begin, last_end):
        if not self.cookies.knows(value):
            self._complain(f'cookie {about}', f'torn: {describe(value)}')
        elif not self.cookies.allows(value, last_begin, end):
            self._complain(f'cookie {about}', 'stale')

    def _of_measured(self, about, value, begin, end, last_begin, last_end):
        size, length, text = value.split(' ', 2)
        self._of_cookie('measured', text, begin, end, last_begin, last_end)
        sizes = {len(cookie) for cookie in self.cookies.possible(begin, end)}
        if size != length and int(size) not in sizes:
            self._complain('measured', f'{length} bytes of a file of {size}')

    def _of_identity(self, about, value, begin, end, last_begin, last_end):
        if not self.identities.knows(value):
            self._complain(f'identity {about}', f'torn: {value!r}')
        elif not self.identities.allows(value, last_begin, end):
            self._complain(f'identity {about}', 'stale')

    def _of_is_current(self, about, value, begin, end, last_begin, last_end):
        possible = self.identities.possible(begin, end)
        if value not in ('true\n', 'false\n'):
            self._complain('is_current', f'torn: {value!r}')
        elif value == 'true\n' and f'{about}\n' not in possible:
            self._complain('is_current', 'stale: true of one that is not')
        elif value == 'false\n' and possible == {f'{about}\n'}:
            self._complain('is_current', 'stale: false of the one that is')

    def _of_served(self, about, value, begin, end, last_begin, last_end):
        if value == 'nobody':
            if not self.expiries.overlaps(begin, end):
                self._complain('served', 'the cookie of a session that has ended')
        elif not self.identities.allows(value, begin, end):
            self._complain('served', 'the cookie acts for another client than `identity` says')

    def _of_session(self, about, value, begin, end, last_begin, last_end):
        if value not in ('true\n', 'false\n'):
            self._complain('session', f'torn: {value!r}')
        elif value == 'false\n' and not (self.expiries.overlaps(begin, end)
                                         and self.expiries.overlaps(last_begin, last_end)):
            self._complain('session', 'false, though it lives')

    def _of_flag(self, about, value, begin, end, last_begin, last_end):
        if value not in ('true\n', 'false\n'):
            self._complain('flag', f'torn: {value!r}')

    def _of_size(self, about, value, begin, end, last_begin, last_end):
        sizes = {str(len(cookie)) for cookie in self.cookies.possible(begin - GRACE_NS, last_end)}
        if value not in sizes and not (value == '0' and self.changes.overlaps(begin - GRACE_NS, end)):
            self._complain('size', f'{value}, and not {" or ".join(sorted(sizes))}')

    def _of_anything(self, about, value, begin, end, last_begin, last_end):
        """That it went well says enough."""

    RULES = {
        'cookie': _of_cookie,
        'measured': _of_measured,
        'identity': _of_identity,
        'link': _of_identity,
        'through': _of_identity,
        'is_current': _of_is_current,
        'served': _of_served,
        'session': _of_session,
        'flag': _of_flag,
        'size': _of_size,
        'switch': _of_anything,
        'login': _of_anything,
        'stat': _of_anything,
    }


def describe(cookie):
    """What may be told of a wrong cookie."""
    return f'{len(cookie)} bytes, {cookie.count(chr(0))} of them NUL, ends with a newline: {cookie.endswith(chr(10))}'
