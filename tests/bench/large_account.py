"""What an account of 10,000 identities costs the daemon: time of a login, and memory.

    /usr/bin/python3 tests/bench/large_account.py [BUILD_FOLDER [IDENTITIES]]

Prints medians; it is no test and fails for no figure.
"""
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 5
LOGINS = 5
CREDENTIAL = b'username = ola@example.com\npassword = fjord-2026\napplication_id = 5a0d50c1-2024-4a7e-9b1e-24f524f524f5\n'


def guid(number):
    return f'310d5fd3-0009-4047-a03b-{number:012x}'


def write_accounts(build, path, count):
    """The built-in accounts, but the first user has so many identities, each of about 1,000 bytes on the wire."""
    printed = subprocess.run([build / 'so24-sandbox', '--print-accounts'], check=True, capture_output=True).stdout
    accounts = json.loads(printed)
    user = accounts['users'][0]
    servers = [{'id': number, 'type': 100 + number} for number in range(1, 13)]
    user['identities'] = [{'id': guid(number), 'servers': servers, 'services': [1],
                           'client': {'id': 5000 + number, 'name': f'Klient {number} & Sønner AS'}}
                          for number in range(count)]
    user['default_identity'] = guid(0)
    path.write_text(json.dumps({**accounts, 'users': [user]}))


def start_sandbox(build, accounts):
    process = subprocess.Popen([build / 'so24-sandbox', '--port', '0', '--accounts', accounts],
                               stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def kilobytes(pid, name):
    text = pathlib.Path(f'/proc/{pid}/{"smaps_rollup" if name == "Pss" else "status"}').read_text()
    return int(re.search(rf'^{name}:\s+(\d+) kB', text, re.MULTILINE).group(1))


def computed_ms(pid):
    """What the daemon's loop has computed so far: on a busy machine that says more than the clock."""
    return int(pathlib.Path(f'/proc/{pid}/schedstat').read_text().split()[0]) / 1e6


def milliseconds(action):
    begun = time.perf_counter()
    action()
    return (time.perf_counter() - begun) * 1000


def run(build, endpoint, place, measured):
    def note(what, figure):
        measured.setdefault(what, []).append(figure)

    process = subprocess.Popen([build / 'so24fs', '-f', '-o', f'endpoint={endpoint},store=none', 'bench', place],
                               stderr=subprocess.DEVNULL)
    try:
        while not os.path.ismount(place):
            time.sleep(0.01)
        last = place / 'identities' / 'Klient 9 & Sønner AS' / guid(9)
        note('PSS before login, MB', kilobytes(process.pid, 'Pss') / 1024)
        before = computed_ms(process.pid)
        note('login with its list, ms', milliseconds(lambda: (place / 'login').write_bytes(CREDENTIAL)))
        note('of them in the daemon, ms', computed_ms(process.pid) - before)

        note('first ls identities, ms', milliseconds(lambda: os.listdir(place / 'identities')))
        note('PSS after that, MB', kilobytes(process.pid, 'Pss') / 1024)
        note('peak of RSS so far, MB', kilobytes(process.pid, 'VmHWM') / 1024)
        note('second ls identities, ms', milliseconds(lambda: os.listdir(place / 'identities')))
        note('stat of an identity, ms', milliseconds(lambda: os.stat(last)))

        before = computed_ms(process.pid)
        note('reading identities.json, ms', milliseconds(lambda: (place / 'identities.json').read_bytes()))
        note('of them in the daemon, ms (json)', computed_ms(process.pid) - before)
        note('PSS after that, MB (json)', kilobytes(process.pid, 'Pss') / 1024)
        for _ in range(LOGINS):
            (place / 'login').write_bytes(CREDENTIAL)
            os.listdir(place / 'identities')
        note(f'PSS after {LOGINS} more logins, MB', kilobytes(process.pid, 'Pss') / 1024)
        note('peak of RSS in all, MB', kilobytes(process.pid, 'VmHWM') / 1024)
    finally:
        subprocess.run(['fusermount3', '-u', place], check=True)
        process.wait()


def main(build, count):
    measured = {}
    with tempfile.TemporaryDirectory() as folder:
        accounts, place = pathlib.Path(folder) / 'accounts.json', pathlib.Path(folder) / 'mnt'
        place.mkdir()
        write_accounts(build, accounts, count)
        sandbox, endpoint = start_sandbox(build, accounts)
        try:
            for _ in range(RUNS):
                run(build, endpoint, place, measured)
        finally:
            sandbox.terminate()
            sandbox.wait()
    for what, figures in measured.items():
        print(f'{what:32} {statistics.median(figures):9.2f}   (median of {RUNS})')


if __name__ == '__main__':
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2] / 'build').resolve(),
         int(sys.argv[2]) if len(sys.argv) > 2 else 10000)
