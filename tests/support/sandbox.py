"""so24-sandbox as a test uses it: start it on a free port, look at its calls, and make things go wrong."""

import functools
import json
import os
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path

from support import programs


class Sandbox:
    """A running sandbox. `url` is the endpoint for the daemon, `base` what the control URLs begin with."""

    def __init__(self, folder, *arguments):
        Path(folder).mkdir(parents=True, exist_ok=True)
        self._log = Path(folder) / 'sandbox.log'
        told, tell = os.pipe()
        with open(self._log, 'ab') as log:
            self.process = subprocess.Popen(
                [programs.sandbox_program(), '--port', '0', '--ready-fd', str(tell), *map(str, arguments)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[tell],
                env=programs.clean_environment(folder))
        os.close(tell)
        with open(told, encoding='utf-8') as pipe:
            self.url = pipe.readline().strip()
        if not self.url:
            programs.stop(self.process)
            raise AssertionError(f'so24-sandbox did not become ready: {self.log_text()}')
        self.base = '{0.scheme}://{0.netloc}'.format(urllib.parse.urlsplit(self.url))

    def calls(self, operation=None):
        """How many calls came: of one operation, or in all."""
        counted = self.control('GET', 'calls')
        return counted['by_operation'][operation] if operation else counted['total']

    def reset_calls(self):
        """Counts from 0 again."""
        self.control('DELETE', 'calls')

    def log(self):
        """The last calls, oldest first."""
        return self.control('GET', 'log')

    def expire(self):
        """All sessions end now."""
        self.control('POST', 'expire')

    def slow(self, seconds, operation=None):
        """Calls take so long; 0 ends that."""
        self.control('POST', 'slow', seconds=seconds, operation=operation)

    def fail(self, kind, operation=None, count=1, **more):
        """The next `count` calls (0: all) fail as `so24-sandbox --help` says of fail?as=KIND."""
        self.control('POST', 'fail', operation=operation, count=count, **{'as': kind}, **more)

    def stop_failing(self):
        self.control('DELETE', 'fail')

    def switch(self, identity_id):
        """All sessions of the identity's user go to it, as if somebody else had switched."""
        self.control('POST', 'switch', identity=identity_id)

    def identity(self, identity_id, state, **more):
        """Sets an identity to blocked, unblocked, disabled, enabled, removed, restored, readded or renamed (name=)."""
        return self.control('POST', 'identity', id=identity_id, set=state, **more)

    def reset(self):
        """Everything as it was at the start."""
        self.control('POST', 'reset')

    def control(self, method, name, /, **parameters):
        """Calls a control URL with the parameters that are not None, and returns its JSON."""
        query = urllib.parse.urlencode({key: value for key, value in parameters.items() if value is not None})
        request = urllib.request.Request(f'{self.base}/sandbox/{name}?{query}', method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read() or b'null')

    def log_text(self):
        """What the sandbox has printed."""
        return self._log.read_text(errors='replace')

    def close(self):
        crashed = self.process.poll() not in (None, 0)
        programs.stop(self.process)
        reports = [mark for mark in programs.SANITIZER_MARKS if mark in self.log_text()]
        assert not crashed and not reports, f'the sandbox came to grief:\n{self.log_text()}'


@functools.cache
def built_in_accounts():
    """The accounts that every sandbox knows, as --print-accounts prints them."""
    command = [programs.sandbox_program(), '--print-accounts']
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
