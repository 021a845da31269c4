"""The accounts that the sandbox knows: how they are written to `login`, and what a mount of them must hold."""

import json
import urllib.request
from dataclasses import dataclass
from xml.sax.saxutils import escape

from support.expecting import folder_name
from support.sandbox import built_in_accounts

APPLICATION = '5a0d50c1-2024-4a7e-9b1e-24f524f524f5'
NAMESPACE = 'http://24sevenOffice.com/webservices'
ZERO = '00000000-0000-0000-0000-000000000000'
MINUS = -2147483648


@dataclass(frozen=True)
class Account:
    username: str
    password: str
    token: str

    def pairs(self, **changes):
        """What a login needs, as a dictionary; a change to None leaves a key out."""
        every = {'username': self.username, 'password': self.password, 'application_id': APPLICATION, **changes}
        return {key: value for key, value in every.items() if value is not None}

    def lines(self, **changes):
        return ''.join(f'{key} = {value}\n' for key, value in self.pairs(**changes).items())

    def xml(self, **changes):
        names = {'username': 'Username', 'password': 'Password', 'application_id': 'ApplicationId',
                 'identity_id': 'IdentityId'}
        inner = ''.join(f'  <{names[key]}>{escape(value)}</{names[key]}>\n'
                        for key, value in self.pairs(**changes).items())
        return f'<credential xmlns="{NAMESPACE}">\n{inner}</credential>\n'

    def json(self, **changes):
        return json.dumps(self.pairs(**changes), indent=1) + '\n'

    def identities(self):
        """Its identities as --print-accounts prints them."""
        return next(user for user in built_in_accounts()['users'] if user['username'] == self.username)['identities']


OLA = Account('ola@example.com', 'fjord-2026', '70ce2024-0001-4b6b-9d3c-24f500000001')
KARI = Account('kari@example.com', 'vidde-2026', '70ce2024-0002-4b6b-9d3c-24f500000002')


def ola(number):
    """The id of Ola's identity of that number. 1 is the default one, 9 and 10 are twins, 11 disabled, 12 blocked."""
    return f'310d5fd3-0002-4047-a03b-{number:012x}'


def kari(number):
    """The id of Kari's identity of that number. 1 is the default one, and blocked."""
    return f'310d5fd3-0003-4047-a03b-{number:012x}'


def log_in(mounted, account=OLA, **changes):
    """Logs a mount in, in one write; from then on it is checked that no secret of the account leaks."""
    mounted.secrets.add(account.password, account.token)
    mounted.write('login', account.lines(**changes))


def folder(identity):
    """The path of an identity's folder below the mount."""
    return f'identities/{folder_name(identity["client"]["name"])}/{identity["id"]}'


def fields(identity, active):
    """What the files of an identity's folder hold (but for identity.xml) while `active` is the active identity's id."""
    user = identity.get('user', {})
    servers = [server for server in identity.get('servers', []) if server is not None]
    values = {
        'id': identity['id'],
        'client_id': identity['client']['id'],
        'client_name': identity['client']['name'],
        'user_id': user.get('id', ZERO),
        'user_name': user.get('name', ''),
        'contact_id': user.get('contact_id', MINUS),
        'employee_id': user.get('employee_id', MINUS),
        'is_current': _truth(identity['id'] == active),
        'is_default': _truth(identity['id'] in (ola(1), kari(1))),
        'is_protected': _truth(identity.get('protected')),
        'is_disabled': _truth(identity.get('disabled')),
        'servers': '\n'.join(f'{server["id"]} {server["type"]}' for server in servers),
    }
    return {name: f'{value}\n' for name, value in values.items()}


def client_of(sandbox, cookie):
    """What the other service answers to the cookie: the number and the name of the client that the session is on."""
    request = urllib.request.Request(f'{sandbox.base}/Client/V001/ClientService.asmx',
                                     headers={'Cookie': f'ASP.NET_SessionId={cookie.strip()}'})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read().decode()


def _truth(value):
    return 'true' if value else 'false'
