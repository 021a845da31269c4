"""A scriptable HTTP server that answers with exact bytes, or does not: it closes, resets, hangs, cuts and drips.

An `answer` is a function: request -> reply. A reply is bytes, sent as they are, or an action: a function that
does with the `Connection` what it likes, and returns whether it is kept. Every request is recorded.
"""

import re
import select
import socket
import ssl
import struct
import threading
import time

from support.request import Request


class RawServer:
    """Serves on 127.0.0.1, a thread for each connection. `tls` (an ssl.SSLContext): speaks TLS; `greeting`: first."""

    def __init__(self, answer, tls=None, greeting=b'', path='/authenticate/v001/authenticate.asmx'):
        self.answer = answer
        self.tls = tls
        self.greeting = greeting
        self.path = path
        self.closing = threading.Event()
        self.requests = []
        self.connections = []
        self.wrongs = []
        self._listener = socket.create_server(('127.0.0.1', 0), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def url(self):
        return f'{"https" if self.tls else "http"}://127.0.0.1:{self.port}{self.path}'

    def calls(self, operation=None):
        """The requests so far, in the order in which they came in; only those of one operation if it is named."""
        return [request for request in list(self.requests) if operation in (None, request.operation)]

    def close(self):
        """Ends it and all its connections; from then on its port refuses. A second time does nothing."""
        if self.closing.is_set():
            return
        self.closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in list(self.connections):
            connection.close()
            connection.thread.join(5)
        self._acceptor.join(5)
        assert not self.wrongs, f'the server of the test failed: {self.wrongs}'

    @property
    def connection_type(self):
        return Connection

    def _accept(self):
        while not self.closing.is_set():
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            connection = self.connection_type(self, accepted, len(self.connections))
            connection.thread.start()
            self.connections.append(connection)


class Connection:
    """One accepted connection, given to actions."""

    def __init__(self, server, accepted, number):
        self.server = server
        self.socket = accepted
        self.number = number
        self.request = None
        self.is_open = True
        self.handshake_error = None
        self.resumed = None  # whether TLS took up a session of before
        self.thread = threading.Thread(target=self._serve, daemon=True)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data):
        self.socket.sendall(data)

    def wait_for_the_end(self):
        """Waits until the client has closed the connection, or the test ends."""
        while self.is_open and not self.server.closing.is_set():
            readable, _, _ = select.select([self.socket], [], [], 0.05)
            if readable and not self.socket.recv(65536):
                return

    def reset(self):
        """Closes with an RST, as a crashed peer does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.close(politely=False)

    def close(self, politely=True):
        if not self.is_open:
            return
        self.is_open = False
        try:
            if politely:
                self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # the client was first
        self.socket.close()

    def _serve(self):
        try:
            if self.server.tls:
                self.socket = self.server.tls.wrap_socket(self.socket, server_side=True)
                self.resumed = self.socket.session_reused
            self._talk()
        except ssl.SSLError as error:
            self.handshake_error = error
        except (OSError, ValueError):
            pass  # the client, or a closing test, ended the connection
        except Exception as error:  # pylint: disable=broad-except
            self.server.wrongs.append(error)
        finally:
            self.close()

    def _talk(self):
        self.send(self.server.greeting)
        stream = self.socket.makefile('rb')
        while self._serve_one(stream):
            pass

    def _serve_one(self, stream):
        request = Request.read(stream, self.number, self._continue)
        return request is not None and self._reply_to(request)

    def _reply_to(self, request):
        """Whether the connection stays."""
        self.request = request
        self.server.requests.append(request)  # before it is answered: `answered` is still None
        reply = self.server.answer(request)
        request.answered = time.monotonic()
        kept = send(reply)(self) if isinstance(reply, bytes) else reply(self)
        return kept and self.is_open

    def _continue(self):
        self.send(b'HTTP/1.1 100 Continue\r\n\r\n')


# --- actions ---

def send(data):
    """Sends the bytes; the connection stays if an HTTP/1.1 client would keep it after them."""
    ends = data.startswith(b'HTTP/1.0') or re.search(rb'(?im)^connection:\s*close', data.split(b'\r\n\r\n')[0])

    def act(connection):
        connection.send(data)
        return not ends
    return act


def send_and_close(data):
    """Sends the bytes and closes without a word of it in the headers."""
    def act(connection):
        connection.send(data)
        return False
    return act


def send_and_reset(data):
    """Sends the bytes, then an RST once the client has surely read them."""
    def act(connection):
        connection.send(data)
        _wait_until_delivered(connection.socket)
        connection.reset()
        return False
    return act


def send_and_hang(data):
    """Sends the bytes and then nothing more, for ever."""
    def act(connection):
        connection.send(data)
        connection.wait_for_the_end()
        return False
    return act


def cut(data, kept):
    """Sends the first `kept` bytes (a negative number: all but so many) and closes."""
    assert 0 < len(data[:kept]) < len(data)
    return send_and_close(data[:kept])


def drip(data, size=1, pause=0.002):
    """Sends the bytes in pieces of `size`."""
    def act(connection):
        for start in range(0, len(data), size):
            connection.send(data[start:start + size])
            if connection.server.closing.wait(pause):
                return False
        return True
    return act


def endless(head, block, limit=1 << 28):
    """Sends `block` after `block` until the client has had enough; fails the test if it never has."""
    def act(connection):
        connection.send(head)
        sent = 0
        try:
            while sent < limit and not connection.server.closing.is_set():
                connection.send(block)
                sent += len(block)
        except OSError:
            return False
        if sent >= limit:
            connection.server.wrongs.append(AssertionError(f'the client took {sent} bytes and wanted more'))
        return False
    return act


def after(event, reply):
    """Waits for a threading.Event of the test (or the client's end), then replies."""
    def act(connection):
        while not event.wait(0.01):
            if connection.server.closing.is_set():
                return False
        return send(reply)(connection) if isinstance(reply, bytes) else reply(connection)
    return act


def close_now(connection):
    """Closes without an answer."""
    return False


def reset_now(connection):
    """Sends an RST instead of an answer."""
    connection.reset()
    return False


def hang(connection):
    """Never answers."""
    connection.wait_for_the_end()
    return False


def _wait_until_delivered(connected):
    """Until nothing that was sent waits for the peer's acknowledgement (SIOCOUTQ)."""
    import fcntl
    import termios
    for _ in range(1000):
        waiting = struct.unpack('i', fcntl.ioctl(connected, termios.TIOCOUTQ, b'\0\0\0\0'))[0]
        if waiting == 0:
            return
        time.sleep(0.001)
