"""An account with many clients, for what has to work with hundreds of sessions on one mount."""

import json
import os
import subprocess
import threading

from support.accounts import client_of, log_in
from support.sandbox import built_in_accounts

# A script as users have it: the cookie of one client, used at another service, over and over; it prints what was answered.
SCRIPT = '''
import os, sys, urllib.request
path, url, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
for _ in range(times):
    with open(path) as file:
        cookie = file.read().strip()
    request = urllib.request.Request(url, headers={'Cookie': 'ASP.NET_SessionId=' + cookie})
    print(urllib.request.urlopen(request, timeout=20).read().decode().split()[0])
'''


def guid(number):
    return f'310d5fd3-0009-4047-a03b-{number:012x}'


def write_accounts(path, count, **more):
    """The built-in accounts for --accounts, but that the first user is alone and has `count` clients, numbered from 0.

    `more` is what each of his identities says besides.
    """
    accounts = json.loads(json.dumps(built_in_accounts()))
    user = accounts['users'][0]
    user['identities'] = [{'id': guid(number), 'client': {'id': 5000 + number, 'name': f'Klient {number}'},
                           'services': [1], **more} for number in range(count)]
    user['default_identity'] = guid(0)
    path.write_text(json.dumps({**accounts, 'users': [user]}))


class ManyClients:
    """A mount of an account with `count` clients, numbered from 0, that is logged in on the first."""

    def __init__(self, mount, start_sandbox, folder, count, options=None, sandbox_options=('--calls-per-hour', 1000000),
                 limit=300):
        write_accounts(folder / 'accounts.json', count)
        self.sandbox = start_sandbox('--accounts', folder / 'accounts.json', *sandbox_options)
        self.mounted = mount(self.sandbox.url, options, limit=limit)
        log_in(self.mounted)

    def file(self, number, name='cookie'):
        return f'identities/Klient {number}/{guid(number)}/{name}'

    def path(self, number, name='cookie'):
        return self.mounted.path / self.file(number, name)

    def client(self, number):
        """The number of the client that the identity's own cookie acts for, as the other service says."""
        return int(client_of(self.sandbox, self.mounted.read(self.file(number))).split()[0]) - 5000

    def start_script(self, number, times):
        url = f'{self.sandbox.base}/Client/V001/ClientService.asmx'
        return subprocess.Popen(['/usr/bin/python3', '-c', SCRIPT, self.path(number), url, str(times)],
                                stdout=subprocess.PIPE, text=True)

    def read_all(self, numbers):
        """Reads the cookies of all of them at once; number -> the cookie, or the OSError."""
        results = {}

        def read(number):
            try:
                results[number] = self.mounted.read(self.file(number))
            except OSError as failure:
                results[number] = failure

        threads = [threading.Thread(target=read, args=[number], daemon=True) for number in numbers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
        return results

    def resident_kib(self):
        with open(f'/proc/{self.mounted.process.pid}/status', encoding='ascii') as status:
            return next(int(line.split()[1]) for line in status if line.startswith('VmRSS'))

    def threads(self):
        return len(os.listdir(f'/proc/{self.mounted.process.pid}/task'))
