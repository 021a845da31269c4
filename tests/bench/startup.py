"""How long so24fs takes from exec to a mount that can be used, and what it weighs after a login.

    /usr/bin/python3 tests/bench/startup.py [BUILD_FOLDER]

Prints medians; it is no test and fails for no figure.
"""
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 15
CREDENTIAL = b'username = ola@example.com\npassword = fjord-2026\napplication_id = 5a0d50c1-2024-4a7e-9b1e-24f524f524f5\n'


def start_sandbox(build):
    process = subprocess.Popen([build / 'so24-sandbox', '--port', '0'], stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def mount(build, endpoint, place):
    """Seconds until the daemon has gone to the background and a file of the mount was read."""
    begun = time.perf_counter()
    subprocess.run([build / 'so24fs', '-o', f'endpoint={endpoint}', 'bench', place], check=True)
    (place / 'session').read_bytes()
    return time.perf_counter() - begun


def daemon_of(place):
    """The process whose command line names the mountpoint."""
    for entry in pathlib.Path('/proc').glob('[0-9]*/cmdline'):
        try:
            words = entry.read_bytes().split(b'\0')
        except OSError:
            continue
        if os.fsencode(place) in words and words[0].endswith(b'so24fs'):
            return entry.parent
    raise RuntimeError('the daemon is not running')


def kilobytes(process, name):
    text = (process / ('status' if name == 'VmRSS' else 'smaps_rollup')).read_text()
    return int(re.search(rf'^{name}:\s+(\d+) kB', text, re.MULTILINE).group(1))


def main(build):
    sandbox, endpoint = start_sandbox(build)
    times, resident, proportional = [], [], []
    try:
        with tempfile.TemporaryDirectory() as folder:
            place = pathlib.Path(folder)
            for _ in range(RUNS):
                times.append(mount(build, endpoint, place))
                (place / 'login').write_bytes(CREDENTIAL)
                (place / 'cookie').read_bytes()
                process = daemon_of(place)
                resident.append(kilobytes(process, 'VmRSS'))
                proportional.append(kilobytes(process, 'Pss'))
                subprocess.run(['fusermount3', '-u', place], check=True)
    finally:
        sandbox.terminate()
        sandbox.wait()
    print(f'exec to mount usable      {statistics.median(times) * 1000:6.1f} ms   (median of {RUNS})')
    print(f'resident after login      {statistics.median(resident) / 1024:6.1f} MB')
    print(f'proportional after login  {statistics.median(proportional) / 1024:6.1f} MB')


if __name__ == '__main__':
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2] / 'build').resolve())
