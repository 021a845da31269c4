"""What outlives the process: a session, whose it is, which identity was chosen; where it is kept, and how safely."""

import errno
import os

import pytest

from support import accounts, stored
from support.accounts import KARI, kari, ola
from support.answers import BLOCKED, THROTTLED, quarantine
from support.credential_file import credential_file
from support.expecting import fails_with
from support.failing import check_error, fault, login_text
from support.model_service import APPLICATION, FJORD, HOME, ODD, PASSWORD, TOKEN, TWIN_1, USERNAME, log_in
from support.raw_server import hang
from support.readers import Waiting
from support.small_disk import small_disk
from support.waiting import wait_for

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason='only root can give files away')


@pytest.fixture
def shared(tmp_path):
    """The folder that mounts of `remount` keep their sessions in."""
    return tmp_path / 'shared' / 'so24fs'


def check_kept(mounted, cookie, service):
    """The mount has found the session, and needs no Login."""
    assert mounted.read('cookie') == cookie
    assert len(service.calls('Login')) == 1


# --- again and again ---

def test_a_daemon_that_is_killed_50_times_logs_in_once(remount, service):
    mounted = remount(service.url, limit=300)
    log_in(mounted)
    mounted.write('identity', f'{FJORD}\n')
    cookie = mounted.read('cookie')
    for _ in range(50):
        mounted.kill()
        mounted = remount(service.url, limit=300)
        assert mounted.read('cookie') == cookie
        assert mounted.read('identity') == f'{FJORD}\n'
    assert len(service.calls('Login')) == 1


@pytest.mark.parametrize('end', ['terminate', 'unmount', 'kill'])
def test_however_a_daemon_ends_the_next_one_is_told_of_the_same_session(remount, service, end):
    mounted = remount(service.url)
    log_in(mounted, identity_id=TWIN_1)
    cookie = mounted.read('cookie')
    getattr(mounted, end)()
    again = remount(service.url)
    check_kept(again, cookie, service)
    assert service.model.sessions == {cookie.strip(): TWIN_1}
    assert again.read('current/id') == f'{TWIN_1}\n'


def test_after_a_logout_nothing_is_found(remount, service):
    mounted = remount(service.url)
    log_in(mounted)
    mounted.write('logout', 'x')
    mounted.kill()
    with fails_with(errno.ENOKEY):
        remount(service.url).read('cookie')


def test_a_session_that_ended_while_nobody_was_there_is_not_served(remount, service):
    mounted = remount(service.url)
    log_in(mounted)
    mounted.kill()
    service.model.end_sessions()
    again = remount(service.url)
    with fails_with(errno.EKEYEXPIRED):
        again.read('cookie')
    log_in(again)
    assert again.read('cookie')


def test_a_switch_while_nobody_was_there_is_noticed(remount, service):
    mounted = remount(service.url)
    log_in(mounted)
    mounted.write('identity', f'{FJORD}\n')
    mounted.kill()
    service.model.switch_sessions(ODD)
    with fails_with(errno.EKEYREVOKED):
        remount(service.url).read('cookie')


# --- where, and what is in it ---

@pytest.mark.parametrize('variables, place', [
    ({'STATE_DIRECTORY': '{}/systemd', 'XDG_STATE_HOME': '{}/xdg'}, 'systemd'),
    ({'STATE_DIRECTORY': '{0}/first:{0}/second'}, 'first'),
    ({'XDG_STATE_HOME': '{}/xdg', 'HOME': '{}/home'}, 'xdg/so24fs'),
    ({'XDG_STATE_HOME': '', 'HOME': '{}/home'}, 'home/.local/state/so24fs'),
], ids=['STATE_DIRECTORY', 'several of them', 'XDG_STATE_HOME', 'HOME'])
def test_the_record_is_where_it_is_looked_for(mount, service, tmp_path, variables, place):
    environment = {name: value.format(tmp_path) for name, value in variables.items()}
    mounted = mount(service.url, env=environment)
    log_in(mounted)
    cookie = mounted.read('cookie')
    mounted.kill()
    path = stored.record(tmp_path / place)
    assert path.name.startswith('test-')
    assert (path.stat().st_mode & 0o7777, path.parent.stat().st_mode & 0o7777) == (0o600, 0o700)
    check_kept(mount(service.url, env=environment), cookie, service)


