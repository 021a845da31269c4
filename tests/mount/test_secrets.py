"""Passwords, tokens and session ids stay where they belong: in locked memory, and nowhere after a logout."""

import os
import resource
import signal
import subprocess
from pathlib import Path

import pytest

from support import accounts, memory, programs
from support.accounts import KARI, OLA
from support.answers import WRONG_PASSWORD
from support.daemons import daemons_of
from support.model_service import APPLICATION, FJORD, TOKEN, USERNAME
from support.mount import is_mount_point
from support.raw_server import hang
from support.readers import Waiting
from support.users import temporary_user
from support.waiting import wait_for

PASSWORD = 'hunt-me-0123456789-in-all-your-memory'
FORMS = {
    'lines': f'username = {USERNAME}\npassword = {PASSWORD}\napplication_id = {APPLICATION}\n',
    'XML': f'<credential><Username>{USERNAME}</Username><Password>{PASSWORD}</Password>'
           f'<ApplicationId>{APPLICATION}</ApplicationId></credential>\n',
    'JSON': f'{{"username": "{USERNAME}", "password": "{PASSWORD}", "application_id": "{APPLICATION}"}}\n',
}
WHOLE_FORMS = {**FORMS, 'token': f'token = {TOKEN}\napplication_id = {APPLICATION}\n',
               'token in XML': f'<token><Id>{TOKEN}</Id><ApplicationId>{APPLICATION}</ApplicationId></token>\n',
               'token in JSON': f'{{"token": "{TOKEN}", "application_id": "{APPLICATION}"}}\n'}


@pytest.fixture
def hunted(mount, service):
    """A mount of a service whose password is easily found."""
    service.model.password = PASSWORD
    mounted = mount(service.url)
    mounted.secrets.add(PASSWORD)
    memory.require_a_look_at_memory(mounted.pid)
    return mounted


# --- what others can see ---

def test_no_secret_is_seen_from_outside_whatever_happens(mount, sandbox, secrets):
    mounted = mount(sandbox.url, debug=True)
    secrets.add(OLA.password, OLA.token, KARI.password, KARI.token, 'fjord-2025', 'token-2026-wrong')
    attempts = [OLA.lines(password='fjord-2025'), OLA.xml(password='fjord-2025'), OLA.json(password='fjord-2025'),
                f'password = {OLA.password}\npassword = {OLA.password}\n', f'{OLA.password} = {OLA.password}\n',
                f'token = token-2026-wrong\napplication_id = {accounts.APPLICATION}\n', KARI.lines(),
                f'<credential>{OLA.password}</credential>\n', f'{{"{OLA.password}": 1}}\n',
                OLA.xml(password='x').replace('>x<', f'>x<{OLA.password}>x<'),
                OLA.lines(identity_id=OLA.password), f'username = x\n{OLA.password}\n', f'<{OLA.password}>']
    for text in attempts:
        with pytest.raises(OSError):
            mounted.write('login', text)
        assert secrets.found_in(mounted.error()) == []
    with pytest.raises(OSError):
        mounted.write('identity', f'{OLA.password}\n')
    for text in OLA.xml(), OLA.json(), OLA.lines(), f'token = {OLA.token}\napplication_id = {accounts.APPLICATION}\n':
        mounted.write('login', text)
        mounted.read('cookie')
        mounted.write('identity', f'{accounts.ola(2)}\n')
    sandbox.expire()
    mounted.read_now('session')
    mounted.read('cookie')
    log = mounted.log_text()
    assert 'logged in as ola@example.com' in log and 'WRITE' in log
    for what in log, mounted.read('README'), mounted.error(), *of_process(mounted.pid):
        assert secrets.found_in(what) == []


def test_a_token_that_is_made_of_a_guid_is_not_told_by_name(mount, sandbox, secrets):
    mounted = mount(sandbox.url, debug=True)
    wrong = '70ce2024-9999-4b6b-9d3c-24f500000009'
    secrets.add(wrong)
    with pytest.raises(OSError):
        mounted.write('login', f'token = {wrong}\napplication_id = {accounts.APPLICATION}\n')
    assert 'rejected' in mounted.error()
    assert secrets.found_in(mounted.error() + mounted.log_text()) == []


# --- memory ---

@pytest.mark.parametrize('pieces', ['one write', 'byte by byte'])
@pytest.mark.parametrize('form', WHOLE_FORMS)
def test_after_logout_no_copy_of_the_credential_is_left(hunted, service, form, pieces):
    data = WHOLE_FORMS[form].encode()
    hunted.write('login', *([data] if pieces == 'one write' else [data[at:at + 1] for at in range(len(data))]))
    assert hunted.read('session') == 'true\n'
    hunted.write('logout', 'x')
    check_no_copies(hunted, PASSWORD, TOKEN)


