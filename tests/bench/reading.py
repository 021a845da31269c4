"""Warm files: what a reader pays when nobody has to ask the service, and what he costs others."""

import contextlib

from others import OTHERS, PROC_FILE, Missing, plain_file
from stage import pin, processes_of

SPINNERS = ['cookie', 'session', 'identity', 'status'] * 3


def measure_warm(stage):
    """`read` and `stat` of all subjects, each in one interleaved run."""
    with stage.part() as part:
        mounted = part.enter_context(stage.mount(part.enter_context(stage.sandbox()).url))
        files = {'tmpfs': plain_file(stage), 'procfs': PROC_FILE}
        files |= {f'so24fs {name}': mounted.path / name for name in ('cookie', 'session', 'identity')}
        missing = add_others(stage, part, files)
        for row in 'read', 'stat':
            values = stage.slices(row, {name: [path] for name, path in files.items()})
            for name in files:
                stage.results.add(row, name, 'us', values[name])
            for name, reason in missing.items():
                stage.results.skip(row, name, reason)


def add_others(stage, part, files):
    """Mounts the other daemons; name -> why not, of those that are missing."""
    missing = {}
    for name, mount in OTHERS.items():
        try:
            files[name] = part.enter_context(mount(stage))
        except Missing as reason:
            missing[name] = str(reason)
    return missing


def measure_wait(stage):
    """The daemon has a CPU of its own, all others share the second one, readers in the time that nobody else needs.

    So what is measured is how long an answer lies in the daemon's socket, and not how the kernel shares out a CPU.
    """
    with stage.part() as part:
        sandbox = part.enter_context(stage.sandbox())
        relay = stage.worker('relay')
        port, = relay.ask('to', sandbox.base.rpartition(':')[2])
        mounted = part.enter_context(stage.mount(sandbox.url.replace(sandbox.base, f'http://127.0.0.1:{port}')))
        for process in processes_of(mounted):
            pin(process, stage.other_cpu)

        def longest():
            return max(relay.ask('wait', stage.scale.probes, mounted.path / 'session')) / 1000

        values = stage.interleave({'idle': longest, 'while readers spin': lambda: spin(stage, mounted, longest)})
        note = f'{len(SPINNERS)} readers; the longest of {stage.scale.probes} answers'
        stage.results.add('wait', 'idle', 'us', values['idle'])
        stage.results.add('wait', 'while readers spin', 'us', values['while readers spin'], note)


def spin(stage, mounted, measure):
    with contextlib.ExitStack() as after:
        stage.loop.ask('spin', *(mounted.path / name for name in SPINNERS))
        after.callback(stage.loop.ask, 'calm')
        return measure()
