"""What goes over the wire: requests are exactly as the service wants them, answers may look as they like."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import answers, clothes, model_service, schema
from support.clothes import CLOTHES, HTTP_CLOTHES, Clothes, respond
from support.expecting import fails_with, folder_name
from support.interruption import WaitingOpen
from support.model_service import (APPLICATION, FJORD, HOME, IDENTITIES, ODD, PASSPORT_ID, PASSWORD, TOKEN, USERNAME,
                                   log_in)
from support.raw_server import cut, close_now, drip, reset_now, send_and_close
from support.request import COOKIE_NAME, NAMESPACE
from support.waiting import wait_for

WITHOUT_SESSION = {'Login', 'AuthenticateByToken', 'GetIdentitiesWithCredential',
                   'GetIdentitiesWithCredentialByService'}
ALL_NINE = WITHOUT_SESSION | {'HasSession', 'GetIdentity', 'GetIdentities', 'SetIdentity', 'SetIdentityById'}
XML = 'text/xml; charset=utf-8'


# --- answers ---

@pytest.mark.parametrize('name', CLOTHES)
def test_an_answer_is_understood_in_xml_clothes(mount, service, name):
    service.clothes = CLOTHES[name]
    check_what_a_user_sees(mount(service.url), service)


@pytest.mark.parametrize('name', HTTP_CLOTHES)
def test_an_answer_is_understood_in_http_clothes(mount, service, name):
    service.http = HTTP_CLOTHES[name]
    check_what_a_user_sees(mount(service.url), service)


def test_an_answer_that_comes_in_pieces_is_understood(mount, service):
    service.next('Login', lambda connection: drip(service.reply_of_model(connection.request), size=3)(connection))
    mounted = mount(service.url)
    log_in(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions


@pytest.mark.parametrize('written, shown', [
    ('Sm&#x1;å', 'Små'),
    ('Sm&#1;å', 'Små'),
    ('Sm&#x0;&#xB;&#xFFFE;&#xD800;&#x110000;å', 'Små'),
    ('<![CDATA[Sm&#x1;å]]>', 'Sm&#x1;å'),
    ('Sm&amp;#x1;å', 'Sm&#x1;å'),
    ('Sm&#x9;å', 'Sm\tå'),
    ('Sm&#xE5;&#x1F3B8;', 'Små🎸'),
], ids=['hexadecimal', 'decimal', 'all that XML forbids', 'CDATA is text', 'escaped is text', 'tab', 'others stay'])
def test_a_character_that_xml_forbids_does_not_cost_the_list(mount, service, written, shown):
    document = clothes.PLAIN.write(answers.get_identities(IDENTITIES))
    service.always('GetIdentities', respond(document.replace(b'Tvilling AS', written.encode()), XML))
    mounted = mount(service.url)
    log_in(mounted)
    names = mounted.list('identities')
    assert folder_name(shown) in names and folder_name('Fjord & Fjell AS') in names
    twin = mounted.path / 'identities' / folder_name(shown) / model_service.TWIN_1
    assert (twin / 'client_name').read_text() == f'{shown}\n'


def test_an_answer_without_optional_elements_takes_their_defaults(mount, service):
    bare = (b'<Identity><Id>%s</Id><IsCurrent>true</IsCurrent><IsDefault>true</IsDefault>'
            b'<IsProtected>false</IsProtected></Identity>' % HOME.encode())
    service.always('GetIdentities', answer_of('GetIdentities', bare))
    service.always('GetIdentity', answer_of('GetIdentity', bare[len('<Identity>'):-len('</Identity>')]))
    mounted = mount(service.url)
    log_in(mounted)
    assert mounted.list('identities') == ['%']
    identity = mounted.path / 'identities' / '%' / HOME
    shown = {name: (identity / name).read_text() for name in ('client_name', 'user_name', 'is_disabled', 'servers')}
    assert shown == {'client_name': '\n', 'user_name': '\n', 'is_disabled': 'false\n', 'servers': '\n'}


def test_a_nil_identity_in_the_list_is_passed_over(mount, service):
    document = clothes.PLAIN.write(answers.get_identities(IDENTITIES[:1]))
    nil = b'<GetIdentitiesResult><Identity xsi:nil="true" />'
    service.always('GetIdentities', respond(document.replace(b'<GetIdentitiesResult>', nil), XML))
    mounted = mount(service.url)
    log_in(mounted)
    assert mounted.list('identities') == [IDENTITIES[0].client_name]


@pytest.mark.parametrize('document', [
    clothes.PLAIN.write(answers.without_result('GetIdentities')),
    clothes.PLAIN.write(answers.get_identities([])),
    Clothes(empty_pairs=True).write(answers.get_identities([])),
], ids=['null', 'empty', 'empty pair'])
def test_an_empty_list_of_identities_is_no_error(mount, service, document):
    service.always('GetIdentities', respond(document, XML))
    mounted = mount(service.url)
    log_in(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions
    assert set(mounted.list('identities')) <= {IDENTITIES[0].client_name}  # the active one is known anyway


def test_a_list_of_five_thousand_identities_is_read(mount, service):
    many = [answers.Identity(f'310d5fd3-0000-4000-8000-{number:012}', f'Kunde {number}', number, 'Navn ' * 20)
            for number in range(5000)]
    service.always('GetIdentities', service.dress(answers.get_identities([IDENTITIES[0], *many])))
    mounted = mount(service.url)
    log_in(mounted)
    assert len(mounted.list('identities')) == 5001
    assert mounted.read(f'identities/Kunde 4999/{many[-1].id}/client_id') == '4999\n'


FORBIDDEN = {
    'malformed': lambda good: good.replace(b'</soap:Body>', b''),
    'something after the end': lambda good: good + b'<more/>',
    'an element of another service': lambda good: good.replace(NAMESPACE.encode(), b'urn:another'),
    'another operation': lambda good: good.replace(b'HasSession', b'GetSession'),
    'no envelope': lambda good: good[good.index(b'<HasSessionResponse'):good.index(b'</soap:Body>')],
    'an envelope of no known SOAP': lambda good: good.replace(clothes.SOAP_11.encode(), b'urn:soap'),
    'an empty body': lambda good: good[:good.index(b'<HasSessionResponse')] + good[good.index(b'</soap:Body>'):],
    'an answer in the header': lambda good: good.replace(b'soap:Body', b'soap:Header'),
    'no boolean': lambda good: good.replace(b'>true<', b'><'),
    'a boolean that is none': lambda good: good.replace(b'>true<', b'>yes<'),
    'a boolean that is nil': lambda good: good.replace(b'<HasSessionResult>true</HasSessionResult>',
                                                       b'<HasSessionResult xsi:nil="true" />'),
    'no result': lambda good: good.replace(b'<HasSessionResult>true</HasSessionResult>', b''),
    'bytes that are no UTF-8': lambda good: good.replace(b'>true<', b'>\xe5\xff<'),
    'an encoding that nobody knows': lambda good: good.replace(b'utf-8', b'x-klingon'),
    'an entity': lambda good: with_doctype(good, b'<!ENTITY yes "true">', b'&yes;'),
    'a billion laughs': lambda good: with_doctype(good, laughs(), b'&l9;'),
    'an external entity': lambda good: with_doctype(good, b'<!ENTITY f SYSTEM "file:///etc/hostname">', b'&f;'),
    'an undefined entity': lambda good: good.replace(b'>true<', b'>&true;<'),
    'elements nested a million deep': lambda good: good.replace(b'>true<', b'>' + b'<a>' * 1000000 + b'<'),
    'a gzip that was not announced': lambda good: b'\x1f\x8b\x08' + good,
    'JSON': lambda good: b'{"HasSessionResult": true}',
    'nothing but a declaration': lambda good: b'<?xml version="1.0"?>',
    'NULs': lambda good: b'\0' * 100,
}


@pytest.mark.parametrize('name', FORBIDDEN)
def test_an_answer_that_is_none_is_bad_message(mount, service, name):
    good = clothes.PLAIN.write(answers.has_session(True))
    bad = FORBIDDEN[name](good)
    assert bad != good
    service.always('HasSession', respond(bad, XML))
    mounted = mount(service.url)
    log_in(mounted)
    with fails_with(errno.EBADMSG):
        mounted.read_now('session')
    assert 'EBADMSG' in mounted.error() and 'HasSession' in mounted.error()
    service.always('HasSession', None)
    assert mounted.read_now('session') == 'true\n'


@pytest.mark.parametrize('bad', [
    lambda good: good.replace(b'<Id>' + HOME.encode() + b'</Id>', b'<Id>no guid</Id>'),
    lambda good: good.replace(b'<Id>' + HOME.encode() + b'</Id>', b''),
    lambda good: clothes.PLAIN.write(answers.without_result('GetIdentity')),
], ids=['whose id is no GUID', 'without an id', 'that is null'])
def test_an_active_identity_that_is_none_gives_no_cookie(mount, service, bad):
    good = clothes.PLAIN.write(answers.get_identity(IDENTITIES[0]))
    service.always('GetIdentity', respond(bad(good), XML))
    mounted = mount(service.url)
    with fails_with(errno.EBADMSG):
        log_in(mounted)
        mounted.read('cookie')


@pytest.mark.parametrize('session_id', ['abc\r\nX-Evil: 1', 'abc; Path=/; admin=1', 'abc def', 'abc\u00e5'])
def test_a_session_id_that_no_cookie_can_hold_is_refused(mount, service, session_id):
    service.always('Login', service.dress(answers.login(session_id)))
    mounted = mount(service.url)
    with fails_with(errno.EBADMSG):
        log_in(mounted)
        mounted.read('cookie')
    assert all(request.header('X-Evil') is None and request.header('Cookie') is None for request in service.calls())


# --- requests ---

def test_every_operation_is_sent_as_the_wsdl_says(mount, service):
    call_all_nine(mount, service)
    for request in service.calls():
        assert (request.method, request.target) == ('POST', service.path)
        assert request.header('SOAPAction') == f'"{NAMESPACE}/{request.operation}"'
        assert request.header('Content-Type') == XML
        assert request.header('Host') == f'127.0.0.1:{service.port}'
        assert request.payload.tag == f'{{{NAMESPACE}}}{request.operation}'
        assert schema.violations(request.body) == ''


def test_the_cookie_is_sent_where_it_belongs_and_nowhere_else(mount, service):
    service.http = clothes.set_cookie_of_another_session
    call_all_nine(mount, service)
    check_cookies(service)


def test_what_set_cookie_says_is_never_used(mount, service):
    service.http = clothes.set_cookie_of_another_session
    mounted = mount(service.url)
    log_in(mounted)
    session, = service.model.sessions
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'  # this answer, too, brings a cookie of another session
    renewed = mounted.read('cookie').strip()
    assert renewed != session and renewed in service.model.sessions
    check_cookies(service)


def test_a_login_carries_the_credential_as_it_was_written(mount, service):
    mounted = mount(service.url)
    log_in(mounted, identity_id=FJORD)
    request, = service.calls('Login')
    sent = {name: request.field(name) for name in ('ApplicationId', 'IdentityId', 'Password', 'Username')}
    assert sent == {'ApplicationId': APPLICATION, 'IdentityId': FJORD, 'Password': PASSWORD, 'Username': USERNAME}
    assert mounted.read('identity') == f'{FJORD}\n'


def test_a_login_without_an_identity_asks_for_the_default_one(mount, service):
    log_in(mount(service.url))
    assert service.calls('Login')[0].field('IdentityId') in (None, answers.ZERO)


def test_an_identity_document_is_sent_back_whole(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    mounted.write('identity', mounted.read(f'identities/{folder_name(IDENTITIES[1].client_name)}/{ODD}/identity.xml'))
    request, = service.calls('SetIdentity')
    sent = {name: request.payload.find(f'.//{{*}}identity/{{*}}{name}').text
            for name in ('Id', 'Client/{*}Id', 'Client/{*}Name', 'IsProtected')}
    assert sent == {'Id': ODD, 'Client/{*}Id': '400000000002', 'Client/{*}Name': IDENTITIES[1].client_name,
                    'IsProtected': 'true'}
    assert mounted.read('identity') == f'{ODD}\n'


# --- the connection ---

def test_calls_of_one_session_go_out_one_at_a_time(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.delay = 0.02
    asked = len(service.calls())
    with ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(mounted.read_now, 'session') for _ in range(3)]
        tasks += [pool.submit(mounted.write, 'identity', identity) for identity in (FJORD, ODD, HOME)]
        tasks += [pool.submit(mounted.list, 'identities'), pool.submit(mounted.read, 'cookie')]
        for task in tasks:
            task.result()
    calls = [request for request in service.calls()[asked:] if request.session]
    assert len(calls) >= 4
    for earlier, later in zip(calls, calls[1:]):
        assert later.received >= earlier.answered, f'{later} came before {earlier} was answered'


def test_a_call_that_nobody_waits_for_any_more_still_holds_its_session(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.delay = 0.2
    waiting = WaitingOpen(mounted.path / 'session', os.O_RDONLY | os.O_DIRECT)
    asked, = wait_for(lambda: service.calls('HasSession'), what='the call')
    waiting.interrupt()
    wait_for(lambda: not waiting.is_waiting(), what='the interruption')
    assert waiting.errno == errno.EINTR and asked.answered is None
    mounted.write('identity', FJORD)
    switch, = service.calls('SetIdentityById')
    assert switch.received >= asked.answered


def test_calls_of_one_session_share_a_kept_connection(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    for _ in range(3):
        mounted.read_now('session')
    assert len({request.connection for request in service.calls('HasSession')}) == 1


def test_a_connection_that_was_closed_while_idle_is_no_error(mount, service):
    service.always('HasSession', send_and_close(service.dress(answers.has_session(True))))
    mounted = mount(service.url)
    log_in(mounted)
    for _ in range(3):
        assert mounted.read_now('session') == 'true\n'
    mounted.write('identity', FJORD)
    assert len(service.calls('SetIdentityById')) == 1
    log_in(mounted)
    assert len(service.calls('Login')) == 2


@pytest.mark.parametrize('ending', [close_now, reset_now])
@pytest.mark.parametrize('operation, name, text', [
    ('Login', 'login', f'username = {USERNAME}\npassword = {PASSWORD}\napplication_id = {APPLICATION}\n'),
    ('AuthenticateByToken', 'login', f'token = {TOKEN}\napplication_id = {APPLICATION}\n'),
    ('SetIdentityById', 'identity', FJORD),
], ids=['Login', 'AuthenticateByToken', 'SetIdentityById'])
def test_a_call_whose_answer_was_lost_is_not_sent_again(mount, service, operation, name, text, ending):
    mounted = mount(service.url)
    log_in(mounted)
    assert mounted.read_now('session') == 'true\n'
    before = len(service.calls(operation))
    service.always(operation, ending)
    with fails_with(errno.EBADMSG):
        mounted.write(name, text)
    assert mounted.read_now('session') == 'true\n'
    assert len(service.calls(operation)) == before + 1


def test_a_switch_whose_answer_was_lost_is_asked_about_before_a_cookie_is_served(mount, service):
    def switch_and_close(connection):
        service.reply_of_model(connection.request)
        return False

    mounted = mount(service.url)
    log_in(mounted)
    service.next('SetIdentityById', switch_and_close)
    with fails_with(errno.EBADMSG):
        mounted.write('identity', FJORD)
    session, = service.model.sessions
    assert service.model.sessions[session] == FJORD
    asked = len(service.calls())
    assert mounted.read('cookie') == f'{session}\n'
    assert service.calls()[asked].operation == 'GetIdentity'
    assert mounted.read('identity') == f'{service.model.sessions[session]}\n'


def test_a_cookie_is_withheld_while_nobody_knows_which_identity_is_active(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.always('SetIdentityById', close_now)
    service.always('GetIdentity', close_now)
    with fails_with(errno.EBADMSG):
        mounted.write('identity', FJORD)
    with fails_with(errno.EBADMSG):
        mounted.read('cookie')
    service.always('GetIdentity', None)
    assert mounted.read('cookie').strip() in service.model.sessions
    assert mounted.read('identity') == f'{HOME}\n'


def test_a_truncated_login_answer_does_not_make_a_session(mount, service):
    good = service.dress(answers.login('abcdefghijklmnopqrstuvwx'))
    service.always('Login', cut(good, good.index(b'</LoginResult>')))
    mounted = mount(service.url)
    with fails_with(errno.EBADMSG):
        log_in(mounted)
    assert mounted.read('session') == 'false\n'
    assert [request.operation for request in service.calls()] == ['Login']


@pytest.mark.parametrize('variable', ['http_proxy', 'ALL_PROXY', 'all_proxy'])
def test_a_proxy_of_the_environment_is_not_used_for_loopback_http(mount, service, start_server, variable):
    proxy = start_server(lambda request: respond(b'proxy', 'text/plain'))
    mounted = mount(service.url, env={variable: f'http://127.0.0.1:{proxy.port}'})
    log_in(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions
    assert proxy.calls() == []


def test_a_proxy_of_the_environment_is_used_for_https(mount, start_server):
    proxy = start_server(lambda request: respond(b'', 'text/plain', '403 Forbidden'))
    mounted = mount('https://service.invalid/x.asmx', env={'https_proxy': f'http://127.0.0.1:{proxy.port}'})
    with pytest.raises(OSError):
        log_in(mounted)
    assert [(request.method, request.target) for request in proxy.calls()] == [('CONNECT', 'service.invalid:443')]
    assert proxy.calls()[0].header('SOAPAction') is None


# --- helpers ---

def check_what_a_user_sees(mounted, service):
    """Logs in both ways, reads, switches and is refused; the answers come in whatever clothes the service wears."""
    log_in(mounted)
    session, = service.model.sessions
    assert mounted.read('cookie') == f'{session}\n'
    assert mounted.read_now('session') == 'true\n'
    assert mounted.read('identity') == f'{HOME}\n'
    check_identities(mounted)
    mounted.write('identity', FJORD)
    assert mounted.read('identity') == f'{FJORD}\n'
    assert service.model.sessions == {session: FJORD}
    service.model.password = 'changed'
    with fails_with(errno.EKEYREJECTED):
        log_in(mounted)
    assert answers.WRONG_PASSWORD in mounted.error()
    assert mounted.read('cookie') == f'{session}\n'
    mounted.write('login', f'token = {TOKEN}\napplication_id = {APPLICATION}\n')
    assert mounted.read('cookie').strip() == (service.model.sessions.keys() - {session}).pop()
    assert (mounted.read('passport/id'), mounted.read('passport/email')) == (f'{PASSPORT_ID}\n', f'{USERNAME}\n')
    check_cookies(service)


def check_identities(mounted):
    assert mounted.list('identities') == sorted({folder_name(one.client_name) for one in IDENTITIES})
    for one in IDENTITIES:
        folder = f'identities/{folder_name(one.client_name)}/{one.id}'
        shown = {name: mounted.read(f'{folder}/{name}') for name in (
            'id', 'client_id', 'client_name', 'user_id', 'user_name', 'contact_id', 'employee_id', 'is_default',
            'is_protected', 'is_disabled')}
        assert shown == {name: f'{text(getattr(one, name))}\n' for name in shown}


def check_cookies(service):
    """No call without a session carries a cookie; every other carries exactly one that Login or a token gave."""
    for request in service.calls():
        if request.operation in WITHOUT_SESSION:
            assert request.header('Cookie') is None
        else:
            name, _, value = request.header('Cookie').partition('=')
            assert name == COOKIE_NAME and value in service.sessions_given


def call_all_nine(mount, service):
    """Does at two mounts what makes each operation of the service be called."""
    mounted = mount(service.url)
    log_in(mounted)
    mounted.read_now('session')
    mounted.write('identity', FJORD)
    mounted.write('identity', mounted.read(f'identities/{folder_name(IDENTITIES[1].client_name)}/{ODD}/identity.xml'))
    mounted.write('login', f'token = {TOKEN}\napplication_id = {APPLICATION}\n')
    for options in {}, {'service_id': 54}:
        blocked = mount(service.url, options)
        service.model.blocked = {HOME}
        with fails_with(errno.EACCES):
            log_in(blocked)
        blocked.list('identities')
    assert {request.operation for request in service.calls()} == ALL_NINE


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def answer_of(operation, inner):
    """A response whose result holds exactly these bytes."""
    document = clothes.PLAIN.write(answers.answer(operation, text='HERE')).replace(b'HERE', inner)
    return respond(document, XML)


def with_doctype(good, definitions, reference):
    doctype = b'<!DOCTYPE x [' + definitions + b']>'
    return good.replace(b'?>', b'?>' + doctype).replace(b'>true<', b'>' + reference + b'<')


def laughs():
    lines = [b'<!ENTITY l0 "true">']
    lines += [b'<!ENTITY l%d "%s">' % (level, b'&l%d;' % (level - 1) * 10) for level in range(1, 10)]
    return b''.join(lines)
