"""A session that somebody uses is confirmed in the background, so that it does not die of idleness; nothing else is.

That a mount makes no call is shown beside another one of the same period, which has made some meanwhile.
"""

import errno
import os
import time

import pytest

from support import accounts
from support.answers import THROTTLED, quarantine
from support.expecting import fails_with
from support.model_service import FJORD, HOME, log_in
from support.waiting import wait_for


@pytest.fixture
def kept(mount, service):
    """A factory of mounts with a session of their own that is confirmed every second: kept(idle_after=2) -> Mount."""
    def start(**options):
        mounted = mount(service.url, {'keepalive': 1, **options})
        log_in(mounted)
        return mounted
    return start


def confirmations(service, session):
    """The questions whether the session is alive."""
    return [call for call in service.calls('HasSession') if call.session == session.strip()]


def wait_for_confirmations(service, session, count):
    wait_for(lambda: len(confirmations(service, session)) >= count, what=f'{count} confirmations of a session')
    return confirmations(service, session)


# --- it is kept ---

def test_a_session_in_use_is_confirmed_once_a_period_without_a_reader(kept, service):
    began = time.monotonic()
    mounted = kept()
    first, second = wait_for_confirmations(service, mounted.read('cookie'), 2)
    assert first.received >= began + 0.99
    assert second.received - first.received >= 0.99
    wait_for(lambda: service.calls()[-1].operation == 'GetIdentity', what='the confirmation of the identity')
    assert len(service.calls('Login')) == 1


def test_a_session_lives_longer_than_it_may_idle_and_one_that_is_not_kept_dies(mount, start_sandbox):
    sandbox = start_sandbox('--session-timeout', 2)
    alive, dead = (mount(sandbox.url, {'keepalive': seconds}) for seconds in (1, 0))
    for mounted in alive, dead:
        accounts.log_in(mounted)
    sandbox.reset_calls()
    wait_for(lambda: sandbox.calls('HasSession') >= 3, what='three confirmations')
    assert (alive.read_now('session'), dead.read_now('session')) == ('true\n', 'false\n')
    assert sandbox.calls('Login') == 0


def test_a_session_of_an_earlier_run_is_kept_before_anybody_reads(remount, service):
    mounted = remount(service.url, keepalive=1)
    log_in(mounted)
    session = mounted.read('cookie')
    mounted.kill()
    asked = len(service.calls())
    remount(service.url, keepalive=1)
    wait_for_confirmations(service, session, 1)
    assert service.calls()[asked].session == session.strip()


def test_a_foreign_switch_is_noticed_before_anybody_reads(kept, service):
    mounted = kept(check_ttl=3600)
    assert mounted.read('identity') == f'{HOME}\n'
    service.model.switch_sessions(FJORD)
    wait_for(lambda: 'withheld: ' in mounted.log_text(), what='the foreign switch in the log')
    asked = len(service.calls())
    with fails_with(errno.EKEYREVOKED):
        mounted.read('cookie')
    assert len(service.calls()) == asked


def test_a_confirmation_that_fails_costs_nobody_the_session(kept, service):
    mounted = kept()
    session = mounted.read('cookie')
    service.next('HasSession', service.fault('Something is wrong'))
    wait_for_confirmations(service, session, 2)
    assert mounted.read('cookie') == session
    assert mounted.read('error') == 'none\n'


# --- it is not ---

def test_a_session_that_nobody_uses_any_more_is_left_alone_until_it_is_used_again(kept, service):
    idle, used = kept(idle_after=1), kept()
    session, other = idle.read('cookie'), used.read('cookie')
    read = time.monotonic()

    def looks_without_reading():
        os.stat(idle.path / 'cookie')
        idle.list('identities')
        assert idle.read('README')
        return len(confirmations(service, other)) >= 3

    wait_for(looks_without_reading, 20, 'three confirmations beside it')
    made = confirmations(service, session)
    assert all(call.received < read + 1.5 for call in made)
    idle.read('identity')
    wait_for_confirmations(service, session, len(made) + 1)


def test_beside_one_that_is_kept_no_other_session_is_confirmed_or_made(mount, kept, service):
    mount(service.url, {'keepalive': 1})  # without a session
    kept(keepalive=0).read('cookie')
    for text, number in (quarantine('2099-01-01T00:00:00Z'), errno.EDQUOT), (THROTTLED, errno.EBUSY):
        refused = kept(backoff_min=600)
        service.next('HasSession', service.fault(text))
        with fails_with(number):
            refused.read_now('session')
    ended = kept()
    service.model.sessions.pop(ended.read('cookie').strip())
    assert ended.read_now('session') == 'false\n'
    asked = len(service.calls())
    session = kept().read('cookie').strip()
    wait_for_confirmations(service, session, 1)
    assert {call.session for call in service.calls()[asked:]} == {None, session}
    assert len(service.calls('Login')) == 5


def test_a_session_that_is_found_dead_is_renewed_by_the_next_reader_and_not_before(kept, service):
    mounted = kept()
    session = mounted.read('cookie')
    service.model.end_sessions()
    wait_for(lambda: 'the session has ended' in mounted.log_text(), what='a word on the end of the session')
    beside = kept().read('cookie')
    wait_for_confirmations(service, beside, 1)
    assert len(service.calls('Login')) == 2
    assert len(confirmations(service, session)) == 1
    assert mounted.read('cookie') != session
    assert len(service.calls('Login')) == 3
