"""What the readers of a crowd do with identities that come and go: see crowd_reads.py. Judged by crowd_lists_judge.py.

plan['homes'] maps a GUID to the client folders in which it may be found.
"""

import io
import os
import subprocess
import tarfile

from support.crowd_reads import AT_MOST, read_whole


def _field(worker):
    """A field by its path, at each place where the identity may be."""
    places = [(guid, home) for guid, homes in worker.plan['homes'].items() for home in homes]

    def once():
        guid, home = worker.random.choice(places)
        worker.attempt(f'field {guid} {home}', read_whole, worker.path('identities', home, guid, 'user_name'), raw=True)

    return once


def _held_field(worker):
    """Fields that were opened long ago; one of them is opened anew now and then."""
    held = {}

    def read(descriptor):
        return os.pread(descriptor, AT_MOST, 0).decode('latin-1')

    def open_again(guid):
        if guid in held:
            os.close(held.pop(guid))
        for home in worker.plan['homes'][guid]:
            try:
                held[guid] = os.open(worker.path('identities', home, guid, 'user_name'), os.O_RDONLY)
                return 'opened'
            except FileNotFoundError:
                continue
        return 'nowhere'

    def once():
        guid = worker.random.choice(list(worker.plan['homes']))
        if guid not in held or worker.random.random() < 0.05:
            worker.attempt('opening', open_again, guid)
        if guid in held:
            worker.attempt(f'held {guid}', read, held[guid])

    return once


def _inside(worker):
    """A process whose working folder vanishes; now and then it goes into another one."""
    def enter():
        guid = worker.random.choice(list(worker.plan['homes']))
        for home in worker.plan['homes'][guid]:
            try:
                os.chdir(worker.path('identities', home, guid))
                return guid
            except FileNotFoundError:
                continue
        return ''

    inside = ['']

    def once():
        if not inside[0] or worker.random.random() < 0.05:
            inside[0] = worker.attempt('entering', enter)
        if inside[0] == '' or inside[0].startswith('!'):
            inside[0] = ''
            return
        worker.attempt(f'inside {inside[0]}', read_whole, 'id')
        worker.attempt('inside', lambda: f'{len(os.listdir("."))} names')
        worker.attempt('inside', lambda: 'somewhere' if os.stat('..') and os.getcwd() else 'nowhere')

    return once


def _walk(worker):
    """A program that walks through it: its exit status and what it complains of."""
    words = worker.plan['program']

    def run():
        done = subprocess.run(words, cwd=worker.mount, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, env={**os.environ, 'LC_ALL': 'C.UTF-8'}, check=False)
        return f'{done.returncode}\n{done.stderr.decode("utf-8", "replace")}'

    return lambda: worker.attempt(f'walk {words[0]}', run, raw=True)


def _archive(worker):
    """tar of all ids: each must hold the name of its folder."""
    script = 'exec tar cf - identities/*/*/id'

    def run():
        done = subprocess.run(['sh', '-c', script], cwd=worker.mount, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env={**os.environ, 'LC_ALL': 'C.UTF-8'}, check=False)
        said = done.stderr.decode('utf-8', 'replace')
        wrongs = ''
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
            for member in archive:
                content = archive.extractfile(member).read().decode('latin-1')
                # What tar could not read to its end, because it went meanwhile, it fills with NULs; and says so.
                if content != member.name.split('/')[2] + '\n' and f'tar: {member.name}: Read error' not in said:
                    wrongs += f'wrong content of {member.name}: {content!r}\n'
        return f'{done.returncode}\n{said}{wrongs}'

    return lambda: worker.attempt('walk tar', run, raw=True)


ROUNDS = {
    'field': _field,
    'held field': _held_field,
    'inside': _inside,
    'walk': _walk,
    'archive': _archive,
}
