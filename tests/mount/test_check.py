"""so24fs --check names the cause: one broken set-up after the other, and in each that cause alone is wrong."""

import email.utils
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import pytest

from support import answers, programs
from support.accounts import APPLICATION, KARI, OLA, kari, ola
from support.answers import BLOCKED, THROTTLED, WRONG_PASSWORD, quarantine
from support.checking import Checked, run_check
from support.clothes import respond
from support.configured import configure
from support.credential_file import credential_file
from support.failing import GOOD_BODY, HTML, XML, fault, login_text
from support.model_service import FJORD, HOME, ODD, USERNAME, TOKEN
from support.mount import is_mount_point
from support.raw_server import close_now, hang
from support.tables import tables
from support.users import temporary_user

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason='only root can do that to a mount namespace')


@pytest.fixture
def place(tmp_path):
    """A home with an empty folder `mnt` in it."""
    (tmp_path / 'mnt').mkdir()
    return tmp_path


@pytest.fixture
def check(place, secrets):
    """A factory: check('acme', '-o', ..., env=..., prefix=...) -> Checked."""
    def start(*arguments, **others):
        return Checked(run_check(place, '--json', *arguments, **others), secrets)
    return start


@pytest.fixture
def check_account(check, place, service):
    """A factory that logs in to the service with a credential in a file: check_account(identity_id=...) -> Checked."""
    def start(*options, **changes):
        path = credential_file(place / 'credential', login_text(**changes))
        return check('--login', '-o', f'endpoint={service.url},credentials={path}', *options, 'acme', 'mnt')
    return start


def settings(service, **others):
    return {'endpoint': service.url, 'mountpoint': '~/mnt', **others}


# --- when all is well ---

def test_what_is_well_is_ok_in_every_line(check, place, service):
    credential_file(place / 'credential', login_text())
    configure(place, 'acme', **settings(service, credentials=place / 'credential'))
    checked = check('--login', 'acme')
    checked.assert_good()
    # The model sends no date.
    assert checked.results == {name: 'skipped' if name == 'clock' else 'ok' for name in checked.results}
    assert USERNAME in checked.texts['login']
    assert checked.texts['identities'].startswith('6, 5 of them not disabled: ')


def test_every_check_of_the_table_is_made_in_that_order(check):
    checked = check('-o', 'sandbox', 'acme', 'mnt')
    assert list(checked.results) == [row['name'] for row in tables()['checks']]
    assert set(checked.document) == {'source', 'version', 'result', 'checks'}
    for row in checked.document['checks']:
        assert set(row) == {'check', 'result', 'text', 'advice'}
        assert row['result'] in ('ok', 'warning', 'wrong', 'skipped') and row['text']


def test_without_a_login_nothing_but_has_session_is_called_and_nothing_is_made(check, place, service):
    credential_file(place / 'credential', login_text())
    configure(place, 'acme', **settings(service, credentials=place / 'credential'))
    checked = check('acme')
    checked.assert_good()
    assert [(call.operation, call.session) for call in service.calls()] == [('HasSession', None)]
    assert (checked.results['login'], checked.results['identities']) == ('skipped', 'skipped')
    assert '--login' in checked.texts['login']
    assert sorted(os.listdir(place)) == ['.config', 'credential', 'mnt']
    assert not is_mount_point(place / 'mnt')


def test_lines_say_the_same_as_json(place, service):
    arguments = ['-o', f'endpoint={service.url},mode=0444', 'acme', 'mnt']
    told = run_check(place, *arguments)
    document = json.loads(run_check(place, '--json', *arguments).stdout)
    assert (told.returncode, told.stderr) == (1, '')
    assert told.stdout.splitlines() == [
        f'{row["check"]:12} {row["result"]}: {row["text"]}' + (f'; {row["advice"]}' if row['advice'] else '')
        for row in document['checks']]


def test_what_cannot_be_printed_is_a_failure(place, service):
    full = ['sh', '-c', 'exec "$@" >/dev/full', 'sh']
    for switches in ['--json'], []:
        assert run_check(place, *switches, '-o', f'endpoint={service.url}', 'acme', 'mnt', prefix=full).returncode == 1


# --- configuration ---

