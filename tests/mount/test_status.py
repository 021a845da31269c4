"""`status` and `status.json` say where things stand, each word in the situation that it is for, and never call the service."""

import datetime
import errno
import json
import os

import pytest

from support import accounts, model_service
from support.answers import THROTTLED, quarantine
from support.clothes import respond
from support.credential_file import credential_file
from support.expecting import fails_with
from support.failing import HTML, fault, login_text, unless
from support.model_service import FJORD, HOME, PASSWORD, TOKEN, USERNAME, log_in
from support.raw_server import after, hang
from support.readers import Readers, Waiting
from support.shells import run, sh
from support.standing import FILES, PAGE, documented, lines, since_now, status, table, when
from support.waiting import wait_for

STATES = ['live', 'none', 'expired', 'throttled', 'offline', 'rejected', 'revoked', 'quarantined']
PATIENT = {'backoff_min': 600, 'backoff_max': 600}


@pytest.fixture
def mounted(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    return mounted


@pytest.fixture
def ended(mount, service):
    """A mount whose session has ended, and which knows that."""
    mounted = mount(service.url, PATIENT)
    log_in(mounted)
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    return mounted


def check_state(mounted, word, service=None, **facts):
    """Both files say the word, and the facts; and to ask them makes no call."""
    asked = len(service.calls()) if service else 0
    told, shown = status(mounted), lines(mounted)
    assert (told['state'], shown['state']) == (word, word)
    assert {key: told[key] for key in facts} == facts
    assert when(told['started']) <= when(told['since']) <= when(told['time'])
    if service:
        assert len(service.calls()) == asked
    return told


# --- each word ---

def test_none_before_anybody_has_logged_in(mount, service):
    mounted = mount(service.url)
    check_state(mounted, 'none', service, account=None, identity=None, last_confirmed=None, backoff_until=None,
                quarantine_until=None, waiters=0, last_error=None, budget_used=0, budget_left=7200, identities=None)
    assert service.calls() == []


def test_none_with_a_credential_in_a_file_until_somebody_reads(mount, service, tmp_path):
    mounted = mount(service.url, {'credentials': credential_file(tmp_path / 'credential', login_text())})
    check_state(mounted, 'none', service, account=USERNAME)
    assert service.calls() == []
    mounted.read('cookie')
    check_state(mounted, 'live', service, account=USERNAME)


def test_live_with_the_identity_and_when_it_was_confirmed(mounted, service):
    told = check_state(mounted, 'live', service, account=USERNAME, identity=HOME, client='Ærlig Økonomi ÅS', chosen=HOME,
                       endpoint=service.url, source='test', mountpoint=str(mounted.path), reason=None, identities=6)
    assert -10 < since_now(told['last_confirmed']) <= 0
    assert (when(told['fresh_until']) - when(told['last_confirmed'])).total_seconds() == pytest.approx(60, abs=1)
    assert (when(told['next_check']) - when(told['last_confirmed'])).total_seconds() == pytest.approx(600, abs=1)
    assert told['budget_used'] == len(service.calls())
    assert told['budget_left'] == told['budget_rate'] - told['budget_used']


def test_live_after_a_switch_is_on_the_new_identity(mounted, service):
    mounted.write('identity', FJORD)
    check_state(mounted, 'live', service, identity=FJORD, client='Fjord & Fjell AS', chosen=FJORD)


def test_live_after_a_login_by_token_which_is_not_told(mount, service):
    mounted = mount(service.url)
    mounted.write('login', f'token = {TOKEN}\napplication_id = {model_service.APPLICATION}\n')
    check_state(mounted, 'live', service, account='a token')


def test_expired_when_the_session_has_ended(ended, service):
    told = check_state(ended, 'expired', service, account=USERNAME, last_confirmed=None, next_check=None)
    assert told['identity'] == HOME
    ended.read('cookie')
    check_state(ended, 'live', service)


def test_expired_without_a_credential(mount, service):
    mounted = mount(service.url, {'noremember': True})
    log_in(mounted)
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    with fails_with(errno.EKEYEXPIRED):
        mounted.read('cookie')
    check_state(mounted, 'expired', service, last_error='EKEYEXPIRED', last_error_file='cookie')


def test_rejected_when_the_service_does_not_take_the_credential(ended, service):
    service.model.password = 'another one'
    with fails_with(errno.EKEYREJECTED):
        ended.read('cookie')
    told = check_state(ended, 'rejected', service, last_error='EKEYREJECTED')
    assert told['reason'] == told['last_error_text']
    assert told['reason'].endswith('Invalid username or password') and USERNAME in told['reason']


def test_revoked_when_somebody_else_has_switched(mount, service):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    service.model.switch_sessions(FJORD)
    with fails_with(errno.EKEYREVOKED):
        mounted.read('cookie')
    told = check_state(mounted, 'revoked', service, identity=FJORD, chosen=HOME, last_error='EKEYREVOKED')
    assert FJORD in told['reason']
    mounted.write('identity', FJORD)
    check_state(mounted, 'live', service, identity=FJORD, chosen=FJORD)


def test_throttled_when_a_login_is(ended, service):
    service.always('Login', fault(THROTTLED))
    with fails_with(errno.EBUSY):
        ended.read('cookie')
    told = check_state(ended, 'throttled', service, last_error='EBUSY')
    assert THROTTLED in told['reason'] and told['backoff_reason'] == told['reason']
    assert 290 < since_now(told['backoff_until']) <= 600


def test_throttled_for_as_long_as_the_service_asks_to_wait_and_then_live_since_its_end(mount, service):
    mounted = mount(service.url, {'check_ttl': 0, 'offline_grace': 0})
    log_in(mounted)
    service.next('HasSession', respond(HTML, 'text/html', '429 Too Many Requests', ['Retry-After: 2']))
    with fails_with(errno.EBUSY):
        mounted.read_now('session')
    until = check_state(mounted, 'throttled', service)['backoff_until']
    wait_for(lambda: status(mounted)['state'] != 'throttled', what='the end of the wait')
    told = check_state(mounted, 'live', service, backoff_until=None, backoff_reason=None)
    assert told['since'] == until


def test_quarantined_until_the_service_says(ended, service):
    end = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=30)).replace(microsecond=0)
    service.next('Login', fault(quarantine(end.isoformat())))
    with fails_with(errno.EDQUOT):
        ended.read('cookie')
    told = check_state(ended, 'quarantined', service, quarantine_reason='quarantine', last_error='EDQUOT')
    assert when(told['quarantine_until']) == end


