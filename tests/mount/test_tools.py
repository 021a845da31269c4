"""Every tool that reads files gets the right bytes and the right sizes from a mount."""

import base64
import filecmp
import mmap
import os
import shutil
import subprocess

import pytest

from support.accounts import OLA, folder, log_in, ola
from support.holding import VARYING, contents
from support.shells import ENVIRONMENT, run

READER = '''
import java.io.*;
import java.nio.*;
import java.nio.channels.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.Base64;

/** Prints, for each path on stdin, in base64: Files.readString, Files.readAllBytes, FileChannel.map; and its size. */
class Reader {
    public static void main(String[] arguments) throws IOException {
        var names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String name; (name = names.readLine()) != null; ) {
            Path path = Path.of(name);
            print(Files.readString(path).getBytes(StandardCharsets.UTF_8));
            print(Files.readAllBytes(path));
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
                byte[] bytes = new byte[mapped.remaining()];
                mapped.get(bytes);
                print(bytes);
                System.out.println(channel.size());
            }
        }
    }

    private static void print(byte[] bytes) {
        System.out.print(Base64.getEncoder().encodeToString(bytes) + " ");
    }
}
'''


@pytest.fixture
def mounted(mount, sandbox):
    """A mount that is logged in; `right` holds what its files must read as, also those of the identities' own sessions."""
    sandbox.identity(ola(11), 'enabled')
    sandbox.identity(ola(12), 'unblocked')
    mounted = mount(sandbox.url)
    log_in(mounted)
    mounted.right = contents(mounted)
    assert len(mounted.right) > 13 * len(OLA.identities())
    return mounted


@pytest.fixture
def some(mounted):
    """A few of the files, of every kind, for programs that are slow to start; not the empty ones."""
    one = folder(OLA.identities()[1])
    return {name: content for name, content in mounted.right.items()
            if content and ('/' not in name or name.startswith(one))}


@pytest.fixture(scope='session')
def jvm(tmp_path_factory):
    """The command that runs READER."""
    if not shutil.which('javac'):
        pytest.skip('there is no javac to compile with')
    place = tmp_path_factory.mktemp('java')
    (place / 'Reader.java').write_text(READER)
    subprocess.run(['javac', 'Reader.java'], cwd=place, check=True, stdin=subprocess.DEVNULL)
    return ['java', '-Xshare:auto', '-XX:TieredStopAtLevel=1', '-cp', str(place), 'Reader']


# --- programs that print one file ---

PRINTERS = {
    'cat': ['cat'],
    'busybox cat': ['busybox', 'cat'],
    'head': ['head', '-c', '100000'],
    'busybox head': ['busybox', 'head', '-n', '1000'],
    'tail': ['tail', '-c', '+1'],
    'sed': ['sed', 'n'],
    'awk': ['awk', '{ print }'],
    'bash': ['bash', '-c', 'mapfile lines < "$0"; printf %s "${lines[@]}"'],
}


@pytest.mark.parametrize('name', PRINTERS)
def test_a_program_prints_a_file(mounted, some, name):
    for path, content in some.items():
        printed = run([*PRINTERS[name], path], mounted.path)
        assert (printed.stdout, printed.stderr, printed.returncode) == (content, b'', 0), path


@pytest.mark.parametrize('options', [['bs=1'], ['bs=7'], ['bs=1M'], ['iflag=direct'], ['bs=3', 'skip=2']], ids=' '.join)
def test_dd_copies_a_file(mounted, some, options):
    for path, content in some.items():
        printed = run(['dd', 'status=none', f'if={path}', *options], mounted.path)
        assert printed.stdout == (content[6:] if 'skip=2' in options else content), path
        assert (printed.stderr, printed.returncode) == (b'', 0)


def test_the_beginning_and_the_end_of_a_file_are_printed(mounted, some):
    for path, content in some.items():
        assert run(['head', '-c', '5', path], mounted.path).stdout == content[:5]
        assert run(['tail', '-c', '5', path], mounted.path).stdout == content[-5:]


def test_cat_prints_all_files_at_once(mounted):
    printed = run(['cat', '--', *mounted.right], mounted.path)
    assert (printed.stdout, printed.stderr, printed.returncode) == (b''.join(mounted.right.values()), b'', 0)


def test_tee_takes_a_file_from_its_input(mounted, some, tmp_path):
    for path, content in some.items():
        with open(mounted.path / path, 'rb') as file:
            printed = subprocess.run(['tee', tmp_path / 'copy'], stdin=file, capture_output=True)
        assert printed.stdout == (tmp_path / 'copy').read_bytes() == content


def test_vim_reads_a_file(mounted, some, tmp_path):
    for path, content in some.items():
        shown = run(['vim', '-u', 'NONE', '-i', 'NONE', '-es', '-c', f'write! {tmp_path}/shown', '-c', 'qall!',
                     '--', path], mounted.path)
        assert (tmp_path / 'shown').read_bytes() == content, shown


