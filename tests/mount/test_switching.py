"""Switching identity: by GUID, by name and by document; what refuses it; and one reads what one wrote, always."""

import errno
import os
import threading

import pytest

from support.accounts import OLA, client_of, folder, log_in, ola
from support.expecting import fails_with, folder_name
from support.shells import run

SWITCHES = 1000 if os.environ.get('SO24_SLOW') else 10000 if os.environ.get('SO24_LONG') else 4000
IDENTITIES = OLA.identities()
USABLE = [identity for identity in IDENTITIES if not identity.get('disabled') and not identity.get('blocked')]
UNIQUE = [identity for identity in USABLE if identity['client']['name'] != 'Tvilling AS']


@pytest.fixture
def mounted(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    return mounted


def check_active(mounted, sandbox, identity):
    """All files agree with each other, and the other service with them, that this identity is active."""
    assert mounted.read('identity') == mounted.read('current/id') == f'{identity["id"]}\n'
    assert os.readlink(mounted.path / 'current') == folder(identity)
    assert mounted.read('current/client_name') == f'{identity["client"]["name"]}\n'
    active = [each['id'] for each in IDENTITIES if mounted.read(f'{folder(each)}/is_current') == 'true\n']
    assert active == [identity['id']]
    told = client_of(sandbox, mounted.read('cookie'))
    assert told == f'{identity["client"]["id"]} {identity["client"]["name"]}\n'


# --- ways to name an identity ---

def test_a_guid_is_switched_to(mounted, sandbox):
    for identity in [*USABLE, USABLE[0]]:
        mounted.write('identity', f'{identity["id"]}\n')
        check_active(mounted, sandbox, identity)
    assert sandbox.calls('Login') == 1


@pytest.mark.parametrize('form', [str, folder_name], ids=['raw', 'as a folder'])
def test_a_client_name_is_switched_to(mounted, sandbox, form):
    for identity in [*UNIQUE, UNIQUE[0]]:
        mounted.write('identity', f'{form(identity["client"]["name"])}\n')
        check_active(mounted, sandbox, identity)
    assert sandbox.calls('SetIdentityById') == len(UNIQUE) + 1


@pytest.mark.parametrize('form', [str, folder_name], ids=['raw', 'as a folder'])
def test_a_client_name_is_switched_to_without_a_newline_and_byte_by_byte(mounted, sandbox, form):
    for identity in reversed(UNIQUE):
        data = form(identity['client']['name']).encode()
        mounted.write('identity', data)
        check_active(mounted, sandbox, identity)
        mounted.write('identity', f'{ola(9)}\n')
        mounted.write('identity', *(bytes([byte]) for byte in data), b'\n')
        check_active(mounted, sandbox, identity)
    assert sandbox.calls('SetIdentityById') == 3 * len(UNIQUE)


def test_the_name_of_a_folder_in_a_listing_is_switched_to(mounted, sandbox):
    for name in mounted.list('identities'):
        if len(mounted.list(f'identities/{name}')) == 1 and name not in ('Nedlagt Bruk', 'Sperret Samvirke'):
            mounted.write('identity', f'{name}\n')
            assert os.readlink(mounted.path / 'current').startswith(f'identities/{name}/')


def test_an_identity_document_is_switched_to(mounted, sandbox):
    for identity in [*USABLE, USABLE[0]]:
        mounted.write('identity', mounted.read_bytes(f'{folder(identity)}/identity.xml'))
        check_active(mounted, sandbox, identity)
    assert (sandbox.calls('SetIdentity'), sandbox.calls('SetIdentityById')) == (len(USABLE) + 1, 0)


def test_an_identity_document_is_switched_to_byte_by_byte(mounted, sandbox):
    data = mounted.read_bytes(f'{folder(IDENTITIES[3])}/identity.xml')
    mounted.write('identity', *(bytes([byte]) for byte in data))
    check_active(mounted, sandbox, IDENTITIES[3])
    assert sandbox.calls('SetIdentity') == 1


def test_the_active_identity_may_be_written_again(mounted, sandbox):
    for _ in range(3):
        mounted.write('identity', f'{ola(1)}\n')
    check_active(mounted, sandbox, IDENTITIES[0])


def test_a_switch_before_anything_was_read_needs_no_other_file(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    mounted.write('identity', 'Nordlys 🌌 Reiser')
    check_active(mounted, sandbox, IDENTITIES[4])


# --- refusals ---

@pytest.mark.parametrize('text, number', [
    ('Tvilling AS\n', errno.ENOTUNIQ),
    ('Tvilling AS', errno.ENOTUNIQ),
    ('310d5fd3-0002-4047-a03b-0000000000ff\n', errno.ENOENT),
    ('Ingen AS\n', errno.ENOENT),
    ('Etterslep nå\n', errno.ENOENT),
    ('fjord & fjell as\n', errno.ENOENT),
    ('310d5fd3-0002-4047-a03b\n', errno.EINVAL),
    (f'{ola(12)}\n', errno.EACCES),
    ('Sperret Samvirke\n', errno.EACCES),
    (f'{ola(11)}\n', errno.EACCES),
    ('Nedlagt Bruk\n', errno.EACCES),
], ids=['a name of two', 'a name of two without newline', 'an unknown GUID', 'an unknown name', 'more than a name',
        'another case', 'a part of a GUID', 'a blocked one', 'a blocked name', 'a disabled one', 'a disabled name'])
def test_a_refused_switch_changes_nothing(mounted, sandbox, text, number):
    mounted.write('identity', f'{ola(2)}\n')
    cookie = mounted.read('cookie')
    with fails_with(number):
        mounted.write('identity', text)
    assert f': {errno.errorcode[number]}: ' in mounted.error()
    check_active(mounted, sandbox, IDENTITIES[1])
    assert mounted.read('cookie') == cookie


@pytest.mark.parametrize('number', [11, 12], ids=['disabled', 'blocked'])
def test_a_refused_document_changes_nothing(mounted, sandbox, number):
    with fails_with(errno.EACCES):
        mounted.write('identity', mounted.read_bytes(f'{folder(IDENTITIES[number - 1])}/identity.xml'))
    check_active(mounted, sandbox, IDENTITIES[0])


def test_an_identity_that_is_blocked_later_is_refused_and_may_come_back(mounted, sandbox):
    sandbox.identity(ola(3), 'blocked')
    with fails_with(errno.EACCES):
        mounted.write('identity', f'{ola(3)}\n')
    check_active(mounted, sandbox, IDENTITIES[0])
    sandbox.identity(ola(3), 'unblocked')
    mounted.write('identity', f'{ola(3)}\n')
    check_active(mounted, sandbox, IDENTITIES[2])


# --- one reads what one wrote ---

@pytest.fixture
def unlimited(mount, start_sandbox):
    """A mount whose service takes any number of calls."""
    mounted = mount(start_sandbox('--calls-per-hour', 1000000).url, options={'rate': 1000000}, limit=120)
    log_in(mounted)
    return mounted


def test_switches_on_one_descriptor_are_seen_by_all_at_once(unlimited):
    path = unlimited.path
    writer = os.open(path / 'identity', os.O_WRONLY)
    held = os.open(path / 'identity', os.O_RDONLY)
    for turn in range(SWITCHES // 4):
        identity = USABLE[turn % 3]
        new = f'{identity["id"]}\n'.encode()
        assert os.write(writer, new) == 37
        assert os.pread(held, 100, 0) == new
        assert os.readlink(path / 'current').endswith(identity['id'])
    os.close(writer)
    os.close(held)
    assert unlimited.read('identity') == new.decode()


def test_ten_thousand_switches_that_each_open_anew_are_seen_by_all_at_once(unlimited):
    path = unlimited.path
    held = os.open(path / 'identity', os.O_RDONLY)
    for turn in range(SWITCHES):
        identity = USABLE[turn % 3]
        new = f'{identity["id"]}\n'.encode()
        writer = os.open(path / 'identity', os.O_WRONLY | os.O_TRUNC)
        os.write(writer, new)
        os.close(writer)
        os.lseek(held, 0, os.SEEK_SET)
        reader = os.open(path / 'identity', os.O_RDONLY)
        assert os.read(reader, 100) == os.read(held, 100) == new
        os.close(reader)
        assert os.readlink(path / 'current').endswith(identity['id'])
    os.close(held)


def test_readers_beside_a_writer_never_see_half_an_identity(unlimited):
    known = {f'{identity["id"]}\n'.encode() for identity in USABLE[:3]}
    torn, done = [], threading.Event()

    def read_on(flags):
        held = os.open(unlimited.path / 'identity', flags)
        while not done.is_set():
            fresh = os.open(unlimited.path / 'identity', flags)
            for content in os.read(fresh, 100), os.pread(held, 100, 0):
                if content not in known:
                    torn.append(content)
            os.close(fresh)
        os.close(held)

    readers = [threading.Thread(target=read_on, args=(os.O_RDONLY,)) for _ in range(4)]
    for reader in readers:
        reader.start()
    for turn in range(SWITCHES // 20):
        new = f'{USABLE[turn % 3]["id"]}\n'
        unlimited.write('identity', new)
        if unlimited.read('identity') != new:
            torn.append(f'the writer saw an older one at turn {turn}')
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []


def test_every_file_of_the_identities_follows_each_switch(mounted, sandbox):
    held = {number: os.open(mounted.path / folder(IDENTITIES[number - 1]) / 'is_current', os.O_RDONLY)
            for number in (1, 2, 3)}
    for turn in range(30):
        number = turn % 3 + 1
        mounted.write('identity', f'{ola(number)}\n')
        for other, descriptor in held.items():
            right = 'true\n' if other == number else 'false\n'
            name = f'{folder(IDENTITIES[other - 1])}/is_current'
            assert mounted.read(name) == os.pread(descriptor, 10, 0).decode() == right
            assert os.stat(mounted.path / name).st_size == len(right)
    for descriptor in held.values():
        os.close(descriptor)


def test_a_program_that_stands_in_the_folder_of_current_stays_there(mounted):
    here = os.open(mounted.path / 'current', os.O_RDONLY)
    mounted.write('identity', f'{ola(2)}\n')
    reader = os.open('id', os.O_RDONLY, dir_fd=here)
    assert os.read(reader, 100).decode() == f'{ola(1)}\n'
    assert mounted.read('current/id') == f'{ola(2)}\n'
    os.close(reader)
    os.close(here)


# --- the cookie ---

def test_the_other_service_agrees_by_curl(mounted, sandbox):
    url = f'{sandbox.base}/Client/V001/ClientService.asmx'
    for identity in USABLE:
        mounted.write('identity', f'{identity["id"]}\n')
        script = f'curl -sf -b "ASP.NET_SessionId=$(cat mnt/cookie)" {url}'
        told = run(['sh', '-c', script], mounted.folder)
        assert told.stdout.decode() == f'{identity["client"]["id"]} {identity["client"]["name"]}\n'


def test_a_switch_keeps_the_session(mounted, sandbox):
    cookie = mounted.read('cookie')
    for number in 2, 3, 9:
        mounted.write('identity', f'{ola(number)}\n')
        assert mounted.read('cookie') == cookie
    assert sandbox.calls('Login') == 1


def test_a_session_that_is_made_anew_is_on_the_identity_that_was_chosen(mounted, sandbox):
    mounted.write('identity', f'{ola(5)}\n')
    old = mounted.read('cookie')
    sandbox.expire()
    assert mounted.read_now('session') == 'false\n'
    assert mounted.read('cookie') != old
    assert sandbox.calls('Login') == 2
    check_active(mounted, sandbox, IDENTITIES[4])


def test_a_switch_in_a_session_that_has_ended_is_carried_by_a_login(mounted, sandbox):
    sandbox.expire()
    mounted.write('identity', f'{ola(5)}\n')
    check_active(mounted, sandbox, IDENTITIES[4])
    assert sandbox.calls('Login') == 2


def test_a_cookie_that_somebody_else_switched_is_withheld_until_one_is_chosen_again(mount, sandbox):
    mounted = mount(sandbox.url, options={'check_ttl': 0})
    log_in(mounted)
    sandbox.switch(ola(2))
    with fails_with(errno.EKEYREVOKED):
        mounted.read('cookie')
    assert ola(2) in mounted.error()
    mounted.write('identity', f'{ola(2)}\n')
    check_active(mounted, sandbox, IDENTITIES[1])
