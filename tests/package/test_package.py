"""From a clean machine: the package is built, installed, used as its manual says, and purged.

The tests are steps on one machine, in the order in which they stand here.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest

from support.accounts import OLA
from support.machine import Machine
from support.programs import CHECKOUT
from support.waiting import wait_for

FOLDERS = ['/etc', '/usr', '/var', '/home', '/root', '/opt', '/srv', '/run/systemd/system', '/run/so24fs']
# What dpkg and its triggers leave of any package.
OF_DPKG = re.compile(r'/var/(lib/dpkg/|log/|cache/(man|ldconfig|debconf)/)|/var/lib/systemd/deb-systemd-helper')


@pytest.fixture(scope='module')
def packages(tmp_path_factory):
    """The folder with the packages; $SO24_PACKAGES, if they are built already."""
    if os.environ.get('SO24_PACKAGES'):
        return Path(os.environ['SO24_PACKAGES'])
    folder = tmp_path_factory.mktemp('packages')
    subprocess.run(['nice', 'sh', CHECKOUT / 'examples/packaging/build-deb.sh', folder], check=True, timeout=600,
                   env={'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'DEB_BUILD_OPTIONS': 'nocheck noautodbgsym'})
    return folder


@pytest.fixture(scope='module')
def machine(packages, tmp_path_factory):
    """A machine with a user, ola; the packages lie in /srv."""
    made = Machine(tmp_path_factory.mktemp('machine') / 'place', *packages.glob('*.deb'))
    try:
        made.run('useradd', '--create-home', '--shell', '/bin/sh', 'ola')
        made.run('groupadd', 'invoices')
        yield made
    finally:
        made.close()


@pytest.fixture
def fstab(machine, sandbox):
    """A factory: fstab(mountpoint, options) makes that the only line, with the sandbox for a service, and makes the mountpoint."""
    def write(mountpoint, options):
        machine.run('mkdir', '-p', mountpoint)
        machine.write('/etc/fstab', f'acme {mountpoint} fuse.so24fs {options},endpoint={sandbox.url} 0 0\n')

    machine.write('/etc/so24fs/acme.login', OLA.lines(), mode=0o600)
    yield write
    machine.run('sh', '-c', 'rm -f /etc/fstab /etc/so24fs/acme.login; umount --all --lazy --types fuse.so24fs', check=False)


def files_of(machine):
    found = machine.says('find', *[folder for folder in FOLDERS if (machine.root / folder[1:]).exists()], '-xdev')
    return {path for path in found.splitlines() if not OF_DPKG.search(path)}


def daemon_of(machine, mountpoint):
    """Its process, as the machine counts."""
    return machine.says('pgrep', '--exact', '--full', f'so24fs (.*-- )?acme {mountpoint}.*')


def state_of(machine, process):
    """/proc/PID/status as a dictionary."""
    text = machine.says('cat', f'/proc/{process}/status')
    return dict(line.split(':\t', 1) for line in text.splitlines())


def is_mounted(machine, mountpoint):
    return machine.mount_of(mountpoint) is not None


# --- installing ---

def test_lintian_finds_no_error(packages):
    done = subprocess.run(['lintian', '--allow-root', '--fail-on', 'error,warning', *packages.glob('*.changes')],
                          capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, ''), done.stdout + done.stderr


@pytest.fixture(scope='module')
def before(machine):
    """The files of the machine before the package came."""
    return files_of(machine)


def test_dpkg_installs_it(machine, before):
    machine.run('rm', '-f', '/var/lib/man-db/auto-update')  # its index of all pages takes most of the time, and is not ours
    machine.run('sh', '-c', 'dpkg --install /srv/*.deb')
    for path in ('/usr/bin/so24fs', '/usr/bin/so24-sandbox', '/sbin/mount.so24fs', '/sbin/mount.fuse.so24fs', '/etc/so24fs',
                 '/lib/systemd/system/so24fs@.service', '/usr/lib/systemd/user/so24fs@.service',
                 '/usr/share/doc/so24fs/examples/fstab', '/usr/share/doc/so24fs/docs/keeping.md',
                 '/usr/share/bash-completion/completions/so24fs', '/usr/share/zsh/site-functions/_so24fs',
                 '/usr/share/fish/vendor_completions.d/so24fs.fish'):
        machine.run('test', '-e', path)
    assert machine.says('so24fs', '--version').startswith('so24fs ')
    for page in (['so24fs'], ['5', 'so24fs.conf'], ['7', 'so24fs'], ['so24-sandbox'], ['mount.so24fs']):
        machine.run('man', '--where', *page)


# --- mount(8) ---

@pytest.mark.parametrize('kind', ['fuse.so24fs', 'so24fs'])
def test_mount_mounts_by_type_and_umount_ends_it(machine, sandbox, kind):
    machine.run('mkdir', '-p', '/srv/acme')
    machine.run('mount', '-t', kind, '-o', f'endpoint={sandbox.url}', 'acme', '/srv/acme')
    assert machine.mount_of('/srv/acme')[:2] == ('acme', 'fuse.so24fs')
    assert machine.says('cat', '/srv/acme/session') == 'false'
    daemon = daemon_of(machine, '/srv/acme')
    machine.run('umount', '/srv/acme')
    assert not is_mounted(machine, '/srv/acme')
    wait_for(lambda: machine.run('test', '-e', f'/proc/{daemon}', check=False).returncode, what='the end of the daemon')


def test_a_mount_that_is_only_tried_mounts_nothing(machine):
    machine.run('mount', '--fake', '-n', '-v', '-t', 'so24fs', 'acme', '/srv/acme')
    assert not is_mounted(machine, '/srv/acme')


def test_a_mistake_in_fstab_is_told_by_mount(machine, fstab):
    fstab('/srv/acme', 'noauto,tiemout=5')
    done = machine.run('mount', '/srv/acme', check=False)
    assert done.returncode != 0 and 'did you mean timeout?' in done.stderr


def test_root_mounts_from_fstab_and_drops_privileges(machine, fstab):
    fstab('/srv/acme', 'noauto,_netdev,nofail,drop_privileges,credentials=/etc/so24fs/acme.login,allow_other,group=invoices')
    machine.run('mount', '/srv/acme')
    state = state_of(machine, daemon_of(machine, '/srv/acme'))
    assert {state[name] for name in ('CapPrm', 'CapEff', 'CapBnd', 'CapInh', 'CapAmb')} == {'0' * 16}
    assert state['NoNewPrivs'] == '1'
    source, kind, options = machine.mount_of('/srv/acme')
    assert (source, kind) == ('acme', 'fuse.so24fs') and {'default_permissions', 'allow_other'} <= set(options)
    assert len(machine.says('cat', '/srv/acme/cookie')) == 24
    assert '/srv/acme/error' in machine.says('cat', '/srv/acme/README')
    denied = machine.run('cat', '/srv/acme/cookie', user='ola', check=False)
    assert denied.returncode == 1 and 'Permission denied' in denied.stderr
    machine.run('umount', '/srv/acme')
    wait_for(lambda: not machine.run('pgrep', 'so24fs', check=False).stdout, what='the end of all processes')


def test_a_daemon_without_privileges_is_another_user_if_asked_and_keeps_the_session_at_his_home(machine, fstab):
    machine.run('install', '--owner=ola', '--mode=600', '/etc/so24fs/acme.login', '/home/ola/acme.login')
    fstab('/srv/acme', 'noauto,drop_privileges,setuid=ola,credentials=/home/ola/acme.login')
    machine.run('mount', '/srv/acme')
    state = state_of(machine, daemon_of(machine, '/srv/acme'))
    [uid] = set(state['Uid'].split())
    assert machine.says('id', '-u', 'ola') == uid and state['CapEff'] == '0' * 16
    assert machine.says('id', '-G', 'ola').split() == state['Groups'].split()
    cookie = machine.says('cat', '/srv/acme/cookie', user='ola')
    assert len(cookie) == 24
    assert machine.run('cat', '/srv/acme/cookie', check=False).returncode == 1  # root is another user here
    machine.run('umount', '/srv/acme')
    assert machine.says('stat', '--format=%U', '/home/ola/.local/state/so24fs') == 'ola'
    fstab('/srv/acme', 'noauto,drop_privileges,setuid=ola')
    machine.run('mount', '/srv/acme')
    assert machine.says('cat', '/srv/acme/cookie', user='ola') == cookie
    machine.run('umount', '/srv/acme')


@pytest.mark.parametrize('name', ['TERM', 'KILL'])
def test_a_daemon_without_privileges_leaves_no_mount_behind(machine, fstab, name):
    fstab('/srv/acme', 'noauto,drop_privileges')
    machine.run('mount', '/srv/acme')
    machine.run('kill', f'-{name}', daemon_of(machine, '/srv/acme'))
    wait_for(lambda: not is_mounted(machine, '/srv/acme'), what='the unmount')
    wait_for(lambda: not machine.run('pgrep', 'so24fs', check=False).stdout, what='the end of all processes')


@pytest.mark.parametrize('options, says', [
    ('drop_privileges', 'option drop_privileges: only root has any'),
    ('setuid=root', 'option setuid: only root can be somebody else'),
    ('setuid=nobody-at-all', 'option setuid: there is no such user'),
])
def test_who_is_not_root_has_no_privileges_to_drop(machine, options, says):
    machine.run('mkdir', '-p', '/home/ola/acme')
    machine.run('chown', 'ola:', '/home/ola/acme')
    done = machine.run('so24fs', '-o', options, 'acme', '/home/ola/acme', user='ola', check=False)
    assert done.returncode == 1 and done.stderr == f'so24fs: {says}\n'
    assert not is_mounted(machine, '/home/ola/acme')


def test_a_mount_that_mount_fuse3_has_made_is_refused_with_a_way_out(machine):
    done = machine.run('mount.fuse3', 'so24fs#acme', '/srv/acme', '-o', 'drop_privileges', check=False)
    assert done.returncode == 1 and 'use the type fuse.so24fs' in done.stderr
    machine.run('umount', '/srv/acme')


def test_a_user_mounts_and_unmounts_his_line_of_fstab(machine, fstab):
    machine.run('install', '--directory', '--owner=ola', '/home/ola/acme')
    fstab('/home/ola/acme', 'noauto,user,_netdev')
    machine.run('mount', '/home/ola/acme', user='ola')
    assert machine.says('cat', '/home/ola/acme/session', user='ola') == 'false'
    assert machine.run('ls', '/home/ola/acme', check=False).returncode != 0  # root is another user here
    state = state_of(machine, daemon_of(machine, '/home/ola/acme'))
    assert set(state['Uid'].split()) == {machine.says('id', '-u', 'ola')}
    machine.run('umount', '/home/ola/acme', user='ola')
    assert not is_mounted(machine, '/home/ola/acme')


def test_a_line_of_fstab_is_mounted_by_systemd_when_somebody_looks_into_it(machine, fstab):
    fstab('/srv/auto', 'noauto,_netdev,x-systemd.automount,drop_privileges')
    machine.run('systemctl', 'daemon-reload')
    machine.run('systemctl', 'start', 'srv-auto.automount')
    assert machine.mount_of('/srv/auto')[1] == 'autofs'
    assert machine.says('cat', '/srv/auto/session') == 'false'
    assert machine.mount_of('/srv/auto')[:2] == ('acme', 'fuse.so24fs')
    machine.run('systemctl', 'stop', 'srv-auto.automount', 'srv-auto.mount')
    assert not is_mounted(machine, '/srv/auto')
    wait_for(lambda: not machine.run('pgrep', 'so24fs', check=False).stdout, what='the end of all processes')


# --- systemd ---

@pytest.fixture
def service(machine, sandbox):
    """so24fs@acme, set up as its comment says, with the credential in the credential store; not started."""
    machine.run('mkdir', '-p', '/srv/acme')
    machine.write('/etc/so24fs/acme.conf', f'[mount]\nendpoint = {sandbox.url}\nmountpoint = /srv/acme\n')
    machine.write('/etc/credstore/so24fs.acme', OLA.lines(), mode=0o600)
    yield 'so24fs@acme.service'
    machine.run('systemctl', 'stop', 'so24fs@acme.service')
    machine.run('sh', '-c', 'systemctl reset-failed; rm -rf /var/lib/private/so24fs/*', check=False)


def test_the_units_are_as_systemd_wants_them(machine, service):
    for scope, folder in ([], '/lib/systemd/system'), (['--user'], '/usr/lib/systemd/user'):
        done = machine.run('systemd-analyze', *scope, 'verify', f'{folder}/so24fs@.service',
                           env={'XDG_RUNTIME_DIR': '/tmp'})
        assert (done.stdout, done.stderr) == ('', '')


def test_the_service_is_exposed_no_more_than_its_work_needs(machine):
    report = machine.says('systemd-analyze', 'security', '--offline=true', '--no-pager',
                          '/lib/systemd/system/so24fs@.service')
    [level] = re.findall(r'Overall exposure level for \S+: ([0-9.]+)', report)
    assert float(level) <= 1.4


def test_the_service_has_started_when_the_mount_can_be_used(machine, service):
    machine.run('systemctl', 'start', service)
    assert len(machine.says('cat', '/srv/acme/cookie')) == 24
    assert machine.says('cat', '/srv/acme/current/client_name') == 'Fjord & Fjell AS'
    assert machine.mount_of('/srv/acme')[:2] == ('acme', 'fuse.so24fs')
    state = state_of(machine, machine.property(service, 'MainPID'))
    assert state['CapEff'] == state['CapBnd'] == '0' * 16 and state['Seccomp'] == '2'
    assert '0' not in state['Uid'].split()


def test_the_service_is_roots_and_the_groups_that_were_named(machine, service):
    with open(machine.root / 'etc/so24fs/acme.conf', 'a', encoding='utf-8') as conf:
        conf.write('allow_other = yes\ngroup = invoices\n')
    machine.run('systemctl', 'start', service)
    as_member = ['setpriv', '--reuid=ola', '--regid=ola', '--groups=invoices', 'cat', '/srv/acme/cookie']
    assert machine.says(*as_member) == machine.says('cat', '/srv/acme/cookie')
    assert machine.run('cat', '/srv/acme/cookie', user='ola', check=False).returncode == 1


def test_without_allow_other_the_service_is_closed_to_all_but_root(machine, service):
    machine.run('systemctl', 'start', service)
    assert len(machine.says('cat', '/srv/acme/cookie')) == 24
    assert machine.run('cat', '/srv/acme/session', user='ola', check=False).returncode == 1


def test_a_restart_of_the_service_needs_no_login(machine, service, sandbox):
    machine.run('systemctl', 'start', service)
    cookie = machine.says('cat', '/srv/acme/cookie')
    for action in 'restart', 'stop', 'start':
        machine.run('systemctl', action, service)
    assert machine.says('cat', '/srv/acme/cookie') == cookie
    assert sandbox.calls('Login') == 1


def test_a_stop_of_the_service_is_clean(machine, service):
    machine.run('systemctl', 'start', service)
    machine.run('systemctl', 'stop', service)
    assert machine.property(service, 'Result') == 'success' and machine.property(service, 'ExecMainStatus') == '0'
    assert not is_mounted(machine, '/srv/acme')
    assert machine.property(service, 'NFileDescriptorStore') == '0'


def test_a_service_that_was_killed_comes_back(machine, service, sandbox):
    machine.run('systemctl', 'start', service)
    cookie = machine.says('cat', '/srv/acme/cookie')
    killed = machine.property(service, 'MainPID')
    machine.run('kill', '-KILL', killed)
    wait_for(lambda: machine.property(service, 'MainPID') not in ('0', killed)
             and machine.property(service, 'ActiveState') == 'active', 20, 'the restart')
    assert machine.says('cat', '/srv/acme/cookie') == cookie and sandbox.calls('Login') == 1
    table = (machine.root / 'proc/1/mountinfo').read_text()
    assert table.count(' /srv/acme ') == 1


def test_those_who_watch_files_of_the_service_are_told(machine, service, sandbox):
    machine.run('systemctl', 'start', service)
    script = '''cat /srv/acme/cookie >/tmp/old
                inotifywait --timeout 20 --event modify /srv/acme/identity 2>/tmp/watching &
                until grep -q established /tmp/watching; do sleep 0.1; done
                cat /srv/acme/identities/*/*/id | tail -n 1 >/srv/acme/identity
                wait $!'''
    assert 'MODIFY' in machine.says('sh', '-c', script)


def test_unmounting_ends_the_service(machine, service):
    machine.run('systemctl', 'start', service)
    machine.run('umount', '/srv/acme')
    wait_for(lambda: machine.property(service, 'ActiveState') == 'inactive', what='the end of the service')
    assert machine.property(service, 'Result') == 'success'


@pytest.mark.parametrize('change, says', [
    ('rmdir /srv/acme', 'so24fs: /srv/acme: No such file or directory'),
    ('mkdir -p /srv/other; rmdir /srv/acme; ln -s other /srv/acme', 'so24fs: /srv/acme: is a symbolic link; name the folder itself'),
    ('echo colour = red >> /etc/so24fs/acme.conf', 'unknown key colour'),
    ('echo username = ola > /etc/credstore/so24fs.acme', 'so24fs: credentials: '),
])
def test_a_service_that_cannot_start_says_why_in_the_journal_and_leaves_nothing(machine, service, change, says):
    machine.run('sh', '-c', change)
    assert machine.run('systemctl', 'start', service, check=False).returncode != 0
    invocation = machine.property(service, 'InvocationID')
    wait_for(lambda: says in machine.journal(f'_SYSTEMD_INVOCATION_ID={invocation}'), what='the message in the journal')
    assert not is_mounted(machine, '/srv/acme')
    machine.run('systemctl', 'stop', service)
    machine.run('sh', '-c', 'test ! -L /srv/acme || rm /srv/acme')


def test_the_journal_has_levels_and_fields(machine, service):
    machine.run('systemctl', 'start', service)
    machine.run('systemctl', 'stop', service)
    machine.run('journalctl', '--sync')
    assert 'mounted acme on /srv/acme' in machine.journal('SO24FS_SOURCE=acme', 'SO24FS_MOUNTPOINT=/srv/acme', 'PRIORITY=6',
                                                          'SYSLOG_IDENTIFIER=so24fs', '_TRANSPORT=journal')
    machine.run('sed', '-i', 's/password = .*/password = wrong/', '/etc/credstore/so24fs.acme')
    machine.run('sh', '-c', 'rm -rf /var/lib/private/so24fs/acme')
    machine.run('systemctl', 'start', service)
    machine.run('cat', '/srv/acme/cookie', check=False)
    machine.run('journalctl', '--sync')
    assert 'rejected' in machine.journal('SO24FS_SOURCE=acme', 'PRIORITY=4')


def test_a_mount_in_the_background_logs_to_the_journal_too(machine, sandbox):
    machine.run('so24fs', '-o', f'endpoint={sandbox.url}', 'backstage', '/srv/acme')
    machine.run('umount', '/srv/acme')
    machine.run('journalctl', '--sync')
    assert 'mounted backstage on /srv/acme' in machine.journal('SO24FS_SOURCE=backstage', 'SYSLOG_IDENTIFIER=so24fs',
                                                               '_TRANSPORT=journal')


# --- a user's own systemd ---

@pytest.fixture
def user_manager(machine):
    """A systemd of ola's own, as a login would start it; gives the environment to talk to it."""
    folder = f'/run/user/{machine.says("id", "-u", "ola")}'
    machine.run('install', '--directory', '--owner=ola', '--mode=700', folder)
    machine.write('/run/systemd/system/of-ola.service', f'''[Service]
Type=notify
User=ola
Delegate=yes
Environment=XDG_RUNTIME_DIR={folder}
ExecStart=/lib/systemd/systemd --user --unit=basic.target
''')
    machine.run('systemctl', 'daemon-reload')
    machine.run('systemctl', 'start', 'of-ola')
    yield {'XDG_RUNTIME_DIR': folder}
    machine.run('sh', '-c', f'systemctl stop of-ola; rm -r /run/systemd/system/of-ola.service {folder}')


