"""How so24fs starts, is found in the system, and ends."""

import errno
import os
import re
import signal
import socket
import subprocess
import urllib.parse

import pytest

from support import programs
from support.accounts import OLA, log_in, ola
from support.daemons import daemons_of, start, unmount
from support.expecting import fails_with
from support.model_service import APPLICATION, PASSWORD, USERNAME
from support.mount import is_mount_point
from support.shells import run
from support.users import temporary_user
from support.waiting import wait_for


@pytest.fixture
def user():
    with temporary_user() as someone:
        yield someone


# --- starting ---

def test_exit_status_0_means_that_the_mount_can_be_used(place, sandbox):
    for _ in range(5):
        assert start('-o', f'endpoint={sandbox.url}', 'acme', place / 'mnt', cwd=place) == (0, '', '')
        assert 'login' in os.listdir(place / 'mnt')
        assert (place / 'mnt' / 'session').read_text() == 'false\n'
        unmount(place / 'mnt')
        wait_for(lambda: not daemons_of(place / 'mnt'), what='the end of the daemon')


def test_a_shell_goes_on_with_the_mount_at_once(place):
    (place / 'credential').write_text(OLA.lines())
    script = f'''{programs.daemon_program()} -o sandbox acme mnt && cp credential mnt/login &&
                 cat mnt/current/client_name'''
    done = subprocess.run(['sh', '-c', script], cwd=place, env=programs.clean_environment(place), capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, b'Fjord & Fjell AS\n', b'')


@pytest.mark.parametrize('foreground', [True, False], ids=['foreground', 'background'])
def test_a_mount_serves_in_the_foreground_and_in_the_background(mount, sandbox, foreground):
    mounted = mount(sandbox.url, foreground=foreground)
    log_in(mounted)
    assert mounted.read('session') == 'true\n'
    mounted.terminate()
    assert not mounted.is_mounted()


def test_two_mounts_of_one_service_know_nothing_of_each_other(mount, sandbox):
    one, other = mount(sandbox.url), mount(sandbox.url)
    log_in(one)
    assert (one.read('session'), other.read('session')) == ('true\n', 'false\n')
    log_in(other)
    one.write('identity', f'{ola(2)}\n')
    assert (one.read('identity'), other.read('identity')) == (f'{ola(2)}\n', f'{ola(1)}\n')
    assert one.read('cookie') != other.read('cookie')


@pytest.mark.parametrize('name', ['with blanks', 'with,comma', 'with\\backslash', 'æøå 🌌', "it's", '-o',
                                  'two\nlines'])
def test_a_mountpoint_may_have_any_name(place, sandbox, name):
    path = place / name
    path.mkdir()
    assert start('-o', f'endpoint={sandbox.url}', '--', 'acme', name, cwd=place) == (0, '', '')
    try:
        assert (path / 'session').read_text() == 'false\n'
        readme = (path / 'README').read_text()
        example = readme[readme.rindex('  cat '):readme.rindex('/error\n')] + '/session'
        assert run(['sh', '-c', example], place).stdout == b'false\n', example
    finally:
        unmount(path)
    assert os.listdir(path) == []


def test_a_relative_mountpoint_stays_right_when_the_daemon_has_gone_elsewhere(place, sandbox):
    relative = f'../{place.name}/mnt/./'
    assert start('-o', f'endpoint={sandbox.url}', 'acme', relative, cwd=place) == (0, '', '')
    assert f'{place}/mnt/login' in (place / 'mnt' / 'README').read_text()
    [daemon] = daemons_of(relative)
    assert os.readlink(f'/proc/{daemon}/cwd') == '/'
    os.kill(daemon, signal.SIGTERM)
    wait_for(lambda: not is_mount_point(place / 'mnt'), what='the unmount')


def test_a_relative_file_of_certificates_stays_right_when_the_daemon_has_gone_elsewhere(
        place, start_service, authority):
    service = start_service(tls=authority.server_context())
    (place / 'ca.pem').write_bytes(authority.ca_file.read_bytes())
    assert start('-o', f'endpoint={service.url},ca_file=ca.pem', 'acme', 'mnt', cwd=place) == (0, '', '')
    text = f'username={USERNAME}\npassword={PASSWORD}\napplication_id={APPLICATION}\n'
    (place / 'mnt' / 'login').write_text(text)
    assert (place / 'mnt' / 'session').read_text() == 'true\n'
    unmount(place / 'mnt')


