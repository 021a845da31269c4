"""What waits for a service that hangs must not stop what the kernel has to be told, nor be stopped by it.

Who looks below identities/ while there is no list waits in the kernel with the folder's lock; a change meanwhile has names of that folder
to take back, and whoever made the change waits for that. Each must end: by itself, or at Ctrl-C.
"""

import contextlib
import os
import random
import signal
import subprocess
import threading
import time

import pytest

from support.accounts import log_in as log_in_ola
from support.credential_file import credential_file
from support.crowd import Crowd
from support.failing import login_text
from support.many_clients import ManyClients, guid
from support.model_service import FJORD, HOME, TWIN_1, TWIN_2, log_in
from support.raw_server import after, hang
from support.readers import PROMPT, Waiting
from support.waiting import wait_for

LONG, SLOW = bool(os.environ.get('SO24_LONG')), bool(os.environ.get('SO24_SLOW'))
AT_ONCE = 3 * PROMPT if SLOW else PROMPT
LISTS = 'GetIdentities', 'GetIdentitiesWithCredential'
FOLDER = 'mnt/identities/Fjord & Fjell AS'

# Programs that wait for a list of identities, or change what is known below identities/. Each looks for another name: the second one who
# looks for the same name waits in the kernel for the first one, and the kernel lets nobody interrupt that.
LOOKERS = {
    'stat of a client': (['stat', FOLDER], None),
    'stat of another': (['stat', 'mnt/identities/Tvilling AS'], None),
    'stat of nobody': (['stat', 'mnt/identities/Ingen AS'], None),
    'ls': (['ls', 'mnt/identities'], None),
    'ls -lR': (['ls', '-lR', 'mnt/identities'], None),
    'cat of a field': (['cat', f'mnt/identities/Ærlig Økonomi ÅS/{HOME}/id'], None),
    'cat through current': (['cat', 'mnt/current/id'], None),
}
CHANGERS = {
    'a switch by GUID': (['tee', 'mnt/identity'], f'{FJORD}\n'),
    'a switch by name': (['tee', 'mnt/identity'], 'Fjord & Fjell AS\n'),
    'a login': (['tee', 'mnt/login'], login_text()),
    'a cookie': (['cat', 'mnt/cookie'], None),
    'an identity': (['cat', 'mnt/identity'], None),
    'now': (['dd', 'if=mnt/session', 'iflag=direct'], None),
}


@pytest.fixture
def without_a_list(mount, service, tmp_path):
    """A mount that has a credential, and no list; and while it has none the service does not give it one."""
    for operation in *LISTS, 'Login':
        service.always(operation, hang)
    path = credential_file(tmp_path / 'credential', login_text())
    return mount(service.url, {'credentials': path, 'check_ttl': 0, 'rate': 1000000}, limit=90)


def start_all(mounted, stack, programs):
    """Starts them, each once the one before waits, or has ended."""
    started = []
    for name, (command, text) in programs:
        program = stack.enter_context(Waiting(mounted, command, text))
        wait_for(program.has_begun, what=f'{name} to wait')
        started.append((name, program))
    return started


@pytest.fixture
def stack():
    with contextlib.ExitStack() as stack:
        yield stack


# --- Ctrl-C on each ---

@pytest.mark.parametrize('seed', range(10 if LONG else 3))
def test_each_who_waits_ends_at_control_c_whoever_else_waits(without_a_list, stack, seed):
    chance = random.Random(seed)
    programs = [*LOOKERS.items(), *CHANGERS.items()]
    chance.shuffle(programs)
    programs.sort(key=lambda each: each[0] not in LOOKERS)  # those first who hold the folder
    started = start_all(without_a_list, stack, programs)
    waiting = {name for name, program in started if program.is_waiting()}
    assert waiting >= set(LOOKERS) - {'cat through current'} and waiting & set(CHANGERS)
    chance.shuffle(started)
    slow = []
    for name, program in started:
        if program.is_waiting():
            began = time.monotonic()
            program.send(signal.SIGINT)
            if time.monotonic() - began > AT_ONCE:
                slow.append(name)
    assert slow == []
    assert without_a_list.read('README') and without_a_list.list()


def test_a_logout_is_answered_while_a_lookup_waits_for_a_service_that_hangs(without_a_list, stack):
    [(_, looker)] = start_all(without_a_list, stack, [('stat', LOOKERS['stat of a client'])])
    assert looker.is_waiting()
    began = time.monotonic()
    done = subprocess.run(['sh', '-c', 'echo > mnt/logout'], cwd=without_a_list.folder, timeout=20, check=False)
    assert done.returncode == 0
    assert time.monotonic() - began < AT_ONCE
    looker.send(signal.SIGINT) if looker.is_waiting() else None
    assert without_a_list.read('session') == 'false\n'


# --- the answer comes in the middle of a change ---

NAMES = 'stat of a client', 'stat of nobody', 'ls', 'ls -lR'


