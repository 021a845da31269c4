"""The mount at other places than where it was mounted: bind mounts, chroots, containers, overlays (docs/legacy.md)."""

import os
import subprocess

import pytest

from support import programs
from support.accounts import KARI, OLA, folder, kari, log_in, ola
from support.handles import Handle
from support.mount import is_mount_point
from support.namespaces import Namespace, message, mounted_at
from support.shells import run
from support.waiting import wait_for
from support.watching import Watch, read_or_errno

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason='only root makes bind mounts and namespaces')

DEAD = 'Transport endpoint is not connected'
TIMES = 20


@pytest.fixture
def stage(tmp_path):
    """The test's folder as a mount that is shared, as / is under systemd."""
    subprocess.run(['mount', '--bind', tmp_path, tmp_path], check=True)
    subprocess.run(['mount', '--make-shared', tmp_path], check=True)
    yield tmp_path
    subprocess.run(['umount', '-l', tmp_path], check=True)


@pytest.fixture
def again(stage, remount, sandbox):
    """A factory: the mount, the first time; and then at the same place, with the same session."""
    return lambda: remount(sandbox.url, place=stage / 'acme', check_ttl=0, allow_other=True, limit=60)


@pytest.fixture
def mounted(again):
    made = again()
    log_in(made)
    return made


@pytest.fixture
def private():
    with Namespace() as namespace:
        yield namespace


def identity(number):
    return next(one for one in OLA.identities() if one['id'] == ola(number))


# --- what changes is seen everywhere ---

def test_a_chroot_reads_the_new_cookie_after_each_renewal(mounted, private, sandbox, tmp_path):
    root = tmp_path / 'root'
    root.mkdir()
    private.mount('--bind', '/', root)
    private.mount('--bind', mounted.path, root / 'mnt')
    seen = set()
    for turn in range(TIMES):
        sandbox.expire()
        ours = mounted.read_bytes('cookie') if turn % 2 else None  # every other time it is they who need it first
        theirs = private.read('/mnt/cookie', 'chroot', root)
        assert theirs == mounted.read_bytes('cookie') == (ours or theirs)
        seen.add(theirs)
    assert len(seen) == TIMES


def test_a_switch_and_a_login_are_made_through_a_bind_mount(mounted, tmp_path):
    with mounted_at(tmp_path / 'there', '--bind', mounted.path) as there:
        (there / 'identity').write_text(f'{ola(3)}\n')
        assert mounted.read('identity') == f'{ola(3)}\n'
        (there / 'logout').write_text('1\n')
        assert mounted.read('session') == 'false\n'
        (there / 'login').write_text(OLA.lines())
        assert mounted.read('session') == (there / 'session').read_text() == 'true\n'


def test_who_watches_through_a_bind_mount_is_woken(mounted, sandbox, tmp_path):
    with mounted_at(tmp_path / 'there', '--bind', mounted.path) as there, Watch(there) as watch:
        sandbox.expire()
        cookie = mounted.read('cookie')
        assert cookie in [seen.content for seen in watch.wait_for('cookie')]
        mounted.write('identity', f'{ola(3)}\n')
        wait_for(lambda: ('identity', f'{ola(3)}\n') in [(seen.name, seen.content) for seen in watch.seen], what='the switch')


def test_a_single_file_that_is_bound_keeps_up(mounted, sandbox, tmp_path):
    with mounted_at(tmp_path / 'cookie', '--bind', mounted.path / 'cookie', file=True) as there:
        for _ in range(TIMES):
            sandbox.expire()
            assert there.read_text() == mounted.read('cookie')
        mounted.write('logout', '1\n')
        assert read_or_errno(there) == 'ENOKEY'
        log_in(mounted)
        assert there.read_text() == mounted.read('cookie')