def test_quarantined_when_the_mounts_own_rate_is_used_up(mount, service):
    mounted = mount(service.url, {'rate': 5})
    log_in(mounted)
    while unless(errno.EDQUOT, lambda: mounted.read_now('session')) is not None:
        pass
    told = check_state(mounted, 'quarantined', service, quarantine_reason='rate', budget_rate=5, budget_used=5,
                       budget_left=0)
    assert 3400 < since_now(told['quarantine_until']) <= 3660


def test_quarantined_when_the_service_says_that_nothing_is_left(mounted, service):
    end = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=30)).strftime('%Y-%m-%dT%H:%M:%SZ')

    def say(request, document, content_type, code):
        return respond(document, content_type, code, ['APILimitRemaining: 0', f'APILimitReset: {end}'])
    service.http = say
    mounted.read_now('session')
    told = check_state(mounted, 'quarantined', service, quarantine_reason='allowance', service_left=0)
    for key in 'quarantine_until', 'service_left_until':
        assert abs((when(told[key]) - when(end)).total_seconds()) <= 2


@pytest.mark.parametrize('how', ['refused', 'silent'])
def test_offline_while_the_service_cannot_be_reached_and_live_when_it_is_back(mount, service, start_service, how):
    mounted = mount(service.url, {'timeout': 1, 'check_ttl': 0})
    log_in(mounted)
    mounted.read('cookie')
    if how == 'refused':
        service.close()
    else:
        service.always('HasSession', hang)
    with fails_with(errno.ECONNREFUSED if how == 'refused' else errno.ETIMEDOUT):
        mounted.read_now('session')
    assert mounted.read('cookie')
    check_state(mounted, 'offline', service, identity=HOME)
    if how == 'silent':
        service.always('HasSession', None)
        mounted.read_now('session')
        check_state(mounted, 'live', service)


def test_the_words_are_those_of_the_documentation():
    words = [row[0] for row in table(PAGE.read_text().split('The states,')[1].split('\n## ')[0], 2)]
    assert sorted(words) == sorted(STATES)