def test_after_logout_no_copy_of_the_session_id_is_left(hunted, service):
    hunted.write('login', FORMS['lines'])
    cookie = hunted.read('cookie').strip()
    hunted.write('identity', f'{FJORD}\n')
    assert hunted.read_now('session') == 'true\n'
    hunted.write('logout', 'x')
    check_no_copies(hunted, cookie)


def test_after_a_session_was_made_anew_and_a_logout_no_copy_is_left(hunted, service):
    hunted.write('login', FORMS['lines'])
    old = hunted.read('cookie').strip()
    service.model.end_sessions()
    assert hunted.read_now('session') == 'false\n'
    new = hunted.read('cookie').strip()
    assert new != old
    check_no_copies(hunted, old)
    hunted.write('logout', 'x')
    check_no_copies(hunted, PASSWORD, old, new)


def test_after_logout_no_copy_is_left_by_tls(mount, start_service, authority):
    service = start_service(tls=authority.server_context())
    service.model.password = PASSWORD
    mounted = mount(service.url, options={'ca_file': authority.ca_file})
    memory.require_a_look_at_memory(mounted.pid)
    mounted.write('login', FORMS['lines'])
    cookie = mounted.read('cookie').strip()
    assert mounted.read_now('session') == 'true\n'
    mounted.write('logout', 'x')
    check_no_copies(mounted, PASSWORD, cookie)


@pytest.mark.parametrize('form', FORMS)
def test_a_password_that_was_rejected_is_forgotten(hunted, service, form):
    service.model.password = 'another one'
    with pytest.raises(OSError):
        hunted.write('login', FORMS[form])
    check_no_copies(hunted, PASSWORD)


def test_a_password_that_the_service_repeats_is_forgotten(hunted, service):
    service.always('Login', service.fault(f'{WRONG_PASSWORD}: {PASSWORD}'))
    with pytest.raises(OSError):
        hunted.write('login', FORMS['lines'])
    check_no_copies(hunted, PASSWORD)


BAD = {
    'a doubled key': f'password = {PASSWORD}\npassword = {PASSWORD}\n',
    'an unknown key': f'password = {PASSWORD}\ncolour = red\n',
    'a key with a typing error': FORMS['lines'].replace('password', 'passwort'),
    'an element with a typing error': FORMS['XML'].replace('Password', 'Passwort'),
    'a key that is a password': f'{PASSWORD} = x\n',
    'an identity that is a password': f'identity_id = {PASSWORD}\n',
    'a doubled element': FORMS['XML'].replace('</credential>', f'<Password>{PASSWORD}</Password></credential>'),
    'XML that is cut off': FORMS['XML'][:-20],
    'XML that does not match': FORMS['XML'].replace('</Password>', '</Passwort>'),
    'a doubled member': FORMS['JSON'].replace('{', f'{{"Password": "{PASSWORD}", '),
    'a member with a typing error': FORMS['JSON'].replace('"password"', '"passwort"'),
    'an unknown member before all others': FORMS['JSON'].replace('{', f'{{"secret": "{PASSWORD}", '),
    'an object in JSON': FORMS['JSON'].replace(f'"{PASSWORD}"', f'{{"x": "{PASSWORD}"}}'),
    'JSON that is wrong at its end': FORMS['JSON'].replace('}', ',, }'),
    'JSON that is cut off': FORMS['JSON'][:-5],
    'no user name': f'password = {PASSWORD}\n',
    'a NUL': f'password = {PASSWORD}\nusername = \0\n',
    'too long': f'password = {PASSWORD}\nusername = {"x" * 70000}\n',
}


@pytest.mark.parametrize('form', ['line', 'XML', 'JSON'])
def test_a_password_in_bad_input_is_forgotten(hunted, form):
    begins = {'XML': '<', 'JSON': '{'}.get(form, '')
    for text in BAD.values():
        if text.startswith(begins) and (begins or text[0] not in '<{'):
            with pytest.raises(OSError):
                hunted.write('login', text)
            check_no_copies(hunted, PASSWORD)


def test_a_password_whose_login_was_interrupted_is_forgotten(hunted, service):
    service.always('Login', hang)
    with Waiting(hunted, ['tee', 'mnt/login'], FORMS['lines']) as writer:
        wait_for(lambda: service.calls('Login'), what='the call')
        writer.send(signal.SIGINT)
    wait_for(lambda: hunted.read('session') == 'false\n', what='an answer')
    check_no_copies(hunted, PASSWORD)


