"""An account of 10,000 identities: everything can be found, and the daemon stays small (issue 6)."""

import os

import pytest

from support.accounts import log_in
from support.many_clients import guid, write_accounts
from support.memory import forget_peak, kib, require_a_look_at_memory
from support.standing import identities

COUNT = 10000
SERVERS = [{'id': number, 'type': 100 + number} for number in range(1, 13)]  # then a list has 9 MB
MIB = 1024


@pytest.fixture
def mounted(mount, start_sandbox, tmp_path):
    write_accounts(tmp_path / 'accounts.json', COUNT, servers=SERVERS)
    return mount(start_sandbox('--accounts', tmp_path / 'accounts.json').url, limit=200)


def growth_at_its_peak(pid, action):
    """By how many KiB the memory was larger at one moment of the action than before."""
    forget_peak(pid)
    before = kib(pid, 'VmRSS')
    action()
    return kib(pid, 'VmHWM') - before


def test_each_of_ten_thousand_identities_is_in_its_place(mounted):
    log_in(mounted)
    assert mounted.list('identities') == sorted(f'Klient {number}' for number in range(COUNT))
    for number in 0, 1, 4999, COUNT - 1:
        folder = f'identities/Klient {number}'
        assert mounted.list(folder) == [guid(number)]
        assert mounted.read(f'{folder}/{guid(number)}/client_id') == f'{5000 + number}\n'
        assert mounted.read(f'{folder}/{guid(number)}/servers').count('\n') == len(SERVERS)
    assert not (mounted.path / f'identities/Klient 1/{guid(2)}').exists()
    assert not (mounted.path / f'identities/Klient {COUNT}').exists()
    mounted.write('identity', f'Klient {COUNT - 1}\n')
    assert os.readlink(mounted.path / 'current') == f'identities/Klient {COUNT - 1}/{guid(COUNT - 1)}'


def test_a_list_costs_what_is_kept_of_it_and_no_more_while_it_is_read(mounted):
    require_a_look_at_memory(mounted.pid)
    mounted.read('session')
    assert growth_at_its_peak(mounted.pid, lambda: log_in(mounted)) < 12 * MIB
    mounted.list('identities')
    assert growth_at_its_peak(mounted.pid, lambda: log_in(mounted)) < 8 * MIB


def test_the_daemon_stays_below_30_megabytes_whatever_is_read_and_however_often_one_logs_in(mounted):
    require_a_look_at_memory(mounted.pid)
    for _ in range(4):
        log_in(mounted)
        mounted.list('identities')
        found = identities(mounted)
        assert len(found) == COUNT and found[-1]['folder'] == f'identities/Klient {COUNT - 1}/{guid(COUNT - 1)}'
        assert kib(mounted.pid, 'Pss') < 30 * MIB
