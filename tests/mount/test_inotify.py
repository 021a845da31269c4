"""Who watches files by inotify hears of each change of their content once, and of nothing else."""

import errno
import os
import subprocess

import pytest

from support import accounts
from support.accounts import ola
from support.answers import Identity
from support.expecting import fails_with
from support.model_service import FJORD, HOME, TWIN_1, log_in
from support.waiting import wait_for
from support.watching import CLOSE_WRITE, MODIFY, OPEN, InotifyWait, Queue, Watch, read_or_errno

LONG = os.environ.get('SO24_LONG')
TIMES = 1000 if LONG else 100
LIMIT = 900 if LONG else 120
SHORT = '310d5fd3-0002-4047-a03b-000000000007'
ROOT = ('session', 'cookie', 'identity', 'current')


@pytest.fixture
def mounted(mount, start_sandbox):
    """A mount that is logged in, and asks the service at each reading. `mounted.sandbox` is the service."""
    sandbox = start_sandbox('--calls-per-hour', 1000000)
    mounted = mount(sandbox.url, {'check_ttl': 0, 'rate': 1000000}, limit=LIMIT)
    mounted.sandbox = sandbox
    accounts.log_in(mounted)
    return mounted


def renew(mounted):
    """The session ends, and somebody reads: there is another one."""
    mounted.sandbox.expire()
    return mounted.read('cookie')


def switch(mounted, identity_id):
    """A write without O_TRUNC, so that the kernel tells of it once."""
    descriptor = os.open(mounted.path / 'identity', os.O_WRONLY)
    try:
        os.write(descriptor, f'{identity_id}\n'.encode())
    finally:
        os.close(descriptor)


# --- each change, once ---

def test_each_renewal_is_seen_once_and_the_new_cookie_can_be_read_at_once(mounted):
    cookie, folder = mounted.path / 'cookie', mounted.path
    with InotifyWait(mounted.folder, cookie) as tool, Watch(cookie) as of_file, Watch(folder) as of_folder:
        for count in range(1, TIMES + 1):
            new = renew(mounted)
            for watch in of_file, of_folder:
                assert [(seen.name, seen.content) for seen in watch.wait_for('cookie')] == [('cookie', new)]
            tool.wait_for(count)
        assert tool.lines() == [str(cookie)] * TIMES
    assert mounted.sandbox.calls('Login') == TIMES + 1


def test_each_switch_is_seen_once_and_leaves_the_cookie_alone(mounted):
    ids = [ola(2), ola(3), ola(4)]
    paths = [mounted.path / name for name in ('identity', 'cookie', 'session')]
    with InotifyWait(mounted.folder, *paths) as tool, Watch(mounted.path) as folder:
        for count in range(1, TIMES + 1):
            identity = ids[count % 3]
            switch(mounted, identity)
            seen = {one.name: one.content for one in folder.wait_for('identity', 'current')}
            assert seen.keys() == {'identity', 'current'}
            assert seen['identity'] == f'{identity}\n' and seen['current'].endswith(identity)
            tool.wait_for(count)
        assert tool.lines() == [str(mounted.path / 'identity')] * TIMES


def test_a_check_of_the_same_session_wakes_nobody(mounted):
    before = mounted.sandbox.calls('HasSession')
    with InotifyWait(mounted.folder, mounted.path, mounted.path / 'cookie') as tool, Watch(mounted.path) as folder:
        for _ in range(TIMES):
            for name in 'session', 'cookie', 'identity':
                mounted.read(name)
        assert mounted.sandbox.calls('HasSession') >= before + 3 * TIMES
        renew(mounted)
        assert [seen.name for seen in folder.wait_for('cookie')] == ['cookie']
        tool.wait_for(2)
        assert tool.lines() == [str(mounted.path / 'cookie')] * 2


def test_looking_at_everything_wakes_nobody(mounted):
    with Watch(mounted.path) as folder:
        for command in (['ls', '-lR'], ['cat', 'README', 'cookie', 'error'], ['dd', 'if=session', 'iflag=direct'],
                        ['find', '.', '-type', 'f', '-size', '+0'], ['tar', 'cf', '/dev/null', '.'], ['df', '.']):
            subprocess.run(command, cwd=mounted.path, check=True, capture_output=True)
        renew(mounted)
        assert [seen.name for seen in folder.wait_for('cookie')] == ['cookie']


