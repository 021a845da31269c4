"""poll(2), select(2) and epoll(7) wake when there is a line in `events`, or another content in a file; and never else."""

import errno
import os
import select
import signal
import subprocess
import threading

import pytest

from support.following import happen, word_of
from support.interruption import system_call_of
from support.model_service import FJORD, HOME, log_in
from support.polling import CHANGED, ENDED, READABLE, WAYS, Waiter, Watch, state, watching
from support.programs import clean_environment
from support.waiting import wait_for

WATCHED = ['session', 'identity', 'cookie']
POLL = {'7', '73'}  # on x86-64 and elsewhere
OWN = f'identities/Fjord & Fjell AS/{FJORD}/cookie'


@pytest.fixture
def mounted(mount, service):
    mounted = mount(service.url, limit=60)
    log_in(mounted)
    return mounted


def renew(mounted, service):
    """The session ends, and a reader has it renewed."""
    service.model.end_sessions()
    return mounted.read_now('cookie')


# --- events ---

WAIT = {
    'poll': lambda descriptor, seconds: state(descriptor, seconds) == {READABLE},
    'select': lambda descriptor, seconds: select.select([descriptor], [], [], seconds)[0] == [descriptor],
}


@pytest.mark.parametrize('way', WAIT)
def test_events_is_readable_when_there_is_a_line(mounted, way):
    wait = WAIT[way]
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    assert wait(descriptor, 0)
    os.read(descriptor, 65536)
    for _ in range(20):
        assert not wait(descriptor, 0)
        timer = threading.Timer(0.02, happen, [mounted])
        timer.start()
        assert wait(descriptor, 20)
        assert word_of(os.read(descriptor, 65536).decode()) == 'logout'
        timer.join()
    os.close(descriptor)


@pytest.mark.parametrize('edge', [0, select.EPOLLET], ids=['level', 'edge'])
def test_epoll_tells_of_each_line(mounted, edge):
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY | os.O_NONBLOCK)
    with select.epoll() as epoll:
        epoll.register(descriptor, select.EPOLLIN | edge)
        for _ in range(20):
            assert epoll.poll(20) == [(descriptor, select.EPOLLIN)]
            assert os.read(descriptor, 65536)
            assert epoll.poll(0.01) == []
            happen(mounted)
        assert epoll.poll(20)
        assert len(epoll.poll(0.01)) == (0 if edge else 1)
    os.close(descriptor)


def test_events_stays_readable_until_all_was_read(mounted):
    happen(mounted, 3)
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    length = os.stat(mounted.path / 'events').st_size
    for _ in range(length):
        assert state(descriptor) == {READABLE}
        os.read(descriptor, 1)
    assert state(descriptor) == set()
    os.close(descriptor)


def test_one_who_goes_to_the_end_of_events_is_told_of_what_is_new(mounted):
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    os.lseek(descriptor, 0, os.SEEK_END)
    assert state(descriptor) == set()
    happen(mounted)
    assert state(descriptor, 20) == {READABLE}
    assert word_of(os.read(descriptor, 65536).decode()) == 'logout'
    os.close(descriptor)


def test_a_hundred_who_wait_for_events_are_all_told(mounted):
    descriptors = [os.open(mounted.path / 'events', os.O_RDONLY) for _ in range(100)]
    for descriptor in descriptors:
        os.read(descriptor, 65536)
    results = []
    threads = [threading.Thread(target=lambda each=each: results.append(state(each, 20))) for each in descriptors]
    for thread in threads:
        thread.start()
    happen(mounted)
    for thread in threads:
        thread.join(30)
    assert results == [{READABLE}] * 100
    for descriptor in descriptors:
        os.close(descriptor)


def test_the_end_of_the_daemon_ends_the_wait_for_events(mounted):
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    os.read(descriptor, 65536)
    text = []

    def follow():
        while READABLE in state(descriptor, 20):
            piece = os.read(descriptor, 65536).decode()
            text.append(piece)
            if piece == '':
                break

    thread = threading.Thread(target=follow)
    thread.start()
    wait_for(lambda: system_call_of(thread)[0] in POLL, what='the poll')
    mounted.terminate()
    thread.join(20)
    assert [word_of(piece) for piece in text[:1]] == ['stopped'] and text[-1] == ''
    os.close(descriptor)


