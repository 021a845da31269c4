"""examples/monitoring: what a monitor is told of a mount, by a plugin, by node_exporter's folder, and by a scrape."""

import http.client
import os
import re
import signal
import socket
import subprocess

import pytest
import yaml

from support import programs
from support.exposition import parse, value
from support.model_service import FJORD, log_in
from support.standing import status
from support.states import OPTIONS, STATES

MONITORING = programs.CHECKOUT / 'examples' / 'monitoring'
RUN = {'check_so24fs.py', 'textfile.sh', 'serve_metrics.sh'}
UNITS = ['so24fs-metrics.socket', 'so24fs-metrics@.service']
PARSED = {'alerts.yml', 'prometheus.yml', *UNITS}
OK, WARNING, CRITICAL, UNKNOWN = range(4)
CODES = {'live': OK, 'none': WARNING, 'expired': WARNING, 'throttled': WARNING, 'offline': CRITICAL,
         'rejected': CRITICAL, 'revoked': CRITICAL, 'quarantined': CRITICAL}
# As monitoring-plugins.org has it: 'label'=value[UOM];[warn];[crit];[min];[max]
DATUM = r"\w+=-?\d+(\.\d+)?(s|%|c|B)?(;[\d.]*){0,4}"


def run(*command):
    done = subprocess.run(list(map(str, command)), timeout=30, text=True, stdin=subprocess.DEVNULL, capture_output=True)
    return done.returncode, done.stdout, done.stderr


def check(*arguments):
    """(exit status, text, performance data) of the plugin, whose output must be one line."""
    code, output, told = run('/usr/bin/python3', '-B', MONITORING / 'check_so24fs.py', *arguments)
    assert told == '' and output.count('\n') == 1
    text, _, data = output.strip().partition(' | ')
    assert all(re.fullmatch(DATUM, datum) for datum in data.split())
    assert '|' not in text
    return code, text, dict(datum.split('=') for datum in data.split())


def test_every_file_is_tested():
    assert {path.name for path in MONITORING.iterdir()} == RUN | PARSED


# --- the plugin ---

@pytest.mark.parametrize('state', STATES)
def test_the_plugin_judges_each_state(mount, service, state):
    mounted = mount(service.url, OPTIONS)
    STATES[state](mounted, service)
    code, text, data = check(mounted.path)
    assert (code, status(mounted)['state']) == (CODES[state], state)
    assert text.startswith(f'SO24FS {["OK", "WARNING", "CRITICAL"][code]} - test: {state}')
    assert data['budget_used'] == f'{status(mounted)["budget_used"]};5760;6840;0;7200'


@pytest.mark.parametrize('state, why', [
    ('rejected', 'Invalid username or password'), ('quarantined', '2099-01-01T12:00:00Z'),
    ('offline', "Couldn't connect to server"), ('throttled', 'Too many'), ('revoked', FJORD)])
def test_the_plugin_says_why(mount, service, state, why):
    mounted = mount(service.url, OPTIONS)
    STATES[state](mounted, service)
    assert why in check(mounted.path)[1]


def test_the_plugin_minds_the_budget(mount, service):
    mounted = mount(service.url, {'rate': 10})
    log_in(mounted)
    used = status(mounted)['budget_used']
    percent = f'{used * 10} % of the budget is used'
    assert check('-w', '10', '-c', '100', mounted.path)[:2] == (
        WARNING, f'SO24FS WARNING - test: live as Ærlig Økonomi ÅS; {percent}')
    assert check('-w', '10', '-c', used * 10, mounted.path)[0] == CRITICAL
    assert check('-w', used * 10 + 1, mounted.path)[0] == OK


def test_the_plugin_neither_calls_nor_logs_in(mount, service):
    mounted = mount(service.url, OPTIONS)
    log_in(mounted)
    before = len(service.calls())
    check(mounted.path)
    assert len(service.calls()) == before


def test_the_plugin_is_critical_where_there_is_no_answer(mount, service, tmp_path):
    code, text, _ = check(tmp_path)
    assert code == CRITICAL and 'No such file' in text
    mounted = mount(service.url)
    os.kill(mounted.pid, signal.SIGSTOP)
    try:
        code, text, _ = check('-t', '0.5', mounted.path)
    finally:
        os.kill(mounted.pid, signal.SIGCONT)
    assert code == CRITICAL and 'does not answer within 0.5 s' in text


def test_the_plugin_does_not_pretend_to_understand(tmp_path):
    (tmp_path / 'status.json').write_text('{"state": "live"}\n')
    assert check(tmp_path)[0] == UNKNOWN
    assert run('/usr/bin/python3', MONITORING / 'check_so24fs.py')[0] == UNKNOWN


