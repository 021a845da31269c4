"""examples/clients: each asks another service with a mounted session, whatever becomes of that meanwhile."""

import pytest

from support import programs
from support.accounts import OLA, log_in, ola
from support.shells import run

CLIENTS = programs.CHECKOUT / 'examples' / 'clients'
INTERPRETERS = {
    'dash': (['dash'], 'which_client.sh'),
    'bash': (['bash'], 'which_client.sh'),
    'busybox': (['busybox', 'sh'], 'which_client.sh'),
    'Python': (['/usr/bin/python3', '-B'], 'which_client.py'),
    'PHP': (['php', '-d', 'soap.wsdl_cache_enabled=0'], 'which_client.php'),
    'Perl': (['perl'], 'which_client.pl'),
    'Java': (['java', '-Xshare:auto', '-XX:TieredStopAtLevel=1'], 'WhichClient.java'),
}
NOT_RUN = {'WhichClient.cs'}  # and says so


@pytest.fixture(params=INTERPRETERS)
def ask(request, sandbox):
    """A function: ask(mounted) -> (exit status, stdout, stderr) of the client."""
    interpreter, script = INTERPRETERS[request.param]

    def start(mounted):
        done = run([*interpreter, CLIENTS / script, 'mnt', f'{sandbox.base}/Client/V001/ClientService.asmx'],
                   mounted.folder)
        return done.returncode, done.stdout.decode(), done.stderr.decode()
    return start


def client(number):
    """What is printed for Ola's identity of that number."""
    told = OLA.identities()[number - 1]['client']
    return f'{told["id"]} {told["name"]}\n'


def questions(sandbox):
    """How many calls the other service had."""
    return sandbox.control('GET', 'calls')['client_service']


def test_every_example_is_run_or_says_that_it_is_not():
    assert {path.name for path in CLIENTS.iterdir()} == {script for _, script in INTERPRETERS.values()} | NOT_RUN
    for name in NOT_RUN:
        assert 'No test compiles this one' in (CLIENTS / name).read_text(encoding='utf-8')


def test_it_acts_for_the_client_that_is_chosen(mount, sandbox, ask):
    mounted = mount(sandbox.url)
    log_in(mounted)
    for number in 1, 2, 4:  # æøå, and what XML writes as entities
        mounted.write('identity', f'{ola(number)}\n')
        assert ask(mounted) == (0, client(number), '')


def test_a_session_that_ended_right_after_a_check_is_renewed_by_the_second_try(mount, sandbox, ask):
    """Within check_ttl so24fs cannot know; the first call learns it."""
    mounted = mount(sandbox.url, {'check_ttl': 600})
    log_in(mounted)
    mounted.write('identity', f'{ola(2)}\n')
    old = mounted.read('cookie')
    sandbox.expire()
    assert mounted.read('cookie') == old
    sandbox.reset_calls()
    assert ask(mounted) == (0, client(2), '')
    assert (sandbox.calls('Login'), questions(sandbox)) == (1, 2)
    assert mounted.read('cookie') != old


def test_it_tries_once_more_and_no_more(mount, sandbox, ask):
    mounted = mount(sandbox.url)
    log_in(mounted)
    sandbox.fail('fault', operation='GetClientInformation', count=0, text='Not authenticated')
    code, output, told = ask(mounted)
    assert (code, output) == (1, '') and 'Not authenticated' in told
    assert questions(sandbox) == 2


def test_another_fault_is_told_and_not_tried_again(mount, sandbox, ask):
    mounted = mount(sandbox.url)
    log_in(mounted)
    sandbox.fail('fault', operation='GetClientInformation', count=0, text='The moon is full')
    code, output, told = ask(mounted)
    assert (code, output) == (1, '') and 'The moon is full' in told
    assert questions(sandbox) == 1


def test_without_a_cookie_it_says_why_in_the_mounts_words_and_asks_nothing(mount, sandbox, ask):
    mounted = mount(sandbox.url)
    code, output, told = ask(mounted)
    assert (code, output, told.strip()) == (1, '', mounted.error().strip())
    assert 'ENOKEY' in told and questions(sandbox) == 0


def test_a_session_that_cannot_be_renewed_is_told_in_the_mounts_words(mount, sandbox, ask):
    mounted = mount(sandbox.url, {'check_ttl': 600, 'remember': 'no'})
    log_in(mounted)
    mounted.read('cookie')
    sandbox.expire()
    code, output, told = ask(mounted)
    assert (code, output, told.strip()) == (1, '', mounted.error().strip())
    assert 'EKEYEXPIRED' in told


def test_where_nothing_is_mounted_it_says_so(mount, sandbox, ask):
    mounted = mount(sandbox.url)
    mounted.unmount()
    code, output, told = ask(mounted)
    assert (code, output) == (1, '') and told.strip() and 'Traceback' not in told