@pytest.mark.parametrize('change', ['logout', 'login', 'switch'])
def test_a_list_that_comes_in_the_middle_of_a_change_ends_all_waiting(mount, service, tmp_path, stack, change):
    path = credential_file(tmp_path / 'credential', login_text())
    mounted = mount(service.url, {'credentials': path, 'check_ttl': 0, 'rate': 1000000}, limit=90)
    texts = {'logout': ('logout', 'x'), 'login': ('login', login_text()), 'switch': ('identity', f'{TWIN_1}\n')}
    for count in range(40 if LONG else 8):
        mounted.write('logout', 'x')  # there is no list any more
        gate = threading.Event()
        reply = after(gate, lambda connection: connection.send(service.reply_of_model(connection.request)) or True)
        for operation in LISTS:
            service.next(operation, reply)
        read_the_credential_again(mounted)
        lookers = dict(start_all(mounted, stack, [(name, LOOKERS[name]) for name in NAMES]))
        assert all(looker.is_waiting() for looker in lookers.values())
        changer = threading.Thread(target=write_anyway, args=[mounted, *texts[change]], daemon=True)
        timer = threading.Timer(count * 0.002, gate.set)
        timer.start()
        changer.start()
        changer.join(20)
        assert not changer.is_alive(), 'the change was not answered'
        statuses = {name: looker.result(20)[0] for name, looker in lookers.items()}
        assert change == 'logout' or statuses == {'stat of a client': 0, 'stat of nobody': 1, 'ls': 0, 'ls -lR': 0}
        gate.set()
        clear(service)


def read_the_credential_again(mounted):
    """A logout has dropped it."""
    before = len(mounted.log_text())
    os.kill(mounted.pid, signal.SIGHUP)
    wait_for(lambda: ' again' in mounted.log_text()[before:], what='a word on the file')


def clear(service):
    for operation in LISTS:
        service._next[operation].clear()  # pylint: disable=protected-access


def write_anyway(mounted, name, text):
    try:
        mounted.write(name, text)
    except OSError:
        pass  # whether it goes well is not the question here


# --- many, in any order ---

def test_whatever_waits_and_changes_at_once_ends_at_control_c(mount, service, tmp_path, stack):
    """A service that dawdles and hangs; programs that come, and are interrupted at any time."""
    chance = random.Random(5)
    path = credential_file(tmp_path / 'credential', login_text())
    mounted = mount(service.url, {'credentials': path, 'check_ttl': 0, 'rate': 1000000, 'timeout': 2,
                                  'backoff_min': 1, 'backoff_max': 1}, limit=400 if LONG else 120)
    service.before_answering = lambda: time.sleep(chance.random() * 0.05)
    commands = [LOOKERS['ls'], LOOKERS['cat through current'], *CHANGERS.values(), (['tee', 'mnt/logout'], 'x\n'),
                (['tee', 'mnt/identity'], f'{TWIN_2}\n'), (['tee', 'mnt/identity'], f'{HOME}\n')]
    running = []
    for number in range(1500 if LONG else 40 if SLOW else 150):
        if chance.random() < 0.2:
            service.next(chance.choice([*LISTS, 'Login', 'HasSession', 'GetIdentity', 'SetIdentityById']), hang)
        command = chance.choice([*commands, *3 * [(['stat', f'mnt/identities/Ingen {number} AS'], None)]])
        running.append(stack.enter_context(Waiting(mounted, *command)))
        time.sleep(chance.random() * 0.01)
        if len(running) > 15:
            victim = running.pop(chance.randrange(len(running)))
            victim.send(signal.SIGINT) if victim.is_waiting() else None
    service.before_answering = lambda: None
    for victim in running:
        victim.send(signal.SIGINT) if victim.is_waiting() else None
    service._next.clear()  # pylint: disable=protected-access
    log_in(mounted)
    assert sorted(mounted.list('identities')) and mounted.read('cookie')


# --- large folders ---

def test_a_large_folder_that_is_being_listed_while_the_list_changes_is_listed_right(mount, start_sandbox, tmp_path):
    count = 3000 if LONG else 500 if SLOW else 1500
    many = ManyClients(mount, start_sandbox, tmp_path, count, {'rate': 1000000, 'store': 'none'})
    mounted = many.mounted
    staying = {f'Klient {number}' for number in range(count)} - {f'Klient {number}' for number in range(7, count, 100)}
    with Crowd(tmp_path / 'crowd', mount=mounted.path) as crowd:
        for _ in range(2):
            crowd.start('names', folder='identities', what='names', pause=0)
        crowd.start('walk', program=['find', 'identities', '-maxdepth', '3', '-name', 'id'], pause=0)
        crowd.start('walk', program=['ls', '-l', 'identities'], pause=0)
        slow = os.scandir(mounted.path / 'identities')
        begun = [next(slow).name for _ in range(10)]
        for number in range(7, count, 100):
            many.sandbox.identity(guid(number), 'removed')
            log_in_ola(mounted)
            mounted.write('identity', f'{guid(number % 5)}\n')
            crowd.check()
        names = begun + [entry.name for entry in slow]
        records = crowd.end()
    assert len(set(names)) == len(names) and staying <= set(names)
    seen = [record[1].split('\n') for record in records if record[0] == 'names']
    assert len(seen) > 3
    assert all(len(set(names)) == len(names) and staying <= set(names) for names in seen)
    assert set(mounted.list('identities')) == staying
