"""What goes wrong on the way has the errno of design.md, section 3: the network, TLS, HTTP, answers that are none."""

import errno
import gzip
import socket

import pytest

from support import answers
from support.clothes import respond
from support.expecting import fails_with
from support.failing import GOOD, GOOD_BODY, GOOD_HEAD, HTML, XML, check_a_login_fails, check_error, chunks
from support.model_service import log_in
from support.raw_server import (close_now, cut, drip, endless, hang, reset_now, send_and_close, send_and_hang,
                                send_and_reset)


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