# --- options ---

ERRORS = {
    'an unknown option': (['-o', 'colour=red', 'acme', 'mnt'], 'colour'),
    'a typing error': (['-o', 'tiemout=3', 'acme', 'mnt'], 'timeout'),
    'an unknown switch': (['-x', 'acme', 'mnt'], '-x'),
    'an unknown long switch': (['--colour', 'acme', 'mnt'], '--colour'),
    'nothing': ([], 'usage'),
    'no mountpoint': (['acme'], 'no MOUNTPOINT'),
    'too many names': (['acme', 'mnt', 'more'], 'MOUNTPOINT'),
    'no option after -o': (['acme', 'mnt', '-o'], '-o'),
    'a mountpoint that is missing': (['acme', 'nowhere'], 'nowhere: No such file or directory'),
    'a mountpoint that is a file': (['acme', 'file'], 'file: Not a directory'),
    'a mountpoint below a file': (['acme', 'file/mnt'], 'file/mnt: Not a directory'),
    'http to a foreign host': (['-o', 'endpoint=http://api.24sevenoffice.com/x.asmx', 'acme', 'mnt'], 'http'),
    'http to what looks like us': (['-o', 'endpoint=http://127.0.0.1.example.com/x.asmx', 'acme', 'mnt'], 'http'),
    'http with a user of our name': (['-o', 'endpoint=http://localhost@example.com/x.asmx', 'acme', 'mnt'], 'endpoint'),
    'ftp': (['-o', 'endpoint=ftp://127.0.0.1/x.asmx', 'acme', 'mnt'], 'endpoint'),
    'no URL': (['-o', 'endpoint=authenticate.asmx', 'acme', 'mnt'], 'endpoint'),
    'an empty endpoint': (['-o', 'endpoint=', 'acme', 'mnt'], 'endpoint'),
    'a bad GUID': (['-o', 'application_id=24', 'acme', 'mnt'], 'application_id'),
    'no GUID': (['-o', 'application_id', 'acme', 'mnt'], 'application_id'),
    'a time-out that is none': (['-o', 'timeout=soon', 'acme', 'mnt'], 'timeout'),
    'a time-out of nothing': (['-o', 'timeout=0', 'acme', 'mnt'], 'timeout'),
    'a negative service': (['-o', 'service_id=-1', 'acme', 'mnt'], 'service_id'),
    'a service too great': (['-o', 'service_id=2147483648', 'acme', 'mnt'], 'service_id'),
    'neither yes nor no': (['-o', 'sandbox=acme', 'acme', 'mnt'], 'sandbox'),
    'a file of certificates that is missing': (['-o', 'ca_file=nowhere.pem', 'acme', 'mnt'], 'nowhere.pem'),
}


@pytest.mark.parametrize('switches', [[], ['-f']], ids=['background', 'foreground'])
@pytest.mark.parametrize('name', ERRORS)
def test_a_mistake_is_told_in_one_line_with_the_name_of_the_program(place, name, switches):
    arguments, says = ERRORS[name]
    (place / 'file').touch()
    status, output, told = start(*switches, *arguments, cwd=place)
    assert status != 0 and output == ''
    assert told.startswith('so24fs: ') and told.endswith('\n') and told.count('\n') == 1, told
    assert says in told
    assert not is_mount_point(place / 'mnt')


def test_a_mountpoint_that_is_in_use_is_refused_with_a_way_out(mount, sandbox):
    mounted = mount(sandbox.url)
    status, output, told = start('-o', f'endpoint={sandbox.url}', 'acme', mounted.path, cwd=mounted.folder)
    assert status != 0 and output == '' and told.count('\n') == 1
    assert told.startswith('so24fs: ') and f'fusermount3 -u {mounted.path}' in told
    assert mounted.read('session') == 'false\n'


