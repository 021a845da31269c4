"""A renewal that the service refuses: what readers are told, and how little the service is asked meanwhile."""

import datetime
import errno
import re
import time

import pytest

from support.answers import THROTTLED, quarantine
from support.clothes import respond
from support.expecting import fails_with
from support.failing import HTML, check_error, fault, login_text, unless
from support.model_service import FJORD, HOME, log_in
from support.waiting import wait_for

UTC = datetime.timezone.utc
PATIENT = {'backoff_min': 600, 'backoff_max': 600}  # who backs off does so for as long as a test takes
OTHER_PASSWORD = 'the password after the change'


@pytest.fixture
def ended(mount, service):
    """A factory of mounts whose session has ended, and which know that: ended(backoff_min=1) -> Mount."""
    def start(**options):
        mounted = mount(service.url, {**PATIENT, **options}, env={'TZ': 'America/New_York'})
        log_in(mounted)
        service.model.end_sessions()
        assert mounted.read_now('session') == 'false\n'
        return mounted
    return start


def renewals(service):
    """The Logins after the first one."""
    return service.calls('Login')[1:]


def check_no_call(service, *attempts):
    """Each attempt fails as (errno, what to do) says, and the service hears nothing of it."""
    asked = len(service.calls())
    for number, do in attempts:
        with fails_with(number):
            do()
    assert [call.operation for call in service.calls()[asked:]] == []


# --- quarantine ---

def every_use(mounted):
    """All that a user may do which would need a call, and its errno in a quarantine."""
    return [(errno.EDQUOT, do) for do in (
        lambda: mounted.read('cookie'), lambda: mounted.read('identity'), lambda: mounted.read_now('cookie'),
        lambda: mounted.write('identity', FJORD), lambda: log_in(mounted))]


def after_now(seconds):
    return (datetime.datetime.now(UTC) + datetime.timedelta(seconds=seconds)).replace(microsecond=0)


@pytest.mark.parametrize('form', [
    '%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%dT%H:%M:%S.000', '%Y-%m-%d %H:%M:%S', '%Y-%m-%dT%H:%M:%S+00:00', '%d.%m.%Y %H:%M:%S',
    '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %H:%M:%S', '%d %B %Y %H:%M:%S', '%a, %d %b %Y %H:%M:%S GMT',
])
def test_a_renewal_that_meets_a_quarantine_ends_all_calls_and_error_says_until_when(ended, service, form):
    mounted = ended()
    end = after_now(1800)
    service.next('Login', fault(quarantine(end.strftime(form))))
    with fails_with(errno.EDQUOT):
        mounted.read('cookie')
    check_no_call(service, *every_use(mounted))
    check_error(mounted, 'login', errno.EDQUOT, end.strftime('%Y-%m-%dT%H:%M:%SZ'))


def test_a_quarantine_is_sat_out_to_its_end_and_then_the_session_is_renewed(ended, service):
    mounted = ended()
    end = after_now(2)
    service.next('Login', fault(quarantine(end.strftime('%d.%m.%Y %H:%M:%S'))))
    with fails_with(errno.EDQUOT):
        mounted.read('cookie')
    cookie = wait_for(lambda: unless(errno.EDQUOT, lambda: mounted.read('cookie')), what='the end of the quarantine')
    refused, renewed = renewals(service)
    assert cookie.strip() in service.model.sessions
    assert renewed.received >= time.monotonic() - (time.time() - end.timestamp()) - 0.01 > refused.received
    assert service.calls()[service.calls().index(refused) + 1] is renewed


@pytest.mark.parametrize('end', ['soon', 'den 31. i neste måned', '', '99/99/2026 25:61', '2026'])
def test_a_quarantine_whose_end_cannot_be_read_takes_an_hour(ended, service, end):
    mounted = ended()
    service.next('Login', fault(quarantine(end)))
    before = time.time()
    with fails_with(errno.EDQUOT):
        mounted.read('cookie')
    after = time.time()
    check_no_call(service, *every_use(mounted))
    told, = re.findall(r'quarantine ends at (\S+)', mounted.error())
    told = datetime.datetime.fromisoformat(told).timestamp()
    assert before - 1 <= told - 3600 <= after