def test_a_script_that_waits_for_the_next_change_goes_on(mounted):
    command = ['inotifywait', '-e', 'modify', 'cookie']
    with subprocess.Popen(command, cwd=mounted.path, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as script:
        while 'established' not in script.stderr.readline():
            assert script.poll() is None
        mounted.read('cookie')
        renew(mounted)
        assert script.communicate(timeout=10)[0] == 'cookie MODIFY \n'
        assert script.returncode == 0


def test_tail_of_events_shows_each_renewal_and_each_switch_and_no_check(mounted):
    shown = mounted.folder / 'tail.out'
    with open(shown, 'wb') as output, subprocess.Popen(['tail', '-F', '-s', '0.05', mounted.path / 'events'],
                                                       stdout=output, stderr=subprocess.DEVNULL) as tail:
        wait_for(lambda: 'list' in words_of(shown), what='the lines that there are')
        before = len(words_of(shown))
        for count in range(TIMES):
            renew(mounted)
            switch(mounted, ola(2 + count % 2))
            mounted.read('session')
        wait_for(lambda: words_of(shown)[before:].count('switched') >= TIMES, what='all lines')
        tail.kill()
    assert [word for word in words_of(shown)[before:] if word != 'expired'] == ['renewed', 'switched'] * TIMES


def words_of(output):
    """The words of whole lines of events."""
    return [line.split(' ')[2] for line in output.read_text().splitlines(keepends=True) if line.endswith('\n')]


# --- which files ---

def test_a_first_login_is_seen_in_all_files_that_it_changes(mount, service):
    mounted = mount(service.url)
    with Queue(mounted.path) as folder:
        log_in(mounted)
        assert sorted(set(folder.names()) - {'login'}) == sorted(ROOT)
        assert len([name for name in folder.names() if name != 'login']) == len(ROOT)


def test_a_logout_is_seen_in_all_files_that_it_changes(mounted):
    with Watch(mounted.path) as folder:
        mounted.write('logout', '1\n')
        seen = {one.name: one.content for one in folder.wait_for(*ROOT)}
    assert seen['session'] == 'false\n'
    assert seen['cookie'] == seen['identity'] == seen['current'] == 'ENOKEY'


def test_a_login_as_somebody_else_changes_cookie_and_identity(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    with Queue(mounted.path) as folder:
        log_in(mounted, identity_id=FJORD)
        assert sorted(name for name in folder.names() if name != 'login') == ['cookie', 'current', 'identity']


def test_an_end_that_is_found_by_reading_session_is_seen_at_once(mounted):
    with Queue(mounted.path) as folder:
        mounted.sandbox.expire()
        assert mounted.read('session') == 'false\n'
        assert folder.names() == ['session', 'cookie']
        assert len(mounted.read('cookie')) > 8
        assert folder.names() == ['session', 'cookie', 'session']


def test_a_renewal_that_failed_is_seen_and_so_is_the_one_that_succeeds(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    with Watch(mounted.path / 'cookie') as watch:
        service.model.end_sessions()
        service.next('Login', service.fault('Out of order'))
        with fails_with(errno.EREMOTEIO):
            mounted.read('cookie')
        [refused] = watch.wait_for('cookie')
        assert refused.content in errno.errorcode.values()
        new = wait_for(lambda: len(read_or_errno(mounted.path / 'cookie')) > 20 and mounted.read('cookie'))
        assert [seen.content for seen in watch.wait_for('cookie')] == [new]


def test_a_cookie_that_is_withheld_is_seen_and_so_is_its_return(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    cookie = mounted.read('cookie')
    with Watch(mounted.path / 'cookie') as watch:
        service.model.switch_sessions(FJORD)
        with fails_with(errno.EKEYREVOKED):
            mounted.read('cookie')
        assert [seen.content for seen in watch.wait_for('cookie')] == ['EKEYREVOKED']
        mounted.write('identity', f'{HOME}\n')
        assert [seen.content for seen in watch.wait_for('cookie')] == [cookie]


def test_a_switch_by_somebody_elses_hand_is_seen(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    with Watch(mounted.path / 'identity') as watch:
        service.model.switch_sessions(TWIN_1)
        assert mounted.read('identity') == f'{TWIN_1}\n'
        assert [seen.content for seen in watch.wait_for('identity')] == [f'{TWIN_1}\n']


@pytest.mark.parametrize('check_ttl', [0, 60])
def test_what_another_mount_of_the_account_changes_is_seen(remount, service, check_ttl):
    mounted, other = (remount(service.url, check_ttl=check_ttl) for _ in range(2))
    with Watch(mounted.path) as watch:
        log_in(other)
        assert {'cookie', 'session'} <= {seen.name for seen in watch.wait_for('session', 'cookie', 'identity')}
        log_in(other)
        cookie = other.read('cookie')
        assert [seen.content for seen in watch.wait_for('cookie')] == [cookie]
        other.write('identity', f'{FJORD}\n')
        seen = {one.name: one.content for one in watch.wait_for('identity', 'current')}
    assert seen['identity'] == f'{FJORD}\n' and seen['current'].endswith(FJORD)


# --- an identity's own session ---

EXPORTS = ('cookies.txt', 'header', 'curlrc', 'env', 'cookie.raw')


def own_folder(mounted, number):
    identity = next(one for one in accounts.OLA.identities() if one['id'] == ola(number))
    return mounted.path / accounts.folder(identity)


def test_each_renewal_of_an_own_session_is_seen_once_in_its_folder_alone(mounted):
    folder, other = own_folder(mounted, 2), own_folder(mounted, 3)
    (other / 'cookie').read_text()
    (folder / 'cookie').read_text()
    with (Watch(folder) as watch, Watch(folder / 'cookie') as of_file, Watch(folder / 'export') as of_export,
          Queue(other) as of_other, Queue(mounted.path) as of_root):
        for _ in range(TIMES // 10):
            mounted.sandbox.expire()
            new = (folder / 'cookie').read_text()
            mounted.secrets.add(new.strip())
            assert [(seen.name, seen.content) for seen in watch.wait_for('cookie')] == [('cookie', new)]
            assert [seen.content for seen in of_file.wait_for('cookie')] == [new]
            exports = of_export.wait_for(*EXPORTS)
            assert sorted(seen.name for seen in exports) == sorted(EXPORTS)
            assert all(new.strip() in seen.content for seen in exports)
        assert of_other.names() == of_root.names() == []


def test_a_first_login_of_an_own_session_is_seen_and_a_switch_of_the_mounts_is_not(mounted):
    folder = own_folder(mounted, 2)
    with Queue(folder) as watch:
        assert (folder / 'session').read_text() == 'false\n'
        assert watch.names() == []
        mounted.secrets.add((folder / 'cookie').read_text().strip())
        assert sorted(watch.names()) == ['cookie', 'session']
        for number in 3, 2:
            switch(mounted, ola(number))
        (folder / 'cookie').read_text()
        assert sorted(watch.names()) == ['cookie', 'session']


def test_an_own_session_of_an_earlier_run_is_no_news(remount, service):
    first = remount(service.url, check_ttl=0)
    log_in(first)
    own = f'identities/Tvilling AS/{TWIN_1}'
    cookie = first.read(f'{own}/cookie')
    first.terminate()
    mounted = remount(service.url, check_ttl=0)
    with Queue(mounted.path / own) as watch:
        assert mounted.read(f'{own}/cookie') == cookie
        assert watch.names() == []
        service.model.end_sessions()
        log_in(mounted)
        assert mounted.read(f'{own}/cookie') != cookie
        assert watch.names() == ['cookie']


# --- writes ---

def shell_write(path, text):
    subprocess.run(['sh', '-c', 'printf %s "$1" > "$0"', path, text], check=False, capture_output=True)


@pytest.mark.parametrize('text', [f'{FJORD}\n', FJORD, f'{HOME}\n', 'no-such-client\n'],
                         ids=['a switch', 'a switch without a newline', 'no change', 'a mistake'])
def test_a_write_to_identity_is_told_as_on_any_other_file_system(mount, service, text):
    mounted = mount(service.url)
    log_in(mounted)
    plain = mounted.folder / 'plain'
    plain.write_text(f'{HOME}\n')
    events = MODIFY | OPEN | CLOSE_WRITE
    with Queue(plain, events) as of_plain, Queue(mounted.path / 'identity', events) as of_ours:
        shell_write(plain, text)
        shell_write(mounted.path / 'identity', text)
        assert of_ours.masks() == of_plain.masks() == [OPEN, MODIFY, CLOSE_WRITE]
        mounted.write('logout', '1\n')
        assert of_ours.masks() == [OPEN, MODIFY, CLOSE_WRITE, MODIFY]


def test_a_switch_that_is_made_by_the_close_is_seen_too(mount, service):
    """The name could have gone on; so the write, of which the kernel tells, came before the change."""
    service.model.identities += (Identity(SHORT, 'Fjord', 400000000007),)
    mounted = mount(service.url)
    log_in(mounted)
    for _ in range(10):
        with Watch(mounted.path / 'identity') as watch:
            descriptor = os.open(mounted.path / 'identity', os.O_WRONLY)
            os.write(descriptor, b'Fjord')
            assert [seen.content for seen in watch.wait_for('identity')] == [f'{HOME}\n']
            os.close(descriptor)
            assert [seen.content for seen in watch.wait_for('identity')] == [f'{SHORT}\n']
        mounted.write('identity', f'{HOME}\n')


def test_a_write_that_fails_does_not_hide_that_the_identity_has_changed(mount, service):
    """Somebody else switched, too, at the same time."""
    mounted = mount(service.url)
    log_in(mounted)
    with Watch(mounted.path / 'identity') as watch:
        service.before_answering = lambda: service.model.switch_sessions(TWIN_1)
        with fails_with(errno.EKEYREVOKED):
            switch(mounted, FJORD)
        assert [seen.content for seen in watch.wait_for('identity')] == [f'{TWIN_1}\n']
