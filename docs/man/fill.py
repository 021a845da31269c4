"""Makes a page of the manual from its template and the tables of the program.

    fill.py TEMPLATE --tables=JSON [--sandbox=TEXT] [--docs=FOLDER]

A template is mdoc(7). A line that begins with "@" is replaced by what it asks for (DIRECTIVES below). What a template
leaves out of a table that it has begun, or names without being in it, is an error: the page could lie otherwise.
"""
import argparse
import json
import re
import sys
import textwrap
from pathlib import Path


class Mistake(Exception):
    """Something that whoever wrote the template has to mend."""


def escaped(text):
    """Plain text for mdoc: no character of it means something to it, and what stands in backquotes is bold."""
    text = text.replace('\\', '\\e')
    text = re.sub(r'`([^`]*)`', r'\\fB\1\\fP', text)
    return ''.join(character if ord(character) < 128 else f'\\[u{ord(character):04X}]' for character in text)


def paragraph(text):
    """Wrapped, and each sentence on a line of its own."""
    lines = []
    for sentence in re.split(r'(?<=[.:;!?]) +(?=[A-Z`])', text.strip()):
        # A macro would be seen in the first two characters of a line.
        lines += [f'\\&{line}' if line[0] in ".'" else line
                  for line in textwrap.wrap(escaped(sentence), 78, break_long_words=False, break_on_hyphens=False)]
    return lines


def argument(text):
    """Plain text behind a macro, where a word like "No" would be one, too."""
    return ' '.join(f'\\&{word}' if len(word) < 4 else word for word in escaped(text).split(' '))


def sentence_of(help_line):
    """A line of --help as a sentence; a word that stands for itself stays as it is."""
    first = help_line[0] if help_line.startswith(('true ', 'so24fs ')) else help_line[0].upper()
    return f'{first}{help_line[1:]}.'


