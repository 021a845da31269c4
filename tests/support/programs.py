"""Where the programs under test are: $SO24FS and $SO24_SANDBOX, or else the build folder of this checkout."""

import os
import subprocess
from pathlib import Path

SANITIZER_MARKS = ('ERROR: AddressSanitizer', 'ERROR: LeakSanitizer', 'runtime error:', 'ThreadSanitizer')
CHECKOUT = Path(__file__).resolve().parents[2]


def daemon_program():
    return _program('SO24FS', 'so24fs')


def sandbox_program():
    return _program('SO24_SANDBOX', 'so24-sandbox')


def clean_environment(home, extra=None):
    """The environment for a program under test: nothing of this user's reaches it, and it tells of its mistakes."""
    kept = {key: os.environ[key] for key in ('PATH', 'LANG', 'LC_ALL', 'LD_PRELOAD', 'LD_LIBRARY_PATH')
            if key in os.environ}
    # -f and a test's own settings come on top; a sanitizer build gets its options from whoever runs the tests.
    sanitizers = {key: value for key, value in os.environ.items() if key.endswith('SAN_OPTIONS')}
    return {**kept, **sanitizers, 'HOME': str(home), 'XDG_STATE_HOME': f'{home}/state', 'G_DEBUG': 'fatal-criticals',
            **(extra or {})}


def stop(process, patience=5):
    """Ends a helper process for certain: SIGTERM first, SIGKILL when that does not help."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def built(name):
    """A file that the build makes beside the program under test."""
    path = Path(daemon_program()).parent / name
    assert path.is_file(), f'{path} is not there: build first (ninja -C build)'
    return path


def _program(variable, name):
    path = Path(os.environ.get(variable) or CHECKOUT / 'build' / name)
    assert path.is_file(), f'{path} is not there: build first (ninja -C build), or set ${variable}'
    return str(path)
