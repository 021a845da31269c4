"""What goes wrong has the errno of design.md, section 3, and a sentence in `error` that a person can act on."""

import datetime
import errno
import gzip
import os
import re
import signal
import socket
import subprocess
import time
from xml.sax.saxutils import escape

import pytest

from support import answers, clothes
from support.answers import BLOCKED, NOT_AUTHENTICATED, THROTTLED, WRONG_PASSWORD, Fault, quarantine
from support.clothes import SOAP_12, Clothes, respond
from support.expecting import fails_with
from support.interruption import WaitingOpen
from support.model_service import (APPLICATION, FJORD, HOME, LOCKED, PASSWORD, TOKEN, TWIN_1, USERNAME, log_in)
from support.raw_server import (close_now, cut, drip, endless, hang, reset_now, send_and_close, send_and_hang,
                                send_and_reset)
from support.waiting import wait_for

XML = 'text/xml; charset=utf-8'
HTML = b'<!DOCTYPE html><html><head><title>Down</title></head><body>Down for maintenance &nbsp;</body></html>'
NOBODY = '310d5fd3-0002-4047-a03b-0000000000ff'
GOOD = clothes.respond(clothes.PLAIN.write(answers.has_session(True)), XML)
GOOD_HEAD, GOOD_BODY = GOOD.split(b'\r\n\r\n')


def login_text(**others):
    pairs = {'username': USERNAME, 'password': PASSWORD, 'application_id': APPLICATION, **others}
    return ''.join(f'{key} = {value}\n' for key, value in pairs.items())


def fault(text, wear=clothes.PLAIN, **others):
    return respond(wear.write(Fault(text, **others)), wear.media_type, '500 Internal Server Error')


def chunks(*parts):
    head = b'HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n'
    return head + b''.join(parts)


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


# --- what is written ---

BAD_LOGINS = {
    'an unknown key': (login_text(colour='red'), errno.EINVAL),
    'a doubled key': (login_text() + 'password = again and again\n', errno.EINVAL),
    'a doubled key in another spelling': (login_text() + f'ApplicationId = {APPLICATION}\n', errno.EINVAL),
    'a malformed application': (login_text(application_id='24'), errno.EINVAL),
    'a malformed identity': ('identity_id = 310d5fd3\n' + login_text(), errno.EINVAL),
    'a malformed token': (f'application_id = {APPLICATION}\ntoken = 7e57c0de\n', errno.EINVAL),
    'a NUL': (login_text(username='a\0b'), errno.EINVAL),
    'no password': (f'username = {USERNAME}\napplication_id = {APPLICATION}\n', errno.EINVAL),
    'no application': (f'username = {USERNAME}\npassword = {PASSWORD}\n', errno.EINVAL),
    'a line that is none': ('username ops\n', errno.EINVAL),
    'bytes that are no UTF-8': (login_text().encode().replace(b'ops@', b'\xff\xfe@'), errno.EINVAL),
    'malformed XML': ('<credential><Username>x</Password></credential>\n', errno.EINVAL),
    'another document': ('<html><body/></html>\n', errno.EINVAL),
    'malformed JSON': ('{"username": "ops", }}\n', errno.EINVAL),
    'JSON of another kind': ('["username"]\n', errno.EINVAL),
    'a doubled key in JSON': ('{"username": "a", "Username": "b", "password": "12345678"}\n', errno.EINVAL),
    'too long a value': (login_text(username='x' * 70000), errno.EFBIG),
    'too long a comment': ('#' + 'x' * 70000 + '\n' + login_text(), errno.EFBIG),
}


@pytest.mark.parametrize('name', BAD_LOGINS)
def test_bad_input_to_login_calls_nobody_and_leaves_the_session_alone(mount, service, name):
    text, number = BAD_LOGINS[name]
    mounted = mount(service.url)
    log_in(mounted)
    cookie = mounted.read('cookie')
    asked = len(service.calls())
    with fails_with(number):
        mounted.write('login', text)
    check_error(mounted, 'login', number)
    assert len(service.calls()) == asked
    assert (mounted.read('cookie'), mounted.read('identity')) == (cookie, f'{HOME}\n')


