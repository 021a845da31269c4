"""Several mounts of one account on one machine share its session, and what the service says to one holds for all."""

import errno

import pytest

from support import accounts
from support.accounts import KARI, kari
from support.answers import BLOCKED, THROTTLED, quarantine
from support.credential_file import credential_file
from support.expecting import fails_with
from support.failing import check_error, fault, login_text
from support.model_service import FJORD, HOME, ODD, log_in
from support.readers import Readers, opens_seen, wait_for_opens
from support.waiting import wait_for


@pytest.fixture
def start(remount, service, tmp_path):
    """A factory of mounts with the right credential in a file, who back off for as long as a test takes."""
    path = credential_file(tmp_path / 'credential', login_text())
    return lambda debug=False, **others: remount(service.url, debug, credentials=path, **{'backoff_min': 600, **others})


def cookies_of(mounts, count):
    """What `count` readers on each of the mounts get, all at once."""
    readers = [Readers(mounted.path / 'cookie', count) for mounted in mounts]
    results = [result for each in readers for result in each.join()]
    failures = [result for result in results if isinstance(result, OSError)]
    assert failures == [], [mounted.error() for mounted in mounts]
    return set(results)


# --- the session ---

def test_a_second_mount_finds_the_session_of_the_first(remount, service):
    first, second = remount(service.url), remount(service.url)
    log_in(first)
    assert second.read('cookie') == first.read('cookie')
    assert len(service.calls('Login')) == 1


@pytest.mark.parametrize('mounts', [2, 5])
def test_many_first_readers_on_several_mounts_cause_one_login(start, service, mounts):
    service.delay = 0.02
    started = [start() for _ in range(mounts)]
    assert service.calls() == []
    cookie, = cookies_of(started, 100 // mounts)
    assert set(service.model.sessions) == {cookie.strip()}
    assert len(service.calls('Login')) == 1


def test_readers_on_both_mounts_wait_for_one_login(start, service, gate):
    mounts = start(debug=True), start(debug=True)
    service.before_answering = lambda: gate.wait(10)
    opened = [opens_seen(mounted) for mounted in mounts]
    readers = [Readers(mounted.path / 'cookie', 20) for mounted in mounts]
    for mounted, before in zip(mounts, opened):
        wait_for_opens(mounted, before + 20)
    wait_for(service.calls, what='the Login')
    assert [each.results for each in readers] == [[], []]
    gate.set()
    assert len({cookie for each in readers for cookie in each.join()}) == 1
    assert len(service.calls('Login')) == 1


def test_a_renewal_by_one_mount_is_found_by_the_other(start, service):
    first, second = start(check_ttl=0), start(check_ttl=0)
    old = first.read('cookie')
    assert second.read('cookie') == old
    service.model.end_sessions()
    new = second.read('cookie')
    assert new != old
    assert first.read('cookie') == new
    assert len(service.calls('Login')) == 2


def test_a_mount_without_a_credential_lives_on_what_another_one_renews(remount, start, service):
    renewing, poor = start(check_ttl=0), remount(service.url, check_ttl=0)
    cookie = renewing.read('cookie')
    assert poor.read('cookie') == cookie
    service.model.end_sessions()
    with fails_with(errno.EKEYEXPIRED):
        poor.read('cookie')
    assert poor.read('session') == 'false\n'
    renewed = renewing.read('cookie')
    assert poor.read('cookie') == renewed
    assert len(service.calls('Login')) == 2


def test_readers_on_both_mounts_share_one_login_at_each_of_ten_expiries(start, service):
    mounts = start(check_ttl=0), start(check_ttl=0)
    for ended in range(10):
        service.model.end_sessions()
        cookie, = cookies_of(mounts, 20)
        assert set(service.model.sessions) == {cookie.strip()}
        assert len(service.calls('Login')) == ended + 1


def test_a_sandbox_whose_sessions_end_ten_times_sees_ten_logins_of_two_mounts(remount, sandbox, tmp_path, secrets):
    secrets.add(accounts.OLA.password)
    path = credential_file(tmp_path / 'credential', accounts.OLA.lines())
    mounts = [remount(sandbox.url, credentials=path, check_ttl=0) for _ in range(2)]
    for ended in range(10):
        sandbox.expire()
        assert len(cookies_of(mounts, 20)) == 1
        assert sandbox.calls('Login') == ended + 1


# --- the identity ---

def test_a_switch_on_one_mount_is_seen_on_the_other(start, service):
    first, second = start(), start()
    assert first.read('identity') == second.read('identity') == f'{HOME}\n'
    for writer, reader, identity in (first, second, FJORD), (second, first, ODD), (second, first, FJORD):
        writer.write('identity', identity)
        assert reader.read('identity') == f'{identity}\n'
        assert reader.read('cookie') == writer.read('cookie')
    assert len(service.calls('Login')) == 1


def test_what_one_mount_chose_is_put_back_by_the_other(start, service):
    first, second = start(check_ttl=0), start(check_ttl=0)
    first.write('identity', FJORD)
    assert second.read('identity') == f'{FJORD}\n'
    service.model.end_sessions()
    cookie = second.read('cookie')
    assert service.model.sessions == {cookie.strip(): FJORD}
    assert first.read('cookie') == cookie


def test_a_foreign_switch_is_withheld_on_both_until_one_chooses(start, service):
    first, second = start(check_ttl=0), start(check_ttl=0)
    assert first.read('cookie') == second.read('cookie')
    service.model.switch_sessions(FJORD)
    for mounted in first, second:
        with fails_with(errno.EKEYREVOKED):
            mounted.read('cookie')
    second.write('identity', FJORD)
    assert first.read('cookie') == second.read('cookie')
    assert first.read('identity') == f'{FJORD}\n'


# --- what the service says ---

@pytest.mark.parametrize('text, number, says', [
    (THROTTLED, errno.EBUSY, THROTTLED), (BLOCKED, errno.EACCES, 'is blocked'),
    (quarantine('2099-01-02T03:04:05Z'), errno.EDQUOT, '2099-01-02T03:04:05Z'),
], ids=['throttled', 'blocked', 'quarantine'])
def test_what_one_mount_is_told_holds_for_the_other(start, service, text, number, says):
    first, second = start(), start()
    service.next('Login', fault(text))
    with fails_with(number):
        first.read('cookie')
    asked = len(service.calls())
    with fails_with(number):
        second.read('cookie')
    check_error(second, 'cookie', number, says)
    assert len(service.calls()) == asked


# --- two users ---

def test_two_users_under_one_source_do_not_get_each_others_session(remount, sandbox, secrets):
    first, second = remount(sandbox.url, check_ttl=0), remount(sandbox.url, check_ttl=0)
    accounts.log_in(first)
    olas = first.read('cookie')
    accounts.log_in(second, KARI, identity_id=kari(2))
    karis = second.read('cookie')
    assert (first.read('cookie'), second.read('cookie')) == (olas, karis)
    sandbox.expire()
    renewed = first.read('cookie'), second.read('cookie')
    assert len({olas, karis, *renewed}) == 4
    assert accounts.client_of(sandbox, renewed[0]).startswith(f'{accounts.OLA.identities()[0]["client"]["id"]} ')
    assert accounts.client_of(sandbox, renewed[1]).startswith(f'{KARI.identities()[1]["client"]["id"]} ')
    assert sandbox.calls('Login') == 4