MISTAKES = {
    'an unknown key': ('[mount]\nchek_ttl = 5\n', 0o644, 'unknown key chek_ttl; did you mean check_ttl?'),
    'a bad value': ('[mount]\nrate = much\n', 0o644, 'option rate is not a number'),
    'a file that others may write': ('[mount]\nrate = 5\n', 0o666, 'chmod go-w'),
}


@pytest.mark.parametrize('mistake', MISTAKES)
def test_a_mistake_in_the_configuration_is_the_cause(check, place, mistake):
    text, mode, says = MISTAKES[mistake]
    path = configure(place, 'acme', text, mode)
    checked = check('acme', 'mnt')
    checked.assert_cause('config', f'{path}: ', says)
    others = {name for name, result in checked.results.items() if result != 'skipped'}
    assert others == {'config', 'device', 'fusermount'}
    assert checked.texts['endpoint'] == 'for want of config'
    assert checked.texts['identities'] == 'for want of service'


def test_a_name_that_nothing_is_configured_for_is_a_warning(check, place, service):
    checked = check('-o', f'endpoint={service.url}', 'acmee')
    checked.assert_good()
    assert checked.results['config'] == 'warning' and f'{place}/.config/so24fs/acmee.conf' in checked.texts['config']
    assert checked.results['mountpoint'] == 'skipped'


def test_options_on_who_may_use_the_mount_are_the_cause(check, service):
    check('-o', f'endpoint={service.url},group=root', 'acme', 'mnt').assert_cause('access', 'allow_other')


# --- the machine ---

@AS_ROOT
@pytest.mark.parametrize('script, says', [
    ('mount -t tmpfs none /dev', 'No such file or directory'),
    ('mount --bind /dev/null /dev/fuse', 'something else')], ids=['hidden', 'another device'])
def test_no_device_is_the_cause(check, service, script, says):
    prefix = ['unshare', '--mount', 'sh', '-c', f'{script} && exec "$@"', 'sh']
    check('-o', f'endpoint={service.url}', 'acme', 'mnt', prefix=prefix).assert_cause(
        'device', '/dev/fuse', says, 'modprobe fuse')


@AS_ROOT
def test_root_that_may_not_mount_is_the_cause(check, service):
    prefix = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin']
    check('-o', f'endpoint={service.url}', 'acme', 'mnt', prefix=prefix).assert_cause(
        'fusermount', 'root may not mount', 'SYS_ADMIN')


@pytest.fixture
def user():
    with temporary_user(own_device=True) as someone:
        yield someone


@pytest.fixture
def check_as_user(user, service, secrets):
    """A factory: check_as_user('acme', ..., prefix=...) -> Checked, of a user in a home of his own."""
    def start(*arguments, prefix=()):
        done = user.run(*prefix, './so24fs', '--check', '--json', '-o', f'endpoint={service.url}', *arguments)
        checked = Checked(done, secrets)
        # Whether users may open the device is up to the machine that the tests run on.
        checked.results.pop('device')
        return checked
    return start


def test_a_user_without_fusermount3_is_the_cause(check_as_user):
    checked = check_as_user('acme', 'mnt', prefix=['/usr/bin/env', 'PATH=/nowhere'])
    assert checked.wrong() == ['fusermount'] and 'fuse3' in checked.advice['fusermount']


def test_a_fusermount3_that_is_not_setuid_is_the_cause(check_as_user, user):
    shutil.copy(shutil.which('fusermount3'), user.home)
    (user.home / 'fusermount3').chmod(0o755)
    checked = check_as_user('acme', 'mnt', prefix=['/usr/bin/env', f'PATH={user.home}'])
    assert checked.wrong() == ['fusermount'] and 'not setuid' in checked.texts['fusermount']


def test_a_process_that_may_gain_no_privileges_is_the_cause(check_as_user):
    checked = check_as_user('acme', 'mnt', prefix=['setpriv', '--no-new-privs'])
    assert checked.wrong() == ['fusermount'] and 'no_new_privs' in checked.advice['fusermount']


