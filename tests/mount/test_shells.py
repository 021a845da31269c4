"""Whatever a shell script does to write a file, it logs in or switches once, and its exit status is the result."""

import errno

import pytest

from support.accounts import OLA, folder, log_in, ola
from support.shells import SHELLS, sh

NOBODY = '310d5fd3-0002-4047-a03b-0000000000ff'

# Ways to write the file ./text to ./mnt/FILE. TEXT stands for its lines. In busybox's shell the tools are its own, too.
WAYS = {
    'cp': 'cp text mnt/FILE',
    'cat': 'cat text > mnt/FILE',
    'cat that appends': 'cat text >> mnt/FILE',
    'cat without truncation': 'cat text 1<> mnt/FILE',
    'tee': 'tee mnt/FILE < text > copy',
    'tee that appends': 'tee -a mnt/FILE < text > copy',
    'dd': 'dd if=text of=mnt/FILE 2> told',
    'dd bs=1': 'dd bs=1 if=text of=mnt/FILE 2> told',
    'dd bs=7': 'dd bs=7 if=text of=mnt/FILE 2> told',
    'dd bs=1 without truncation': 'dd bs=1 conv=notrunc if=text of=mnt/FILE 2> told',
    'dd that appends': 'dd bs=1 oflag=append conv=notrunc if=text of=mnt/FILE 2> told',
    'printf': 'printf "%s\\n" "$(cat text)" > mnt/FILE',
    'printf without a newline': 'printf %s "$(cat text)" > mnt/FILE',
    'program printf without a newline': '/usr/bin/printf %s "$(cat text)" > mnt/FILE',
    'echo': 'echo "$(cat text)" > mnt/FILE',
    'program echo': '/bin/echo "$(cat text)" > mnt/FILE',
    'program echo without a newline': '/bin/echo -n "$(cat text)" > mnt/FILE',
    'here document': 'cat > mnt/FILE <<END\nTEXTEND',
    'here document to a descriptor': 'exec 3> mnt/FILE; cat >&3 <<END\nTEXTEND',
    'loop of read and echo': 'while read -r line; do echo "$line" || exit; done < text > mnt/FILE',
}

# Ways to write the three lines of a credential one by one.
WAYS_OF_LINES = {
    'echo': '{ echo "USERNAME"; echo "PASSWORD"; echo "APPLICATION"; } > mnt/login',
    'program echo': '{ /bin/echo "USERNAME"; /bin/echo "PASSWORD"; /bin/echo "APPLICATION"; } > mnt/login',
    'echo that appends': '{ echo "USERNAME"; echo "PASSWORD"; echo "APPLICATION"; } >> mnt/login',
    'subshell': '( echo "USERNAME"; echo "PASSWORD"; echo "APPLICATION" ) > mnt/login',
    'subshell of programs': '( /bin/echo "USERNAME"; /bin/echo "PASSWORD"; /bin/echo "APPLICATION" ) > mnt/login',
    'descriptor': 'exec 3> mnt/login; echo "USERNAME" >&3; echo "PASSWORD" >&3; echo "APPLICATION" >&3',
    'printf of lines': "printf '%s\\n' 'USERNAME' 'PASSWORD' 'APPLICATION' > mnt/login",
    'printf in pieces': "{ printf 'USERNAME'; printf '\\nPASSWORD\\n'; printf 'APPLICATION\\n'; } > mnt/login",
    'function': 'tell() { echo "USERNAME"; cat <<END\nPASSWORD\nAPPLICATION\nEND\n}; tell > mnt/login',
    'pipe of programs': '{ /bin/echo "USERNAME"; /bin/echo "PASSWORD"; /bin/echo "APPLICATION"; } | cat > mnt/login',
}


@pytest.fixture
def mounted(mount, sandbox):
    return mount(sandbox.url)


@pytest.mark.parametrize('way', WAYS)
def test_a_login_is_one_call_and_its_result_is_the_exit_status(mounted, sandbox, way):
    for shell in SHELLS:
        sandbox.reset_calls()
        check_refusal(run_way(shell, way, 'login', OLA.lines(password='fjord-2025'), mounted), mounted,
                      errno.EKEYREJECTED)
        assert (shell, sandbox.calls('Login'), sandbox.calls()) == (shell, 1, 1)
        check_success(run_way(shell, way, 'login', OLA.lines(), mounted))
        assert (shell, sandbox.calls('Login')) == (shell, 2)
        assert mounted.read('session') == 'true\n'


