"""so24fs --check, run and taken apart."""

import json
import subprocess

from support import programs


class Checked:
    """What it found: `results`, `texts` and `advice` by the name of the check, and its exit status."""

    def __init__(self, done, secrets):
        assert done.stderr == '', done.stderr
        self.status = done.returncode
        self.document = json.loads(done.stdout)
        assert not secrets.found_in(done.stdout)
        checks = self.document['checks']
        self.results = {check['check']: check['result'] for check in checks}
        self.texts = {check['check']: check['text'] for check in checks}
        self.advice = {check['check']: check['advice'] for check in checks}

    def wrong(self):
        return [name for name, result in self.results.items() if result == 'wrong']

    def assert_cause(self, name, *says):
        """That check and no other is wrong, and it says so in these words."""
        told = f'{self.texts[name]}; {self.advice[name]}'
        assert self.wrong() == [name], self.document
        assert (self.status, self.document['result']) == (1, 'wrong')
        for word in says:
            assert word in told, f'{word!r} is not in {told!r}'

    def assert_good(self):
        assert self.wrong() == [], self.document
        assert (self.status, self.document['result']) == (0, 'ok')


def run_check(home, *arguments, env=None, prefix=(), **others):
    """Runs it with $HOME and the working directory there; as text, and not looked at."""
    return subprocess.run([*prefix, programs.daemon_program(), '--check', *map(str, arguments)], cwd=home, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=30,
                          env=programs.clean_environment(home, env), **others)
