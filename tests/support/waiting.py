"""Waiting for things to happen. A test waits for a condition, never for a number of seconds."""

import time


def wait_for(condition, timeout=10, what='the condition'):
    """Calls `condition` until it answers something true, and returns that; fails after `timeout` seconds."""
    end = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f'{what} did not come true within {timeout} s')
        time.sleep(0.005)
