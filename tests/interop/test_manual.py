"""The manual says what the programs do: all of it, nothing else, and in a form that man(1) takes without complaint."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from support import programs
from support.programs import CHECKOUT, built
from support.tables import option_names, passed_on, tables

PAGES = ['so24fs.1', 'so24-sandbox.1', 'so24fs.conf.5', 'so24fs.7']
OTHERS = ['cat.1', 'curl.1', 'fusermount3.1', 'ls.1', 'systemd.1', 'poll.2', 'stat.2', 'write.2', 'fstab.5',
          'inotify.7', 'mount.8', 'mount.fuse3.8']
TEMPLATES = CHECKOUT / 'docs' / 'man'


def run(*command, **others):
    return subprocess.run(command, capture_output=True, text=True, timeout=60, **others)


def shown(page):
    """What a reader sees, in one long line, so that no line break comes between two words."""
    done = run('mandoc', '-T', 'utf8', '-O', 'width=200', built(f'docs/man/{page}'), check=True)
    return ' '.join(re.sub('.\b', '', done.stdout).split())


def said_by(program, *switches):
    return run(program, *switches, check=True, env=programs.clean_environment('/')).stdout


def rows_of(name, heading):
    """The first cells of the table of docs/ that begins with this heading, without their backquotes."""
    text = (CHECKOUT / 'docs' / name).read_text(encoding='utf-8')
    block = re.search(rf'^\| {heading} \|.*\n\|[ |-]+\n((?:\|.*\n?)+)', text, re.M)[1]
    return [re.findall('`([^`]+)`', line.split('|')[1]) for line in block.splitlines()]


# --- form ---

@pytest.fixture(scope='module')
def all_pages(tmp_path_factory):
    """A folder with the pages, and with pages that they refer to: what another one is called is not looked up here."""
    folder = tmp_path_factory.mktemp('man')
    for page in [*PAGES, *OTHERS]:
        place = folder / f'man{page[-1]}'
        place.mkdir(exist_ok=True)
        if page in PAGES:
            shutil.copy(built(f'docs/man/{page}'), place)
        else:
            (place / page).write_text(f'.Dd November 27, 2026\n.Dt {page[:-2]} {page[-1]}\n.Os\n.Sh NAME\n'
                                      f'.Nm {page[:-2]}\n.Nd another program\n')
    run('makewhatis', folder, check=True)
    return folder


@pytest.mark.parametrize('page', PAGES)
def test_mandoc_finds_nothing_to_complain_of(page, all_pages):
    environment = {'PATH': os.environ['PATH'], 'MANPATH': str(all_pages)}
    done = run('mandoc', '-T', 'lint', '-W', 'style', all_pages / f'man{page[-1]}' / page, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, '', '')


@pytest.mark.parametrize('page', PAGES)
def test_man_with_groff_finds_nothing_to_complain_of(page):
    done = run('man', '--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', built(f'docs/man/{page}'),
               env={**programs.clean_environment('/'), 'MANROFFSEQ': '', 'LC_ALL': 'C.UTF-8', 'MANWIDTH': '80'})
    assert (done.returncode, done.stderr) == (0, '')


def test_mandoc_finds_a_mistake(tmp_path):
    page = tmp_path / 'wrong.1'
    page.write_text(built('docs/man/so24fs.1').read_text() + '.Xyz\n')
    assert run('mandoc', '-T', 'lint', page).returncode != 0


# --- content ---

@pytest.mark.parametrize('page, equals', [('so24fs.1', '='), ('so24fs.conf.5', ' = ')])
def test_every_option_is_there_with_its_help_and_its_default(page, equals):
    text = shown(page)
    for row in tables()['options']:
        if row['only_in_file'] and page == 'so24fs.1':
            continue
        value = row['value'].replace('|', ' | ') if row['type'] in ('word', 'boolean') else row['value']
        assert f'{row["name"]}{equals}{value} {row["help"][0].upper()}{row["help"][1:]}' in text
        assert row['standard'] is None or f'Default: {row["standard"]}.' in text
    for name in passed_on():
        assert re.search(rf'\b{name}\b', text), name


def test_the_command_line_is_all_there():
    text = shown('so24fs.1')
    for row in tables()['switches']:
        both = f'{row["short"]}, {row["long"]}' if row['short'] else row['long']
        assert f'{both} {row["help"][0].upper()}{row["help"][1:]}.' in text


def test_the_commands_the_checks_and_the_exit_statuses_are_all_there():
    text = shown('so24fs.1')
    assert [row['name'] for row in tables()['tools']] == ['login', 'status']
    for row in tables()['tools']:
        argument = row['argument'].lower().replace('|', ' | ')
        assert f'{row["name"]} {argument} {row["help"][0].upper()}{row["help"][1:]}.' in text
    for row in tables()['checks']:
        assert f'{row["name"]} {row["help"][0].upper()}{row["help"][1:]}.' in text
    for row in tables()['states']:
        assert f'{row["exit_status"]} {row["word"]}' in text


def test_the_page_of_docs_has_every_check_and_every_exit_status():
    assert [names for names in rows_of('checking.md', 'check')] == [[row['name']] for row in tables()['checks']]
    text = (CHECKOUT / 'docs' / 'checking.md').read_text(encoding='utf-8')
    said = dict(re.findall(r'^\| (\d) \| `(\w+)`', text, re.M))
    assert said == {str(row['exit_status']): row['word'] for row in tables()['states']}


def test_help_has_every_command():
    text = said_by(programs.daemon_program(), '--help')
    assert re.findall(r'^  (\w+) (\S+\|\S+) +(.*)$', text, re.M) \
        == [(row['name'], row['argument'], row['help']) for row in tables()['tools']]


def test_help_has_every_option_and_every_switch():
    text = said_by(programs.daemon_program(), '--help')
    shown_options = re.findall(r'^  -o (\w+)=(\S+) +(.*?)(?: \((\S+)\))?$', text, re.M)
    rows = [row for row in tables()['options'] if not row['only_in_file']]
    assert shown_options == [(row['name'], row['value'], row['help'], row['standard'] or '') for row in rows]
    assert re.findall(r'^  (?:(-\w),|   ) (--\S+) +(.*)$', text, re.M) \
        == [(row['short'] or '', row['long'], row['help']) for row in tables()['switches']]


def test_the_page_of_docs_has_every_setting_with_its_default():
    text = (CHECKOUT / 'docs' / 'configuration.md').read_text(encoding='utf-8')
    rows = re.findall(r'^\| `(\w+)` \| ((?:\\\||[^|])+) \| (?:([^|]+) )?\|$', text, re.M)
    assert [name for name, _, _ in rows] == option_names()
    for (name, value, standard), row in zip(rows, tables()['options']):
        assert value.replace('\\|', '|') == row['value'], name
        assert standard == (row['standard'] or '') or name == 'endpoint', name


def test_every_file_of_the_tree_is_there():
    text = shown('so24fs.7')
    for row in tables()['files']:
        name = re.escape(row['path'].rsplit('/', 1)[-1])
        assert re.search(rf'(?<![\w.]){name}(, [\w., -]+)? \((read|write|read write|folder|link)\)', text), name
        if row['help'] is not None:
            assert row['help'][1:] in text


def test_every_errno_is_there_and_in_the_readme():
    text = shown('so24fs.7')
    readme = (CHECKOUT / 'README.md').read_text(encoding='utf-8')
    assert len(tables()['errors']) > 15
    for row in tables()['errors']:
        assert f'{row["name"]} ({row["message"]}) {row["meaning"][0].upper()}{row["meaning"][1:]}.' in text
        assert row['name'] in readme


@pytest.mark.parametrize('page, heading', [('events.md', 'word'), ('status.md', 'key'), ('status.md', 'state'),
                                           ('status.md', 'metric')])
def test_the_words_of_events_status_and_metrics_are_there(page, heading):
    text = shown('so24fs.7')
    rows = rows_of(page, heading)
    assert len(rows) > 7
    for names in rows:
        assert ', '.join(names) in text


def test_the_sandbox_says_of_itself_what_its_page_says():
    text = shown('so24-sandbox.1')
    said = said_by(programs.sandbox_program(), '--help')
    switches = re.findall(r'^  (?:-\w, )?(--[\w-]+(?:=\S+)?)', said, re.M)
    assert len(switches) > 10
    for switch in switches:
        assert switch in text
    for sentence in 'another service that takes the cookie', 'POST expire', 'the fault of too many logins':
        assert sentence in text and sentence in ' '.join(said.split())


# --- what a template leaves out ends the build ---

def fill(template):
    return run(sys.executable, TEMPLATES / 'fill.py', template, '--tables', built('docs/man/tables.json'),
               '--sandbox', built('docs/man/sandbox-help.txt'), '--docs', CHECKOUT / 'docs')


@pytest.mark.parametrize('page, line, says', [
    ('so24fs.conf.5', '@option keepalive', 'nothing is said of options: keepalive'),
    ('so24fs.7', '@file identities/<client>/<guid>/servers', 'is said of files: identities/<client>/<guid>/servers'),
    ('so24fs.7', '@files', 'nothing is said of files: README')])
def test_a_template_that_leaves_something_out_is_refused(tmp_path, page, line, says):
    template = tmp_path / f'{page}.in'
    text = (TEMPLATES / f'{page}.in').read_text(encoding='utf-8')
    template.write_text(text)
    assert fill(template).stdout == built(f'docs/man/{page}').read_text()
    template.write_text(text.replace(f'{line}\n', '', 1))
    done = fill(template)
    assert done.returncode != 0 and done.stdout == '' and says in done.stderr


@pytest.mark.parametrize('line, says', [('@option chek_ttl', 'chek_ttl is none of the options'),
                                        ('@file nowhere', 'nowhere is none of the files'),
                                        ('@table events.md nothing', 'no table'), ('@colour', '@colour is not known'),
                                        ('@file login export/env', 'not used alike')])
def test_a_template_that_names_what_is_not_there_is_refused(tmp_path, line, says):
    template = tmp_path / 'so24fs.7.in'
    template.write_text(f'{line}\n')
    done = fill(template)
    assert done.returncode != 0 and done.stdout == '' and says in done.stderr
