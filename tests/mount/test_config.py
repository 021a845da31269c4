"""Configuration files: SOURCE names them, the command line outweighs them, and it is told what comes from where."""

import json
import os
import subprocess

import pytest

from support import programs
from support.accounts import OLA
from support.configured import configure, system_configuration
from support.credential_file import credential_file
from support.daemons import daemons_of, start, unmount
from support.mount import is_mount_point
from support.shells import run
from support.users import temporary_user


@pytest.fixture
def name():
    """One that no other test, nor this machine, has a file for."""
    return f'so24test{os.getpid()}'


def status(place):
    return json.loads((place / 'mnt' / 'status.json').read_text())


def settings_of(output):
    """What --print-config has printed: for each place, the settings that come from there."""
    places, at = {}, None
    for line in output.splitlines():
        if line.startswith('# ') and line.endswith(':'):
            at = places.setdefault(line[2:-1], {})
        elif ' = ' in line:
            key, value = line.split(' = ', 1)
            at[key] = value
    return places


# --- mounting by name ---

def test_a_name_alone_mounts_what_its_file_says_where_its_file_says(place, sandbox, secrets):
    credential_file(place / 'login', OLA.lines())
    configure(place, 'acme', endpoint=sandbox.url, credentials=place / 'login', rate=123, mountpoint=place / 'mnt')
    assert start('acme', cwd='/', home=place) == (0, '', '')
    told = status(place)
    assert (told['source'], told['endpoint'], told['budget_rate']) == ('acme', sandbox.url, 123)
    secrets.add((place / 'mnt' / 'cookie').read_text().strip())
    assert (place / 'mnt' / 'session').read_text() == 'true\n'
    unmount(place / 'mnt')


def test_the_command_line_outweighs_the_file(place, sandbox):
    configure(place, 'acme', endpoint='http://127.0.0.1:9/', rate=123, check_ttl=5, mountpoint='/nowhere')
    assert start('-o', f'endpoint={sandbox.url}', 'acme', place / 'mnt', '-orate=77', cwd=place) == (0, '', '')
    told = status(place)
    assert (told['endpoint'], told['budget_rate'], told['mountpoint']) == (sandbox.url, 77, str(place / 'mnt'))
    unmount(place / 'mnt')


def test_the_users_file_outweighs_the_machines(place, name, sandbox):
    with system_configuration(name, endpoint=sandbox.url, rate=123, mountpoint=place / 'elsewhere'):
        configure(place, name, rate=77, mountpoint='~/mnt')
        assert start(name, cwd=place) == (0, '', '')
        told = status(place)
        assert (told['endpoint'], told['budget_rate']) == (sandbox.url, 77)
        unmount(place / 'mnt')


@pytest.mark.parametrize('source', ['nobody', 'ola@example.com', '../acme', '/etc/acme', '.acme', 'with blanks', 'a,b'])
def test_a_name_without_a_file_is_only_a_name(place, sandbox, source):
    configure(place, 'acme', rate=77)
    assert start('-o', f'endpoint={sandbox.url}', source, place / 'mnt', cwd=place) == (0, '', '')
    assert (status(place)['source'], status(place)['budget_rate']) == (source, 7200)
    unmount(place / 'mnt')


def test_options_of_the_kernel_in_a_file_reach_the_kernel(place, sandbox):
    configure(place, 'acme', endpoint=sandbox.url, mountpoint='~/mnt', noatime='yes', allow_other='yes', nosuid='yes',
              nodev='no')
    assert start('-o', 'noallow_other', 'acme', cwd=place) == (0, '', '')
    found = run(['findmnt', '-no', 'OPTIONS', 'mnt'], place).stdout.decode()
    assert 'noatime' in found and 'allow_other' not in found, found
    unmount(place / 'mnt')


# --- mistakes ---

MISTAKES = {
    'an unknown key': ('[mount]\nchek_ttl = 5\n', 0o644, 'unknown key chek_ttl; did you mean check_ttl?'),
    'an unknown group': ('[mnt]\n', 0o644, 'unknown group [mnt]; did you mean [mount]?'),
    'a bad value': ('[mount]\nrate = much\n', 0o644, 'option rate is not a number from 1 to 1000000'),
    'no group': ('rate = 5\n', 0o644, '[mount]'),
    'no setting': ('[mount]\nrate 5\n', 0o644, 'line 2'),
    'a password': ('[mount]\npassword = hunter2\n', 0o644, 'password belongs into a file of its own'),
    'a file that the group may write': ('[mount]\nrate = 5\n', 0o664, 'may be written by group or others'),
    'a file that all may write': ('[mount]\nrate = 5\n', 0o646, 'chmod go-w'),
}


