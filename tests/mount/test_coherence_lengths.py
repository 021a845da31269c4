"""Session ids of another length than before: what is read is whole, and no longer or shorter than it is.

Nothing promises that a session id has 24 characters for ever. What the kernel knows of a file's size must not cut the next id, nor
fill it up with NULs.
"""

import errno
import mmap
import os
import random
import subprocess
import time

import pytest

from support.accounts import log_in as log_in_ola
from support.crowd import Crowd
from support.crowd_judge import Judge
from support.crowd_reads import Mapping, read_and_measure, read_whole
from support.model_service import log_in

LONG, SLOW = bool(os.environ.get('SO24_LONG')), bool(os.environ.get('SO24_SLOW'))
CHANGES = 5000 if LONG else 80 if SLOW else 250
LENGTHS = [24, 23, 25, 8, 100, 24, 511, 512, 24, 2000, 4094, 4095, 4096, 4097, 24, 9000, 100]
BELOW_A_PAGE = [24, 23, 25, 8, 100, 9, 511, 512, 2000, 4000, 24]


@pytest.fixture
def mounted(mount, service):
    mounted = mount(service.url, {'rate': 1000000, 'store': 'none'}, limit=900 if LONG else 120)
    log_in(mounted)
    return mounted


def new_session(mounted, service, length):
    """Logs in again: there is another id, of this length."""
    service.model.session_length = length
    known = set(service.model.sessions)
    log_in(mounted)
    [session] = set(service.model.sessions) - known
    return f'{session}\n'


# --- one after the other ---

def test_a_cookie_of_any_length_is_read_whole(mounted, service):
    for length in LENGTHS:
        cookie = new_session(mounted, service, length)
        assert os.stat(mounted.path / 'cookie').st_size == length + 1
        assert read_and_measure(mounted.path / 'cookie') == (cookie, length + 1)
        assert mounted.read('export/cookie.raw') == cookie.strip()
        done = subprocess.run(['cat', mounted.path / 'cookie'], capture_output=True, check=True)
        assert done.stdout.decode() == cookie


def unless_it_has_gone(read, *arguments):
    """What is read; None if the file that was opened is not the one that is there now, and says so."""
    try:
        return read(*arguments)
    except OSError as failure:
        assert errno.errorcode[failure.errno] in ('ESTALE', 'EFAULT')
        return None


def test_a_held_descriptor_reads_each_next_cookie_whole_or_nothing(mounted, service):
    descriptor = os.open(mounted.path / 'cookie', os.O_RDONLY)
    os.pread(descriptor, 100, 0)
    for length in LENGTHS:
        cookie = new_session(mounted, service, length).encode()
        assert unless_it_has_gone(os.pread, descriptor, 1 << 16, 0) in (cookie, None)
        assert unless_it_has_gone(os.pread, descriptor, 1 << 16, length) in (b'\n', b'', None)
    os.close(descriptor)


def test_a_held_descriptor_reads_each_next_cookie_of_the_usual_length(mounted, service):
    descriptor = os.open(mounted.path / 'cookie', os.O_RDONLY)
    for _ in range(50):
        cookie = new_session(mounted, service, 24).encode()
        assert os.pread(descriptor, 1 << 16, 0) == cookie
        assert os.fstat(descriptor).st_size == len(cookie)
    os.close(descriptor)


@pytest.mark.parametrize('flags', [mmap.MAP_PRIVATE, mmap.MAP_SHARED], ids=['private', 'shared'])
def test_a_mapping_shows_the_whole_cookie_of_its_time(mounted, service, flags):
    mapping = Mapping(mounted.path / 'cookie', flags)
    cookies = {mapping.text()}
    for length in BELOW_A_PAGE:
        cookies.add(new_session(mounted, service, length))
        assert Mapping(mounted.path / 'cookie', flags).text() == mounted.read('cookie')
        assert unless_it_has_gone(mapping.text) in {None, *cookies}


def test_who_stops_in_the_middle_never_goes_on_with_a_cookie_of_another_length(mounted, service):
    """As `read` of dash does, which takes a byte at a time."""
    for length in LENGTHS:
        cookie = new_session(mounted, service, length).encode()
        descriptor = os.open(mounted.path / 'cookie', os.O_RDONLY)
        begun = os.read(descriptor, 5)
        new_session(mounted, service, length + 7)
        rest = unless_it_has_gone(os.read, descriptor, 1 << 16)
        assert rest is None or begun + rest == cookie
        os.close(descriptor)


# --- a size that was asked for while there was no cookie ---

@pytest.mark.parametrize('program', [['busybox', 'cat'], ['cat'], ['dd', 'status=none', 'if=@'], ['head', '-c', '100'],
                                     ['cp', '@', '/dev/stdout']], ids=lambda words: ' '.join(words[:2]))
@pytest.mark.parametrize('looked', [False, True], ids=['at once', 'after a look'])
def test_the_cookie_of_a_session_that_had_ended_is_not_read_as_empty(mount, sandbox, program, looked):
    mounted = mount(sandbox.url)
    log_in_ola(mounted)
    path = str(mounted.path / 'cookie')
    for _ in range(3):
        sandbox.expire()
        assert mounted.read_now('session') == 'false\n'
        if looked:
            os.stat(path)
        words = [word.replace('@', path) for word in program]
        done = subprocess.run(words if path in ''.join(words) else [*words, path], capture_output=True, check=True)
        assert len(done.stdout) == 25 and done.stdout.decode() == mounted.read('cookie')


def test_the_size_of_a_file_that_is_open_is_that_of_what_is_read(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in_ola(mounted)
    for _ in range(3):
        sandbox.expire()
        assert mounted.read_now('session') == 'false\n'
        os.stat(mounted.path / 'cookie')
        text, size = read_and_measure(mounted.path / 'cookie')
        assert size == len(text) == 25


# --- all the time ---

def log_in_over_and_over(mounted, service, lengths, crowd):
    """Changes the length each time; notes what was when."""
    chance = random.Random(1)
    for count in range(CHANGES):
        begin = time.monotonic_ns()
        cookie = new_session(mounted, service, chance.choice(lengths))
        end = time.monotonic_ns()
        crowd.records.append(['new cookie', cookie, begin, end, begin, end])
        if count % 10 == 0:
            crowd.check()


@pytest.mark.parametrize('kinds, lengths', [
    (['open and read', 'open and measure', 'byte by byte', 'sendfile', 'held', 'fadvise', 'sizes'], LENGTHS),
    (['open and measure', 'held', 'fadvise', 'private mapping', 'shared mapping', 'sizes'], BELOW_A_PAGE),
], ids=['files', 'mappings'])
def test_no_reader_sees_a_cookie_cut_or_filled_up_while_its_length_changes(mounted, service, tmp_path, kinds, lengths):
    first = read_whole(mounted.path / 'cookie'), mounted.read('identity')
    with Crowd(tmp_path / 'crowd', mount=mounted.path) as crowd:
        for kind in kinds:
            crowd.start(kind, pause=0 if LONG else 0.001)
        log_in_over_and_over(mounted, service, lengths, crowd)
        judge = Judge(crowd.end(), *first)
    # Who has it open may be told that it is another file by now, and so may who opens it while its length changes twice.
    complaints = {text for text in judge.complaints if not text.endswith('failed with ESTALE')}
    assert not complaints, judge.summary()
    assert judge.counts['cookie'] > CHANGES and judge.counts['size'] > 10
