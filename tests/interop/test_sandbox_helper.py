"""What the tests of so24-sandbox share: a process of it, plain HTTP, SOAP by hand. No tests of its own."""

import collections
import contextlib
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SO24_SANDBOX", str(ROOT / "build" / "so24-sandbox"))
PATH = "/authenticate/v001/authenticate.asmx"
CLIENT_PATH = "/Client/V001/ClientService.asmx"
NAMESPACE = "http://24sevenOffice.com/webservices"
ENVELOPES = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
OPERATIONS = [
    "AuthenticateByToken", "Login", "HasSession", "GetIdentity", "GetIdentities", "SetIdentity", "SetIdentityById",
    "GetIdentitiesWithCredential", "GetIdentitiesWithCredentialByService",
]

APPLICATION = "5a0d50c1-2024-4a7e-9b1e-24f524f524f5"
OLA = ("ola@example.com", "fjord-2026")
KARI = ("kari@example.com", "vidde-2026")
OLA_TOKEN = "70ce2024-0001-4b6b-9d3c-24f500000001"
KARI_TOKEN = "70ce2024-0002-4b6b-9d3c-24f500000002"
ZERO = "00000000-0000-0000-0000-000000000000"
BLOCKED_TEXT = ("The provided IdentityId is blocked. Please use GetIdentitiesWithCredential to get a list of available "
                "Identities and reauthenticate with a valid IdentityId")


def ola(number):
    """The GUID of Ola's identity of that number."""
    return f"310d5fd3-0002-4047-a03b-{number:012x}"


def kari(number):
    return f"310d5fd3-0003-4047-a03b-{number:012x}"


Answer = collections.namedtuple("Answer", "status reason headers body")


class Sandbox:
    """A running so24-sandbox. A context manager; leaving it asks that it ended with exit status 0 and said nothing."""

    def __init__(self, *options, **environment):
        self.process = subprocess.Popen(
            [PROGRAM, "--port", "0", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={**os.environ, "G_DEBUG": "fatal-warnings", **environment})
        self.url = self.process.stdout.readline().decode().strip()
        if not self.url:
            raise RuntimeError(self.process.stderr.read().decode())
        self.port = urllib.parse.urlsplit(self.url).port

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.process.terminate()
        _, complaints = self.process.communicate(timeout=20)
        if failure[0] is None:
            assert complaints == b""
            assert self.process.returncode == 0

    # Plain HTTP

    def request(self, method, path, body=None, headers=None, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.reason, answer.headers, answer.read())

    def control(self, method, command, **parameters):
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        answer = self.request(method, f"/sandbox/{command}{query}")
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def calls(self, operation=None):
        counts = self.control("GET", "calls")
        return counts["total"] if operation is None else counts["by_operation"][operation]

    def log(self):
        return self.control("GET", "log")

    # SOAP

    def soap(self, operation, inside="", version="1.1", cookie=None, headers=None, **options):
        body = envelope(operation, inside, version)
        return self.post(body, soap_headers(operation, version, cookie, headers), **options)

    def post(self, body, headers, path=PATH, **options):
        return self.request("POST", path, body if isinstance(body, bytes) else body.encode(), headers, **options)

    def login(self, user=OLA, identity=None, **options):
        """The session id."""
        answer = self.soap("Login", credential(*user, identity=identity), **options)
        assert answer.status == 200, answer.body
        return result(answer, "Login").text

    def has_session(self, cookie):
        return result(self.soap("HasSession", cookie=cookie), "HasSession").text == "true"

    def active(self, cookie):
        """The GUID of the identity that the session is on."""
        return child(result(self.soap("GetIdentity", cookie=cookie), "GetIdentity"), "Id").text

    def identities(self, cookie):
        """The elements, by GUID."""
        answer = self.soap("GetIdentities", cookie=cookie)
        return {child(one, "Id").text: one for one in result(answer, "GetIdentities")}


def soap_headers(operation, version="1.1", cookie=None, more=None):
    action = f"{NAMESPACE}/{operation}"
    if version == "1.1":
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
    else:
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"'}
    if cookie is not None:
        headers["Cookie"] = f"ASP.NET_SessionId={cookie}"
    headers.update(more or {})
    return headers


def envelope(operation, inside="", version="1.1", header="", namespace=NAMESPACE):
    return (f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{ENVELOPES[version]}">{header}'
            f'<soap:Body><{operation} xmlns="{namespace}">{inside}</{operation}></soap:Body></soap:Envelope>')


def credential(username, password, identity=None, application=APPLICATION):
    wanted = f"<IdentityId>{identity}</IdentityId>" if identity is not None else ""
    return (f"<credential><ApplicationId>{application}</ApplicationId>{wanted}<Password>{password}</Password>"
            f"<Username>{username}</Username></credential>")


def token(identifier, application=APPLICATION):
    return f"<token><ApplicationId>{application}</ApplicationId><Id>{identifier}</Id></token>"


def child(element, name):
    return element.find(f"{{{NAMESPACE}}}{name}")


def result(answer, operation):
    """The Result element; None if it is absent."""
    assert answer.status == 200, answer.body
    return ElementTree.fromstring(answer.body).find(f".//{{{NAMESPACE}}}{operation}Result")


def fault_text(answer):
    """The faultstring or Reason, as a parser reads it."""
    assert answer.status == 500, answer.body
    root = ElementTree.fromstring(answer.body)
    text = root.find(".//faultstring")
    if text is None:
        text = root.find(f".//{{{ENVELOPES['1.2']}}}Text")
    return text.text


def message_of(answer):
    """What a person needs of a fault: the last message before the first line break."""
    return fault_text(answer).split("\n")[0].split(" ---> ")[-1].split(": ", 1)[-1]


def set_cookie(answer):
    """The id of the Set-Cookie header; None if there is none."""
    header = answer.headers.get("Set-Cookie")
    return re.match(r"ASP\.NET_SessionId=([^;]*);", header).group(1) if header is not None else None


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


def connect(sandbox):
    connection = socket.create_connection(("127.0.0.1", sandbox.port))
    connection.settimeout(20)
    return connection


def raw_request(method, path, headers, body=b""):
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body
