"""The results as a picture: bars on a logarithmic scale, in SVG that is written as text."""

import math
from html import escape

from results import TITLES, number

PLOTTED = ['read', 'stat', 'first', 'switch', 'walk 1', 'walk 3', 'script']
US = {'us': 1, 'ms': 1000}
WIDTH, LEFT, RIGHT, LINE, HEAD = 860, 330, 110, 18, 30
OURS, OTHERS, INK, GRID = '#2b6cb0', '#a0aec0', '#1a202c', '#e2e8f0'
STYLE = 'font-family="sans-serif" font-size="12"'


def as_svg(results):
    groups = [(TITLES[row], figures) for row in PLOTTED if (figures := plotted(results.of(row)))]
    height = 30 + sum(HEAD + LINE * len(figures) for _, figures in groups) + 20
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
             f'viewBox="0 0 {WIDTH} {height}" {STYLE}>', f'<rect width="{WIDTH}" height="{height}" fill="white"/>']
    longest = max((microseconds(figure) for _, figures in groups for figure in figures), default=1)
    top = max(1, math.ceil(math.log10(longest)))
    parts += grid(top, height)
    at = 30
    for title, figures in groups:
        parts.append(text(8, at + 20, title, 'font-weight="bold"'))
        at += HEAD
        for figure in figures:
            parts += bar(figure, at, top)
            at += LINE
    return '\n'.join([*parts, '</svg>', ''])


def plotted(figures):
    return [figure for figure in figures if figure.values and not figure.subject.startswith('beyond')]


def microseconds(figure):
    return figure.median * US[figure.unit]


def position(value, top):
    """From 1 us at the left to 10^top us at the right."""
    return LEFT + (WIDTH - LEFT - RIGHT) * max(0.0, math.log10(value)) / top


def grid(top, height):
    names = ['1 us', '10 us', '100 us', '1 ms', '10 ms', '100 ms', '1 s', '10 s', '100 s']
    for power in range(top + 1):
        x = position(10 ** power, top)
        yield f'<line x1="{x:.0f}" y1="22" x2="{x:.0f}" y2="{height - 10}" stroke="{GRID}"/>'
        yield text(x, 15, names[power], 'text-anchor="middle"')


def bar(figure, at, top):
    ours = figure.subject.startswith(('so24fs', 'cat'))
    end = position(microseconds(figure), top)
    yield text(LEFT - 8, at + 13, figure.subject, 'text-anchor="end"')
    yield (f'<rect x="{LEFT}" y="{at + 3}" width="{max(1.0, end - LEFT):.1f}" height="{LINE - 6}" '
           f'fill="{OURS if ours else OTHERS}"/>')
    yield text(end + 6, at + 13, f'{number(figure.median)} {figure.unit}')


def text(x, y, words, more=''):
    return f'<text x="{x:.0f}" y="{y}" fill="{INK}" {more}>{escape(words)}</text>'
