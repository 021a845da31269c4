"""Makes the completion of a shell from its template and the tables of the program.

    fill.py TEMPLATE --tables=JSON

"@" and a word, in a template, stand for what the functions below make of the tables; which shell it is for, its name says.
"""
import argparse
import json
import re
import sys
from pathlib import Path


class Table:
    """The options, as all shells have them."""

    def __init__(self, tables):
        self.switches = tables['switches']
        self.tools = tables['tools']
        self.options = [row for row in tables['options'] if not row['only_in_file']]
        self.passed_on = tables['passed_on']

    @staticmethod
    def is_group(row):
        return row['value'] == 'NAME|GID'

    @staticmethod
    def words(row):
        return row['value'].split('|') if row['type'] in ('word', 'boolean') else []

    def forms(self):
        """(what to type, its help, its row) of everything that can stand after -o."""
        for row in self.options:
            if row['type'] == 'boolean':
                yield row['name'], row['help'], row
                yield f'no{row["name"]}', f'not: {row["help"]}', row
            else:
                yield f'{row["name"]}=', row['help'], row
        for name in self.passed_on:
            yield name, 'see mount.fuse3(8)', None


def quoted(text):
    """For bash and zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


class Bash(Table):
    def fill_tools(self):
        return '\n'.join(f'  {row["name"]}' for row in self.tools)

    def fill_switches(self):
        return '\n'.join(f'  {row["short"] or ""} {row["long"]}'.rstrip() for row in self.switches) + '\n  -o'

    def fill_options(self):
        return '\n'.join(f'  {name}' for name, _, _ in self.forms())

    def fill_values(self):
        cases = [(row['name'], f'compgen -W {quoted(" ".join(self.words(row)))}')
                 for row in self.options if self.words(row)]
        cases += [(row['name'], 'compgen -f') for row in self.options if row['type'] == 'path']
        cases += [(row['name'], 'compgen -g') for row in self.options if self.is_group(row)]
        return '\n'.join(f'    {name}) {command} -- "$2" ;;' for name, command in cases)


class Zsh(Table):
    @staticmethod
    def spec(name, text, action=''):
        text = re.sub(r'([\[\]:\\])', r'\\\1', text)
        return f'  {quoted(f"{name}[{text}]{action}")} \\'

    def fill_tools(self):
        return '\n'.join(f'    {quoted(row["name"] + ":" + row["help"])}' for row in self.tools)

    def fill_switches(self):
        lines = []
        for row in self.switches:
            both = [name for name in (row['short'], row['long']) if name]
            lines += [self.spec(f'({" ".join(both)}){name}', row['help']) for name in both]
        return '\n'.join(lines)

    def fill_options(self):
        lines = []
        for name, text, row in self.forms():
            action = ''
            if row is not None and name.endswith('='):
                how = f'({" ".join(self.words(row))})' if self.words(row) else \
                    '_files' if row['type'] == 'path' else '_groups' if self.is_group(row) else ' '
                action = f':{row["value"]}:{how}'
            elif row is not None and name == row['name']:
                action = f'::{name}:(yes no)'
            elif name.endswith('='):
                action = ':value: '
            lines.append('  ' + self.spec(name.rstrip('='), text, action))
        return '\n'.join(lines)[:-2]


class Fish(Table):
    @staticmethod
    def word(text):
        return "'" + text.replace('\\', '\\\\').replace("'", "\\'") + "'"

    def patterns(self, is_meant):
        return ' '.join(self.word(f'{row["name"]}=*') for row in self.options if is_meant(row))

    def fill_tools(self):
        return '\n'.join(f"complete -c so24fs -n 'test (__so24fs_words) = 0' -a {row['name']} -d {self.word(row['help'])}"
                         for row in self.tools)

    def fill_commands(self):
        return ' '.join(row['name'] for row in self.tools)

    def fill_paths(self):
        return self.patterns(lambda row: row['type'] == 'path')

    def fill_groups(self):
        return self.patterns(self.is_group)

    def fill_switches(self):
        lines = []
        for row in self.switches:
            short = f' -s {row["short"][1:]}' if row['short'] else ''
            lines.append(f'complete -c so24fs{short} -l {row["long"][2:]} -d {self.word(row["help"])}')
        return '\n'.join(lines)

    def fill_options(self):
        pairs = [(name, text) for name, text, _ in self.forms()]
        pairs += [(f'{row["name"]}={word}', row['help']) for row in self.options for word in self.words(row)]
        return ' \\\n'.join(f'        {self.word(name)} {self.word(text)}' for name, text in pairs)


SHELLS = {'so24fs.bash.in': Bash, '_so24fs.in': Zsh, 'so24fs.fish.in': Fish}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('template', type=Path)
    parser.add_argument('--tables', type=Path, required=True)
    arguments = parser.parse_args()
    shell = SHELLS[arguments.template.name](json.loads(arguments.tables.read_text(encoding='utf-8')))
    text = re.sub(r'(?m)^@(\w+)$|(?<=case )@(\w+)$', lambda match: getattr(shell, f'fill_{match[1] or match[2]}')(),
                  arguments.template.read_text(encoding='utf-8'))
    sys.stdout.buffer.write(text.encode())


if __name__ == '__main__':
    main()
