"""The file `events`: what it tells, and how programs of all kinds read it, wait at its end and are ended there."""

import errno
import os
import pty
import signal
import subprocess
import time

import pytest

from support.expecting import fails_with
from support.failing import login_text
from support.following import LINE, TOO_MANY, Follower, happen, missed_in, number_of, word_of
from support.model_service import FJORD, HOME, log_in
from support.raw_server import hang
from support.shells import run
from support.waiting import wait_for


@pytest.fixture
def mounted(mount, service):
    """Not logged in: there is one line."""
    return mount(service.url, limit=60)


# --- what it tells ---

def test_what_happens_is_told_in_the_order_in_which_it_happens(mounted, service):
    log_in(mounted)
    mounted.write('identity', FJORD)
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    mounted.read('cookie')
    with fails_with(errno.EKEYREJECTED):
        mounted.write('login', login_text(password='wrong'))
    mounted.write('logout', 'x')
    lines = mounted.read('events').splitlines()
    assert all(LINE.fullmatch(line) for line in lines)
    assert [number_of(line) for line in lines] == list(range(1, len(lines) + 1))
    assert [line.split(' ', 2)[2] for line in lines] == [
        'started version=0.1.0', f'login user=ops@example.com identity={HOME}', 'list count=6',
        f'switched from={HOME} to={FJORD} client="Fjord & Fjell AS"', f'expired identity={FJORD}',
        f'renewed identity={FJORD}',
        'rejected user=ops@example.com reason="the service rejected the credential for ops@example.com: '
        'Login: Invalid username or password"', 'logout']


def test_times_are_those_of_the_moment_and_never_go_back(mounted):
    before = time.time()
    happen(mounted, 20)
    after = time.time()
    times = [line.split()[0] for line in mounted.read('events').splitlines()]
    assert times == sorted(times)
    utc = [time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(moment)) for moment in (before, after)]
    assert utc[0] <= times[1][:19] <= times[-1][:19] <= utc[1]


def test_one_who_wrote_finds_it_told_at_once(mounted):
    for count in range(1, 100):
        happen(mounted)
        assert mounted.events().count('logout') == count


def test_a_remount_tells_what_it_took_up(remount, service):
    first = remount(service.url)
    log_in(first)
    first.unmount()
    again = remount(service.url)
    assert again.events()[1:] == [f'resumed identity={HOME}']


def test_size_and_time_of_the_file_tell_of_each_line(mounted):
    before = os.stat(mounted.path / 'events')
    for _ in range(20):
        happen(mounted)
        now = os.stat(mounted.path / 'events')
        assert now.st_size == len(mounted.read('events')) and now.st_mtime_ns > before.st_mtime_ns
        before = now


# --- programs that wait at the end ---

FOLLOWERS = {
    'cat': ['cat', 'mnt/events'],
    'dd': ['dd', 'if=mnt/events', 'bs=4096', 'status=none'],
    'dd bs=1': ['dd', 'if=mnt/events', 'bs=1', 'status=none'],
    'tail -f': ['tail', '-f', 'mnt/events'],
    'tail -F': ['tail', '-F', 'mnt/events'],
    'tail -n 1 -f': ['tail', '-n', '1', '-f', 'mnt/events'],
    'tail -n 9999 -f': ['tail', '-n', '9999', '-f', 'mnt/events'],
    'tail -n +1 -f': ['stdbuf', '-oL', 'tail', '-n', '+1', '-f', 'mnt/events'],
    'tail -c +1 -f': ['stdbuf', '-oL', 'tail', '-c', '+1', '-f', 'mnt/events'],
    'busybox tail -f': ['busybox', 'tail', '-f', 'mnt/events'],
    'grep': ['grep', '--line-buffered', '', 'mnt/events'],
    'sed -u': ['sed', '-u', 'p;d', 'mnt/events'],
    'dash': ['dash', '-c', 'while read -r line; do echo "$line"; done < mnt/events'],
    'bash': ['bash', '-c', 'while read -r line; do echo "$line"; done < mnt/events'],
    'busybox sh': ['busybox', 'sh', '-c', 'while read -r line; do echo "$line"; done < mnt/events'],
    'head and then cat': ['sh', '-c', '{ head -n 1; cat; } < mnt/events'],
    'python': ['python3', '-uc', 'for line in open("mnt/events"): print(line, end="")'],
}


