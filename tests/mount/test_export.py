"""export/: other tools take the session as they are used to, and no session id makes them do anything else."""

import errno
import os
import re

import pytest

from support import answers
from support.accounts import OLA, log_in, ola
from support.borrowers import BARE_PHP, BORROWERS, JAR_READERS, add_java
from support.expecting import fails_with
from support.model_service import HOME
from support.model_service import log_in as log_in_to_model
from support.request import COOKIE_NAME
from support.shells import run

FORMS = ['cookies.txt', 'header', 'curlrc', 'env', 'cookie.raw']
GO_ON = ['curl -b', 'curl -H', 'wget', 'PHP']
OK = b'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n'
SERVICES = ['api.24sevenoffice.com', 'webservices.24sevenoffice.com']
OTHERS = ['24sevenoffice.com', 'www.24sevenoffice.com', 'more.api.24sevenoffice.com',
          'api.24sevenoffice.com.example.com']
LAX = {'Python': ['more.api.24sevenoffice.com']}  # what is for a host is for those below it, whatever the jar says

# All that a cookie may hold and that means something to a shell, to curl, to a jar or to a URL.
ODD_IDS = ["it's-a-session", '$(touch${IFS}broken)', '`touch${IFS}broken`', "'''&touch${IFS}broken",
           '#!%&*+^|~<>[]{}?@=:/.-_', '%0d%0aSet-Cookie:a=b', '@/etc/passwd', '~/mnt/export', '--output=broken',
           '$argv[1]']


@pytest.fixture
def mounted(mount, sandbox):
    """A mount that is logged in, and asks the service before each read."""
    mounted = mount(sandbox.url, {'check_ttl': 0})
    log_in(mounted)
    return mounted


# --- what is there ---

def test_the_folder_holds_exactly_these_files(mounted):
    assert mounted.list('export') == sorted(FORMS)


def test_each_form_holds_the_session_of_cookie(mounted):
    cookie = mounted.read('cookie').strip()
    assert {name: mounted.read(f'export/{name}') for name in FORMS[1:]} == {
        'header': f'Cookie: {COOKIE_NAME}={cookie}\n', 'curlrc': f'cookie = "{COOKIE_NAME}={cookie}"\n',
        'env': f'SO24_SESSION_ID={cookie}\nSO24_COOKIE={COOKIE_NAME}={cookie}\n', 'cookie.raw': cookie}
    first, *lines = mounted.read('export/cookies.txt').splitlines()
    assert first == '# Netscape HTTP Cookie File'
    assert [line.split('\t') for line in lines] == [
        [host, 'FALSE', '/', secure, '2147483647', COOKIE_NAME, cookie]
        for host, secure in ((SERVICES[0], 'TRUE'), (SERVICES[1], 'TRUE'), ('127.0.0.1', 'FALSE'))]


def test_each_form_is_as_closed_to_others_as_cookie_and_as_long_as_stat_says(mounted):
    for name in FORMS:
        status = os.stat(mounted.path / 'export' / name)
        assert status.st_mode == os.stat(mounted.path / 'cookie').st_mode
        assert status.st_size == len(mounted.read_bytes(f'export/{name}')) > 0
    with fails_with(errno.EACCES):
        os.open(mounted.path / 'export' / 'header', os.O_WRONLY)


def test_looking_at_the_folder_asks_nothing(mounted, sandbox):
    sandbox.reset_calls()
    assert run(['ls', '-lR', 'mnt/export'], mounted.folder).returncode == 0
    assert sandbox.calls() == 0


