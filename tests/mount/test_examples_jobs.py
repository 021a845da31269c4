"""examples/jobs: a job runs when there is a session for it, and else its exit status says what to do about that."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from support import programs
from support.model_service import log_in
from support.states import OPTIONS, STATES

JOBS = programs.CHECKOUT / 'examples' / 'jobs'
RUN, LATER, PERSON, NOT_THERE = 0, 75, 78, 69
EXPECTED = {'live': RUN, 'none': PERSON, 'expired': RUN, 'throttled': LATER, 'offline': RUN, 'rejected': PERSON,
            'revoked': PERSON, 'quarantined': LATER}


@pytest.fixture
def environment(tmp_path):
    found = programs.clean_environment(tmp_path)
    return {**found, 'PATH': f'{Path(programs.daemon_program()).parent}:{found["PATH"]}'}


@pytest.fixture
def when_live(environment):
    """A function: when_live(path, command...) -> (exit status, stdout, stderr)."""
    def start(path, *command):
        done = subprocess.run(['dash', JOBS / 'when_live.sh', path, *command], env=environment, timeout=30, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        return done.returncode, done.stdout, done.stderr
    return start


@pytest.mark.parametrize('state', STATES)
def test_a_job_runs_when_the_mount_has_a_session_for_it(mount, service, when_live, state):
    """Offline is within the grace here: the cookie was confirmed a moment ago."""
    mounted = mount(service.url, OPTIONS)
    STATES[state](mounted, service)
    code, output, told = when_live(mounted.path, 'echo', 'the job')
    assert (code, output) == (EXPECTED[state], 'the job\n' if EXPECTED[state] == RUN else '')
    assert told == (mounted.error() if EXPECTED[state] == PERSON else '')


def test_out_of_reach_beyond_the_grace_is_later(mount, service, when_live):
    mounted = mount(service.url, {**OPTIONS, 'offline_grace': 0})
    STATES['offline'](mounted, service)
    assert when_live(mounted.path, 'echo', 'the job') == (LATER, '', '')


def test_an_ended_session_without_a_credential_is_a_persons(mount, service, when_live):
    mounted = mount(service.url, {**OPTIONS, 'remember': 'no'})
    STATES['expired'](mounted, service)
    code, output, told = when_live(mounted.path, 'echo', 'the job')
    assert (code, output) == (PERSON, '') and 'EKEYEXPIRED' in told


def test_the_exit_status_and_the_words_of_a_job_are_its_own(mount, service, when_live):
    mounted = mount(service.url)
    log_in(mounted)
    assert when_live(mounted.path, 'sh', '-c', 'echo "$1"; exit 42', '-', 'two words') == (42, 'two words\n', '')


def test_nothing_mounted_and_a_daemon_that_hangs_are_told(mount, service, when_live, tmp_path):
    code, output, told = when_live(tmp_path, 'echo', 'the job')
    assert (code, output) == (NOT_THERE, '') and 'no account is mounted' in told
    mounted = mount(service.url)
    os.kill(mounted.pid, signal.SIGSTOP)
    try:
        code, output, told = when_live(mounted.path, 'echo', 'the job')
    finally:
        os.kill(mounted.pid, signal.SIGCONT)
    assert (code, output) == (NOT_THERE, '') and 'does not answer' in told


# --- the crontab ---

def cron_lines():
    """(five fields, user, command) of each job, as cron.d has them."""
    for line in (JOBS / 'crontab').read_text().splitlines():
        if line and not line.startswith('#') and not re.match(r'\w+=', line):
            *times, user, command = line.split(None, 6)
            yield times, user, command


def test_the_crontab_is_one(when_live):
    lines = list(cron_lines())
    assert len(lines) == 2
    for times, user, command in lines:
        assert all(re.fullmatch(r'(\*|\d+(-\d+)?)(/\d+)?(,\d+)*', field) for field in times) and user == 'books'
        assert '%' not in command  # cron makes it a line break


@pytest.mark.parametrize('state, mails', [('live', False), ('throttled', False), ('rejected', True)])
def test_the_crontab_mails_when_a_person_must_act(mount, service, environment, tmp_path, state, mails):
    mounted = mount(service.url, OPTIONS)
    STATES[state](mounted, service)
    for _, _, command in cron_lines():
        command = command.replace('/srv/acme', str(mounted.path)).replace('/usr/local/bin/nightly-invoices', 'true') \
                         .replace('/usr/share/doc/so24fs', str(programs.CHECKOUT))
        done = subprocess.run(['/bin/sh', '-c', command], env=environment, timeout=30, capture_output=True)
        assert bool(done.stdout + done.stderr) == mails, command
