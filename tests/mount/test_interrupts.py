"""Ctrl-C ends a wait at once, whatever the server does, and everything else goes on meanwhile."""

import errno
import os
import signal
import subprocess
import time

import pytest

from support.failing import login_text
from support.interruption import WaitingOpen
from support.model_service import FJORD, log_in
from support.raw_server import hang
from support.waiting import wait_for


def test_a_waiting_reader_is_interrupted_at_once_while_all_else_goes_on(mount, service):
    service.always('HasSession', hang)
    mounted = mount(service.url)
    log_in(mounted)
    waiting = WaitingOpen(mounted.path / 'session', os.O_RDONLY | os.O_DIRECT)
    wait_for(lambda: service.calls('HasSession'), what='the call')
    names = mounted.list()
    assert all(os.lstat(mounted.path / name) for name in names) and 'cookie' in names
    assert len(mounted.read('README')) > 100
    assert mounted.list('identities') != []
    assert waiting.is_waiting()
    started = time.monotonic()
    waiting.interrupt()
    wait_for(lambda: not waiting.is_waiting(), what='the interruption')
    assert time.monotonic() - started < 0.5
    assert waiting.errno == errno.EINTR


@pytest.mark.parametrize('program, text', [
    (['dd', 'iflag=direct', 'if=session', 'of=/dev/null'], None),
    (['tee', 'login'], login_text()),
    (['tee', 'identity'], FJORD),
], ids=['session', 'login', 'identity'])
def test_control_c_ends_a_program_that_waits_for_the_service(mount, service, program, text):
    mounted = mount(service.url)
    log_in(mounted)
    for operation in 'HasSession', 'Login', 'SetIdentityById':
        service.always(operation, hang)
    asked = len(service.calls())
    process = subprocess.Popen(program, cwd=mounted.path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    process.stdin.write((text or '').encode())
    process.stdin.flush()
    wait_for(lambda: len(service.calls()) > asked, what='the call')
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == -signal.SIGINT
    assert time.monotonic() - started < 0.5
    process.stdin.close()


def test_a_cat_of_a_cookie_that_waits_for_a_login_ends_at_control_c(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    service.model.end_sessions()
    assert mounted.read_now('session') == 'false\n'
    service.always('Login', hang)
    process = subprocess.Popen(['cat', mounted.path / 'cookie'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(service.calls('Login')) == 2, what='the login')
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10) == (b'', None) and process.returncode == -signal.SIGINT
    assert time.monotonic() - started < 0.5


@pytest.mark.parametrize('end', ['unmount', 'terminate'])
def test_the_daemon_ends_cleanly_while_readers_wait(mount, service, end):
    service.always('HasSession', hang)
    mounted = mount(service.url)
    log_in(mounted)
    waiting = WaitingOpen(mounted.path / 'session', os.O_RDONLY | os.O_DIRECT)
    wait_for(lambda: service.calls('HasSession'), what='the call')
    if end == 'terminate':
        mounted.terminate()
    else:
        mounted.detach()
        waiting.interrupt()
        wait_for(lambda: not mounted.is_running(), what='the end of the daemon')
    wait_for(lambda: not waiting.is_waiting(), what='the end of the reader')
    assert waiting.errno in (errno.EINTR, errno.ENODEV, errno.ECONNABORTED, errno.ENOTCONN, errno.EIO)
