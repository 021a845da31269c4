"""The model of the service over HTTP/2, by python3-h2: well-behaved, or resetting and going away as a test wants it."""

import email
from collections import defaultdict

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded

from support.model_service import ScriptedService
from support.raw_server import Connection
from support.request import Request

OF_HTTP_1 = {'connection', 'keep-alive', 'transfer-encoding'}


class Http2Service(ScriptedService):
    """`tls` must be an ssl.SSLContext; it offers nothing but HTTP/2."""

    def __init__(self, known_secrets, tls):
        tls.set_alpn_protocols(['h2'])
        super().__init__(known_secrets, tls)

    @property
    def connection_type(self):
        return Http2Connection


class Http2Connection(Connection):
    """Answers one stream after the other. An action finds the stream to answer in `stream`."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding='utf-8'))
        self.stream = None
        self._heads = {}
        self._bodies = defaultdict(bytes)
        self._waiting = {}  # stream -> what the client's window does not yet take

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def send(self, data):
        """A response as HTTP/1.1 writes it, on the stream of the moment."""
        head, _, body = data.partition(b'\r\n\r\n')
        self.send_head(head)
        self._waiting[self.stream] = body
        self._send_what_fits()

    def send_head(self, head):
        status, _, fields = head.decode('latin-1').partition('\r\n')
        headers = [(name.lower(), value) for name, value in email.message_from_string(fields).items()
                   if name.lower() not in OF_HTTP_1]
        self.h2.send_headers(self.stream, [(':status', status.split()[1]), *headers])
        self.flush()

    def send_some(self, data, ends=False):
        self.h2.send_data(self.stream, data, end_stream=ends)
        self.flush()

    def _talk(self):
        self.h2.initiate_connection()
        self.flush()
        while self.is_open and (data := self.socket.recv(65536)):
            for event in self.h2.receive_data(data):
                if not self._take(event):
                    return
            self._send_what_fits()

    def _take(self, event):
        """Whether the connection stays."""
        if isinstance(event, RequestReceived):
            self._heads[event.stream_id] = event.headers
        elif isinstance(event, DataReceived):
            self._bodies[event.stream_id] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.stream = event.stream_id
            return self._reply_to(self._request(event.stream_id))
        return True

    def _request(self, stream):
        pseudo = {name: value for name, value in self._heads[stream] if name.startswith(':')}
        lines = [f'{pseudo[":method"]} {pseudo[":path"]} HTTP/2', f'host: {pseudo[":authority"]}',
                 *(f'{name}: {value}' for name, value in self._heads[stream] if not name.startswith(':'))]
        return Request('\r\n'.join(lines).encode('latin-1'), self._bodies.pop(stream), self.number)

    def _send_what_fits(self):
        for stream, data in list(self._waiting.items()):
            while stream in self._waiting:
                room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
                if room == 0 and data:
                    break
                part, data = data[:room], data[room:]
                self.h2.send_data(stream, part, end_stream=not data)
                self._waiting[stream] = data
                if not data:
                    del self._waiting[stream]
        self.flush()


# --- actions ---

def reset_stream(code=ErrorCodes.INTERNAL_ERROR, head=None, data=b''):
    """RST_STREAM, after a head and a bit of body if there are such; the connection stays."""
    def act(connection):
        if head is not None:
            connection.send_head(head)
            if data:
                connection.send_some(data)
        connection.h2.reset_stream(connection.stream, code)
        connection.flush()
        return True
    return act


def end_early(head, data):
    """The stream ends in good order, but with less than its head has promised."""
    def act(connection):
        connection.send_head(head)
        connection.send_some(data, ends=True)
        return True
    return act


def go_away(code=ErrorCodes.NO_ERROR, last=None, answer=None):
    """GOAWAY, then the end of the connection; `last`: the last stream that was looked at, if not the one of the moment."""
    def act(connection):
        if answer is not None:
            connection.send(answer)
        connection.h2.close_connection(code, last_stream_id=connection.stream if last is None else last)
        connection.flush()
        return False
    return act


def speak_nonsense(connection):
    """Bytes that are no frames."""
    connection.socket.sendall(b'HTTP/1.1 200 OK\r\n\r\n' * 10)
    return True
