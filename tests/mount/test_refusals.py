"""What the service refuses, and what is refused for its sake, has the errno of design.md, section 3."""

import datetime
import errno
import time

import pytest

from support import answers, clothes
from support.answers import BLOCKED, NOT_AUTHENTICATED, THROTTLED, WRONG_PASSWORD, Fault, quarantine
from support.clothes import Clothes, respond
from support.expecting import fails_with
from support.failing import HTML, XML, check_error, fault, login_text, session_unless
from support.model_service import APPLICATION, FJORD, HOME, LOCKED, TOKEN, USERNAME, log_in
from support.raw_server import close_now, hang
from support.waiting import wait_for


# --- nothing to work with ---

@pytest.mark.parametrize('do', [
    lambda mounted: mounted.read('cookie'),
    lambda mounted: mounted.read('identity'),
    lambda mounted: mounted.write('identity', FJORD),
], ids=['cookie', 'identity', 'a switch'])
def test_without_a_credential_the_key_is_missing(mount, service, do):
    mounted = mount(service.url)
    with fails_with(errno.ENOKEY):
        do(mounted)
    assert mounted.read('session') == 'false\n'
    assert service.calls() == []


def test_a_session_that_ended_and_cannot_be_made_anew_has_expired(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.model.end_sessions()
    service.always('HasSession', service.dress(answers.has_session(False)))
    service.always('GetIdentity', service.fault(NOT_AUTHENTICATED))
    service.always('GetIdentities', service.fault(NOT_AUTHENTICATED))
    assert mounted.read_now('session') == 'false\n'
    with fails_with(errno.EKEYEXPIRED):
        mounted.read('cookie')
    for _ in range(3):
        with pytest.raises(OSError):
            mounted.read('cookie')
    assert len(service.calls('Login')) <= 3  # no storm


# --- the service's refusals ---

REFUSED_LOGINS = {
    'wrong password': (fault(WRONG_PASSWORD), errno.EKEYREJECTED, WRONG_PASSWORD),
    'unknown user': (fault('The username is unknown'), errno.EKEYREJECTED, 'The username is unknown'),
    'unknown application': (fault('Unknown application'), errno.EKEYREJECTED, 'Unknown application'),
    'invalid something': (fault('Invalid credential'), errno.EKEYREJECTED, 'Invalid credential'),
    'empty string': (respond(clothes.PLAIN.write(answers.login('')), XML), errno.EKEYREJECTED, ''),
    'empty string as a pair': (respond(Clothes(empty_pairs=True).write(answers.login('')), XML), errno.EKEYREJECTED,
                               ''),
    'no result': (respond(clothes.PLAIN.write(answers.without_result('Login')), XML), errno.EKEYREJECTED, ''),
    'blocked': (fault(BLOCKED), errno.EACCES, 'is blocked'),
    'throttled': (fault(THROTTLED), errno.EBUSY, THROTTLED),
    'throttled in another word': (fault('Login throttled'), errno.EBUSY, 'Login throttled'),
    'quarantine': (fault(quarantine('2099-01-01T00:00:00Z')), errno.EDQUOT, '2099'),
    'another fault': (fault('Object reference not set to an instance of an object'), errno.EREMOTEIO,
                      'Object reference not set to an instance of an object'),
    'a fault without a text': (fault(''), errno.EREMOTEIO, ''),
    'a fault with 200': (respond(clothes.PLAIN.write(Fault(WRONG_PASSWORD)), XML), errno.EKEYREJECTED, WRONG_PASSWORD),
    'a fault with 400': (respond(clothes.PLAIN.write(Fault(BLOCKED)), XML, '400 Bad Request'), errno.EACCES,
                         'is blocked'),
}


@pytest.mark.parametrize('name', REFUSED_LOGINS)
def test_a_login_is_refused(mount, service, name):
    reply, number, says = REFUSED_LOGINS[name]
    service.always('Login', reply)
    mounted = mount(service.url)
    with fails_with(number):
        log_in(mounted)
    check_error(mounted, 'Login', number, says)
    assert len(service.calls('Login')) == 1


@pytest.mark.parametrize('reply, number', [
    (fault('Invalid token'), errno.EKEYREJECTED),
    (respond(clothes.PLAIN.write(answers.without_result('AuthenticateByToken')), XML), errno.EKEYREJECTED),
    (fault(THROTTLED), errno.EBUSY),
    (fault(BLOCKED), errno.EACCES),
], ids=['wrong token', 'no passport', 'throttled', 'blocked'])
def test_a_token_is_refused(mount, service, reply, number):
    service.always('AuthenticateByToken', reply)
    mounted = mount(service.url)
    with fails_with(number):
        mounted.write('login', f'token = {TOKEN}\napplication_id = {APPLICATION}\n')
    check_error(mounted, 'AuthenticateByToken', number)


@pytest.mark.parametrize('reply, number', [
    (fault(THROTTLED), errno.EBUSY),
    (fault(quarantine('2099-01-01T00:00:00Z')), errno.EDQUOT),
    (fault('Object reference not set to an instance of an object'), errno.EREMOTEIO),
], ids=['throttled', 'quarantine', 'another fault'])
def test_a_question_about_the_session_is_refused(mount, service, reply, number):
    mounted = mount(service.url)
    log_in(mounted)
    service.always('HasSession', reply)
    with fails_with(number):
        mounted.read_now('session')
    check_error(mounted, 'HasSession', number)


def test_a_rejected_credential_is_never_tried_again_by_itself(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.model.password = 'changed meanwhile'
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    for _ in range(3):
        with fails_with(errno.EKEYREJECTED):
            mounted.read('cookie')
    assert len(service.calls('Login')) == 2
    assert mounted.read('session') == 'false\n'


def test_a_failed_login_leaves_the_old_session_in_place(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    cookie = mounted.read('cookie')
    service.always('Login', fault(WRONG_PASSWORD))
    with fails_with(errno.EKEYREJECTED):
        mounted.write('login', login_text(username='other@example.com'))
    assert (mounted.read('cookie'), mounted.read_now('session')) == (cookie, 'true\n')
    service.model.end_sessions()
    service.always('Login', None)
    assert mounted.read_now('session') == 'false\n'
    assert mounted.read('cookie') != cookie  # made anew with the credential that worked
    assert service.calls('Login')[-1].field('Username') == USERNAME


def test_an_account_whose_default_identity_is_blocked_can_choose_another(mount, service):
    service.model.blocked = {HOME}
    mounted = mount(service.url)
    with fails_with(errno.EACCES):
        log_in(mounted)
    assert 'Fjord & Fjell AS' in mounted.list('identities')
    mounted.write('identity', FJORD)
    assert service.calls('Login')[-1].field('IdentityId') == FJORD
    assert mounted.read('identity') == f'{FJORD}\n'
    assert mounted.read('cookie').strip() in service.model.sessions


def test_a_disabled_identity_is_not_to_be_had(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    with fails_with(errno.EACCES):
        mounted.write('identity', LOCKED)
    assert mounted.read('identity') == f'{HOME}\n'


def test_a_cookie_of_another_identity_than_the_chosen_one_is_withheld(mount, service):
    service.always('GetIdentity', service.dress(answers.get_identity(service.model.identities[1])))
    mounted = mount(service.url)
    with fails_with(errno.EKEYREVOKED):
        log_in(mounted, identity_id=FJORD)
        mounted.read('cookie')
    with pytest.raises(OSError):
        mounted.read('cookie')


def test_a_session_that_somebody_else_switched_is_not_handed_out(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions
    service.model.switch_sessions(FJORD)
    with fails_with(errno.EKEYREVOKED):
        mounted.read('cookie')
    mounted.write('identity', FJORD)
    assert mounted.read('cookie').strip() in service.model.sessions


def test_an_identity_that_is_gone_is_not_handed_out(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted, identity_id=FJORD)
    service.model.identities = service.model.identities[:2]
    service.model.switch_sessions(HOME)
    with fails_with(errno.EKEYREVOKED):
        mounted.read('cookie')


def test_a_switch_that_did_not_happen_withholds_the_cookie(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.always('SetIdentityById', service.dress(answers.set_identity_by_id(True)))
    with fails_with(errno.EKEYREVOKED):
        mounted.write('identity', FJORD)
        mounted.read('cookie')


# --- grace ---

def test_the_last_confirmed_cookie_is_served_while_the_service_cannot_be_reached(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    cookie = mounted.read('cookie')
    service.close()
    assert mounted.read('cookie') == cookie
    with fails_with(errno.ECONNREFUSED):
        mounted.read_now('session')


def test_the_last_confirmed_cookie_is_served_while_the_service_does_not_answer(mount, service):
    mounted = mount(service.url, {'check_ttl': 0, 'timeout': 1})
    log_in(mounted)
    cookie = mounted.read('cookie')
    for operation in 'HasSession', 'GetIdentity':
        service.always(operation, hang)
    asked = len(service.calls())
    assert mounted.read('cookie') == cookie
    assert len(service.calls()) > asked


def test_a_quarantine_ends_grace(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    mounted.read('cookie')
    for operation in 'HasSession', 'GetIdentity':
        service.always(operation, fault(quarantine('2099-01-01T00:00:00Z')))
    with fails_with(errno.EDQUOT):
        mounted.read('cookie')
    service.close()
    with fails_with(errno.EDQUOT):
        mounted.read('cookie')


@pytest.mark.parametrize('reply, number', [
    (close_now, errno.EBADMSG),
    (respond(HTML, 'text/html', '503 Service Unavailable'), errno.EREMOTEIO),
    (fault(THROTTLED), errno.EBUSY),
    (fault(quarantine('2099-01-01T00:00:00Z')), errno.EDQUOT),
], ids=['closed', '503', 'throttled', 'quarantine'])
def test_without_grace_a_cookie_that_cannot_be_confirmed_is_withheld(mount, service, reply, number):
    mounted = mount(service.url, {'check_ttl': 0, 'offline_grace': 0})
    log_in(mounted)
    for operation in 'HasSession', 'GetIdentity':
        service.always(operation, reply)
    with fails_with(number):
        mounted.read('cookie')


# --- throttling and quarantine ---

def test_http_429_makes_busy_and_its_retry_after_is_kept_to(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.next('HasSession', respond(HTML, 'text/html', '429 Too Many Requests', ['Retry-After: 2']))
    with fails_with(errno.EBUSY):
        mounted.read_now('session')
    check_error(mounted, 'HasSession', errno.EBUSY, '429')
    wait_for(lambda: session_unless(mounted, errno.EBUSY), 5, 'the end of the wait')
    refused, answered = service.calls('HasSession')
    assert answered.received - refused.answered >= 1.99


def test_a_throttled_login_may_be_written_again_at_once(mount, service):
    service.next('Login', fault(THROTTLED))
    mounted = mount(service.url)
    with fails_with(errno.EBUSY):
        log_in(mounted)
    log_in(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions
    assert len(service.calls('Login')) == 2


def test_a_renewal_that_was_throttled_backs_off(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.model.end_sessions()
    service.always('Login', fault(THROTTLED))
    assert mounted.read_now('session') == 'false\n'
    for _ in range(5):
        with fails_with(errno.EBUSY):
            mounted.read('cookie')
    assert len(service.calls('Login')) <= 3  # the first, its renewal, and one more if a whole second has passed


@pytest.mark.parametrize('do', [
    lambda mounted: mounted.read('cookie'),
    lambda mounted: mounted.read_now('session'),
    lambda mounted: mounted.write('identity', FJORD),
    log_in,
], ids=['cookie', 'session', 'a switch', 'a login'])
def test_nothing_is_called_during_a_quarantine(mount, service, do):
    mounted = mount(service.url)
    log_in(mounted)
    service.next('HasSession', fault(quarantine('2099-01-01T00:00:00Z')))
    with fails_with(errno.EDQUOT):
        mounted.read_now('session')
    asked = len(service.calls())
    with fails_with(errno.EDQUOT):
        do(mounted)
    assert len(service.calls()) == asked


@pytest.mark.parametrize('form', [
    '%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S', '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %H:%M:%S',
    '%d.%m.%Y %H:%M:%S', '%a, %d %b %Y %H:%M:%S GMT',
])
def test_a_quarantine_ends_when_the_service_says(mount, service, form):
    mounted = mount(service.url, env={'TZ': 'America/New_York'})  # a date without a zone is UTC all the same
    log_in(mounted)
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=1.3)
    end = soon.replace(microsecond=0)
    service.next('HasSession', fault(quarantine(end.strftime(form))))
    with fails_with(errno.EDQUOT):
        mounted.read_now('session')
    assert wait_for(lambda: session_unless(mounted, errno.EDQUOT), 4, 'the end of the quarantine') == 'true\n'
    after_end = time.monotonic() - (time.time() - end.timestamp())
    assert all(request.received >= after_end - 0.01 for request in service.calls('HasSession')[1:])
