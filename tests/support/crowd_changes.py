"""What the writers of a crowd do: switch the identity, log in again, and have sessions expire; and look at once."""

import os
import time

from support.crowd_reads import Client, read_whole

SHARES = (70, 15, 15)  # of a login, of one on another identity, and of a session that expires


def write(path, text):
    """As a shell's `>` does: one open, one write(2), one close."""
    descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _switch(worker):
    """Switches through plan['folders'] (GUID -> folder), in an order of its own, and reads its own write everywhere."""
    guids = list(worker.plan['folders'])
    worker.random.shuffle(guids)
    client = Client(worker)

    def see(guid):
        worker.attempt(f'is_current {guid}', read_whole, worker.path(worker.plan['folders'][guid], 'is_current'), raw=True)

    def once():
        old, new = guids[worker.count % len(guids) - 1], guids[worker.count % len(guids)]
        worker.change('switch', f'{new}\n', write, worker.path('identity'), f'{new}\n')
        worker.attempt('identity', read_whole, worker.path('identity'), raw=True)
        worker.attempt('link', lambda: os.readlink(worker.path('current')).rpartition('/')[2] + '\n', raw=True)
        see(new)
        see(old)
        worker.attempt('through', read_whole, worker.path('current', 'id'), raw=True)
        if worker.count % 4 == 0:
            client.ask(worker)
        worker.tick()

    return once


def _renew(worker):
    """Logs in again, or that on another identity (plan['folders']), or the session expires: in plan['shares'] of all cases."""
    guids = list(worker.plan['folders'])
    login = worker.plan['login']
    client = Client(worker)

    def read_new_cookie():
        """Its failure is noted; but which cookie came of a change has to be known all the same."""
        for _ in range(1000):
            cookie = worker.attempt('cookie of change', read_whole, worker.path('cookie'), raw=True)
            if not cookie.startswith('!'):
                break
        return cookie

    def log_in():
        begin = time.monotonic_ns()
        if not worker.change('login', 'done', write, worker.path('login'), login):
            return
        end = time.monotonic_ns()
        worker.note('new cookie', read_new_cookie(), begin, end)

    def log_in_elsewhere():
        guid = worker.random.choice(guids)
        begin = time.monotonic_ns()
        if not worker.change('switch', f'{guid}\n', write, worker.path('login'), f'{login}identity_id = {guid}\n'):
            return
        end = time.monotonic_ns()
        worker.note('new cookie', read_new_cookie(), begin, end)

    def expire():
        begin = time.monotonic_ns()
        expiry = worker.begin('expiry', 'done', begin)
        client.expire()
        worker.attempt('session of change', read_whole, worker.path('session'), os.O_RDONLY | os.O_DIRECT)
        cookie = read_new_cookie()
        end = time.monotonic_ns()
        worker.note('new cookie', cookie, begin, end)
        worker.end(expiry, end)

    def once():
        worker.random.choices([log_in, log_in_elsewhere, expire], worker.plan.get('shares', SHARES))[0]()
        worker.tick()

    return once


ROUNDS = {'switch': _switch, 'renew': _renew}