def test_all_forms_together_ask_once(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    mounted.read('cookie')
    sandbox.reset_calls()
    for name in FORMS:
        mounted.read(f'export/{name}')
    assert sandbox.calls() == 0


# --- real tools ---

def test_every_tool_acts_for_the_client_that_is_chosen(mounted, sandbox, tmp_path):
    url = f'{sandbox.base}/Client/V001/ClientService.asmx'
    for number in 1, 3:
        mounted.write('identity', f'{ola(number)}\n')
        client = str(OLA.identities()[number - 1]['client']['id'])
        for name, command in add_java(tmp_path).items():
            done = run(command(url), mounted.folder)
            assert client in done.stdout.decode(), (name, number, done.stdout, done.stderr)
            assert (done.returncode, done.stderr) == (0, b''), name


@pytest.mark.parametrize('name', BORROWERS)
def test_a_tool_finds_the_session_renewed(mounted, sandbox, name):
    url = f'{sandbox.base}/Client/V001/ClientService.asmx'
    mounted.write('identity', f'{ola(5)}\n')
    old = mounted.read('cookie')
    sandbox.expire()
    done = run(BORROWERS[name](url), mounted.folder)
    assert str(OLA.identities()[4]['client']['id']) in done.stdout.decode(), (done.stdout, done.stderr)
    assert mounted.read('cookie') != old


@pytest.mark.parametrize('name', ['curl -b', 'curl -H', 'curl -K', 'wget', 'Python', 'dash', 'PHP'])
def test_a_tool_sends_every_session_id_as_it_is(mount, service, start_server, name):
    other = start_server(lambda request: OK)
    url = f'http://127.0.0.1:{other.port}/'
    mounted = mount(service.url)
    command = ['php', '-r', BARE_PHP, url] if name == 'PHP' else BORROWERS[name](url)
    for odd in ODD_IDS:
        service.model.sessions[odd] = HOME
        service.next('Login', service.dress(answers.login(odd)))
        log_in_to_model(mounted)
        assert mounted.read('cookie') == f'{odd}\n'
        done = run(command, mounted.folder)
        assert (done.returncode, done.stderr) == (0, b''), odd
        assert other.requests[-1].header('Cookie') == f'{COOKIE_NAME}={odd}'
    assert len(other.requests) == len(ODD_IDS)
    assert 'broken' not in os.listdir(mounted.folder)


@pytest.mark.parametrize('shell', ['dash', 'bash', 'busybox sh', 'bash --posix -u'])
def test_a_shell_reads_two_variables_and_runs_nothing(mount, service, shell):
    mounted = mount(service.url)
    script = 'set -e; . mnt/export/env; printf "%s|%s" "$SO24_SESSION_ID" "$SO24_COOKIE"'
    for odd in ODD_IDS:
        service.model.sessions[odd] = HOME
        service.next('Login', service.dress(answers.login(odd)))
        log_in_to_model(mounted)
        mounted.read('cookie')
        done = run([*shell.split(), '-c', script], mounted.folder)
        assert (done.stdout.decode(), done.stderr) == (f'{odd}|{COOKIE_NAME}={odd}', b'')
    assert 'broken' not in os.listdir(mounted.folder)


# --- to whom the cookie goes ---

@pytest.fixture
def resolving(tmp_path):
    """Runs a command where names of hosts lead to this machine."""
    if os.getuid() != 0:
        pytest.skip('only root can give a program names of its own')
    hosts = tmp_path / 'hosts'
    hosts.write_text(f'127.0.0.1 localhost localhost.local {" ".join(SERVICES + OTHERS)}\n')

    def run_there(command, cwd):
        script = 'mount --bind "$0" /etc/hosts && exec "$@"'
        return run(['unshare', '--mount', 'sh', '-c', script, str(hosts), *command], cwd)
    return run_there


@pytest.mark.parametrize('name', JAR_READERS)
def test_the_jar_gives_the_cookie_to_the_right_hosts_only(mount, start_service, start_server, authority, resolving,
                                                          name):
    context = authority.server_context(','.join(f'DNS:{host}' for host in ['localhost', *SERVICES, *OTHERS]))
    service = start_service(tls=context)
    safe, clear = start_server(lambda request: OK, tls=context), start_server(lambda request: OK)
    mounted = mount(service.url.replace('127.0.0.1', 'localhost'), {'ca_file': authority.ca_file})
    log_in_to_model(mounted)
    cookie = mounted.read('cookie').strip()
    right = [f'https://{host}:{safe.port}/{host}' for host in [*SERVICES, 'localhost']]
    wrong = ([f'https://{host}:{safe.port}/{host}' for host in OTHERS]
             + [f'http://{host}:{clear.port}/{host}' for host in SERVICES])
    done = resolving(JAR_READERS[name](right + wrong, str(authority.ca_file)), mounted.folder)
    assert (done.returncode, done.stdout) == (0, b'ok\n' * len(right + wrong)), done.stderr
    got = {request.target[1:] for request in safe.requests if request.session == cookie}
    assert got == {*SERVICES, 'localhost', *LAX.get(name, [])}
    assert [request.session for request in safe.requests if request.session not in (cookie, None)] == []
    assert [request.session for request in clear.requests] == [None] * len(SERVICES)


@pytest.mark.parametrize('host', ['localhost', '127.0.0.1'])
def test_the_jar_gives_the_cookie_to_an_endpoint_on_this_machine(mount, service, start_server, host):
    other = start_server(lambda request: OK)
    mounted = mount(service.url.replace('127.0.0.1', host))
    log_in_to_model(mounted)
    cookie = mounted.read('cookie').strip()
    for name in 'curl -b', 'wget', 'Python':
        assert run(BORROWERS[name](f'http://{host}:{other.port}/'), mounted.folder).stdout == b'ok\n', name
    assert [request.session for request in other.requests] == [cookie] * 3


def test_a_jar_of_curls_own_that_starts_from_it_goes_on_with_the_same_session(mounted, sandbox):
    url = f'{sandbox.base}/Client/V001/ClientService.asmx'
    for _ in range(2):
        source = 'own.txt' if (mounted.folder / 'own.txt').exists() else 'mnt/export/cookies.txt'
        assert b'400000000001' in run(['curl', '-s', '-b', source, '-c', 'own.txt', url], mounted.folder).stdout
    assert mounted.read('cookie').strip() in (mounted.folder / 'own.txt').read_text()


# --- when there is none ---

def check_refused(mounted, number):
    for name in ['cookie', *(f'export/{name}' for name in FORMS)]:
        with fails_with(number):
            mounted.read(name)
        assert f' {name}: {errno.errorcode[number]}: ' in mounted.error()


def test_without_a_session_and_a_credential_there_is_no_form(mount, sandbox):
    mounted = mount(sandbox.url)
    check_refused(mounted, errno.ENOKEY)
    log_in(mounted)
    mounted.read('export/header')
    mounted.write('logout', 'x')
    check_refused(mounted, errno.ENOKEY)
    assert all(os.stat(mounted.path / 'export' / name).st_size == 0 for name in FORMS)


def test_a_cookie_that_is_withheld_is_withheld_in_every_form(mounted, sandbox):
    mounted.read('export/header')
    sandbox.switch(ola(3))
    check_refused(mounted, errno.EKEYREVOKED)
    mounted.write('identity', f'{ola(1)}\n')
    assert mounted.read('export/cookie.raw') == mounted.read('cookie').strip()


def test_an_ended_session_without_a_credential_is_offered_in_no_form(mount, sandbox):
    mounted = mount(sandbox.url, {'check_ttl': 0, 'remember': 'no'})
    log_in(mounted)
    sandbox.expire()
    check_refused(mounted, errno.EKEYEXPIRED)


@pytest.mark.parametrize('name', [name for name in BORROWERS if name not in GO_ON])
def test_a_tool_fails_and_asks_nothing_when_there_is_no_cookie(mount, sandbox, start_server, name):
    """Those that go on without one cannot be helped; docs/access.md names them."""
    other = start_server(lambda request: OK)
    mounted = mount(sandbox.url)
    done = run(BORROWERS[name](f'http://127.0.0.1:{other.port}/'), mounted.folder)
    assert (done.returncode != 0, done.stdout, other.requests) == (True, b'', [])
    assert done.stderr


# --- what changes ---

def test_a_form_changes_with_the_session_and_not_by_being_confirmed(mounted, sandbox):
    def seen():
        return {name: (mounted.read(f'export/{name}'), os.stat(mounted.path / 'export' / name).st_mtime_ns)
                for name in FORMS}

    first = seen()
    assert mounted.read_now('session') == 'true\n'
    assert seen() == first
    sandbox.expire()
    later = seen()
    assert all(later[name][0] != first[name][0] and later[name][1] > first[name][1] for name in FORMS)


def test_the_secret_in_a_form_stays_out_of_the_log(mount, sandbox, secrets):
    mounted = mount(sandbox.url, debug=True)
    log_in(mounted)
    for name in FORMS:
        secrets.add(*re.findall('[a-z0-5]{24}', mounted.read(f'export/{name}')))
    assert 'READ' in mounted.log_text() and secrets.found_in(mounted.log_text()) == []
