"""so24fs status: the file status for a person, in colour, and its state as an exit status for a job."""

import os
import re
import signal
import subprocess

import pytest

from support import programs
from support.configured import configure
from support.dialogue import Dialogue
from support.model_service import log_in
from support.states import OPTIONS, STATES
from support.tables import tables

COLOUR = '\x1b['


def codes():
    return {row['word']: row['exit_status'] for row in tables()['states']}


def ask(home, *words, env=None):
    done = subprocess.run([programs.daemon_program(), 'status', *map(str, words)], cwd=home, timeout=30, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, env=programs.clean_environment(home, env))
    return done.returncode, done.stdout, done.stderr


def without_the_time(text):
    return re.sub(r'(?m)^(time|uptime): .*$', '', text)


# --- the states ---

@pytest.mark.parametrize('state', STATES)
def test_the_exit_status_says_the_state(mount, service, tmp_path, state):
    mounted = mount(service.url, OPTIONS)
    STATES[state](mounted, service)
    code, output, told = ask(tmp_path, mounted.path)
    assert re.search(r'(?m)^state: +(\w+)$', output)[1] == state
    assert (code, told) == (codes()[state], '')
    assert without_the_time(output) == without_the_time(mounted.read('status'))


def test_each_state_has_an_exit_status_of_its_own_and_only_live_is_0():
    every = codes()
    assert len(set(every.values())) == len(every) == 8
    assert [word for word, code in every.items() if code == 0] == ['live']
    assert not {1, 9} & set(every.values())


# --- no state ---

def test_nothing_mounted_is_1(tmp_path):
    assert ask(tmp_path, tmp_path) == (1, '', f'so24fs: no account is mounted on {tmp_path}\n')


def test_a_mount_whose_daemon_was_killed_is_1(mount, service, tmp_path):
    mounted = mount(service.url)
    mounted.kill()
    code, output, told = ask(tmp_path, mounted.path)
    assert (code, output) == (1, '') and 'was killed' in told and told.count('\n') == 1


def test_a_daemon_that_does_not_answer_is_9(mount, service, tmp_path):
    mounted = mount(service.url)
    os.kill(mounted.pid, signal.SIGSTOP)
    try:
        code, output, told = ask(tmp_path, mounted.path)
    finally:
        os.kill(mounted.pid, signal.SIGCONT)
    assert (code, output) == (9, '') and 'does not answer' in told


def test_what_cannot_be_printed_is_1(mount, service, tmp_path):
    mounted = mount(service.url)
    log_in(mounted)
    with open('/dev/full', 'w', encoding='ascii') as full:
        assert subprocess.run([programs.daemon_program(), 'status', mounted.path], stdout=full, timeout=30,
                              env=programs.clean_environment(tmp_path)).returncode == 1


# --- which mount ---

def test_a_name_with_a_configured_mountpoint_will_do(mount, service, tmp_path):
    mounted = mount(service.url)
    log_in(mounted)
    configure(tmp_path, 'acme', mountpoint=mounted.path)
    assert ask(tmp_path, 'acme')[0] == 0


def test_it_never_calls_the_service(mount, service, tmp_path):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    before = len(service.calls())
    assert ask(tmp_path, mounted.path)[0] == 0
    assert len(service.calls()) == before


# --- colour ---

def shown(mounted, home, **env):
    dialogue = Dialogue([programs.daemon_program(), 'status', str(mounted.path)], home,
                        {**programs.clean_environment(home), **env})
    try:
        code = dialogue.end()
        return code, dialogue.shown.replace('\r\n', '\n')
    finally:
        dialogue.close()


def test_on_a_terminal_the_state_is_in_colour(mount, service, tmp_path):
    mounted = mount(service.url)
    code, text = shown(mounted, tmp_path, TERM='xterm')
    assert code == codes()['none'] and re.search(r'(?m)^state: +\x1b\[33mnone\x1b\[0m$', text)
    log_in(mounted)
    code, text = shown(mounted, tmp_path, TERM='xterm', NO_COLOR='')
    assert code == 0 and re.search(r'(?m)^state: +\x1b\[32mlive\x1b\[0m$', text)
    assert without_the_time(re.sub(r'\x1b\[\d+m', '', text)) == without_the_time(mounted.read('status'))


@pytest.mark.parametrize('env', [{'TERM': 'dumb'}, {}, {'TERM': 'xterm', 'NO_COLOR': '1'}],
                         ids=['a dumb terminal', 'no TERM', 'NO_COLOR'])
def test_who_wants_no_colour_gets_none(mount, service, tmp_path, env):
    mounted = mount(service.url)
    code, text = shown(mounted, tmp_path, **env)
    assert code == codes()['none'] and 'state:' in text and COLOUR not in text


def test_a_job_gets_no_colour(mount, service, tmp_path):
    mounted = mount(service.url)
    assert COLOUR not in ask(tmp_path, mounted.path, env={'TERM': 'xterm'})[1]
