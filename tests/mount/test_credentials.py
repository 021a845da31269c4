"""A credential in a file: what file it may be, when it is read, what outweighs it, and where it never shows."""

import errno
import json
import os
import signal
from pathlib import Path

import pytest

from support import accounts, daemons
from support.accounts import KARI, OLA, kari, ola
from support.credential_file import credential_file
from support.expecting import fails_with
from support.failing import login_text
from support.holding import file_names
from support.model_service import APPLICATION, FJORD, HOME, PASSWORD, TOKEN, USERNAME, log_in
from support.mount import MountFailed, is_mount_point
from support.stored import NOBODY
from support.waiting import wait_for

OTHER = 'another password than before'
FORMS = {
    'lines': login_text(),
    'XML': f'<credential><Username>{USERNAME}</Username><ApplicationId>{APPLICATION}</ApplicationId>'
           "<Password>correct horse &lt;&amp;&gt; 'bættery'</Password></credential>\n",
    'JSON': json.dumps({'username': USERNAME, 'password': PASSWORD, 'application_id': APPLICATION}),
    'a token': f'token = {TOKEN}\napplication_id = {APPLICATION}\n',
}
AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason='only root can give files away')


@pytest.fixture
def path(tmp_path, secrets):
    """A file with the right credential."""
    secrets.add(OTHER)
    return credential_file(tmp_path / 'credential', login_text())


def logins(service):
    return service.calls('Login') + service.calls('AuthenticateByToken')


def hang_up(mounted, says=' again'):
    """Has the daemon read the file again, and waits until it says so."""
    before = len(mounted.log_text())
    os.kill(mounted.pid, signal.SIGHUP)
    wait_for(lambda: says in mounted.log_text()[before:], what='a word on the file')


def end_session(mounted, service):
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'


# --- what it may be ---

@pytest.mark.parametrize('form', FORMS)
def test_a_credential_in_a_file_logs_in_when_somebody_reads_the_cookie_and_not_before(mount, service, path, form):
    credential_file(path, FORMS[form])
    mounted = mount(service.url, {'credentials': path})
    assert mounted.read('session') == 'false\n'
    assert 'cookie' in mounted.list()
    assert service.calls() == []
    assert mounted.read('cookie').strip() in service.model.sessions
    assert len(logins(service)) == 1


def test_the_identity_logs_in_too_and_the_list_needs_no_session(mount, service, path):
    mounted = mount(service.url, {'credentials': path})
    assert 'Fjord & Fjell AS' in mounted.list('identities')
    assert [call.operation for call in service.calls()] == ['GetIdentitiesWithCredential']
    assert mounted.read('identity') == f'{HOME}\n'
    assert len(logins(service)) == 1


def test_the_application_may_be_the_mounts_and_the_identity_the_files(mount, service, path):
    credential_file(path, f'username = {USERNAME}\npassword = {PASSWORD}\nidentity_id = {FJORD}\n')
    mounted = mount(service.url, {'credentials': path, 'application_id': APPLICATION})
    assert mounted.read('identity') == f'{FJORD}\n'
    assert service.model.sessions == {mounted.read('cookie').strip(): FJORD}


def test_a_link_to_a_file_will_do(mount, service, path, tmp_path):
    (tmp_path / 'link').symlink_to(path)
    mounted = mount(service.url, {'credentials': tmp_path / 'link'})
    assert mounted.read('cookie').strip() in service.model.sessions


def test_a_relative_path_stays_right_when_the_daemon_has_gone_elsewhere(service, path, tmp_path):
    place = tmp_path / 'mnt'
    place.mkdir()
    options = f'endpoint={service.url},credentials={path.name}'
    assert daemons.start('-o', options, 'acme', place, cwd=tmp_path) == (0, '', '')
    try:
        credential_file(path, login_text(identity_id=FJORD))
        os.kill(*daemons.daemons_of(place), signal.SIGHUP)
        wait_for(lambda: (place / 'identity').read_text() == f'{FJORD}\n', what='the new identity')
    finally:
        daemons.unmount(place)


def make_folder(path):
    path.unlink()
    path.mkdir()


def make_fifo(path):
    path.unlink()
    os.mkfifo(path, 0o600)


REFUSED = {
    'open to the group': (lambda path: path.chmod(0o640), 'is open to group or others'),
    'open to others': (lambda path: path.chmod(0o604), 'is open to group or others'),
    'to be run by others': (lambda path: path.chmod(0o601), 'is open to group or others'),
    'missing': (lambda path: path.unlink(), 'No such file or directory'),
    'a folder': (make_folder, 'is not a regular file'),
    'a FIFO': (make_fifo, 'is not a regular file'),
    'empty': (lambda path: credential_file(path, ''), 'is empty'),
    'too large': (lambda path: credential_file(path, login_text() + '#' * 65536), '65536'),
    'no credential': (lambda path: credential_file(path, 'hello\n'), ''),
    'an unknown key': (lambda path: credential_file(path, f'{login_text()}colour = red\n'), 'unknown key'),
    'a key twice': (lambda path: credential_file(path, f'{login_text()}password = {OTHER}\n'), ''),
    'without a password': (lambda path: credential_file(path, f'username = {USERNAME}\n'), 'password'),
    'two credentials': (lambda path: credential_file(path, FORMS['JSON'] * 2), ''),
    'a broken document': (lambda path: credential_file(path, FORMS['XML'].replace('</Username>', '')), ''),
}


