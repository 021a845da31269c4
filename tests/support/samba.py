"""smbd for a test, with its own configuration, passwords and folders, on a port of 127.0.0.1; and smbclient."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import termios
from pathlib import Path

from support import programs
from support.bells import has_ended, processes, status
from support.front import free_port, listens
from support.waiting import wait_for

PASSWORD = 'in-the-office'
PATH = f'{os.environ["PATH"]}:/usr/sbin:/sbin'
ENVIRONMENT = {'PATH': PATH, 'LC_ALL': 'C.UTF-8', 'HOME': '/nonexistent'}

GLOBAL = '''[global]
    server role = standalone server
    interfaces = lo
    bind interfaces only = yes
    smb ports = {port}
    disable netbios = yes
    load printers = no
    printcap name = /dev/null
    disable spoolss = yes
    passdb backend = tdbsam:{folder}/passdb.tdb
    log file = {folder}/log
    private dir = {folder}/private
    lock directory = {folder}/lock
    state directory = {folder}/state
    cache directory = {folder}/cache
    pid directory = {folder}/pid
    ncalrpc dir = {folder}/ncalrpc
'''
# As docs/legacy.md has it.
SHARE = '''[{name}]
    path = {path}
    read only = yes
    veto files = {veto}
    oplocks = no
    store dos attributes = no
'''
VETO = '/login/logout/identities/events/'


class Samba:
    """Serves the folders of `shares`, a dictionary by their names, to `users` of the system. In `acme` some files are not shown."""

    def __init__(self, folder, shares, users):
        self.folder = Path(folder)
        self.port = free_port()
        self._conf = self.folder / 'smb.conf'
        for name in 'private', 'lock', 'state', 'cache', 'pid', 'ncalrpc':
            (self.folder / name).mkdir(parents=True)
        self._conf.write_text(GLOBAL.format(port=self.port, folder=self.folder)
                              + ''.join(SHARE.format(name=name, path=path, veto=VETO if name == 'acme' else '')
                                        for name, path in shares.items()))
        for user in users:
            self._add_user(user)
        with open(self.folder / 'smbd.out', 'wb') as out:
            self._process = subprocess.Popen(['smbd', '-s', self._conf, '-F', '--debug-stdout'], env=ENVIRONMENT,
                                             stdin=subprocess.DEVNULL, stdout=out, stderr=out)  # makes itself a session
        wait_for(lambda: listens(self.port) or self._process.poll() is not None, what='smbd')
        assert self._process.poll() is None, (self.folder / 'smbd.out').read_text()

    def run(self, user, share, *commands, timeout=30):
        """smbclient, in a connection of its own: its exit status and what it says."""
        done = subprocess.run(self.client(user, share) + ['-c', '; '.join(commands)], env=ENVIRONMENT, timeout=timeout,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return done.returncode, done.stdout

    def read(self, user, share, name):
        """A file's bytes; or the NT_STATUS_... that is said instead."""
        with Connection(self, user, share) as connection:
            return connection.read(name)

    def client(self, user, share):
        """Its command line, so that what it says can be read at once."""
        return ['stdbuf', '-oL', 'smbclient', '-s', str(self._conf), '-A', str(self.folder / f'{user}.login'), '-p', str(self.port),
                f'//127.0.0.1/{share}']

    def watches(self):
        """How many files and folders smbd watches by inotify."""
        return sum(text.count('inotify wd:') for process in self.processes() for text in _descriptors(process))

    def processes(self):
        """All that run of it."""
        return [process for process in processes() if status(process, 'NSsid') == str(self._process.pid)
                and not has_ended(process)]

    def close(self):
        self._process.terminate()
        self._process.wait(10)
        try:
            wait_for(lambda: not self.processes(), what='the end of all processes of smbd')
        finally:
            for process in self.processes():
                os.kill(process, signal.SIGKILL)

    def _add_user(self, user):
        login = self.folder / f'{user}.login'
        login.touch(mode=0o600)
        login.write_text(f'username = {user}\npassword = {PASSWORD}\n')
        subprocess.run(['smbpasswd', '-c', self._conf, '-s', '-a', user], input=f'{PASSWORD}\n{PASSWORD}\n', text=True,
                       env=ENVIRONMENT, check=True, capture_output=True)


class Connection:
    """One that stays, as Windows keeps it for a drive letter."""

    def __init__(self, samba, user, share):
        self.folder = samba.folder / f'connection{free_port()}'
        self.folder.mkdir()
        self._count = 0
        self._out = self.folder / 'out'
        with open(self._out, 'wb') as out:
            self._process = subprocess.Popen(samba.client(user, share), env=ENVIRONMENT, cwd=self.folder, text=True,
                                             stdin=subprocess.PIPE, stdout=out, stderr=out)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        programs.stop(self._process)
        shutil.rmtree(self.folder)

    def do(self, command):
        """What is said to the command."""
        self._count += 1
        end = self.folder / f'end{self._count}'
        before = len(self._out.read_bytes())
        self._type(command)
        self._type(f'!touch {end.name}')
        wait_for(lambda: end.exists() or self._process.poll() is not None, what=f'the end of {command}')
        return self._out.read_bytes()[before:].decode()

    def _type(self, line):
        """As a person does: smbclient waits for more when two lines come at once."""
        wait_for(lambda: _is_empty(self._process.stdin) or self._process.poll() is not None, what='smbclient')
        with contextlib.suppress(BrokenPipeError):  # it has ended; what it said tells why
            self._process.stdin.write(f'{line}\n')
            self._process.stdin.flush()

    def read(self, name):
        got = self.folder / 'got'
        said = self.do(f'get "{name}" got')
        if not got.exists():
            return next(word for word in (said or self._out.read_text()).split()
                        if word.startswith('NT_STATUS'))
        content = got.read_bytes()
        got.unlink()
        return content


class Changes:
    """What a program is told that has asked the server for the changes of a folder, as FileSystemWatcher does."""

    def __init__(self, samba, user, share):
        before = samba.watches()
        self._out = samba.folder / 'changes'
        with open(self._out, 'wb') as out:
            self._process = subprocess.Popen([*samba.client(user, share), '-c', 'notify \\'],
                                             env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        wait_for(lambda: samba.watches() > before, what='the watch of smbd')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()

    def names(self):
        return [line.split(' ', 1)[1] for line in self._out.read_text().splitlines() if ' ' in line]


def _is_empty(pipe):
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder) == 0


def _descriptors(process):
    for path in Path(f'/proc/{process}/fdinfo').glob('*'):
        try:
            yield path.read_text()
        except OSError:
            continue  # closed meanwhile