@pytest.mark.parametrize('switches', [[], ['-f'], ['--print-config']], ids=['background', 'foreground', 'printing'])
@pytest.mark.parametrize('mistake', MISTAKES)
def test_a_mistake_in_the_file_is_told_with_its_name_and_nothing_is_mounted(place, switches, mistake):
    text, mode, says = MISTAKES[mistake]
    path = configure(place, 'acme', text, mode)
    code, output, told = start(*switches, 'acme', place / 'mnt', cwd=place)
    assert code != 0 and output == ''
    assert told.startswith(f'so24fs: {path}: ') and told.count('\n') == 1 and says in told, told
    assert 'hunter2' not in told
    assert not is_mount_point(place / 'mnt')


def test_a_name_without_a_mountpoint_is_told_where_one_could_stand(place):
    code, output, told = start('acme', cwd=place)
    assert code != 0 and output == '' and told.count('\n') == 1
    assert f'/etc/so24fs/acme.conf or {place}/.config/so24fs/acme.conf' in told


# --- --print-config ---

def test_what_is_printed_says_where_each_value_comes_from(place, name):
    with system_configuration(name, rate=123, check_ttl=5, allow_other='yes') as machines:
        own = configure(place, name, check_ttl=6, max_read=4096)
        code, output, told = start('--print-config', name, '-o', 'timeout=7,audit', cwd=place)
        assert (code, told) == (0, '')
        settings = settings_of(output)
        assert settings[f'from {machines}'] == {'rate': '123', 'allow_other': 'yes'}
        assert settings[f'from {own}'] == {'check_ttl': '6', 'max_read': '4096'}
        assert settings['from the command line'] == {'timeout': '7', 'audit': 'yes'}
        assert settings['built in']['keepalive'] == '600'
        assert output.startswith('[mount]\n')


def test_what_is_printed_is_a_file_that_says_the_same(place):
    configure(place, 'acme', rate=77, ca_file='/a,b c\\\\d', mountpoint='~/mnt')
    first = start('--print-config', 'acme', '-o', 'context=a\\,b,mode=0440,nosuid', cwd=place)[1]
    copy = configure(place, 'copy', first)
    second = start('--print-config', 'copy', cwd=place)[1]
    everything = {key: value for part in settings_of(first).values() for key, value in part.items()}
    assert settings_of(second) == {f'from {copy}': everything}


def test_printing_reads_no_credential_and_mounts_nothing(place, secrets):
    credential_file(place / 'login', OLA.lines())
    configure(place, 'acme', credentials=place / 'login', mountpoint='~/mnt')
    code, output, told = start('--print-config', 'acme', cwd=place)
    assert code == 0 and told == '' and f'credentials = {place}/login\n' in output
    assert OLA.password not in output
    assert not is_mount_point(place / 'mnt') and not daemons_of(place / 'mnt')


def test_what_cannot_be_printed_is_a_failure(place):
    with open('/dev/full', 'w', encoding='ascii') as full:
        done = subprocess.run([programs.daemon_program(), '--print-config', 'acme'], stdout=full,
                              env=programs.clean_environment(place), timeout=10)
    assert done.returncode != 0


# --- who may read and write them ---

@pytest.fixture
def user():
    with temporary_user(own_device=True) as someone:
        yield someone


def test_a_user_has_the_machines_file_and_his_own(user, name):
    with system_configuration(name, rate=123, check_ttl=5) as machines:
        own = configure(user.home, name, mountpoint='~/mnt', check_ttl=7)
        os.chown(own, user.entry.pw_uid, user.entry.pw_gid)
        printed = user.run('./so24fs', '--print-config', name)
        assert (printed.returncode, printed.stderr) == (0, '')
        settings = settings_of(printed.stdout)
        assert settings[f'from {machines}'] == {'rate': '123'}
        assert settings[f'from {own}'] == {'check_ttl': '7', 'mountpoint': str(user.mountpoint)}


def test_a_machines_file_that_a_user_may_not_read_is_not_passed_over(user, name):
    with system_configuration(name, mode=0o600, rate=123) as path:
        refused = user.run('./so24fs', name, 'mnt')
        assert refused.returncode != 0
        assert refused.stderr == f'so24fs: {path}: Permission denied\n'


def test_a_machines_folder_that_is_closed_to_a_user_is_none_for_him(user, name):
    with system_configuration(name, folder_mode=0o700, rate=123):
        printed = user.run('./so24fs', '--print-config', name)
        assert (printed.returncode, printed.stderr) == (0, '')
        assert settings_of(printed.stdout)['built in']['rate'] == '7200'


def test_root_does_not_follow_the_file_of_a_user(user, place):
    path = configure(user.home, 'acme', endpoint='https://example.com/', mountpoint='~/mnt')
    os.chown(path, user.entry.pw_uid, user.entry.pw_gid)
    code, output, told = start('acme', cwd=user.home)
    assert code != 0 and output == ''
    assert told == f'so24fs: {path}: belongs to user {user.entry.pw_uid}, who is neither you (0) nor root\n'