@pytest.mark.parametrize('kind', REFUSED)
def test_a_file_that_will_not_do_refuses_the_mount_and_says_why(mount, service, path, tmp_path, secrets, kind):
    spoil, says = REFUSED[kind]
    spoil(path)
    with pytest.raises(MountFailed) as failed:
        mount(service.url, {'credentials': path})
    assert failed.value.status == 1
    assert f'credentials: {path}: ' in failed.value.log and says in failed.value.log
    assert secrets.found_in(failed.value.log) == []
    assert not is_mount_point(tmp_path / 'mount0' / 'mnt')
    assert service.calls() == []


@AS_ROOT
def test_somebody_elses_file_refuses_the_mount(mount, service, path):
    os.chown(path, NOBODY, NOBODY)
    with pytest.raises(MountFailed) as failed:
        mount(service.url, {'credentials': path})
    assert f'credentials: {path}: belongs to user {NOBODY}, not to you' in failed.value.log


def test_the_exit_status_says_it_in_the_background_too(mount, service, path):
    path.chmod(0o644)
    with pytest.raises(MountFailed) as failed:
        mount(service.url, {'credentials': path}, foreground=False)
    assert (failed.value.status, 'chmod 600' in failed.value.log) == (1, True)


# --- systemd's ---

@pytest.fixture
def laid_out(tmp_path):
    """A folder as systemd lays it out: laid_out('name', mode=0o440) puts the right credential there."""
    folder = tmp_path / 'credentials'
    folder.mkdir()

    def lay(name, text=login_text(), mode=0o440):
        credential_file(folder / name, text, mode)
        return {'CREDENTIALS_DIRECTORY': str(folder)}
    return lay


@pytest.mark.parametrize('name', ['test', 'so24fs', 'login', 'credentials', 'credential', 'any name at all'])
def test_what_systemd_lays_out_is_found(mount, service, laid_out, name):
    mounted = mount(service.url, env=laid_out(name))
    assert mounted.read('cookie').strip() in service.model.sessions


def test_of_several_that_systemd_lays_out_the_sources_own_is_taken(mount, service, laid_out):
    for name in 'so24fs', 'login', 'a certificate':
        laid_out(name, 'not this one')
    mounted = mount(service.url, env=laid_out('test'))
    assert mounted.read('cookie').strip() in service.model.sessions


def test_the_option_outweighs_what_systemd_lays_out(mount, service, laid_out, path):
    mounted = mount(service.url, {'credentials': path}, env=laid_out('test', 'not this one'))
    assert mounted.read('cookie').strip() in service.model.sessions


def test_nothing_of_systemds_is_taken_that_cannot_be_meant(mount, service, laid_out):
    laid_out('one')
    mounted = mount(service.url, env=laid_out('another'))
    with fails_with(errno.ENOKEY):
        mounted.read('cookie')
    assert service.calls() == []


def test_what_systemd_lays_out_must_be_closed_to_others(mount, service, laid_out):
    with pytest.raises(MountFailed) as failed:
        mount(service.url, env=laid_out('test', mode=0o444))
    assert 'is open to others' in failed.value.log


# --- when it changes ---

def test_at_sighup_a_new_password_is_read_and_keeps_session_and_identity(mount, service, path):
    mounted = mount(service.url, {'credentials': path})
    mounted.write('identity', FJORD)
    cookie = mounted.read('cookie')
    service.model.password = OTHER
    credential_file(path, login_text(password=OTHER))
    hang_up(mounted)
    assert mounted.read('cookie') == cookie
    assert len(logins(service)) == 1
    end_session(mounted, service)
    assert service.model.sessions[mounted.read('cookie').strip()] == FJORD
    assert len(logins(service)) == 2


def test_at_sighup_another_users_credential_drops_session_and_identity(mount, sandbox, path, secrets):
    secrets.add(OLA.password, KARI.password)
    credential_file(path, OLA.lines())
    mounted = mount(sandbox.url, {'credentials': path})
    mounted.write('identity', ola(2))
    olas = mounted.read('cookie')
    credential_file(path, KARI.lines(identity_id=kari(2)))
    hang_up(mounted)
    karis = mounted.read('cookie')
    assert karis != olas
    assert mounted.read('identity') == f'{kari(2)}\n'
    assert accounts.client_of(sandbox, karis).startswith(f'{KARI.identities()[1]["client"]["id"]} ')