@pytest.mark.parametrize('switch', ['-h', '--help'])
def test_help_names_every_option(place, switch):
    status, output, told = start(switch, cwd=place)
    assert (status, told) == (0, '')
    for word in ('SOURCE [MOUNTPOINT]', '-f', '-d', '-h', '-V', 'endpoint=URL', 'application_id=GUID', 'service_id=N',
                 'timeout=SECONDS', 'ca_file=PEM', 'sandbox', 'allow_other', '(30)',
                 'https://api.24sevenoffice.com/authenticate/v001/authenticate.asmx'):
        assert word in output, word


@pytest.mark.parametrize('switch', ['-V', '--version'])
def test_the_version_is_printed(place, switch):
    status, output, told = start(switch, cwd=place)
    assert (status, told) == (0, '') and re.fullmatch(r'so24fs \d+\.\d+\.\d+\n', output)


@pytest.mark.parametrize('options', [
    ['-o', 'ENDPOINT,timeout=5,check_ttl=0'], ['-oENDPOINT', '-otimeout=5'],
    ['-o', 'ENDPOINT', '-o', 'rw,nosuid,nodev'],
    ['-o', 'ENDPOINT,allow_other'], ['-o', 'allow_other,default_permissions,ENDPOINT'], ['-o', 'ENDPOINT,auto_unmount'],
    ['-o', 'ENDPOINT,_netdev,nofail,x-systemd.automount,defaults'], ['-o', 'ENDPOINT,'],
], ids=lambda options: ' '.join(options))
def test_options_are_accepted_as_mount_8_gives_them_before_and_after_the_names(place, sandbox, options):
    given = [option.replace('ENDPOINT', f'endpoint={sandbox.url}') for option in options]
    for words in [*given, 'acme', 'mnt'], ['acme', 'mnt', *given]:
        assert start(*words, cwd=place) == (0, '', '')
        assert (place / 'mnt' / 'session').read_text() == 'false\n'
        unmount(place / 'mnt')


@pytest.mark.parametrize('source', ['acme', 'ops@example.com', 'a b', 'a,b', 'æøå', 'a\\b', '100%', 'https://x/y#z'])
def test_the_source_shows_in_the_table_of_mounts_and_in_df(mount, sandbox, source):
    mounted = mount(sandbox.url, source=source)
    with open('/proc/mounts', encoding='utf-8') as table:
        [line] = [line for line in table if str(mounted.path) in line]
    name, _, kind = line.split(' ')[:3]
    assert name.encode().decode('unicode_escape').encode('latin-1').decode() == source
    assert kind == 'fuse.so24fs'
    shown = run(['df', '--output=source', 'mnt'], mounted.folder).stdout.decode().splitlines()[1]
    assert shown == source


def test_the_command_line_that_ps_shows_is_as_it_was_written(mount, sandbox):
    mounted = mount(sandbox.url)
    assert mounted.command_line().split()[-2:] == ['test', str(mounted.path)]


# --- who may ---

def test_another_user_may_read_what_is_public_and_nothing_else(mount, sandbox):
    mounted = mount(sandbox.url, options={'allow_other': True})
    log_in(mounted)

    def as_nobody(command):
        return run(command, mounted.path, user=65534, group=65534, extra_groups=[])

    for name in 'README', 'session', 'identity', 'error', 'current/id':
        assert as_nobody(['cat', name]).stdout, name
    assert as_nobody(['ls', 'identities']).returncode == 0
    for command in (['cat', 'cookie'], ['cat', 'login'], ['tee', 'login'], ['tee', 'identity'], ['tee', 'logout'],
                    ['dd', 'if=/dev/null', 'of=logout']):
        denied = as_nobody(command)
        assert denied.returncode == 1 and b'Permission denied' in denied.stderr, command
    assert mounted.read('session') == 'true\n'


def test_without_allow_other_another_user_sees_nothing(mount, sandbox):
    mounted = mount(sandbox.url)
    denied = run(['ls', 'mnt'], mounted.folder, user=65534, group=65534, extra_groups=[])
    assert denied.returncode != 0 and b'Permission denied' in denied.stderr