@pytest.mark.parametrize('line, wrong', [('# user_allow_other', ['access']), ('user_allow_other', [])])
def test_whether_a_user_may_let_others_in_is_for_root_to_say(user, service, secrets, line, wrong):
    (user.home / 'fuse.conf').write_text(f'{line}\n')
    entry = user.entry
    script = f'mount --bind fuse.conf /etc/fuse.conf && exec setpriv --reuid={entry.pw_uid} --regid={entry.pw_gid} ' \
             '--clear-groups --inh-caps=-all "$@"'
    done = subprocess.run(['unshare', '--mount', 'sh', '-c', script, 'sh', './so24fs', '--check', '--json', '-o',
                           f'endpoint={service.url},allow_other', 'acme', 'mnt'], cwd=user.home, text=True, timeout=30,
                          env=programs.clean_environment(user.home), stdin=subprocess.DEVNULL, capture_output=True)
    checked = Checked(done, secrets)
    assert [name for name in checked.wrong() if name != 'device'] == wrong
    assert wrong == [] or 'user_allow_other' in checked.advice['access']


def test_a_folder_that_a_user_may_not_write_to_is_the_cause(check_as_user):
    checked = check_as_user('acme', '/usr')
    assert checked.wrong() == ['mountpoint'] and 'a folder of your own' in checked.advice['mountpoint']
    assert check_as_user('acme', 'mnt').results['mountpoint'] == 'ok'


# --- the mountpoint ---

@pytest.mark.parametrize('name, says', [('nowhere', 'No such file or directory; make the folder'),
                                        ('file', 'Not a directory')])
def test_a_mountpoint_that_is_none_is_the_cause(check, place, service, name, says):
    (place / 'file').touch()
    check('-o', f'endpoint={service.url}', 'acme', name).assert_cause('mountpoint', f'{name}: {says}')


def test_a_folder_that_is_not_empty_is_a_warning(check, place, service):
    (place / 'mnt' / 'file').touch()
    checked = check('-o', f'endpoint={service.url}', 'acme', 'mnt')
    checked.assert_good()
    assert checked.results['mountpoint'] == 'warning' and 'not empty' in checked.texts['mountpoint']


def test_a_mount_that_is_there_is_well(check, mount, service):
    mounted = mount(service.url)
    checked = check('-o', f'endpoint={service.url}', 'acme', mounted.path)
    checked.assert_good()
    assert checked.results['mountpoint'] == 'ok' and 'is mounted' in checked.texts['mountpoint']


def test_a_mount_whose_daemon_was_killed_is_the_cause_and_stays_there(check, mount, service):
    mounted = mount(service.url)
    mounted.kill()
    check('-o', f'endpoint={service.url}', 'acme', mounted.path).assert_cause(
        'mountpoint', 'dead mount', 'fusermount3 -u', 'by itself')
    assert mounted.is_mounted()


def test_a_mount_whose_daemon_hangs_is_the_cause(check, mount, service):
    mounted = mount(service.url)
    os.kill(mounted.pid, signal.SIGSTOP)
    try:
        check('-o', f'endpoint={service.url}', 'acme', mounted.path).assert_cause('mountpoint', 'does not answer')
    finally:
        os.kill(mounted.pid, signal.SIGCONT)


# --- files ---

CREDENTIALS = {
    'open to others': (login_text(), 0o644, 'chmod 600'),
    'incomplete': ('username = ola@example.com\n', 0o600, 'password'),
    'malformed': ('username ola@example.com\n', 0o600, 'line 1'),
    'with a bad GUID': (login_text(application_id='24'), 0o600, 'application_id'),
    'with an unknown key': (login_text(colour='red'), 0o600, 'line 4'),
    'empty': ('', 0o600, 'empty'),
    'cut off': ('{"username": "ola', 0o600, 'JSON'),
}


@pytest.mark.parametrize('mistake', CREDENTIALS)
def test_a_credentials_file_is_the_cause(check, place, service, mistake):
    text, mode, says = CREDENTIALS[mistake]
    path = credential_file(place / 'credential', text, mode)
    checked = check('-o', f'endpoint={service.url},credentials={path}', '--login', 'acme', 'mnt')
    checked.assert_cause('credentials', str(path), says)
    assert checked.texts['login'] == 'for want of credentials'
    assert service.calls('Login') == []


def test_a_credentials_file_that_is_missing_is_the_cause(check, service):
    check('-o', f'endpoint={service.url},credentials=/nowhere', 'acme', 'mnt').assert_cause(
        'credentials', '/nowhere: No such file or directory')


