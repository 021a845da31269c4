"""What tests of failures share: answers that are none, and how a failure is told."""

import datetime
import errno

from support import answers, clothes
from support.answers import Fault
from support.clothes import respond
from support.expecting import fails_with
from support.model_service import APPLICATION, PASSWORD, USERNAME, log_in

XML = 'text/xml; charset=utf-8'
HTML = b'<!DOCTYPE html><html><head><title>Down</title></head><body>Down for maintenance &nbsp;</body></html>'
NOBODY = '310d5fd3-0002-4047-a03b-0000000000ff'
GOOD = clothes.respond(clothes.PLAIN.write(answers.has_session(True)), XML)
GOOD_HEAD, GOOD_BODY = GOOD.split(b'\r\n\r\n')


def login_text(**others):
    pairs = {'username': USERNAME, 'password': PASSWORD, 'application_id': APPLICATION, **others}
    return ''.join(f'{key} = {value}\n' for key, value in pairs.items())


def fault(text, wear=clothes.PLAIN, **others):
    return respond(wear.write(Fault(text, **others)), wear.media_type, '500 Internal Server Error')


def chunks(*parts):
    head = b'HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n'
    return head + b''.join(parts)


def check_a_login_fails(mounted, number, says=''):
    with fails_with(number):
        log_in(mounted)
    check_error(mounted, 'Login', number, says)


def check_error(mounted, operation, number, says=''):
    """`error` is one line: a time, the operation, the errno's name and what the service said."""
    said = mounted.error()
    assert said.endswith('\n') and said.count('\n') == 1
    for part in str(datetime.date.today().year), operation, errno.errorcode[number], says:
        assert part in said, f'{part!r} is not in {said!r}'


def session_unless(mounted, expected):
    """What `session` says now, or None while that fails as expected."""
    return unless(expected, lambda: mounted.read_now('session'))


def unless(expected, do):
    """What `do` answers, or None while it fails as expected."""
    try:
        return do()
    except OSError as failure:
        assert errno.errorcode[failure.errno] == errno.errorcode[expected]
        return None
