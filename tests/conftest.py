"""Fixtures of all tests that start programs: the daemon, the sandbox, and the servers that misbehave."""

import signal
import threading

import pytest

from support.certificates import Authority
from support.model_service import ScriptedService
from support.mount import Mount, is_mount_point
from support.php_server import PhpServer
from support.raw_server import RawServer
from support.sandbox import Sandbox, built_in_accounts
from support.secrets import Secrets
from support.shells import run


# A shell has its background jobs ignore these, and whatever they start inherits that; but Ctrl-C is tested here.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)


@pytest.fixture
def secrets():
    """What must not be found in a log, in `error` or on a command line; a test adds its own."""
    return Secrets()


@pytest.fixture
def mount(tmp_path, secrets):
    """A factory: mount(endpoint=URL, options={'timeout': 1}, ...) -> Mount. All are unmounted and checked after.

    With place=FOLDER, where another mount was that has ended.
    """
    mounts = []

    def start(endpoint=None, options=None, place=None, **others):
        all_options = {**({'endpoint': endpoint} if endpoint else {}), **(options or {})}
        mounted = Mount(place or tmp_path / f'mount{len(mounts)}', secrets, all_options, **others)
        mounts.append(mounted)
        return mounted

    yield start
    finish_all([mounted.finish for mounted in reversed(mounts)])


@pytest.fixture
def place(tmp_path):
    """A folder with an empty folder `mnt` in it, where nothing stays mounted."""
    (tmp_path / 'mnt').mkdir()
    yield tmp_path
    while is_mount_point(tmp_path / 'mnt'):
        run(['umount', '-l', 'mnt'], tmp_path)


@pytest.fixture
def remount(mount, tmp_path):
    """A factory of mounts that keep their sessions in one folder, tmp_path/shared: remount(URL, rate=100) -> Mount."""
    def start(endpoint, debug=False, limit=30, place=None, **options):
        return mount(endpoint, options, place, debug=debug, limit=limit, env={'XDG_STATE_HOME': str(tmp_path / 'shared')})
    return start


@pytest.fixture
def start_sandbox(tmp_path, secrets):
    """A factory: start_sandbox('--some-option', value) -> Sandbox."""
    sandboxes = []
    for user in built_in_accounts()['users']:
        secrets.add(user['password'], *user['tokens'])

    def start(*arguments):
        sandbox = Sandbox(tmp_path / f'sandbox{len(sandboxes)}', *arguments)
        sandboxes.append(sandbox)
        return sandbox

    yield start
    finish_all([sandbox.close for sandbox in sandboxes])


@pytest.fixture
def sandbox(start_sandbox):
    """A running so24-sandbox with its built-in account."""
    return start_sandbox()


@pytest.fixture
def php_server(tmp_path):
    """The service made with PHP's SoapServer on the WSDL."""
    server = PhpServer(tmp_path / 'php')
    yield server
    server.close()


@pytest.fixture
def start_server():
    """A factory: start_server(answer, tls=None) -> RawServer, where answer is a function: request -> reply."""
    servers = []

    def start(answer, **others):
        server = RawServer(answer, **others)
        servers.append(server)
        return server

    yield start
    finish_all([server.close for server in servers])


@pytest.fixture
def start_service(secrets):
    """A factory: start_service(tls=None) -> ScriptedService."""
    services = []

    def start(**others):
        service = ScriptedService(secrets, **others)
        services.append(service)
        return service

    yield start
    finish_all([service.close for service in services])


@pytest.fixture
def service(start_service):
    """A model of the service whose replies a test can replace."""
    return start_service()


@pytest.fixture
def gate():
    """What holds answers back; opened at the end in any case."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture(scope='session')
def authority(tmp_path_factory):
    """A certificate authority of the tests' own."""
    return Authority(tmp_path_factory.mktemp('authority'))


def finish_all(finishers):
    """Calls every finisher, also after one has failed; then fails with the first failure."""
    failures = []
    for finish in finishers:
        try:
            finish()
        except Exception as failure:  # pylint: disable=broad-except
            failures.append(failure)
    if failures:
        raise failures[0]