def test_a_store_that_others_may_write_to_is_a_warning(check, place, service):
    folder = place / 'state' / 'so24fs'
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    checked = check('-o', f'endpoint={service.url}', 'acme', 'mnt')
    checked.assert_good()
    assert checked.results['store'] == 'warning' and 'others may write' in checked.texts['store']
    folder.chmod(0o700)
    assert check('-o', f'endpoint={service.url}', 'acme', 'mnt').results['store'] == 'ok'
    assert os.listdir(folder) == []


# --- the way ---

def test_an_endpoint_that_must_not_be_is_the_cause(check):
    check('-o', 'endpoint=http://example.com/', 'acme', 'mnt').assert_cause('endpoint', 'http:// sends passwords')


def test_a_file_of_certificates_that_is_missing_is_the_cause(check):
    check('-o', 'ca_file=/nowhere', 'acme', 'mnt').assert_cause('endpoint', 'ca_file: /nowhere')


def test_a_host_that_is_not_found_is_the_cause(check):
    checked = check('-o', 'endpoint=https://no-such-host.invalid/', 'acme', 'mnt')
    checked.assert_cause('name', 'no-such-host.invalid', 'spelling')
    assert [checked.texts[name] for name in ('connection', 'tls', 'service', 'clock')] == [
        'for want of name', 'for want of connection', 'for want of tls', 'for want of connection']


@pytest.mark.parametrize('scheme', ['http', 'https'])
def test_a_connection_that_is_refused_is_the_cause(check, scheme):
    with socket.socket() as unheard:
        unheard.bind(('127.0.0.1', 0))
        port = unheard.getsockname()[1]
        check('-o', f'endpoint={scheme}://127.0.0.1:{port}/', 'acme', 'mnt').assert_cause(
            'connection', str(port), 'nothing listens')


def test_an_address_without_a_route_is_the_cause(check):
    check('-o', 'endpoint=https://224.0.0.1/', 'acme', 'mnt').assert_cause('connection', 'no route')


CERTIFICATES = {
    'nobody vouches for': ({}, False, 'ca_file'),
    'names another host': ({'names': 'DNS:service.invalid,IP:127.0.0.2'}, True, 'another machine answers'),
    'has expired': ({'days': -1}, True, 'expired; the service must renew it'),
}


@pytest.mark.parametrize('case', CERTIFICATES)
def test_a_certificate_is_the_cause(check, start_service, authority, case):
    certificate, trusts, says = CERTIFICATES[case]
    service = start_service(tls=authority.server_context(**certificate))
    trust = f',ca_file={authority.ca_file}' if trusts else ''
    checked = check('-o', f'endpoint={service.url}{trust}', 'acme', 'mnt')
    checked.assert_cause('tls', 'certificate')
    assert says in f'{without_the_time(checked.texts["tls"])}; {checked.advice["tls"]}'
    assert service.calls() == []


def without_the_time(text):
    """This machine's time is told with what is wrong with a certificate."""
    return re.sub(r' \(it is \S+Z here\)$', '', text)


def test_a_good_certificate_is_well(check, start_service, authority):
    service = start_service(tls=authority.server_context())
    checked = check('-o', f'endpoint={service.url},ca_file={authority.ca_file}', 'acme', 'mnt')
    checked.assert_good()
    assert checked.texts['tls'] == 'the certificate is good'


def test_a_port_without_tls_is_the_cause(check, start_server):
    server = start_server(close_now, greeting=b'220 mail.example.com ESMTP\r\n')
    check('-o', f'endpoint={server.url.replace("http:", "https:")}', 'acme', 'mnt').assert_cause('tls', 'speaks no TLS')


def test_a_port_where_nobody_answers_to_tls_is_the_cause(check):
    with socket.create_server(('127.0.0.1', 0)) as silent:
        checked = check('-o', f'endpoint=https://127.0.0.1:{silent.getsockname()[1]}/,timeout=1', 'acme', 'mnt')
        checked.assert_cause('tls', 'no answer in time')


