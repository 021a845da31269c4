"""`identities.json` says for jq what the files below identities/ say, whatever the clients are called."""

import errno
import json
import os

import pytest

from support.accounts import KARI, OLA, built_in_accounts, kari, log_in, ola
from support.expecting import fails_with
from support.model_service import FJORD, LOCKED
from support.model_service import log_in as log_in_to_model
from support.shells import run
from support.standing import identities

KEYS = ['id', 'client_id', 'client_name', 'user_id', 'user_name', 'contact_id', 'employee_id', 'is_current', 'is_default',
        'is_protected', 'is_disabled', 'servers', 'folder']
ODD_NAMES = ['"', '\\', '\\"', '{}', '[1]', 'null', 'a\nb\tc', '\x7f', '\u0085\u2028\u2029', '\U0001f30c\U0001f468\u200d\U0001f469',
             '', '.', '..', 'a/b', '100%', '</script>', "it's", 'Å' * 200, 'e\u0301', '\ufffd', '\\u0041']


@pytest.fixture
def mounted(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    return mounted


def as_file(value):
    """A value as the file of that key writes it."""
    if isinstance(value, list):
        return '\n'.join(f'{each["id"]} {each["type"]}' for each in value) + '\n'
    return f'{json.dumps(value) if isinstance(value, bool) else value}\n'


def check_against_the_files(mounted):
    found = identities(mounted)
    for one in found:
        assert list(one) == KEYS
        for key in KEYS[:-1]:
            assert mounted.read(f'{one["folder"]}/{key}') == as_file(one[key]), key
    assert {one['folder'] for one in found} == {
        f'identities/{client}/{each}' for client in mounted.list('identities')
        for each in mounted.list(f'identities/{client}')}
    return found


def test_it_says_what_the_files_of_each_identity_say(mounted):
    found = check_against_the_files(mounted)
    assert [one['id'] for one in found if one['is_current']] == [ola(1)]
    assert len(found) == len(OLA.identities())


def test_an_account_with_every_oddity_of_the_model_too(mount, service):
    mounted = mount(service.url)
    log_in_to_model(mounted)
    check_against_the_files(mounted)


def test_odd_names_come_back_as_they_are(mount, start_sandbox, tmp_path):
    accounts = json.loads(json.dumps(built_in_accounts()))
    user = accounts['users'][0]
    user['identities'] = [{'id': ola(number + 1), 'client': {'id': 1000 + number, 'name': name}, 'services': [1]}
                          for number, name in enumerate(ODD_NAMES)]
    (tmp_path / 'accounts.json').write_text(json.dumps({**accounts, 'users': [user]}))
    mounted = mount(start_sandbox('--accounts', tmp_path / 'accounts.json').url)
    log_in(mounted)
    found = check_against_the_files(mounted)
    assert [one['client_name'] for one in found] == ODD_NAMES
    for number, name in enumerate(ODD_NAMES):
        shown = run(['jq', '-j', f'.[{number}].client_name', 'mnt/identities.json'], mounted.folder)
        assert (shown.stdout.decode(), shown.stderr) == (name, b'')


def test_a_client_id_keeps_all_its_digits_in_jq(mount, service):
    mounted = mount(service.url)
    log_in_to_model(mounted)
    shown = run(['jq', '-r', f'.[] | select(.id == "{FJORD}") | .client_id', 'mnt/identities.json'], mounted.folder)
    assert shown.stdout == b'9007199254740993\n'


def test_jq_finds_the_current_one_and_leaves_out_the_disabled(mount, service):
    mounted = mount(service.url)
    log_in_to_model(mounted)
    mounted.write('identity', FJORD)
    shown = run(['jq', '-r', '.[] | select(.is_current).folder', 'mnt/identities.json'], mounted.folder)
    assert shown.stdout.decode() == os.readlink(mounted.path / 'current') + '\n'
    shown = run(['jq', '-r', '.[] | select(.is_disabled | not).id', 'mnt/identities.json'], mounted.folder)
    assert LOCKED not in shown.stdout.decode() and shown.stdout.count(b'\n') == 5


def test_it_follows_each_switch(mounted):
    for number in 2, 3, 2:
        mounted.write('identity', f'{ola(number)}\n')
        assert [one['id'] for one in identities(mounted) if one['is_current']] == [ola(number)]


def test_it_follows_each_login(mounted, sandbox):
    log_in(mounted, KARI, identity_id=kari(2))
    assert {one['id'] for one in identities(mounted)} == {kari(1), kari(2), kari(3)}
    sandbox.identity(kari(3), 'removed')
    log_in(mounted, KARI, identity_id=kari(2))
    assert {one['id'] for one in identities(mounted)} == {kari(1), kari(2)}
    mounted.write('logout', 'x')
    assert identities(mounted) == []


def test_without_a_list_it_is_empty_and_asks_nobody(mount, sandbox):
    mounted = mount(sandbox.url)
    sandbox.reset_calls()
    assert mounted.read('identities.json') == '[]\n'
    with fails_with(errno.ENOKEY):
        mounted.list('identities')
    assert sandbox.calls() == 0


def test_five_thousand_identities_are_read_whole_and_at_once(mount, service):
    one = service.model.identities[0]
    many = [type(one)(**{**vars(one), 'id': f'310d5fd3-0002-4047-a03b-{number:012x}', 'client_name': f'Klient {number} "Æ"',
                         'is_default': number == 1}) for number in range(1, 5001)]
    service.model.identities = many
    mounted = mount(service.url)
    log_in_to_model(mounted)
    found = identities(mounted)
    assert [each['id'] for each in found] == [each.id for each in many]
    assert os.stat(mounted.path / 'identities.json').st_size == len(mounted.read_bytes('identities.json'))
    shown = run(['jq', 'length', 'mnt/identities.json'], mounted.folder)
    assert shown.stdout == b'5000\n'
