"""Shell scripts that read `cookie` in loops and use it against the server, and what can be said of all they saw.

A use is a question for the active identity: the answer tells whether the session was alive, and whom it acts for. All
times are of /proc/uptime, which every shell can read; it shows hundredths of a second, rounded down.
"""

import collections
import contextlib
import itertools
import subprocess
from dataclasses import dataclass, field

from support.request import COOKIE_NAME, ENVELOPE, NAMESPACE
from support.shells import ENVIRONMENT, SHELLS
from support.waiting import wait_for

ROUNDED = 0.01
MARK = 'X-Used-By'  # the header by which a server tells the scripts' calls from the daemon's
QUESTION = f'<e:Envelope xmlns:e="{ENVELOPE}"><e:Body><GetIdentity xmlns="{NAMESPACE}"/></e:Body></e:Envelope>'

READINGS = {
    'dash': 'cookie=$(cat mnt/cookie)',
    'bash': 'cookie=$(< mnt/cookie)',
    'busybox': 'cookie=$(cat mnt/cookie)',  # its read takes a byte at a time, which may be of two sessions
}

SCRIPT = '''
while [ ! -e stop ]; do
  read -r began rest < /proc/uptime
  if @reading@; then
    answer=$(curl -s -m 20 -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: "@action@"' \\
                  -H '@mark@: a script' -b "@name@=$cookie" -d @question '@url@')
    case $answer in
      *'>@identity@<'*) what=right ;;
      *'Not authenticated'*) what=dead ;;
      *) what=wrong ;;
    esac
  else
    what=failed cookie=-
  fi
  read -r ended rest < /proc/uptime
  echo "$began $ended $what $cookie"
  sleep 0.1
done
'''


@dataclass(frozen=True)
class Use:
    began: float
    ended: float
    what: str  # right; dead: the session had ended; wrong: another identity, or no answer; failed: no `cookie` was read
    cookie: str = field(repr=False)


class CookieUsers:
    """The scripts run in the folder beside the mount, which is ./mnt there; `identity` is whom they must act for."""

    def __init__(self, mounted, url, identity, count=20):
        self._mounted = mounted
        self._folder = mounted.folder
        self._stop = self._folder / 'stop'
        (self._folder / 'question').write_text(QUESTION)
        self._outputs, self._processes = [], []
        self._begun, self._uses = {}, []
        for number, shell in zip(range(count), itertools.cycle(READINGS)):
            self._start(number, shell, script(shell, url, identity))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def uses(self):
        """All uses so far, the scripts' one after the other."""
        for output in self._outputs:
            text = self._begun.get(output, '') + output.read()
            whole, _, self._begun[output] = text.rpartition('\n')
            for began, ended, what, cookie in map(str.split, whole.splitlines()):
                self._uses.append(Use(float(began), float(ended), what, cookie))
        return self._uses

    def wait_for_right_uses(self, since, count=20):
        """Until so many uses that began after `since` were right."""
        wait_for(lambda: sum(use.what == 'right' and use.began > since for use in self.uses()) >= count, 20,
                 f'{count} right uses of a cookie')

    def stop(self):
        """Lets every script finish what it does. What they saw counts as a secret from then on."""
        self._stop.touch()
        for process in self._processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            process.wait()
        self._mounted.secrets.add(*{use.cookie for use in self.uses() if use.what != 'failed'})
        for output in self._outputs:
            output.close()
        self._outputs = []

    def complaints(self):
        """What the scripts wrote to stderr."""
        return ''.join(path.read_text() for path in sorted(self._folder.glob('user*.err')))

    def _start(self, number, shell, text):
        output = self._folder / f'user{number}.out'
        with open(output, 'wb') as out, open(output.with_suffix('.err'), 'wb') as err:
            self._processes.append(subprocess.Popen([*SHELLS[shell], '-c', text], cwd=self._folder, env=ENVIRONMENT,
                                                    stdin=subprocess.DEVNULL, stdout=out, stderr=err))
        self._outputs.append(open(output, encoding='ascii'))


def script(shell, url, identity):
    text = SCRIPT
    for name, value in {'reading': READINGS[shell], 'action': f'{NAMESPACE}/GetIdentity', 'mark': MARK,
                        'name': COOKIE_NAME, 'url': url, 'identity': identity}.items():
        text = text.replace(f'@{name}@', value)
    return text


def uptime():
    with open('/proc/uptime', encoding='ascii') as clock:
        return float(clock.read().split()[0])


def by_cookie(uses):
    """The uses of each cookie, in the order in which the cookies were first seen."""
    seen = collections.defaultdict(list)
    for use in sorted(uses, key=lambda use: use.ended):
        seen[use.cookie].append(use)
    return list(seen.values())


def served_too_late(uses, expiries, check_ttl):
    """The uses of dead cookies that were confirmed longer before they were read than check_ttl allows.

    `expiries`: when the first cookie had ended for certain, the second, and so on. What was confirmed at most check_ttl
    ago was alive then; so its session ended later than that.
    """
    return [use for its_uses, expiry in zip(by_cookie(uses), expiries) for use in its_uses
            if use.what == 'dead' and expiry + ROUNDED < use.began - check_ttl]