def test_a_user_who_is_not_root_mounts_logs_in_and_unmounts(user):
    mounted = user.run('./so24fs', '-o', 'sandbox', 'acme', 'mnt')
    assert (mounted.returncode, mounted.stdout, mounted.stderr) == (0, '', '')
    (user.home / 'credential').write_text(OLA.lines())
    assert user.run('cp', 'credential', 'mnt/login').returncode == 0
    assert user.run('cat', 'mnt/current/client_name').stdout == 'Fjord & Fjell AS\n'
    assert user.run('cat', 'mnt/session').stdout == 'true\n'
    owners = user.run('stat', '-c', '%U', 'mnt', 'mnt/cookie', 'mnt/identities', 'mnt/current/id').stdout.split()
    assert set(owners) == {user.name}
    with fails_with(errno.EACCES):
        os.listdir(user.mountpoint)  # root is another user here
    assert user.run('cat', 'mnt/login').returncode == 1  # not readable, even for its owner
    assert 'Permission denied' in user.run('tee', 'mnt/cookie').stderr
    ended = user.run('fusermount3', '-u', 'mnt')
    assert (ended.returncode, ended.stderr) == (0, '')
    assert not is_mount_point(user.mountpoint)


def test_a_user_clears_what_a_killed_daemon_left_by_mounting_again(user):
    for _ in range(2):
        assert user.run('./so24fs', '-o', 'sandbox', 'acme', user.mountpoint).returncode == 0
        [daemon] = daemons_of(user.mountpoint)
        os.kill(daemon, signal.SIGKILL)
        wait_for(lambda: not daemons_of(user.mountpoint), what='the end of the daemon')
    assert user.run('./so24fs', '-o', 'sandbox', 'acme', user.mountpoint).returncode == 0
    assert user.run('cat', 'mnt/session').stdout == 'false\n'
    assert user.run('fusermount3', '-u', 'mnt').returncode == 0


# --- ending ---

@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_signal_ends_it_with_status_0_and_nothing_mounted_even_right_after_mounting(place, sandbox, number):
    command = [programs.daemon_program(), '-f', '-o', f'endpoint={sandbox.url}', 'acme', 'mnt']
    for _ in range(10):
        with subprocess.Popen(command, cwd=place, env=programs.clean_environment(place),
                              stderr=subprocess.DEVNULL) as daemon:
            wait_for(lambda: is_mount_point(place / 'mnt'), what='the mount')
            daemon.send_signal(number)
            assert daemon.wait(10) == 0
        assert not is_mount_point(place / 'mnt')


def test_a_lost_terminal_does_not_end_it(mount, sandbox):
    mounted = mount(sandbox.url)
    os.kill(mounted.pid, signal.SIGHUP)
    os.kill(mounted.pid, signal.SIGPIPE)
    assert mounted.read('session') == 'false\n'


def test_unmounting_ends_it_with_status_0(mount, sandbox):
    mounted = mount(sandbox.url)
    mounted.unmount()
    assert mounted.process.returncode == 0


def test_unmounting_ends_the_daemon_in_the_background(mount, sandbox):
    mounted = mount(sandbox.url, foreground=False)
    mounted.unmount()
    assert not mounted.is_running()


