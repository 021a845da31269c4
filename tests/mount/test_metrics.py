"""`metrics` is good Prometheus text, by three readers; and it counts what has happened, and nothing that is secret or endless."""

import contextlib
import errno
import os
import re
import shutil

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support import accounts
from support.answers import THROTTLED, quarantine
from support.clothes import respond
from support.expecting import fails_with
from support.exposition import lint, parse, value
from support.failing import HTML, fault
from support.model_service import FJORD, PASSWORD, USERNAME, log_in
from support.raw_server import after, hang, reset_now
from support.readers import Waiting
from support.shells import run
from support.standing import FILES, documented, status, when
from support.waiting import wait_for

PATIENT = {'backoff_min': 600, 'backoff_max': 600}


@pytest.fixture
def mounted(mount, service):
    mounted = mount(service.url, PATIENT)
    log_in(mounted)
    return mounted


def families(mounted):
    return parse(mounted.read('metrics'))


def count(mounted, name, **labels):
    return value(families(mounted), name, **labels)


def calls(mounted):
    """(operation, outcome) -> how many, without those that there were none of."""
    samples = families(mounted)['so24fs_calls_total'].samples
    return {(dict(labels)['operation'], dict(labels)['outcome']): number
            for (_, labels), number in samples.items() if number}


# --- the format ---

def busy(mounted, service):
    """Lets something of each kind happen."""
    for name in *FILES, 'cookie', 'session', 'identity', 'README', 'error', 'current/id':
        mounted.read(name)
    mounted.write('identity', FJORD)
    service.next('HasSession', respond(HTML, 'text/html', '503 Service Unavailable'), fault('æøå "\\\n'))
    for _ in range(2):
        with pytest.raises(OSError):
            mounted.read_now('session')


def test_it_is_good_by_a_strict_reader_and_by_the_rules_for_names(mounted, service):
    busy(mounted, service)
    found = families(mounted)
    assert lint(found) == []
    assert all(name.startswith('so24fs_') for name in found)


def test_it_is_good_by_prometheus_own_reader(mounted, service):
    busy(mounted, service)
    text = mounted.read('metrics')
    theirs = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value
              for family in text_string_to_metric_families(text) for sample in family.samples}
    ours = {key: number for family in parse(text).values() for key, number in family.samples.items()}
    assert theirs == ours


def test_it_is_good_by_promtool_if_that_is_installed(mounted, service):
    busy(mounted, service)
    if shutil.which('promtool'):
        judged = run(['promtool', 'check', 'metrics'], mounted.folder, mounted.read_bytes('metrics'))
        assert (judged.returncode, judged.stdout, judged.stderr) == (0, b'', b'')


@pytest.mark.parametrize('text, fault_of', [
    ('x 1\n', 'before any family'), ('# HELP x y\n# TYPE x gauge\nx 1', ''), ('# HELP x y\n# TYPE x gauges\nx 1\n', 'TYPE'),
    ('# HELP x y\n# TYPE x gauge\nx 1\nx 1\n', 'twice'), ('# HELP x y\n# TYPE x gauge\nx{a="b"c="d"} 1\n', 'labels'),
    ('# HELP x y\n# TYPE x gauge\nx{a="\n"} 1\n', ''), ('# HELP x y\n# TYPE x gauge\nx 1,5\n', 'not a sample'),
    ('# HELP x y\n# TYPE x gauge\nz 1\n', ''), ('# HELP x y\n# TYPE x gauge\nx 1\n# HELP x y\n# TYPE x gauge\nx 2\n', 'blocks'),
    ('# HELP x y\n# TYPE x histogram\nx_bucket{le="1"} 2\nx_bucket{le="+Inf"} 1\nx_sum 1\nx_count 1\n', ''),
])
def test_the_strict_reader_refuses_what_is_not_good(text, fault_of):
    with pytest.raises(AssertionError, match=fault_of):
        parse(text)


@pytest.mark.parametrize('name, kind', [
    ('x', 'counter'), ('x_total', 'gauge'), ('x_milliseconds', 'gauge'), ('xY', 'gauge'), ('x_gauge', 'gauge'),
    ('x:y', 'gauge'), ('x_count', 'gauge'), ('x_ms', 'gauge'),
])
def test_the_rules_for_names_refuse_what_is_not_good(name, kind):
    assert lint(parse(f'# HELP {name} y\n# TYPE {name} {kind}\n{name} 1\n'))


