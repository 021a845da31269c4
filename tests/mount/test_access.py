"""Who may read the cookie, and who may write: options that the kernel holds every user to."""

import errno
import os
import stat

import pytest

from support import programs
from support.accounts import OLA, folder, log_in, ola
from support.daemons import start
from support.expecting import fails_with
from support.mount import is_mount_point
from support.shells import run
from support.users import temporary_people, temporary_user

BEARING = ['cookie', *(f'export/{name}' for name in ('cookies.txt', 'header', 'curlrc', 'env', 'cookie.raw'))]
OWN_DEVICE = 'mknod -m 666 fuse c 10 229 && mount --bind fuse /dev/fuse || exit 1'
PUBLIC = ['README', 'session', 'identity', 'error', 'current/id']


@pytest.fixture(scope='module')
def people_and_group():
    with temporary_people('member', 'stranger', group='ops') as made:
        yield made


@pytest.fixture
def member(people_and_group):
    return people_and_group[0]['member']


@pytest.fixture
def stranger(people_and_group):
    return people_and_group[0]['stranger']


@pytest.fixture
def group(people_and_group):
    return people_and_group[1]


@pytest.fixture
def mount_for(mount, sandbox):
    """A factory of mounts that are logged in and let others in."""
    def mount_it(**options):
        mounted = mount(sandbox.url, {'allow_other': True, **options})
        log_in(mounted)
        return mounted
    return mount_it


def check_reads(mounted, person, name):
    done = person.run(['cat', name], mounted.path)
    assert (done.returncode, done.stderr) == (0, b''), name
    assert done.stdout == mounted.read_bytes(name)


def check_denied(mounted, person, *command):
    done = person.run(command, mounted.path, text=b'x\n')
    assert done.returncode != 0 and b'Permission denied' in done.stderr, (command, done.stderr)


# --- reading ---

@pytest.mark.parametrize('by', ['name', 'number'])
def test_a_member_of_the_group_reads_the_cookie_and_a_stranger_does_not(mount_for, member, stranger, group, by):
    mounted = mount_for(group=group.gr_name if by == 'name' else group.gr_gid)
    for name in BEARING:
        check_reads(mounted, member, name)
        check_denied(mounted, stranger, 'cat', name)
    for name in PUBLIC:
        check_reads(mounted, stranger, name)


def test_what_a_member_reads_is_good(mount_for, sandbox, member, group):
    mounted = mount_for(group=group.gr_name)
    url = f'{sandbox.base}/Client/V001/ClientService.asmx'
    done = member.run(['curl', '-s', '-K', 'export/curlrc', url], mounted.path)
    assert b'400000000001' in done.stdout


def test_the_same_holds_for_an_identitys_own_cookie(mount_for, member, stranger, group):
    mounted = mount_for(group=group.gr_name)
    for name in BEARING:
        own = f'{folder(OLA.identities()[2])}/{name}'
        check_reads(mounted, member, own)
        check_denied(mounted, stranger, 'cat', own)


def test_ls_shows_who_may(mount_for, group):
    mounted = mount_for(group=group.gr_name, mode='0440')
    for name in BEARING:
        status = os.stat(mounted.path / name)
        assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (0o440, os.getuid(), group.gr_gid)
    for name, mode in {'login': 0o200, 'logout': 0o200, 'identity': 0o644, 'session': 0o444}.items():
        status = os.stat(mounted.path / name)
        assert (stat.S_IMODE(status.st_mode), status.st_gid) == (mode, os.getgid())


def test_without_a_group_nobody_else_reads_the_cookie(mount_for, member):
    mounted = mount_for()
    for name in BEARING:
        check_denied(mounted, member, 'cat', name)
    check_reads(mounted, member, 'session')


def test_a_group_that_reads_does_not_write(mount_for, member, group):
    mounted = mount_for(group=group.gr_name)
    for name in ('login', 'logout', 'identity', *BEARING):
        check_denied(mounted, member, 'tee', name)
    assert mounted.read('session') == 'true\n'


def test_one_who_left_the_group_reads_no_more_and_one_who_has_the_file_open_reads_on(mount_for, group):
    mounted = mount_for(group=group.gr_gid)
    as_member = run(['cat', 'cookie'], mounted.path, user=65534, group=65534, extra_groups=[group.gr_gid])
    assert as_member.stdout == mounted.read_bytes('cookie')
    as_nobody = run(['cat', 'cookie'], mounted.path, user=65534, group=65534, extra_groups=[])
    assert b'Permission denied' in as_nobody.stderr
    script = 'exec 3< cookie; exec setpriv --reuid 65534 --regid 65534 --clear-groups cat <&3'
    passed_on = run(['sh', '-c', script], mounted.path)
    assert passed_on.stdout == mounted.read_bytes('cookie'), passed_on.stderr


