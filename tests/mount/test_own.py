"""Sessions of an identity's own: identities/<client>/<guid>/{session,cookie,export/}, used as scripts use them."""

import errno
import os
import threading

import pytest

from support.accounts import OLA, client_of, folder, log_in, ola
from support.expecting import fails_with
from support.many_clients import ManyClients, guid
from support.readers import Readers
from support.shells import run
from support.waiting import wait_for

LONG, SLOW = bool(os.environ.get('SO24_LONG')), bool(os.environ.get('SO24_SLOW'))
FJORD, SECOND = OLA.identities()[0], OLA.identities()[1]


@pytest.fixture
def mounted(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    sandbox.reset_calls()
    return mounted


@pytest.fixture
def many(mount, start_sandbox, tmp_path):
    def start(count, options=None, **others):
        return ManyClients(mount, start_sandbox, tmp_path, count, options, **others)
    return start


def own(identity, name='cookie'):
    return f'{folder(identity)}/{name}'


def client_id(identity):
    return str(identity['client']['id'])


# --- whose session it is ---

def test_an_own_cookie_acts_for_its_own_client_and_the_mounts_for_the_mounts(mounted, sandbox):
    first, second = mounted.read(own(FJORD)), mounted.read(own(SECOND))
    assert client_of(sandbox, first).split()[0] == client_id(FJORD)
    assert client_of(sandbox, second).split()[0] == client_id(SECOND)
    assert len({first, second, mounted.read('cookie')}) == 3
    mounted.write('identity', f'{SECOND["id"]}\n')
    assert client_of(sandbox, mounted.read(own(FJORD))).split()[0] == client_id(FJORD)
    assert client_of(sandbox, mounted.read('cookie')).split()[0] == client_id(SECOND)


def test_the_first_read_logs_in_with_the_identity_and_the_next_calls_nothing(mounted, sandbox):
    cookie = mounted.read(own(SECOND))
    assert (sandbox.calls('Login'), sandbox.calls('GetIdentity'), sandbox.calls()) == (1, 1, 2)
    assert mounted.read(own(SECOND)) == cookie
    assert sandbox.calls() == 2


def test_looking_around_makes_no_session(mounted, sandbox):
    for command in ['find', 'mnt', '-name', 'nothing'], ['ls', '-lR', 'mnt'], ['stat', f'mnt/{own(SECOND)}']:
        assert run(command, mounted.folder).returncode == 0
    assert mounted.read(own(SECOND, 'session')) == 'false\n'
    assert sandbox.calls() == 0


def test_session_says_whether_the_own_one_lives(mounted, sandbox):
    mounted.read(own(SECOND))
    assert mounted.read(own(SECOND, 'session')) == 'true\n'
    assert mounted.read(own(FJORD, 'session')) == 'false\n'
    sandbox.expire()
    assert run(['dd', 'iflag=direct', f'if=mnt/{own(SECOND, "session")}'], mounted.folder).stdout == b'false\n'


def test_export_has_the_own_cookie(mounted):
    cookie = mounted.read(own(SECOND)).strip()
    assert mounted.read(own(SECOND, 'export/header')) == f'Cookie: ASP.NET_SessionId={cookie}\n'
    assert mounted.read(own(SECOND, 'export/cookie.raw')) == cookie
    assert mounted.list(own(SECOND, 'export')) == mounted.list('export')


def test_a_token_makes_own_sessions_too(mount, sandbox):
    mounted = mount(sandbox.url)
    mounted.secrets.add(OLA.token)
    mounted.write('login', f'token = {OLA.token}\napplication_id = {OLA.pairs()["application_id"]}\n')
    assert client_of(sandbox, mounted.read(own(SECOND))).split()[0] == client_id(SECOND)


def test_without_a_credential_there_is_none(mount, sandbox):
    mounted = mount(sandbox.url, {'noremember': True})
    log_in(mounted)
    with fails_with(errno.ENOKEY):
        mounted.read(own(SECOND))


# --- when something happens to it ---

def test_one_that_ended_is_renewed_by_its_next_reader(mount, sandbox):
    mounted = mount(sandbox.url, {'check_ttl': 0})
    log_in(mounted)
    first = mounted.read(own(SECOND))
    sandbox.expire()
    second = mounted.read(own(SECOND))
    assert second != first
    assert client_of(sandbox, second).split()[0] == client_id(SECOND)


def test_one_that_somebody_switched_is_dropped_and_renewed(mount, sandbox):
    mounted = mount(sandbox.url, {'check_ttl': 0})
    log_in(mounted)
    first = mounted.read(own(SECOND))
    sandbox.switch(FJORD['id'])
    second = mounted.read(own(SECOND))
    assert second != first
    assert client_of(sandbox, second).split()[0] == client_id(SECOND)


def test_one_whose_identity_disappears_is_withheld(mounted, sandbox):
    mounted.read(own(SECOND))
    descriptor = os.open(mounted.path / own(SECOND), os.O_RDONLY)
    try:
        sandbox.identity(SECOND['id'], 'removed')
        log_in(mounted)
        wait_for(lambda: reading_fails_with(descriptor) == errno.EKEYREVOKED)
        with fails_with(errno.ENOENT):
            mounted.read(own(SECOND))
    finally:
        os.close(descriptor)


def reading_fails_with(descriptor):
    """The errno; None while the opener is still granted what he waited for."""
    try:
        os.pread(descriptor, 100, 0)
    except OSError as failure:
        return failure.errno
    return None


def test_one_that_is_gone_is_no_hindrance_to_others(mounted, sandbox):
    sandbox.identity(SECOND['id'], 'removed')
    with fails_with(errno.EKEYREVOKED):
        mounted.read(own(SECOND))
    assert mounted.read(own(FJORD))


def test_a_blocked_one_is_no_hindrance_to_others(mounted):
    with fails_with(errno.EACCES):
        mounted.read(f'identities/{client_name(12)}/{ola(12)}/cookie')
    assert mounted.read(own(SECOND))
    assert mounted.read('cookie')


def client_name(number):
    identities = {identity['id']: identity for identity in OLA.identities()}
    return identities[ola(number)]['client']['name']


def test_after_logout_there_is_none(mounted, sandbox):
    mounted.read(own(SECOND))
    mounted.write('logout', 'x')
    sandbox.reset_calls()
    log_in(mounted)
    assert mounted.read(own(SECOND, 'session')) == 'false\n'


def test_they_outlive_the_daemon(mount, sandbox, tmp_path):
    places = {'XDG_STATE_HOME': str(tmp_path / 'state')}
    mounted = mount(sandbox.url, env=places)
    log_in(mounted)
    cookie = mounted.read(own(SECOND))
    mounted.kill()
    mounted.detach()
    again = mount(sandbox.url, env=places)
    sandbox.reset_calls()
    assert again.read(own(SECOND)) == cookie
    assert sandbox.calls('Login') == 0


# --- many of them ---

def test_a_hundred_readers_of_one_cause_one_login(mounted, sandbox):
    results = Readers(mounted.path / own(SECOND), 100).join()
    assert len(set(results)) == 1
    assert sandbox.calls('Login') == 1


def test_fifty_scripts_land_on_their_own_client_while_another_rewrites_identity(many):
    crowd = many(50, {'rate': 1000000})
    times, stop = 200 if LONG else 5 if SLOW else 20, threading.Event()

    def rewrite():
        turn = 0
        while not stop.is_set():
            crowd.mounted.write('identity', f'{guid(turn % 50)}\n')
            turn += 1

    rewriter = threading.Thread(target=rewrite, daemon=True)
    rewriter.start()
    scripts = [crowd.start_script(number, times) for number in range(50)]
    answers = [script.communicate(timeout=300)[0].split() for script in scripts]
    stop.set()
    rewriter.join(20)
    for number, seen in enumerate(answers):
        assert seen == [str(5000 + number)] * times


def test_first_reads_at_once_are_paced_and_all_are_served(many):
    count = 300 if LONG else 60
    crowd = many(count, {'rate': 7200})
    crowd.sandbox.reset_calls()
    results = crowd.read_all(range(count))
    assert [number for number, cookie in results.items() if isinstance(cookie, OSError)] == []
    assert len(set(results.values())) == count
    assert crowd.sandbox.calls('Login') == count
    assert crowd.sandbox.calls() == 2 * count
    assert all(crowd.client(number) == number for number in range(0, count, 7))


def test_an_interrupted_reader_of_a_queue_leaves_at_once(many):
    crowd = many(100)
    crowd.sandbox.slow(1)
    threading.Thread(target=crowd.read_all, args=[range(90)], daemon=True).start()
    wait_for(lambda: int(crowd.mounted.read('status').split('own_queue:')[1].split()[0]) > 50)
    done = run(['timeout', '-s', 'INT', '0.3', 'cat', crowd.path(99)], crowd.mounted.folder, timeout=5)
    assert done.returncode == 124
    crowd.sandbox.slow(0)


def test_memory_for_each_is_flat_and_there_is_no_thread_for_it(many):
    count = 1000 if LONG else 60 if SLOW else 150
    crowd = many(count, {'rate': 1000000})
    crowd.read_all(range(5))
    before, threads = crowd.resident_kib(), crowd.threads()
    for first in range(5, count, 50):
        crowd.read_all(range(first, min(first + 50, count)))
    if not SLOW:
        assert (crowd.resident_kib() - before) / count < 16
    assert crowd.threads() == threads