def test_ed_reads_a_file(mounted, some):
    for path, content in some.items():
        shown = run(['ed', '-s', path], mounted.path, b',p\nq\n')
        assert (shown.stdout, shown.stderr, shown.returncode) == (content, b'', 0), path


def test_a_jvm_reads_and_maps_every_file(mounted, jvm):
    names = '\n'.join(mounted.right).encode()
    shown = subprocess.run(jvm, cwd=mounted.path, env=ENVIRONMENT, input=names, capture_output=True)
    assert (shown.stderr, shown.returncode) == (b'', 0)
    lines = shown.stdout.decode().split('\n')[:-1]
    assert len(lines) == len(mounted.right)
    for line, content in zip(lines, mounted.right.values()):
        encoded = base64.b64encode(content).decode()
        assert line == f'{encoded} {encoded} {encoded} {len(content)}'


# --- programs that walk the tree ---

COPIERS = {
    'cp -r': ['cp', '-r'],
    'cp -a': ['cp', '-a'],
    'busybox cp -r': ['busybox', 'cp', '-r'],
    'rsync -a': ['rsync', '-a'],
    'rsync by checksum': ['rsync', '-a', '--checksum', '--whole-file'],
}


@pytest.mark.parametrize('name', COPIERS)
def test_the_whole_tree_is_copied(mounted, name):
    (mounted.folder / 'copy').mkdir()
    done = run([*COPIERS[name], *all_but_events(mounted), 'copy/'], mounted.folder)
    assert (done.stdout, done.stderr, done.returncode) == (b'', b'', 0)
    check_copy(mounted, mounted.folder / 'copy')


def test_a_second_rsync_has_nothing_to_do_but_look(mounted):
    run(['rsync', '-a', 'mnt/', 'copy'], mounted.folder)
    again = run(['rsync', '-a', '--checksum', '--itemize-changes', *without_varying('--exclude=/{}'), 'mnt/', 'copy'],
                mounted.folder)
    assert (again.stdout, again.stderr, again.returncode) == (b'', b'', 0)


@pytest.mark.parametrize('tar', [['tar'], ['busybox', 'tar']], ids=['tar', 'busybox tar'])
def test_the_whole_tree_is_packed_without_a_warning(mounted, tar):
    packed = run([*tar, 'cf', 'packed.tar', 'mnt'], mounted.folder)
    assert (packed.stdout, packed.stderr, packed.returncode) == (b'', b'', 0)
    (mounted.folder / 'copy').mkdir()
    run(['tar', 'xf', 'packed.tar', '--strip-components=1', '-C', 'copy'], mounted.folder)
    check_copy(mounted, mounted.folder / 'copy')


def test_grep_finds_what_is_there_and_nothing_else(mounted):
    found = run(['grep', '-r', '--exclude=events', '-l', '-x', ola(3), '.'], mounted.path)
    assert found.stderr == b''
    assert found.stdout.decode().splitlines() == [f'./{folder(OLA.identities()[2])}/id']
    everywhere = run(['grep', '-r', '--exclude=events', '-l', 'Ærlig', '.'], mounted.path).stdout.decode().splitlines()
    assert sorted(everywhere) == ['./identities.json', *(f'./{folder(OLA.identities()[1])}/{name}'
                                                         for name in ('client_name', 'identity.xml'))]


def test_grep_reads_every_line_of_every_file(mounted):
    found = run(['grep', '-r', '-c', '--exclude=events', *without_varying('--exclude={}'), '', '.'], mounted.path)
    assert found.stderr == b''
    counted = dict(line.rsplit(':', 1) for line in found.stdout.decode().splitlines())
    assert counted == {f'./{path}': str(len(content.splitlines())) for path, content in mounted.right.items()}


def test_find_sees_the_size_of_every_file(mounted):
    found = run(['find', '.', '-type', 'f', '!', '-name', 'events', '-printf', '%P=%s\n'], mounted.path)
    assert found.stderr == b''
    sizes = dict(line.rsplit('=', 1) for line in found.stdout.decode().splitlines())
    assert VARYING == {name for name in VARYING if int(sizes.pop(name)) > 0}
    assert sizes == {path: str(len(content)) for path, content in mounted.right.items()}


def test_find_runs_a_program_on_every_file(mounted):
    found = run(['find', '-L', '.', '-name', 'id', '-exec', 'cat', '{}', '+'], mounted.path)
    assert found.stderr == b''
    ids = [identity['id'] for identity in OLA.identities()]
    assert sorted(found.stdout.decode().split()) == sorted([*ids, ola(1)])  # the active one also by `current`


def test_wc_counts_the_bytes_of_every_file(mounted):
    counted = run(['wc', '-c', '--', *mounted.right], mounted.path)
    assert counted.stderr == b''
    lines = counted.stdout.decode().splitlines()[:-1]
    assert dict(reversed(line.split(None, 1)) for line in lines) == {
        path: str(len(content)) for path, content in mounted.right.items()}


