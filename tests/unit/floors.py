"""The house of design.md, section 6, held against the source: who may include whom, and how long a thing may be.

Prints TAP. A rule that is broken is "not ok", followed by the places where it is.
"""
import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[2] / 'src'
FLOORS = ['base', 'soap', 'account', 'store', 'net', 'tree', 'fs', 'daemon', 'tools']
LONGEST_FILE = 500
LONGEST_FUNCTION = 80

LIBRARIES = {  # header, and the folders that may know it
    r'fuse.*': {'fs'},
    r'curl/.*': {'net'},
    r'crypt\.h': {'store'},
    r'libxml/.*': {'soap', 'sandbox'},
    r'libsoup/.*': {'sandbox'},
}

# What account/ must not call: clocks, files and descriptors, processes and threads, sockets, randomness from outside.
FORBIDDEN_IN_ACCOUNT = r'''
    g_get_(monotonic|real)_time g_date_time_new_now\w* g_timer_\w+ clock\w* time gettimeofday ftime localtime\w*
    nanosleep usleep sleep g_usleep timerfd_\w+ alarm setitimer
    g_timeout_\w+ g_idle_\w+ g_main_\w+ g_source_\w+
    open\w* creat close read\w* write\w* pread\w* pwrite\w* lseek stat\w* fstat\w* unlink\w* rename\w* mkdir\w* ioctl
    fopen fclose fread fwrite fprintf printf puts fputs putc fputc fgets getline perror dprintf
    g_file_\w+ g_io_\w+ g_open g_fopen g_print\w* g_mkdir\w* g_unix_\w+
    socket connect send\w* recv\w* poll select epoll_\w+ getaddrinfo
    pthread_\w+ g_thread_\w+ g_mutex_\w+ g_cond_\w+ g_rec_mutex_\w+ g_rw_lock_\w+ g_once\w* g_async_queue_\w+ thrd_\w+
    fork\w* vfork exec\w+ system popen g_spawn_\w+ waitpid kill signal sigaction
    rand random drand48 getrandom arc4random\w* g_random_\w+ g_rand_new g_uuid_\w+ getenv g_getenv
    g_message g_warning g_critical g_debug g_info g_log\w*
'''.split()


def without_comments_and_texts(text):
    """The code alone; every other character but the line breaks becomes a blank."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, lambda match: re.sub(r'[^\n]', ' ', match.group()), text, flags=re.S)


def files(folder=''):
    return sorted(path for path in (SOURCE / folder).rglob('*') if path.suffix in ('.c', '.h'))


def name(path):
    return str(path.relative_to(SOURCE.parent))


def folder_of(path):
    return path.relative_to(SOURCE).parts[0]


def includes(path):
    """(line number, header, whether it stands in quotes) of each include."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(2), match.group(1) == '"'


def functions(path):
    """(line number, name, number of lines) of each function, written as .clang-format has it."""
    lines = without_comments_and_texts(path.read_text()).splitlines()
    start = None
    for number, line in enumerate(lines):
        if line.rstrip() == '{':
            before = number - 1
            while before >= 0 and not lines[before].strip():
                before -= 1
            start = number if lines[before].rstrip().endswith(')') else None
        elif line.startswith('}') and start is not None:
            head = next(at for at in range(start, -1, -1) if re.match(r'\w[\w *]*\(', lines[at]))
            yield head + 1, lines[head].split('(')[0].strip(), number - head + 1
            start = None


def floors_include_only_lower_floors():
    for floor in FLOORS:
        allowed = set(FLOORS[:FLOORS.index(floor) + 1])
        for path in files(floor):
            for number, header, quoted in includes(path):
                if quoted and header.split('/')[0] not in allowed:
                    yield f'{name(path)}:{number} includes {header}'


def own_headers_are_named_from_the_root_of_the_source():
    for path in files():
        for number, header, quoted in includes(path):
            if quoted and not (SOURCE / header).is_file():
                yield f'{name(path)}:{number} includes {header}, which is not in src/'


def the_sandbox_is_a_house_of_its_own():
    for path in files():
        for number, header, quoted in includes(path):
            if quoted and (folder_of(path) == 'sandbox') != (header.split('/')[0] == 'sandbox'):
                yield f'{name(path)}:{number} includes {header}'


def no_other_folder_has_source():
    known = set(FLOORS) | {'sandbox', 'main.c'}
    for path in files():
        if folder_of(path) not in known:
            yield name(path)


def libraries_are_known_only_where_they_belong():
    for path in files():
        for number, header, _ in includes(path):
            for pattern, folders in LIBRARIES.items():
                if re.fullmatch(pattern, header) and folder_of(path) not in folders:
                    yield f'{name(path)}:{number} includes {header}'


def the_word_fuse_stands_only_in_fs():
    for path in files():
        code = without_comments_and_texts(path.read_text())
        if folder_of(path) != 'fs':
            for match in re.finditer(r'\b(fuse_\w+|FUSE_\w+)\b', code):
                yield f'{name(path)}: {match.group()}'


def the_account_has_no_clock_no_io_and_no_thread():
    pattern = re.compile(r'\b(' + '|'.join(FORBIDDEN_IN_ACCOUNT) + r')\s*\(')
    headers = re.compile(r'(time|unistd|fcntl|pthread|threads|stdio|poll)\.h|sys/.*|gio/.*|glib/gstdio\.h|base/mount_table\.h')
    for path in files('account'):
        code = without_comments_and_texts(path.read_text())
        for match in pattern.finditer(code):
            yield f'{name(path)}:{code.count(chr(10), 0, match.start()) + 1} calls {match.group(1)}'
        for number, header, _ in includes(path):
            if headers.fullmatch(header):
                yield f'{name(path)}:{number} includes {header}'


def no_file_is_longer_than_500_lines():
    for path in files():
        length = len(path.read_text().splitlines())
        if length > LONGEST_FILE:
            yield f'{name(path)} has {length} lines'


def no_function_is_longer_than_80_lines():
    for path in files():
        for number, function, length in functions(path):
            if length > LONGEST_FUNCTION:
                yield f'{name(path)}:{number}: {function} has {length} lines'


def the_checks_see_the_source():
    """A check that looks at nothing finds nothing."""
    for floor in ('base', 'soap', 'account', 'store', 'net', 'tree', 'fs', 'daemon', 'tools'):
        if not files(floor):
            yield f'there is no source in {floor}/'
        if not any(list(functions(path)) for path in files(floor) if path.suffix == '.c'):
            yield f'there is no function in {floor}/'
    code = without_comments_and_texts('a (); /* time () */ // time ()\n"time ()"; time ();')
    if len(re.findall(r'\btime \(', code)) != 1:
        yield 'comments or texts are taken for code'


RULES = [
    the_checks_see_the_source,
    floors_include_only_lower_floors,
    own_headers_are_named_from_the_root_of_the_source,
    the_sandbox_is_a_house_of_its_own,
    no_other_folder_has_source,
    libraries_are_known_only_where_they_belong,
    the_word_fuse_stands_only_in_fs,
    the_account_has_no_clock_no_io_and_no_thread,
    no_file_is_longer_than_500_lines,
    no_function_is_longer_than_80_lines,
]


def main():
    broken = 0
    print(f'1..{len(RULES)}')
    for number, rule in enumerate(RULES, 1):
        places = list(rule())
        broken += bool(places)
        print(f'{"not " if places else ""}ok {number} - {rule.__name__.replace("_", " ")}')
        for place in places:
            print(f'# {place}')
    return 1 if broken else 0


if __name__ == '__main__':
    sys.exit(main())
