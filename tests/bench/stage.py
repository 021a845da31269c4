"""What the bench measures with: pinned programs that take orders, mounts of so24fs, and sandboxes behind them."""

import contextlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from support import programs
from support.mount import Mount
from support.sandbox import Sandbox, built_in_accounts
from support.secrets import Secrets

APPLICATION = '5a0d50c1-2024-4a7e-9b1e-24f524f524f5'
LONGEST = 1200  # seconds; a mount that lives longer has hung
EVERY_CALL = ('--calls-per-hour', 1_000_000_000)
PLENTY = {'rate': 1_000_000}


@dataclass(frozen=True)
class Scale:
    """How much is measured."""
    rounds: int
    slice_ms: float  # of one subject in one round
    identities: int
    crowd: int
    walks: int  # fresh mounts whose identities are walked
    probes: int  # answers whose wait is measured, in one round
    crowds: int  # rounds of readers who wait for seconds
    alone: bool  # before all other jobs of the machine, where that is allowed

    @staticmethod
    def of(quick):
        return Scale(3, 1, 100, 50, 1, 20, 1, False) if quick else Scale(21, 30, 10_000, 1000, 3, 200, 7, True)


class Worker:
    """A program of the bench (bench-NAME); `ask` gives it an order and takes its numbers."""

    def __init__(self, build, name):
        self._process = subprocess.Popen([build / 'tests' / 'bench' / f'bench-{name}'], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)

    def ask(self, order, *words):
        self._process.stdin.write('\t'.join(map(str, [order, *words])) + '\n')
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f'the bench gave up: {order} {words} (status {self._process.wait()})')
        return [int(word) for word in answer.split('\t')]

    @property
    def pid(self):
        return self._process.pid

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Stage(contextlib.ExitStack):
    """Everything starts here and ends with it. `folder` is on tmpfs, `disk` on a disk where there is one."""

    def __init__(self, build, scale, results, folder, disk):
        super().__init__()
        self.build, self.scale, self.results = build, scale, results
        self.folder, self.disk = folder, disk
        self.cpu, self.other_cpu = choose_cpus()
        os.sched_setaffinity(0, {self.cpu})
        if scale.alone:
            self.enter_context(precedence())
        self.loop = self.worker('loop')

    def worker(self, name):
        worker = Worker(self.build, name)
        self.callback(worker.close)
        return worker

    def part(self):
        """A scope: what is entered in it ends with it, and leaves the rest."""
        return contextlib.ExitStack()

    def place(self, name):
        """A new folder."""
        folder = self.folder / f'{name}{len(list(self.folder.iterdir()))}'
        folder.mkdir()
        return folder

    @contextlib.contextmanager
    def sandbox(self, *arguments):
        sandbox = Sandbox(self.place('sandbox'), *EVERY_CALL, *arguments)
        try:
            yield sandbox
        finally:
            sandbox.close()

    @contextlib.contextmanager
    def mount(self, url, login=True, state=None, **options):
        """so24fs on `url`, logged in. `state`: the folder in which it stores the session; none: it does not."""
        options = {'endpoint': url, **PLENTY, **({} if state else {'store': 'none'}), **options}
        mounted = Mount(self.place('so24fs'), Secrets(), options, limit=LONGEST,
                        env={'XDG_STATE_HOME': str(state)} if state else None)
        try:
            if login:
                (mounted.path / 'login').write_text(credential())
            yield mounted
        finally:
            mounted.finish()

    # --- measuring ---

    def slices(self, order, subjects):
        """Runs `order` COUNT on each subject (name -> its words) in turn; name -> microseconds for one, by round."""
        counts = {name: self._fitting(order, words) for name, words in subjects.items()}
        return self.interleave({
            name: lambda name=name, words=words: self.loop.ask(order, counts[name], *words)[0] / counts[name] / 1000
            for name, words in subjects.items()})

    def interleave(self, measures, rounds=None):
        """Calls each measure once a round, and another one first each time; name -> values by round."""
        values = {name: [] for name in measures}
        names = list(measures)
        for number in range(rounds or self.scale.rounds):
            turn = number % len(names)
            for name in names[turn:] + names[:turn]:
                values[name].append(measures[name]())
        return values

    def _fitting(self, order, words):
        """How many fill a slice; also warms up."""
        tries = self.loop.ask(order, 5, *words)[0] / 5
        return max(2, int(self.scale.slice_ms * 1e6 / tries))


def choose_cpus():
    """The one that both sides are pinned to, and another one where there is one."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[-1], allowed[0]


@contextlib.contextmanager
def precedence():
    """As nice as can be to the bench, where that is allowed. sched(7): where there are autogroups, only theirs counts."""
    group = Path('/proc/self/autogroup')
    before = group.read_text().split()[-1] if group.exists() else None
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -20)
        if before is not None:
            group.write_text('-20')
    try:
        yield
    finally:
        if before is not None:
            with contextlib.suppress(PermissionError):
                group.write_text(before)


def pin(pid, cpu):
    """All threads of a process that runs."""
    for thread in os.listdir(f'/proc/{pid}/task'):
        os.sched_setaffinity(int(thread), {cpu})


def credential():
    user = built_in_accounts()['users'][0]
    return f'username = {user["username"]}\npassword = {user["password"]}\napplication_id = {APPLICATION}\n'


def account_with(count):
    """The accounts of a sandbox whose first user has `count` identities, as JSON."""
    accounts = json.loads(json.dumps(built_in_accounts()))
    user = accounts['users'][0]
    user['identities'] = [
        {'id': f'310d5fd3-0009-4047-a03b-{number:012x}',
         'user': {'contact_id': number, 'id': 'aaaaaaaa-0000-4000-8000-000000000001', 'name': f'Ola Nordmann {number}',
                  'employee_id': number},
         'client': {'id': 400000000000 + number, 'name': f'Klient {number} AS'},
         'servers': [{'id': 1, 'type': 2}], 'services': [1]} for number in range(1, count + 1)]
    user['default_identity'] = user['identities'][0]['id']
    return json.dumps({**accounts, 'users': [user]})


def processes_of(mounted):
    """The daemon and the processes that it has started."""
    found = [mounted.pid]
    for entry in Path('/proc').glob('[0-9]*/stat'):
        with contextlib.suppress(OSError):
            if int(entry.read_text().rpartition(')')[2].split()[1]) == mounted.pid:
                found.append(int(entry.parent.name))
    return found


def use_programs_of(build):
    os.environ['SO24FS'], os.environ['SO24_SANDBOX'] = str(build / 'so24fs'), str(build / 'so24-sandbox')
    return programs.daemon_program(), programs.sandbox_program()
