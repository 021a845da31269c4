"""The mount as a share of Samba's: what docs/legacy.md says of it, read by smbclient."""

import os
import subprocess

import pytest

from support.accounts import OLA, folder, log_in, ola
from support.mount import is_mount_point
from support.samba import Changes, Connection, Samba
from support.users import temporary_people
from support.waiting import wait_for

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason='only root runs a server for several users')

BEARING = ['cookie', *(f'export/{name}' for name in ('cookies.txt', 'header', 'curlrc', 'env', 'cookie.raw'))]
PUBLIC = ['README', 'session', 'identity', 'error']
TIMES = 20
GONE = ('NT_STATUS_OBJECT_NAME_NOT_FOUND', 'NT_STATUS_OBJECT_PATH_NOT_FOUND')
REFUSED = 'NT_STATUS_ACCESS_DENIED'


@pytest.fixture(scope='module')
def people_and_group():
    with temporary_people('member', 'stranger', group='ops') as made:
        yield made


@pytest.fixture
def member(people_and_group):
    return people_and_group[0]['member'].name


@pytest.fixture
def stranger(people_and_group):
    return people_and_group[0]['stranger'].name


@pytest.fixture
def shared(remount, sandbox, people_and_group, tmp_path):
    """A factory of mounts that let the group in, to read and to write; shared(place=another) mounts where the other one was."""
    for above in tmp_path, *tmp_path.parents[:2]:
        above.chmod(0o755)
    group = people_and_group[1].gr_name
    return lambda place=None: remount(sandbox.url, limit=60, place=place, allow_other=True, check_ttl=0, group=group,
                                      write_group=group)


@pytest.fixture
def mounted(shared):
    made = shared()
    log_in(made)
    return made


@pytest.fixture
def samba(mounted, member, stranger, tmp_path):
    """Two shares: the mount itself, and the folder that it lies in."""
    server = Samba(tmp_path / 'samba', {'acme': mounted.path, 'above': mounted.folder}, [member, stranger])
    yield server
    server.close()


# --- who reads what ---

def test_a_member_of_the_group_reads_all_that_he_reads_on_the_machine(samba, mounted, member):
    with Connection(samba, member, 'acme') as connection:
        for name in BEARING + PUBLIC:
            assert connection.read(name) == mounted.read_bytes(name), name


def test_a_stranger_reads_what_bears_no_cookie(samba, mounted, stranger):
    with Connection(samba, stranger, 'acme') as connection:
        for name in BEARING:
            assert connection.read(name) == REFUSED, name
        for name in PUBLIC:
            assert connection.read(name) == mounted.read_bytes(name), name


def test_folders_are_listed_and_names_are_found_in_any_case(samba, mounted, member):
    name = folder(OLA.identities()[1])
    with Connection(samba, member, 'above') as connection:
        assert 'Ærlig Økonomi ÅS' in connection.do('ls mnt\\identities\\*')
        assert connection.read(f'mnt/{name}/client_name') == 'Ærlig Økonomi ÅS\n'.encode()
        assert connection.read('MNT/COOKIE') == mounted.read_bytes('cookie')


def test_what_is_vetoed_is_not_there_and_current_is_not_either(samba, member):
    with Connection(samba, member, 'acme') as connection:
        listed = connection.do('ls')
        for name in 'login', 'logout', 'identities', 'events':
            assert f' {name} ' not in listed
        for name in 'events', f'{folder(OLA.identities()[2])}/cookie', 'current/cookie':
            assert connection.read(name) in GONE


def test_events_is_read_as_far_as_it_goes(samba, mounted, member):
    assert samba.read(member, 'above', 'mnt/events') in mounted.read_bytes('events')


