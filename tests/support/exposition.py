"""A strict reader of Prometheus' text format 0.0.4, and the rules by which `promtool check metrics` judges names.

https://prometheus.io/docs/instrumenting/exposition_formats: what it does not allow is refused here, and so is what it leaves
to taste: each family is one block that begins with HELP and TYPE, and nothing stands twice.
"""

import re
from dataclasses import dataclass, field

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*'
NUMBER = r'[+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|Inf)|NaN'
TYPES = {'counter', 'gauge', 'histogram', 'summary', 'untyped'}
ENDINGS = {'histogram': ('_bucket', '_sum', '_count'), 'summary': ('', '_sum', '_count')}
NOT_BASE_UNITS = r'(?:^|_)(?:(?:milli|micro|nano)\w*|minutes?|hours?|days?|ms|us|kilobytes?|megabytes?|percent)(?:_|$)'


@dataclass
class Family:
    name: str
    help: str
    type: str
    samples: dict = field(default_factory=dict)  # (name, ((label, value), ...)) -> float


def parse(text):
    """name -> Family. Fails at the first thing that is not as it should be."""
    assert text.endswith('\n') and '\r' not in text and '\n\n' not in text
    families, current, lines = {}, None, iter(text[:-1].split('\n'))
    for line in lines:
        if line.startswith('#'):
            current = _begin(line, next(lines, ''))
            assert current.name not in families, f'{current.name} has two blocks'
            families[current.name] = current
        else:
            assert current is not None, f'{line!r} stands before any family'
            _add_sample(current, line)
    for family in families.values():
        assert family.samples, f'{family.name} has no sample'
        if family.type == 'histogram':
            _check_histogram(family)
    return families


def lint(families):
    """What promtool would say against the names: a list of sentences."""
    said = []
    for family in families.values():
        name, counts = family.name, family.type == 'counter'
        said += [f'{name} has no help'] if not family.help else []
        said += [f'{name}: only counters end in _total, and all do'] if name.endswith('_total') != counts else []
        said += [f'{name} is not in base units'] if re.search(NOT_BASE_UNITS, name) else []
        said += [f'{name} has a capital'] if name != name.lower() else []
        said += [f'{name} has its type in its name'] if re.search(rf'_(?:{"|".join(TYPES)})(?:_|$)', name) else []
        said += [f'{name} has a colon'] if ':' in name else []
        said += [f'{name} ends like a part of a histogram'] if re.search(r'_(?:bucket|count|sum)$', name) else []
        labels = {label for _, pairs in family.samples for label, _ in pairs}
        said += [f'{name} has the label {label}' for label in labels
                 if label != label.lower() or (label in ('le', 'quantile') and family.type != 'histogram')]
    return said


def value(families, name, **labels):
    """The value of the one sample of that name with exactly these labels."""
    family = next(each for each in families.values() if (name, tuple(sorted(labels.items()))) in each.samples)
    return family.samples[name, tuple(sorted(labels.items()))]


def _begin(first, second):
    heading = re.fullmatch(rf'# HELP ({NAME}) ((?:[^\\]|\\\\|\\n)*)', first)
    assert heading, f'not a HELP line: {first!r}'
    kind = re.fullmatch(rf'# TYPE {re.escape(heading[1])} (\w+)', second)
    assert kind and kind[1] in TYPES, f'not the TYPE line of {heading[1]}: {second!r}'
    return Family(heading[1], heading[2], kind[1])


def _add_sample(family, line):
    found = re.fullmatch(rf'({NAME})(?:\{{(.*)\}})? ({NUMBER})', line)
    assert found, f'not a sample: {line!r}'
    assert found[1] in [family.name + ending for ending in ENDINGS.get(family.type, ('',))], line
    key = found[1], tuple(sorted(_labels(found[2] or '').items()))
    assert key not in family.samples, f'{line!r} stands twice'
    family.samples[key] = float(found[3])
    if family.type in ('counter', 'histogram'):
        assert family.samples[key] >= 0, line


def _labels(text):
    labels = {}
    while text:
        found = re.match(rf'({LABEL})="((?:[^\\"\n]|\\\\|\\"|\\n)*)"(?:,|$)', text)
        assert found, f'not labels: {text!r}'
        assert found[1] not in labels and not found[1].startswith('__'), f'the label {found[1]}'
        labels[found[1]] = re.sub(r'\\(.)', lambda escape: '\n' if escape[1] == 'n' else escape[1], found[2])
        text = text[found.end():]
    return labels


def _check_histogram(family):
    """Buckets that grow, the last one +Inf and as large as the count; a sum for each."""
    series = {}
    for (name, pairs), number in family.samples.items():
        rest = tuple(pair for pair in pairs if pair[0] != 'le')
        part = series.setdefault(rest, {'buckets': []})
        if name.endswith('_bucket'):
            part['buckets'].append((float(dict(pairs)['le']), number))
        else:
            part[name.rsplit('_', 1)[1]] = number
    for labels, part in series.items():
        bounds, counts = zip(*part['buckets'])
        assert list(bounds) == sorted(set(bounds)) and bounds[-1] == float('inf'), labels
        assert list(counts) == sorted(counts) and counts[-1] == part['count'], labels
        assert part['sum'] >= 0 and (part['count'] > 0 or part['sum'] == 0), labels