@pytest.mark.parametrize('scheme', ['http_proxy', 'https_proxy'])
def test_a_proxy_that_is_not_there_is_the_cause(check, start_service, authority, scheme):
    service = start_service(tls=authority.server_context())
    with socket.socket() as unheard:
        unheard.bind(('127.0.0.1', 0))
        proxy = f'http://ola:hunter2@127.0.0.1:{unheard.getsockname()[1]}'
        checked = check('-o', f'endpoint={service.url},ca_file={authority.ca_file}', 'acme', 'mnt', env={scheme: proxy})
    if scheme == 'http_proxy':
        checked.assert_good()
    else:
        checked.assert_cause('connection', 'https_proxy names a proxy', 'no_proxy')
        assert 'hunter2' not in json.dumps(checked.document)


@pytest.mark.parametrize('status', ['403 Forbidden', '407 Proxy Authentication Required', '502 Bad Gateway'])
def test_a_proxy_that_opens_no_way_is_the_cause(check, start_server, status):
    proxy = start_server(lambda request: respond(HTML, 'text/html', status))
    checked = check('-o', 'endpoint=https://service.invalid/', 'acme', 'mnt',
                    env={'https_proxy': f'http://127.0.0.1:{proxy.port}'})
    checked.assert_cause('connection', 'https_proxy', status[:3], 'no_proxy')
    assert [request.method for request in proxy.requests] == ['CONNECT']


def test_a_proxy_whose_name_is_not_found_is_the_cause(check):
    checked = check('-o', 'endpoint=https://127.0.0.1:9/', 'acme', 'mnt',
                    env={'https_proxy': 'http://no-such-proxy.invalid:3128'})
    checked.assert_cause('name', 'no-such-proxy.invalid', 'https_proxy names a proxy')


OTHERS = {
    'a page': (respond(HTML, 'text/html'), 'HTML page', 'login page of a network'),
    'a redirect to one': (respond(b'', 'text/html', '302 Found', ['Location: http://192.0.2.1/']),
                          'HTTP 302', 'redirects'),
    'a proxy that wants a login': (respond(HTML, 'text/html', '407 Proxy Authentication Required'),
                                   'HTTP 407', 'proxy'),
    'another address': (respond(HTML, 'text/html', '404 Not Found'), 'HTTP 404', 'check the endpoint'),
    'nothing': (close_now, 'closed without an answer', 'endpoint'),
    'a quarantine': (fault(quarantine('2099-01-01 12:00:00')), 'Quarantine ends at', 'wait until then'),
    'too many calls': (respond(b'', 'text/html', '429 Too Many Requests'), 'HTTP 429', 'wait some minutes'),
    'silence': (hang, 'no answer in time', 'timeout'),
}


@pytest.mark.parametrize('case', OTHERS)
def test_what_is_not_the_service_is_the_cause(check, service, case):
    reply, *says = OTHERS[case]
    service.always('HasSession', reply)
    check('-o', f'endpoint={service.url},timeout=1', 'acme', 'mnt').assert_cause('service', *says)


# --- the clock ---

def dated(seconds):
    """An answer to HasSession of a machine whose clock is so far ahead of ours."""
    date = email.utils.formatdate(time.time() + seconds, usegmt=True)
    return respond(GOOD_BODY, XML, headers=[f'Date: {date}'])


@pytest.mark.parametrize('seconds, says', [(-12000, '3 h 20 min ahead of'), (3630, '1 h 0 min behind'),
                                           (-330, '5 min ahead of'), (10 * 86400, '10 days behind')])
def test_a_clock_that_is_off_is_a_warning(check, service, seconds, says):
    service.always('HasSession', dated(seconds - 5 if seconds < 0 else seconds + 5))
    checked = check('-o', f'endpoint={service.url}', 'acme', 'mnt')
    checked.assert_good()
    assert checked.results['clock'] == 'warning'
    assert says in checked.texts['clock'] and 'timedatectl' in checked.advice['clock']


@pytest.mark.parametrize('seconds', [-240, 0, 240])
def test_a_clock_that_is_nearly_right_is_well(check, service, seconds):
    service.always('HasSession', dated(seconds))
    assert check('-o', f'endpoint={service.url}', 'acme', 'mnt').results['clock'] == 'ok'


def test_a_clock_is_looked_at_even_if_it_is_not_the_service_that_answers(check, service):
    date = email.utils.formatdate(time.time() - 86400, usegmt=True)
    service.always('HasSession', respond(HTML, 'text/html', headers=[f'Date: {date}']))
    checked = check('-o', f'endpoint={service.url}', 'acme', 'mnt')
    checked.assert_cause('service')
    assert checked.results['clock'] == 'warning'