def test_a_mount_whose_daemon_was_killed_is_cleared_by_fusermount(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    mounted.kill()
    assert mounted.is_mounted()
    with fails_with(errno.ENOTCONN):
        mounted.read('session')
    unmount(mounted.path)
    assert not mounted.is_mounted() and os.listdir(mounted.path) == []


def test_mounting_again_over_what_a_killed_daemon_left_works(mount, sandbox):
    killed = mount(sandbox.url)
    killed.kill()
    status, output, told = start('-o', f'endpoint={sandbox.url}', 'acme', killed.path, cwd=killed.folder)
    assert (status, output) == (0, '')
    assert told.count('\n') <= 1 and 'rror' not in told
    assert killed.read('session') == 'false\n'
    unmount(killed.path)
    assert not killed.is_mounted()


def test_a_mount_that_somebody_still_uses_when_its_daemon_is_killed_is_mounted_over(mount, sandbox):
    killed = mount(sandbox.url)
    with open(killed.path / 'session', encoding='utf-8') as held:
        killed.kill()
        assert start('-o', f'endpoint={sandbox.url}', 'acme', killed.path, cwd=killed.folder)[0] == 0
        assert killed.read('session') == 'false\n'
        with fails_with(errno.ENOTCONN):
            os.pread(held.fileno(), 10, 0)
        unmount(killed.path)
    assert not killed.is_mounted()


# --- the sandbox that comes with a mount ---

def test_a_mount_may_bring_its_own_service(mount):
    mounted = mount(options={'sandbox': True})
    log_in(mounted)
    assert mounted.read('current/client_name') == 'Fjord & Fjell AS\n'
    assert is_listening(sandbox_of(mounted))


@pytest.mark.parametrize('foreground', [True, False], ids=['foreground', 'background'])
@pytest.mark.parametrize('end', ['unmount', 'terminate', 'kill'])
def test_the_sandbox_ends_with_the_mount(mount, end, foreground):
    mounted = mount(options={'sandbox': True}, foreground=foreground)
    address = sandbox_of(mounted)
    assert is_listening(address)
    getattr(mounted, end)()
    wait_for(lambda: not is_listening(address), what='the end of the sandbox')


def test_the_sandbox_ends_when_mounting_failed(place):
    status, _, told = start('-o', 'sandbox,max_read=nonsense', 'acme', 'mnt', cwd=place)
    assert status != 0 and told.startswith('so24fs: ') and told.count('\n') == 1
    wait_for(lambda: sandboxes_with_home(place) == [], what='the end of the sandbox')


def test_two_mounts_with_a_sandbox_each_do_not_meet(mount):
    one, other = mount(options={'sandbox': True}), mount(options={'sandbox': True})
    assert sandbox_of(one) != sandbox_of(other)
    log_in(one)
    assert other.read('session') == 'false\n'


# --- what the daemon in the background keeps ---

@pytest.mark.parametrize('options', ['endpoint=https://127.0.0.1:9/x.asmx', 'sandbox'])
@pytest.mark.parametrize('stream', ['stdout', 'stderr'])
def test_a_pipe_from_the_daemon_ends_when_it_goes_to_the_background(place, options, stream):
    receiver, sender = os.pipe()
    done = subprocess.run([programs.daemon_program(), '-o', options, 'acme', 'mnt'], cwd=place, timeout=20,
                          env=programs.clean_environment(place), stdin=subprocess.DEVNULL,
                          **{'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL, stream: sender})
    os.close(sender)
    assert done.returncode == 0
    check_end_of(receiver)


@pytest.mark.parametrize('options', ['endpoint=https://127.0.0.1:9/x.asmx', 'sandbox'])
def test_a_descriptor_of_the_starter_does_not_stay_open(place, options):
    receiver, sender = os.pipe()
    done = subprocess.run([programs.daemon_program(), '-o', options, 'acme', 'mnt'], cwd=place, timeout=20,
                          env=programs.clean_environment(place), stdin=subprocess.DEVNULL, pass_fds=[sender])
    os.close(sender)
    assert done.returncode == 0
    check_end_of(receiver)


def test_the_daemon_in_the_background_has_a_session_of_its_own(mount, sandbox):
    mounted = mount(sandbox.url, foreground=False)
    assert os.getsid(mounted.pid) == mounted.pid
    assert [os.readlink(f'/proc/{mounted.pid}/fd/{number}') for number in range(3)] == ['/dev/null'] * 3


# --- helpers ---

def check_end_of(receiver):
    """Nobody holds the other end of the pipe."""
    os.set_blocking(receiver, False)
    try:
        wait_for(lambda: read_or_none(receiver) == b'', 5, 'the end of the pipe')
    finally:
        os.close(receiver)


def read_or_none(descriptor):
    try:
        return os.read(descriptor, 1000)
    except BlockingIOError:
        return None


def sandbox_of(mounted):
    """The address of the service that a mount brought, as its README says it."""
    url = re.search(r'http://127\.0\.0\.1:\d+/authenticate\S+', mounted.read('README'))[0]
    parts = urllib.parse.urlsplit(url)
    return parts.hostname, parts.port


def is_listening(address):
    with socket.socket() as connection:
        return connection.connect_ex(address) == 0


def sandboxes_with_home(home):
    """The processes of so24-sandbox that were started with this $HOME."""
    found = []
    for name in filter(str.isdigit, os.listdir('/proc')):
        try:
            command, environment = (open(f'/proc/{name}/{what}', 'rb').read() for what in ('cmdline', 'environ'))
        except OSError:
            continue  # ended meanwhile
        if b'so24-sandbox' in command and os.fsencode(f'HOME={home}') in environment.split(b'\0'):
            found.append(int(name))
    return found