def test_nothing_is_written_that_the_same_user_may_write_on_the_machine(samba, mounted, people_and_group, member, tmp_path):
    (tmp_path / 'text').write_text(f'{ola(3)}\n')
    before = mounted.read('identity')
    for name in 'identity', 'logout', 'login', 'new':
        status, said = samba.run(member, 'above', f'put {tmp_path}/text mnt/{name}')
        assert status != 0 and REFUSED in said, name
    assert mounted.read('identity') == before
    assert people_and_group[0]['member'].run(['tee', 'identity'], mounted.path, f'{ola(3)}\n'.encode()).returncode == 0
    assert samba.read(member, 'acme', 'identity') == f'{ola(3)}\n'.encode()


def test_to_whom_the_mount_is_closed_the_share_is_closed_too(remount, sandbox, member, tmp_path):
    mounted = remount(sandbox.url)
    server = Samba(tmp_path / 'samba', {'acme': mounted.path, 'above': mounted.folder}, [member])
    try:
        assert server.read(member, 'acme', 'session') in (REFUSED, 'NT_STATUS_BAD_NETWORK_NAME')
        assert server.read(member, 'above', 'mnt/session') == REFUSED
    finally:
        server.close()


# --- what changes ---

def test_a_connection_that_stays_reads_the_new_cookie_after_each_renewal(samba, mounted, member, sandbox):
    with Connection(samba, member, 'acme') as connection:
        seen = set()
        for turn in range(TIMES):
            sandbox.expire()
            ours = mounted.read_bytes('cookie') if turn % 2 else None  # every other time it is they who need it first
            theirs = connection.read('cookie')
            assert theirs == mounted.read_bytes('cookie') == (ours or theirs)
            assert connection.read('export/cookie.raw') + b'\n' == theirs
            seen.add(theirs)
    assert len(seen) == TIMES


def test_who_asks_the_server_for_changes_is_told_of_a_renewal_and_a_switch(samba, mounted, member, sandbox):
    with Changes(samba, member, 'acme') as changes:
        sandbox.expire()
        cookie = mounted.read_bytes('cookie')
        wait_for(lambda: 'cookie' in changes.names(), what='the change of cookie')
        assert 'identity' not in changes.names()
        assert samba.read(member, 'acme', 'cookie') == cookie
        mounted.write('identity', f'{ola(3)}\n')
        wait_for(lambda: {'identity', 'current'} <= set(changes.names()), what='the change of identity')


def test_a_refusal_has_one_name_only_and_error_has_the_reason(samba, mounted, member):
    mounted.write('logout', '1\n')
    assert samba.read(member, 'acme', 'cookie') == REFUSED
    assert samba.read(member, 'acme', 'session') == b'false\n'
    assert b'ENOKEY' in samba.read(member, 'acme', 'error')


# --- another daemon ---

def test_after_a_restart_a_share_of_the_mount_is_dead_to_old_connections_and_one_of_the_folder_above_is_not(
        samba, shared, mounted, member):
    with Connection(samba, member, 'acme') as inside, Connection(samba, member, 'above') as above:
        cookie = mounted.read_bytes('cookie')
        assert inside.read('cookie') == above.read('mnt/cookie') == cookie
        mounted.terminate()
        again = shared(place=mounted.folder)
        assert inside.read('cookie') == REFUSED
        assert above.read('mnt/cookie') == again.read_bytes('cookie') == cookie  # kept
        assert samba.read(member, 'acme', 'cookie') == cookie  # a new connection


def test_an_open_connection_keeps_the_mount_busy_but_not_the_daemon(samba, mounted, member):
    with Connection(samba, member, 'acme') as connection:
        assert connection.read('session') == b'true\n'
        refused = subprocess.run(['fusermount3', '-u', mounted.path], capture_output=True)
        assert refused.returncode != 0 and b'busy' in refused.stderr
        mounted.terminate()
        assert not is_mount_point(mounted.path)


def test_a_killed_daemon_is_replaced_under_the_share(samba, shared, mounted, member):
    with Connection(samba, member, 'above') as above:
        cookie = above.read('mnt/cookie')
        mounted.kill()
        assert above.read('mnt/cookie').startswith('NT_STATUS_')
        mounted.detach()
        shared(place=mounted.folder)
        assert above.read('mnt/cookie') == cookie