def test_a_record_is_found_by_source_and_endpoint(mount, service, start_service, tmp_path):
    environment = {'XDG_STATE_HOME': str(tmp_path / 'shared')}
    first = mount(service.url, env=environment)
    log_in(first)
    for other in mount(service.url, env=environment, source='other'), mount(start_service().url, env=environment):
        with fails_with(errno.ENOKEY):
            other.read('cookie')
    check_kept(mount(service.url, env=environment), first.read('cookie'), service)


def test_a_record_holds_the_session_and_whose_it_is_but_nothing_to_log_in_with(remount, service, shared):
    mounted = remount(service.url)
    log_in(mounted)
    cookie = mounted.read('cookie').strip()
    mounted.write('identity', f'{FJORD}\n')
    path = stored.record(shared)
    assert stored.field(path, 'session') == cookie
    assert stored.field(path, 'owner') == f'{APPLICATION} user {USERNAME}'
    assert stored.field(path, 'chosen') == FJORD
    assert PASSWORD not in path.read_text()


def test_a_record_of_a_token_login_does_not_hold_the_token(remount, service, shared):
    mounted = remount(service.url)
    mounted.write('login', f'token = {TOKEN}\napplication_id = {APPLICATION}\n')
    text = stored.record(shared).read_text()
    assert mounted.read('cookie').strip() in text
    assert TOKEN not in text and TOKEN.replace('-', '') not in text


def test_a_record_of_a_rejected_credential_does_not_hold_it(remount, service, shared, tmp_path, secrets):
    secrets.add('not the right password')
    text = login_text(password='not the right password')
    mounted = remount(service.url, credentials=credential_file(tmp_path / 'credential', text))
    with fails_with(errno.EKEYREJECTED):
        mounted.read('cookie')
    assert 'the service rejected the credential' in stored.record(shared).read_text()
    assert 'not the right password' not in stored.record(shared).read_text()


def test_nothing_else_is_left_behind(remount, service, shared):
    mounted = remount(service.url)
    log_in(mounted)
    mounted.terminate()
    name = stored.record(shared).name
    assert stored.files(shared) == sorted([name, name.replace('.session', '.lock')])
    mounted = remount(service.url)
    mounted.write('identity', f'{FJORD}\n')
    mounted.kill()
    remount(service.url).terminate()
    assert stored.files(shared) == sorted([name, name.replace('.session', '.lock')])


def test_without_a_store_nothing_is_written_and_nothing_found(remount, service, tmp_path):
    mounted = remount(service.url, store='none')
    log_in(mounted)
    mounted.write('identity', f'{FJORD}\n')
    mounted.terminate()
    assert not (tmp_path / 'shared').exists()
    with fails_with(errno.ENOKEY):
        remount(service.url, store='none').read('cookie')


def test_a_mount_without_a_store_does_not_look_at_what_others_stored(remount, service, shared):
    log_in(remount(service.url))
    before = stored.record(shared).read_bytes()
    mounted = remount(service.url, store='none')
    with fails_with(errno.ENOKEY):
        mounted.read('cookie')
    log_in(mounted)
    assert stored.record(shared).read_bytes() == before


# --- what may have happened to it ---

