"""Sessions that end are renewed, and no script notices that, nor ever acts for another identity than the chosen one."""

import errno
import os
import time

import pytest

from support import accounts, renewing
from support.expecting import fails_with
from support.model_service import APPLICATION, FJORD, HOME, TOKEN, log_in
from support.readers import Readers
from support.users_of_cookies import CookieUsers, by_cookie, served_too_late, uptime
from support.waiting import wait_for

LONG = os.environ.get('SO24_LONG')
PERIODS = {'model': 2, 'sandbox': 2, 'php': 2} if LONG else {'model': 2, 'sandbox': 1, 'php': 1}
TOKEN_TEXT = f'token = {TOKEN}\napplication_id = {APPLICATION}\n'


# --- scripts that use the cookie ---

@pytest.fixture(params=PERIODS)
def server(request, secrets):
    """Each of the servers that can end sessions."""
    if request.param == 'model':
        return renewing.of_model(request.getfixturevalue('service'))
    if request.param == 'sandbox':
        return renewing.of_sandbox(request.getfixturevalue('start_sandbox')('--calls-per-hour', 1000000))
    php_server = request.getfixturevalue('php_server')
    secrets.add(php_server.account['password'])
    return renewing.of_php(php_server)


def end_sessions_again_and_again(server, users, period, seconds):
    """Ends every session when it is `period` old and has been used; says when each had ended for certain."""
    expiries = []
    began = since = uptime()
    while since < began + seconds:
        users.wait_for_right_uses(since)
        time.sleep(max(0, since + period - uptime()))
        server.expire()
        since = uptime()
        expiries.append(since)
    users.wait_for_right_uses(since)
    return expiries


@pytest.mark.parametrize('check_ttl', [0, 1] if LONG else [1])
def test_20_scripts_that_use_the_cookie_do_not_notice_that_sessions_end(request, mount, server, check_ttl):
    period = PERIODS[request.node.callspec.params['server']]
    seconds = 120 if LONG else 2 * period
    mounted = mount(server.url, {'check_ttl': check_ttl, 'rate': 1000000}, limit=seconds + 60)
    mounted.write('login', server.credential)
    mounted.write('identity', server.chosen)
    with CookieUsers(mounted, server.url, server.chosen) as users:
        expiries = end_sessions_again_and_again(server, users, period, seconds)
    uses = users.uses()
    assert {use.what for use in uses} <= {'right', 'dead'}, users.complaints() + mounted.read('error')
    assert served_too_late(uses, expiries, check_ttl) == []
    assert server.logins() == len(by_cookie(uses)) == len(expiries) + 1
    assert server.unconfirmed_uses() == []