def test_a_lazy_unmount_hangs_up(mounted):
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    os.read(descriptor, 65536)
    mounted.detach()
    wait_for(lambda: state(descriptor) == {READABLE, ENDED}, what='the end')
    assert os.read(descriptor, 100) == b''
    os.close(descriptor)
    wait_for(lambda: not mounted.is_running(), what='the end of the daemon')


# --- session, identity and cookie ---

CHANGES = {  # what happens, and which of the files then reads as something else
    'a renewal': (renew, {'cookie'}),
    'a switch': (lambda mounted, _: mounted.write('identity', FJORD), {'identity'}),
    'a logout': (lambda mounted, _: mounted.write('logout', 'x'), {'session', 'identity', 'cookie'}),
    'another login': (lambda mounted, _: log_in(mounted), {'cookie'}),
    'another login elsewhere': (lambda mounted, _: log_in(mounted, identity_id=FJORD), {'cookie', 'identity'}),
}


@pytest.mark.parametrize('way', WAYS)
@pytest.mark.parametrize('change', CHANGES)
def test_those_who_wait_are_told_of_a_change_of_what_they_have_read(mounted, service, change, way):
    make, changed = CHANGES[change]
    watches = {name: Watch(mounted.path / name, way) for name in WATCHED}
    for watch in watches.values():
        watch.read()
        assert not watch.wait_for_change(0)
    waiters = {name: Waiter(watch, 20 if name in changed else 0.3) for name, watch in watches.items()}
    make(mounted, service)
    assert {name for name, waiter in waiters.items() if waiter.join()} == changed
    for watch in watches.values():
        watch.read()
        assert not watch.wait_for_change(0.05)
        with watch:
            pass


@pytest.mark.parametrize('way', WAYS)
def test_each_of_many_renewals_is_told(mounted, service, way):
    with watching(mounted, 'cookie', way) as watch:
        before = watch.read()
        for _ in range(20):
            waiter = Waiter(watch)
            renew(mounted, service)
            assert waiter.join()
            assert watch.read() != before
            before = watch.read()
            assert not watch.wait_for_change(0)


def test_a_renewal_is_one_edge_and_a_switch_too(mounted, service):
    with watching(mounted, 'cookie', 'epoll edge') as cookie, watching(mounted, 'identity', 'epoll edge') as identity:
        cookie.edges()
        identity.edges()
        for number in range(5):
            renew(mounted, service)
            assert (cookie.edges(), identity.edges()) == (1, 0)
            mounted.write('identity', HOME if number % 2 else FJORD)
            assert (cookie.edges(), identity.edges()) == (0, 1)


@pytest.mark.parametrize('way', WAYS)
def test_checks_that_find_the_same_session_wake_nobody(mounted, way):
    watches = [Watch(mounted.path / name, way) for name in WATCHED]
    for watch in watches:
        watch.read()
        watch.wait_for_change(0)
    waiters = [Waiter(watch, 1) for watch in watches]
    for _ in range(20):
        mounted.read_now('session')
        mounted.read_now('cookie')
        mounted.write('identity', HOME)
    assert [waiter.join() for waiter in waiters] == [False] * 3
    for watch in watches:
        with watch:
            pass


def test_a_renewal_that_lands_on_the_default_identity_first_is_no_change_of_identity(mounted, service):
    mounted.write('identity', FJORD)
    service.model.heeds_identity_id = False
    with watching(mounted, 'identity', 'poll') as watch:
        waiter = Waiter(watch, 1)
        for _ in range(3):
            renew(mounted, service)
        assert not waiter.join() and watch.read() == f'{FJORD}\n'


def test_a_session_that_ends_is_told_and_its_renewal_too(mounted, service):
    with watching(mounted, 'session', 'poll') as session, watching(mounted, 'cookie', 'poll') as cookie:
        service.model.end_sessions()
        assert mounted.read_now('session') == 'false\n'
        assert session.wait_for_change(20) and session.read() == 'false\n'
        assert cookie.wait_for_change(20) and cookie.read() == errno.EKEYEXPIRED
        assert not session.wait_for_change(0) and not cookie.wait_for_change(0)
        renewed = mounted.read('cookie')
        assert session.wait_for_change(20) and session.read() == 'true\n'
        assert cookie.wait_for_change(20) and cookie.read() == renewed


