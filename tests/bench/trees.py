"""Many identities: their tree walked and read, against a copy of it on tmpfs; and what the daemon weighs."""

import json
import re
import shutil
from pathlib import Path

from stage import account_with, processes_of
from support.waiting import wait_for

LEFT_OUT = ['session', 'cookie', 'export']  # of an identity's own: they log in when they are read, or change


def measure_walks(stage):
    with stage.part() as part:
        accounts = stage.place('accounts') / 'accounts.json'
        accounts.write_text(account_with(stage.scale.identities))
        url = part.enter_context(stage.sandbox('--accounts', accounts)).url
        copy = stage.place('tmpfs') / 'mnt' / 'identities'
        taken = {name: [] for name in ('first', 'third', 'copy, first', 'copy, third', 'login', 'idle', 'walked')}
        for _ in range(stage.scale.walks):
            walk_once(stage, url, copy, taken)
        shutil.rmtree(copy.parent)
        note = f'{stage.scale.identities} identities'
        for row, number in ('walk 1', 'first'), ('walk 3', 'third'):
            stage.results.add(row, 'tmpfs', 'ms', taken[f'copy, {number}'])
            stage.results.add(row, 'so24fs', 'ms', taken[number], note)
        stage.results.add('memory', 'with all identities', 'MB', taken['idle'], note)
        stage.results.add('memory', 'with all identities, walked', 'MB', taken['walked'], note)


def walk_once(stage, url, copy, taken):
    """On a mount of its own. The copy is made by the first one that passes."""
    with stage.mount(url) as mounted:
        wait_for(lambda: status(mounted)['identities'] == stage.scale.identities, what='the list of identities')
        taken['idle'].append(megabytes(mounted))
        times, files = zip(*(stage.loop.ask('walk', mounted.path / 'identities', *LEFT_OUT) for _ in range(3)))
        taken['first'].append(times[0] / 1e6)
        taken['third'].append(times[2] / 1e6)
        taken['walked'].append(megabytes(mounted))
        if not copy.exists():
            shutil.copytree(mounted.path / 'identities', copy, ignore=shutil.ignore_patterns(*LEFT_OUT),
                            copy_function=shutil.copyfile)
    for name in 'copy, first', 'copy, third':
        time, files_of_copy = stage.loop.ask('walk', copy)
        assert {files_of_copy} == set(files), (files_of_copy, files)
        taken[name].append(time / 1e6)


def status(mounted):
    return json.loads((mounted.path / 'status.json').read_text())


def megabytes(mounted):
    """The proportional set size of the mount's processes."""
    texts = [Path(f'/proc/{process}/smaps_rollup').read_text() for process in processes_of(mounted)]
    return sum(int(re.search(r'^Pss:\s+(\d+) kB', text, re.MULTILINE)[1]) for text in texts) / 1024