class Page:
    def __init__(self, arguments):
        self.tables = json.loads(Path(arguments.tables).read_text(encoding='utf-8'))
        self.sandbox = Path(arguments.sandbox).read_text(encoding='utf-8') if arguments.sandbox else ''
        self.docs = Path(arguments.docs) if arguments.docs else None
        self.named = {'options': set(), 'files': set()}

    def fill(self, template):
        lines = []
        for line in template.splitlines():
            if line.startswith('@'):
                name, *words = line[1:].split(' ')
                if name not in self.DIRECTIVES:
                    raise Mistake(f'@{name} is not known')
                lines += self.DIRECTIVES[name](self, *words)
            else:
                lines.append(line)
        self.check('options', [row['name'] for row in self.tables['options']])
        self.check('files', [row['path'] for row in self.tables['files']])
        return '\n'.join(lines) + '\n'

    def check(self, table, names):
        missing = [name for name in names if name not in self.named[table]]
        if self.named[table] and missing:
            raise Mistake(f'nothing is said of {table}: {", ".join(missing)}')

    def find(self, table, key, name):
        for row in self.tables[table]:
            if row[key] == name:
                self.named[table].add(name)
                return row
        raise Mistake(f'{name} is none of the {table}')

    # --- what a template can ask for ---

    def switches(self):
        """The items of a list: a switch, and what it does."""
        for row in self.tables['switches']:
            short = f'Fl {row["short"][1:]} , ' if row['short'] else ''
            yield f'.It {short}Fl {row["long"][1:]}'
            yield from paragraph(sentence_of(row['help']))

    def tools(self):
        """The items of a list: a command, and what it does."""
        for row in self.tables['tools']:
            yield f'.It Cm {row["name"]} Ar {row["argument"].lower().replace("|", " | ")}'
            yield from paragraph(sentence_of(row['help']))

    def checks(self):
        """The items of a list: a check, and what is looked at."""
        for row in self.tables['checks']:
            yield f'.It Li {row["name"]}'
            yield from paragraph(sentence_of(row['help']))

    def exit_statuses(self):
        """The items of a list: an exit status, and the state that it stands for."""
        for row in sorted(self.tables['states'], key=lambda row: row['exit_status']):
            yield f'.It {row["exit_status"]}'
            yield f'.Li {row["word"]}'

    def options(self):
        """The items of a list: an option of the command line, in the line that --help has."""
        for row in self.tables['options']:
            if not row['only_in_file']:
                yield from self.option_item(row)

    def option(self, name):
        """The same item of one option, and what its value may be; the template goes on from there."""
        row = self.find('options', 'name', name)
        yield from self.option_item(row, blank=' ')
        if row['type'] == 'number':
            yield f'From {row["lowest"]} to {row["highest"]}.'

    @staticmethod
    def option_item(row, blank=''):
        value = ' | '.join(f'Cm {word}' for word in row['value'].split('|'))
        if row['type'] not in ('boolean', 'word'):
            value = f'Ar {row["value"]}'
        equals = 'No = ' if blank else 'Ns = Ns '
        yield f'.It Cm {row["name"]} {equals}{value}'
        yield from paragraph(sentence_of(row['help']))
        if row['standard']:
            yield f'Default: {escaped(row["standard"])}.'

    def passed_on(self):
        """The options that are passed on, as a sentence has them."""
        names = self.tables['passed_on']
        for at, name in enumerate(names):
            end = '.' if at + 1 == len(names) else ','
            yield f'.Cm {name[:-1]} Ns = Ns Ar value {end}' if name.endswith('=') else f'.Cm {name} {end}'

    def files(self):
        """The items of a list: what stands in the mount itself."""
        for row in self.tables['files']:
            if '/' not in row['path']:
                self.named['files'].add(row['path'])
                yield from self.file_item(row, row['path'])
                yield from paragraph(sentence_of(row['help']))

    def file(self, *words):
        """An item for these paths, which are used alike; the template says what they are."""
        rows = [self.find('files', 'path', path) for path in words]
        names = dict.fromkeys(row['path'].rsplit('/', 1)[-1] for row in rows)
        items = {line for row in rows for line in self.file_item(row, ' , '.join(names))}
        if len(items) > 1:
            raise Mistake(f'these are not used alike: {", ".join(words)}')
        yield from items

    @staticmethod
    def file_item(row, names):
        access = {'link': 'link', 'folder': 'folder'}.get(row['kind'])
        access = access or ('read' if row['read'] else '') + (' write' if row['written'] else '')
        yield f'.It Pa {names} Pq {access.strip()}'

    def errors(self):
        """The items of a list: errno, the system's words for it, and what happened."""
        for row in self.tables['errors']:
            yield f'.It Er {row["name"]} Pq {argument(row["message"])}'
            yield from paragraph(sentence_of(row['meaning']))

    def table(self, path, heading):
        """The items of a list: the rows of that table of docs/; the cells between the first and the last are details."""
        for first, *between, last in self.rows_of(path, heading):
            yield f'.It {" , ".join(f"Li {word}" for word in re.findall("`([^`]+)`", first))}'
            details = [cell for cell in between if cell]
            if details:
                yield from paragraph(f'({", ".join(" ".join(details).split())})')
            yield from paragraph(sentence_of(last) if last[0].isalpha() and last[-1] != '.' else last)

    def rows_of(self, path, heading):
        rows = []
        inside = False
        for line in (self.docs / path).read_text(encoding='utf-8').splitlines():
            cells = [cell.strip().replace('\\|', '|') for cell in re.split(r'(?<!\\)\|', line)[1:-1]]
            if not cells:
                inside = False
            elif inside and not set(line) <= set('|- '):
                rows.append(cells)
            elif cells[0] == heading:
                inside = True
        if not rows:
            raise Mistake(f'{path} has no table that begins with {heading}')
        return rows

    def sandbox_options(self):
        """The items of a list: the options of so24-sandbox, as its --help has them."""
        block = self.sandbox.split('Application Options:\n', 1)[1].split('\n\n', 1)[0]
        for line in block.splitlines():
            form, text = re.fullmatch(r' +(.*?) {2,}(.*)', line).groups()
            words = []
            for word in form.split(', '):
                name, _, value = word.partition('=')
                words.append(f'Fl {name[1:]}' + (f' Ns = Ns Ar {value}' if value else ''))
            yield f'.It {" , ".join(words)}'
            yield from paragraph(text if text.endswith('.') else f'{text}.')

    def sandbox_summary(self):
        return paragraph(' '.join(self.sandbox.split('\n\n')[1].split()))

    def sandbox_more(self):
        """What --help says below the options, as it stands there."""
        more = self.sandbox.split('Application Options:\n', 1)[1].split('\n\n', 1)[1]
        yield '.Bd -literal'
        for line in more.split('\nExit status:')[0].rstrip().splitlines():
            yield f'\\&{escaped(line)}' if line[:1] in ('.', "'") else escaped(line)
        yield '.Ed'

    DIRECTIVES = {'switches': switches, 'tools': tools, 'checks': checks, 'exit_statuses': exit_statuses,
                  'options': options, 'option': option, 'passed_on': passed_on, 'files': files,
                  'file': file, 'errors': errors, 'table': table, 'sandbox_options': sandbox_options,
                  'sandbox_summary': sandbox_summary, 'sandbox_more': sandbox_more}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('template')
    parser.add_argument('--tables', required=True)
    parser.add_argument('--sandbox')
    parser.add_argument('--docs')
    arguments = parser.parse_args()
    try:
        page = Page(arguments).fill(Path(arguments.template).read_text(encoding='utf-8'))
    except Mistake as mistake:
        sys.exit(f'{arguments.template}: {mistake}')
    sys.stdout.buffer.write(page.encode('ascii'))


if __name__ == '__main__':
    main()
