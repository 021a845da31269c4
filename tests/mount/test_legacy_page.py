"""docs/legacy.md says what works where; this holds it against the tests that are there, and against what they use."""

import re
from pathlib import Path

from support import samba
from support.programs import CHECKOUT

PAGE = (CHECKOUT / 'docs' / 'legacy.md').read_text(encoding='utf-8')
ROWS = [line for line in PAGE.splitlines() if line.startswith('| ') and not line.startswith(('| what', '| ---'))]


def names_of_tests():
    texts = [path.read_text(encoding='utf-8') for path in Path(__file__).parent.glob('test_*.py')]
    return {name for text in texts for name in re.findall(r'(?m)^def (test_\w+)', text)}


def test_each_row_names_a_test_that_is_there():
    assert len(ROWS) > 25
    for row in ROWS:
        assert '`test_' in row or row.endswith('| the same |'), row
    assert set(re.findall(r'`(test_\w+)`', PAGE)) <= names_of_tests()


def test_each_test_of_these_places_has_its_row():
    for name in 'test_samba.py', 'test_bind_mounts.py', 'test_namespaces.py':
        text = (Path(__file__).parent / name).read_text(encoding='utf-8')
        for test in re.findall(r'(?m)^def (test_\w+)', text):
            assert f'`{test}`' in PAGE, test


def test_the_share_that_is_shown_is_the_one_that_is_tested():
    shown = samba.SHARE.format(name='acme', path='/srv/acme', veto=samba.VETO)
    assert ''.join(f'    {line}\n' for line in shown.splitlines()) in PAGE
