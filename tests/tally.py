"""Adds up the test cases of JUnit files: tally.py FOLDER SUITE... (FOLDER/SUITE.xml each).

Prints which cases failed and, last, "N passed, N failed". A suite without a file, or without a case, counts as failed.
"""
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def outcome(case):
    if case.find('failure') is not None or case.find('error') is not None:
        return 'failed'
    return 'skipped' if case.find('skipped') is not None else 'passed'


def main(folder, suites):
    counts = {'passed': 0, 'failed': 0, 'skipped': 0}
    for suite in suites:
        file = pathlib.Path(folder, f'{suite}.xml')
        cases = list(ElementTree.parse(file).iter('testcase')) if file.exists() else []
        if not cases:
            print(f'{suite}: no test ran')
            counts['failed'] += 1
        for case in cases:
            counts[outcome(case)] += 1
            if outcome(case) == 'failed':
                print(f'{suite}: {case.get("classname")}: {case.get("name")} failed')
    skipped = f', {counts["skipped"]} skipped' if counts['skipped'] else ''
    print(f'{counts["passed"]} passed, {counts["failed"]} failed{skipped}')
    return 1 if counts['failed'] or not counts['passed'] else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2:]))
