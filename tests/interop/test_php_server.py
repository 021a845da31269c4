"""The daemon against a server that shares no code with it: PHP's SoapServer on the WSDL."""

import errno
import json
from xml.sax.saxutils import escape

import pytest

from support.expecting import fails_with, folder_name

HOME, WIRES, GUITAR, HONEST, LOCKED = (f'b0b00000-0000-4000-8000-00000000000{digit}' for digit in range(1, 6))


def key_value_text(keys):
    return ''.join(f'{key} = {value}\n' for key, value in keys.items())


def xml_text(keys):
    names = {'application_id': 'ApplicationId', 'identity_id': 'IdentityId', 'password': 'Password',
             'username': 'Username'}
    elements = ''.join(f'  <{names[key]}>{escape(value)}</{names[key]}>\n' for key, value in sorted(keys.items()))
    return f'<credential>\n{elements}</credential>\n'


@pytest.fixture
def account(php_server, secrets):
    """The keys of `login` for the account of the PHP server."""
    secrets.add(php_server.account['password'], php_server.account['token'])
    return {'username': php_server.account['usernames'][0], 'password': php_server.account['password'],
            'application_id': php_server.account['application']}


@pytest.fixture
def mounted(mount, php_server):
    return mount(php_server.url)


@pytest.fixture
def logged_in(mounted, account):
    mounted.write('login', key_value_text(account))
    return mounted


def folder_of(php_server, identity_id):
    name, = (client_name for id, _, client_name, *_ in php_server.account['identities'] if id == identity_id)
    return f'identities/{folder_name(name)}/{identity_id}'


@pytest.mark.parametrize('as_text', [key_value_text, xml_text, json.dumps], ids=['key = value', 'XML', 'JSON'])
def test_login_in_each_input_form_gives_a_session_and_its_cookie(mounted, php_server, account, as_text):
    mounted.write('login', as_text({**account, 'identity_id': GUITAR}))
    assert mounted.read('session') == 'true\n'
    assert mounted.read('identity') == f'{GUITAR}\n'
    cookie = mounted.read('cookie').strip()
    assert php_server.calls('Login') == [('Login', None)]
    assert {session for operation, session in php_server.calls() if operation != 'Login'} == {cookie}


def test_the_default_identity_is_active_after_a_login_that_names_none(logged_in, php_server):
    assert logged_in.read('identity') == f'{HOME}\n'
    assert logged_in.path.joinpath('current').readlink().as_posix() == folder_of(php_server, HOME)


def test_identities_are_listed_with_all_their_letters(logged_in, php_server):
    known = php_server.account['identities']
    assert logged_in.list('identities') == sorted({folder_name(client_name) for _, _, client_name, *_ in known})
    for identity_id, client_id, client_name, user_name, _, blocked in known:
        folder = folder_of(php_server, identity_id)
        shown = {name: logged_in.read(f'{folder}/{name}')
                 for name in ('id', 'client_id', 'client_name', 'user_name', 'is_disabled', 'is_current')}
        assert shown == {
            'id': f'{identity_id}\n', 'client_id': f'{client_id}\n', 'client_name': f'{client_name}\n',
            'user_name': f'{user_name}\n', 'is_disabled': f'{str(blocked).lower()}\n',
            'is_current': f'{str(identity_id == HOME).lower()}\n'}


def test_switching_by_guid(logged_in, php_server):
    logged_in.write('identity', f'{HONEST}\n')
    assert logged_in.read('identity') == f'{HONEST}\n'
    assert len(php_server.calls('SetIdentityById')) == 1


def test_switching_by_client_name(logged_in, php_server):
    logged_in.write('identity', '🎸 Gitar 100 %\n')
    assert logged_in.read('identity') == f'{GUITAR}\n'
    assert len(php_server.calls('SetIdentityById')) == 1


def test_switching_by_identity_document(logged_in, php_server):
    logged_in.write('identity', logged_in.read(f'{folder_of(php_server, WIRES)}/identity.xml'))
    assert logged_in.read('identity') == f'{WIRES}\n'
    assert len(php_server.calls('SetIdentity')) == 1
    assert php_server.calls('SetIdentityById') == []