def test_the_owner_cannot_open_it_further(mount_for, group):
    mounted = mount_for(group=group.gr_name)
    for name in BEARING:
        os.chmod(mounted.path / name, 0o440)  # as it is
        with fails_with(errno.EPERM):
            os.chmod(mounted.path / name, 0o444)
        with fails_with(errno.EPERM):
            os.chown(mounted.path / name, -1, 65534)


def test_a_group_may_read_what_its_mounter_may_not(mount_for, member, group):
    mounted = mount_for(group=group.gr_name, mode='0040')
    assert stat.S_IMODE(os.stat(mounted.path / 'cookie').st_mode) == 0o040
    check_reads(mounted, member, 'cookie')


# --- writing ---

def test_a_member_of_the_writing_group_logs_in_switches_and_logs_out(mount, sandbox, member, stranger, group):
    mounted = mount(sandbox.url, {'allow_other': True, 'write_group': group.gr_name})
    mounted.secrets.add(OLA.password)
    for name in 'login', 'logout', 'identity':
        check_denied(mounted, stranger, 'tee', name)
    assert member.run(['tee', 'login'], mounted.path, text=OLA.lines().encode()).returncode == 0
    assert mounted.read('session') == 'true\n'
    assert member.run(['sh', '-c', f'echo {ola(3)} > identity'], mounted.path).returncode == 0
    assert mounted.read('identity') == f'{ola(3)}\n'
    check_denied(mounted, member, 'cat', 'login')
    for name in BEARING:
        check_denied(mounted, member, 'cat', name)
    assert member.run(['sh', '-c', 'echo bye > logout'], mounted.path).returncode == 0
    assert mounted.read('session') == 'false\n'


def test_one_group_may_read_and_another_write(mount_for, member, group):
    mounted = mount_for(group=0, write_group=group.gr_name)
    check_denied(mounted, member, 'cat', 'cookie')
    assert member.run(['tee', 'identity'], mounted.path, text=ola(3).encode()).returncode == 0


# --- a mount that is not root's ---

def test_a_user_lets_a_group_in_that_he_is_not_a_member_of(member, stranger, group, tmp_path):
    """In a namespace, where fusermount3 finds that users may mount, and let others in."""
    conf = tmp_path / 'fuse.conf'
    conf.write_text('user_allow_other\n')
    with temporary_user(own_device=True) as user:
        (user.home / 'credential').write_text(OLA.lines())
        as_them = {name: f'setpriv --reuid {one.entry.pw_uid} --regid {one.entry.pw_gid} --init-groups'
                   for name, one in {'user': user, 'member': member, 'stranger': stranger}.items()}
        script = f'''{'' if os.stat('/dev/fuse').st_mode & 0o002 else OWN_DEVICE}
            mount --bind {conf} /etc/fuse.conf
            {as_them['user']} ./so24fs -o sandbox,allow_other,group={group.gr_name} acme mnt || exit 1
            {as_them['user']} cp credential mnt/login
            {as_them['user']} cat mnt/export/header
            {as_them['member']} cat mnt/export/header
            {as_them['stranger']} cat mnt/export/header
            {as_them['user']} stat -c '%a %U %G' mnt/cookie
            {as_them['user']} fusermount3 -u mnt'''
        environment = programs.clean_environment(user.home)
        done = run(['unshare', '--mount', 'env', *(f'{key}={value}' for key, value in environment.items()), 'sh', '-c',
                    script], user.home)
        lines = done.stdout.decode().splitlines()
        assert done.stderr.decode() == 'cat: mnt/export/header: Permission denied\n'
        assert lines[0] == lines[1] and lines[0].startswith('Cookie: ')
        assert lines[2:] == [f'440 {user.name} {group.gr_name}']


# --- what is refused ---

REFUSED = {
    'allow_other,mode=0444': 'every user of this machine could act as you',
    'allow_other,mode=0640': 'the cookie can only be read',
    'allow_other,mode=9': 'is not a mode',
    'allow_other,group=there-is-no-such-group': 'there is no group there-is-no-such-group',
    'group=0': 'without allow_other',
    'write_group=0': 'without allow_other',
    'mode=0440': 'without allow_other',
    'allow_other,group=0,mode=0400': 'does not let the group read',
}


@pytest.mark.parametrize('options', REFUSED)
def test_options_that_open_too_much_or_nothing_are_refused_before_anything_is_mounted(tmp_path, options):
    (tmp_path / 'mnt').mkdir()
    status, out, err = start('-o', f'sandbox,{options}', 'acme', tmp_path / 'mnt', cwd=tmp_path)
    assert (status, out) == (1, '') and err.startswith('so24fs: option ') and err.count('\n') == 1
    assert REFUSED[options] in err
    assert not is_mount_point(tmp_path / 'mnt')
