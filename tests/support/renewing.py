"""The servers that can end sessions, alike for a test: the model, so24-sandbox, and PHP's SoapServer."""

from dataclasses import dataclass
from typing import Callable

from support import accounts, model_service
from support.failing import login_text
from support.users_of_cookies import MARK


@dataclass(frozen=True)
class Renewing:
    url: str
    credential: str             # what is written to `login`
    chosen: str                 # an identity that is not the default one
    expire: Callable            # () -> None: all sessions end
    logins: Callable            # () -> how many Logins there were
    unconfirmed_uses: Callable  # () -> the uses of cookies that the server's log shows to be before, or beside, a
                                # confirmation that the chosen identity is active


def of_model(service):
    def log():
        return [(call.operation, call.session, call.header(MARK) is not None) for call in service.calls()]

    return Renewing(service.url, login_text(), model_service.FJORD, service.model.end_sessions,
                    lambda: len(service.calls('Login')), lambda: _before_a_confirmation(log()))


def of_php(server):
    def log():
        return [(call['operation'], call['cookie'], call['used_by'] is not None) for call in server.log()]

    account = server.account
    keys = {'username': account['usernames'][0], 'password': account['password'],
            'application_id': account['application']}
    return Renewing(server.url, ''.join(f'{key} = {value}\n' for key, value in keys.items()),
                    account['identities'][2][0], server.expire,
                    lambda: len(server.calls('Login')), lambda: _before_a_confirmation(log()))


def of_sandbox(sandbox):
    """Its log has no session ids, but the identity that was active in each call."""
    chosen = accounts.ola(5)

    def on_another_identity():
        return [call for call in sandbox.log() if call['operation'] == 'GetIdentity' and call['fault'] is None
                and call['identity'] != chosen]

    return Renewing(sandbox.url, accounts.OLA.lines(identity_id=chosen), chosen, sandbox.expire,
                    lambda: sandbox.calls('Login'), on_another_identity)


def _before_a_confirmation(log):
    """The places in a log of (operation, session, whether a script made the call) where a script was too early."""
    confirmed, early = set(), []
    for place, (operation, session, by_script) in enumerate(log):
        if by_script and session not in confirmed:
            early.append(place)
        elif operation == 'GetIdentity':
            confirmed.add(session)
    return early