def test_switching_keeps_the_session(logged_in, php_server):
    cookie = logged_in.read('cookie')
    logged_in.write('identity', HONEST)
    assert logged_in.read('cookie') == cookie
    assert len(php_server.calls('Login')) == 1


def test_switching_to_an_unknown_guid_is_no_such_entry(logged_in):
    with fails_with(errno.ENOENT):
        logged_in.write('identity', HOME.replace('b0b', 'b1b'))
    assert logged_in.read('identity') == f'{HOME}\n'


def test_a_token_gives_a_session_and_a_passport(mounted, php_server, account):
    mounted.write('login', key_value_text({'token': php_server.account['token'],
                                           'application_id': account['application_id']}))
    assert mounted.read('session') == 'true\n'
    assert mounted.read('passport/id') == f'{php_server.account["passport"]}\n'
    assert mounted.read('passport/email') == f'{account["username"]}\n'
    assert php_server.calls('AuthenticateByToken') == [('AuthenticateByToken', None)]
    assert php_server.calls('Login') == []


def test_a_wrong_token_is_rejected(mounted, account, secrets):
    wrong = '70ce1111-0000-4000-8000-00000000dead'
    secrets.add(wrong)
    with fails_with(errno.EKEYREJECTED):
        mounted.write('login', key_value_text({'token': wrong, 'application_id': account['application_id']}))
    assert 'Invalid token' in mounted.error()


def test_service_id_narrows_the_list(mount, php_server, account):
    mounted = mount(php_server.url, {'service_id': 54})
    mounted.write('login', key_value_text(account))
    assert mounted.list('identities') == sorted(['Blåbær & Sønn AS', folder_name('🎸 Gitar 100 %')])
    assert {cookie for _, cookie in php_server.calls('GetIdentitiesWithCredentialByService')} == {None}


def test_an_account_whose_default_identity_is_blocked_lists_and_chooses_without_a_session(mounted, php_server, account):
    with fails_with(errno.EACCES):
        mounted.write('login', key_value_text({**account, 'username': php_server.account['usernames'][1]}))
    assert 'The provided IdentityId is blocked' in mounted.error()
    assert 'Ærlig Økonomi' in mounted.list('identities')
    assert {cookie for _, cookie in php_server.calls('GetIdentitiesWithCredential')} == {None}
    mounted.write('identity', HONEST)
    assert mounted.read('identity') == f'{HONEST}\n'
    assert mounted.read('session') == 'true\n'


def test_a_wrong_password_is_rejected_and_leaves_the_session_alone(logged_in, php_server, account):
    cookie = logged_in.read('cookie')
    with fails_with(errno.EKEYREJECTED):
        logged_in.write('login', key_value_text({**account, 'password': 'not the right one'}))
    assert 'Invalid username or password' in logged_in.error()
    assert logged_in.read('cookie') == cookie


def test_a_session_that_ended_is_made_anew_with_the_chosen_identity(logged_in, php_server):
    logged_in.write('identity', HONEST)
    old = logged_in.read('cookie')
    php_server.expire()
    assert logged_in.read_now('session') == 'false\n'
    assert len(php_server.calls('Login')) == 1  # asking does not log in
    renewed = logged_in.read('cookie')
    assert renewed != old
    assert logged_in.read('identity') == f'{HONEST}\n'
    assert logged_in.read_now('session') == 'true\n'
    assert len(php_server.calls('Login')) == 2


def test_logout_forgets_the_session_and_the_credential(logged_in, php_server):
    logged_in.write('logout', '1\n')
    php_server.reset_calls()
    assert logged_in.read('session') == 'false\n'
    with fails_with(errno.ENOKEY):
        logged_in.read('cookie')
    assert php_server.calls() == []


def test_reading_again_and_again_makes_no_further_call(logged_in, php_server):
    assert logged_in.read('session') == 'true\n'  # that is one HasSession
    php_server.reset_calls()
    for name in 'session', 'cookie', 'identity', f'{folder_of(php_server, WIRES)}/client_name':
        assert [logged_in.read(name) for _ in range(3)] == [logged_in.read(name)] * 3
    assert php_server.calls() == []