@pytest.mark.parametrize('way', WAYS_OF_LINES)
def test_a_login_by_lines_is_one_call_and_its_result_is_the_exit_status(mounted, sandbox, way):
    for shell in SHELLS:
        sandbox.reset_calls()
        check_refusal(run_lines(shell, way, OLA.lines(password='fjord-2025'), mounted), mounted, errno.EKEYREJECTED)
        assert (shell, sandbox.calls('Login'), sandbox.calls()) == (shell, 1, 1)
        check_success(run_lines(shell, way, OLA.lines(), mounted))
        assert (shell, sandbox.calls('Login')) == (shell, 2)
        assert mounted.read('session') == 'true\n'


@pytest.mark.parametrize('shell', SHELLS)
def test_lines_of_a_login_by_programs_do_not_end_a_script_that_ends_at_the_first_error(mounted, sandbox, shell):
    script = WAYS_OF_LINES['program echo']
    for line in OLA.lines().splitlines():
        script = script.replace(key_of(line), line)
    assert sh(shell, f'set -e; {script}; echo went on', mounted).stdout == b'went on\n'
    assert sandbox.calls('Login') == 1


@pytest.mark.parametrize('form', ['xml', 'json'])
@pytest.mark.parametrize('way', ['cp', 'dd bs=1', 'tee', 'here document', 'printf without a newline'])
def test_a_login_in_another_form_is_one_call(mounted, sandbox, way, form):
    for shell in SHELLS:
        sandbox.reset_calls()
        check_refusal(run_way(shell, way, 'login', getattr(OLA, form)(password='fjord-2025'), mounted), mounted,
                      errno.EKEYREJECTED)
        check_success(run_way(shell, way, 'login', getattr(OLA, form)(), mounted))
        assert (shell, sandbox.calls('Login'), sandbox.calls('GetIdentities')) == (shell, 2, 1)
        assert mounted.read('session') == 'true\n'


@pytest.mark.parametrize('way', WAYS)
def test_a_switch_is_one_call_and_its_result_is_the_exit_status(mounted, sandbox, way):
    log_in(mounted)
    for shell in SHELLS:
        sandbox.reset_calls()
        check_refusal(run_way(shell, way, 'identity', f'{NOBODY}\n', mounted), mounted, errno.ENOENT)
        assert (shell, sandbox.calls('SetIdentityById')) == (shell, 1)
        check_success(run_way(shell, way, 'identity', f'{ola(2)}\n', mounted))
        assert mounted.read('identity') == f'{ola(2)}\n'
        check_success(run_way(shell, way, 'identity', 'Nordlys 🌌 Reiser\n', mounted))
        assert mounted.read('identity') == f'{ola(5)}\n'
        assert (shell, sandbox.calls('SetIdentityById')) == (shell, 3)
        check_refusal(run_way(shell, way, 'identity', 'Tvilling AS\n', mounted), mounted, errno.ENOTUNIQ)
        assert (shell, sandbox.calls('SetIdentityById')) == (shell, 3)
        assert mounted.read('identity') == f'{ola(5)}\n'


@pytest.mark.parametrize('way', ['cp', 'cat', 'tee', 'dd bs=1', 'dd bs=7', 'here document'])
def test_a_switch_by_document_is_one_call(mounted, sandbox, way):
    log_in(mounted)
    for shell, number in zip(SHELLS, (4, 5, 6)):
        sandbox.reset_calls()
        text = mounted.read(f'{folder(OLA.identities()[number - 1])}/identity.xml')
        check_success(run_way(shell, way, 'identity', text, mounted))
        assert mounted.read('identity') == f'{ola(number)}\n'
        assert (shell, sandbox.calls('SetIdentity'), sandbox.calls('SetIdentityById')) == (shell, 1, 0)


@pytest.mark.parametrize('way', ['cp', 'tee', 'dd bs=1', 'echo', 'here document', 'printf'])
def test_a_login_that_is_throttled_is_one_call_and_fails(mounted, sandbox, way):
    for shell in SHELLS:
        sandbox.reset_calls()
        sandbox.fail('throttle', 'Login')
        check_refusal(run_way(shell, way, 'login', OLA.lines(), mounted), mounted, errno.EBUSY)
        assert (shell, sandbox.calls('Login'), sandbox.calls()) == (shell, 1, 1)