def test_an_identitys_folder_that_is_bound_is_that_identitys_or_nobodys(mounted, sandbox, tmp_path):
    """A container that is to have one client's session, and no other."""
    own = folder(identity(5))
    with mounted_at(tmp_path / 'there', '--bind', mounted.path / own) as there:
        first = (there / 'cookie').read_text()
        assert first == mounted.read(f'{own}/cookie') != mounted.read('cookie')
        sandbox.expire()
        assert first != (there / 'cookie').read_text() == mounted.read(f'{own}/cookie')
        mounted.write('identity', f'{ola(3)}\n')
        assert (there / 'id').read_text() == f'{ola(5)}\n'
        mounted.write('logout', '1\n')
        assert read_or_errno(there / 'cookie') == read_or_errno(there / 'id') == 'ENOENT'
        log_in(mounted, KARI, identity_id=kari(2))
        assert mounted.read('identity') == f'{kari(2)}\n'
        assert read_or_errno(there / 'cookie') == read_or_errno(there / 'id') == 'ENOENT'
        log_in(mounted)
        assert (there / 'id').read_text() == f'{ola(5)}\n'
        assert (there / 'cookie').read_text() == mounted.read(f'{own}/cookie')


def test_an_overlay_over_the_mount_keeps_up_with_it_but_wakes_nobody(mounted, sandbox, tmp_path):
    (tmp_path / 'empty').mkdir()
    options = f'lowerdir={mounted.path}:{tmp_path}/empty'
    with mounted_at(tmp_path / 'there', '-t', 'overlay', '-o', options, 'overlay') as there:
        with Watch(there) as of_overlay, Watch(mounted.path) as of_mount:
            for _ in range(TIMES):
                sandbox.expire()
                assert (there / 'cookie').read_text() == mounted.read('cookie')
                assert (there / 'session').read_text() == 'true\n'
            of_mount.wait_for('cookie')
            assert of_overlay.names() == []
        mounted.write('identity', f'{ola(3)}\n')
        assert (there / 'identity').read_text() == f'{ola(3)}\n'


def test_an_overlay_shows_to_all_what_bears_no_cookie_though_the_mount_is_closed_to_them(mount, sandbox, tmp_path):
    """Its files are opened by who has made it."""
    for above in tmp_path, *tmp_path.parents[:2]:
        above.chmod(0o755)
    mounted = mount(sandbox.url)
    log_in(mounted)
    (tmp_path / 'empty').mkdir()

    def as_nobody(path):
        done = run(['cat', path], tmp_path, user=65534, group=65534, extra_groups=[])
        return done.stdout or message(done)

    with mounted_at(tmp_path / 'there', '-t', 'overlay', '-o', f'lowerdir={mounted.path}:{tmp_path}/empty', 'x') as there:
        assert as_nobody(mounted.path / 'session') == 'Permission denied'
        assert as_nobody(there / 'session') == b'true\n'
        for name in 'cookie', 'export/env':
            assert as_nobody(there / name) == 'Permission denied'


# --- another daemon ---

def test_after_a_restart_a_bind_mount_is_dead_until_it_is_made_anew(again, mounted, private, tmp_path):
    cookie, there = mounted.read_bytes('cookie'), tmp_path / 'there'
    there.mkdir()
    private.mount('--bind', mounted.path, there)
    assert private.read(there / 'cookie') == cookie
    mounted.terminate()
    assert private.read(there / 'cookie') == private.read(there / 'session') == DEAD
    other = again()
    assert private.read(there / 'cookie') == DEAD
    with Namespace() as restarted:  # the container, started again
        restarted.mount('--bind', other.path, there)
        assert restarted.read(there / 'cookie') == cookie


@pytest.mark.parametrize('end', ['terminate', 'kill'])
@pytest.mark.parametrize('started', ['before', 'after'])
def test_with_the_folder_above_as_a_slave_each_remount_shows_up(again, mounted, tmp_path, started, end):
    there = tmp_path / 'there'
    there.mkdir()
    if started == 'before':
        mounted.terminate()
    with Namespace('slave') as container:
        container.mount('--rbind', mounted.folder, there)
        if started == 'before':
            assert container.run('ls', there / 'mnt').stdout == b''
            mounted = again()
        cookie = mounted.read_bytes('cookie')
        assert container.read(there / 'mnt/cookie') == cookie
        getattr(mounted, end)()
        if end == 'kill':
            assert container.read(there / 'mnt/session') == DEAD
            mounted.detach()
        assert container.run('ls', there / 'mnt').stdout == b''
        other = again()
        assert container.read(there / 'mnt/cookie') == other.read_bytes('cookie') == cookie