@pytest.mark.parametrize('happens, suffix', [
    (stored.change_a_byte, 'damaged'), (stored.cut_off, 'damaged'), (stored.empty, 'damaged'),
    (stored.make_huge, 'damaged'), (stored.write_garbage, 'damaged'), (stored.raise_version, 'future'),
    (stored.open_to_others, 'foreign'), pytest.param(stored.give_away, 'foreign', marks=AS_ROOT),
    (stored.replace_by_a_folder, 'foreign'), (stored.replace_by_a_link, 'foreign'),
    (stored.replace_by_a_fifo, 'foreign'),
], ids=lambda value: value.__name__ if callable(value) else value)
def test_a_record_that_cannot_be_trusted_is_set_aside_and_the_mount_works(remount, service, shared, happens, suffix):
    mounted = remount(service.url)
    log_in(mounted)
    mounted.terminate()
    path = stored.record(shared)
    happens(path)
    mounted = remount(service.url)
    with fails_with(errno.ENOKEY):
        mounted.read('cookie')
    assert f'{path.name} is not used: ' in mounted.log_text()
    assert f'{path.name}.{suffix}' in stored.files(shared)
    log_in(mounted)
    cookie = mounted.read('cookie')
    mounted.kill()
    assert remount(service.url).read('cookie') == cookie
    assert len(service.calls('Login')) == 2


@pytest.mark.parametrize('place', ['a file', 'open to others', "somebody else's"])
def test_a_folder_that_cannot_be_trusted_is_not_used_and_the_mount_works(remount, service, shared, place):
    shared.parent.mkdir()
    if place == 'a file':
        shared.write_text('')
    else:
        shared.mkdir()
        shared.chmod(0o777)
    if place == "somebody else's":
        if os.getuid() != 0:
            pytest.skip('only root can give folders away')
        shared.chmod(0o700)
        os.chown(shared, stored.NOBODY, stored.NOBODY)
    mounted = remount(service.url)
    assert 'nothing will be kept for the next run: ' in mounted.log_text()
    log_in(mounted)
    assert mounted.read('cookie').strip() in service.model.sessions
    assert shared.is_file() or stored.files(shared) == []


# --- whose it is ---

@pytest.mark.parametrize('start', ['a file', 'written'])
def test_a_credential_of_another_user_never_gets_that_session(remount, sandbox, tmp_path, secrets, start):
    mounted = remount(sandbox.url)
    accounts.log_in(mounted)
    mounted.write('identity', f'{ola(2)}\n')
    olas = mounted.read('cookie')
    mounted.kill()
    secrets.add(KARI.password)
    text = KARI.lines(identity_id=kari(2))
    if start == 'a file':
        mounted = remount(sandbox.url, credentials=credential_file(tmp_path / 'credential', text))
    else:
        mounted = remount(sandbox.url)
        mounted.write('login', text)
    karis = mounted.read('cookie')
    assert karis != olas
    assert mounted.read('identity') == f'{kari(2)}\n'
    mounted.kill()
    assert remount(sandbox.url).read('cookie') == karis
    assert sandbox.calls('Login') == 2


# --- what has to wait, has to wait after a restart, too ---

@pytest.fixture
def start(remount, service, tmp_path):
    """A factory of mounts with the right credential in a file, who back off for as long as a test takes."""
    path = credential_file(tmp_path / 'credential', login_text())
    return lambda **others: remount(service.url, credentials=path, **{'backoff_min': 600, **others})


def check_no_call(mounted, service, number, says):
    """The cookie is refused without a call, and `error` tells the old reason."""
    asked = len(service.calls())
    for _ in range(3):
        with fails_with(number):
            mounted.read('cookie')
    check_error(mounted, 'cookie', number, says)
    assert len(service.calls()) == asked


@pytest.mark.parametrize('end', ['terminate', 'kill'])
@pytest.mark.parametrize('text, number, says', [
    (THROTTLED, errno.EBUSY, THROTTLED), (BLOCKED, errno.EACCES, 'is blocked'),
    (quarantine('2099-01-02T03:04:05Z'), errno.EDQUOT, '2099-01-02T03:04:05Z'),
], ids=['throttled', 'blocked', 'quarantine'])
def test_a_refusal_holds_after_a_restart(start, service, text, number, says, end):
    mounted = start()
    service.next('Login', fault(text))
    with fails_with(number):
        mounted.read('cookie')
    for _ in range(3):
        getattr(mounted, end)()
        mounted = start()
        check_no_call(mounted, service, number, says)
    assert len(service.calls('Login')) == 1


