"""Bad input makes no call, leaves the session alone, and has an errno and a reason."""

import errno
import os

import pytest

from support import answers
from support.expecting import fails_with
from support.failing import NOBODY, XML, check_error, login_text
from support.model_service import APPLICATION, FJORD, HOME, PASSWORD, TWIN_1, USERNAME, log_in


BAD_LOGINS = {
    'an unknown key': (login_text(colour='red'), errno.EINVAL),
    'a doubled key': (login_text() + 'password = again and again\n', errno.EINVAL),
    'a doubled key in another spelling': (login_text() + f'ApplicationId = {APPLICATION}\n', errno.EINVAL),
    'a malformed application': (login_text(application_id='24'), errno.EINVAL),
    'a malformed identity': ('identity_id = 310d5fd3\n' + login_text(), errno.EINVAL),
    'a malformed token': (f'application_id = {APPLICATION}\ntoken = 7e57c0de\n', errno.EINVAL),
    'a NUL': (login_text(username='a\0b'), errno.EINVAL),
    'no password': (f'username = {USERNAME}\napplication_id = {APPLICATION}\n', errno.EINVAL),
    'no application': (f'username = {USERNAME}\npassword = {PASSWORD}\n', errno.EINVAL),
    'a line that is none': ('username ops\n', errno.EINVAL),
    'bytes that are no UTF-8': (login_text().encode().replace(b'ops@', b'\xff\xfe@'), errno.EINVAL),
    'malformed XML': ('<credential><Username>x</Password></credential>\n', errno.EINVAL),
    'another document': ('<html><body/></html>\n', errno.EINVAL),
    'malformed JSON': ('{"username": "ops", }}\n', errno.EINVAL),
    'JSON of another kind': ('["username"]\n', errno.EINVAL),
    'a doubled key in JSON': ('{"username": "a", "Username": "b", "password": "12345678"}\n', errno.EINVAL),
    'too long a value': (login_text(username='x' * 70000), errno.EFBIG),
    'too long a comment': ('#' + 'x' * 70000 + '\n' + login_text(), errno.EFBIG),
}


@pytest.mark.parametrize('name', BAD_LOGINS)
def test_bad_input_to_login_calls_nobody_and_leaves_the_session_alone(mount, service, name):
    text, number = BAD_LOGINS[name]
    mounted = mount(service.url)
    log_in(mounted)
    cookie = mounted.read('cookie')
    asked = len(service.calls())
    with fails_with(number):
        mounted.write('login', text)
    check_error(mounted, 'login', number)
    assert len(service.calls()) == asked
    assert (mounted.read('cookie'), mounted.read('identity')) == (cookie, f'{HOME}\n')


BAD_IDENTITIES = {
    'an unknown GUID': (NOBODY, errno.ENOENT),
    'an unknown name': ('Ingen AS', errno.ENOENT),
    'a name of two clients': ('Tvilling AS\n', errno.ENOTUNIQ),
    'malformed XML': ('<Identity><Id>x</Identity>\n', errno.EINVAL),
    'another document': ('<html><body/></html>\n', errno.EINVAL),
    'a NUL': (FJORD[:20] + '\0\n', errno.EINVAL),
    'nothing': ('\n', errno.EINVAL),
    'too long': ('<Identity>' + ' ' * 70000 + '</Identity>\n', errno.EFBIG),
}


@pytest.mark.parametrize('name', BAD_IDENTITIES)
def test_bad_input_to_identity_leaves_the_session_alone(mount, service, name):
    text, number = BAD_IDENTITIES[name]
    mounted = mount(service.url)
    log_in(mounted)
    cookie = mounted.read('cookie')
    with fails_with(number):
        mounted.write('identity', text)
    check_error(mounted, '', number)
    assert (mounted.read('cookie'), mounted.read('identity')) == (cookie, f'{HOME}\n')
    assert list(service.model.sessions.values()) == [HOME]


@pytest.mark.parametrize('operation', ['SetIdentityById', 'SetIdentity'])
def test_a_switch_that_the_service_answers_with_false_is_no_such_entry(mount, service, operation):
    service.always(operation, service.dress(answers.answer(operation, text='false')))
    mounted = mount(service.url)
    log_in(mounted)
    text = {'SetIdentityById': FJORD,
            'SetIdentity': mounted.read(f'identities/Tvilling AS/{TWIN_1}/identity.xml')}[operation]
    with fails_with(errno.ENOENT):
        mounted.write('identity', text)
    check_error(mounted, operation, errno.ENOENT)
    assert mounted.read('identity') == f'{HOME}\n'


@pytest.mark.parametrize('do', [
    lambda path: os.open(path / 'new', os.O_CREAT | os.O_WRONLY),
    lambda path: os.unlink(path / 'cookie'),
    lambda path: os.rename(path / 'cookie', path / 'biscuit'),
    lambda path: os.mkdir(path / 'folder'),
    lambda path: os.rmdir(path / 'identities'),
    lambda path: os.symlink('cookie', path / 'link'),
], ids=['create', 'unlink', 'rename', 'mkdir', 'rmdir', 'symlink'])
def test_the_tree_cannot_be_changed(mount, service, do):
    mounted = mount(service.url)
    with pytest.raises(OSError) as refusal:
        do(mounted.path)
    assert refusal.value.errno in (errno.EPERM, errno.EROFS)
