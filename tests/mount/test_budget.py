"""How many calls are made at most: as many as -o rate allows, and as the service itself says that it still takes."""

import datetime
import errno
import re

import pytest

from support.clothes import plain, respond
from support.expecting import fails_with
from support.failing import HTML, check_error, unless
from support.model_service import FJORD, log_in
from support.waiting import wait_for

UTC = datetime.timezone.utc
EVERY_USE = {
    'cookie': lambda mounted: mounted.read('cookie'),
    'session': lambda mounted: mounted.read_now('session'),
    'a switch': lambda mounted: mounted.write('identity', FJORD),
    'a login': log_in,
}


def after_now(**delta):
    return (datetime.datetime.now(UTC) + datetime.timedelta(**delta)).replace(microsecond=0)


def say_limits(service, remaining, reset=None):
    """From now on every answer of the service tells how many calls it still takes, and until when."""
    headers = [f'APILimitRemaining: {remaining}']
    headers += [f'APILimitReset: {reset.strftime("%Y-%m-%dT%H:%M:%SZ")}'] if reset else []

    def wear(request, document, content_type, status):
        return respond(document, content_type, status, headers)
    service.http = wear


def use_up(mounted, service, most=100):
    """Asks until no call is made any more; says how many there were in all."""
    for _ in range(most):
        asked = len(service.calls())
        if unless(errno.EDQUOT, lambda: mounted.read_now('session')) is None:
            assert len(service.calls()) == asked
            return asked
    raise AssertionError(f'{most} calls were made, and no end of it')


def check_no_call(mounted, service, *names):
    """Nothing that needs a call is done, and none is made."""
    asked = len(service.calls())
    for name in names or EVERY_USE:
        with fails_with(errno.EDQUOT):
            EVERY_USE[name](mounted)
    assert len(service.calls()) == asked


def time_told(mounted):
    """Until when no call is made, as `error` says."""
    told, = re.findall(r'no call is made before (\S+)', mounted.error())
    return datetime.datetime.fromisoformat(told)


# --- the mount's own budget ---

@pytest.mark.parametrize('rate', [5, 6, 30])
def test_calls_stop_at_the_rate_and_error_says_until_when(mount, service, rate):
    mounted = mount(service.url, {'rate': rate, 'check_ttl': 0})
    log_in(mounted)
    assert use_up(mounted, service) == rate
    check_no_call(mounted, service)
    check_error(mounted, 'login', errno.EDQUOT, f"this mount's own limit of {rate} calls an hour (-o rate) is used up")
    assert after_now(minutes=58) <= time_told(mounted) <= after_now(minutes=62)


def test_what_was_confirmed_is_served_without_a_call_when_the_budget_is_used_up(mount, service):
    mounted = mount(service.url, {'rate': 10})
    log_in(mounted)
    cookie = mounted.read('cookie')
    use_up(mounted, service)
    assert [mounted.read('cookie') for _ in range(3)] == [cookie] * 3
    assert mounted.read('session') == 'true\n'
    assert 'Fjord & Fjell AS' in mounted.list('identities')
    assert len(service.calls()) == 10


@pytest.mark.parametrize('end', ['terminate', 'kill'])
def test_a_restart_gives_no_new_budget(remount, service, end):
    mounted = remount(service.url, rate=12)
    log_in(mounted)
    for _ in range(4):
        mounted.read_now('session')
    made = len(service.calls())
    getattr(mounted, end)()
    mounted = remount(service.url, rate=12)
    assert made < use_up(mounted, service) <= 12
    for _ in range(3):
        getattr(mounted, end)()
        mounted = remount(service.url, rate=12)
        check_no_call(mounted, service, *EVERY_USE)


def test_a_daemon_that_crashes_after_each_call_keeps_to_the_budget(remount, service):
    mounted = remount(service.url, rate=400)
    log_in(mounted)
    made = len(service.calls())
    mounted.kill()
    mounted = remount(service.url, rate=made + 5)
    while unless(errno.EDQUOT, lambda: mounted.read_now('session')):
        mounted.kill()
        mounted = remount(service.url, rate=made + 5)
    assert made < len(service.calls()) <= made + 5


def test_two_mounts_share_the_budget(remount, service):
    mounts = [remount(service.url, rate=20, check_ttl=0) for _ in range(2)]
    log_in(mounts[0])
    while any([unless(errno.EDQUOT, lambda: mounted.read_now('session')) for mounted in mounts]):
        assert len(service.calls()) <= 20
    assert 10 <= len(service.calls()) <= 20
    for mounted in mounts:
        check_no_call(mounted, service)


