"""Who waits for the service shares its calls, can be interrupted at any time, and keeps nobody else waiting."""

import contextlib
import errno
import os
import signal
import subprocess
import time

import pytest

from support import accounts, answers
from support.model_service import APPLICATION, FJORD, PASSWORD, USERNAME, log_in
from support.raw_server import after, hang
from support.readers import PROMPT, Readers, Waiting, opens_seen, wait_for_opens, wait_for_writes, writes_seen
from support.shells import run
from support.waiting import wait_for

CREDENTIAL = f'username = {USERNAME}\npassword = {PASSWORD}\napplication_id = {APPLICATION}\n'
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP]


@pytest.fixture
def mounted(mount, service):
    """A mount that is logged in, and whose session was not asked about yet."""
    mounted = mount(service.url)
    log_in(mounted)
    return mounted


def model_after(gate, service):
    """The right answer, once the gate is open."""
    return lambda connection: after(gate, service.reply_of_model(connection.request))(connection)


# --- sharing ---

def test_200_readers_of_session_at_once_cause_one_call(mount, service, gate):
    mounted = mount(service.url, debug=True)
    log_in(mounted)
    service.next('HasSession', after(gate, service.dress(answers.has_session(True))))
    before = opens_seen(mounted)
    readers = Readers(mounted.path / 'session', 200)
    wait_for_opens(mounted, before + 200)
    gate.set()
    assert readers.join() == ['true\n'] * 200
    assert len(service.calls('HasSession')) == 1


def test_200_readers_of_a_cookie_that_is_old_cause_one_check(mount, service, gate):
    mounted = mount(service.url, debug=True, options={'check_ttl': 1})
    log_in(mounted)
    logged_in = time.monotonic()
    asked = len(service.calls())
    cookie = mounted.read('cookie')
    assert len(service.calls()) == asked
    wait_for(lambda: time.monotonic() > logged_in + 1, what='the age of a second')
    service.next('HasSession', after(gate, service.dress(answers.has_session(True))))
    before = opens_seen(mounted)
    readers = Readers(mounted.path / 'cookie', 200)
    wait_for_opens(mounted, before + 200)
    gate.set()
    assert readers.join() == [cookie] * 200
    assert [request.operation for request in service.calls()[asked:]] == ['HasSession', 'GetIdentity']


def test_200_readers_who_each_want_the_truth_of_now_share_calls(mount, service, gate):
    mounted = mount(service.url, debug=True, options={'check_ttl': 0})
    log_in(mounted)
    cookie = mounted.read('cookie')
    asked = len(service.calls())
    service.next('HasSession', after(gate, service.dress(answers.has_session(True))))
    before = opens_seen(mounted)
    readers = Readers(mounted.path / 'cookie', 200)
    wait_for_opens(mounted, before + 200)
    gate.set()
    assert readers.join() == [cookie] * 200
    assert 2 <= len(service.calls()) - asked <= 6


def test_200_readers_of_a_cookie_cause_one_login_when_the_session_has_ended(mount, service, gate):
    mounted = mount(service.url, debug=True)
    log_in(mounted)
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    service.next('Login', model_after(gate, service))
    before = opens_seen(mounted)
    readers = Readers(mounted.path / 'cookie', 200)
    wait_for_opens(mounted, before + 200)
    gate.set()
    results = readers.join()
    assert set(results) == {f'{session}\n' for session in service.model.sessions}
    assert len(service.calls('Login')) == 2


def test_200_readers_share_one_refusal(mount, service, gate):
    mounted = mount(service.url, debug=True)
    log_in(mounted)
    service.next('HasSession', after(gate, service.fault('Something is wrong')))
    before = opens_seen(mounted)
    readers = Readers(mounted.path / 'session', 200)
    wait_for_opens(mounted, before + 200)
    gate.set()
    assert {failure.errno for failure in readers.join()} == {errno.EREMOTEIO}
    assert len(service.calls('HasSession')) == 1


LOOKERS = {
    'ls -lR': ['ls', '-lR', 'mnt'],
    'ls -laRLi': ['ls', '-laRLi', 'mnt'],
    'find -ls': ['find', 'mnt', '-ls'],
    'find -L': ['find', '-L', 'mnt', '-size', '+0', '-newermt', '2000-01-01'],
    'stat': ['sh', '-c', 'stat mnt mnt/* mnt/current/* mnt/identities/*/*'],
    'du': ['du', '-a', 'mnt'],
    'readlink': ['readlink', 'mnt/current'],
    'realpath': ['realpath', 'mnt/current/id'],
    'test': ['sh', '-c', 'test -r mnt/cookie && test -w mnt/login && test -d mnt/current && test -s mnt/identity'],
    'df': ['df', 'mnt'],
    'cat of the fields': ['sh', '-c',
                          'cat mnt/identities/*/*/*_* mnt/current/identity.xml mnt/current/servers mnt/README mnt/error'],
}


