"""Many readers at once, and programs that wait: started, counted, interrupted and timed."""

import os
import signal
import subprocess
import threading
import time

from support.shells import ENVIRONMENT
from support.waiting import wait_for

# How long a program may take to end after a signal. The aim is 100 ms; a loaded machine gets some more.
PROMPT = 1.0


class Readers:
    """Threads that each open and read one file. `results` gets what each read, or its OSError."""

    def __init__(self, path, count):
        self.results = []
        self._path = path
        self._threads = [threading.Thread(target=self._read, daemon=True) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def join(self):
        for thread in self._threads:
            thread.join(20)
        assert len(self.results) == len(self._threads), 'a reader did not come back'
        return self.results

    def _read(self):
        try:
            descriptor = os.open(self._path, os.O_RDONLY)
            self.results.append(os.read(descriptor, 1000).decode())
            os.close(descriptor)
        except OSError as failure:
            self.results.append(failure)


class Waiting:
    """A program that waits for the service, in the folder beside the mount. Its stdin stays open until it has ended."""

    def __init__(self, mounted, command, text=None):
        self._process = subprocess.Popen(command, cwd=mounted.folder, env=ENVIRONMENT, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if text is not None:
            self._process.stdin.write(text.encode())
            self._process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        for stream in self._process.stdin, self._process.stdout, self._process.stderr:
            stream.close()

    @property
    def pid(self):
        return self._process.pid

    def is_waiting(self):
        return self._process.poll() is None

    def has_begun(self):
        """It has ended, or it sleeps in a system call that is not a read of its stdin, and goes on sleeping."""
        if not self.is_waiting():
            return True
        first = self._system_call()
        time.sleep(0.005)
        return first is not None and first == self._system_call()

    def _system_call(self):
        with open(f'/proc/{self.pid}/syscall', encoding='utf-8') as file:
            words = file.read().split()
        return None if words[0] in ('running', '-1') or int(words[1], 16) == 0 else tuple(words)

    def send(self, number):
        """Sends a signal and returns the exit status; fails if that does not come at once."""
        began = time.monotonic()
        self._process.send_signal(number)
        status = self._process.wait(20)
        took = time.monotonic() - began
        assert took < PROMPT, f'{signal.Signals(number).name} took {took:.3f} s'
        return status

    def result(self, patience=20):
        """Its exit status, its output and its messages, once it has ended by itself; its stdin ends now."""
        output, messages = self._process.communicate(timeout=patience)
        return self._process.returncode, output.decode(), messages.decode()


def opens_seen(mounted):
    """How many OPENs the daemon has been asked for. The mount must log them (debug=True)."""
    return mounted.log_text().count('opcode: OPEN ')


def wait_for_opens(mounted, count):
    wait_for(lambda: opens_seen(mounted) >= count, 20, f'{count} opened files')


def writes_seen(mounted):
    """How many WRITEs the daemon has been asked for."""
    return mounted.log_text().count('opcode: WRITE ')


def wait_for_writes(mounted, count):
    wait_for(lambda: writes_seen(mounted) >= count, 20, f'{count} writes')
