"""What so24fs adds to the calls that it makes: against the same calls by bare libcurl, on a connection that is kept."""

import datetime
import json
import re
import shutil
import urllib.request

from stage import credential
from support.certificates import Authority
from support.front import Front
from support.sandbox import built_in_accounts
from support.waiting import wait_for

NAMESPACE = 'http://24sevenOffice.com/webservices'
ENVELOPE = ('<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            '<Login xmlns="{}"><credential><ApplicationId>{}</ApplicationId><Password>{}</Password>'
            '<Username>{}</Username></credential></Login></soap:Body></soap:Envelope>')
NEW = 'bare libcurl, a new connection for the switch'
FAR_CALL_S = 0.01
CROWD_CALL_S = 0.1  # how long the service takes for a call while a crowd waits: about what the real one takes


def log_in(sandbox):
    """A session of the bench's own."""
    pairs = dict(line.split(' = ') for line in credential().splitlines())
    body = ENVELOPE.format(NAMESPACE, pairs['application_id'], pairs['password'], pairs['username'])
    request = urllib.request.Request(sandbox.url, body.encode(), {
        'Content-Type': 'text/xml; charset=utf-8', 'SOAPAction': f'"{NAMESPACE}/Login"'})
    with urllib.request.urlopen(request, timeout=10) as response:
        return re.search('<LoginResult>([^<]+)<', response.read().decode())[1]


class Bare:
    """Bare libcurl with a session of its own."""

    def __init__(self, stage, sandbox, *way):
        """`way`: another URL than the sandbox's own, and the file of certificates to trust."""
        self._worker = stage.worker('calls')
        self._worker.ask('to', *(way or [sandbox.url]))
        self._worker.ask('session', log_in(sandbox))

    def microseconds(self, count, *calls):
        """For one of `count` rounds of all `calls` (OPERATION or OPERATION=INNER, + for a new connection)."""
        return self._worker.ask('call', count, *calls)[0] / count / 1000


def measure_reads(stage):
    """`call`, `first` and `far`."""
    count = max(2, int(stage.scale.slice_ms))
    with stage.part() as part:
        near, far = part.enter_context(stage.sandbox()), part.enter_context(stage.sandbox())
        kept = part.enter_context(stage.mount(near.url))
        stale = {sandbox: part.enter_context(stage.mount(sandbox.url, check_ttl=0)) for sandbox in (near, far)}
        bare = {sandbox: Bare(stage, sandbox) for sandbox in (near, far)}
        confirm = check_calls(near, stale[near], ['HasSession', 'GetIdentity'])
        far.slow(FAR_CALL_S)
        add(stage, {
            ('call', 'bare libcurl'): lambda: bare[near].microseconds(count, 'HasSession'),
            ('call', 'so24fs'): through(stage, 'ask', count, kept, 'session'),
            ('first', 'bare libcurl'): lambda: bare[near].microseconds(count, *confirm),
            ('first', 'so24fs'): through(stage, 'read', count, stale[near], 'cookie'),
            ('far', 'bare libcurl'): lambda: bare[far].microseconds(3, *confirm),
            ('far', 'so24fs'): through(stage, 'read', 3, stale[far], 'cookie')})


def through(stage, order, count, mounted, name, *words):
    """A measure: microseconds for one of `count` operations on a file of the mount."""
    return lambda: stage.loop.ask(order, count, mounted.path / name, *words)[0] / count / 1000


def add(stage, measures):
    """Lets the measures, by (row, subject), take turns."""
    for (row, subject), figures in stage.interleave(measures).items():
        stage.results.add(row, subject, 'us', figures)


def measure_tls(stage):
    """Through nghttpx: one connection of HTTP/2 is kept, and a switch has a new one."""
    first, second = some_identities()
    count = max(2, int(stage.scale.slice_ms / 2))
    if shutil.which('nghttpx') is None:
        for row in 'tls', 'tls switch':
            stage.results.skip(row, 'so24fs', 'nghttpx is not installed')
        return
    with stage.part() as part:
        sandbox, authority = part.enter_context(stage.sandbox()), Authority(stage.place('authority'))
        front = Front(stage.place('front'), sandbox.url, authority)
        part.callback(front.close)
        bare = Bare(stage, sandbox, front.url, authority.ca_file)
        mounted = part.enter_context(stage.mount(front.url, ca_file=authority.ca_file))
        add(stage, {
            ('tls', 'bare libcurl'): lambda: bare.microseconds(count, 'HasSession'),
            ('tls', 'so24fs'): through(stage, 'ask', count, mounted, 'session'),
            ('tls switch', 'bare libcurl'): lambda: bare.microseconds(count, switch_to(first), 'GetIdentity'),
            ('tls switch', NEW): lambda: bare.microseconds(count, '+' + switch_to(first), 'GetIdentity'),
            ('tls switch', 'so24fs'): through(stage, 'write', count, mounted, 'identity', first, second)})


