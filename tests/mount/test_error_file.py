"""The file `error` has one line that a person can act on, in the words of the service and without a secret."""

import errno
import re
from xml.sax.saxutils import escape

import pytest

from support import clothes
from support.answers import BLOCKED, THROTTLED, WRONG_PASSWORD, quarantine
from support.clothes import SOAP_12, Clothes, respond
from support.expecting import fails_with
from support.failing import HTML, XML, check_a_login_fails, check_error, fault
from support.model_service import APPLICATION, PASSWORD, TOKEN, USERNAME, log_in


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
