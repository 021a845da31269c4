"""Starts and stops the service made with PHP's SoapServer (tests/interop/php), and asks its control URLs."""

import json
import socket
import subprocess
import urllib.request
from pathlib import Path

from support import programs
from support.waiting import wait_for

PHP_FOLDER = programs.CHECKOUT / 'tests' / 'interop' / 'php'
WSDL = programs.CHECKOUT / 'src' / 'sandbox' / 'authenticate.wsdl'


class PhpServer:
    """A running server; `url` is its endpoint, `account` what there is to log in with."""

    def __init__(self, folder):
        folder = Path(folder)
        folder.mkdir()
        self._log = folder / 'php.log'
        self._address = f'127.0.0.1:{_free_port()}'
        self.url = f'http://{self._address}/authenticate/v001/authenticate.asmx'
        environment = programs.clean_environment(folder, {'SO24_STATE': str(folder), 'SO24_WSDL': str(WSDL)})
        with open(self._log, 'ab') as log:
            self.process = subprocess.Popen(
                ['php', '-d', 'display_errors=0', '-S', self._address, str(PHP_FOLDER / 'router.php')],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        wait_for(self._is_up, what='the PHP server')
        self.account = self._control('GET', 'account')

    def calls(self, operation=None):
        """The calls so far, as (operation, session id in the cookie or None); only those of one operation if named."""
        calls = [(call['operation'], call['cookie']) for call in self.log()]
        return [call for call in calls if operation in (None, call[0])]

    def log(self):
        """The calls so far, as control.php describes them."""
        return self._control('GET', 'calls')

    def reset_calls(self):
        self._control('DELETE', 'calls')

    def expire(self):
        """All sessions end."""
        self._control('POST', 'expire')

    def close(self):
        programs.stop(self.process)
        log = self._log.read_text(errors='replace')
        assert 'PHP ' not in log.replace('PHP 8', ''), f'the PHP server complains: {log}'

    def _control(self, method, name):
        request = urllib.request.Request(f'http://{self._address}/control/{name}', method=method)
        with urllib.request.urlopen(request, timeout=5) as response:
            return json.load(response)

    def _is_up(self):
        assert self.process.poll() is None, f'php ended: {self._log.read_text()}'
        try:
            self._control('GET', 'calls')
        except OSError:
            return False
        return True


def _free_port():
    with socket.create_server(('127.0.0.1', 0)) as listener:
        return listener.getsockname()[1]
