"""The connections to the service: one is kept, a new one costs little, and whom it is made to is certain."""

import errno
import os
import ssl
import subprocess

import pytest

from support import programs
from support.connections import check_that_those_that_act_have_their_own, open_connections
from support.expecting import fails_with
from support.failing import login_text
from support.model_service import FJORD, HOME, log_in
from support.raw_server import hang
from support.waiting import wait_for

VERSIONS = {'1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}


def switch_often(mounted, times=5):
    for number in range(times):
        mounted.write('identity', (FJORD, HOME)[number % 2])
        assert mounted.read_now('session') == 'true\n'


def test_one_connection_is_kept_however_much_is_switched(mount, service):
    mounted = mount(service.url)
    log_in(mounted)
    switch_often(mounted)
    wait_for(lambda: len(open_connections(service)) == 1, what='the end of the other connections')
    check_that_those_that_act_have_their_own(service)


def test_a_login_on_a_mount_that_has_a_connection_leaves_one(mount, service):
    mounted = mount(service.url)
    for _ in range(4):
        log_in(mounted)
        assert mounted.read_now('session') == 'true\n'
    check_that_those_that_act_have_their_own(service)
    wait_for(lambda: len(open_connections(service)) == 1, what='the end of the other connections')


@pytest.mark.parametrize('version', VERSIONS)
def test_a_new_connection_takes_up_the_session_of_tls(mount, start_service, authority, version):
    context = authority.server_context()
    context.minimum_version = context.maximum_version = VERSIONS[version]
    service = start_service(tls=context)
    mounted = mount(service.url, {'ca_file': authority.ca_file})
    log_in(mounted)
    switch_often(mounted)
    resumed = [connection.resumed for connection in service.connections]
    # Before TLS 1.3 connections share one session, and the end of one of them can be the session's.
    assert resumed == [False] + [True] * 5 if version == '1.3' else resumed.count(True) >= 3


def test_a_call_that_timed_out_takes_its_connection_with_it(mount, service):
    mounted = mount(service.url, {'timeout': 1})
    log_in(mounted)
    service.next('HasSession', hang)
    with fails_with(errno.ETIMEDOUT):
        mounted.read_now('session')
    assert mounted.read_now('session') == 'true\n'
    wait_for(lambda: len(open_connections(service)) == 1, what='the end of the connection that hung')


# --- whom to trust ---

NAMESPACE = '''
mount --bind "$FOLDER" /etc/ssl/certs
"$SO24FS" -f -o endpoint="$URL" -o timeout=5 $OPTIONS trust "$MNT" &
until [ -e "$MNT/login" ]; do :; done
cat "$CREDENTIAL" > "$MNT/login" && cat "$MNT/session"
cat "$MNT/error" >&2
umount "$MNT"
wait
'''


@pytest.fixture
def log_in_where(tmp_path, start_service, authority):
    """Logs in at a service of `authority`, on a system that trusts what is in `folder`; says what was printed."""
    service = start_service(tls=authority.server_context())

    def run(folder, options=''):
        if os.getuid() != 0:
            pytest.skip('only root can have a /etc/ssl/certs of its own')
        (tmp_path / 'mnt').mkdir()
        (tmp_path / 'credential').write_text(login_text())
        paths = {'FOLDER': folder, 'MNT': tmp_path / 'mnt', 'CREDENTIAL': tmp_path / 'credential'}
        done = subprocess.run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', NAMESPACE], text=True,
                              capture_output=True, timeout=30,
                              env={**programs.clean_environment(tmp_path), 'URL': service.url, 'OPTIONS': options,
                                   'SO24FS': programs.daemon_program(), **{key: str(path) for key, path in paths.items()}})
        return done.stdout, done.stderr
    return run


def hashed(folder, certificate):
    """A folder of certificates as OpenSSL looks them up."""
    name = subprocess.run(['openssl', 'x509', '-noout', '-hash', '-in', certificate], check=True, capture_output=True,
                          text=True).stdout.strip()
    (folder / f'{name}.0').write_bytes(certificate.read_bytes())


def test_the_certificates_of_the_system_are_trusted(log_in_where, authority, tmp_path):
    system = tmp_path / 'system'
    system.mkdir()
    (system / 'ca-certificates.crt').write_bytes(authority.ca_file.read_bytes())
    assert log_in_where(system)[0] == 'true\n'


def test_with_a_ca_file_those_of_the_system_are_not(log_in_where, authority, tmp_path):
    system, others = tmp_path / 'system', type(authority)(tmp_path / 'others', 'Another authority')
    system.mkdir()
    (system / 'ca-certificates.crt').write_bytes(authority.ca_file.read_bytes())
    hashed(system, authority.ca_file)
    printed, said = log_in_where(system, f'-o ca_file={others.ca_file}')
    assert printed == '' and 'EPROTO' in said and 'certificate' in said