def test_a_quarantine_of_a_live_session_holds_after_a_restart(start, service):
    mounted = start(check_ttl=0)
    cookie = mounted.read('cookie')
    service.next('HasSession', fault(quarantine('2099-01-02T03:04:05Z')))
    with fails_with(errno.EDQUOT):
        mounted.read('cookie')
    mounted.kill()
    check_no_call(start(check_ttl=0), service, errno.EDQUOT, '2099-01-02T03:04:05Z')
    assert set(service.model.sessions) == {cookie.strip()}


def test_who_is_killed_in_the_middle_of_a_login_does_not_log_in_again_at_once(start, service):
    service.always('Login', hang)
    mounted = start()
    with Waiting(mounted, ['cat', 'mnt/cookie']):
        wait_for(lambda: service.calls('Login'), what='the Login')
        mounted.kill()
    service.always('Login', None)
    for _ in range(3):
        mounted = start()
        check_no_call(mounted, service, errno.EBUSY, 'in the middle of a login')
        mounted.kill()
    assert len(service.calls('Login')) == 1


def test_a_cookie_that_was_withheld_is_withheld_after_a_restart(start, service):
    mounted = start(check_ttl=0)
    mounted.write('identity', FJORD)
    service.model.switch_sessions(HOME)
    with fails_with(errno.EKEYREVOKED):
        mounted.read('cookie')
    mounted.kill()
    service.model.switch_sessions(FJORD)
    mounted = start(check_ttl=0)
    check_no_call(mounted, service, errno.EKEYREVOKED, HOME)
    mounted.write('identity', FJORD)
    assert mounted.read('cookie').strip() in service.model.sessions


@pytest.mark.parametrize('end', ['terminate', 'kill'])
def test_the_chosen_identity_is_put_back_by_a_login_after_a_restart(start, service, end):
    mounted = start()
    mounted.write('identity', FJORD)
    getattr(mounted, end)()
    service.model.end_sessions()
    mounted = start()
    assert service.model.sessions == {}
    assert service.model.sessions.get(mounted.read('cookie').strip()) == FJORD


# --- a full disk ---

@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / 'shared') as mounted_disk:
        yield mounted_disk


def test_a_disk_that_was_full_at_the_start_does_not_keep_the_mount_from_serving(remount, service, disk):
    disk.fill()
    mounted = remount(service.url)
    log_in(mounted)
    mounted.write('identity', f'{FJORD}\n')
    assert service.model.sessions == {mounted.read('cookie').strip(): FJORD}
    assert 'the session is not stored in' in mounted.log_text()
    mounted.kill()
    with fails_with(errno.ENOKEY):
        remount(service.url).read('cookie')


def test_a_disk_that_fills_up_does_not_cost_the_session(remount, service, disk):
    mounted = remount(service.url)
    disk.fill()
    log_in(mounted)
    cookie = mounted.read('cookie')
    mounted.kill()
    check_kept(remount(service.url), cookie, service)


def test_a_disk_that_fills_up_does_not_keep_switches_from_being_stored(remount, service, disk):
    mounted = remount(service.url)
    disk.fill()
    log_in(mounted)
    for identity in FJORD, ODD, TWIN_1, HOME, FJORD:
        mounted.write('identity', identity)
    mounted.kill()
    assert remount(service.url).read('identity') == f'{FJORD}\n'


def test_when_there_is_room_again_the_session_is_stored(remount, service, disk):
    disk.fill()
    mounted = remount(service.url)
    log_in(mounted)
    assert 'the session is not stored in' in mounted.log_text()
    disk.make_room()
    mounted.write('identity', f'{FJORD}\n')
    assert 'the session is stored in' in mounted.log_text()
    cookie = mounted.read('cookie')
    mounted.kill()
    again = remount(service.url)
    check_kept(again, cookie, service)
    assert again.read('identity') == f'{FJORD}\n'
