"""From exec to a mount that can be used; and what a mount weighs when nothing happens."""

import subprocess

from others import Missing, compile_hello
from support import programs
from support.mount import option_arguments
from trees import megabytes


def measure_start(stage):
    with stage.part() as part:
        url = part.enter_context(stage.sandbox()).url
        place = stage.place('start')
        options = option_arguments({'endpoint': url, 'store': 'none'})
        measures = {'so24fs': lambda: start(stage, place, 'session', [programs.daemon_program(), *options, 'bench'])}
        try:
            hello = compile_hello(stage.build)
            measures['hello_ll'] = lambda: start(stage, place, 'hello', [hello])
        except Missing as reason:
            stage.results.skip('start', 'hello_ll', str(reason))
        for name, values in stage.interleave(measures).items():
            stage.results.add('start', name, 'ms', values)


def start(stage, place, name, command):
    """Milliseconds until it has gone to the background and the file `name` was read; then it is unmounted."""
    nanoseconds, = stage.loop.ask('start', place / name, *command, place)
    subprocess.run(['fusermount3', '-u', place], check=True)
    return nanoseconds / 1e6


def measure_memory(stage):
    weights = []
    with stage.part() as part:
        url = part.enter_context(stage.sandbox()).url
        for _ in range(stage.scale.walks):
            with stage.mount(url) as mounted:
                (mounted.path / 'cookie').read_bytes()
                weights.append(megabytes(mounted))
    stage.results.add('memory', 'idle after login', 'MB', weights)
