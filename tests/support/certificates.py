"""Certificates for servers of a test, made with openssl in a temporary folder."""

import ssl
import subprocess
from pathlib import Path


class Authority:
    """A certificate authority of the test's own. `ca_file` is what a client must trust."""

    def __init__(self, folder, name='Authority of the test'):
        self.folder = Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.ca_file = self.folder / 'ca.pem'
        self._key = self.folder / 'ca.key'
        _openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
                 '-subj', f'/CN={name}', '-keyout', self._key, '-out', self.ca_file)

    def server_context(self, names='IP:127.0.0.1,DNS:localhost', days=2):
        """An SSLContext for RawServer, with such a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.server_certificate(names, days))
        return context

    def server_certificate(self, names='IP:127.0.0.1,DNS:localhost', days=2):
        """The files of a certificate for `names` and of its key; with negative `days` it has expired."""
        stem = self.folder / f'server{len(list(self.folder.iterdir()))}'
        key, request, certificate = (stem.with_suffix(suffix) for suffix in ('.key', '.csr', '.pem'))
        extensions = stem.with_suffix('.ext')
        extensions.write_text(f'subjectAltName={names}\n')
        _openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=server',
                 '-keyout', key, '-out', request)
        _openssl('x509', '-req', '-in', request, '-CA', self.ca_file, '-CAkey', self._key, '-CAcreateserial',
                 '-days', days, '-extfile', extensions, '-out', certificate)
        return certificate, key


def _openssl(*arguments):
    subprocess.run(['openssl', *map(str, arguments)], check=True, capture_output=True)
