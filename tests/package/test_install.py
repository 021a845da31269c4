"""`meson install` puts things where they are looked for."""

import os
import re
import subprocess
from pathlib import Path

from support import programs


def install(destination):
    build = Path(programs.daemon_program()).parent
    subprocess.run(['meson', 'install', '-C', build, '--no-rebuild', '--quiet'], check=True, capture_output=True,
                   env={'PATH': os.environ['PATH'], 'HOME': str(destination), 'DESTDIR': str(destination)})


def test_everything_is_installed_below_destdir(tmp_path):
    install(tmp_path)
    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob('*') if not path.is_dir() or path.is_symlink()}
    assert {path for path in found if not path.startswith(('usr/local/share/doc/', 'usr/local/share/man/'))} == {
        'usr/local/bin/so24fs', 'usr/local/bin/so24-sandbox', 'sbin/mount.so24fs', 'sbin/mount.fuse.so24fs',
        'usr/local/lib/systemd/system/so24fs@.service', 'usr/local/lib/systemd/user/so24fs@.service',
        'usr/local/share/bash-completion/completions/so24fs', 'usr/local/share/zsh/site-functions/_so24fs',
        'usr/local/share/fish/vendor_completions.d/so24fs.fish'}
    assert os.readlink(tmp_path / 'sbin/mount.so24fs') == '/usr/local/bin/so24fs'
    for place in 'system', 'user':
        unit = (tmp_path / f'usr/local/lib/systemd/{place}/so24fs@.service').read_text()
        assert 'ExecStart=/usr/local/bin/so24fs -f %i\n' in unit and '@bindir@' not in unit
    for page in (programs.CHECKOUT / 'docs').glob('*.md'):
        assert f'usr/local/share/doc/so24fs/docs/{page.name}' in found


def test_the_pages_are_installed_with_all_that_they_lead_to(tmp_path):
    install(tmp_path)
    folder = tmp_path / 'usr/local/share/doc/so24fs'
    pages = list(folder.rglob('*.md'))
    assert len(pages) > 10
    for page in pages:
        for link in re.findall(r'\]\(([^)\s:#]+)(?:#\S*)?\)', page.read_text(encoding='utf-8')):
            assert (page.parent / link).exists(), (page.name, link)
    assert os.access(folder / 'examples/monitoring/check_so24fs.py', os.X_OK)
