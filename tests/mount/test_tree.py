"""The tree: which files there are, what they hold, how names are written, and what of it is stable."""

import contextlib
import errno
import json
import os
import re
import stat
import xml.etree.ElementTree as ElementTree

import pytest

from support.accounts import (APPLICATION, KARI, NAMESPACE, OLA, fields, folder, kari, log_in, ola)
from support.expecting import fails_with, folder_name
from support.holding import file_names
from support.sandbox import built_in_accounts
from support.shells import run

ROOT = {'README': 0o444, 'login': 0o200, 'logout': 0o200, 'session': 0o444, 'identity': 0o644, 'cookie': 0o400,
        'error': 0o444, 'status': 0o444, 'status.json': 0o444, 'identities.json': 0o444, 'metrics': 0o444,
        'events': 0o444}
FIELDS = {'id', 'client_id', 'client_name', 'user_id', 'user_name', 'contact_id', 'employee_id', 'is_current',
          'is_default', 'is_protected', 'is_disabled', 'servers', 'identity.xml'}
LONG = 'Å' * 200
ODD_NAMES = ['.', '..', '', 'a/b/c', 'tab\there', 'new\nline', '\x7fdelete', '100%25', '%2F', ' foran', 'bak  ', '~',
             '{krøll} AS', '<Firma> AS', ola(5)[:20], '-rf', '*', "it's", '"', '\\', 'e\u0301', '\u00e9', '\U0001f30c',
             LONG, LONG + 'B', 'x' * 255, 'x' * 256, '%' * 100]