@pytest.mark.parametrize('name', LOOKERS)
def test_looking_around_causes_no_call(mount, sandbox, name):
    mounted = mount(sandbox.url, options={'check_ttl': 0})
    accounts.log_in(mounted)
    sandbox.reset_calls()
    for _ in range(2):
        looked = run(LOOKERS[name], mounted.folder)
        assert (looked.returncode, looked.stderr) == (0, b'')
        assert looked.stdout or name == 'test'
    assert sandbox.calls() == 0


@pytest.mark.parametrize('name', ['ls -lR', 'find -ls', 'du'])
def test_looking_around_without_a_session_causes_no_call(mount, sandbox, name):
    mounted = mount(sandbox.url)
    assert b'README' in run(LOOKERS[name], mounted.folder).stdout or name == 'du'
    assert sandbox.calls() == 0


def test_looking_around_after_a_session_has_ended_causes_no_call(mount, sandbox):
    mounted = mount(sandbox.url)
    accounts.log_in(mounted)
    sandbox.expire()
    assert mounted.read_now('session') == 'false\n'
    sandbox.reset_calls()
    run(['ls', '-lR', 'mnt'], mounted.folder)
    assert sandbox.calls() == 0


# --- interrupting ---

READERS = {
    'cat session': ['cat', 'mnt/session'],
    'dd session': ['dd', 'iflag=direct', 'if=mnt/session'],
    'dd cookie': ['dd', 'iflag=direct', 'if=mnt/cookie'],
    'dd identity': ['dd', 'iflag=direct', 'if=mnt/identity'],
    'grep': ['grep', 'true', 'mnt/session'],
    'python': ['/usr/bin/python3', '-c', 'open("mnt/session").read()'],
}


@pytest.mark.parametrize('name', READERS)
def test_a_waiting_reader_ends_at_a_signal(mount, service, name):
    mounted = mount(service.url, debug=True)
    log_in(mounted)
    service.always('HasSession', hang)
    for number in SIGNALS:
        before = opens_seen(mounted)
        with Waiting(mounted, READERS[name]) as reader:
            wait_for_opens(mounted, before + 1)
            assert reader.is_waiting()
            status = reader.send(number)
            assert status == -number or (name == 'python' and number == signal.SIGINT and status == 130), status


@pytest.mark.parametrize('file, text, operation', [
    ('login', CREDENTIAL, 'Login'),
    ('identity', FJORD, 'SetIdentityById'),
    ('identity', f'<Identity><Id>{FJORD}</Id></Identity>', 'SetIdentity'),
], ids=['login', 'identity', 'document'])
def test_a_waiting_writer_ends_at_a_signal(mount, service, file, text, operation):
    mounted = mount(service.url, debug=True)
    log_in(mounted)
    service.always(operation, hang)
    for number in SIGNALS:
        before = writes_seen(mounted)
        with Waiting(mounted, ['tee', f'mnt/{file}'], text) as writer:
            wait_for_writes(mounted, before + 1)
            assert writer.is_waiting()
            assert writer.send(number) == -number


def test_a_login_on_a_server_that_accepts_and_never_answers_ends_at_control_c(mount, start_server):
    server = start_server(lambda request: hang)
    mounted = mount(server.url)
    (mounted.folder / 'text').write_text(CREDENTIAL)
    with Waiting(mounted, ['cp', 'text', 'mnt/login']) as writer:
        wait_for(lambda: server.calls('Login'), what='the call')
        assert writer.send(signal.SIGINT) == -signal.SIGINT
    assert mounted.read('session') == 'false\n'
    assert mounted.error() == 'none\n'


@pytest.mark.parametrize('command', [['ls', 'mnt/identities'], ['cat', 'mnt/identities/Tvilling AS/x/id']],
                         ids=['ls', 'cat'])
def test_who_waits_for_the_list_of_identities_ends_at_a_signal(mount, service, command):
    service.model.blocked.add(service.model.default_identity())
    mounted = mount(service.url, debug=True)
    with pytest.raises(PermissionError):  # the default identity is blocked: there is a credential and no session
        log_in(mounted)
    service.always('GetIdentitiesWithCredential', hang)
    for number in SIGNALS:
        before = mounted.log_text().count('opcode: ')
        with Waiting(mounted, command) as reader:
            wait_for(lambda: service.calls('GetIdentitiesWithCredential'), what='the call')
            wait_for(lambda: asks_for_the_list(mounted, before), what='the request')
            assert reader.is_waiting()
            assert reader.send(number) == -number


