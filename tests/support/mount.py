"""A mounted so24fs: start it, read and write its files with exact errnos, and end it for certain.

No test can hang on a mount: after `limit` seconds a watchdog kills the daemon, and every file operation that waits for
it ends with ENOTCONN. At the end of a test `finish` unmounts and looks for what must never be: a crash, a sanitizer's
report, a secret in the log or in `error`.
"""

import ctypes
import os
import signal
import subprocess
import threading
from pathlib import Path

from support import programs
from support.waiting import wait_for

MNT_FORCE, MNT_DETACH = 1, 2
libc = ctypes.CDLL(None, use_errno=True)


class Mount:
    def __init__(self, folder, secrets, options, source='test', foreground=True, debug=False, env=None, limit=30):
        """Mounts at folder/mnt and returns once the mount is usable. `folder` holds the log and the state, too."""
        self.folder = Path(folder).resolve()
        self.path = self.folder / 'mnt'
        self.secrets = secrets
        self.process = None
        self.pid = None
        self.hung = False
        self._end_expected = False
        self._log = self.folder / 'log'
        self.path.mkdir(parents=True, exist_ok=True)
        self._command = [programs.daemon_program(), *(['-f'] if foreground else []), *(['-d'] if debug else []),
                         *option_arguments(options), source, str(self.path)]
        self._env = programs.clean_environment(self.folder, env)
        self._watchdog = threading.Timer(limit, self._bite)
        self._watchdog.daemon = True
        self._watchdog.start()
        try:
            self._start_in_foreground() if foreground else self._start_as_daemon()
        except BaseException:
            self._force_off()
            raise

    # --- files ---

    def read(self, name):
        """The file's text, read to its end as `cat` does; but `cat events` would wait there.

        What a cookie says counts as a secret from then on.
        """
        return self._read(name, os.O_RDONLY).decode()

    def read_bytes(self, name):
        return self._read(name, os.O_RDONLY)

    def read_now(self, name):
        """The file's text, opened with O_DIRECT: the service is asked now."""
        return self._read(name, os.O_RDONLY | os.O_DIRECT).decode()

    def write(self, name, *pieces):
        """Writes as a shell's `>` does: one open, one write(2) for each piece, one close; any of them may raise."""
        descriptor = os.open(self.path / name, os.O_WRONLY | os.O_TRUNC)
        try:
            for piece in pieces:
                data = piece.encode() if isinstance(piece, str) else piece
                assert os.write(descriptor, data) == len(data)
        except OSError:
            _close_quietly(descriptor)
            raise
        os.close(descriptor)

    def login(self, username, password, **others):
        """Writes username, password and any other key of `login` as one text of `key = value` lines."""
        self.secrets.add(password)
        pairs = {'username': username, 'password': password, **others}
        self.write('login', ''.join(f'{key} = {value}\n' for key, value in pairs.items()))

    def list(self, name='.'):
        """The names in a folder, sorted."""
        return sorted(os.listdir(self.path / name))

    def error(self):
        """What the file `error` says."""
        return self.read('error')

    def events(self):
        """What `events` says so far: each line without its time and number."""
        return [line.split(' ', 2)[2] for line in self.read('events').splitlines()]

    # --- the process ---

    def log_text(self):
        """What the daemon has written to stderr so far (after daemonising it writes elsewhere)."""
        return self._log.read_text(errors='replace')

    def is_running(self):
        if self.process is not None:
            return self.process.poll() is None
        return Path(f'/proc/{self.pid}').exists() and ') Z ' not in Path(f'/proc/{self.pid}/stat').read_text()

    def command_line(self):
        """What `ps` shows of the daemon."""
        return Path(f'/proc/{self.pid}/cmdline').read_text().replace('\0', ' ')

    def terminate(self, patience=10):
        """Ends the daemon by SIGTERM, as systemd does, and waits until it is gone."""
        self._signal(signal.SIGTERM)
        wait_for(lambda: not self.is_running(), patience, 'the end of the daemon after SIGTERM')

    def kill(self):
        """Kills the daemon by SIGKILL, and waits until it is gone; the mount stays behind."""
        self._signal(signal.SIGKILL)
        wait_for(lambda: not self.is_running(), what='the end of the daemon after SIGKILL')

    def unmount(self):
        """Unmounts with fusermount3 -u, as a user does, and waits for the daemon to end."""
        self._end_expected = True
        subprocess.run(['fusermount3', '-u', str(self.path)], check=True, capture_output=True)
        wait_for(lambda: not self.is_running(), what='the end of the daemon after fusermount3 -u')

    def detach(self):
        """Unmounts with fusermount3 -uz: the daemon ends once nobody uses the mount any more."""
        self._end_expected = True
        subprocess.run(['fusermount3', '-uz', str(self.path)], check=True, capture_output=True)

    def is_mounted(self):
        return is_mount_point(self.path)

    def finish(self):
        """Ends everything, whatever state it is in, then fails if something was wrong."""
        wrongs = []
        try:
            if self.is_running() and not self.hung:
                wrongs += self._wrongs_of_a_running_daemon()
                self.terminate()
            elif not self._end_expected:
                wrongs.append(f'the daemon ended by itself, status {self.process and self.process.returncode}')
            if self.process is not None and self.process.returncode > 0:
                wrongs.append(f'the daemon ended with status {self.process.returncode}')
            if self.is_mounted() and not self._was_killed():
                wrongs.append('the daemon ended and left its mount behind')
        except (AssertionError, OSError) as error:
            wrongs.append(str(error))
        finally:
            self._watchdog.cancel()
            self._force_off()
        if self.hung:
            wrongs.append('an operation did not end; the watchdog killed the daemon')
        wrongs += self._wrongs_of_the_log()
        assert not wrongs, '; '.join(wrongs) + f'\n--- log ---\n{self.log_text()}'

    # --- inside ---

    def _start_in_foreground(self):
        with open(self._log, 'ab') as log:
            self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self._env)
        self.pid = self.process.pid
        wait_for(lambda: self.is_mounted() or self.process.poll() is not None, what='the mount')
        if not self.is_mounted():
            raise MountFailed(self.process.wait(), self.log_text())
        os.stat(self.path)

    def _start_as_daemon(self):
        with open(self._log, 'ab') as log:
            status = subprocess.run(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._env,
                                    timeout=20).returncode
        if status != 0:
            raise MountFailed(status, self.log_text())
        assert self.is_mounted(), 'exit status 0 before the mount was there'
        self.pid = _process_with_argument(str(self.path))

    def _read(self, name, flags):
        descriptor = os.open(self.path / name, flags | (os.O_NONBLOCK if name == 'events' else 0))
        chunks = []
        try:
            while chunk := os.read(descriptor, 65536):
                chunks.append(chunk)
        except BlockingIOError:
            assert name == 'events'
        finally:
            os.close(descriptor)
        content = b''.join(chunks)
        if Path(name).name in ('cookie', 'cookie.raw') and len(content) >= 8:
            self.secrets.add(content.decode())
        return content

    def _signal(self, number):
        self._end_expected = True
        if self.is_running():
            os.kill(self.pid, number)

    def _was_killed(self):
        return self.process is None or self.process.returncode == -signal.SIGKILL

    def _wrongs_of_a_running_daemon(self):
        said = [self.error(), self.read('events'), self.command_line()]
        found = [secret for text in said for secret in self.secrets.found_in(text)]
        return [f'a secret stands in `error`, in `events` or on the command line: {secret!r}' for secret in found]

    def _wrongs_of_the_log(self):
        log = self.log_text()
        return ([f'a secret stands in the log: {secret!r}' for secret in self.secrets.found_in(log)]
                + [f'a sanitizer reports: {mark}' for mark in programs.SANITIZER_MARKS if mark in log])

    def _bite(self):
        self.hung = True
        self._force_off()

    def _force_off(self):
        """Aborts the connection, detaches the mount and kills the daemon; needs nobody's cooperation."""
        if is_mount_point(self.path):
            if libc.umount2(os.fsencode(self.path), MNT_FORCE | MNT_DETACH) != 0:
                subprocess.run(['fusermount3', '-uz', str(self.path)], capture_output=True)
        if self.pid is not None and self.is_running():
            os.kill(self.pid, signal.SIGKILL)
        if self.process is not None:
            self.process.wait()