# --- the keys ---

def test_the_keys_are_those_of_the_documentation_in_its_order_and_of_its_types(mounted, ended):
    kinds = {'time': str, 'text': str, 'word': str, 'GUID': str, 'number': int, 'object': dict}
    rows = documented('status and status.json', 3)
    assert len(rows) > 30
    for one in mounted, ended:
        told = status(one)
        assert list(told) == list(lines(one)) == [key for key, _, _ in rows]
        for key, kind, _ in rows:
            assert told[key] is None or type(told[key]) is kinds[kind], key
            assert kind != 'time' or told[key] is None or when(told[key]), key
        assert list(told['own_sessions']) == STATES and set(told['own_sessions'].values()) == {0}


def test_both_files_say_the_same(mounted):
    with pytest.raises(OSError):
        mounted.write('login', 'nonsense\n')
    told, shown = status(mounted), lines(mounted)
    for key in set(told) - {'time', 'uptime', 'own_sessions'}:
        assert shown[key] == ('-' if told[key] is None else str(told[key])), key


def test_a_failure_is_told_in_the_parts_that_error_has_in_one_line(mounted):
    with pytest.raises(OSError):
        mounted.write('identity', 'Ingen AS\n')
    told = status(mounted)
    assert mounted.error() == '{last_error_time} {last_error_file}: {last_error}: {last_error_text}\n'.format(**told)


def test_uptime_goes_on_and_the_start_stays(mounted):
    before = status(mounted)
    now = wait_for(lambda: (told := status(mounted))['uptime'] > before['uptime'] and told, what='a second')
    assert (now['started'], now['since']) == (before['started'], before['since'])
    wait_for(lambda: when(status(mounted)['time']) > when(before['time']), what='the next second of the wall clock')


def test_the_version_is_the_programs(mounted):
    assert status(mounted)['version'] in run([os.environ.get('SO24FS', 'build/so24fs'), '--version'],
                                             os.getcwd()).stdout.decode()


# --- with tools ---

def test_jq_and_awk_read_what_the_documentation_shows(mounted):
    for line in PAGE.read_text().split('\n'):
        command = line.strip().split('  #')[0].replace('~/mnt', 'mnt')
        if line.startswith('    ') and 'mnt/' in line:
            done = sh('bash', command, mounted)
            assert (done.returncode, done.stderr) == (0, b''), command
    assert sh('dash', 'jq -r .state mnt/status.json', mounted).stdout == b'live\n'
    assert sh('dash', "awk '/^state:/ { print $2 }' mnt/status", mounted).stdout == b'live\n'


def test_a_client_of_any_name_is_one_line_in_status_and_itself_in_json(mount, start_sandbox, tmp_path):
    name = 'a"b\\c\n\td\x7f\u0085\u2028\u202e{}[]: state: live 🌌é'
    user = {**accounts.built_in_accounts()['users'][0], 'identities': [
        {'id': accounts.ola(1), 'client': {'id': 1, 'name': name}, 'services': [1]}]}
    (tmp_path / 'accounts.json').write_text(json.dumps({**accounts.built_in_accounts(), 'users': [user]}))
    mounted = mount(start_sandbox('--accounts', tmp_path / 'accounts.json').url)
    accounts.log_in(mounted)
    assert status(mounted)['client'] == name
    shown = lines(mounted)['client']
    assert shown.startswith('a"b\\c\\u000a\\u0009d\\u007f\\u0085\\u2028\\u202e{}') and shown.endswith('🌌é')
    assert list(lines(mounted)) == list(status(mounted))
    found = run(['jq', '-j', '.client', 'mnt/status.json'], mounted.folder)
    assert found.stdout.decode() == name


# --- never a call, never a wait ---

def test_reading_calls_nothing_whatever_the_state(mount, service):
    mounted = mount(service.url, {'check_ttl': 0, 'keepalive': 0})
    log_in(mounted)
    service.model.end_sessions()
    asked = len(service.calls())
    for _ in range(20):
        for name in FILES:
            mounted.read(name)
            mounted.read_now(name)
            os.stat(mounted.path / name)
    assert len(service.calls()) == asked
    check_state(mounted, 'live', service)