@pytest.mark.parametrize('name', FOLLOWERS)
def test_a_program_gets_what_there_was_and_each_line_as_it_comes(mounted, name):
    with Follower(mounted, FOLLOWERS[name]) as follower:
        follower.wait_for('started')
        for count in range(1, 6):
            happen(mounted)
            follower.wait_for('logout', count)
        assert follower.is_running()
        assert follower.words() == ['started'] + ['logout'] * 5
        assert missed_in(follower.lines) == 0
        assert follower.send(signal.SIGINT) != 0


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL],
                         ids=lambda number: number.name)
def test_one_who_waits_at_the_end_is_ended_at_once_whatever_the_service_does(mounted, service, number):
    log_in(mounted)
    for operation in 'Login', 'HasSession':
        service.always(operation, hang)
    before = len(service.calls())
    asker = subprocess.Popen(['dd', 'iflag=direct', 'if=session'], cwd=mounted.path, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    writer = subprocess.Popen(['tee', 'login'], cwd=mounted.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    writer.stdin.write(login_text().encode())
    writer.stdin.flush()
    wait_for(lambda: len(service.calls()) > before, what='the call')
    with Follower(mounted, ['cat', 'mnt/events']) as follower:
        follower.wait_for('list')
        assert follower.send(number) == -number
    for process in asker, writer:
        process.kill()
        process.wait()
    writer.stdin.close()
    service.always('Login', None)


def test_a_terminal_shows_each_line_of_tail_at_once(mounted):
    leader, follower = pty.openpty()
    process = subprocess.Popen(['tail', '-n', '+1', '-f', mounted.path / 'events'], stdout=follower)
    os.close(follower)
    assert b'started' in os.read(leader, 4096)
    happen(mounted)
    assert b'logout' in os.read(leader, 4096)
    process.kill()
    process.wait()
    os.close(leader)


def test_a_process_that_shares_the_open_file_goes_on_where_the_other_one_stopped(mounted):
    happen(mounted, 5)
    script = 'exec < mnt/events; for i in 1 2 3; do sh -c "read -r line; echo \\"\\$line\\""; done; cat'
    with Follower(mounted, ['sh', '-c', script]) as follower:
        follower.wait_for('logout', 5)
        happen(mounted)
        follower.wait_for('logout', 6)
        assert missed_in(follower.lines) == 0


# --- programs that want what there is ---

def test_the_first_line_is_had_at_once(mounted):
    for command in ['head', '-n', '1'], ['busybox', 'head', '-n', '1'], ['sed', '1q'], ['grep', '-m', '1', 'started']:
        done = run([*command, 'mnt/events'], mounted.folder)
        assert (done.returncode, word_of(done.stdout.decode())) == (0, 'started')


@pytest.mark.parametrize('command', [['tail', '-n', '{}'], ['busybox', 'tail', '-n', '{}']],
                         ids=['tail', 'busybox tail'])
def test_the_last_lines_are_had_at_once(mounted, command):
    happen(mounted, 300)
    content = mounted.read('events').splitlines()
    for count in 1, 2, 10, 250, 301, 5000:
        done = run([word.format(count) for word in command] + ['mnt/events'], mounted.folder)
        assert done.stdout.decode().splitlines() == content[-count:]


def test_the_last_lines_are_had_also_when_the_first_ones_are_gone(mounted):
    happen(mounted, TOO_MANY)
    content = mounted.read('events').splitlines()
    assert 3000 < len(content) < TOO_MANY and word_of(content[0]) == 'logout'
    for count in 1, 10, 1000, len(content), 100000:
        done = run(['tail', '-n', str(count), 'mnt/events'], mounted.folder)
        assert done.stdout.decode().splitlines() == content[-count:]
    done = run(['busybox', 'tail', '-n', '3', 'mnt/events'], mounted.folder)
    assert done.stdout.decode().splitlines() == content[-3:]
    done = run(['tac', 'mnt/events'], mounted.folder)
    assert done.stdout.decode().splitlines() == content[::-1]


def test_tar_and_rsync_take_what_there_is(mounted):
    happen(mounted, 10)
    content = mounted.read('events')
    done = run(['tar', 'cf', 'packed.tar', '-C', 'mnt', 'events'], mounted.folder)
    assert (done.returncode, done.stderr) == (0, b'')
    assert run(['tar', 'xOf', 'packed.tar', 'events'], mounted.folder).stdout.decode() == content
    run(['rsync', 'mnt/events', 'copy'], mounted.folder)
    assert (mounted.folder / 'copy').read_text() == content


# The kernel reads for sendfile(2) by itself, up to the size that the file had.
@pytest.mark.parametrize('command', [['busybox', 'cat', 'mnt/events'], ['busybox', 'cp', 'mnt/events', '/dev/stdout']],
                         ids=['cat', 'cp'])
@pytest.mark.parametrize('count', [3, 1000, TOO_MANY])
def test_busybox_which_reads_by_sendfile_gets_what_there_is(mounted, command, count):
    happen(mounted, count)
    for _ in range(3):
        content = mounted.read_bytes('events')
        assert run(command, mounted.folder).stdout == content
        happen(mounted, 2)


# --- the end of the mount ---

def test_readers_are_told_of_the_end_and_end_well_when_the_daemon_is_terminated(mounted):
    followers = [Follower(mounted, FOLLOWERS[name]) for name in ['cat', 'dash', 'python', 'dd'] for _ in range(5)]
    for follower in followers:
        follower.wait_for('started')
    began = time.monotonic()
    mounted.terminate()
    assert time.monotonic() - began < 3
    for follower in followers:
        assert follower.result() == (0, '')
        assert follower.words() == ['started', 'stopped']
        with follower:
            pass


def test_a_tail_that_goes_on_does_not_keep_the_daemon_from_ending(mounted):
    with Follower(mounted, FOLLOWERS['tail -f']) as follower:
        follower.wait_for('started')
        began = time.monotonic()
        mounted.terminate()
        assert time.monotonic() - began < 3


def test_a_lazy_unmount_sends_the_readers_away_and_ends_the_daemon(mounted):
    followers = [Follower(mounted, FOLLOWERS[name]) for name in ['cat', 'dash', 'python']]
    for follower in followers:
        follower.wait_for('started')
    mounted.detach()
    for follower in followers:
        assert follower.result() == (0, '')
        with follower:
            pass
    wait_for(lambda: not mounted.is_running(), what='the end of the daemon')


def test_a_mount_with_a_waiting_reader_is_busy_and_goes_on(mounted):
    with Follower(mounted, FOLLOWERS['cat']) as follower:
        follower.wait_for('started')
        done = run(['fusermount3', '-u', str(mounted.path)], mounted.folder)
        assert done.returncode != 0 and b'busy' in done.stderr
        happen(mounted)
        follower.wait_for('logout')


def test_readers_of_a_daemon_that_is_killed_do_not_hang(mounted):
    with Follower(mounted, FOLLOWERS['cat']) as follower:
        follower.wait_for('started')
        mounted.kill()
        status, said = follower.result()
        assert status == 1 and 'events' in said


def test_a_reader_who_is_killed_leaves_nothing_behind(mounted):
    for _ in range(30):
        with Follower(mounted, FOLLOWERS['cat']) as follower:
            follower.wait_for('started')
            follower.send(signal.SIGKILL)
    happen(mounted)
    assert mounted.events()[-1] == 'logout'
    mounted.unmount()
