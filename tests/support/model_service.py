"""A small model of the service: accounts, sessions and the active identity of each. It knows nothing of HTTP or XML.

`ScriptedService` serves it over the raw server, dressed in any clothes, and lets a test put its own replies in front.
"""

import secrets
import string
import threading
from collections import defaultdict, deque

from support import answers, clothes
from support.answers import Fault, Identity
from support.raw_server import RawServer

APPLICATION = '00000000-aaaa-4bbb-8ccc-000000000024'
USERNAME = 'ops@example.com'
PASSWORD = "correct horse <&> 'bættery'"
TOKEN = '7e57c0de-0000-4000-8000-0123456789ab'
PASSPORT_ID = '9a559070-0000-4000-8000-000000000001'

HOME, ODD, FJORD, TWIN_1, TWIN_2, LOCKED = (f'310d5fd3-0002-4047-a03b-00000000000{digit}' for digit in range(1, 7))

IDENTITIES = (
    Identity(HOME, 'Ærlig Økonomi ÅS', 400000000001, is_default=True, contact_id=100, employee_id=7,
             servers=((1, 2), None)),
    Identity(ODD, '"AC/DC" & Co <50%> 🎸', 400000000002, user_name='', user_id=answers.ZERO, is_protected=True),
    Identity(FJORD, 'Fjord & Fjell AS', 9007199254740993),
    Identity(TWIN_1, 'Tvilling AS', 400000000004),
    Identity(TWIN_2, 'Tvilling AS', 400000000005),
    Identity(LOCKED, 'Stengt AS', 400000000006, is_disabled=True),
)


def log_in(mounted, **others):
    """Logs a mount in with the model's account; further keys of `login` may be given."""
    mounted.login(USERNAME, PASSWORD, **{'application_id': APPLICATION, **others})


class ModelService:
    """Answers a request with (HTTP status, Element or Fault), as the service would."""

    def __init__(self, identities=IDENTITIES):
        self.identities = identities
        self.password = PASSWORD
        self.blocked = set()
        self.heeds_identity_id = True  # a Login that names an identity begins on it
        self.sessions = {}
        self.session_length = 24  # of the next session's id
        self._lock = threading.Lock()

    def answer(self, request):
        handler = getattr(self, '_' + request.operation, None)
        if handler is None:
            return '500 Internal Server Error', Fault('Server did not recognize the value of HTTP Header', 'Client')
        with self._lock:
            try:
                return '200 OK', handler(request)
            except Refused as refusal:
                return '500 Internal Server Error', Fault(str(refusal))

    def end_sessions(self):
        """As when they had been idle for too long."""
        with self._lock:
            self.sessions.clear()

    def switch_sessions(self, identity_id):
        """As when another program that borrowed the cookie had switched identity."""
        with self._lock:
            self.sessions = dict.fromkeys(self.sessions, identity_id)

    def default_identity(self):
        return next(one.id for one in self.identities if one.is_default)

    # --- the operations ---

    def _Login(self, request):
        self._check_credential(request)
        return answers.login(self._new_session(request.field('IdentityId') if self.heeds_identity_id else None))

    def _AuthenticateByToken(self, request):
        token = request.payload.find('.//{*}token/{*}Id')
        if token is None or token.text != TOKEN or request.field('ApplicationId') != APPLICATION:
            raise Refused('Invalid token')
        session = self._new_session(None)
        return answers.authenticate_by_token(PASSPORT_ID, USERNAME, self._listed(self.sessions[session]), session)

    def _HasSession(self, request):
        return answers.has_session(request.session in self.sessions)

    def _GetIdentity(self, request):
        active = self._active(request)
        return answers.get_identity(next(one for one in self._listed(active) if one.id == active))

    def _GetIdentities(self, request):
        return answers.get_identities(self._listed(self._active(request)))

    def _SetIdentity(self, request):
        wanted = request.payload.find('.//{*}identity/{*}Id')
        return answers.set_identity(self._switch(request, wanted.text))

    def _SetIdentityById(self, request):
        return answers.set_identity_by_id(self._switch(request, request.field('identityId')))

    def _GetIdentitiesWithCredential(self, request):
        self._check_credential(request)
        return answers.get_identities_with_credential(self.identities)

    def _GetIdentitiesWithCredentialByService(self, request):
        self._check_credential(request)
        chosen = self.identities[:2] if request.field('serviceId') == '54' else ()
        return answers.get_identities_with_credential_by_service(chosen)

    # --- inside ---

    def _check_credential(self, request):
        given = [request.field(name) for name in ('Username', 'Password', 'ApplicationId')]
        if given != [USERNAME, self.password, APPLICATION]:
            raise Refused(answers.WRONG_PASSWORD)

    def _new_session(self, identity_id):
        chosen = self.default_identity() if identity_id in (None, '', answers.ZERO) else identity_id
        self._check_usable(chosen)
        session = ''.join(secrets.choice(string.ascii_lowercase + '012345') for _ in range(self.session_length))
        self.sessions[session] = chosen
        return session

    def _check_usable(self, identity_id):
        known = {one.id: one for one in self.identities}
        if identity_id in self.blocked or identity_id not in known or known[identity_id].is_disabled:
            raise Refused(answers.BLOCKED)

    def _active(self, request):
        if request.session not in self.sessions:
            raise Refused(answers.NOT_AUTHENTICATED)
        return self.sessions[request.session]

    def _switch(self, request, identity_id):
        self._active(request)
        if not any(one.id == identity_id for one in self.identities):
            return False
        self._check_usable(identity_id)
        self.sessions[request.session] = identity_id
        return True

    def _listed(self, active):
        return [Identity(**{**vars(one), 'is_current': one.id == active}) for one in self.identities]


class Refused(Exception):
    """Becomes a SOAP fault of this text."""


class ScriptedService(RawServer):
    """The model over HTTP. `next` and `always` put replies (bytes or actions of raw_server) in front of it."""

    def __init__(self, known_secrets, tls=None):
        super().__init__(self._answer, tls)
        self.model = ModelService()
        self.clothes = clothes.PLAIN
        self.http = clothes.plain
        self.delay = 0  # seconds of work that each call takes
        self.before_answering = lambda: None  # what a test does, or waits for, before each answer
        self._known_secrets = known_secrets
        self.sessions_given = set()
        self._next = defaultdict(deque)
        self._always = {}
        known_secrets.add(PASSWORD, TOKEN)

    def next(self, operation, *replies):
        """Each reply answers one call of the operation; after them it is the model's turn again."""
        self._next[operation].extend(replies)

    def always(self, operation, reply):
        """The reply answers every call of the operation from now on; None gives it back to the model."""
        self._always[operation] = reply

    def dress(self, content, status='200 OK', request=None):
        """An Element or Fault as the bytes of a response, in the clothes of the moment."""
        return self.http(request, self.clothes.write(content), self.clothes.media_type, status)

    def fault(self, text, **others):
        """The response to a refused call."""
        return self.dress(Fault(text, **others), '500 Internal Server Error')

    def reply_of_model(self, request):
        """The bytes that the model answers, for a test that sends them in its own way, or not at all."""
        status, content = self.model.answer(request)
        self.sessions_given.update(self.model.sessions)
        self._known_secrets.add(*self.model.sessions)
        return self.dress(content, status, request)

    def _answer(self, request):
        operation = request.operation
        self.closing.wait(self.delay)
        self.before_answering()
        if self._next[operation]:
            return self._next[operation].popleft()
        return self._always.get(operation) or self.reply_of_model(request)