def test_one_of_many_readers_is_interrupted_and_the_others_are_answered(mount, service, gate):
    mounted = mount(service.url, debug=True)
    log_in(mounted)
    service.next('HasSession', after(gate, service.dress(answers.has_session(True))))
    before = opens_seen(mounted)
    readers = Readers(mounted.path / 'session', 20)
    with Waiting(mounted, ['cat', 'mnt/session']) as other:
        wait_for_opens(mounted, before + 21)
        assert other.send(signal.SIGINT) == -signal.SIGINT
    gate.set()
    assert readers.join() == ['true\n'] * 20
    assert len(service.calls('HasSession')) == 1


def test_a_signal_handler_that_raises_ends_an_open_of_python(mounted, service):
    class Enough(Exception):
        pass

    def on_alarm(*_):
        raise Enough

    service.always('HasSession', hang)
    previous = signal.signal(signal.SIGALRM, on_alarm)
    try:
        began = time.monotonic()
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        with pytest.raises(Enough):
            os.open(mounted.path / 'session', os.O_RDONLY)
        assert time.monotonic() - began < 0.1 + PROMPT
    finally:
        signal.signal(signal.SIGALRM, previous)


def test_a_signal_handler_that_returns_lets_an_open_of_python_go_on(mounted, service, gate):
    service.always('HasSession', after(gate, service.dress(answers.has_session(True))))
    alarms = []

    def on_alarm(*_):
        alarms.append(1)
        if len(alarms) == 3:
            gate.set()

    previous = signal.signal(signal.SIGALRM, on_alarm)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
        assert mounted.read('session') == 'true\n'
        assert len(alarms) >= 3
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def test_an_interrupted_read_leaves_no_trace_in_error(mounted, service):
    service.always('HasSession', hang)
    with Waiting(mounted, ['cat', 'mnt/session']) as reader:
        wait_for(lambda: service.calls('HasSession'), what='the call')
        reader.send(signal.SIGINT)
    assert mounted.error() == 'none\n'


# --- a second writer ---

@pytest.mark.parametrize('file, text, operation', [
    ('login', CREDENTIAL, 'Login'), ('identity', FJORD, 'SetIdentityById'),
], ids=['login', 'identity'])
def test_a_second_writer_ends_at_a_signal_while_the_first_one_waits(mount, service, gate, file, text, operation):
    mounted = mount(service.url, debug=True)
    log_in(mounted)
    asked = len(service.calls(operation))
    service.next(operation, model_after(gate, service))
    (mounted.folder / 'text').write_text(text)
    with Waiting(mounted, ['tee', f'mnt/{file}'], text) as first:
        wait_for(lambda: len(service.calls(operation)) > asked, what='the call')
        for number in SIGNALS:
            before = opens_seen(mounted)
            with Waiting(mounted, ['sh', '-c', f'exec cat text > mnt/{file}']) as second:
                wait_for_opens(mounted, before + 1)
                assert second.is_waiting()
                assert second.send(number) == -number
        assert first.is_waiting()
        gate.set()
        assert first.result() == (0, text, '')
    assert len(service.calls(operation)) == asked + 1


def test_a_second_writer_writes_when_the_first_one_is_done(mounted, service, gate):
    service.next('SetIdentityById', model_after(gate, service))
    with Waiting(mounted, ['tee', 'mnt/identity'], f'{FJORD}\n') as first:
        wait_for(lambda: service.calls('SetIdentityById'), what='the call')
        writers = [subprocess.Popen(['sh', '-c', f'echo {FJORD} > mnt/identity'], cwd=mounted.folder) for _ in range(5)]
        assert all(writer.poll() is None for writer in writers)
        gate.set()
        assert first.result()[0] == 0
        assert [writer.wait(20) for writer in writers] == [0] * 5
    assert len(service.calls('SetIdentityById')) == 6


def test_readers_read_on_while_a_writer_waits(mounted, service):
    service.always('SetIdentityById', hang)
    with Waiting(mounted, ['tee', 'mnt/identity'], FJORD) as writer:
        wait_for(lambda: service.calls('SetIdentityById'), what='the call')
        check_all_else_goes_on(mounted)
        assert writer.is_waiting()
        writer.send(signal.SIGINT)


# --- everybody else ---

def test_all_else_goes_on_while_a_reader_waits(mounted, service):
    service.always('HasSession', hang)
    with Waiting(mounted, ['cat', 'mnt/session']) as reader:
        wait_for(lambda: service.calls('HasSession'), what='the call')
        check_all_else_goes_on(mounted)
        assert reader.is_waiting()


