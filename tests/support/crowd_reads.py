"""What the readers of a crowd do: for each kind a function that opens what it holds and answers one round of it.

Contents are noted as text (latin-1, so that each byte is one character and NULs stay visible). What a note is called says how it
is judged (crowd_judge.py).
"""

import ctypes
import mmap
import os

PAGE = mmap.PAGESIZE
AT_MOST = 1 << 16
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]


def read_whole(path, flags=os.O_RDONLY):
    """What `cat` shows: open, read, close."""
    descriptor = os.open(path, flags)
    try:
        return os.read(descriptor, AT_MOST).decode('latin-1')
    finally:
        os.close(descriptor)


def read_and_measure(path):
    """The content, and the size that fstat(2) said right after the open."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        return os.read(descriptor, AT_MOST).decode('latin-1'), size
    finally:
        os.close(descriptor)


def _open_and_read(worker):
    """The warm read of a script."""
    path = worker.path(worker.plan.get('file', 'cookie'))
    what = worker.plan.get('what', 'cookie')
    return lambda: worker.attempt(what, read_whole, path)


def _open_and_measure(worker):
    path = worker.path(worker.plan.get('file', 'cookie'))

    def measure():
        text, size = read_and_measure(path)
        return f'{size} {len(text)} {text}'

    return lambda: worker.attempt('measured', measure, raw=True)


def _byte_by_byte(worker):
    """As `read` of dash and busybox does it: who goes on reads the rest of what he began."""
    path = worker.path(worker.plan.get('file', 'cookie'))

    def read():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            text = b''
            while byte := os.read(descriptor, 1):
                text += byte
            return text.decode('latin-1')
        finally:
            os.close(descriptor)

    return lambda: worker.attempt('cookie byte by byte', read)


def _send(worker):
    """sendfile(2): the pages themselves go into a pipe."""
    path = worker.path(worker.plan.get('file', 'cookie'))
    what = worker.plan.get('what', 'cookie sent')
    receiver, sender = os.pipe()

    def send():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            sent = os.sendfile(sender, descriptor, 0, AT_MOST)
            return os.read(receiver, AT_MOST).decode('latin-1') if sent else ''
        finally:
            os.close(descriptor)

    return lambda: worker.attempt(what, send)


def _held(worker):
    """pread(2) of a descriptor that was opened before all changes."""
    descriptor = os.open(worker.path(worker.plan.get('file', 'cookie')), os.O_RDONLY)
    what = worker.plan.get('what', 'cookie held')
    return lambda: worker.attempt(what, lambda: os.pread(descriptor, AT_MOST, 0).decode('latin-1'))


def _advised(worker):
    """A held descriptor whose pages are asked for and given back by posix_fadvise(2)."""
    descriptor = os.open(worker.path('cookie'), os.O_RDONLY)

    def read():
        return os.pread(descriptor, AT_MOST, 0).decode('latin-1')

    def read_ahead():
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_WILLNEED)
        return read()

    def once():
        worker.attempt('cookie held advised', read_ahead)
        # Asks nobody, but may wait long for the kernel's own workers while all CPUs are busy: no operation with a deadline.
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        worker.attempt('cookie held advised', read)

    return once


class Mapping:
    """A page of a file, mapped for reading. Looked at through write(2): where a program would get SIGBUS, that fails."""

    def __init__(self, path, flags):
        descriptor = os.open(path, os.O_RDONLY)
        address = libc.mmap(None, PAGE, mmap.PROT_READ, flags, descriptor, 0)
        os.close(descriptor)
        if address in (None, ctypes.c_void_p(-1).value):
            raise OSError(ctypes.get_errno(), 'mmap')
        self._address = address
        self._page = (ctypes.c_char * PAGE).from_address(address)
        self._receiver, self._sender = os.pipe()

    def close(self):
        libc.munmap(self._address, PAGE)
        os.close(self._receiver)
        os.close(self._sender)

    def peek(self):
        """What stands there, up to the first of the NULs that fill the page."""
        os.write(self._sender, memoryview(self._page))
        return os.read(self._receiver, PAGE).rstrip(b'\0').decode('latin-1')

    def text(self):
        """The same, seen twice in a row: nobody promises that bytes in memory change all at once."""
        before = self.peek()
        while (now := self.peek()) != before:
            before = now
        return now


def _mapped(worker, flags, name):
    mapping = Mapping(worker.path('cookie'), flags)
    return lambda: worker.attempt(f'cookie held {name}', mapping.text)


def _names(worker):
    """scandir(3) of a folder, by its path."""
    path = worker.path(worker.plan['folder'])
    what = worker.plan['what']
    return lambda: worker.attempt(what, lambda: '\n'.join(sorted(entry.name for entry in os.scandir(path))))


def _held_names(worker):
    """The same of a folder that is held open."""
    descriptor = os.open(worker.path(worker.plan['folder']), os.O_RDONLY | os.O_DIRECTORY)
    what = worker.plan['what']
    return lambda: worker.attempt(what, lambda: '\n'.join(sorted(os.listdir(descriptor))))


def _link(worker):
    """`current`: where it leads, and what is read through it."""
    link, through = worker.path('current'), worker.path('current', 'id')

    def once():
        worker.attempt('link', lambda: os.readlink(link).rpartition('/')[2] + '\n')
        worker.attempt('through', read_whole, through)

    return once


def _is_current(worker):
    """Whether some identities say that they are the current one; plan['folders'] maps a GUID to its folder."""
    folders = list(worker.plan['folders'].items())

    def once():
        guid, folder = worker.random.choice(folders)
        worker.attempt(f'is_current {guid}', read_whole, worker.path(folder, 'is_current'), raw=True)

    return once


def _sizes(worker):
    """A loop of stat(2)."""
    paths = [worker.path(name) for name in ('cookie', 'identity', 'current', 'identities', 'README')]

    def once():
        for path in paths[1:]:
            worker.attempt('stat', lambda path=path: 'there' if os.lstat(path).st_ino else 'no inode')
        worker.attempt('size', lambda: str(os.stat(paths[0]).st_size))

    return once


def _visit(worker):
    """Comes, holds things for a moment, uses them in all ways, and leaves: so that nothing of a mount that died is kept."""
    cookie = worker.path('cookie')

    def hold():
        descriptor = os.open(cookie, os.O_RDONLY)
        try:
            texts = [os.pread(descriptor, AT_MOST, 0) for _ in range(3)]
            return 'whole' if all(len(text) == 25 and text.endswith(b'\n') for text in texts) else f'torn: {[len(text) for text in texts]} bytes'
        finally:
            os.close(descriptor)

    def map_it():
        mapping = Mapping(cookie, worker.random.choice([mmap.MAP_SHARED, mmap.MAP_PRIVATE]))
        try:
            return 'whole' if len(mapping.text()) == 25 else f'torn: {len(mapping.text())} bytes'
        finally:
            mapping.close()

    def once():
        worker.attempt('visit', hold, raw=True)
        worker.attempt('visit', map_it, raw=True)
        worker.attempt('visit folder', lambda: 'some' if os.listdir(worker.path('identities')) else 'none')
        worker.attempt('visit link', lambda: os.readlink(worker.path('current'))[:10])
        worker.attempt('visit current', read_whole, worker.path('current', 'is_current'))
        worker.attempt('visit session', read_whole, worker.path('session'))

    return once


def _served(worker):
    """Whom the cookie acts for, as the service itself says."""
    client = Client(worker)
    return lambda: client.ask(worker)


class Client:
    """Speaks to the sandbox on a connection that stays; plan['clients'] maps a client's number to its identity."""

    def __init__(self, worker):
        import socket
        self._cookie = worker.path('cookie')
        self._clients = worker.plan['clients']
        host, port = worker.plan['service'].split(':')
        self._socket = socket.create_connection((host, int(port)))
        self._host = host

    def ask(self, worker):
        worker.attempt('served', self._ask, raw=True)

    def expire(self):
        """All sessions end, by the sandbox's control interface."""
        assert self._send('POST', '/sandbox/expire', '')[0]

    def _ask(self):
        cookie = read_whole(self._cookie).strip()
        done, body = self._send('GET', '/Client/V001/ClientService.asmx', f'Cookie: ASP.NET_SessionId={cookie}\r\n')
        return self._clients[body.split()[0].decode()] + '\n' if done else 'nobody'

    def _send(self, method, path, headers):
        self._socket.sendall(f'{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Length: 0\r\n{headers}\r\n'
                             .encode('latin-1'))
        head, _, body = self._receive().partition(b'\r\n\r\n')
        return head.startswith(b'HTTP/1.1 200'), body

    def _receive(self):
        answer = b''
        while b'\r\n\r\n' not in answer:
            answer += self._more()
        head = answer.partition(b'\r\n\r\n')[0].lower()
        length = int(head.split(b'content-length:')[1].split()[0])
        while len(answer) < len(head) + 4 + length:
            answer += self._more()
        return answer

    def _more(self):
        part = self._socket.recv(65536)
        if not part:
            raise ConnectionError('the service closed')
        return part


ROUNDS = {
    'open and read': _open_and_read,
    'open and measure': _open_and_measure,
    'byte by byte': _byte_by_byte,
    'sendfile': _send,
    'held': _held,
    'fadvise': _advised,
    'private mapping': lambda worker: _mapped(worker, mmap.MAP_PRIVATE, 'mapped privately'),
    'shared mapping': lambda worker: _mapped(worker, mmap.MAP_SHARED, 'mapped shared'),
    'names': _names,
    'held names': _held_names,
    'link': _link,
    'is_current': _is_current,
    'sizes': _sizes,
    'visit': _visit,
    'served': _served,
}