BAD_IDENTITIES = {
    'an unknown GUID': (NOBODY, errno.ENOENT),
    'an unknown name': ('Ingen AS', errno.ENOENT),
    'a name of two clients': ('Tvilling AS\n', errno.ENOTUNIQ),
    'malformed XML': ('<Identity><Id>x</Identity>\n', errno.EINVAL),
    'another document': ('<html><body/></html>\n', errno.EINVAL),
    'a NUL': (FJORD[:20] + '\0\n', errno.EINVAL),
    'nothing': ('\n', errno.EINVAL),
    'too long': ('<Identity>' + ' ' * 70000 + '</Identity>\n', errno.EFBIG),
}


@pytest.mark.parametrize('name', BAD_IDENTITIES)
def test_bad_input_to_identity_leaves_the_session_alone(mount, service, name):
    text, number = BAD_IDENTITIES[name]
    mounted = mount(service.url)
    log_in(mounted)
    cookie = mounted.read('cookie')
    with fails_with(number):
        mounted.write('identity', text)
    check_error(mounted, '', number)
    assert (mounted.read('cookie'), mounted.read('identity')) == (cookie, f'{HOME}\n')
    assert list(service.model.sessions.values()) == [HOME]


@pytest.mark.parametrize('operation', ['SetIdentityById', 'SetIdentity'])
def test_a_switch_that_the_service_answers_with_false_is_no_such_entry(mount, service, operation):
    service.always(operation, service.dress(answers.answer(operation, text='false')))
    mounted = mount(service.url)
    log_in(mounted)
    text = {'SetIdentityById': FJORD,
            'SetIdentity': mounted.read(f'identities/Tvilling AS/{TWIN_1}/identity.xml')}[operation]
    with fails_with(errno.ENOENT):
        mounted.write('identity', text)
    check_error(mounted, operation, errno.ENOENT)
    assert mounted.read('identity') == f'{HOME}\n'


@pytest.mark.parametrize('do', [
    lambda path: os.open(path / 'new', os.O_CREAT | os.O_WRONLY),
    lambda path: os.unlink(path / 'cookie'),
    lambda path: os.rename(path / 'cookie', path / 'biscuit'),
    lambda path: os.mkdir(path / 'folder'),
    lambda path: os.rmdir(path / 'identities'),
    lambda path: os.symlink('cookie', path / 'link'),
], ids=['create', 'unlink', 'rename', 'mkdir', 'rmdir', 'symlink'])
def test_the_tree_cannot_be_changed(mount, service, do):
    mounted = mount(service.url)
    with pytest.raises(OSError) as refusal:
        do(mounted.path)
    assert refusal.value.errno in (errno.EPERM, errno.EROFS)


# --- the way to the service ---

def test_a_refused_connection_is_connection_refused(mount):
    with socket.socket() as unheard:
        unheard.bind(('127.0.0.1', 0))  # bound, so nobody else gets it; not listening
        check_a_login_fails(mount(f'http://127.0.0.1:{unheard.getsockname()[1]}/x.asmx'), errno.ECONNREFUSED)


def test_a_name_that_does_not_resolve_is_no_route_to_host(mount):
    check_a_login_fails(mount('https://no-such-host.invalid/x.asmx'), errno.EHOSTUNREACH, 'no-such-host.invalid')


def test_an_address_without_a_route_is_no_route_to_host(mount):
    check_a_login_fails(mount('https://224.0.0.1/x.asmx'), errno.EHOSTUNREACH)


