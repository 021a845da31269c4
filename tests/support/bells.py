"""The process beside each daemon that tells those who watch files: found as `ps` finds it."""

from pathlib import Path

NAME = 'so24fs-bell'


def bells_of(pid):
    """The processes of that name whose parent is the daemon `pid`."""
    return [process for process in processes() if status(process, 'PPid') == str(pid)
            and status(process, 'Name') == NAME]


def is_there(pid):
    """Whether the process exists, be it as a zombie."""
    return Path(f'/proc/{pid}').exists()


def has_ended(pid):
    """The same, but for one that init has not buried yet."""
    return (status(pid, 'State') or 'Z').startswith('Z')


def status(pid, key):
    """A line of /proc/PID/status; None if there is no such process any more."""
    try:
        lines = Path(f'/proc/{pid}/status').read_text().splitlines()
    except OSError:
        return None
    return next((line.split('\t', 1)[1] for line in lines if line.startswith(f'{key}:')), None)


def processes():
    return [int(entry.name) for entry in Path('/proc').iterdir() if entry.name.isdigit()]
