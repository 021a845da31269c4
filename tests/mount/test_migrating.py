"""docs/migrating.md: the scripts before and after do what they say, and the same."""

import os
import re
import subprocess

import pytest

from support import programs
from support.accounts import APPLICATION, OLA, log_in, ola
from support.shells import ENVIRONMENT

PAGE = (programs.CHECKOUT / 'docs' / 'migrating.md').read_text(encoding='utf-8')
INTERPRETERS = {'sh': ['bash'], 'php': ['php', '-d', 'soap.wsdl_cache_enabled=0'], 'python': ['/usr/bin/python3', '-B']}
CLIENT = 2  # whose GUID stands in the page


def scripts():
    """language -> [text, ...] in the order of the page."""
    found = {}
    for language, text in re.findall(r'^```(\w+)\n(.*?)^```$', PAGE, re.M | re.S):
        found.setdefault(language, []).append(text)
    return found


@pytest.fixture
def run(mount, sandbox, tmp_path):
    """A function: run(language, number) runs a script of the page, and returns what it prints."""
    mounted = mount(sandbox.url, {'check_ttl': 0})
    log_in(mounted)
    mounted.write('identity', 'Ærlig Økonomi ÅS\n')
    in_the_page = {'https://api.24sevenoffice.com/authenticate/v001/authenticate.asmx': sandbox.url,
                   'https://api.24sevenoffice.com': sandbox.base, '/srv/acme': str(mounted.path),
                   '00000000-0000-0000-0000-000000000000': APPLICATION, 'ops@example.com': OLA.username,
                   'PASSWORD': OLA.password}

    def start(language, number):
        text = scripts()[language][number]
        for there, here in in_the_page.items():
            text = text.replace(there, here)
        path = tmp_path / f'script.{language}'
        path.write_text(text, encoding='utf-8')
        done = subprocess.run([*INTERPRETERS[language], path], cwd=tmp_path, timeout=60, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, env={**ENVIRONMENT, 'HOME': str(tmp_path)})
        assert (done.returncode, done.stderr) == (0, ''), done.stdout
        return done.stdout
    return start


def test_the_page_has_these_scripts():
    assert {language: len(texts) for language, texts in scripts().items()} == {'sh': 3, 'php': 2, 'python': 2}
    assert ola(CLIENT) in PAGE


@pytest.mark.parametrize('language', INTERPRETERS)
def test_before_and_after_act_for_the_same_client(run, sandbox, tmp_path, language):
    client = OLA.identities()[CLIENT - 1]['client']
    wanted = f'{client["id"]} {client["name"]}\n'
    assert [run(language, 0), run(language, 0)] == [wanted, wanted]
    assert os.stat(tmp_path / '.so24-session').st_mode & 0o077 == 0
    assert sandbox.calls('Login') == 2  # the mount's and the script's: it has found its session again
    sandbox.expire()
    assert run(language, 0) == wanted
    assert sandbox.calls('Login') == 3
    for number in range(1, len(scripts()[language])):
        assert run(language, number) == wanted
