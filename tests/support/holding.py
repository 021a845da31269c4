"""What a mount holds: the paths of its files, and their bytes by the plainest of all ways, read(2)."""

import os

from support.accounts import OLA, fields, folder, ola


VARYING = {'status', 'status.json', 'metrics'}  # they are different at every moment


def file_names(mounted):
    """The paths of all regular files, as `find -type f` finds them; but not of `events`, at whose end one waits."""
    names = []
    for where, _, files in os.walk(mounted.path):
        names += [os.path.relpath(os.path.join(where, name), mounted.path) for name in files]
    return sorted(name for name in names if name != 'events' and not os.path.islink(mounted.path / name))


def contents(mounted):
    """The right bytes of every file that keeps still, of a mount that is logged in with Ola's account: path -> bytes.

    An identity's fields are what the account says; of the others read(2) is believed. All identities must be usable, as their
    own cookies are among the files; so of is_disabled read(2) is believed, too.
    """
    right = {name: mounted.read_bytes(name) for name in file_names(mounted) if name not in VARYING}
    for identity in OLA.identities():
        for name, text in fields(identity, ola(1)).items():
            if name == 'is_disabled':
                continue
            right[f'{folder(identity)}/{name}'] = text.encode()
    return right
