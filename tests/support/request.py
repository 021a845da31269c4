"""A request as the daemon sent it: its bytes, its headers, and what it asks for."""

import re
import time
from xml.etree import ElementTree

NAMESPACE = 'http://24sevenOffice.com/webservices'
ENVELOPE = 'http://schemas.xmlsoap.org/soap/envelope/'
COOKIE_NAME = 'ASP.NET_SessionId'


class Request:
    def __init__(self, head, body, connection):
        self.head = head
        self.body = body
        self.connection = connection
        self.received = time.monotonic()
        self.answered = None  # when the answer was ready to be sent
        lines = head.decode('latin-1').split('\r\n')
        self.method, self.target, self.version = lines[0].split(' ')
        self.headers = [tuple(part.strip() for part in line.split(':', 1)) for line in lines[1:] if line]
        self.payload = self._payload()

    @classmethod
    def read(cls, stream, connection, on_expect):
        """Reads one request; None when the client has closed. Calls `on_expect` for `Expect: 100-continue`."""
        head = bytearray()
        while not head.endswith(b'\r\n\r\n'):
            line = stream.readline(65536)
            if not line:
                return None
            head += line
        head = bytes(head[:-2])
        if re.search(rb'(?im)^expect:\s*100-continue', head):
            on_expect()
        length = re.search(rb'(?im)^content-length:\s*(\d+)', head)
        if re.search(rb'(?im)^transfer-encoding:\s*chunked', head):
            body = _read_chunks(stream)
        else:
            body = stream.read(int(length[1])) if length else b''
        return cls(head, body, connection)

    def header(self, name):
        """The one value of a header, None if it was not sent; twice is an error."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f'{name} was sent {len(values)} times'
        return values[0] if values else None

    @property
    def operation(self):
        """The operation that the element in Body names, None if the body is no SOAP."""
        return None if self.payload is None else self.payload.tag.rpartition('}')[2]

    @property
    def session(self):
        """The session id in the Cookie header, None without one."""
        found = re.search(rf'(?:^|;\s*){re.escape(COOKIE_NAME)}=([^;]*)', self.header('Cookie') or '')
        return found and found[1]

    def field(self, name):
        """The text of the first element of that name in Body, None if there is none."""
        found = self.payload.find(f'.//{{{NAMESPACE}}}{name}')
        return None if found is None else found.text or ''

    def _payload(self):
        try:
            envelope = ElementTree.fromstring(self.body)
            return envelope.find(f'{{{ENVELOPE}}}Body')[0]
        except (ElementTree.ParseError, TypeError, IndexError):
            return None

    def __repr__(self):
        return f'<{self.method} {self.operation} session={self.session} connection={self.connection}>'


def _read_chunks(stream):
    body = bytearray()
    while size := int(stream.readline().split(b';')[0], 16):
        body += stream.read(size)
        stream.readline()
    while stream.readline() not in (b'\r\n', b''):
        pass  # trailers
    return bytes(body)