def test_a_connection_that_is_never_accepted_times_out(mount):
    with socket.socket() as full:
        full.bind(('127.0.0.1', 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        check_a_login_fails(mount(f'http://127.0.0.1:{address[1]}/x.asmx', {'timeout': 1}), errno.ETIMEDOUT)
        for one in waiting:
            one.close()


SILENT = {
    'nothing comes': hang,
    'half the head comes': send_and_hang(GOOD[:40]),
    'the head comes': send_and_hang(GOOD_HEAD + b'\r\n\r\n'),
    'half the body comes': send_and_hang(GOOD[:-60]),
    'a byte comes every now and then': drip(GOOD, pause=0.2),
}


@pytest.mark.parametrize('name', SILENT)
def test_an_answer_that_does_not_come_times_out(mount, service, name):
    service.always('HasSession', SILENT[name])
    mounted = mount(service.url, {'timeout': 1})
    log_in(mounted)
    with fails_with(errno.ETIMEDOUT):
        mounted.read_now('session')
    check_error(mounted, 'HasSession', errno.ETIMEDOUT)


# --- TLS ---

def test_a_certificate_that_ca_file_vouches_for_is_accepted(mount, start_service, authority):
    service = start_service(tls=authority.server_context())
    mounted = mount(service.url, {'ca_file': authority.ca_file})
    log_in(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions


@pytest.mark.parametrize('certificate, trusts', [
    ({}, False),
    ({'names': 'DNS:service.invalid,IP:127.0.0.2'}, True),
    ({'days': -1}, True),
], ids=['nobody vouches for', 'names another host', 'has expired'])
def test_a_certificate_is_not_accepted(mount, start_service, authority, certificate, trusts):
    service = start_service(tls=authority.server_context(**certificate))
    mounted = mount(service.url, {'ca_file': authority.ca_file} if trusts else {})
    check_a_login_fails(mounted, errno.EPROTO, 'certificate')
    assert service.calls() == []


def test_a_server_that_speaks_no_tls_is_a_protocol_error(mount, start_server):
    server = start_server(close_now, greeting=b'220 mail.example.com ESMTP\r\n')
    check_a_login_fails(mount(server.url.replace('http:', 'https:')), errno.EPROTO)
    assert server.calls() == []


# --- answers that are none ---

BROKEN = {
    'closed without an answer': close_now,
    'reset without an answer': reset_now,
    'closed within the head': send_and_close(GOOD[:40]),
    'closed within the body': cut(GOOD, -60),
    'closed by the end of the body but one byte': cut(GOOD, -1),
    'reset within the body': send_and_reset(GOOD[:-60]),
    'closed within a chunk': send_and_close(chunks(b'%X\r\n' % len(GOOD_BODY), GOOD_BODY[:50])),
    'closed before the last chunk': send_and_close(chunks(b'%X\r\n' % len(GOOD_BODY), GOOD_BODY, b'\r\n')),
    'a chunk of no size': send_and_close(chunks(b'zz\r\n', GOOD_BODY, b'\r\n0\r\n\r\n')),
    'cut off without a length': b'HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n' + GOOD_BODY[:-60],
    'empty': respond(b'', XML),
    'nothing but blanks': respond(b'\r\n\r\n', XML),
    '204': b'HTTP/1.1 204 No Content\r\n\r\n',
    'HTML': respond(HTML, 'text/html'),
    'HTML that is well-formed': respond(b'<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', 'text/html'),
    'a proxy that speaks SSH': send_and_close(b'SSH-2.0-OpenSSH_9.2\r\n'),
    'a broken gzip': respond(b'\x1f\x8b\x08broken', XML, headers=['Content-Encoding: gzip']),
    'an encoding that was not asked for': respond(b'x' * 200, XML, headers=['Content-Encoding: x-secret']),
    'an endless body': endless(chunks(), b'10000\r\n' + b'<a>x</a>' * 8192 + b'\r\n'),
    'an endless body of blanks': endless(chunks(), b'10000\r\n' + b' ' * 65536 + b'\r\n'),
    'an endless head': endless(b'HTTP/1.1 200 OK\r\n', b'X-More: ' + b'x' * 1000 + b'\r\n'),
    'a head line without an end': endless(b'HTTP/1.1 200 OK\r\nX-More: ', b'x' * 65536),
    'interim answers without an end': endless(b'', b'HTTP/1.1 100 Continue\r\n\r\n' * 100),
    'a length of 10 GB': send_and_hang(GOOD_HEAD.replace(b'Content-Length: ', b'Content-Length: 10000000')
                                       + b'\r\n\r\n' + GOOD_BODY),
    'a gzip bomb': respond(gzip.compress(b' ' * (1 << 28), 1), XML, headers=['Content-Encoding: gzip']),
}


@pytest.mark.parametrize('name', BROKEN)
def test_an_answer_that_is_broken_is_bad_message(mount, service, name):
    mounted = mount(service.url, {'timeout': 5})
    log_in(mounted)
    service.always('HasSession', BROKEN[name])
    with fails_with(errno.EBADMSG):
        mounted.read_now('session')
    check_error(mounted, 'HasSession', errno.EBADMSG)


@pytest.mark.parametrize('name', ['closed without an answer', 'closed within the body', 'reset within the body',
                                  'empty', 'HTML', 'an endless body'])
def test_a_broken_answer_to_login_is_bad_message_and_login_is_not_sent_again(mount, service, name):
    service.always('Login', BROKEN[name])
    mounted = mount(service.url, {'timeout': 5})
    check_a_login_fails(mounted, errno.EBADMSG)
    assert len(service.calls()) == 1


# --- HTTP ---

STATUSES = ['301 Moved Permanently', '302 Found', '303 See Other', '307 Temporary Redirect', '308 Permanent Redirect',
            '401 Unauthorized', '403 Forbidden', '404 Not Found', '405 Method Not Allowed',
            '407 Proxy Authentication Required', '500 Internal Server Error', '502 Bad Gateway',
            '503 Service Unavailable', '504 Gateway Timeout']


@pytest.mark.parametrize('operation', ['Login', 'HasSession'])
@pytest.mark.parametrize('status', STATUSES)
def test_an_http_status_without_a_fault_is_a_remote_error(mount, service, start_server, status, operation):
    elsewhere = start_server(lambda request: GOOD)
    reply = respond(HTML, 'text/html', status, [f'Location: {elsewhere.url}', 'WWW-Authenticate: Basic realm="x"'])
    mounted = mount(service.url)
    log_in(mounted)
    service.always(operation, reply)
    asked = len(service.calls())
    with fails_with(errno.EREMOTEIO):
        log_in(mounted) if operation == 'Login' else mounted.read_now('session')
    check_error(mounted, operation, errno.EREMOTEIO, status[:3])
    assert elsewhere.calls() == []
    assert len(service.calls()) == asked + 1


@pytest.mark.parametrize('status', ['400 Bad Request', '415 Unsupported Media Type'])
def test_an_empty_400_says_that_the_service_did_not_understand(mount, service, status):
    mounted = mount(service.url)
    log_in(mounted)
    service.always('HasSession', respond(b'', 'text/xml', status))
    with pytest.raises(OSError) as failure:
        mounted.read_now('session')
    assert failure.value.errno in (errno.EREMOTEIO, errno.EBADMSG)
    check_error(mounted, 'HasSession', failure.value.errno, 'not understand')


# --- what `error` says ---

STACK = '\r\n   at Service.Session.Check(String password) in C:\\src\\Session.cs:line 42\r\n   at System.Web.X.Y()'
WRAPPED = {
    'bare': 'Kontoen er stengt æøå',
    'a SoapException': 'System.Web.Services.Protocols.SoapException: Kontoen er stengt æøå ---> System.Exception: '
                       'Kontoen er stengt æøå\n   --- End of inner exception stack trace ---\n'
                       '  at Service.Authenticate.Check (Service.Credential c) [0x00034] in <…>:0 ',
    'an exception': 'System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> '
                    'System.Exception: Kontoen er stengt æøå\n  at Service.Session.X () [0x00017] in y.cs:1\n'
                    '   --- End of inner exception stack trace ---',
    'IIS': 'System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> '
           'TwentyFour.Seven.LoginException: Kontoen er stengt æøå' + STACK,
    'customErrors': 'Kontoen er stengt æøå ---> Kontoen er stengt æøå',
    'customErrors of an exception': 'Server was unable to process request. ---> Kontoen er stengt æøå',
    'three deep': 'System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> '
                  'System.Reflection.TargetInvocationException: Exception has been thrown by the target of an '
                  'invocation. ---> System.ApplicationException: Kontoen er stengt æøå' + STACK,
    'on one line': 'System.Exception: Kontoen er stengt æøå   at Service.Session.Check(String password)',
}


@pytest.mark.parametrize('wear', [clothes.PLAIN, Clothes(soap=SOAP_12)], ids=['SOAP 1.1', 'SOAP 1.2'])
@pytest.mark.parametrize('name', WRAPPED)
def test_the_services_own_text_is_kept_without_its_wrapping(mount, service, name, wear):
    service.always('Login', fault(WRAPPED[name], wear))
    mounted = mount(service.url)
    with fails_with(errno.EREMOTEIO):
        log_in(mounted)
    check_error(mounted, 'Login', errno.EREMOTEIO, 'Kontoen er stengt æøå')
    said = mounted.error()
    assert said.count('Kontoen er stengt') == 1
    for noise in 'System.', 'Exception', '--->', ' at ', 'stack trace', '.cs', 'unable to process':
        assert noise not in said


@pytest.mark.parametrize('wrap', [
    '{}', 'System.Web.Services.Protocols.SoapException: {0} ---> System.Exception: {0}' + STACK,
    'System.Web.Services.Protocols.SoapException: Server was unable to process request. ---> System.Exception: {}\n'
    '  at A.B ()', '{0} ---> {0}', 'Server was unable to process request. ---> {}',
], ids=['bare', 'SoapException', 'an exception', 'customErrors', 'customErrors of an exception'])
@pytest.mark.parametrize('text, number', [
    (WRONG_PASSWORD, errno.EKEYREJECTED), (BLOCKED, errno.EACCES), (THROTTLED, errno.EBUSY),
    (quarantine('2099-01-01T00:00:00Z'), errno.EDQUOT), ('No such thing', errno.EREMOTEIO),
], ids=['rejected', 'blocked', 'throttled', 'quarantine', 'other'])
def test_a_fault_means_the_same_however_it_is_wrapped(mount, service, text, number, wrap):
    service.always('Login', fault(wrap.format(text)))
    mounted = mount(service.url)
    check_a_login_fails(mounted, number, text[:20])


ECHOES = {
    'a fault': fault(f'Invalid password {PASSWORD} of {USERNAME}'),
    'a fault of many lines': fault(f'Invalid password:\r\n{PASSWORD}\r\n'),
    'a detail': fault('No', detail='<password><![CDATA[' + PASSWORD + ']]></password>'),
    'a fault within a stack': fault(f'System.Exception: No ---> System.Exception: {PASSWORD}' + STACK),
    'a reason phrase': respond(HTML, 'text/html', f'503 {PASSWORD}'),
    'HTML': respond(f'<p>{PASSWORD}</p>'.encode(), 'text/html', '403 Forbidden'),
    'HTML with 200': respond(f'<p>{PASSWORD}</p>'.encode(), 'text/html'),
    'a document': respond(f'<x>{PASSWORD}'.encode(), XML),
    'a content type': respond(b'', f'text/{PASSWORD}'),
    'a redirect': respond(b'', 'text/html', '302 Found', [f'Location: /?p={PASSWORD}']),
    'an escaped fault': fault(f'No &lt;Password&gt;{escape(PASSWORD)}&lt;/Password&gt;'),
}


@pytest.mark.parametrize('debug', [False, True], ids=['', 'debug'])
@pytest.mark.parametrize('name', ECHOES)
def test_a_password_that_the_service_echoes_is_not_told_further(mount, service, secrets, name, debug):
    service.always('Login', ECHOES[name])
    mounted = mount(service.url, debug=debug)
    with pytest.raises(OSError):
        log_in(mounted)
    said = mounted.error()
    assert secrets.found_in(said + mounted.log_text()) == []
    assert said.count('\n') == 1


@pytest.mark.parametrize('password', ['two  blanks and\ta tab', 'an arrow ---> and more', 'System.Odd: password'])
@pytest.mark.parametrize('text', ['No {} here', 'System.Exception: No ---> System.Exception: {}\n  at A.B ()'],
                         ids=['bare', 'wrapped'])
def test_an_odd_password_that_the_service_echoes_is_not_told_further(mount, service, secrets, password, text):
    service.always('Login', fault(text.format(password)))
    mounted = mount(service.url)
    with pytest.raises(OSError):
        mounted.login(USERNAME, password, application_id=APPLICATION)
    assert secrets.found_in(mounted.error() + mounted.log_text()) == []
    for part in re.split(r'\s{2,}|\t|--->|: ', password):
        assert part not in mounted.error()


@pytest.mark.parametrize('before', [574, 588, 596])
def test_a_password_that_is_cut_off_within_a_long_fault_is_not_told_further(mount, service, before):
    service.always('Login', fault('x' * before + ' ' + PASSWORD + ' ' + 'y' * 100))
    mounted = mount(service.url)
    with pytest.raises(OSError):
        log_in(mounted)
    assert PASSWORD[:6] not in mounted.error()


def test_a_session_id_or_a_token_that_the_service_echoes_is_not_told_further(mount, service, secrets):
    mounted = mount(service.url)
    log_in(mounted)
    session = mounted.read('cookie').strip()
    service.always('HasSession', fault(f'The session {session} is odd'))
    with fails_with(errno.EREMOTEIO):
        mounted.read_now('session')
    assert secrets.found_in(mounted.error()) == []
    service.always('AuthenticateByToken', fault(f'Invalid token {TOKEN}'))
    with fails_with(errno.EKEYREJECTED):
        mounted.write('login', f'token = {TOKEN}\napplication_id = {APPLICATION}\n')
    assert secrets.found_in(mounted.error()) == []


def test_control_characters_of_the_service_do_not_reach_the_terminal(mount, service):
    service.always('Login', fault('No \x85\x9b31mred\u202e and\ta\u2028tab'))
    mounted = mount(service.url)
    check_a_login_fails(mounted, errno.EREMOTEIO, 'red')
    assert not any(char in mounted.error() for char in '\x85\x9b\u2028\t')


def test_error_tells_of_the_last_failure_only(mount, service):
    service.next('Login', fault('First'), fault('Second'))
    mounted = mount(service.url)
    for says in 'First', 'Second':
        check_a_login_fails(mounted, errno.EREMOTEIO, says)
    assert 'First' not in mounted.error()


# --- Ctrl-C ---

def test_a_waiting_reader_is_interrupted_at_once_while_all_else_goes_on(mount, service):
    service.always('HasSession', hang)
    mounted = mount(service.url)
    log_in(mounted)
    waiting = WaitingOpen(mounted.path / 'session', os.O_RDONLY | os.O_DIRECT)
    wait_for(lambda: service.calls('HasSession'), what='the call')
    names = mounted.list()
    assert all(os.lstat(mounted.path / name) for name in names) and 'cookie' in names
    assert len(mounted.read('README')) > 100
    assert mounted.list('identities') != []
    assert waiting.is_waiting()
    started = time.monotonic()
    waiting.interrupt()
    wait_for(lambda: not waiting.is_waiting(), what='the interruption')
    assert time.monotonic() - started < 0.5
    assert waiting.errno == errno.EINTR


@pytest.mark.parametrize('program, text', [
    (['dd', 'iflag=direct', 'if=session', 'of=/dev/null'], None),
    (['tee', 'login'], login_text()),
    (['tee', 'identity'], FJORD),
], ids=['session', 'login', 'identity'])
def test_control_c_ends_a_program_that_waits_for_the_service(mount, service, program, text):
    mounted = mount(service.url)
    log_in(mounted)
    for operation in 'HasSession', 'Login', 'SetIdentityById':
        service.always(operation, hang)
    asked = len(service.calls())
    process = subprocess.Popen(program, cwd=mounted.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    process.stdin.write((text or '').encode())
    process.stdin.flush()
    wait_for(lambda: len(service.calls()) > asked, what='the call')
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == -signal.SIGINT
    assert time.monotonic() - started < 0.5
    process.stdin.close()


def test_a_cat_of_a_cookie_that_waits_for_a_login_ends_at_control_c(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    service.always('Login', hang)
    process = subprocess.Popen(['cat', mounted.path / 'cookie'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(service.calls('Login')) == 2, what='the login')
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10) == (b'', None) and process.returncode == -signal.SIGINT
    assert time.monotonic() - started < 0.5


@pytest.mark.parametrize('end', ['unmount', 'terminate'])
def test_the_daemon_ends_cleanly_while_readers_wait(mount, service, end):
    service.always('HasSession', hang)
    mounted = mount(service.url)
    log_in(mounted)
    waiting = WaitingOpen(mounted.path / 'session', os.O_RDONLY | os.O_DIRECT)
    wait_for(lambda: service.calls('HasSession'), what='the call')
    if end == 'terminate':
        mounted.terminate()
    else:
        mounted.detach()
        waiting.interrupt()
        wait_for(lambda: not mounted.is_running(), what='the end of the daemon')
    wait_for(lambda: not waiting.is_waiting(), what='the end of the reader')
    assert waiting.errno in (errno.EINTR, errno.ENODEV, errno.ECONNABORTED, errno.ENOTCONN, errno.EIO)


# --- helpers ---

def check_a_login_fails(mounted, number, says=''):
    with fails_with(number):
        log_in(mounted)
    check_error(mounted, 'Login', number, says)


def check_error(mounted, operation, number, says=''):
    """`error` is one line: a time, the operation, the errno's name and what the service said."""
    said = mounted.error()
    assert said.endswith('\n') and said.count('\n') == 1
    for part in str(datetime.date.today().year), operation, errno.errorcode[number], says:
        assert part in said, f'{part!r} is not in {said!r}'


def session_unless(mounted, expected):
    """What `session` says now, or None while that fails as expected."""
    try:
        return mounted.read_now('session')
    except OSError as failure:
        assert failure.errno == expected
        return None
