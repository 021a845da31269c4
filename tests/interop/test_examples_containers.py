"""examples/containers: the YAML is what it claims to be. There is neither docker nor a cluster here to run it."""

import re
import shlex
import subprocess

import pytest
import yaml

from support import programs

CONTAINERS = programs.CHECKOUT / 'examples' / 'containers'
COMPOSE = ['compose.yaml', 'compose-inside.yaml']


def load(name):
    return list(yaml.safe_load_all((CONTAINERS / name).read_text(encoding='utf-8')))


def test_every_file_is_looked_at():
    assert {path.name for path in CONTAINERS.iterdir()} == {*COMPOSE, 'pod.yaml', 'Containerfile'}
    assert 'No test builds it' in (CONTAINERS / 'Containerfile').read_text(encoding='utf-8')


def binds(service):
    return [volume for volume in service['volumes'] if isinstance(volume, dict)]


@pytest.mark.parametrize('name', COMPOSE)
def test_who_uses_the_mount_gets_it_and_no_privilege(name):
    invoices = load(name)[0]['services']['invoices']
    assert invoices['cap_drop'] == ['ALL'] and not {'cap_add', 'privileged', 'devices'} & invoices.keys()
    assert [(bind['read_only'], bind['bind']['propagation']) for bind in binds(invoices)] == [(True, 'rslave')]
    assert re.fullmatch(r'\d+:24000', invoices['user'])


def test_who_mounts_may_mount_and_lets_it_out():
    compose = load('compose-inside.yaml')[0]
    mounter = compose['services']['so24fs']
    assert mounter['cap_add'] == ['SYS_ADMIN'] and mounter['devices'] == ['/dev/fuse:/dev/fuse']
    assert [bind['bind']['propagation'] for bind in binds(mounter)] == ['rshared']
    assert {volume.split(':')[0] for volume in mounter['volumes'] if isinstance(volume, str)} == compose['volumes'].keys()
    assert set(mounter['secrets']) == compose['secrets'].keys()


def test_the_pod_keeps_kubernetes_rules():
    secret, pod = load('pod.yaml')
    volumes = {volume['name']: volume for volume in pod['spec']['volumes']}
    used = set()
    for container in pod['spec']['containers']:
        for mount in container['volumeMounts']:
            used.add(mount['name'])
            if mount.get('mountPropagation') == 'Bidirectional':
                assert container['securityContext']['privileged']
    assert used == volumes.keys()
    assert volumes['login']['secret'] == {'secretName': secret['metadata']['name'], 'defaultMode': 0o400}
    mounter, invoices = pod['spec']['containers']
    assert not invoices['securityContext'].get('privileged') and invoices['securityContext']['runAsGroup'] == 24000
    assert '/accounts/acme' == next(variable['value'] for variable in invoices['env'])


def commands():
    """The shell scripts that mount."""
    yield load('compose-inside.yaml')[0]['services']['so24fs']['command'][0]
    yield load('pod.yaml')[1]['spec']['containers'][0]['command'][2]


def test_the_commands_are_ones_that_so24fs_takes(tmp_path):
    for command in commands():
        assert subprocess.run(['dash', '-n', '-c', command], timeout=10).returncode == 0
        words = shlex.split(command.splitlines()[-1])
        assert words[:3] == ['exec', 'so24fs', '-f'] and words[-1] == '/accounts/acme'
        done = subprocess.run([programs.daemon_program(), '--print-config', *words[3:]], text=True, timeout=20,
                              capture_output=True, env=programs.clean_environment(tmp_path))
        assert done.returncode == 0, done.stderr
        for line in 'group = 24000', 'allow_other = yes', 'mountpoint = /accounts/acme':
            assert line in done.stdout


def test_the_pods_secret_is_where_the_command_looks():
    secret, pod = load('pod.yaml')
    mounter = pod['spec']['containers'][0]
    place = next(mount['mountPath'] for mount in mounter['volumeMounts'] if mount['name'] == 'login')
    assert [f'credentials={place}/{key}' in mounter['command'][2] for key in secret['stringData']] == [True]
