"""nghttpx, as sites put it in front of a service: TLS and HTTP/2 to the client, HTTP/1.1 to the sandbox behind it."""

import re
import socket
import subprocess
import urllib.parse
from pathlib import Path

from support import programs
from support.waiting import wait_for

LINE = '$alpn $tls_protocol $tls_session_reused $remote_port $http_soapaction $status'


class Front:
    """Listens on a free port of 127.0.0.1. `url` is the endpoint for the daemon."""

    def __init__(self, folder, behind, authority, *options):
        Path(folder).mkdir(parents=True, exist_ok=True)
        self._log = Path(folder) / 'access.log'
        self._errors = Path(folder) / 'error.log'
        certificate, key = authority.server_certificate()
        parts = urllib.parse.urlsplit(behind)
        port = free_port()
        self.url = f'https://127.0.0.1:{port}{parts.path}'
        self._process = subprocess.Popen(
            ['nghttpx', '--conf=/dev/null', f'--frontend=127.0.0.1,{port}', f'--backend={parts.hostname},{parts.port}',
             '--no-ocsp', '--workers=1', f'--accesslog-file={self._log}', f'--accesslog-format={LINE}',
             f'--errorlog-file={self._errors}', '--host-rewrite', *options, key, certificate],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: listens(port) or self._process.poll() is not None, what='nghttpx')
        assert self._process.poll() is None, self._errors.read_text()

    def calls(self, count):
        """What it has passed on, in the order of the answers, once there are so many: dictionaries by the words of LINE."""
        wait_for(lambda: len(self._lines()) >= count, what=f'{count} calls in the log of nghttpx')
        names = [word.lstrip('$') for word in LINE.split()]
        return [{**dict(zip(names, line.split())), 'operation': re.search(r'(\w+)\\x22 ', line)[1]}
                for line in self._lines()]

    def close(self):
        programs.stop(self._process)

    def _lines(self):
        return self._log.read_text().splitlines() if self._log.exists() else []


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def listens(port):
    """Whether somebody does; asks the kernel's table, so that nothing is connected."""
    lines = Path('/proc/net/tcp').read_text().splitlines()[1:]
    return any(line.split()[1] == f'0100007F:{port:04X}' and line.split()[3] == '0A' for line in lines)