def check_calls(sandbox, mounted, expected):
    """The calls that one read of the cookie makes; bare libcurl must make the same."""
    sandbox.reset_calls()
    (mounted.path / 'cookie').read_bytes()
    made = calls_made(sandbox)
    assert made == dict.fromkeys(expected, 1), made
    return expected


def calls_made(sandbox):
    return {name: count for name, count in sandbox.control('GET', 'calls')['by_operation'].items() if count}


def measure_switch(stage):
    first, second = some_identities()
    count = max(2, int(stage.scale.slice_ms))
    with stage.part() as part:
        sandbox = part.enter_context(stage.sandbox())
        bare = Bare(stage, sandbox)
        mounts = {'no store': stage.mount(sandbox.url),
                  'stored': stage.mount(sandbox.url, state=stage.disk / 'state'),
                  'stored on tmpfs': stage.mount(sandbox.url, state=stage.place('state'))}
        mounts = {name: part.enter_context(mount) for name, mount in mounts.items()}
        sandbox.reset_calls()
        (mounts['no store'].path / 'identity').write_text(f'{second}\n')
        made = calls_made(sandbox)
        note = 'the calls are ' + ', '.join(f'{many} {name}' for name, many in made.items())

        def replay(sign=''):
            calls = [sign + switch_to(first) if name == 'SetIdentityById' else name for name in made]
            return sum(bare.microseconds(count * many, call) for call, many in zip(calls, made.values()))

        values = stage.interleave({
            'bare libcurl': replay, NEW: lambda: replay('+'), **{name: through(stage, 'write', count, mounted, 'identity', first, second)
                                     for name, mounted in mounts.items()},
            'a file replaced, synced': lambda: stage.loop.ask('replace', count, stage.disk)[0] / count / 1000})
        for name, figures in values.items():
            subject = f'so24fs, {name}' if name in mounts else name
            stage.results.add('switch', subject, 'us', figures, note if name == 'bare libcurl' else '')
        for name in mounts:
            beyond = [mine - theirs for mine, theirs in zip(values[name], values['bare libcurl'])]
            stage.results.add('switch', f'beyond bare libcurl, {name}', 'us', beyond)


def some_identities():
    return (identity['id'] for identity in built_in_accounts()['users'][0]['identities'][:2])


def switch_to(identity):
    return f'SetIdentityById=<identityId>{identity}</identityId>'


def measure_crowd(stage):
    """The mount's check_ttl is a second, and each measure begins when the cookie is older than that."""
    with stage.part() as part:
        sandbox = part.enter_context(stage.sandbox())
        mounted = part.enter_context(stage.mount(sandbox.url, check_ttl=1))
        asked = []

        def read(readers):
            wait_for(lambda: is_stale(mounted), what='a stale cookie')
            sandbox.slow(CROWD_CALL_S)
            sandbox.reset_calls()
            milliseconds = stage.loop.ask('crowd', readers, mounted.path / 'cookie')[0] / 1e6
            asked.append((readers, calls_made(sandbox)['HasSession']))
            return milliseconds

        values = stage.interleave({'one reader': lambda: read(1), 'all of them': lambda: read(stage.scale.crowd)},
                                  rounds=stage.scale.crowds)
        note = f'{stage.scale.crowd} readers, {CROWD_CALL_S:g} s a call'
        stage.results.add('crowd', 'one reader', 'ms', values['one reader'])
        stage.results.add('crowd', 'all of them', 'ms', values['all of them'], note)
        stage.results.add('calls', 'all of them', 'calls',
                          [calls for readers, calls in asked if readers == stage.scale.crowd])


def is_stale(mounted):
    """Whole seconds are told, so a second later it is certain."""
    status = json.loads((mounted.path / 'status.json').read_text())
    fresh_until = datetime.datetime.fromisoformat(status['fresh_until'])
    return datetime.datetime.now(datetime.timezone.utc) > fresh_until + datetime.timedelta(seconds=1)
