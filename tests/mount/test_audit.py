"""-o audit: the log tells who opened what bears a cookie, and never the cookie."""

import os
import re
import shutil
import subprocess
import threading

import pytest

from support.accounts import OLA, folder, log_in
from support.readers import Waiting
from support.shells import run
from support.waiting import wait_for

LINE = re.compile(r'^so24fs: audit: open file=("(?:\\.|[^"\\])*") uid=(\d+) gid=(\d+) pid=(\d+) '
                  r'comm=("(?:\\.|[^"\\])*"|\?) exe=("(?:\\.|[^"\\])*"|\?)$')
BEARING = ['cookie', *(f'export/{name}' for name in ('cookies.txt', 'header', 'curlrc', 'env', 'cookie.raw'))]


@pytest.fixture
def audited(mount, sandbox):
    mounted = mount(sandbox.url, {'audit': True, 'allow_other': True, 'group': 65534})
    log_in(mounted)
    return mounted


def audit_of(mounted):
    """The lines so far: (file, uid, gid, pid, comm, exe), as they are quoted."""
    lines = [line for line in mounted.log_text().splitlines() if 'audit' in line]
    found = [LINE.match(line) for line in lines]
    assert all(found), lines
    return [(match[1], int(match[2]), int(match[3]), int(match[4]), match[5], match[6]) for match in found]


def copy_of_cat(folder, name):
    shutil.copy('/bin/cat', os.path.join(folder, name))
    return os.path.join(os.path.realpath(folder), name)


def test_each_opener_of_each_file_is_named(audited):
    for name in BEARING:
        reader = subprocess.Popen(['cat', name], cwd=audited.path, stdout=subprocess.PIPE)
        audited.secrets.add(*re.findall('[a-z0-5]{24}', reader.communicate()[0].decode()))
        program = os.path.realpath(shutil.which('cat'))
        assert audit_of(audited)[-1] == (f'"{name}"', 0, 0, reader.pid, '"cat"', f'"{program}"')
    assert len(audit_of(audited)) == len(BEARING)


def test_of_an_identitys_own_cookie_the_whole_path_is_told(audited):
    place = folder(OLA.identities()[2])
    for name in BEARING:
        assert run(['cat', f'{place}/{name}'], audited.path).returncode == 0
    told = [file[1:-1].encode().decode('unicode_escape').encode('latin-1').decode() for file, *_ in audit_of(audited)]
    assert told == [f'{place}/{name}' for name in BEARING]


def test_another_user_is_named(audited):
    assert run(['cat', 'cookie'], audited.path, user=1234, group=65534, extra_groups=[]).returncode == 0
    assert audit_of(audited)[0][1:3] == (1234, 65534)


def test_of_a_script_its_name_and_its_interpreter_are_told(audited):
    script = audited.folder / 'nightly-run'
    script.write_text('#!/bin/dash\nread -r cookie < mnt/cookie\n')
    script.chmod(0o755)
    assert run([str(script)], audited.folder).returncode == 0
    assert audit_of(audited)[0][4:] == ('"nightly-run"', f'"{os.path.realpath("/bin/dash")}"')


def test_of_a_thread_the_process_is_told(audited):
    thread = threading.Thread(target=audited.read, args=['cookie'])
    thread.start()
    thread.join()
    assert audit_of(audited)[0][3] == os.getpid()


@pytest.mark.parametrize('name', ['two\nlines', 'so24fs: audit', 'quo"te', 'back\\slash', 'x' * 200, '\x1b[31mred',
                                  'blå', 'a" uid=0 gid=0'])
def test_a_program_cannot_write_a_line_of_its_own(audited, name):
    program = copy_of_cat(audited.folder, name)
    run([program, 'mnt/cookie'], audited.folder)
    [(file, uid, *_, comm, exe)] = audit_of(audited)
    assert (file, uid) == ('"cookie"', 0)
    assert comm[1:-1].encode().decode('unicode_escape').encode('latin-1') == name.encode()[:15]
    assert exe[1:-1].encode().decode('unicode_escape').encode('latin-1') == program.encode()[:256]
    assert all(' ' <= character < '\x7f' for character in audited.log_text().replace('\n', ''))


def test_what_bears_no_cookie_is_not_told(audited):
    for name in 'README', 'session', 'identity', 'error', 'current/id':
        audited.read(name)
    run(['ls', '-lR', '.'], audited.path)
    assert audit_of(audited) == []


def test_who_is_not_let_in_is_not_told(audited):
    assert run(['cat', 'cookie'], audited.path, user=1234, group=1234, extra_groups=[]).returncode == 1
    audited.write('logout', 'x')
    assert run(['cat', 'cookie'], audited.path).returncode == 1
    assert audit_of(audited) == []


def test_one_who_had_to_wait_is_told_when_he_gets_it(mount, sandbox):
    mounted = mount(sandbox.url, {'audit': True, 'check_ttl': 0})
    log_in(mounted)
    sandbox.reset_calls()
    sandbox.slow(1, 'HasSession')
    with Waiting(mounted, ['cat', 'mnt/cookie']):
        wait_for(lambda: sandbox.calls('HasSession'), what='the call')
        assert audit_of(mounted) == []
        wait_for(lambda: len(audit_of(mounted)) == 1, what='the line')


def test_without_the_option_nothing_is_told(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    mounted.read('cookie')
    assert 'audit' not in mounted.log_text()
