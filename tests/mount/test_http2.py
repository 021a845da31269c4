"""HTTP/2 is spoken where it is offered, with the same results, and the same errors, as HTTP/1.1."""

import errno

import pytest
from h2.errors import ErrorCodes

from support import answers
from support.connections import check_that_those_that_act_have_their_own
from support.expecting import fails_with
from support.failing import GOOD, GOOD_BODY, GOOD_HEAD, check_a_login_fails, check_error
from support.http2 import Http2Service, end_early, go_away, reset_stream, speak_nonsense
from support.model_service import FJORD, HOME, IDENTITIES, log_in
from support.raw_server import close_now, hang, reset_now
from support.request import NAMESPACE


@pytest.fixture
def service(secrets, authority):
    service = Http2Service(secrets, authority.server_context())
    yield service
    service.close()


@pytest.fixture
def mounted(mount, service, authority):
    mounted = mount(service.url, {'ca_file': authority.ca_file, 'timeout': 5})
    log_in(mounted)
    return mounted


def test_http_2_is_spoken_where_it_is_offered(mounted, service):
    session, = service.model.sessions
    assert mounted.read('cookie') == f'{session}\n'
    mounted.write('identity', FJORD)
    assert mounted.read('identity') == f'{FJORD}\n'
    assert service.model.sessions == {session: FJORD}
    for request in service.calls():
        assert request.version == 'HTTP/2'
        assert request.header('SOAPAction') == f'"{NAMESPACE}/{request.operation}"'
        assert request.header('Content-Type') == 'text/xml; charset=utf-8'
        assert request.session == (None if request.operation == 'Login' else session)


def test_a_refusal_of_the_service_is_understood(mounted, service):
    service.model.password = 'changed'
    with fails_with(errno.EKEYREJECTED):
        log_in(mounted)
    assert answers.WRONG_PASSWORD in mounted.error()


def test_a_long_list_comes_through_the_windows(mounted, service):
    many = [answers.Identity(f'310d5fd3-0000-4000-8000-{number:012}', f'Kunde {number}', number, 'Navn ' * 20)
            for number in range(5000)]
    service.always('GetIdentities', service.dress(answers.get_identities([IDENTITIES[0], *many])))
    log_in(mounted)
    assert len(mounted.list('identities')) == 5001


def test_calls_that_ask_share_a_connection_and_a_switch_has_its_own(mounted, service):
    for identity in FJORD, HOME:
        mounted.write('identity', identity)
        assert mounted.read_now('session') == 'true\n'
    check_that_those_that_act_have_their_own(service)


BROKEN = {
    'reset without an answer': reset_stream(),
    'reset for a cancelled call': reset_stream(ErrorCodes.CANCEL),
    'reset after the head': reset_stream(head=GOOD_HEAD),
    'reset within the body': reset_stream(head=GOOD_HEAD, data=GOOD_BODY[:-60]),
    'reset at the end of the body': reset_stream(ErrorCodes.NO_ERROR, GOOD_HEAD, GOOD_BODY[:-1]),
    'shorter than its head said': end_early(GOOD_HEAD, GOOD_BODY[:-60]),
    'gone away within an error': go_away(ErrorCodes.PROTOCOL_ERROR),
    'frames that are none': speak_nonsense,
}


@pytest.mark.parametrize('name', BROKEN)
def test_an_answer_that_is_broken_is_bad_message(mounted, service, name):
    service.always('HasSession', BROKEN[name])
    with fails_with(errno.EBADMSG):
        mounted.read_now('session')
    check_error(mounted, 'HasSession', errno.EBADMSG)
    service.always('HasSession', None)
    assert mounted.read_now('session') == 'true\n'


@pytest.mark.parametrize('name', ['closed', 'reset', 'gone away', *BROKEN])
@pytest.mark.parametrize('operation', ['Login', 'SetIdentityById'])
def test_a_call_whose_answer_was_lost_is_not_sent_again(mounted, service, name, operation):
    before = len(service.calls(operation))
    others = {'closed': close_now, 'reset': reset_now, 'gone away': go_away()}
    service.always(operation, {**others, **BROKEN}[name])
    with fails_with(errno.EBADMSG):
        log_in(mounted) if operation == 'Login' else mounted.write('identity', FJORD)
    assert len(service.calls(operation)) == before + 1


def test_a_call_that_was_not_looked_at_is_sent_again(mounted, service):
    service.next('HasSession', reset_stream(ErrorCodes.REFUSED_STREAM))
    assert mounted.read_now('session') == 'true\n'
    service.next('HasSession', go_away(last=0))
    assert mounted.read_now('session') == 'true\n'


def test_who_refuses_for_ever_is_left_in_the_end(mounted, service):
    before = len(service.calls())
    service.always('HasSession', reset_stream(ErrorCodes.REFUSED_STREAM))
    with fails_with(errno.EBADMSG):
        mounted.read_now('session')
    assert len(service.calls()) < before + 10


def test_a_connection_that_goes_away_while_idle_is_no_error(mounted, service):
    service.always('HasSession', go_away(answer=service.dress(answers.has_session(True))))
    for _ in range(5):
        assert mounted.read_now('session') == 'true\n'
    mounted.write('identity', FJORD)
    assert len(service.calls('SetIdentityById')) == 1


def test_an_answer_that_does_not_come_times_out(mount, service, authority):
    mounted = mount(service.url, {'ca_file': authority.ca_file, 'timeout': 1})
    log_in(mounted)
    service.always('HasSession', hang)
    with fails_with(errno.ETIMEDOUT):
        mounted.read_now('session')
    service.always('HasSession', None)
    assert mounted.read_now('session') == 'true\n'


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(mount, service):
    check_a_login_fails(mount(service.url), errno.EPROTO, 'certificate')
