"""Readers in other namespaces than the daemon's: of the network, of users, of processes (docs/legacy.md)."""

import os
import subprocess

import pytest

from support.accounts import OLA, folder, log_in
from support.namespaces import Namespace
from support.users import temporary_people

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason='only root makes all kinds of namespaces')

DENIED = 'Permission denied'
TIMES = 20
KINDS = ['--net', '--user', '--ipc', '--uts']
AS_PROCESS_1 = ['unshare', '--pid', '--fork']
UNSHARE = ['unshare', '--user', '--map-root-user', '--net']


@pytest.fixture(scope='module')
def people_and_group():
    with temporary_people('member', 'stranger', group='ops') as made:
        yield made


@pytest.fixture
def shared(remount, sandbox, people_and_group):
    """Lets others in, and a group read the cookie."""
    made = remount(sandbox.url, allow_other=True, check_ttl=0, group=people_and_group[1].gr_name, limit=60)
    log_in(made)
    return made


def read_as_root_of_his_own(person, mounted, name):
    """He is root in a user namespace of his own, without a network: his uid there, and what he reads."""
    done = person.run([*UNSHARE, 'sh', '-c', 'id -u; exec cat "$0"', name], mounted.path)
    uid, _, content = done.stdout.partition(b'\n')
    assert uid == b'0', done.stderr
    return content or done.stderr.decode().strip().rpartition(': ')[2]


def test_a_container_without_a_network_reads_the_new_cookie_after_each_renewal(shared, sandbox):
    with Namespace('private', *KINDS) as container:
        assert container.run('curl', '-s', sandbox.url).returncode == 7  # cannot connect
        seen = set()
        for turn in range(TIMES):
            sandbox.expire()
            ours = shared.read_bytes('cookie') if turn % 2 else None
            theirs = container.read(shared.path / 'cookie', *AS_PROCESS_1)
            assert theirs == shared.read_bytes('cookie') == (ours or theirs)
            seen.add(theirs)
        assert len(seen) == TIMES


def test_the_mounter_reads_in_a_container_of_his_own_what_is_closed_to_all_others(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    done = subprocess.run([*UNSHARE, 'cat', mounted.path / 'cookie'], capture_output=True)
    assert done.stdout == mounted.read_bytes('cookie'), done.stderr


def test_who_is_root_in_a_namespace_of_his_own_reads_no_more_than_before(shared, people_and_group):
    member, stranger = (people_and_group[0][name] for name in ('member', 'stranger'))
    own = folder(OLA.identities()[2])
    for name in 'cookie', 'export/env', f'{own}/cookie':
        assert read_as_root_of_his_own(stranger, shared, name) == DENIED
        assert read_as_root_of_his_own(member, shared, name) == shared.read_bytes(name)
    assert read_as_root_of_his_own(stranger, shared, 'session') == b'true\n'


def test_the_audit_log_names_a_reader_in_a_container_as_the_machine_knows_him(remount, sandbox):
    mounted = remount(sandbox.url, allow_other=True, audit=True)
    log_in(mounted)
    with Namespace('private', *KINDS) as container:
        assert container.read(mounted.path / 'cookie', *AS_PROCESS_1) == mounted.read_bytes('cookie')
    [line] = [line for line in mounted.log_text().splitlines() if 'file="cookie"' in line and 'comm="cat"' in line]
    assert ' uid=0 ' in line and ' pid=1 ' not in line


# --- on top of it ---

def test_sshfs_serves_the_mount_on_and_keeps_up(shared, sandbox, tmp_path):
    """With a program in the place of ssh that starts the server's side at once."""
    script = tmp_path / 'ssh'
    script.write_text('#!/bin/sh\nexec /usr/lib/openssh/sftp-server\n')
    script.chmod(0o755)
    there = tmp_path / 'there'
    there.mkdir()
    subprocess.run(['sshfs', f'nowhere:{shared.path}', there, '-o', f'ssh_command={script}', '-o', 'ro'], check=True)
    try:
        for _ in range(TIMES):
            sandbox.expire()
            assert (there / 'cookie').read_text() == shared.read('cookie')
        assert (there / 'session').read_text() == 'true\n'
    finally:
        subprocess.run(['fusermount3', '-u', there], check=True)
