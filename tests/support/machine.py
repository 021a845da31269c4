"""A machine for tests that install and boot things: a copy of this one in namespaces, with a systemd of its own.

It shares the network with this machine, so that a sandbox of the test's serves it, and nothing else.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from support import programs
from support.waiting import wait_for

ENVIRONMENT = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL': 'C.UTF-8'}
SCRIPT = programs.CHECKOUT / 'tests' / 'support' / 'machine.sh'


class Machine:
    """`root` is how its files are reached from here."""

    def __init__(self, folder, *files):
        if os.getuid() != 0 or not Path('/lib/systemd/systemd').exists() or not shutil.which('unshare'):
            pytest.skip('only root, with systemd installed, can boot a machine in namespaces')
        Path(folder).mkdir()
        self._log = Path(folder).with_suffix('.log')
        with open(self._log, 'wb') as log:
            self._process = subprocess.Popen(
                ['unshare', '--mount', '--pid', '--uts', '--ipc', '--cgroup', '--fork', '--kill-child',
                 'sh', SCRIPT, folder, *map(str, files)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(lambda: self._find_root() or self._process.poll() is not None, 30, 'the boot of the machine')
        if self._process.poll() is not None:
            raise AssertionError(f'the machine did not boot: {self._log.read_text(errors="replace")}')

    def run(self, *command, user=None, check=True, timeout=60, env=None):
        """Runs a program there; output is text. Fails, with the last it said, unless it ends with status 0 or `check` is False."""
        words = ['runuser', '-u', user, '--', *command] if user else command
        done = subprocess.run(['nsenter', f'--target={self._pid}', '--mount', '--pid', '--uts', '--ipc', '--cgroup', '--root',
                               '--wdns=/', *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              errors='replace', timeout=timeout,
                              env={**ENVIRONMENT, **(env or {})})
        said = done.stdout[-2000:] + done.stderr[-2000:]
        assert not check or done.returncode == 0, f'{command} ended with {done.returncode}: {said}'
        return done

    def says(self, *command, **others):
        """What a program prints there, without the last newline."""
        return self.run(*command, **others).stdout.removesuffix('\n')

    def write(self, path, text, mode=0o644):
        file = self.root / path.lstrip('/')
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def property(self, unit, name):
        """What systemd knows of a unit there."""
        return self.says('systemctl', 'show', unit, '--property', name, '--value')

    def journal(self, *matches):
        return self.says('journalctl', '--no-pager', '--output=cat', *matches)

    def mount_of(self, path):
        """(source, type, options of the file system) of what is mounted there, or None; asks the kernel's table alone."""
        found = None
        for line in (Path('/proc') / str(self._pid) / 'mountinfo').read_text(errors='replace').splitlines():
            fields, _, more = line.partition(' - ')
            if fields.split(' ')[4] == path:
                kind, source, options = more.split(' ')
                found = source, kind, options.split(',')
        return found

    def close(self):
        """Switches it off: all its processes and mounts end with the first of them."""
        if self._process.poll() is None:
            os.kill(self._pid, signal.SIGKILL)
        self._process.wait(10)

    def _find_root(self):
        """Once systemd answers there."""
        children = Path(f'/proc/{self._process.pid}/task/{self._process.pid}/children').read_text().split()
        if not children:
            return False
        self._pid = int(children[0])
        self.root = Path(f'/proc/{self._pid}/root')
        return ((self.root / 'run/systemd/private').exists()
                and self.run('systemctl', 'is-active', '--quiet', 'test.target', check=False).returncode == 0)
