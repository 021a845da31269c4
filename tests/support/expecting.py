"""What tests say often: this fails with that errno, and this client is found under that name."""

import contextlib
import errno
import re

import pytest


@contextlib.contextmanager
def fails_with(number):
    """The block must raise an OSError of exactly this errno."""
    with pytest.raises(OSError) as caught:
        yield caught
    assert errno.errorcode[caught.value.errno] == errno.errorcode[number]


def folder_name(client_name):
    """The name of a client's folder below identities/, for names that fit into 255 bytes (design.md, section 1)."""
    if client_name in ('.', '..'):
        return client_name.replace('.', '%2E')
    return re.sub(r'[\x00-\x1f\x7f%/]', lambda found: f'%{ord(found[0]):02X}', client_name) or '%'
