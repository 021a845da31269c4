"""A shell at a terminal: somebody types, and the completion of so24fs answers."""

import os
import pty
import re
import select
import subprocess
import time

from support import programs
from support.programs import built

TAB, ALL, TO_THE_BEGINNING, ENTER = '\t', '\x1b*', '\x01', '\r'
# Prints the words that it is called with, after everything that the terminal has echoed.
WORDS = "words() { printf 'BEG''IN'; printf '<%s>' \"$@\"; printf 'EN''D\\n'; }\n"
SETTINGS = {
    'bash': ('.bashrc', "PS1=; bind 'set bell-style none'\n"
             "bind 'set enable-bracketed-paste off'\nsource {completion}\n"),
    'zsh': ('.zshrc', 'PS1=; unsetopt beep; fpath=({folder} $fpath)\n'
            'autoload -Uz compinit; compinit -u -D; bindkey -e\n'),
}


def type_into(shell, home, keys, patience=30):
    """The words that the line has become once these keys were typed, as the shell would give them to a program."""
    name, settings = SETTINGS[shell]
    completion = built('examples/completions/so24fs')
    (home / name).write_text(settings.format(completion=completion, folder=completion.parent) + WORDS)
    command = ['bash', '--rcfile', str(home / name), '-i'] if shell == 'bash' else ['zsh', '-i']
    environment = {**programs.clean_environment(home), 'TERM': 'dumb', 'ZDOTDIR': str(home), 'COLUMNS': '400'}
    controller, terminal = pty.openpty()
    process = subprocess.Popen(command, cwd=home, env=environment, stdin=terminal, stdout=terminal, stderr=terminal,
                               start_new_session=True, close_fds=True)
    os.close(terminal)
    try:
        os.write(controller, f'{keys}{TO_THE_BEGINNING}words {ENTER}'.encode())
        said = _read_until(controller, 'END', patience)
    finally:
        process.kill()
        process.wait()
        os.close(controller)
    return re.findall('<(.*?)>', re.search('BEGIN(.*)END', said, re.S).group(1), re.S)


def _read_until(controller, mark, patience):
    said = ''
    deadline = time.monotonic() + patience
    while mark not in said:
        ready, _, _ = select.select([controller], [], [], max(0, deadline - time.monotonic()))
        assert ready, f'the shell does not answer; it said {said!r}'
        said += os.read(controller, 65536).decode(errors='replace')
    return said


def fish_offers(line, home):
    """What fish offers to complete this line to: a dictionary of the last word and its description."""
    completion = built('examples/completions/so24fs.fish')
    script = f'source {completion}; complete -C "$argv[1]"'
    done = subprocess.run(['fish', '--no-config', '-c', script, line], cwd=home, capture_output=True, text=True,
                          check=True, env={**programs.clean_environment(home), 'TERM': 'dumb'}, timeout=30)
    assert done.stderr == ''
    return dict((offer.split('\t') + [''])[:2] for offer in done.stdout.splitlines())
