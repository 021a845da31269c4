"""The bench: see run.sh. Python orders, waits and writes; what is measured is done by the programs beside it, in C."""

import argparse
import os
import pathlib
import platform
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

# pylint: disable=wrong-import-position
import calling
import reading
import scripts
import starting
import trees
from plot import as_svg
from results import Results, as_markdown, as_text, write_csv
from stage import Scale, Stage, use_programs_of

PARTS = {
    'warm': reading.measure_warm,
    'wait': reading.measure_wait,
    'reads': calling.measure_reads,
    'switch': calling.measure_switch,
    'tls': calling.measure_tls,
    'crowd': calling.measure_crowd,
    'start': starting.measure_start,
    'memory': starting.measure_memory,
    'walks': trees.measure_walks,
    'scripts': scripts.measure_scripts,
}
DOCS = HERE.parents[1] / 'docs'
BEGIN, END = '<!-- written by tests/bench/run.sh --docs -->\n', '<!-- end -->\n'


def main():
    options = parse()
    build = options.build.resolve()
    use_programs_of(build)
    results, scale = Results(), Scale.of(options.quick)
    with (tempfile.TemporaryDirectory(prefix='so24-bench-', dir='/dev/shm') as folder,
          tempfile.TemporaryDirectory(prefix='bench-', dir=build) as disk,
          Stage(build, scale, results, pathlib.Path(folder), pathlib.Path(disk)) as stage):
        where = machine(stage)
        for part in options.only or PARTS:
            print(f'measuring: {part}', file=sys.stderr)
            PARTS[part](stage)
    print(where)
    print('\n'.join(as_text(results.lines())))
    write(results, build)
    if options.docs:
        write(results, DOCS)
        write_page(where, results)


def parse():
    parser = argparse.ArgumentParser(prog='run.sh', description='Measures so24fs; see docs/performance.md.')
    parser.add_argument('--quick', action='store_true', help='seconds instead of minutes; shows that it runs, no more')
    parser.add_argument('--only', action='append', choices=list(PARTS), help='this part; more than one may be named')
    parser.add_argument('--docs', action='store_true', help='put the results into docs/, too')
    parser.add_argument('--build', type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    return parser.parse_args()


def machine(stage):
    """Where it ran."""
    with open('/proc/cpuinfo', encoding='ascii') as file:
        model = next((line.partition(':')[2].strip() for line in file if line.startswith('model name')), 'unknown CPU')
    return (f'Linux {platform.release()}, {model}, {os.cpu_count()} CPUs, all pinned to CPU {stage.cpu}; '
            f'medians of {stage.scale.rounds} rounds; load of the machine before: {os.getloadavg()[0]:.1f}')


def write(results, folder):
    with open(folder / 'performance.csv', 'w', encoding='utf-8', newline='') as file:
        write_csv(file, results.lines())
    (folder / 'performance.svg').write_text(as_svg(results), encoding='utf-8')


def write_page(where, results):
    """Replaces the table in the page, and leaves its prose."""
    page = DOCS / 'performance.md'
    before, _, rest = page.read_text(encoding='utf-8').partition(BEGIN)
    table = '\n'.join([f'{where}.', '', *as_markdown(results.lines())])
    page.write_text(f'{before}{BEGIN}\n{table}\n\n{END}{rest.partition(END)[2]}', encoding='utf-8')


if __name__ == '__main__':
    main()