def test_a_cookie_that_is_withheld_is_told_and_given_back_too(mounted, service):
    with watching(mounted, 'cookie', 'poll') as watch:
        before = watch.read()
        service.model.switch_sessions(FJORD)
        with pytest.raises(OSError):
            mounted.read_now('cookie')
        assert watch.wait_for_change(20) and watch.read() == errno.EKEYREVOKED
        mounted.write('identity', HOME)
        assert watch.wait_for_change(20) and watch.read() == before


def test_what_changed_before_one_waited_is_told_at_once(mounted, service):
    with watching(mounted, 'cookie', 'poll') as watch:
        renew(mounted, service)
        assert watch.wait_for_change(0) and watch.wait_for_change(0)
        watch.read()
        assert not watch.wait_for_change(0)


def test_one_who_opened_and_did_not_read_is_told_of_what_changed_since(mounted, service):
    with Watch(mounted.path / 'cookie') as watch:
        assert not watch.wait_for_change(0)
        renew(mounted, service)
        assert watch.wait_for_change(20)


def test_each_opener_is_told_of_what_is_new_to_him(mounted, service):
    with watching(mounted, 'cookie', 'poll') as early:
        renew(mounted, service)
        with watching(mounted, 'cookie', 'poll') as late:
            assert early.wait_for_change(0) and not late.wait_for_change(0)


def test_the_file_can_always_be_read_as_well(mounted, service):
    with watching(mounted, 'cookie', 'poll') as watch:
        assert state(watch.descriptor) == {READABLE}
        renew(mounted, service)
        assert state(watch.descriptor) == {READABLE, CHANGED}
        assert select.select([watch.descriptor], [], [], 0)[0]


def test_an_identity_s_own_cookie_is_told_of(mounted, service):
    with watching(mounted, OWN, 'epoll') as own, watching(mounted, 'cookie', 'epoll') as main:
        before = own.read()
        service.model.end_sessions()
        now = mounted.read_now(OWN)
        assert own.wait_for_change(20) and own.read() == now != before
        assert not main.wait_for_change(0.2)


@pytest.mark.parametrize('name', ['README', 'error', 'current/id', 'login', 'identity', 'logout'])
def test_other_files_can_be_read_and_written_at_once(mounted, name):
    for flags, wanted in (os.O_RDONLY, select.POLLIN), (os.O_WRONLY, select.POLLOUT):
        if os.access(mounted.path / name, os.R_OK if flags == os.O_RDONLY else os.W_OK):
            try:
                descriptor = os.open(mounted.path / name, flags)
            except PermissionError:
                continue
            poll = select.poll()
            poll.register(descriptor, select.POLLIN | select.POLLOUT | select.POLLPRI)
            assert poll.poll(0)[0][1] & wanted and not poll.poll(0)[0][1] & (select.POLLPRI | select.POLLERR)
            os.close(descriptor)


def test_those_who_wait_are_told_when_the_daemon_ends(mounted):
    with watching(mounted, 'cookie', 'poll') as watch:
        poll = select.poll()
        poll.register(watch.descriptor, select.POLLPRI)
        thread = threading.Timer(0.1, mounted.terminate)
        thread.start()
        assert poll.poll(20000)[0][1] & select.POLLERR
        thread.join()


def test_those_who_are_killed_while_they_wait_leave_nothing_behind(mounted, service):
    script = ('import select, sys; file = open(sys.argv[1]); file.read(); poll = select.poll(); '
              'poll.register(file, select.POLLPRI); print("ready", flush=True); poll.poll()')
    for _ in range(10):
        process = subprocess.Popen(['/usr/bin/python3', '-c', script, mounted.path / 'cookie'], stdout=subprocess.PIPE,
                                   env=clean_environment(mounted.folder))
        assert process.stdout.readline() == b'ready\n'
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        renew(mounted, service)
    mounted.unmount()


def test_many_wait_for_many_files_and_each_is_told_of_his_own(mounted, service):
    watches = [(name, Watch(mounted.path / name, way)) for name in WATCHED for way in WAYS for _ in range(10)]
    for _, watch in watches:
        watch.read()
        watch.wait_for_change(0)
    waiters = [(name, Waiter(watch, 20 if name == 'identity' else 0.5)) for name, watch in watches]
    mounted.write('identity', FJORD)
    assert all(waiter.join() == (name == 'identity') for name, waiter in waiters)
    for _, watch in watches:
        with watch:
            pass