@pytest.mark.parametrize('way', ['cp', 'dd bs=1', 'echo'])
@pytest.mark.parametrize('shell', SHELLS)
def test_a_switch_that_is_throttled_is_one_call_and_fails(mounted, sandbox, shell, way):
    log_in(mounted)
    sandbox.fail('throttle', 'SetIdentityById')
    check_refusal(run_way(shell, way, 'identity', f'{ola(2)}\n', mounted), mounted, errno.EBUSY)
    assert sandbox.calls('SetIdentityById') == 1
    assert mounted.read('identity') == f'{ola(1)}\n'


# --- scripts ---

@pytest.mark.parametrize('shell', SHELLS)
def test_an_identity_is_given_on_by_the_shell_itself(mounted, sandbox, shell):
    log_in(mounted)
    check_success(sh(shell, 'cat mnt/identities/100*/*/identity.xml > mnt/identity && '
                            'test "$(cat mnt/current/client_name)" = "100% Norsk" && '
                            'read -r id < mnt/identity && test "$id" = "$(cat mnt/current/id)"', mounted))
    assert (sandbox.calls('SetIdentity'), sandbox.calls('SetIdentityById')) == (1, 0)


@pytest.mark.parametrize('shell', SHELLS)
def test_switches_in_one_redirection_are_made_in_their_order(mounted, sandbox, shell):
    log_in(mounted)
    script = f'{{ echo {ola(2)}; /bin/echo {ola(3)}; echo "Nordlys 🌌 Reiser"; }} > mnt/identity'
    check_success(sh(shell, script, mounted))
    assert sandbox.calls('SetIdentityById') == 3
    assert mounted.read('identity') == f'{ola(5)}\n'


@pytest.mark.parametrize('shell', SHELLS)
def test_a_script_reads_what_it_wrote(mounted, shell):
    log_in(mounted)
    script = f'''set -e
        for id in {ola(2)} {ola(3)} {ola(9)} {ola(10)}; do
          echo $id > mnt/identity
          test "$(cat mnt/identity)" = $id
          case "$(readlink mnt/current)" in */$id) ;; *) exit 3 ;; esac
          test "$(cat mnt/current/is_current)" = true
        done'''
    check_success(sh(shell, script, mounted))


@pytest.mark.parametrize('shell', SHELLS)
def test_a_refused_switch_ends_a_script_that_ends_at_the_first_error(mounted, shell):
    log_in(mounted)
    done = sh(shell, f'set -e; echo {NOBODY} > mnt/identity; echo went on', mounted)
    assert done.returncode != 0 and b'went on' not in done.stdout


@pytest.mark.parametrize('command', ['cp text mnt/login', 'tee mnt/login < text', 'dd if=text of=mnt/login',
                                     'cat text > mnt/login', 'echo "$(cat text)" > mnt/login'])
def test_the_message_of_a_tool_names_the_reason(mounted, command):
    (mounted.folder / 'text').write_text(OLA.lines(password='fjord-2025'))
    assert b'Key was rejected by service' in sh('bash', command, mounted).stderr


def test_a_missing_credential_is_named_by_cat(mounted):
    told = sh('bash', 'cat mnt/cookie', mounted)
    assert (told.returncode, told.stderr) == (1, b'cat: mnt/cookie: Required key not available\n')


@pytest.mark.parametrize('command', ['echo > mnt/logout', 'printf x >> mnt/logout', '/bin/echo 1 > mnt/logout',
                                     'echo bye | tee mnt/logout > copy', 'cp text mnt/logout'])
def test_any_byte_to_logout_logs_out(mounted, sandbox, command):
    (mounted.folder / 'text').write_text('off\n')
    for shell in SHELLS:
        log_in(mounted)
        asked = sandbox.calls()
        check_success(sh(shell, command, mounted))
        assert mounted.read('session') == 'false\n'
        assert sandbox.calls() == asked


# --- helpers ---

def run_way(shell, way, file, text, mounted):
    (mounted.folder / 'text').write_text(text)
    return sh(shell, WAYS[way].replace('FILE', file).replace('TEXT', text), mounted)


def run_lines(shell, way, lines, mounted):
    script = WAYS_OF_LINES[way]
    for line in lines.splitlines():
        script = script.replace(key_of(line), line)
    return sh(shell, script, mounted)


def key_of(line):
    """What stands for a line in WAYS_OF_LINES: USERNAME, PASSWORD or APPLICATION."""
    return line.split(' ')[0].split('_')[0].upper()


def check_success(done):
    assert (done.args[:-1], done.returncode, done.stderr) == (done.args[:-1], 0, b'')


def check_refusal(done, mounted, number):
    """The script failed as its last command did, and `error` names the errno."""
    assert done.returncode != 0, done
    assert f' {errno.errorcode[number]}: ' in mounted.error()
