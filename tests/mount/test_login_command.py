"""so24fs login: a credential goes from a person, or from a pipe, to a mount; and is nowhere to be seen on its way."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from support import programs
from support.answers import WRONG_PASSWORD
from support.configured import configure
from support.dialogue import Dialogue
from support.failing import login_text
from support.model_service import APPLICATION, PASSWORD, TOKEN, USERNAME
from support.waiting import wait_for


@pytest.fixture
def mounted(mount, service):
    return mount(service.url, {'application_id': APPLICATION})


@pytest.fixture
def at_terminal(tmp_path, secrets):
    """A factory: at_terminal('login', PATH) -> Dialogue. No secret is ever shown."""
    dialogues = []

    def start(*words):
        command = [programs.daemon_program(), *map(str, words)]
        dialogues.append(Dialogue(command, tmp_path, {**programs.clean_environment(tmp_path), 'TERM': 'xterm'}))
        return dialogues[-1]

    yield start
    for dialogue in dialogues:
        dialogue.close()
        assert not secrets.found_in(dialogue.shown)


@pytest.fixture
def piped(tmp_path):
    """A factory: piped(text, 'login', PATH) -> (exit status, stdout, stderr)."""
    def start(text, *words, **others):
        done = subprocess.run([programs.daemon_program(), *map(str, words)], input=text, cwd=tmp_path, timeout=30,
                              capture_output=True, text=True, env=programs.clean_environment(tmp_path), **others)
        return done.returncode, done.stdout, done.stderr
    return start


# --- a person ---

def test_what_is_missing_is_asked_for_and_the_password_is_not_shown(mounted, at_terminal):
    dialogue = at_terminal('login', mounted.path)
    dialogue.answer('username (empty: with a token): ', USERNAME)
    dialogue.until('password: ')
    dialogue.wait_for_echo(False)
    dialogue.type(f'{PASSWORD}\r')
    assert dialogue.end() == 0
    assert 'logged in; the client is Ærlig Økonomi ÅS' in dialogue.shown
    assert USERNAME in dialogue.shown and 'application_id' not in dialogue.shown
    assert dialogue.echoes()
    assert mounted.read('session') == 'true\n'


def test_one_write_makes_one_login(mounted, at_terminal, service):
    dialogue = at_terminal('login', mounted.path)
    dialogue.answer('username', USERNAME)
    dialogue.answer('password: ', PASSWORD)
    assert dialogue.end() == 0
    assert len(service.calls('Login')) == 1


def test_an_application_id_that_the_mount_has_not_is_asked_for(mount, at_terminal, service):
    mounted = mount(service.url)
    dialogue = at_terminal('login', mounted.path)
    dialogue.answer('username', USERNAME)
    dialogue.answer('password: ', PASSWORD)
    dialogue.answer('application_id: ', APPLICATION)
    assert dialogue.end() == 0
    assert mounted.read('session') == 'true\n'


def test_an_empty_username_asks_for_a_token_which_is_not_shown(mounted, at_terminal, service):
    dialogue = at_terminal('login', mounted.path)
    dialogue.answer('username', '')
    dialogue.until('token: ')
    dialogue.wait_for_echo(False)
    dialogue.type(f'{TOKEN}\r')
    assert dialogue.end() == 0
    assert len(service.calls('AuthenticateByToken')) == 1


@pytest.mark.parametrize('password', [' leading and trailing blanks ', 'quote " and \\ backslash', '{"username": "x"}',
                                      'bættery 🎸 staple', '# not a comment', "it's = it", 'x' * 3000])
def test_a_password_may_be_anything(mounted, at_terminal, service, secrets, password):
    secrets.add(password)
    service.model.password = password
    dialogue = at_terminal('login', mounted.path)
    dialogue.answer('username', USERNAME)
    dialogue.answer('password: ', password)
    assert dialogue.end() == 0, dialogue.shown


def test_a_refusal_is_told_in_the_words_of_the_mount(mounted, at_terminal, secrets):
    secrets.add('not the password')
    dialogue = at_terminal('login', mounted.path)
    dialogue.answer('username', USERNAME)
    dialogue.answer('password: ', 'not the password')
    assert dialogue.end() == 1
    assert f'so24fs: {mounted.error().strip()}' in dialogue.shown
    assert 'EKEYREJECTED' in dialogue.shown and WRONG_PASSWORD in dialogue.shown


def test_a_check_asks_for_what_it_logs_in_with(at_terminal, service):
    dialogue = at_terminal('--check', '--login', '-o', f'endpoint={service.url}', 'acme')
    dialogue.answer('with a token): ', USERNAME)
    dialogue.answer('password: ', PASSWORD)
    dialogue.answer('application_id: ', APPLICATION)
    dialogue.until(f'login        ok: the service takes the credential of {USERNAME}')
    dialogue.until('identities   ok: ')
    assert dialogue.end() == 0


@pytest.mark.parametrize('keys', [['\x04'], [f'{USERNAME}\r', '\x04'], [f'{USERNAME}\r', '\r']],
                         ids=['no username', 'no password', 'an empty password'])
def test_no_answer_writes_nothing(mounted, at_terminal, service, keys):
    dialogue = at_terminal('login', mounted.path)
    for question, key in zip(['with a token): ', 'password: '], keys):
        dialogue.until(question)
        dialogue.type(key)
    assert dialogue.end() == 1
    assert 'was given' in dialogue.shown
    assert dialogue.echoes() and service.calls() == []


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_it_with_the_echo_put_back(mounted, at_terminal, service, number):
    dialogue = at_terminal('login', mounted.path)
    dialogue.answer('username', USERNAME)
    dialogue.until('password: ')
    dialogue.wait_for_echo(False)
    dialogue.send(number)
    assert dialogue.end() == -number
    assert dialogue.echoes() and service.calls() == []


def test_control_c_ends_it_with_the_echo_put_back(mounted, at_terminal, service):
    dialogue = at_terminal('login', mounted.path)
    dialogue.answer('username', USERNAME)
    dialogue.until('password: ')
    dialogue.wait_for_echo(False)
    dialogue.type('half of a pass\x03')
    assert dialogue.end() == -signal.SIGINT
    assert dialogue.echoes() and service.calls() == []


def test_who_is_stopped_leaves_the_echo_on_and_is_asked_again(mounted, tmp_path, secrets):
    # A shell that does not itself put back what a job has done to the terminal.
    environment = {**programs.clean_environment(tmp_path), 'PS1': 'ready> ', 'TERM': 'dumb'}
    shell = Dialogue(['/bin/dash', '-i'], tmp_path, environment)
    try:
        shell.answer('ready> ', f'{programs.daemon_program()} login {mounted.path}; echo "ended"=$?')
        shell.answer('with a token): ', USERNAME)
        shell.until('password: ')
        shell.wait_for_echo(False)
        shell.type('half of it\x1a')
        shell.until('ready> ')
        assert shell.echoes()
        shell.type('fg\r')
        shell.until('password: ')
        shell.wait_for_echo(False)
        shell.type(f'{PASSWORD}\r')
        shell.until('logged in')
        shell.until('ready> ')
        assert mounted.read('session') == 'true\n'
    finally:
        shell.close()
    assert not secrets.found_in(shell.shown) and 'half of it' not in shell.shown


# --- a pipe ---

@pytest.mark.parametrize('text', [login_text(), f'username = {USERNAME}\npassword = {PASSWORD}',
                                  f'token = {TOKEN}\n'], ids=['lines', 'no last newline', 'a token'])
def test_what_comes_from_a_pipe_is_taken_as_login_takes_it(mounted, piped, text):
    assert piped(text, 'login', mounted.path) == (0, '', '')
    assert mounted.read('session') == 'true\n'


def test_what_comes_from_a_pipe_and_is_refused_is_told(mounted, piped, secrets):
    secrets.add('not the password')
    code, output, told = piped(login_text(password='not the password'), 'login', mounted.path)
    assert (code, output, told) == (1, '', f'so24fs: {mounted.error()}')


def test_what_is_incomplete_is_told_although_only_its_close_fails(mounted, piped, service):
    code, output, told = piped(f'username = {USERNAME}\n', 'login', mounted.path)
    assert (code, output) == (1, '') and told == f'so24fs: {mounted.error()}' and 'password' in told
    assert service.calls() == []


def test_neither_a_terminal_nor_a_credential_is_refused(mounted, piped, service):
    code, output, told = piped('', 'login', mounted.path)
    assert (code, output) == (1, '') and 'no terminal' in told and told.count('\n') == 1
    assert service.calls() == []


def test_too_much_is_refused(mounted, piped, service):
    code, _, told = piped('#' * 70000, 'login', mounted.path)
    assert code == 1 and 'EFBIG' in told
    assert service.calls() == []


# --- which mount ---

def test_a_name_with_a_configured_mountpoint_will_do(mounted, piped, tmp_path):
    configure(tmp_path, 'acme', mountpoint=mounted.path)
    assert piped(login_text(), 'login', 'acme') == (0, '', '')
    assert mounted.read('session') == 'true\n'


def test_the_source_of_a_mount_will_do(mount, service, piped):
    source = f'so24test{os.getpid()}'
    mounted = mount(service.url, source=source)
    assert piped(login_text(), 'login', source) == (0, '', '')
    assert mounted.read('session') == 'true\n'


def test_a_source_that_is_mounted_twice_is_refused(mount, service, piped):
    source = f'so24test{os.getpid()}'
    one, other = mount(service.url, source=source), mount(service.url, source=source)
    code, output, told = piped(login_text(), 'login', source)
    assert (code, output) == (1, '') and str(one.path) in told and str(other.path) in told
    assert service.calls() == []


def test_a_relative_folder_and_a_link_will_do(mounted, piped, tmp_path):
    (tmp_path / 'link').symlink_to(mounted.path)
    assert piped(login_text(), 'login', 'link') == (0, '', '')
    assert piped(login_text(), 'login', f'./{mounted.path.relative_to(tmp_path)}/') == (0, '', '')


def test_a_folder_that_is_no_mount_gets_no_password(piped, tmp_path):
    folder = tmp_path / 'folder'
    folder.mkdir()
    (folder / 'login').touch()
    code, output, told = piped(login_text(), 'login', folder)
    assert (code, output, told) == (1, '', f'so24fs: no account is mounted on {folder}\n')
    assert (folder / 'login').read_text() == ''


def test_a_configuration_that_is_wrong_is_told(piped, tmp_path):
    path = configure(tmp_path, 'acme', '[mount]\nchek_ttl = 5\n')
    code, output, told = piped(login_text(), 'login', 'acme')
    assert (code, output) == (1, '') and told.startswith(f'so24fs: {path}: unknown key')


# --- the command line ---

@pytest.mark.parametrize('words', [['login', '-o', 'ro', 'acme'], ['login', 'acme', 'mnt'], ['status', '-f', 'acme'],
                                   ['status', 'acme', '/mnt', '-o', 'rw']])
def test_what_a_command_does_not_take_is_not_passed_over(piped, words):
    code, output, told = piped('', *words)
    assert (code, output) == (1, '') and f'so24fs -- {words[0]} MOUNTPOINT' in told and told.count('\n') == 1


@pytest.mark.parametrize('command', ['login', 'status'])
def test_a_command_without_a_mount_says_how_it_is_used(piped, command):
    assert piped('', command) == (1, '', f'so24fs: usage: so24fs {command} SOURCE|MOUNTPOINT (so24fs --help)\n')
    assert piped('', command, '--help')[0] == 0


def test_an_account_that_is_called_like_a_command_can_be_mounted(tmp_path, piped, service):
    (tmp_path / 'mnt').mkdir()
    assert piped('', '-o', f'endpoint={service.url}', '--', 'login', tmp_path / 'mnt') == (0, '', '')
    try:
        assert piped(login_text(), 'login', 'login') == (0, '', '')
    finally:
        subprocess.run(['fusermount3', '-u', tmp_path / 'mnt'], check=True)


# --- where it must not be ---

def test_no_secret_is_in_an_argument_or_in_the_environment(mounted, at_terminal, service, gate, secrets):
    service.before_answering = lambda: gate.wait(10)
    dialogue = at_terminal('login', mounted.path)
    dialogue.answer('username', USERNAME)
    dialogue.answer('password: ', PASSWORD)
    wait_for(lambda: service.calls('Login'), what='the Login')
    folder = Path(f'/proc/{dialogue.pid}')
    assert not secrets.found_in(folder.joinpath('cmdline').read_text().replace('\0', ' '))
    assert not secrets.found_in(folder.joinpath('environ').read_text().replace('\0', ' '))
    gate.set()
    assert dialogue.end() == 0