# --- what the service says ---

def test_when_the_service_says_that_nothing_is_left_no_call_is_made(mount, service):
    reset = after_now(minutes=30)
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    say_limits(service, 0, reset)
    assert mounted.read_now('session') == 'true\n'
    check_no_call(mounted, service)
    check_error(mounted, 'login', errno.EDQUOT, 'the service allows no more calls in this hour')
    assert abs(time_told(mounted) - reset) <= datetime.timedelta(seconds=2)


def test_what_the_service_says_is_left_is_counted_down(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    say_limits(service, 3, after_now(minutes=30))
    assert mounted.read_now('session') == 'true\n'
    service.http = plain
    made = len(service.calls())
    assert use_up(mounted, service) == made + 3
    check_no_call(mounted, service)


def test_when_the_service_says_that_there_is_more_again_calls_go_on(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    say_limits(service, 2, after_now(minutes=30))
    mounted.read_now('session')
    say_limits(service, 100, after_now(minutes=30))
    for _ in range(10):
        assert mounted.read_now('session') == 'true\n'


@pytest.mark.parametrize('end', ['terminate', 'kill'])
def test_what_the_service_said_holds_after_a_restart(remount, service, end):
    reset = after_now(minutes=30)
    mounted = remount(service.url)
    log_in(mounted)
    say_limits(service, 0, reset)
    mounted.read_now('session')
    getattr(mounted, end)()
    mounted = remount(service.url)
    check_no_call(mounted, service)
    assert abs(time_told(mounted) - reset) <= datetime.timedelta(seconds=2)


def test_a_login_after_which_nothing_is_left_succeeds_and_hands_out_nothing_unconfirmed(mount, service):
    say_limits(service, 0, after_now(minutes=30))
    mounted = mount(service.url)
    log_in(mounted)
    assert [call.operation for call in service.calls()] == ['Login']
    check_no_call(mounted, service, 'cookie', 'a switch')


@pytest.mark.parametrize('remaining', ['-1', 'many', '', '99999999999999999999', '1.5'])
def test_a_limit_that_cannot_be_meant_is_not_heeded(mount, service, remaining):
    mounted = mount(service.url)
    log_in(mounted)
    say_limits(service, remaining, after_now(minutes=30))
    for _ in range(3):
        assert mounted.read_now('session') == 'true\n'


def test_a_reset_that_is_long_over_does_not_free_calls_at_once(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    say_limits(service, 0, after_now(minutes=-30))
    mounted.read_now('session')
    check_no_call(mounted, service, 'session')
    assert after_now(seconds=50) <= time_told(mounted) <= after_now(seconds=70)


# --- too fast ---

def test_after_a_429_all_calls_wait_as_long_as_it_asks(mount, service):
    mounted = mount(service.url, {'check_ttl': 0, 'offline_grace': 0})
    log_in(mounted)
    service.next('GetIdentity', respond(HTML, 'text/html', '429 Too Many Requests', ['Retry-After: 2']))
    with fails_with(errno.EBUSY):
        mounted.read('cookie')
    refused = service.calls()[-1]
    asked = len(service.calls())
    for name in 'cookie', 'session', 'a switch':
        with fails_with(errno.EBUSY):
            EVERY_USE[name](mounted)
    assert len(service.calls()) == asked
    wait_for(lambda: unless(errno.EBUSY, lambda: mounted.read('cookie')), what='the end of the wait')
    assert service.calls()[asked].received - refused.answered >= 1.99


def test_the_wait_after_a_429_holds_after_a_restart(remount, service):
    mounted = remount(service.url)
    log_in(mounted)
    service.next('HasSession', respond(HTML, 'text/html', '429 Too Many Requests', ['Retry-After: 1000']))
    with fails_with(errno.EBUSY):
        mounted.read_now('session')
    mounted.kill()
    mounted = remount(service.url)
    asked = len(service.calls())
    with fails_with(errno.EBUSY):
        mounted.read('cookie')
    assert len(service.calls()) == asked


def test_a_retry_after_that_asks_for_years_is_not_kept_to_for_years(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.next('HasSession', respond(HTML, 'text/html', '503 Service Unavailable', ['Retry-After: 99999999']))
    for _ in range(2):
        with pytest.raises(OSError):
            mounted.read_now('session')
    told, = re.findall(r'backing off for another ([\d.]+) s', mounted.error())
    assert 3500 <= float(told) <= 3600