def test_at_sighup_an_unchanged_file_changes_nothing(mount, service, path):
    mounted = mount(service.url, {'credentials': path})
    cookie = mounted.read('cookie')
    asked = len(service.calls())
    hang_up(mounted)
    assert mounted.read('cookie') == cookie
    assert len(service.calls()) == asked


@pytest.mark.parametrize('kind', ['open to others', 'missing', 'no credential'])
def test_at_sighup_a_file_that_will_not_do_leaves_the_credential_at_hand(mount, service, path, kind):
    mounted = mount(service.url, {'credentials': path})
    mounted.read('cookie')
    REFUSED[kind][0](path)
    hang_up(mounted, f'credentials: {path}: ')
    end_session(mounted, service)
    assert mounted.read('cookie').strip() in service.model.sessions


# --- when it is rejected ---

@pytest.fixture
def rejected(remount, service, path):
    """A mount whose file has the wrong password, and which has been told so; and what starts it again."""
    credential_file(path, login_text(password=OTHER))
    mounted = remount(service.url, credentials=path)
    with fails_with(errno.EKEYREJECTED):
        mounted.read('cookie')
    return mounted, lambda: remount(service.url, credentials=path)


def check_not_tried(mounted, service):
    for _ in range(3):
        with fails_with(errno.EKEYREJECTED):
            mounted.read('cookie')
    assert len(logins(service)) == 1


def test_a_rejected_file_is_not_tried_again_whatever_is_done_to_it_but_a_change(rejected, service, path):
    mounted, _ = rejected
    check_not_tried(mounted, service)
    path.touch()
    check_not_tried(mounted, service)
    credential_file(path, f'# the same\n{login_text(password=OTHER)}')
    check_not_tried(mounted, service)
    hang_up(mounted)
    check_not_tried(mounted, service)


@pytest.mark.parametrize('end', ['terminate', 'kill'])
def test_a_rejected_file_is_not_tried_again_after_a_restart(rejected, service, end):
    mounted, start = rejected
    for _ in range(3):
        getattr(mounted, end)()
        mounted = start()
        check_not_tried(mounted, service)


@pytest.mark.parametrize('again', [False, True], ids=['while it runs', 'over a restart'])
def test_a_file_that_changes_after_a_rejection_is_tried_once_by_itself(rejected, service, path, again):
    mounted, start = rejected
    if again:
        mounted.kill()
    credential_file(path, login_text())
    mounted = start() if again else mounted
    assert mounted.read('cookie').strip() in service.model.sessions
    assert len(logins(service)) == 2


def test_a_change_that_is_rejected_too_is_tried_once(rejected, service, path):
    mounted, _ = rejected
    credential_file(path, login_text(password='yet another one that is wrong'))
    for _ in range(3):
        with fails_with(errno.EKEYREJECTED):
            mounted.read('cookie')
    assert len(logins(service)) == 2


# --- what outweighs what ---

def test_what_is_written_outweighs_the_file(mount, service, path):
    credential_file(path, login_text(password=OTHER))
    mounted = mount(service.url, {'credentials': path})
    log_in(mounted)
    for _ in range(3):
        hang_up(mounted)
        end_session(mounted, service)
        assert mounted.read('cookie').strip() in service.model.sessions
    assert {call.field('Password') for call in logins(service)} == {PASSWORD}


def test_without_remember_what_was_written_does_not_renew(mount, service):
    mounted = mount(service.url, {'noremember': True})
    log_in(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions
    end_session(mounted, service)
    with fails_with(errno.EKEYEXPIRED):
        mounted.read('cookie')
    assert len(logins(service)) == 1


def test_without_remember_the_file_renews_what_was_written(mount, service, path):
    mounted = mount(service.url, {'credentials': path, 'remember': 'no'})
    log_in(mounted, identity_id=FJORD)
    end_session(mounted, service)
    assert service.model.sessions[mounted.read('cookie').strip()] == FJORD
    assert len(logins(service)) == 2


def test_a_logout_holds_until_the_file_is_read_again(mount, service, path):
    mounted = mount(service.url, {'credentials': path})
    mounted.read('cookie')
    mounted.write('logout', 'x')
    with fails_with(errno.ENOKEY):
        mounted.read('cookie')
    hang_up(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions
    assert len(logins(service)) == 2


# --- where it does not show ---

def test_what_the_file_holds_shows_nowhere(mount, service, path, secrets):
    mounted = mount(service.url, {'credentials': path}, debug=True)
    mounted.read('cookie')
    service.model.password = OTHER
    end_session(mounted, service)
    with fails_with(errno.EKEYREJECTED):
        mounted.read('cookie')
    shown = [mounted.read(name) for name in file_names(mounted)
             if Path(name).name not in ('cookie', 'identity') and Path(name).parent.name != 'export']
    shown += [Path(f'/proc/{mounted.pid}/{name}').read_text() for name in ('cmdline', 'environ', 'comm', 'mountinfo')]
    assert any(str(path) in text for text in shown)
    assert secrets.found_in('\n'.join([*shown, mounted.log_text()])) == []
