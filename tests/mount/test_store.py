"""What outlives the process: a session, whose it is, and which identity was chosen."""

import errno

import pytest

from support import accounts
from support.expecting import fails_with


@pytest.fixture
def remount(mount, sandbox, tmp_path):
    """A factory of mounts of one account that share the folder where the session is stored."""
    return lambda **options: mount(sandbox.url, options=options, env={'XDG_STATE_HOME': str(tmp_path / 'shared')})


def test_a_daemon_that_is_killed_again_and_again_logs_in_once(remount, sandbox):
    mounted = remount()
    accounts.log_in(mounted)
    mounted.write('identity', accounts.ola(2) + '\n')
    cookie = mounted.read('cookie')
    for _ in range(15):
        mounted.kill()
        mounted = remount()
        assert mounted.read('cookie') == cookie
        assert mounted.read('identity') == accounts.ola(2) + '\n'
    assert sandbox.calls('Login') == 1


def test_a_second_mount_of_the_account_finds_the_session_of_the_first(remount, sandbox):
    first, second = remount(), remount()
    accounts.log_in(first)
    assert second.read('cookie') == first.read('cookie')
    first.write('identity', accounts.ola(3) + '\n')
    assert second.read('identity') == accounts.ola(3) + '\n'
    assert sandbox.calls('Login') == 1


def test_without_a_store_nothing_is_left(remount):
    mounted = remount(store='none')
    accounts.log_in(mounted)
    mounted.terminate()
    with fails_with(errno.ENOKEY):
        remount(store='none').read('cookie')