def test_the_families_are_those_of_the_documentation(mounted, service):
    service.http = lambda request, document, content_type, code: respond(document, content_type, code,
                                                                         ['APILimitRemaining: 100'])
    mounted.read_now('session')
    rows = {name: (kind, labels) for name, kind, labels, _ in documented('metrics', 4)}
    found = {family.name: (family.type, ', '.join(dict.fromkeys(
        label for _, labels in family.samples for label, _ in labels if label != 'le')))
        for family in families(mounted).values()}
    assert {name: (kind, sorted(labels.split(', '))) for name, (kind, labels) in found.items()} == {
        name: (kind, sorted(labels.split(', '))) for name, (kind, labels) in rows.items()}


# --- what is counted ---

def test_calls_are_counted_as_the_service_has_had_them(mounted, service):
    mounted.read('cookie')
    mounted.read_now('session')
    mounted.write('identity', FJORD)
    counted = {}
    for (operation, outcome), number in calls(mounted).items():
        assert outcome == 'ok'
        counted[operation] = number
    assert counted == {operation: len(service.calls(operation)) for operation in {
        call.operation for call in service.calls()}}


@pytest.mark.parametrize('outcome, reply', [
    ('fault', fault('No such thing')), ('fault', respond(HTML, 'text/html', '503 Service Unavailable')),
    ('throttled', fault(THROTTLED)), ('throttled', respond(HTML, 'text/html', '429 Too Many Requests')),
    ('quarantined', fault(quarantine('2099-01-01T00:00:00Z'))), ('not_understood', respond(HTML, 'text/html')),
    ('not_understood', reset_now), ('offline', hang), ('expired', fault('Not authenticated')),
], ids=['fault', '503', 'throttled', '429', 'quarantine', 'HTML', 'reset', 'silence', 'expired'])
def test_each_way_to_fail_is_an_outcome(mount, service, outcome, reply):
    mounted = mount(service.url, {'timeout': 1, **PATIENT})
    log_in(mounted)
    service.always('HasSession', reply)
    with contextlib.suppress(OSError):  # one that has ended is renewed
        mounted.read_now('cookie')
    assert calls(mounted)['HasSession', outcome] >= 1


def test_a_login_that_is_rejected_or_blocked_is_an_outcome_and_no_login(mount, service):
    mounted = mount(service.url)
    with fails_with(errno.EKEYREJECTED):
        mounted.login(USERNAME, PASSWORD + 'x', application_id='00000000-aaaa-4bbb-8ccc-000000000024')
    service.model.blocked = {service.model.default_identity()}
    with fails_with(errno.EACCES):
        log_in(mounted)
    assert calls(mounted) == {('Login', 'rejected'): 1, ('Login', 'blocked'): 1}
    assert count(mounted, 'so24fs_logins_total') == 0
    assert count(mounted, 'so24fs_failures_total', errno='EKEYREJECTED') == 1
    assert count(mounted, 'so24fs_failures_total', errno='EACCES') == 1


def test_a_call_that_nobody_waits_for_any_more_is_cancelled_and_has_no_duration(mount, service, gate):
    mounted = mount(service.url)
    service.next('Login', after(gate, b''))
    with Waiting(mounted, ['dd', 'of=mnt/login', 'conv=notrunc', 'status=none'], None) as writer:
        writer._process.stdin.write(accounts.OLA.lines().encode())
        writer._process.stdin.close()
        wait_for(lambda: service.calls('Login'), what='the Login')
        writer.send(2)
    assert wait_for(lambda: calls(mounted), what='the count') == {('Login', 'cancelled'): 1}
    assert count(mounted, 'so24fs_call_duration_seconds_count', operation='Login') == 0


def test_how_long_a_call_took_is_in_its_bucket(mounted, service):
    service.delay = 0.3
    mounted.read_now('session')
    of = {'operation': 'HasSession'}
    assert count(mounted, 'so24fs_call_duration_seconds_bucket', le='0.25', **of) == 0
    assert count(mounted, 'so24fs_call_duration_seconds_bucket', le='10.0', **of) == 1
    assert 0.3 <= count(mounted, 'so24fs_call_duration_seconds_sum', **of) < 10