def test_with_the_folder_above_and_private_no_remount_shows_up(again, mounted, private, tmp_path):
    there = tmp_path / 'there'
    there.mkdir()
    private.mount('--rbind', mounted.folder, there)
    assert private.read(there / 'mnt/session') == b'true\n'
    mounted.terminate()
    other = again()
    assert private.read(there / 'mnt/session') == DEAD
    assert other.read('session') == 'true\n'


def test_a_copy_in_a_container_keeps_the_daemon_after_an_unmount_and_ends_with_a_stop(mounted, sandbox, private, tmp_path):
    cookie = mounted.path / 'cookie'
    first = private.read(cookie)
    subprocess.run(['fusermount3', '-u', mounted.path], check=True)
    assert not is_mount_point(mounted.path) and mounted.is_running()
    sandbox.expire()
    sandbox.slow(0.05)
    with subprocess.Popen(private.command('cat', cookie), stdout=subprocess.PIPE) as waiting:
        while waiting.poll() is None:  # whatever is mounted and unmounted on the machine meanwhile
            with mounted_at(tmp_path / 'there', '--bind', tmp_path):
                pass
            (tmp_path / 'there').rmdir()
        second = waiting.stdout.read()
    assert len(second) == len(first) and second != first
    mounted.terminate()
    assert private.read(cookie) == DEAD


def test_who_waits_in_a_container_for_events_is_sent_away_when_the_mount_is_taken_away_outside(mounted, private):
    with subprocess.Popen(private.command('cat', mounted.path / 'events'), stdout=subprocess.PIPE) as waiting:
        assert b'started' in waiting.stdout.readline()
        subprocess.run(['fusermount3', '-u', mounted.path], check=True)
        assert waiting.wait(10) == 0
    assert private.read(mounted.path / 'session') == b'true\n'
    mounted.terminate()


# --- what stays ---

def inodes(top):
    """Of every file and folder."""
    return {os.path.relpath(path, top): os.lstat(path).st_ino
            for parent, folders, files in os.walk(top) for path in [os.path.join(parent, name) for name in folders + files]}


def test_inode_numbers_are_the_same_after_a_remount_and_through_a_bind_mount(again, mounted, tmp_path):
    before = inodes(mounted.path)
    assert len(before) > 200 and len(set(before.values())) == len(before)
    with mounted_at(tmp_path / 'there', '--bind', mounted.path) as there:
        assert inodes(there) == before
        assert os.stat(there).st_dev == os.stat(mounted.path).st_dev
    mounted.terminate()
    assert inodes(again().path) == before


def test_a_command_finds_the_account_by_its_name_when_there_are_bind_mounts_of_it(mount, sandbox, tmp_path):
    name = f'bound{os.getpid()}'
    mounted = mount(sandbox.url, source=name)
    log_in(mounted)
    with (mounted_at(tmp_path / 'one', '--bind', mounted.path),
          mounted_at(tmp_path / 'two', '--bind', mounted.path / 'export')):
        done = run([programs.daemon_program(), 'status', name], tmp_path)
        assert (done.returncode, done.stderr) == (0, b'')
        assert f' {name}\n'.encode() in done.stdout


def test_a_file_handle_as_an_nfs_server_gives_out_does_not_outlive_the_daemon(again, mounted):
    handle = Handle(mounted.path / 'cookie')
    assert handle.leads_to(mounted.path) == os.stat(mounted.path / 'cookie').st_ino
    mounted.terminate()
    assert handle.leads_to(again().path) == 'ESTALE'