def test_all_else_goes_on_while_a_login_waits(mounted, service):
    service.always('Login', hang)
    with Waiting(mounted, ['tee', 'mnt/login'], CREDENTIAL) as writer:
        wait_for(lambda: len(service.calls('Login')) == 2, what='the call')
        check_all_else_goes_on(mounted)
        assert writer.is_waiting()


def check_all_else_goes_on(mounted):
    for command in (['stat', 'mnt/session'], ['ls', '-lR', 'mnt'], ['cat', 'mnt/README'], ['cat', 'mnt/error'],
                    ['readlink', 'mnt/current'], ['cat', 'mnt/current/id'], ['ls', 'mnt/identities'], ['df', 'mnt'],
                    ['find', 'mnt', '-name', 'id', '-exec', 'cat', '{}', '+']):
        done = run(command, mounted.folder, timeout=5)
        assert (done.returncode, done.stderr) == (0, b'') and done.stdout, command


# --- the end of the mount ---

def test_sigterm_ends_the_daemon_while_many_wait(mount, service):
    mounted = mount(service.url, debug=True)
    with many_who_wait(mounted, service) as waiting:
        mounted.terminate()
        check_all_failed(waiting)
    assert (mounted.process.returncode, mounted.is_mounted()) == (0, False)


def test_a_lazy_unmount_ends_the_daemon_while_many_wait(mount, service):
    mounted = mount(service.url, debug=True)
    with many_who_wait(mounted, service) as waiting:
        mounted.detach()
        assert not mounted.is_mounted()
        check_all_failed(waiting)
        wait_for(lambda: not mounted.is_running(), what='the end of the daemon')
    assert mounted.process.returncode == 0


def test_a_lazy_unmount_ends_the_daemon_when_the_last_user_has_gone(mounted):
    with open(mounted.path / 'README', encoding='utf-8') as file:
        mounted.detach()
        assert not mounted.is_mounted() and mounted.is_running()
        assert 'login' in file.read()
        assert mounted.is_running()
    wait_for(lambda: not mounted.is_running(), what='the end of the daemon')
    assert mounted.process.returncode == 0


def test_an_unmount_waits_for_nobody_but_succeeds_once_readers_are_gone(mounted, service):
    service.always('HasSession', hang)
    with Waiting(mounted, ['cat', 'mnt/session']) as reader:
        wait_for(lambda: service.calls('HasSession'), what='the call')
        refused = run(['fusermount3', '-u', 'mnt'], mounted.folder)
        assert refused.returncode != 0 and b'busy' in refused.stderr
        assert reader.is_waiting() and mounted.is_running()
        reader.send(signal.SIGINT)
    mounted.unmount()
    assert (mounted.process.returncode, mounted.is_mounted()) == (0, False)


@contextlib.contextmanager
def many_who_wait(mounted, service):
    """Three readers and two writers, all of whom wait for the service."""
    log_in(mounted)
    for operation in 'HasSession', 'Login', 'SetIdentityById':
        service.always(operation, hang)
    opened, written = opens_seen(mounted), writes_seen(mounted)
    with contextlib.ExitStack() as stack:
        programs = [stack.enter_context(Waiting(mounted, ['cat', 'mnt/session'])) for _ in range(3)]
        programs += [stack.enter_context(Waiting(mounted, ['tee', 'mnt/login'], CREDENTIAL)),
                     stack.enter_context(Waiting(mounted, ['tee', 'mnt/identity'], f'{FJORD}\n'))]
        wait_for_opens(mounted, opened + 5)
        wait_for_writes(mounted, written + 2)
        yield programs


def asks_for_the_list(mounted, before):
    """Whether, after so many requests, one came for a name or a listing that needs the list of identities."""
    later = mounted.log_text().split('opcode: ')[before + 1:]
    return any(request.startswith(('OPENDIR ', 'LOOKUP ')) and 'success' not in request for request in later[-1:])


def check_all_failed(waiting):
    for program in waiting:
        status, _, messages = program.result()
        assert status == 1 and messages, 'a program that waited was not told'


def test_who_has_opened_the_cookie_can_read_it_though_the_session_ends_in_between(mounted, service):
    descriptor = os.open(mounted.path / 'cookie', os.O_RDONLY)
    try:
        service.model.end_sessions()
        assert mounted.read_now('session') == 'false\n'
        cookie = os.read(descriptor, 100).decode()
    finally:
        os.close(descriptor)
    mounted.secrets.add(cookie)
    assert cookie.strip() in service.sessions_given