def test_logins_are_counted_and_renewals_among_them(mounted, service):
    assert [count(mounted, f'so24fs_{what}_total') for what in ('logins', 'renewals')] == [1, 0]
    service.model.end_sessions()
    mounted.read_now('session')
    mounted.read('cookie')
    assert [count(mounted, f'so24fs_{what}_total') for what in ('logins', 'renewals')] == [2, 1]


def test_reads_are_counted_by_file_and_not_by_client(mounted):
    before = families(mounted)['so24fs_reads_total'].samples
    for client in mounted.list('identities'):
        for one in mounted.list(f'identities/{client}'):
            mounted.read(f'identities/{client}/{one}/client_id')
    for _ in range(5):
        mounted.read('cookie')
    after_it = families(mounted)['so24fs_reads_total'].samples
    assert list(after_it) == list(before)
    grown = {dict(labels)['file']: after_it[name, labels] - before[name, labels] for name, labels in after_it}
    assert {file: number for file, number in grown.items() if number} == {
        'identities/*/*/client_id': 6, 'cookie': 5, 'metrics': 1}


def test_every_file_of_the_mount_has_its_label(mounted):
    labels = {dict(labels)['file'] for _, labels in families(mounted)['so24fs_reads_total'].samples}
    found = set()
    for where, _, names in os.walk(mounted.path):
        for name in names:
            path = os.path.relpath(os.path.join(where, name), mounted.path)
            if path != 'current':
                found.add(re.sub(r'^identities/[^/]*/[^/]*/', 'identities/*/*/', path))
    assert found | {'passport/id', 'passport/email'} == labels


def test_a_read_that_fails_is_a_failure_and_no_read(mount, service):
    mounted = mount(service.url)
    for _ in range(3):
        with fails_with(errno.ENOKEY):
            mounted.read('cookie')
    assert count(mounted, 'so24fs_reads_total', file='cookie') == 0
    assert count(mounted, 'so24fs_failures_total', errno='ENOKEY') == 3


def test_states_limits_and_times_are_those_of_status(mounted, service):
    service.next('HasSession', fault(quarantine('2099-01-01T00:00:00Z')))
    for word in 'live', 'quarantined':
        told, found = status(mounted), families(mounted)
        states = {dict(labels)['state']: number for (_, labels), number in found['so24fs_sessions'].samples.items()
                  if dict(labels)['of'] == 'mount'}
        assert {state for state, number in states.items() if number} == {word} == {told['state']}
        for name, key in (('budget', 'rate'), ('budget_used', 'used'), ('budget_left', 'left')):
            assert value(found, f'so24fs_{name}_calls') == told[f'budget_{key}']
        for name, key in ((name, key) for name, key in {
                'so24fs_quarantine_until_timestamp_seconds': 'quarantine_until',
                'so24fs_confirmed_timestamp_seconds': 'last_confirmed', 'so24fs_start_time_seconds': 'started'}.items()):
            assert int(value(found, name)) == (int(when(told[key]).timestamp()) if told[key] else 0)
        assert value(found, 'so24fs_quarantined') == (word == 'quarantined')
        assert value(found, 'so24fs_identities') == told['identities']
        if word == 'live':
            with fails_with(errno.EDQUOT):
                mounted.read_now('session')


def test_waiters_are_counted_while_they_wait(mount, service, gate):
    mounted = mount(service.url)
    log_in(mounted)
    service.next('HasSession', after(gate, fault('No')))
    with Waiting(mounted, ['dd', 'iflag=direct', 'if=mnt/session', 'status=none']) as reader:
        wait_for(lambda: count(mounted, 'so24fs_waiters', of='mount') == 1, what='somebody who waits')
        gate.set()
        reader.result()
    assert count(mounted, 'so24fs_waiters', of='mount') == 0


def test_the_version_is_told_and_no_secret(mounted, service, secrets):
    busy(mounted, service)
    text = mounted.read('metrics')
    assert f'so24fs_build_info{{version="{status(mounted)["version"]}"}} 1\n' in text
    assert secrets.found_in(text) == []
    assert not any(word in text for word in (USERNAME, 'Fjord', FJORD, mounted.read('cookie').strip()))
