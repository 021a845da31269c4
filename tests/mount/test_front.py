"""The service behind nghttpx, which speaks HTTP/2 and TLS as servers on the internet do."""

import pytest

from support.accounts import OLA, log_in, ola
from support.front import Front
from support.many_clients import ManyClients


@pytest.fixture
def start_front(tmp_path, authority):
    fronts = []

    def start(behind, *options):
        fronts.append(Front(tmp_path / f'front{len(fronts)}', behind, authority, *options))
        return fronts[-1]

    yield start
    for front in fronts:
        front.close()


@pytest.mark.parametrize('version', ['TLSv1.2', 'TLSv1.3'])
def test_one_connection_of_http_2_is_kept_and_new_ones_take_up_its_session(mount, sandbox, start_front, authority,
                                                                          version):
    front = start_front(sandbox.url, f'--tls-min-proto-version={version}', f'--tls-max-proto-version={version}')
    mounted = mount(front.url, {'ca_file': authority.ca_file})
    log_in(mounted)
    for number in 1, 2, 1, 2:
        mounted.write('identity', ola(number))
        assert mounted.read('identity') == f'{ola(number)}\n'
        assert mounted.read_now('session') == 'true\n'
    calls = front.calls(sandbox.calls())
    assert {(call['alpn'], call['tls_protocol'], call['status']) for call in calls} == {('h2', version, '200')}
    assert newcomers(calls) == ['Login'] + ['SetIdentityById'] * 4
    resumed = [call['tls_session_reused'] for call in calls if call['operation'] == 'SetIdentityById']
    # Before TLS 1.3 connections share one session, and the end of one of them can be the session's.
    assert resumed == ['r'] * 4 if version == 'TLSv1.3' else resumed.count('r') >= 2


def newcomers(calls):
    """The operations for which a connection was made."""
    ports = [call['remote_port'] for call in calls]
    return [call['operation'] for number, call in enumerate(calls) if call['remote_port'] not in ports[:number]]


def test_http_1_is_spoken_where_nothing_else_is_offered(mount, sandbox, start_front, authority):
    front = start_front(sandbox.url, '--npn-list=http/1.1')
    mounted = mount(front.url, {'ca_file': authority.ca_file})
    log_in(mounted)
    mounted.write('identity', ola(2))
    assert mounted.read('identity') == f'{ola(2)}\n'
    assert {call['alpn'] for call in front.calls(sandbox.calls())} == {'http/1.1'}


def test_calls_of_many_sessions_at_once_share_the_connection(mount, start_sandbox, start_front, tmp_path, authority):
    fronts = []

    def mount_behind(url, options, **others):
        fronts.append(start_front(url))
        return mount(fronts[0].url, options, **others)

    many = ManyClients(mount_behind, start_sandbox, tmp_path, 12, {'ca_file': authority.ca_file, 'check_ttl': 0})
    for _ in range(2):
        cookies = many.read_all(range(12))
        assert len(set(cookies.values())) == 12
    calls = fronts[0].calls(many.sandbox.calls())
    assert set(newcomers(calls)) == {'Login'}
