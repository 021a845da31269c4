"""What the pictures of docs/ are drawn with: boxes, arrows and words, as SVG that is written as text.

A picture brings its own paper, light or dark as the reader's screen is, so that it can be read on any page.
"""

from html import escape

LIGHT = {'paper': '#ffffff', 'ink': '#1a202c', 'soft': '#5a6472', 'line': '#7b8794', 'plain': '#edf2f7',
         'core': '#bee3f8', 'good': '#c6f6d5', 'wait': '#fefcbf', 'bad': '#fed7d7', 'edge': '#a0aec0'}
DARK = {'paper': '#161b22', 'ink': '#e6edf3', 'soft': '#a3adb8', 'line': '#8b949e', 'plain': '#262d36',
        'core': '#1b4468', 'good': '#1d4d2f', 'wait': '#5a4a12', 'bad': '#642b2e', 'edge': '#57606a'}


class Paper:
    def __init__(self, width, height, title):
        self._width, self._height, self._title = width, height, title
        self._parts = []

    def box(self, x, y, width, height, kind='plain'):
        self._parts.append(f'<rect class="box {kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>')

    def words(self, x, y, text, kind='', anchor='start'):
        if not text:
            return
        classes = f' class="{kind}"' if kind else ''
        place = f' text-anchor="{anchor}"' if anchor != 'start' else ''
        self._parts.append(f'<text x="{x}" y="{y}"{classes}{place}>{escape(text, quote=False)}</text>')

    def arrow(self, *points, both=False):
        """Along straight lines through the points."""
        path = 'M' + ' L'.join(f'{x} {y}' for x, y in points)
        start = ' marker-start="url(#tip)"' if both else ''
        self._parts.append(f'<path class="arrow" d="{path}"{start} marker-end="url(#tip)"/>')

    def text(self):
        """The document."""
        return '\n'.join([
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self._width}" height="{self._height}" '
            f'viewBox="0 0 {self._width} {self._height}" font-family="sans-serif" font-size="12" role="img">',
            '<!-- Made by docs/pictures/draw.py; edit that. -->',
            f'<title>{escape(self._title)}</title>',
            '<style>', *_colours(LIGHT), '.box { stroke-width: 1 } .arrow { fill: none; stroke-width: 1.4 }',
            '.name { font-weight: bold; font-size: 14px } .code { font-family: monospace }',
            '@media (prefers-color-scheme: dark) {', *_colours(DARK), '}', '</style>',
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" '
            'orient="auto-start-reverse"><path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>',
            f'<rect class="paper" width="{self._width}" height="{self._height}" rx="8"/>',
            *self._parts, '</svg>', ''])


def _colours(colours):
    yield f'.paper {{ fill: {colours["paper"]} }} text {{ fill: {colours["ink"]} }}'
    yield f'.soft {{ fill: {colours["soft"]} }} .box {{ stroke: {colours["edge"]} }}'
    yield f'.arrow {{ stroke: {colours["line"]} }} .tip {{ fill: {colours["line"]} }}'
    yield ' '.join(f'.{kind} {{ fill: {colours[kind]} }}' for kind in ('plain', 'core', 'good', 'wait', 'bad'))
