"""Completion at a terminal: bash and zsh are typed into, fish is asked what it offers."""

import subprocess

import pytest

from support.configured import configure
from support.programs import built
from support.tables import option_names, passed_on, switches, tables
from support.terminal import ALL, ENTER, TAB, fish_offers, type_into


def types(shell, home, keys):
    """The last word of the line that comes of it."""
    return type_into(shell, home, keys)[-1]


# What is typed, and what the last word is then. In zsh "=" may still go away, so a value follows.
COMPLETED = {
    'an option': (f'so24fs -o chec{TAB}5', 'check_ttl=5'),
    'an option after a comma': (f'so24fs -o timeout=5,off{TAB}7', 'timeout=5,offline_grace=7'),
    'after several': (f'so24fs -o ro,timeout=5,allow_oth{TAB}', 'ro,timeout=5,allow_other'),
    'a yes that is no': (f'so24fs -o norem{TAB}', 'noremember'),
    'a word of a value': (f'so24fs -o store=n{TAB}', 'store=none'),
    'a word of a value after a comma': (f'so24fs -o timeout=5,store=f{TAB}', 'timeout=5,store=file'),
    'a yes': (f'so24fs -o audit=y{TAB}', 'audit=yes'),
    'a file': (f'so24fs -o ca_file=./cert{TAB}', 'ca_file=./certificate.pem'),
    'a file after a comma': (f'so24fs -o ro,credentials=./cert{TAB}', 'ro,credentials=./certificate.pem'),
    'a group': (f'so24fs -o group=nogr{TAB}', 'group=nogroup'),
    'an option of the kernel': (f'so24fs -o max_r{TAB}4096', 'max_read=4096'),
    'a switch': (f'so24fs --print{TAB}', '--print-config'),
    'an account': (f'so24fs acm{TAB}', 'acme'),
    'an account after options': (f'so24fs -f -o timeout=5 acm{TAB}', 'acme'),
    'an account to print': (f'so24fs --print-config acm{TAB}', 'acme'),
    'a command': (f'so24fs stat{TAB}', 'status'),
    'an account after a command': (f'so24fs status acm{TAB}', 'acme'),
    'a mountpoint after a command': (f'so24fs login ./mountp{TAB}', './mountpoint/'),
    'an account to check': (f'so24fs --check --json acm{TAB}', 'acme'),
    'a mountpoint': (f'so24fs -o ro acme ./mountp{TAB}', './mountpoint/'),
}


@pytest.fixture
def home(tmp_path):
    (tmp_path / 'certificate.pem').touch()
    (tmp_path / 'mountpoint').mkdir()
    configure(tmp_path, 'acme')
    return tmp_path


@pytest.mark.parametrize('shell', ['bash', 'zsh'])
@pytest.mark.parametrize('case', COMPLETED)
def test_what_is_typed_is_completed(shell, case, home):
    keys, word = COMPLETED[case]
    assert types(shell, home, keys) in (word, word.rstrip('/'))


@pytest.mark.parametrize('keys', [f'so24fs -ochec{TAB}5', f'so24fs -o{TAB}chec{TAB}5'])
def test_bash_completes_without_a_blank_after_o(home, keys):
    assert types('bash', home, keys) == '-ocheck_ttl=5'


def test_bash_completes_behind_a_colon(home):
    line = f'so24fs -o endpoint=http://127.0.0.1:1/,stor{TAB}'
    assert types('bash', home, line) == 'endpoint=http://127.0.0.1:1/,store='


def test_bash_completes_in_quotes_and_ends_them(home):
    line = f"so24fs -o timeout=5 -o 'ca_file=/a\\,b,store=n{TAB}"
    assert types('bash', home, line) == 'ca_file=/a\\,b,store=none'


def test_bash_completes_where_no_equals_sign_ends_a_word(home):
    keys = f'COMP_WORDBREAKS=${{COMP_WORDBREAKS//[=:]}}{ENTER}so24fs -o timeout=5,store=n{TAB}'
    assert types('bash', home, keys) == 'timeout=5,store=none'


def test_bash_offers_every_option_and_nothing_else(home):
    offered = type_into('bash', home, f'so24fs -o {ALL}')[2:]
    every = {f'{name}=' if name not in booleans() else name for name in option_names(on_the_command_line=True)}
    every |= {f'no{name}' for name in booleans()} | set(tables()['passed_on'])
    assert set(offered) == every


def test_bash_offers_every_switch(home):
    assert set(type_into('bash', home, f'so24fs -{ALL}')[1:]) == {*switches(), '-o'}


def booleans():
    return [row['name'] for row in tables()['options'] if row['type'] == 'boolean']


# --- fish ---

@pytest.mark.parametrize('line, offer', [
    ('so24fs -o chec', 'check_ttl='), ('so24fs -o timeout=5,off', 'timeout=5,offline_grace='),
    ('so24fs -o ro,timeout=5,store=n', 'ro,timeout=5,store=none'), ('so24fs -o noaud', 'noaudit'),
    ('so24fs -o audit=', 'audit=yes'), ('so24fs -o ro,ca_file=./cert', 'ro,ca_file=./certificate.pem'),
    ('so24fs -o group=nogr', 'group=nogroup'), ('so24fs --print', '--print-config'), ('so24fs acm', 'acme'),
    ('so24fs -o ro acm', 'acme'), ('so24fs stat', 'status'), ('so24fs status acm', 'acme'),
    ('so24fs login ./mountp', './mountpoint/'), ('so24fs -f acme ./mountp', './mountpoint/')])
def test_fish_offers_what_goes_on_from_what_is_typed(home, line, offer):
    assert offer in fish_offers(line, home)


def test_fish_offers_every_option_with_its_help(home):
    offers = fish_offers('so24fs -o ', home)
    for row in tables()['options']:
        if not row['only_in_file']:
            name = row['name'] if row['type'] == 'boolean' else f'{row["name"]}='
            assert offers[name] == row['help']
    assert set(tables()['passed_on']) <= set(offers)
    assert set(switches()) <= set(fish_offers('so24fs -', home)) | set(fish_offers('so24fs --', home))


# --- all of them ---

@pytest.mark.parametrize('shell, name', [('bash', 'so24fs'), ('zsh', '_so24fs'), ('fish', 'so24fs.fish')])
def test_a_completion_is_read_without_complaint_and_names_every_option(shell, name):
    path = built(f'examples/completions/{name}')
    done = subprocess.run([shell, '-n', path], capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')
    text = path.read_text(encoding='utf-8')
    for word in [*option_names(on_the_command_line=True), *passed_on()]:
        assert word in text
    for row in tables()['switches']:
        assert row['long'].lstrip('-') in text
    for row in tables()['tools']:
        assert row['name'] in text
    assert '@' not in text.replace('$@', '').replace('[@]', '')