@pytest.fixture
def mounted(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    return mounted


# --- names ---

def test_the_root_holds_exactly_these_files(mounted):
    assert mounted.list() == sorted([*ROOT, 'current', 'export', 'identities'])


def test_the_root_holds_the_same_files_without_a_session(mount, sandbox):
    assert mount(sandbox.url).list() == sorted([*ROOT, 'current', 'export', 'identities'])


def test_there_is_a_folder_for_each_client_and_in_it_one_for_each_identity(mounted):
    clients = {}
    for identity in OLA.identities():
        clients.setdefault(folder_name(identity['client']['name']), []).append(identity['id'])
    assert mounted.list('identities') == sorted(clients)
    for name, ids in clients.items():
        assert mounted.list(f'identities/{name}') == sorted(ids)


def test_each_identity_has_exactly_these_files(mounted):
    for identity in OLA.identities():
        assert set(os.listdir(mounted.path / folder(identity))) == FIELDS | {'session', 'cookie', 'export'}


def test_a_listing_has_each_name_once_and_says_what_it_is(mounted):
    for where, folders, files in os.walk(mounted.path):
        with os.scandir(where) as entries:
            seen = [(entry.name, entry.is_dir(follow_symlinks=False), entry.is_symlink(), entry.inode())
                    for entry in entries]
        assert len({name for name, _, _, _ in seen}) == len(seen) == len(folders) + len(files)
        for name, is_folder, is_link, inode in seen:
            status = os.lstat(os.path.join(where, name))
            assert (is_folder, is_link) == (stat.S_ISDIR(status.st_mode), stat.S_ISLNK(status.st_mode))
            assert inode == status.st_ino


def test_other_names_are_not_there(mounted):
    identity = OLA.identities()[0]
    for name in ('LOGIN', 'loginx', 'passport', 'passport/id', 'identities/Ingen AS', f'identities/{ola(1)}',
                 f'identities/Tvilling AS/{ola(1)}', f'identities/Tvilling AS/{ola(9).upper()}',
                 f'{folder(identity)}/password', 'identities/100% Norsk', 'identities/Etterslep', 'x' * 255):
        with fails_with(errno.ENOENT):
            os.lstat(mounted.path / name)
    with fails_with(errno.ENOTDIR):
        os.lstat(mounted.path / 'README' / 'x')


def test_the_parent_of_every_folder_is_its_parent(mounted):
    for where, folders, _ in os.walk(mounted.path):
        for name in folders:
            if not os.path.islink(os.path.join(where, name)):
                assert os.stat(os.path.join(where, name, '..')).st_ino == os.stat(where).st_ino
    above = os.open(mounted.path / folder(OLA.identities()[0]), os.O_RDONLY)
    os.fchdir(above)
    try:
        assert os.getcwd() == str(mounted.path / folder(OLA.identities()[0]))
    finally:
        os.chdir('/')
        os.close(above)


@pytest.fixture
def odd(mount, start_sandbox, tmp_path):
    """A mount of an account whose clients have ODD_NAMES."""
    accounts = json.loads(json.dumps(built_in_accounts()))
    user = accounts['users'][0]
    user['identities'] = [{'id': ola(number + 1), 'client': {'id': 1000 + number, 'name': name}, 'services': [1]}
                          for number, name in enumerate(ODD_NAMES)]
    (tmp_path / 'accounts.json').write_text(json.dumps({**accounts, 'users': [user]}))
    mounted = mount(start_sandbox('--accounts', tmp_path / 'accounts.json').url)
    log_in(mounted)
    return mounted


def expected_folder(name, client_id):
    """Percent-encoded; over 255 bytes cut at a character, then ~ and the client id."""
    encoded = folder_name(name)
    if len(encoded.encode()) <= 255:
        return encoded
    suffix = f'~{client_id}'
    kept = ''
    for character in re.findall(r'%[0-9A-F]{2}|.', encoded, re.DOTALL):
        if len((kept + character).encode()) + len(suffix) > 255:
            break
        kept += character
    return kept + suffix


def test_odd_client_names_become_names_that_a_folder_can_have(odd):
    expected = {expected_folder(name, 1000 + number): name for number, name in enumerate(ODD_NAMES)}
    assert len(expected) == len(ODD_NAMES)
    assert odd.list('identities') == sorted(expected)
    for number, (path, name) in enumerate(expected.items()):
        assert odd.read_bytes(f'identities/{path}/{ola(number + 1)}/client_name') == f'{name}\n'.encode()


@pytest.mark.parametrize('form', ['folder', 'raw', 'raw without a newline'])
def test_odd_client_names_are_switched_to(odd, form):
    failures = []
    for number, name in enumerate(ODD_NAMES):
        path = expected_folder(name, 1000 + number)
        if form != 'folder' and ('\n' in name or name == ''):
            continue  # no line can hold it
        text = {'folder': f'{path}\n', 'raw': f'{name}\n', 'raw without a newline': name}[form]
        try:
            odd.write('identity', text)
            assert os.readlink(odd.path / 'current') == f'identities/{path}/{ola(number + 1)}'
        except OSError as failure:
            failures.append((name, errno.errorcode[failure.errno]))
    assert failures == []


def test_tools_walk_through_odd_client_names(odd):
    found = run(['find', 'mnt/identities', '-name', 'id', '-print0'], odd.folder)
    assert (found.returncode, found.stdout.count(b'\0')) == (0, len(ODD_NAMES))
    for command in ['tar', 'cf', 'packed.tar', 'mnt'], ['ls', '-lR', 'mnt'], ['cp', '-r', 'mnt/identities', 'copy']:
        done = run(command, odd.folder)
        assert (done.returncode, done.stderr) == (0, b'')


# --- attributes ---

def test_the_modes_are_those_of_the_table(mounted):
    for name, mode in ROOT.items():
        assert stat.S_IMODE(os.stat(mounted.path / name).st_mode) == mode, name
    for path in '.', 'identities', 'identities/Tvilling AS', folder(OLA.identities()[0]):
        assert stat.filemode(os.stat(mounted.path / path).st_mode) == 'drwxr-xr-x'
    for name in FIELDS:
        assert stat.filemode(os.stat(mounted.path / 'current' / name).st_mode) == '-r--r--r--'
    assert stat.filemode(os.lstat(mounted.path / 'current').st_mode) == 'lrwxrwxrwx'


def test_all_belongs_to_the_one_who_mounted(mounted):
    for name in [*mounted.list(), *file_names(mounted)]:
        status = os.lstat(mounted.path / name)
        assert (status.st_uid, status.st_gid) == (os.getuid(), os.getgid())


def test_all_times_are_of_this_mount(mounted):
    start = os.stat(mounted.folder / 'log').st_ctime_ns
    for name in [*mounted.list(), *file_names(mounted)]:
        status = os.lstat(mounted.path / name)
        assert 0 <= status.st_mtime_ns - start + 10 ** 10 < 10 ** 11, name


def test_a_file_that_changes_has_a_newer_time(mounted):
    before = os.stat(mounted.path / 'identity').st_mtime_ns
    for number in 2, 3:
        mounted.write('identity', f'{ola(number)}\n')
        now = os.stat(mounted.path / 'identity').st_mtime_ns
        assert now > before
        before = now


def test_inode_numbers_are_unique_and_the_same_in_the_next_mount(mount, sandbox):
    def inodes():
        mounted = mount(sandbox.url)
        log_in(mounted)
        found = {}
        for where, folders, files in os.walk(mounted.path):
            for name in [*folders, *files]:
                path = os.path.join(where, name)
                found[os.path.relpath(path, mounted.path)] = os.lstat(path).st_ino
        return found

    first = inodes()
    assert len(set(first.values())) == len(first) and 0 not in first.values()
    assert inodes() == first


def test_inode_numbers_outlive_a_new_login(mounted):
    path = mounted.path / folder(OLA.identities()[2]) / 'id'
    before = os.stat(path).st_ino
    mounted.write('logout', 'x')
    log_in(mounted, KARI, identity_id=kari(2))
    log_in(mounted)
    assert os.stat(path).st_ino == before


# --- contents ---

def test_every_field_of_every_identity_is_what_the_account_says(mounted):
    for identity in OLA.identities():
        for name, text in fields(identity, ola(1)).items():
            assert mounted.read(f'{folder(identity)}/{name}') == text, name


def test_every_file_ends_in_one_newline(mounted):
    unusable = [folder(identity) for identity in OLA.identities() if identity.get('disabled') or identity.get('blocked')]
    for name in file_names(mounted):
        if name.startswith(tuple(unusable)) and ('cookie' in name or 'export' in name):
            continue
        content = mounted.read_bytes(name)
        if name not in ('login', 'logout') and not name.endswith(('identity.xml', 'cookie.raw')):
            assert content.endswith(b'\n') and not content.endswith(b'\n\n'), name


def test_the_document_of_an_identity_says_the_same_as_its_fields(mounted):
    for identity in OLA.identities():
        root = ElementTree.fromstring(mounted.read_bytes(f'{folder(identity)}/identity.xml'))

        def text(path, missing=''):
            found = root.find('/'.join(f'{{{NAMESPACE}}}{part}' for part in path.split('/')))
            return missing if found is None else found.text or ''

        right = fields(identity, ola(1))
        assert root.tag == f'{{{NAMESPACE}}}Identity'
        for name, path, missing in (('id', 'Id', None), ('client_id', 'Client/Id', None),
                                    ('client_name', 'Client/Name', ''),
                                    ('user_id', 'User/Id', None), ('user_name', 'User/Name', ''),
                                    ('contact_id', 'User/ContactId', '-2147483648'),
                                    ('employee_id', 'User/EmployeeId', '-2147483648'),
                                    ('is_default', 'IsDefault', None), ('is_protected', 'IsProtected', None),
                                    ('is_disabled', 'IsDisabled', 'false')):
            assert f'{text(path, missing)}\n' == right[name], name


def test_the_cookie_is_a_session_id_and_a_newline(mounted):
    assert re.fullmatch(r'[a-z0-5]{24}\n', mounted.read('cookie'))


def test_session_identity_and_current_say_where_one_is(mounted):
    assert mounted.read('session') == 'true\n'
    assert mounted.read('identity') == f'{ola(1)}\n'
    assert os.readlink(mounted.path / 'current') == folder(OLA.identities()[0])
    assert os.path.samefile(mounted.path / 'current', mounted.path / folder(OLA.identities()[0]))


def test_without_a_session_nothing_is_claimed(mount, sandbox):
    mounted = mount(sandbox.url)
    assert (mounted.read('session'), mounted.read('error')) == ('false\n', 'none\n')
    with fails_with(errno.ENOKEY):
        mounted.list('identities')
    with fails_with(errno.ENOKEY):
        os.readlink(mounted.path / 'current')
    assert sandbox.calls() == 0


def test_error_is_one_line_of_time_operation_errno_and_reason(mounted):
    with fails_with(errno.ENOTUNIQ):
        mounted.write('identity', 'Tvilling AS\n')
    assert re.fullmatch(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ identity: ENOTUNIQ: .+\n', mounted.error())
    size = os.stat(mounted.path / 'error').st_size
    assert size == len(mounted.read_bytes('error'))


# --- README ---

def test_the_readme_names_every_file_and_paths_that_exist(mounted):
    readme = mounted.read('README')
    for name in mounted.list():
        assert re.search(rf'^  {name}\s', readme, re.MULTILINE), name
    paths = re.findall(rf'{mounted.path}/[\w./]+', readme)
    assert {f'{mounted.path}/{name}' for name in ('login', 'session', 'identity', 'cookie', 'error')} <= set(paths)
    for path in paths:
        assert os.path.lexists(path), path
    assert APPLICATION not in readme and 'fjord' not in readme


def test_the_commands_of_the_readme_work(mount):
    mounted = mount(options={'sandbox': True})
    readme = mounted.read('README')
    login = re.search(r'^  (cat > .*?)^  END$', readme, re.MULTILINE | re.DOTALL)[1]
    hint = dict(re.findall(r'^  (username|password|application_id) = (\S+)$', readme, re.MULTILINE))
    script = re.sub(r'(?m)^  (\w+) = .*$', lambda line: f'{line[1]} = {hint[line[1]]}', login) + 'END\n'
    done = run(['sh', '-c', script], '/')
    assert (done.returncode, done.stderr) == (0, b''), script
    examples = re.findall(r'^  ((?:cat|ls) /.*)$', readme, re.MULTILINE)
    assert len(examples) >= 4
    for example in examples:
        done = run(['sh', '-c', example], '/')
        assert (done.returncode, done.stderr) == (0, b'') and done.stdout, example


def test_the_readme_of_a_sandbox_names_the_account_and_its_services(mount):
    readme = mount(options={'sandbox': True}).read('README')
    for text in OLA.username, OLA.password, APPLICATION, 'ClientService.asmx', 'http://127.0.0.1:':
        assert text in readme


# --- passport ---

def test_a_passport_is_there_only_after_a_login_by_token(mount, sandbox):
    mounted = mount(sandbox.url)
    assert 'passport' not in mounted.list()
    mounted.write('login', f'token = {OLA.token}\napplication_id = {APPLICATION}\n')
    assert 'passport' in mounted.list() and mounted.list('passport') == ['email', 'id']
    assert mounted.read('passport/email') == 'ola@example.com\n'
    assert mounted.read('passport/id') == '9c1f8a52-0001-4e0a-8f00-24f500000001\n'
    assert mounted.read('session') == 'true\n' and len(mounted.list('identities')) == 12
    assert (sandbox.calls('AuthenticateByToken'), sandbox.calls('Login')) == (1, 0)
    log_in(mounted)
    assert 'passport' not in mounted.list()
    with fails_with(errno.ENOENT):
        os.stat(mounted.path / 'passport' / 'email')


def test_a_passport_goes_with_the_session_of_its_token(mount, sandbox):
    mounted = mount(sandbox.url)
    mounted.write('login', f'token = {OLA.token}\napplication_id = {APPLICATION}\n')
    with open(mounted.path / 'passport' / 'email', encoding='utf-8'):
        mounted.write('logout', 'x')
        assert 'passport' not in mounted.list()


# --- identities without a session ---

def test_an_account_whose_default_identity_is_blocked_sees_its_list_and_chooses(mount, sandbox):
    mounted = mount(sandbox.url)
    with fails_with(errno.EACCES):
        log_in(mounted, KARI)
    assert 'GetIdentitiesWithCredential' in mounted.error()
    assert mounted.read('session') == 'false\n'
    sandbox.reset_calls()
    assert mounted.list('identities') == ['Fjord & Fjell AS', 'Åpen Butikk AS']  # the sandbox lists no blocked ones
    assert mounted.read(f'identities/Åpen Butikk AS/{kari(2)}/client_id') == '400000000102\n'
    assert (sandbox.calls('GetIdentitiesWithCredential'), sandbox.calls()) == (1, 1)
    mounted.write('identity', f'{kari(2)}\n')
    assert sandbox.calls('Login') == 1
    assert mounted.read('session') == 'true\n'
    assert os.readlink(mounted.path / 'current') == f'identities/Åpen Butikk AS/{kari(2)}'
    assert mounted.read('cookie')


@pytest.mark.parametrize('name', ['Åpen Butikk AS\n', 'Åpen Butikk AS'], ids=['a line', 'no newline'])
def test_such_an_account_chooses_by_name_without_having_looked(mount, sandbox, name):
    mounted = mount(sandbox.url)
    with fails_with(errno.EACCES):
        log_in(mounted, KARI)
    mounted.write('identity', name)
    assert mounted.read('identity') == f'{kari(2)}\n'
    assert sandbox.calls('Login') == 2


def test_such_an_account_may_not_choose_the_blocked_one(mount, sandbox):
    mounted = mount(sandbox.url)
    with fails_with(errno.EACCES):
        log_in(mounted, KARI)
    with fails_with(errno.EACCES):
        mounted.write('identity', f'{kari(1)}\n')
    assert mounted.read('session') == 'false\n'
    mounted.write('identity', f'{kari(3)}\n')
    assert mounted.read('current/client_name') == 'Fjord & Fjell AS\n'


# --- service_id ---

@pytest.mark.parametrize('service', [1, 2, 24, 99])
def test_a_service_narrows_the_list_to_those_who_have_it(mount, sandbox, service):
    mounted = mount(sandbox.url, options={'service_id': service})
    log_in(mounted)
    ids = [name for client in mounted.list('identities') for name in mounted.list(f'identities/{client}')]
    assert sorted(ids) == sorted(each['id'] for each in OLA.identities()
                                 if service in each['services'] and not each.get('blocked'))
    assert sandbox.calls('GetIdentitiesWithCredentialByService') == 1
    assert sandbox.calls('GetIdentities') == 0


# --- identities that come and go ---

def test_a_client_that_was_renamed_has_its_new_name_after_a_new_login(mounted, sandbox):
    sandbox.identity(ola(3), 'renamed', name='Nytt / Navn')
    log_in(mounted)
    assert 'Nytt %2F Navn' in mounted.list('identities')
    assert 'Drift%2FUtvikling A%2FS' not in mounted.list('identities')
    assert mounted.read(f'identities/Nytt %2F Navn/{ola(3)}/client_name') == 'Nytt / Navn\n'
    with fails_with(errno.ENOENT):
        os.stat(mounted.path / 'identities' / 'Drift%2FUtvikling A%2FS')
    mounted.write('identity', 'Nytt / Navn\n')
    assert os.readlink(mounted.path / 'current') == f'identities/Nytt %2F Navn/{ola(3)}'


def test_an_identity_that_was_removed_is_gone_after_a_new_login(mounted, sandbox):
    held = os.open(mounted.path / folder(OLA.identities()[2]), os.O_RDONLY)
    field = os.open(mounted.path / folder(OLA.identities()[2]) / 'client_name', os.O_RDONLY)
    sandbox.identity(ola(3), 'removed')
    log_in(mounted)
    assert 'Drift%2FUtvikling A%2FS' not in mounted.list('identities')
    for name in 'Drift%2FUtvikling A%2FS', 'Drift/Utvikling A/S', ola(3):
        with fails_with(errno.ENOENT):
            mounted.write('identity', f'{name}\n')
    with fails_with(errno.ENOENT):
        os.open('id', os.O_RDONLY, dir_fd=held)
    with contextlib.suppress(FileNotFoundError):
        assert os.pread(field, 100, 0) == b'Drift/Utvikling A/S\n'
    os.close(held)
    os.close(field)
    assert mounted.read('identity') == f'{ola(1)}\n'


def test_one_of_two_twins_is_removed_and_the_name_becomes_unique(mounted, sandbox):
    sandbox.identity(ola(9), 'removed')
    log_in(mounted)
    assert mounted.list('identities/Tvilling AS') == [ola(10)]
    mounted.write('identity', 'Tvilling AS\n')
    assert mounted.read('identity') == f'{ola(10)}\n'


def test_an_identity_that_was_added_again_has_its_new_id_after_a_new_login(mounted, sandbox):
    answer = json.dumps(sandbox.identity(ola(3), 'readded'))
    [new] = set(re.findall(r'[0-9a-f]{8}-[0-9a-f-]{27}', answer)) - {ola(3)}
    log_in(mounted)
    assert mounted.list('identities/Drift%2FUtvikling A%2FS') == [new]
    mounted.write('identity', 'Drift/Utvikling A/S\n')
    assert mounted.read('identity') == f'{new}\n'
    with fails_with(errno.ENOENT):
        mounted.write('identity', f'{ola(3)}\n')


def test_an_identity_that_came_back_is_the_one_it_was(mounted, sandbox):
    before = os.stat(mounted.path / folder(OLA.identities()[2])).st_ino
    sandbox.identity(ola(3), 'removed')
    log_in(mounted)
    sandbox.identity(ola(3), 'restored')
    log_in(mounted)
    assert os.stat(mounted.path / folder(OLA.identities()[2])).st_ino == before
    assert mounted.read(f'{folder(OLA.identities()[2])}/id') == f'{ola(3)}\n'


def test_another_users_login_brings_that_users_identities(mounted):
    log_in(mounted, KARI, identity_id=kari(2))
    assert mounted.list('identities') == ['Fjord & Fjell AS', 'Stengt Butikk AS', 'Åpen Butikk AS']
    assert mounted.list('identities/Fjord & Fjell AS') == [kari(3)]
    log_in(mounted)
    assert mounted.list('identities/Fjord & Fjell AS') == [ola(1)]