def test_a_live_session_is_not_handed_out_in_a_quarantine_and_is_the_same_after_it(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    cookie = mounted.read('cookie')
    service.next('HasSession', fault(quarantine(after_now(2).isoformat())))
    with fails_with(errno.EDQUOT):
        mounted.read_now('session')
    check_no_call(service, (errno.EDQUOT, lambda: mounted.read('cookie')))
    assert wait_for(lambda: unless(errno.EDQUOT, lambda: mounted.read('cookie')), what='its end') == cookie
    assert renewals(service) == []


# --- blocked ---

def test_a_blocked_identity_is_told_to_every_reader_and_tried_once(ended, service):
    mounted = ended()
    service.model.blocked = {HOME}
    with fails_with(errno.EACCES):
        mounted.read('cookie')
    check_no_call(service, *[(errno.EACCES, lambda: mounted.read('cookie'))] * 5)
    check_error(mounted, 'cookie', errno.EACCES, 'is blocked')
    assert len(renewals(service)) == 1


def test_while_an_identity_is_blocked_another_one_can_be_chosen(ended, service):
    mounted = ended()
    service.model.blocked = {HOME}
    with fails_with(errno.EACCES):
        mounted.read('cookie')
    mounted.write('identity', FJORD)
    assert service.model.sessions[mounted.read('cookie').strip()] == FJORD
    assert renewals(service)[-1].field('IdentityId') == FJORD


# --- throttled ---

def test_a_renewal_that_is_throttled_is_tried_once_and_readers_are_told_to_wait(ended, service):
    mounted = ended()
    service.always('Login', fault(THROTTLED))
    with fails_with(errno.EBUSY):
        mounted.read('cookie')
    check_no_call(service, *[(errno.EBUSY, lambda: mounted.read('cookie'))] * 5)
    check_error(mounted, 'cookie', errno.EBUSY, THROTTLED)
    assert len(renewals(service)) == 1


def test_while_a_renewal_backs_off_each_write_to_login_is_tried_once(ended, service):
    mounted = ended()
    service.always('Login', fault(THROTTLED))
    with fails_with(errno.EBUSY):
        mounted.read('cookie')
    for written in 1, 2:
        with fails_with(errno.EBUSY):
            log_in(mounted)
        assert len(renewals(service)) == 1 + written
        check_no_call(service, (errno.EBUSY, lambda: mounted.read('cookie')))
    service.always('Login', None)
    log_in(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions
    assert len(renewals(service)) == 4


def test_the_waits_between_renewals_that_fail_grow(ended, service):
    mounted = ended(backoff_min=1)
    service.always('Login', respond(HTML, 'text/html', '503 Service Unavailable'))

    def three_were_tried():
        with pytest.raises(OSError):
            mounted.read('cookie')
        return len(renewals(service)) == 3

    wait_for(three_were_tried, what='the third attempt')
    first, second, third = renewals(service)
    assert second.received - first.answered >= 0.5
    assert third.received - second.answered >= 1


def test_what_a_throttled_login_asks_to_wait_is_kept_to(ended, service):
    mounted = ended(backoff_min=1)
    service.next('Login', respond(HTML, 'text/html', '429 Too Many Requests', ['Retry-After: 2']))
    with fails_with(errno.EBUSY):
        mounted.read('cookie')
    cookie = wait_for(lambda: unless(errno.EBUSY, lambda: mounted.read('cookie')), what='the end of the wait')
    assert cookie.strip() in service.model.sessions
    refused, renewed = renewals(service)
    assert renewed.received - refused.answered >= 1.99


# --- rejected ---

def test_a_rejected_credential_is_not_tried_again_until_a_new_one_is_written(ended, service, secrets):
    secrets.add(OTHER_PASSWORD)
    mounted = ended(backoff_min=1, backoff_max=1)
    service.model.password = OTHER_PASSWORD
    with fails_with(errno.EKEYREJECTED):
        mounted.read('cookie')
    check_no_call(service, *[(errno.EKEYREJECTED, do) for do in (
        lambda: mounted.read('cookie'), lambda: mounted.read('identity'), lambda: mounted.read_now('cookie'),
        lambda: mounted.write('identity', FJORD))] * 3)
    with fails_with(errno.EKEYREJECTED):
        log_in(mounted)
    check_no_call(service, (errno.EKEYREJECTED, lambda: mounted.read('cookie')))
    mounted.write('login', login_text(password=OTHER_PASSWORD))
    assert mounted.read('cookie').strip() in service.model.sessions
    assert len(renewals(service)) == 3


def test_a_rejected_credential_is_not_tried_again_when_time_passes(ended, service):
    mounted = ended(backoff_min=1, backoff_max=1)
    service.model.password = OTHER_PASSWORD
    with fails_with(errno.EKEYREJECTED):
        mounted.read('cookie')
    longest = time.monotonic() + 1  # by then any other failure would be tried again

    def is_over():
        with fails_with(errno.EKEYREJECTED):
            mounted.read('cookie')
        return time.monotonic() > longest

    wait_for(is_over, what='the end of a back-off')
    assert len(renewals(service)) == 1
