"""What a write to `login`, `identity` and `logout` does, byte for byte, and what it leaves alone."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from support import model_service
from support.accounts import APPLICATION, KARI, OLA, folder, log_in, ola
from support.expecting import fails_with
from support.shells import run
from support.waiting import wait_for

PASSWORD = OLA.password
LINES, XML, JSON = OLA.lines(), OLA.xml(), OLA.json()
ON_3 = {'identity_id': ola(3)}
BY_TOKEN = f'token = {OLA.token}\napplication_id = {APPLICATION}\n'
TOKEN_XML = f'<token><ApplicationId>{APPLICATION}</ApplicationId><Id>{OLA.token}</Id></token>\n'

FORMS = {
    'lines': LINES,
    'XML': XML,
    'JSON': JSON,
    'token': BY_TOKEN,
    'token in XML': TOKEN_XML,
    'token in JSON': f'{{"token": "{OLA.token}", "application_id": "{APPLICATION}"}}\n',
    'CRLF': LINES.replace('\n', '\r\n'),
    'CRLF in XML': XML.replace('\n', '\r\n'),
    'CRLF in JSON': JSON.replace('\n', '\r\n'),
    'a byte order mark': '\ufeff' + LINES,
    'a byte order mark in XML': '\ufeff' + XML,
    'a byte order mark in JSON': '\ufeff' + JSON,
    'comments and blank lines': '# who\n\n' + LINES.replace('password', '\n  # how = "secret"\n\t\npassword'),
    'no blanks': LINES.replace(' = ', '='),
    'many blanks': LINES.replace(' = ', ' \t =\t  '),
    'blanks before': '\n\n   ' + LINES.replace('\n', '\n  ').rstrip(' '),
    'blanks before XML': '\n \t' + XML,
    'blanks before JSON': '\n \t' + JSON,
    'the keys of the service': LINES.replace('username', 'Username').replace('password', 'Password')
                                    .replace('application_id', 'ApplicationId'),
    'the keys in capitals': LINES.replace('username', 'USER_NAME').replace('password', 'PASSWORD')
                                 .replace('application_id', 'APPLICATIONID'),
    'the keys of the service in JSON': JSON.replace('username', 'Username').replace('application_id', 'ApplicationId'),
    'another order': ''.join(reversed(LINES.splitlines(keepends=True))),
    'capitals in the GUID': LINES.replace(APPLICATION, APPLICATION.upper()),
    'an identity of none': OLA.lines(identity_id='00000000-0000-0000-0000-000000000000'),
    'one line of JSON': JSON.replace('\n', ' ') + '\n',
    'one line of XML': XML.replace('\n', ''),
    'XML with a declaration': '<?xml version="1.0" encoding="utf-8"?>\n<!-- mine -->\n' + XML,
    'XML with a prefix': XML.replace('<', '<s:').replace('<s:/', '</s:').replace('xmlns=', 'xmlns:s='),
    'XML without a namespace': '<credential>' + XML.split('>', 1)[1],
    'XML with CDATA': XML.replace(PASSWORD, f'<![CDATA[{PASSWORD}]]>'),
    'XML with references': XML.replace('fjord', '&#102;&#x6a;ord'),
    'XML as in the documents': XML.replace('credential', 'Credential'),
    'JSON with escapes': JSON.replace('fjord', r'\u0066\u006aord'),
    'braces within JSON': JSON.replace('{', '{"identity_id": null, '),
}


@pytest.fixture
def mounted(mount, sandbox):
    return mount(sandbox.url)


# --- the forms of a credential ---

@pytest.mark.parametrize('size', [10000, 20, 1], ids=['in one write', 'in pieces', 'byte by byte'])
def test_a_credential_is_understood_in_every_form(mounted, sandbox, size):
    for form, text in FORMS.items():
        sandbox.reset_calls()
        mounted.write('login', *pieces_of(text, size))
        assert (form, sandbox.calls('Login') + sandbox.calls('AuthenticateByToken')) == (form, 1)
        assert (form, mounted.read('session')) == (form, 'true\n')
        mounted.write('logout', '\n')


@pytest.mark.parametrize('form', [LINES, XML, JSON, BY_TOKEN, TOKEN_XML],
                         ids=['lines', 'XML', 'JSON', 'token', 'token in XML'])
def test_a_first_write_that_holds_a_whole_credential_needs_no_newline(mounted, sandbox, form):
    descriptor = os.open(mounted.path / 'login', os.O_WRONLY)
    os.write(descriptor, form.rstrip('\n').encode())
    assert sandbox.calls('Login') + sandbox.calls('AuthenticateByToken') == 1
    os.close(descriptor)
    assert sandbox.calls('Login') + sandbox.calls('AuthenticateByToken') == 1
    assert mounted.read('session') == 'true\n'


def test_a_first_write_without_a_newline_has_the_result_of_the_login(mounted):
    descriptor = os.open(mounted.path / 'login', os.O_WRONLY)
    with fails_with(errno.EKEYREJECTED):
        os.write(descriptor, OLA.lines(password='fjord-2025').rstrip('\n').encode())
    os.close(descriptor)


def test_the_newline_that_follows_such_a_first_write_changes_nothing(mounted, sandbox):
    mounted.write('login', LINES.rstrip('\n'), '\n')
    assert (sandbox.calls('Login'), mounted.read('session')) == (1, 'true\n')


@pytest.mark.parametrize('form', [LINES, BY_TOKEN], ids=['lines', 'token'])
def test_what_is_whole_but_for_its_last_newline_is_tried_at_close(mounted, sandbox, form):
    data = form.rstrip('\n').encode()
    descriptor = os.open(mounted.path / 'login', os.O_WRONLY)
    for at in range(len(data)):
        os.write(descriptor, data[at:at + 1])
    os.close(descriptor)
    assert sandbox.calls('Login') + sandbox.calls('AuthenticateByToken') == 1
    assert mounted.read('session') == 'true\n'


def test_the_result_of_what_is_tried_at_close_is_the_result_of_close(mounted, sandbox):
    first, second, third = OLA.lines(password='fjord-2025').encode().splitlines(keepends=True)
    descriptor = os.open(mounted.path / 'login', os.O_WRONLY)
    for piece in third, first, second.rstrip(b'\n'):
        os.write(descriptor, piece)
    with fails_with(errno.EKEYREJECTED):
        os.close(descriptor)
    assert sandbox.calls('Login') == 1


def test_a_value_keeps_its_inner_and_trailing_blanks(mount, service):
    mounted = mount(service.url)
    service.model.password = 'ends  in two blanks  '
    mounted.login(model_service.USERNAME, service.model.password, application_id=model_service.APPLICATION)
    assert mounted.read('session') == 'true\n'


def test_a_value_may_hold_equal_signs_hashes_and_quotes(mount, service):
    mounted = mount(service.url)
    service.model.password = '"a = b" # \'c\' <&> \\n'
    mounted.login(model_service.USERNAME, service.model.password, application_id=model_service.APPLICATION)
    assert mounted.read('session') == 'true\n'


@pytest.mark.parametrize('form', ['lines', 'xml', 'json'])
def test_what_the_mount_was_told_may_be_left_out(mount, sandbox, form):
    mounted = mount(sandbox.url, options={'application_id': APPLICATION})
    mounted.write('login', getattr(OLA, form)(application_id=None))
    assert (mounted.read('session'), sandbox.calls('Login')) == ('true\n', 1)


def test_an_application_that_is_written_counts_more_than_the_mounts(mount, sandbox):
    mounted = mount(sandbox.url, options={'application_id': ola(1)})
    mounted.write('login', *OLA.lines(application_id=None).splitlines(keepends=True)[:1],
                  f'application_id = {APPLICATION}\n', f'password = {PASSWORD}\n')
    assert (mounted.read('session'), sandbox.calls('Login')) == ('true\n', 1)


# --- the identity of a login ---

@pytest.mark.parametrize('form', ['lines', 'xml', 'json'])
def test_a_login_in_one_write_carries_its_identity(mounted, sandbox, form):
    mounted.write('login', getattr(OLA, form)(**ON_3))
    assert mounted.read('identity') == f'{ola(3)}\n'
    assert (sandbox.calls('Login'), sandbox.calls('SetIdentityById')) == (1, 0)


def test_an_identity_that_comes_last_byte_by_byte_is_switched_to_without_a_second_login(mounted, sandbox):
    data = OLA.lines(**ON_3).encode()
    mounted.write('login', *(data[at:at + 1] for at in range(len(data))))
    assert mounted.read('identity') == f'{ola(3)}\n'
    assert (sandbox.calls('Login'), sandbox.calls('SetIdentityById')) == (1, 1)


def test_an_identity_that_comes_last_line_by_line_is_switched_to_without_a_second_login(mounted, sandbox):
    mounted.write('login', *OLA.lines(**ON_3).splitlines(keepends=True))
    assert mounted.read('identity') == f'{ola(3)}\n'
    assert (sandbox.calls('Login'), sandbox.calls('SetIdentityById')) == (1, 1)


def test_an_identity_that_comes_last_without_a_newline_is_switched_to_at_close(mounted, sandbox):
    mounted.write('login', LINES, f'identity_id = {ola(3)}')
    assert mounted.read('identity') == f'{ola(3)}\n'
    assert (sandbox.calls('Login'), sandbox.calls('SetIdentityById')) == (1, 1)


def test_an_identity_that_comes_first_is_carried(mounted, sandbox):
    data = (f'identity_id = {ola(3)}\n' + LINES).encode()
    mounted.write('login', *(data[at:at + 1] for at in range(len(data))))
    assert mounted.read('identity') == f'{ola(3)}\n'
    assert (sandbox.calls('Login'), sandbox.calls('SetIdentityById')) == (1, 0)


@pytest.mark.parametrize('identity, number', [
    (ola(12), errno.EACCES), (ola(99), errno.ENOENT), ('310d5fd3', errno.EINVAL),
], ids=['blocked', 'unknown', 'malformed'])
def test_an_identity_that_comes_last_and_is_refused_leaves_the_login_in_place(mounted, sandbox, identity, number):
    with fails_with(number):
        mounted.write('login', LINES, f'identity_id = {identity}\n')
    assert (mounted.read('identity'), mounted.read('session')) == (f'{ola(1)}\n', 'true\n')
    assert sandbox.calls('Login') == 1


def test_two_records_in_one_stream_are_two_logins(mounted, sandbox):
    mounted.write('login', *OLA.lines().splitlines(keepends=True), *KARI.lines().splitlines(keepends=True)[:1],
                  f'password = {KARI.password}\nidentity_id = 310d5fd3-0003-4047-a03b-000000000002\n'
                  f'application_id = {APPLICATION}\n')
    assert sandbox.calls('Login') == 2
    assert mounted.read('current/client_name') == 'Åpen Butikk AS\n'


# --- what is not done ---

BAD = {
    'an unknown key': (LINES + 'colour = red\n', errno.EINVAL),
    'an unknown key first': ('colour = red\n' + LINES, errno.EINVAL),
    'an unknown element': (XML.replace('</credential>', '<Colour>red</Colour></credential>'), errno.EINVAL),
    'an unknown member': (JSON.replace('{', '{"colour": "red", '), errno.EINVAL),
    'a doubled key': (f'password = {PASSWORD}\n' + LINES, errno.EINVAL),
    'a doubled key in two spellings': (f'Application_Id = {APPLICATION}\nApplicationId = {APPLICATION}\n' + LINES,
                                       errno.EINVAL),
    'a doubled element': (XML.replace('</credential>', '<Username>x@example.com</Username></credential>'),
                          errno.EINVAL),
    'a doubled member': (JSON.replace('{', '{"Password": "twice-2026", '), errno.EINVAL),
    'a malformed GUID': (OLA.lines(application_id='5a0d50c1-2024'), errno.EINVAL),
    'a malformed GUID in XML': (OLA.xml(identity_id='{}'), errno.EINVAL),
    'a malformed GUID in JSON': (OLA.json(application_id=APPLICATION[:-1] + 'g'), errno.EINVAL),
    'a malformed token': (BY_TOKEN.replace(OLA.token, OLA.token + '0'), errno.EINVAL),
    'a number in JSON': (JSON.replace(f'"{PASSWORD}"', '20262026'), errno.EINVAL),
    'a NUL': (LINES.replace('ola@', 'o\0la@'), errno.EINVAL),
    'a NUL in XML': (XML.replace('ola@', 'o\0la@'), errno.EINVAL),
    'a NUL in JSON': (JSON.replace('ola@', 'o\\u0000la@'), errno.EINVAL),
    'UTF-16': (LINES.encode('utf-16').decode('latin-1'), errno.EINVAL),
    'a token and a password': (f'token = {OLA.token}\n' + LINES, errno.EINVAL),
    'an empty password': (OLA.lines(password=''), errno.EINVAL),
    'no =': ('username ola@example.com\n' + LINES, errno.EINVAL),
    'XML that does not match': (XML.replace('</Username>', '</Password>'), errno.EINVAL),
    'XML with an entity of its own': ('<!DOCTYPE c [<!ENTITY e "x">]>' + XML, errno.EINVAL),
    'an identity': ('<Identity><Id>x</Id></Identity>\n', errno.EINVAL),
    'JSON that is a list': (f'[{JSON}]\n', errno.EINVAL),
    'JSON without commas': (JSON.replace(',', ''), errno.EINVAL),
    'too many comments': ('# 64 KiB and more of this\n' * 3000 + LINES, errno.EFBIG),
    'too long a value': (OLA.lines(username='x' * 66000), errno.EFBIG),
    'too long an element': (OLA.xml(username='x' * 66000), errno.EFBIG),
    'too long a member': (OLA.json(username='x' * 66000), errno.EFBIG),
}


@pytest.mark.parametrize('size', [100000, 1], ids=['in one write', 'byte by byte'])
def test_bad_input_calls_nobody_and_leaves_the_session_alone(mounted, sandbox, size):
    log_in(mounted)
    before = [mounted.read(name) for name in ('cookie', 'identity', 'session')]
    for bad, (text, number) in BAD.items():
        if bad == 'an unknown key' and size == 1:
            continue  # the record is complete before the bad line comes
        sandbox.reset_calls()
        with fails_with(number):
            mounted.write('login', *pieces_of(text, size if len(text) < 10000 else max(size, 1000)))
        said = mounted.error()
        assert f' login: {errno.errorcode[number]}: ' in said and said.count('\n') == 1, bad
        assert (bad, sandbox.calls()) == (bad, 0)
        assert [mounted.read(name) for name in ('cookie', 'identity', 'session')] == before, bad


def test_64_kib_are_taken(mounted, sandbox):
    padding = '#' * (64 * 1024 - len(LINES) - 1) + '\n'
    mounted.write('login', padding + LINES)
    assert (sandbox.calls('Login'), mounted.read('session')) == (1, 'true\n')


def test_many_records_may_be_more_than_64_kib(mounted, sandbox):
    log_in(mounted)
    text = mounted.read(f'{folder(OLA.identities()[1])}/identity.xml')
    count = 64 * 1024 // len(text) + 2
    mounted.write('identity', *[text] * count)
    assert sandbox.calls('SetIdentity') == count


def test_after_bad_input_the_same_descriptor_takes_a_good_one(mounted, sandbox):
    descriptor = os.open(mounted.path / 'login', os.O_WRONLY)
    with fails_with(errno.EINVAL):
        os.write(descriptor, b'colour = red\n')
    os.write(descriptor, LINES.encode())
    os.close(descriptor)
    assert (sandbox.calls('Login'), mounted.read('session')) == (1, 'true\n')


INCOMPLETE = {
    'no password': (OLA.lines(password=None), ['password']),
    'no user name': (OLA.lines(username=None), ['username']),
    'no application': (OLA.lines(application_id=None), ['application_id']),
    'an identity only': (f'identity_id = {ola(3)}\n', ['username', 'password', 'application_id']),
    'a token without an application': (f'token = {OLA.token}\n', ['application_id']),
    'a comment only': ('# nothing\n', ['username', 'password', 'application_id']),
    'XML that is cut off': (XML[:-4], ['XML']),
    'JSON that is cut off': (JSON[:-3], ['JSON']),
}


@pytest.mark.parametrize('what', INCOMPLETE)
def test_what_is_incomplete_at_close_fails_and_error_says_what_is_missing(mounted, sandbox, what):
    text, missing = INCOMPLETE[what]
    log_in(mounted)
    cookie = mounted.read('cookie')
    sandbox.reset_calls()
    descriptor = os.open(mounted.path / 'login', os.O_WRONLY)
    os.write(descriptor, text.encode())
    with fails_with(errno.EINVAL):
        os.close(descriptor)
    said = mounted.error()
    assert ' login: EINVAL: ' in said
    assert all(name in said for name in missing), said
    assert (sandbox.calls(), mounted.read('cookie')) == (0, cookie)


@pytest.mark.parametrize('form', ['xml', 'json'])
def test_a_document_without_a_password_fails_as_soon_as_it_ends(mounted, sandbox, form):
    with fails_with(errno.EINVAL):
        mounted.write('login', getattr(OLA, form)(password=None))
    assert 'password' in mounted.error()
    assert sandbox.calls() == 0


def test_the_text_of_one_descriptor_does_not_go_on_in_another(mounted, sandbox):
    one, other = (os.open(mounted.path / 'login', os.O_WRONLY) for _ in range(2))
    first, second = LINES[:20].encode(), LINES[20:].encode()
    os.write(one, first)
    with fails_with(errno.EINVAL):
        os.write(other, second)
    assert sandbox.calls() == 0
    os.write(one, second)
    os.close(one)
    os.close(other)
    assert sandbox.calls('Login') == 1


def test_nothing_written_is_nothing_done(mounted, sandbox):
    log_in(mounted)
    sandbox.reset_calls()
    for name in 'login', 'identity', 'logout':
        mounted.write(name)
        mounted.write(name, '')
        done = run(['dd', 'if=/dev/null', f'of={name}'], mounted.path)
        assert done.returncode == 0
    assert (sandbox.calls(), mounted.error()) == (0, 'none\n')
    assert mounted.read('session') == 'true\n'


# --- identity ---

def test_a_guid_acts_at_its_36th_character(mounted, sandbox):
    log_in(mounted)
    descriptor = os.open(mounted.path / 'identity', os.O_WRONLY)
    for at, letter in enumerate(ola(3).encode()):
        assert sandbox.calls('SetIdentityById') == 0, at
        os.write(descriptor, bytes([letter]))
    assert sandbox.calls('SetIdentityById') == 1
    os.close(descriptor)
    assert (mounted.read('identity'), sandbox.calls('SetIdentityById')) == (f'{ola(3)}\n', 1)


def test_a_name_acts_at_the_byte_that_makes_it_whole(mounted, sandbox):
    log_in(mounted)
    descriptor = os.open(mounted.path / 'identity', os.O_WRONLY)
    for letter in 'Ærlig Økonomi ÅS'.encode():
        assert sandbox.calls('SetIdentityById') == 0
        os.write(descriptor, bytes([letter]))
    assert sandbox.calls('SetIdentityById') == 1
    os.close(descriptor)
    assert mounted.read('identity') == f'{ola(2)}\n'


def test_a_name_fails_at_the_first_byte_with_which_no_name_begins(mounted, sandbox):
    log_in(mounted)
    descriptor = os.open(mounted.path / 'identity', os.O_WRONLY)
    for letter in b'Fjord & ':
        os.write(descriptor, bytes([letter]))
    with fails_with(errno.ENOENT):
        os.write(descriptor, b'X')
    os.close(descriptor)
    assert (sandbox.calls('SetIdentityById'), mounted.read('identity')) == (0, f'{ola(1)}\n')


def test_a_part_of_a_name_is_tried_at_close_and_fails_there(mounted):
    log_in(mounted)
    descriptor = os.open(mounted.path / 'identity', os.O_WRONLY)
    os.write(descriptor, b'Fjord')
    with fails_with(errno.ENOENT):
        os.close(descriptor)
    assert ' identity: ENOENT: ' in mounted.error()


@pytest.mark.parametrize('text', ['{ID}', '{ID}\r\n', ' {ID} \n', '\n{ID}\n', '{{{ID}}}\n'],
                         ids=['bare', 'CRLF', 'blanks', 'an empty line', 'braces'])
def test_a_guid_may_be_written_in_other_clothes(mounted, sandbox, text):
    log_in(mounted)
    for written in text.format(ID=ola(10)), text.format(ID=ola(10).upper()):
        mounted.write('identity', f'{ola(1)}\n')
        sandbox.reset_calls()
        mounted.write('identity', written)
        assert (mounted.read('identity'), sandbox.calls('SetIdentityById')) == (f'{ola(10)}\n', 1)


# --- what tools do in passing ---

@pytest.mark.parametrize('flags', [0, os.O_TRUNC, os.O_APPEND, os.O_TRUNC | os.O_APPEND, os.O_CREAT | os.O_TRUNC,
                                   os.O_SYNC, os.O_DIRECT, os.O_NOFOLLOW], ids=str)
def test_a_file_may_be_opened_in_every_way_of_writing(mounted, sandbox, flags):
    for access in os.O_WRONLY, os.O_RDWR:
        sandbox.reset_calls()
        descriptor = os.open(mounted.path / 'login', access | flags)
        os.write(descriptor, LINES.encode())
        os.fsync(descriptor)
        os.close(descriptor)
        assert (sandbox.calls('Login'), mounted.read('session')) == (1, 'true\n')


def test_an_open_descriptor_may_be_emptied_and_rewound(mounted, sandbox):
    descriptor = os.open(mounted.path / 'login', os.O_WRONLY)
    os.ftruncate(descriptor, 0)
    os.write(descriptor, LINES.encode())
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, LINES.encode())
    os.close(descriptor)
    assert sandbox.calls('Login') == 2


@pytest.mark.parametrize('name', ['login', 'identity', 'logout'])
def test_what_changes_nothing_may_be_set(mounted, name):
    log_in(mounted)
    path = mounted.path / name
    status = os.stat(path)
    os.chmod(path, status.st_mode & 0o7777)
    os.chown(path, status.st_uid, status.st_gid)
    os.truncate(path, 0)
    os.utime(path)
    os.utime(path, (1, 1))
    assert run(['touch', path], mounted.folder).returncode == 0
    assert run(['touch', '-c', '-d', 'yesterday', path], mounted.folder).returncode == 0
    assert os.stat(path).st_mode == status.st_mode
    assert mounted.read('session') == 'true\n'


CHANGES = [
    lambda path: os.chmod(path / 'login', 0o666),
    lambda path: os.chmod(path / 'cookie', 0o444),
    lambda path: os.chmod(path, 0o777),
    lambda path: os.chown(path / 'cookie', 1, 1),
    lambda path: os.truncate(path / 'login', 100),
    lambda path: os.truncate(path / 'cookie', 0),
    lambda path: os.truncate(path / 'README', 0),
    lambda path: os.open(path / 'new', os.O_CREAT | os.O_WRONLY),
    lambda path: os.open(path / 'identities' / 'new', os.O_CREAT | os.O_WRONLY),
    lambda path: os.open(path / 'current' / 'new', os.O_CREAT | os.O_WRONLY),
    lambda path: os.mkdir(path / 'new'),
    lambda path: os.mknod(path / 'new'),
    lambda path: os.mkfifo(path / 'new'),
    lambda path: os.symlink('cookie', path / 'new'),
    lambda path: os.link(path / 'cookie', path / 'new'),
    lambda path: os.rename(path / 'cookie', path / 'biscuit'),
    lambda path: os.rename(path / 'cookie', path / 'session'),
    lambda path: os.rename(path / 'identities', path / 'people'),
    lambda path: os.unlink(path / 'login'),
    lambda path: os.unlink(path / 'current'),
    lambda path: os.unlink(path / 'current' / 'id'),
    lambda path: os.rmdir(path / 'identities'),
]


def test_the_tree_cannot_be_changed(mounted):
    log_in(mounted)
    names = mounted.list()
    for number, change in enumerate(CHANGES):
        with pytest.raises(OSError) as refusal:
            change(mounted.path)
        assert errno.errorcode[refusal.value.errno] in ('EPERM', 'EROFS'), f'change {number} of CHANGES'
        assert mounted.list() == names


def test_rm_removes_nothing(mounted):
    log_in(mounted)
    names = mounted.list(), mounted.list('current')
    assert run(['rm', '-rf', 'mnt/identities', 'mnt/cookie'], mounted.folder).returncode == 1
    assert (mounted.list(), mounted.list('current')) == names


@pytest.mark.parametrize('name', ['cookie', 'session', 'README', 'error', 'current/id', 'current/identity.xml'])
def test_what_is_to_be_read_cannot_be_written(mounted, name):
    log_in(mounted)
    before = mounted.read(name)
    for flags in os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND:
        with pytest.raises(OSError) as refusal:
            os.close(os.open(mounted.path / name, flags))
        assert errno.errorcode[refusal.value.errno] in ('EACCES', 'EPERM', 'EROFS')
    assert mounted.read(name) == before


@pytest.mark.parametrize('name', ['login', 'logout'])
def test_what_is_to_be_written_reads_as_nothing_for_root(mounted, name):
    log_in(mounted)
    assert mounted.read(name) == ''
    assert os.stat(mounted.path / name).st_size == 0


def test_a_credential_that_is_being_written_cannot_be_read_back(mounted):
    with open(mounted.path / 'login', 'r+b', buffering=0) as file:
        file.write(LINES[:40].encode())
        file.seek(0)
        assert file.read() == b''
        file.write(LINES[40:].encode())
    assert mounted.read('session') == 'true\n'


# --- logout ---

def test_logout_forgets_session_and_credential(mounted, sandbox):
    log_in(mounted)
    sandbox.reset_calls()
    mounted.write('logout', 'x')
    assert mounted.read('session') == 'false\n'
    for name in 'cookie', 'identity':
        with fails_with(errno.ENOKEY):
            mounted.read(name)
    with fails_with(errno.ENOKEY):
        os.listdir(mounted.path / 'identities')
    with fails_with(errno.ENOKEY):
        os.readlink(mounted.path / 'current')
    with fails_with(errno.ENOKEY):
        mounted.write('identity', f'{ola(1)}\n')
    assert sandbox.calls() == 0


def test_after_logout_another_user_may_log_in(mounted, sandbox):
    log_in(mounted)
    old = mounted.read('cookie')
    mounted.write('logout', 'x')
    log_in(mounted, KARI, identity_id='310d5fd3-0003-4047-a03b-000000000002')
    assert mounted.read('current/client_name') == 'Åpen Butikk AS\n'
    assert mounted.read('cookie') != old
    assert len(mounted.list('identities')) == 3


# --- a write that fails changes nothing ---

@pytest.mark.parametrize('kind, number', [
    ('throttle', errno.EBUSY), ('fault', errno.EREMOTEIO), ('blank', errno.EKEYREJECTED), ('nil', errno.EKEYREJECTED),
    ('garbage', errno.EBADMSG), ('status-503', errno.EREMOTEIO), ('drop', errno.EBADMSG),
])
def test_after_a_login_that_failed_the_session_that_was_there_still_answers(mount, sandbox, kind, number):
    mounted = mount(sandbox.url, options={'check_ttl': 0})
    log_in(mounted)
    before = [mounted.read(name) for name in ('cookie', 'identity', 'session', 'current/id')]
    sandbox.fail(kind, 'Login')
    with fails_with(number):
        mounted.write('login', KARI.lines())
    assert [mounted.read(name) for name in ('cookie', 'identity', 'session', 'current/id')] == before


def test_after_a_login_that_was_throttled_and_one_that_was_not_the_session_answers(mounted, sandbox):
    sandbox.fail('throttle', 'Login')
    with fails_with(errno.EBUSY):
        log_in(mounted)
    log_in(mounted)
    assert mounted.read('session') == 'true\n'
    assert mounted.read('identity') == f'{ola(1)}\n'


def test_a_wrong_password_for_another_user_leaves_the_session_that_was_there(mounted, sandbox):
    log_in(mounted)
    before = mounted.read('cookie'), mounted.list('identities')
    with fails_with(errno.EKEYREJECTED):
        mounted.write('login', KARI.lines(password='vidde-2025'))
    assert (mounted.read('cookie'), mounted.list('identities')) == before
    sandbox.expire()
    assert mounted.read_now('session') == 'false\n'
    assert mounted.read('cookie') != before[0]  # made anew with the credential that was right
    assert mounted.read('current/client_name') == 'Fjord & Fjell AS\n'


def test_a_writer_that_is_killed_in_the_middle_does_nothing(mounted, sandbox):
    with open(mounted.path / 'login', 'wb', buffering=0) as login:
        process = subprocess.Popen(['cat'], stdin=subprocess.PIPE, stdout=login)
    process.stdin.write(LINES[:40].encode())
    process.stdin.flush()
    wait_for(lambda: 'wchar: 40\n' in Path(f'/proc/{process.pid}/io').read_text(), what='the first half')
    process.kill()
    process.wait()
    process.stdin.close()
    wait_for(lambda: ' login: EINVAL: ' in mounted.error(), what='the end of the descriptor')
    assert sandbox.calls() == 0


# --- helpers ---

def pieces_of(text, size):
    data = text.encode()
    return [data[at:at + size] for at in range(0, len(data), size)]
