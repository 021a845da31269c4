"""What so24fs keeps of an account between runs, as the files that it is; and what may happen to them meanwhile."""

import os
import re
import shutil
from pathlib import Path

NOBODY = 65534


def record(directory):
    """The path of the one record in the directory."""
    found, = Path(directory).glob('*.session')
    return found


def files(directory):
    """The names of all that is kept there, without the numbers of processes in them."""
    return sorted(re.sub(r'\d+\.\d+$', 'N', path.name) for path in Path(directory).iterdir())


def field(path, key):
    """The value of a line of the record, None if it has no such line."""
    found = re.search(rf'(?m)^{key} (.*)$', path.read_text())
    return found and found[1]


# --- what may happen to a record: each takes its path ---

def change_a_byte(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut_off(path):
    os.truncate(path, path.stat().st_size // 2)


def empty(path):
    os.truncate(path, 0)


def make_huge(path):
    os.truncate(path, 1 << 30)


def write_garbage(path):
    path.write_bytes(bytes(range(256)) * 8)


def raise_version(path):
    path.write_bytes(path.read_bytes().replace(b'so24fs session 1\n', b'so24fs session 2\n'))


def open_to_others(path):
    path.chmod(0o644)


def give_away(path):
    os.chown(path, NOBODY, NOBODY)


def replace_by_a_folder(path):
    path.unlink()
    (path / 'with something in it').mkdir(parents=True)


def replace_by_a_link(path):
    """To a good record of the same account."""
    elsewhere = path.with_name('elsewhere')
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)


def replace_by_a_fifo(path):
    path.unlink()
    os.mkfifo(path, 0o600)
