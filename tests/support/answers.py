"""Right answers of the nine operations, as small trees that `clothes` turns into bytes.

They hold what the service's own runtime sends: elements that have their default are left out, a zero GUID is not.
"""

from dataclasses import dataclass, field

MINUS = -2147483648
ZERO = '00000000-0000-0000-0000-000000000000'

# What the service says, as it is documented or was recorded (service.md, wire.md).
WRONG_PASSWORD = 'Invalid username or password'
NOT_AUTHENTICATED = 'Not authenticated'
BLOCKED = ('The provided IdentityId is blocked. Please use GetIdentitiesWithCredential to get a list of available '
           'Identities and reauthenticate with a valid IdentityId')
THROTTLED = 'Too many login attempts. Please try again later'


def quarantine(end):
    return f'Limit exceeded by 1. Request is blocked. Quarantine ends at {end}'


@dataclass(frozen=True)
class Element:
    """An element of an answer. `default` marks one that the runtime leaves out, because it has its default value."""

    name: str
    children: tuple = ()
    text: str = None
    nil: bool = False
    default: bool = False


@dataclass(frozen=True)
class Fault:
    text: str
    code: str = 'Server'
    detail: str = ''


@dataclass(frozen=True)
class Identity:
    id: str
    client_name: str
    client_id: int
    user_name: str = 'Kari Nordmann'
    user_id: str = 'aaaaaaaa-0000-4000-8000-000000000001'
    contact_id: int = MINUS
    employee_id: int = MINUS
    is_current: bool = False
    is_default: bool = False
    is_protected: bool = False
    is_disabled: bool = False
    servers: tuple = field(default=())  # of (id, type); None stands for a nil one


def login(session_id):
    return answer('Login', text=session_id)


def authenticate_by_token(passport_id, email, identities, session_id):
    return answer('AuthenticateByToken', _value('Id', passport_id), _value('Email', email),
                  Element('Identities', tuple(identity(one) for one in identities)), _value('SessionId', session_id))


def has_session(alive):
    return answer('HasSession', text=_boolean(alive))


def get_identity(one):
    return answer('GetIdentity', *identity(one).children)


def get_identities(several):
    return _identities('GetIdentities', several)


def set_identity(done):
    return answer('SetIdentity', text=_boolean(done))


def set_identity_by_id(done):
    return answer('SetIdentityById', text=_boolean(done))


def get_identities_with_credential(several):
    return _identities('GetIdentitiesWithCredential', several)


def get_identities_with_credential_by_service(several):
    return _identities('GetIdentitiesWithCredentialByService', several)


def answer(operation, *children, text=None):
    """<OperationResponse><OperationResult>…: what stands in Body."""
    return Element(f'{operation}Response', (Element(f'{operation}Result', children, text),))


def without_result(operation):
    """What the runtime sends for null: <OperationResponse />."""
    return Element(f'{operation}Response')


def identity(one):
    user = Element('User', (_value('ContactId', one.contact_id, MINUS), _value('Id', one.user_id),
                            _value('Name', one.user_name, ''), _value('EmployeeId', one.employee_id, MINUS)))
    client = Element('Client', (_value('Id', one.client_id), _value('Name', one.client_name)))
    flags = (_value('IsCurrent', one.is_current), _value('IsDefault', one.is_default),
             _value('IsProtected', one.is_protected))
    servers = (Element('Servers', tuple(map(_server, one.servers))),) if one.servers else ()
    return Element('Identity', (_value('Id', one.id), user, client, *flags, *servers,
                                _value('IsDisabled', one.is_disabled, False)))


def _identities(operation, several):
    return answer(operation, *(identity(one) for one in several))


def _server(server):
    if server is None:
        return Element('Server', nil=True)
    return Element('Server', (_value('Id', server[0]), _value('Type', server[1])))


def _value(name, value, default=None):
    return Element(name, text=_boolean(value) if isinstance(value, bool) else str(value), default=value == default)


def _boolean(value):
    return 'true' if value else 'false'