# --- the account ---

def test_a_wrong_password_is_the_cause(check_account, service, secrets):
    secrets.add('not the password')
    checked = check_account(password='not the password')
    checked.assert_cause('login', WRONG_PASSWORD, 'mend')
    assert checked.texts['identities'] == 'for want of login'
    assert len(service.calls('Login')) == 1


def test_a_blocked_identity_is_the_cause_and_the_others_are_named(check_account, service):
    service.model.blocked.add(HOME)
    checked = check_account()
    checked.assert_cause('login', BLOCKED.split('.', maxsplit=1)[0], 'identity_id')
    assert checked.results['identities'] == 'ok' and ODD in checked.texts['identities']
    check_account(identity_id=FJORD).assert_good()


def test_an_identity_that_is_none_of_the_account_is_the_cause(check_account, service):
    service.model.heeds_identity_id = False
    nobody = '310d5fd3-0002-4047-a03b-0000000000ff'
    check_account(identity_id=nobody).assert_cause('identities', nobody, 'none of them')


def test_an_account_with_nothing_but_disabled_identities_is_the_cause(check_account, service):
    service.always('GetIdentitiesWithCredential', service.dress(answers.get_identities_with_credential(
        [answers.Identity(FJORD, 'Stengt AS', 1, is_disabled=True)])))
    check_account().assert_cause('identities', '1, and none')


@pytest.mark.parametrize('text, says', [(THROTTLED, 'wait some minutes'),
                                        (quarantine('2099-01-01 12:00:00'), 'wait until then')])
def test_a_login_that_has_to_wait_is_the_cause(check_account, service, text, says):
    service.always('Login', fault(text))
    check_account().assert_cause('login', text.split('.', maxsplit=1)[0], says)
    assert len(service.calls('Login')) == 1


def test_a_token_brings_its_identities(check, place, service):
    text = f'token = {TOKEN}\napplication_id = {login_text().split()[-1]}\n'
    path = credential_file(place / 'credential', text)
    checked = check('--login', '-o', f'endpoint={service.url},credentials={path}', 'acme', 'mnt')
    checked.assert_good()
    assert checked.texts['identities'].startswith('6, ')
    assert [call.operation for call in service.calls()] == ['HasSession', 'AuthenticateByToken']


def test_the_identities_of_one_service_are_those_that_are_told(check_account):
    assert check_account('-o', 'service_id=54').texts['identities'].startswith('2, ')


def test_a_login_without_a_credential_and_without_a_terminal_is_refused(check, service):
    check('--login', '-o', f'endpoint={service.url}', 'acme', 'mnt').assert_cause('login', 'no terminal')
    assert service.calls('Login') == []


def test_a_name_that_would_mislead_a_terminal_does_not_reach_it(check_account, service):
    service.always('GetIdentitiesWithCredential', service.dress(answers.get_identities_with_credential(
        [answers.Identity(FJORD, 'Fjord \u202egnp.\u009b31m', 1)])))
    checked = check_account()
    checked.assert_good()
    assert '\u202e' not in checked.texts['identities'] and '\u009b' not in checked.texts['identities']


# --- against the sandbox, as a person would try it ---

def test_the_sandboxes_default_identity_that_is_blocked_is_found(check, place, sandbox, secrets):
    secrets.add(KARI.password)
    path = credential_file(place / 'credential', KARI.lines())
    options = f'endpoint={sandbox.url},credentials={path}'
    checked = check('--login', '-o', options, 'acme', 'mnt')
    checked.assert_cause('login', 'is blocked')
    assert kari(2) in checked.texts['identities']
    credential_file(path, KARI.lines(identity_id=kari(2)))
    check('--login', '-o', options, 'acme', 'mnt').assert_good()


def test_a_mounts_own_application_id_stands_in_for_one_that_the_file_has_not(check, place, sandbox, secrets):
    secrets.add(OLA.password)
    path = credential_file(place / 'credential', OLA.lines(application_id=None, identity_id=ola(2)))
    configure(place, 'acme', endpoint=sandbox.url, credentials=path, application_id=APPLICATION, mountpoint='~/mnt')
    checked = check('--login', 'acme')
    checked.assert_good()
    assert checked.results['clock'] == 'ok'