# --- Prometheus ---

def test_two_mounts_in_node_exporters_folder_share_no_series(mount, service, tmp_path):
    folder = tmp_path / 'textfiles'
    folder.mkdir()
    texts = []
    for name in 'acme', 'fjord':
        mounted = mount(service.url)
        link = tmp_path / name
        link.symlink_to(mounted.path)
        assert run('dash', MONITORING / 'textfile.sh', link, folder) == (0, '', '')
        texts.append(parse((folder / f'so24fs_{name}.prom').read_text()))
        assert parse(mounted.read('metrics')).keys() == texts[-1].keys()
        assert value(texts[-1], 'so24fs_sessions', mount=name, of='mount', state='none') == 1
    first, second = ({sample for family in text.values() for sample in family.samples} for text in texts)
    assert len(first) > 50 and first & second == set()
    assert sorted(os.listdir(folder)) == ['so24fs_acme.prom', 'so24fs_fjord.prom']
    assert os.stat(folder / 'so24fs_acme.prom').st_mode & 0o777 == 0o644


def test_the_file_goes_with_the_mount(mount, service, tmp_path):
    mounted = mount(service.url)
    assert run('dash', MONITORING / 'textfile.sh', mounted.path, tmp_path)[0] == 0
    assert (tmp_path / 'so24fs_mnt.prom').exists()
    mounted.unmount()
    assert run('dash', MONITORING / 'textfile.sh', mounted.path, tmp_path)[0] == 1
    assert list(tmp_path.glob('so24fs_*')) == []


def scrape(path):
    """What an HTTP client gets from serve_metrics.sh over a connection: (status, type, text)."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        server = subprocess.Popen(['dash', MONITORING / 'serve_metrics.sh', path], stdin=theirs, stdout=theirs)
        theirs.close()
        client = http.client.HTTPConnection('localhost')
        client.sock = ours
        client.request('GET', '/metrics')
        response = client.getresponse()
        answer = response.status, response.headers['Content-Type'], response.read().decode()
    assert server.wait(10) == 0
    return answer


def test_a_scrape_gets_the_metrics(mount, service, tmp_path):
    mounted = mount(service.url)
    log_in(mounted)
    code, kind, text = scrape(mounted.path)
    assert (code, kind) == (200, 'text/plain; version=0.0.4; charset=utf-8')
    assert value(parse(text), 'so24fs_sessions', of='mount', state='live') == 1
    assert scrape(tmp_path)[0] == 503


def test_the_alerts_are_about_metrics_that_there_are(mount, service):
    mounted = mount(service.url)
    families = parse(mounted.read('metrics'))
    states = {dict(labels).get('state') for _, labels in families['so24fs_sessions'].samples}
    rules = yaml.safe_load((MONITORING / 'alerts.yml').read_text())['groups'][0]['rules']
    assert len(rules) == 5
    for rule in rules:
        assert set(rule) <= {'alert', 'expr', 'for', 'labels', 'annotations'}
        names = set(re.findall(r'\bso24fs_\w+', rule['expr']))
        assert names and names <= families.keys()
        for words in re.findall(r'state=~?"([\w|]+)"', rule['expr']):
            assert set(words.split('|')) <= states


def test_the_scrape_goes_where_the_socket_listens():
    socket_unit = (MONITORING / 'so24fs-metrics.socket').read_text()
    config = yaml.safe_load((MONITORING / 'prometheus.yml').read_text())
    targets = config['scrape_configs'][0]['static_configs'][0]['targets']
    assert targets == re.findall(r'(?m)^ListenStream=(.*)$', socket_unit)


def test_systemd_takes_the_units(tmp_path):
    for name in UNITS:
        (tmp_path / name).write_text((MONITORING / name).read_text())
    done = subprocess.run(['systemd-analyze', 'verify', '--man=no', *sorted(map(str, tmp_path.iterdir()))], text=True,
                          env={**os.environ, 'SYSTEMD_UNIT_PATH': f'{tmp_path}:'}, capture_output=True, timeout=60)
    assert not [line for line in done.stderr.splitlines() if 'so24fs-metrics' in line]
    (tmp_path / UNITS[0]).write_text('[Socket]\nAccept=perhaps\n')
    assert 'Failed to parse boolean' in subprocess.run(['systemd-analyze', 'verify', '--man=no', str(tmp_path / UNITS[0])], text=True,
                                      capture_output=True, timeout=60).stderr