def test_while_logged_in_secrets_are_in_locked_memory_only(hunted, service):
    for form in FORMS.values():
        hunted.write('login', form)
    cookie = hunted.read('cookie').strip()
    hunted.write('identity', f'{FJORD}\n')
    assert hunted.read_now('session') == 'true\n'
    found = memory.copies(hunted.pid, PASSWORD, cookie)
    assert {text for text, _, _ in found} == {PASSWORD, cookie}  # or we look in the wrong place
    assert [f'{text} in {region}: {around!r}' for text, region, around in found if not region.is_locked] == []


def test_while_logged_in_by_token_the_token_is_in_locked_memory_only(hunted):
    hunted.write('login', WHOLE_FORMS['token'])
    found = memory.copies(hunted.pid, TOKEN)
    assert found and [f'{region}: {around!r}' for _, region, around in found if not region.is_locked] == []


def test_a_login_that_waits_keeps_its_password_in_locked_memory(hunted, service):
    service.always('Login', hang)
    with Waiting(hunted, ['tee', 'mnt/login'], FORMS['lines']) as writer:
        wait_for(lambda: service.calls('Login'), what='the call')
        found = memory.copies(hunted.pid, PASSWORD)
        assert found and [f'{region}: {around!r}' for _, region, around in found if not region.is_locked] == []
        writer.send(signal.SIGINT)


def test_some_memory_is_locked_as_soon_as_there_is_a_secret(hunted):
    hunted.write('login', FORMS['lines'])
    [locked] = [line for line in status_of(hunted.pid) if line.startswith('VmLck:')]
    assert int(locked.split()[1]) > 0


# --- core dumps ---

@pytest.mark.parametrize('lifted', ['before', 'after'])
def test_no_core_is_dumped_even_if_the_limit_is_lifted(place, sandbox, lifted):
    if not dumps_core(['sleep', '1000'], place, lambda: True, lifted):
        pytest.skip('no program dumps core here')
    command = [programs.daemon_program(), '-f', '-o', f'endpoint={sandbox.url}', 'acme', 'mnt']
    assert not dumps_core(command, place, lambda: is_mount_point(place / 'mnt'), lifted)


def test_the_limit_for_cores_is_0(mount, sandbox):
    mounted = mount(sandbox.url)
    assert resource.prlimit(mounted.pid, resource.RLIMIT_CORE) == (0, 0)


def test_the_daemon_of_a_user_shows_nothing_of_itself_to_the_user():
    with temporary_user() as user:
        assert user.run('./so24fs', '-o', 'sandbox', 'acme', user.mountpoint).returncode == 0
        [daemon] = daemons_of(user.mountpoint)
        for name in 'environ', 'maps', 'mem':
            assert os.stat(f'/proc/{daemon}/{name}').st_uid == 0
            assert 'Permission denied' in user.run('cat', f'/proc/{daemon}/{name}').stderr
        assert user.run('fusermount3', '-u', 'mnt').returncode == 0


# --- helpers ---

def check_no_copies(mounted, *texts):
    """Neither a text nor half of one is left in the daemon's memory, once it has had its turn."""
    assert mounted.read('error')
    halves = [half for text in texts for half in (text[:len(text) // 2], text[len(text) // 2:])]
    found = memory.copies(mounted.pid, *halves)
    assert [f'{text} in {region}: {around!r}' for text, region, around in found] == []


def of_process(pid):
    """What the system shows of a process to others."""
    return [Path(f'/proc/{pid}/{name}').read_text(errors='replace') for name in ('cmdline', 'environ', 'comm')]


def status_of(pid):
    return Path(f'/proc/{pid}/status').read_text().splitlines()


def cmdline_of(pid):
    return Path(f'/proc/{pid}/cmdline').read_bytes()


def dumps_core(command, place, is_ready, lifted):
    """Whether a program that is allowed cores of any size, before it starts or after, dumps one on SIGABRT."""
    def lift(pid=0):
        resource.prlimit(pid, resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    before = set(os.listdir(place))
    process = subprocess.Popen(command, cwd=place, env=programs.clean_environment(place), stderr=subprocess.DEVNULL,
                               preexec_fn=lift if lifted == 'before' else None)
    wait_for(is_ready, what='the program')
    if lifted == 'after':
        try:
            lift(process.pid)
        except PermissionError:
            os.kill(process.pid, signal.SIGKILL)
            pytest.skip('only CAP_SYS_RESOURCE lifts the limit of another program')
    os.kill(process.pid, signal.SIGABRT)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -signal.SIGABRT
    left = set(os.listdir(place)) - before - {'state'}
    for name in left:
        os.unlink(place / name)
    return os.WCOREDUMP(status) or bool(left)
