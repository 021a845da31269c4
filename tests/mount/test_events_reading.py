"""The file `events` by its system calls: waiting or not, at any place, by many readers and by slow ones."""

import errno
import fcntl
import os
import signal
import threading

import pytest

from support.expecting import fails_with
from support.following import TOO_MANY, Follower, happen, missed_in, number_of, word_of
from support.interruption import WaitingRead
from support.memory import require_a_look_at_memory
from support.model_service import FJORD, HOME, log_in
from support.waiting import wait_for


@pytest.fixture
def mounted(mount, service):
    """Not logged in: there is one line."""
    return mount(service.url, limit=60)


def test_a_signal_that_is_handled_interrupts_the_read_and_nothing_is_lost(mounted):
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    os.read(descriptor, 65536)
    waiting = WaitingRead(descriptor)
    wait_for(waiting.has_begun, what='the read')
    waiting.interrupt_until_it_ends()
    assert waiting.errno == errno.EINTR
    happen(mounted)
    assert word_of(os.read(descriptor, 65536).decode()) == 'logout'
    os.close(descriptor)


def test_without_waiting_the_end_is_eagain(mounted):
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY | os.O_NONBLOCK)
    assert word_of(os.read(descriptor, 65536).decode()) == 'started'
    for _ in range(3):
        with fails_with(errno.EAGAIN):
            os.read(descriptor, 65536)
    happen(mounted)
    assert word_of(os.read(descriptor, 65536).decode()) == 'logout'
    with fails_with(errno.EAGAIN):
        os.read(descriptor, 1)
    os.close(descriptor)


def test_not_to_wait_can_be_chosen_later_and_taken_back(mounted):
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    os.read(descriptor, 65536)
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_NONBLOCK)
    with fails_with(errno.EAGAIN):
        os.read(descriptor, 65536)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags)
    waiting = WaitingRead(descriptor)
    wait_for(waiting.has_begun, what='the read')
    happen(mounted)
    wait_for(lambda: not waiting.is_waiting(), what='the line')
    assert word_of(waiting.content.decode()) == 'logout'
    os.close(descriptor)


def test_one_who_goes_to_the_end_waits_for_what_is_new(mounted):
    happen(mounted, 3)
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    assert os.lseek(descriptor, 0, os.SEEK_END) == os.stat(mounted.path / 'events').st_size
    waiting = WaitingRead(descriptor)
    wait_for(waiting.has_begun, what='the read')
    happen(mounted)
    wait_for(lambda: not waiting.is_waiting(), what='the line')
    assert number_of(waiting.content.decode()) == 5
    os.close(descriptor)


def test_one_who_reads_back_from_the_end_is_told_where_it_is(mounted):
    happen(mounted, 3)
    content = mounted.read_bytes('events')
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    os.lseek(descriptor, -10, os.SEEK_END)
    assert os.read(descriptor, 100) == content[-10:]
    assert os.read(descriptor, 100) == b''
    happen(mounted)
    assert word_of(os.read(descriptor, 1000).decode()) == 'logout'
    os.close(descriptor)


def test_any_place_can_be_read_by_pread(mounted):
    happen(mounted, 20)
    content = mounted.read_bytes('events')
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    for place in [*range(0, len(content), 13), 0, 5, len(content) - 1]:
        assert os.pread(descriptor, 50, place) == content[place:place + 50]
    assert os.pread(descriptor, 50, len(content) + 1000) == b''
    os.close(descriptor)


def test_pieces_of_any_size_make_up_the_same_text(mounted):
    happen(mounted, 20)
    content = mounted.read_bytes('events')
    for size in 1, 7, 100, 4096, 1 << 20:
        descriptor = os.open(mounted.path / 'events', os.O_RDONLY | os.O_NONBLOCK)
        pieces = b''
        while len(pieces) < len(content):
            pieces += os.read(descriptor, size)
        assert pieces == content
        os.close(descriptor)


def test_a_large_read_gets_what_there_is_and_does_not_wait_for_more(mounted):
    happen(mounted, TOO_MANY)
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
    total = os.lseek(descriptor, 0, os.SEEK_END)
    os.lseek(descriptor, 0, os.SEEK_SET)
    got, buffers = 0, [bytearray(100000), bytearray(1 << 20)]
    while got < total:
        length = os.readv(descriptor, buffers)
        assert length > 0
        got += length
    assert got == total
    os.close(descriptor)


@pytest.mark.parametrize('flags', [os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC], ids=['w', 'rw', 'truncate'])
def test_it_cannot_be_written(mounted, flags):
    with fails_with(errno.EACCES):
        os.open(mounted.path / 'events', flags)
    with fails_with(errno.EPERM):
        os.truncate(mounted.path / 'events', 0)
    assert mounted.events() == ['started version=0.1.0']


# --- many readers, slow ones ---

def test_many_readers_each_get_every_line_once_while_all_else_goes_on(mounted, service):
    log_in(mounted)
    texts = [b''] * 200

    def follow(place):
        descriptor = os.open(mounted.path / 'events', os.O_RDONLY)
        while not texts[place].endswith(b'logout\n'):
            texts[place] += os.read(descriptor, 50 + place)
        os.close(descriptor)

    threads = [threading.Thread(target=follow, args=[place], daemon=True) for place in range(len(texts))]
    for thread in threads:
        thread.start()
    for number in range(50):
        mounted.write('identity', FJORD if number % 2 == 0 else HOME)
        assert mounted.read('session') == 'true\n' and os.stat(mounted.path / 'events')
    happen(mounted)
    for thread in threads:
        thread.join(20)
    assert set(texts) == {mounted.read_bytes('events')} and texts[0].count(b' switched ') == 50


def test_a_reader_who_was_too_slow_is_told_how_many_lines_he_missed(mounted):
    descriptor = os.open(mounted.path / 'events', os.O_RDONLY | os.O_NONBLOCK)
    text = os.read(descriptor, 60)
    happen(mounted, TOO_MANY)
    try:
        while piece := os.read(descriptor, 100000):
            text += piece
    except BlockingIOError:
        pass
    lines = text.decode().splitlines()
    missed = missed_in(lines)
    assert [word_of(line) for line in lines].count('missed') == 1
    assert missed > 1000 and missed + len(lines) - 1 == TOO_MANY + 1
    os.close(descriptor)


def test_tail_that_was_stopped_goes_on_with_what_is_left(mounted):
    with Follower(mounted, ['tail', '-n', '9999', '-f', 'mnt/events']) as follower:
        follower.wait_for('started')
        os.kill(follower.pid, signal.SIGSTOP)
        happen(mounted, TOO_MANY)
        os.kill(follower.pid, signal.SIGCONT)
        wait_for(lambda: number_of(follower.lines[-1]) == TOO_MANY + 1, 20, 'the last line')
        assert follower.words().count('missed') == 1 and missed_in(follower.lines) > 1000
        happen(mounted)
        wait_for(lambda: number_of(follower.lines[-1]) == TOO_MANY + 2, 20, 'the next line')
        os.kill(follower.pid, signal.SIGTERM)
        assert 'truncated' not in follower.result()[1]


def test_the_daemon_does_not_grow_with_what_happens(mounted):
    def size():
        with open(f'/proc/{mounted.pid}/statm', encoding='utf-8') as file:
            return int(file.read().split()[1]) * 4

    require_a_look_at_memory(mounted.pid)
    happen(mounted, TOO_MANY)
    before = size()
    happen(mounted, 2 * TOO_MANY)
    assert size() - before < 1024