def test_a_reader_who_wants_the_truth_of_now_never_gets_a_dead_cookie(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    for ended in range(1, 16):
        service.model.end_sessions()
        assert mounted.read('cookie').strip() in service.model.sessions
        assert len(service.calls('Login')) == ended + 1


def test_a_session_that_idles_out_is_renewed(mount, start_sandbox):
    sandbox = start_sandbox('--session-timeout', 1)
    mounted = mount(sandbox.url, {'check_ttl': 0, 'keepalive': 0})
    accounts.log_in(mounted, identity_id=accounts.ola(3))
    cookie = mounted.read('cookie')
    used = time.monotonic()
    wait_for(lambda: time.monotonic() > used + 1, what='a second')
    assert mounted.read('cookie') != cookie
    assert mounted.read('identity') == f'{accounts.ola(3)}\n'
    assert sandbox.calls('Login') == 2


# --- the right identity ---

def client_line(number):
    """What the other service says of Ola's identity of that number."""
    client = accounts.OLA.identities()[number - 1]['client']
    return f'{client["id"]} {client["name"]}\n'


def lands_on_default(service):
    """The service does not heed which identity a Login asks for."""
    service.model.heeds_identity_id = False


WAYS = {
    'the Login carries it': (None, lambda service: None, ['Login', 'GetIdentity']),
    'the service does not heed it': (None, lands_on_default,
                                     ['Login', 'GetIdentity', 'SetIdentityById', 'GetIdentity']),
    'a token cannot carry it': (TOKEN_TEXT, lambda service: None,
                                ['AuthenticateByToken', 'GetIdentity', 'SetIdentityById', 'GetIdentity']),
}


@pytest.fixture(params=WAYS)
def ended(request, mount, service):
    """A mount whose chosen identity is not the default one, and whose session has ended; and what a renewal calls."""
    text, prepare, calls = WAYS[request.param]
    mounted = mount(service.url)
    prepare(service)
    mounted.write('login', text) if text else log_in(mounted)
    mounted.write('identity', FJORD)
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    return mounted, calls


def test_a_renewed_session_is_on_the_chosen_identity_before_its_cookie_is_read(ended, service):
    mounted, calls = ended
    service.delay = 0.05
    asked = len(service.calls())
    cookie = mounted.read('cookie').strip()
    assert [call.operation for call in service.calls()[asked:]] == calls
    assert service.model.sessions == {cookie: FJORD}
    assert mounted.read('identity') == f'{FJORD}\n'


@pytest.mark.parametrize('ended, held', [(way, held) for way in WAYS for held in range(len(WAYS[way][2]))],
                         indirect=['ended'])
def test_readers_wait_until_the_identity_of_a_renewed_session_is_confirmed(ended, service, gate, held):
    mounted, _ = ended
    asked = len(service.calls())
    service.before_answering = lambda: gate.wait(10) if len(service.calls()) == asked + held + 1 else None
    readers = Readers(mounted.path / 'cookie', 20)
    wait_for(lambda: len(service.calls()) == asked + held + 1, what='the call that is held back')
    assert readers.results == []
    gate.set()
    cookies = set(readers.join())
    assert {service.model.sessions[cookie.strip()] for cookie in cookies} == {FJORD}
    assert len(cookies) == 1


def test_without_a_confirmation_a_renewed_session_is_not_handed_out(ended, service):
    mounted, _ = ended
    service.always('GetIdentity', service.fault('Something is wrong'))
    for _ in range(3):
        with fails_with(errno.EREMOTEIO):
            mounted.read('cookie')
    service.always('GetIdentity', None)
    assert service.model.sessions[mounted.read('cookie').strip()] == FJORD


def test_the_chosen_identity_is_put_back_after_every_login(mount, sandbox):
    mounted = mount(sandbox.url, {'check_ttl': 0})
    accounts.log_in(mounted)
    for number in 2, 3, 4, 5:
        mounted.write('identity', f'{accounts.ola(number)}\n')
        sandbox.expire()
        assert accounts.client_of(sandbox, mounted.read('cookie')) == client_line(number)
    assert sandbox.calls('Login') == 5


# --- the wrong one ---

@pytest.fixture
def watched(mount, sandbox):
    """A mount that looks at each read whether the chosen identity, ola(2), is still the active one."""
    mounted = mount(sandbox.url, {'check_ttl': 0})
    accounts.log_in(mounted)
    mounted.write('identity', f'{accounts.ola(2)}\n')
    return mounted


def check_withheld(mounted, *says):
    with fails_with(errno.EKEYREVOKED):
        mounted.read('cookie')
    for text in 'EKEYREVOKED', *says:
        assert text in mounted.error()


def test_a_foreign_switch_withholds_the_cookie_even_when_it_is_taken_back(watched, sandbox):
    sandbox.switch(accounts.ola(3))
    check_withheld(watched, accounts.ola(2), accounts.ola(3))
    sandbox.switch(accounts.ola(2))
    assert watched.read_now('identity') == f'{accounts.ola(2)}\n'
    check_withheld(watched)
    sandbox.expire()
    check_withheld(watched)
    assert (sandbox.calls('Login'), sandbox.calls('SetIdentityById')) == (1, 1)
    watched.write('identity', f'{accounts.ola(3)}\n')
    assert accounts.client_of(sandbox, watched.read('cookie')) == client_line(3)


def test_an_identity_that_was_added_again_under_another_guid_is_not_taken_for_the_same(watched, sandbox):
    new = sandbox.identity(accounts.ola(2), 'readded')['id']
    check_withheld(watched, accounts.ola(2), accounts.ola(1))
    check_withheld(watched)
    watched.write('identity', f'{new}\n')
    assert accounts.client_of(sandbox, watched.read('cookie')) == client_line(2)


@pytest.mark.parametrize('state', ['removed', 'readded'])
def test_an_identity_that_is_gone_at_a_renewal_is_said_to_be_and_another_one_can_be_chosen(watched, sandbox, state):
    sandbox.expire()
    sandbox.identity(accounts.ola(2), state)
    for _ in range(3):
        check_withheld(watched)
    watched.write('identity', f'{accounts.ola(3)}\n')
    assert accounts.client_of(sandbox, watched.read('cookie')) == client_line(3)


def test_a_set_that_answers_false_at_a_renewal_withholds_the_cookie(mount, service):
    mounted = mount(service.url)
    lands_on_default(service)
    log_in(mounted)
    mounted.write('identity', FJORD)
    service.model.identities = [one for one in service.model.identities if one.id != FJORD]
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    check_withheld(mounted, 'is gone')
    assert set(service.model.sessions.values()) == {HOME}
    mounted.write('identity', HOME)
    assert mounted.read('cookie').strip() in service.model.sessions
