"""The bench runs and tells all that it should. What its figures are is nobody's business here."""

import csv
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from support import programs

BENCH = programs.CHECKOUT / 'tests' / 'bench'
sys.path.insert(0, str(BENCH))
from results import BOUNDS, HEADINGS, TITLES  # pylint: disable=wrong-import-position


@pytest.fixture(scope='module')
def lines(tmp_path_factory):
    """The lines of the CSV that a short run has written; its table must say the same."""
    build = Path(programs.daemon_program()).parent
    done = subprocess.run(['/usr/bin/python3', BENCH / 'main.py', '--quick', '--build', build], text=True, timeout=120,
                          capture_output=True)
    assert done.returncode == 0, done.stderr
    ElementTree.parse(build / 'performance.svg')
    with open(build / 'performance.csv', encoding='utf-8', newline='') as file:
        found = list(csv.DictReader(file))
    for line in found:
        assert line['subject'] in done.stdout and line['median'] in done.stdout
    return found


def test_each_row_has_a_figure(lines):
    assert [list(line) for line in lines[:1]] == [HEADINGS]
    assert {line['what'] for line in lines if float(line['median'] or 0) > 0} == set(TITLES.values())


def test_each_bound_is_judged(lines):
    judged = {(line['what'], line['subject'], line['to']) for line in lines if line['met'] in ('yes', 'NO')}
    wanted = {(TITLES[bound.row], bound.subject, bound.reference) for bound in BOUNDS if bound.reference != 'hello_ll'}
    assert wanted <= judged


def test_what_is_missing_says_why(lines):
    for line in lines:
        assert line['median'] or line['note'], line