def test_a_user_has_a_service_of_his_own(machine, sandbox, user_manager):
    machine.run('install', '--directory', '--owner=ola', '/home/ola/acme')
    machine.write('/home/ola/.config/so24fs/acme.conf', f'''[mount]
endpoint = {sandbox.url}
mountpoint = ~/acme
credentials = ~/acme.login
''')
    machine.write('/home/ola/acme.login', OLA.lines(), mode=0o600)
    machine.run('chown', '-R', 'ola:', '/home/ola')

    def systemctl(*words):
        return machine.says('systemctl', '--user', *words, user='ola', env=user_manager)

    systemctl('start', 'so24fs@acme')
    cookie = machine.says('cat', '/home/ola/acme/cookie', user='ola')
    systemctl('restart', 'so24fs@acme')
    assert machine.says('cat', '/home/ola/acme/cookie', user='ola') == cookie and sandbox.calls('Login') == 1
    systemctl('stop', 'so24fs@acme')
    assert systemctl('show', 'so24fs@acme', '--property', 'Result', '--value') == 'success'
    assert not is_mounted(machine, '/home/ola/acme')


# systemd signals all processes of a service, and looks again for those that came meanwhile.
def test_a_signal_to_all_processes_of_a_users_mount_unmounts_it(machine, sandbox):
    script = f'''
setsid so24fs -f -o endpoint={sandbox.url} storm /home/ola/storm &
group=$!
until mountpoint -q /home/ola/storm; do :; done
while kill -s TERM -- -$group; do :; done 2>/dev/null &
wait $group'''
    machine.run('install', '--directory', '--owner=ola', '/home/ola/storm')
    machine.run('sh', '-c', script, user='ola')
    assert not is_mounted(machine, '/home/ola/storm')


# --- purging ---

def test_purging_leaves_nothing(machine, before, service):
    machine.run('systemctl', 'enable', '--now', service)
    machine.run('cat', '/srv/acme/cookie')
    machine.run('dpkg', '--remove', 'so24fs', 'so24fs-sandbox')
    assert not is_mounted(machine, '/srv/acme')
    assert (machine.root / 'etc/so24fs/acme.conf').exists()
    machine.run('dpkg', '--purge', 'so24fs', 'so24fs-sandbox')
    left = files_of(machine) - before
    of_the_tests = {path for path in left if path.startswith(('/srv', '/home/ola', '/root')) or path == '/etc/credstore'}
    assert left - of_the_tests == set()
    assert Path(machine.root / 'srv/acme').is_dir()