class MountFailed(Exception):
    """so24fs ended before the mount was there: its exit status, and what it said."""

    def __init__(self, status, log):
        super().__init__(f'so24fs ended with status {status}: {log}')
        self.status = status
        self.log = log


def option_arguments(options):
    """-o for each option: {'timeout': 1, 'sandbox': True} becomes -o timeout=1 -o sandbox."""
    arguments = []
    for name, value in options.items():
        text = name if value is True else f'{name}={value}'
        arguments += ['-o', text.replace('\\', '\\\\').replace(',', '\\,')]
    return arguments


def is_mount_point(path):
    """Whether something is mounted there; asks the kernel's table, and never the daemon."""
    escaped = str(path).replace('\\', '\\134').replace(' ', '\\040')
    with open('/proc/self/mountinfo', encoding='utf-8', errors='surrogateescape') as table:
        return any(line.split(' ')[4] == escaped for line in table)


def _process_with_argument(argument):
    """The process that was started with this very argument."""
    for entry in Path('/proc').iterdir():
        if entry.name.isdigit():
            try:
                if argument in (entry / 'cmdline').read_text().split('\0'):
                    return int(entry.name)
            except OSError:
                continue  # ended meanwhile
    raise AssertionError(f'no process has the argument {argument}')


def _close_quietly(descriptor):
    try:
        os.close(descriptor)
    except OSError:
        pass  # the write's own error counts