def test_diff_finds_no_difference_to_a_copy(mounted):
    (mounted.folder / 'copy').mkdir()
    run(['cp', '-r', *all_but_events(mounted), 'copy'], mounted.folder)
    compared = run(['diff', '-r', '--exclude=events', *without_varying('--exclude={}'), 'mnt', 'copy'], mounted.folder)
    assert (compared.stdout, compared.stderr, compared.returncode) == (b'', b'', 0)


# --- system calls ---

def read_with_open(path):
    with open(path, 'rb') as file:
        return file.read()


def read_unbuffered(path):
    with open(path, 'rb', buffering=0) as file:
        return file.read()


def read_lines(path):
    with open(path, encoding='utf-8', newline='') as file:
        return ''.join(file).encode()


def read_into(path):
    with open(path, 'rb', buffering=0) as file:
        buffer = bytearray(10000)
        return bytes(buffer[:file.readinto(buffer)])


def read_byte_by_byte(path):
    with open(path, 'rb', buffering=0) as file:
        return b''.join(iter(lambda: file.read(1), b''))


def read_from_behind(path):
    descriptor = os.open(path, os.O_RDONLY)
    size = os.fstat(descriptor).st_size
    assert os.lseek(descriptor, 0, os.SEEK_END) == size
    assert os.pread(descriptor, 10, size) == os.pread(descriptor, 10, size + 100000) == b''
    pieces = [os.pread(descriptor, 1, offset) for offset in reversed(range(size))]
    os.close(descriptor)
    return b''.join(reversed(pieces))


def read_directly(path):
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECT)
    content = os.read(descriptor, 1 << 20)
    os.close(descriptor)
    return content


def read_with_a_shared_mapping(path):
    return read_mapping(path, mmap.MAP_SHARED)


def read_with_a_private_mapping(path):
    return read_mapping(path, mmap.MAP_PRIVATE)


def read_mapping(path, flags):
    with open(path, 'rb') as file:
        if os.fstat(file.fileno()).st_size == 0:
            return b''
        with mmap.mmap(file.fileno(), 0, flags, mmap.PROT_READ) as mapped:
            return bytes(mapped)


def send_with_sendfile(path):
    source, target = os.open(path, os.O_RDONLY), os.memfd_create('copy')
    while os.sendfile(target, source, None, 1 << 20):
        pass
    return finish_copy(source, target)


def copy_with_splice(path):
    source, target = os.open(path, os.O_RDONLY), os.memfd_create('copy')
    receiver, sender = os.pipe()
    while size := os.splice(source, sender, 1 << 16):
        os.splice(receiver, target, size)
    os.close(receiver)
    os.close(sender)
    return finish_copy(source, target)


def finish_copy(source, target):
    content = os.pread(target, 1 << 20, 0)
    os.close(source)
    os.close(target)
    return content


@pytest.mark.parametrize('read', [
    read_with_open, read_unbuffered, read_lines, read_into, read_byte_by_byte, read_from_behind, read_directly,
    read_with_a_shared_mapping, read_with_a_private_mapping, send_with_sendfile, copy_with_splice,
], ids=lambda function: function.__name__)
def test_every_file_is_read_by_system_calls(mounted, read):
    for path, content in mounted.right.items():
        assert read(mounted.path / path) == content, path


def test_the_size_is_right_as_soon_as_a_file_is_open(mount, sandbox):
    mounted = mount(sandbox.url)
    log_in(mounted)
    sandbox.expire()
    for path in 'cookie', 'identity', 'session':  # none of them was read before, and the session must be made anew
        with open(mounted.path / path, 'rb', buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            assert os.stat(mounted.path / path).st_size == size == len(file.read(1000))


def test_a_mapping_that_is_made_after_a_switch_shows_the_new_identity(mounted):
    for number in 2, 3, 2:
        mounted.write('identity', f'{ola(number)}\n')
        new = f'{ola(number)}\n'.encode()
        for path in 'identity', 'current/id':
            assert read_with_a_shared_mapping(mounted.path / path) == new
            assert read_with_a_private_mapping(mounted.path / path) == new


# --- helpers ---

def without_varying(option):
    return [option.format(name) for name in sorted(VARYING)]


def all_but_events(mounted):
    """What can be copied from its beginning to its end."""
    return [f'mnt/{name}' for name in mounted.list() if name != 'events']


def check_copy(mounted, copy):
    """Whether a copy of the whole tree has all names, contents and the link, and nothing else."""
    for path, content in mounted.right.items():
        assert (copy / path).read_bytes() == content, path
    assert os.readlink(copy / 'current') == os.readlink(mounted.path / 'current')
    compared = filecmp.dircmp(mounted.path, copy, ignore=['events'])
    assert names_of_one_side(compared) == []


def names_of_one_side(compared):
    below = [name for each in compared.subdirs.values() for name in names_of_one_side(each)]
    return compared.left_only + compared.right_only + below
