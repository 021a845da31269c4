#!/usr/bin/python3
"""Asks another web service of 24SevenOffice which client the mounted session acts for:

    python3 which_client.py /srv/acme [URL]

Python's own library is all that it needs.
"""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from xml.etree import ElementTree

NAMESPACE = 'http://24sevenOffice.com/webservices'
QUESTION = (f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
            f'<GetClientInformation xmlns="{NAMESPACE}"/></e:Body></e:Envelope>')


class NoCookie(Exception):
    """The mount gives out none; says why."""


class Fault(Exception):
    """What the service said instead of an answer."""


def read_cookie(mount, now=False):
    """The session id, anew for each call. `now`: so24fs asks the service whether it is alive, and renews it if not."""
    try:
        descriptor = os.open(mount / 'cookie', os.O_RDONLY | (os.O_DIRECT if now else 0))
        with open(descriptor, encoding='ascii') as file:
            return file.read().strip()
    except OSError as error:
        raise NoCookie(reason(mount, error)) from error


def reason(mount, error):
    """In the mount's words, or in the system's if it cannot say."""
    try:
        return (mount / 'error').read_text(encoding='utf-8').strip()
    except OSError:
        return f'which_client: {error}'


def call(url, cookie):
    request = urllib.request.Request(url, QUESTION.encode(), {
        'Content-Type': 'text/xml; charset=utf-8', 'SOAPAction': f'"{NAMESPACE}/GetClientInformation"',
        'Cookie': f'ASP.NET_SessionId={cookie}'})
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return ElementTree.parse(response)
    except urllib.error.HTTPError as error:  # a fault comes with status 500
        raise Fault(ElementTree.parse(error).findtext('.//faultstring')) from error


def which_client(mount, url):
    try:
        answer = call(url, read_cookie(mount))
    except Fault as fault:
        if 'not authenticated' not in str(fault).lower():
            raise
        answer = call(url, read_cookie(mount, now=True))
    return ' '.join(answer.findtext(f'.//{{{NAMESPACE}}}{name}', '') for name in ('ClientId', 'ClientName'))


def main(mount, url='https://api.24sevenoffice.com/Client/V001/ClientService.asmx'):
    try:
        print(which_client(Path(mount), url))
    except NoCookie as error:
        sys.exit(str(error))
    except (Fault, OSError) as error:
        sys.exit(f'which_client: {error}')


if __name__ == '__main__':
    main(*sys.argv[1:])