def test_reading_does_not_wait_and_tells_who_does(mount, service, gate):
    mounted = mount(service.url, {'check_ttl': 0})
    log_in(mounted)
    service.next('HasSession', after(gate, service.dress(model_service.answers.has_session(True))))
    readers = Readers(mounted.path / 'cookie', 7)
    told = wait_for(lambda: (told := status(mounted))['waiters'] == 7 and told, what='seven who wait')
    assert told['waiting_for'] == 'HasSession'
    assert lines(mounted)['waiters'] == '7'
    for name in FILES:
        assert mounted.read(name)
    gate.set()
    readers.join()
    check_state(mounted, 'live', service, waiters=0, waiting_for=None)


def test_status_does_not_count_as_use_of_the_session(mount, service):
    mounted = mount(service.url, {'keepalive': 1, 'idle_after': 1})
    log_in(mounted)
    wait_for(lambda: status(mounted)['next_check'] is None, what='the end of the keep-alive')
    asked = len(service.calls())
    wait_for(lambda: status(mounted)['uptime'] >= 4, what='some seconds')
    assert len(service.calls()) == asked


# --- lengths ---

@pytest.mark.parametrize('name', ['status', 'status.json', 'metrics'])
def test_the_length_is_that_of_what_the_opener_reads_whatever_changes_meanwhile(mounted, name):
    descriptor = os.open(mounted.path / name, os.O_RDONLY)
    size = os.fstat(descriptor).st_size
    for _ in range(10):
        with fails_with(errno.ENOENT):
            mounted.write('identity', 'Ingen AS\n')
    assert len(run(['cat', name], mounted.path).stdout) != size
    assert os.fstat(descriptor).st_size == os.lseek(descriptor, 0, os.SEEK_END) == size
    content = os.pread(descriptor, 1 << 20, 0)
    assert len(content) == size
    again = os.pread(descriptor, 1 << 20, 0)
    assert len(again) == os.fstat(descriptor).st_size != size
    os.close(descriptor)


def test_each_of_many_openers_reads_what_he_was_told_the_length_of(mounted):
    script = """if True:
        import os
        for turn in range(100):
            descriptor = os.open('mnt/status', os.O_RDONLY)
            size = os.fstat(descriptor).st_size
            print(size, len(os.read(descriptor, 1 << 20)))
            os.close(descriptor)
            try:
                with open('mnt/identity', 'w') as file:
                    file.write('Ingen AS' if turn % 2 else 'x' * 70000)
            except OSError:
                pass
    """
    programs = [Waiting(mounted, ['/usr/bin/python3', '-c', script]) for _ in range(4)]
    told = set()
    for program in programs:
        with program:
            _, output, _ = program.result(60)
        pairs = [line.split() for line in output.splitlines()]
        assert len(pairs) == 100 and all(size == length for size, length in pairs)
        told.update(size for size, _ in pairs)
    assert len(told) > 1


def test_tools_that_go_by_the_length_get_all_of_it(mounted, tmp_path):
    for name in FILES:
        for command in ['cat'], ['tail', '-c', '+1'], ['dd', 'status=none', 'bs=7'], ['sed', 'n'], ['head', '-c', '99999']:
            argument = f'if={name}' if command[0] == 'dd' else name
            content = run([*command, argument], mounted.path).stdout.decode()
            assert content.endswith('\n') and content.count('\n') > 5, (name, command)
            assert name.endswith('.json') is (content[0] in '[{')
        copy = tmp_path / name
        assert run(['cp', name, copy], mounted.path).returncode == 0
        assert run(['wc', '-c', name], mounted.path).stdout.split()[0].isdigit()
        if name.endswith('.json'):
            json.loads(copy.read_text())
            with open(mounted.path / name, 'rb') as file:
                json.loads(file.read(os.fstat(file.fileno()).st_size))


def test_nobody_may_write(mounted):
    for name in FILES:
        for flags in os.O_WRONLY, os.O_RDWR:
            with fails_with(errno.EACCES):
                os.close(os.open(mounted.path / name, flags))


def test_no_secret_is_in_any_of_them(mounted, secrets):
    cookie = mounted.read('cookie')
    with pytest.raises(OSError):
        mounted.login(USERNAME, PASSWORD + 'x', application_id=model_service.APPLICATION)
    shown = ''.join(mounted.read(name) for name in FILES)
    assert secrets.found_in(shown) == [] and cookie.strip() not in shown
