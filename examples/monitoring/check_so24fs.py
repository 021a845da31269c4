#!/usr/bin/python3
"""A check for Nagios, Icinga and what takes their plugins: one line, performance data, exit status 0 to 3.

    check_so24fs.py [-w PERCENT] [-c PERCENT] [-t SECONDS] MOUNT

It reads status.json alone, so it calls nothing and logs in nowhere. -w and -c are about the hourly budget that is used.
"""

import argparse
import datetime
import json
import subprocess
import sys

OK, WARNING, CRITICAL, UNKNOWN = range(4)
WORDS = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN']
STATES = {
    'live': OK,
    'expired': WARNING,  # the next reader has it renewed, if so24fs has a credential
    'none': WARNING,
    'throttled': WARNING,
    'offline': CRITICAL,
    'rejected': CRITICAL,  # these two wait for a person
    'revoked': CRITICAL,
    'quarantined': CRITICAL,
}


def read_status(mount, patience):
    """In a process of its own: a daemon that hangs keeps its readers waiting, some of them beyond every signal."""
    reader = subprocess.Popen(['cat', f'{mount}/status.json'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True)
    try:
        output, complaint = reader.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        reader.kill()  # and is not waited for
        say(CRITICAL, f'{mount} does not answer within {patience:g} s')
    if reader.returncode != 0:
        say(CRITICAL, complaint.strip())
    return json.loads(output)


def say(code, text, data=''):
    line = ' '.join(text.split()).replace('|', '/')  # what a bar ends is data
    print(f'SO24FS {WORDS[code]} - {line}', data and f'| {data}')
    sys.stdout.flush()
    sys.exit(code)


def judge(status, warning, critical):
    """The worst of what there is to say, and all of it."""
    state, used = status['state'], 100 * status['budget_used'] / max(1, status['budget_rate'])
    code = STATES.get(state, UNKNOWN)
    texts = [f'{status["source"]}: {state}']
    if status['client'] is not None:
        texts[0] += f' as {status["client"]}'
    reasons = {'throttled': status['backoff_reason'], 'quarantined': f'until {status["quarantine_until"]}',
               'offline': status['last_error_text']}
    if reason := reasons.get(state, status['reason']):
        texts.append(reason)
    if used >= warning:
        texts.append(f'{used:.0f} % of the budget is used')
        code = max(code, CRITICAL if used >= critical else WARNING)
    return code, '; '.join(texts)


def performance(status, warning, critical):
    rate = status['budget_rate']
    data = [f'budget_used={status["budget_used"]};{rate * warning / 100:g};{rate * critical / 100:g};0;{rate}',
            f'waiters={status["waiters"]};;;0', f'own_queue={status["own_queue"]};;;0']
    if status['last_confirmed'] is not None:
        times = [datetime.datetime.strptime(status[key][:19], '%Y-%m-%dT%H:%M:%S') for key in ('time', 'last_confirmed')]
        data.append(f'confirmed_age={max(0, (times[0] - times[1]).total_seconds()):g}s;;;0')
    return ' '.join(data)


def main():
    parser = argparse.ArgumentParser(usage='check_so24fs.py [-w PERCENT] [-c PERCENT] [-t SECONDS] MOUNT')
    parser.add_argument('mount')
    parser.add_argument('-w', '--warning', type=float, default=80)
    parser.add_argument('-c', '--critical', type=float, default=95)
    parser.add_argument('-t', '--timeout', type=float, default=10)
    try:
        options = parser.parse_args()
    except SystemExit as end:
        sys.exit(UNKNOWN if end.code else OK)
    status = read_status(options.mount, options.timeout)
    try:
        code, text = judge(status, options.warning, options.critical)
        data = performance(status, options.warning, options.critical)
    except (KeyError, TypeError, ValueError) as error:
        say(UNKNOWN, f'status.json is not understood: {error!r}')
    say(code, text, data)


if __name__ == '__main__':
    main()
