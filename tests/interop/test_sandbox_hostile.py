"""so24-sandbox under requests that mean harm, or nothing at all: it stays up, stays small and stays correct."""

import os
import random
import threading
import time

import pytest

from test_sandbox_helper import (APPLICATION, ENVELOPES, NAMESPACE, OLA, OPERATIONS, PATH, Sandbox, connect,
                                 credential, envelope, ola, raw_request, soap_headers, wait_until)

MEBI = 1024 * 1024


@pytest.fixture(scope="module")
def sandbox():
    # Memory that is given back is given back at once, also when the program is built with AddressSanitizer.
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    with Sandbox("--calls-per-hour", "1000000", ASAN_OPTIONS=sanitizer) as running:
        yield running
        assert running.has_session(running.login())


def entity_bomb(kind):
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    dtd = {"laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>',
           "file": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>',
           "network": '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
           "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>'}[kind]
    return envelope("Login", credential("&l9;", "x")).replace("?>", f"?>{dtd}", 1)


@pytest.mark.parametrize("kind", ["laughs", "file", "network", "parameter"])
def test_a_dtd_is_refused_before_it_does_anything(sandbox, kind):
    begin = time.monotonic()
    answer = sandbox.post(entity_bomb(kind), soap_headers("Login"))
    assert (answer.status, answer.body) == (400, b"")
    answer = sandbox.post(entity_bomb(kind), {"Content-Type": "text/xml; charset=utf-8"})
    assert b"DTD is prohibited" in answer.body
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("inside", [
    "<x>" * 500000, "<x " + " ".join(f'a{i}=""' for i in range(250000)) + "/>",
    "<x " + " ".join(f'xmlns:a{i}="u"' for i in range(150000)) + "/>", "<x a='" + "&lt;" * 500000 + "'/>",
], ids=["depth", "attributes", "namespaces", "references"])
def test_a_document_that_is_dear_to_read_does_not_hold_the_others_up(sandbox, inside):
    begin = time.monotonic()
    assert sandbox.soap("HasSession", inside).status in (200, 400)
    assert time.monotonic() - begin < 10


def test_a_long_value_is_read_whole(sandbox):
    assert sandbox.soap("Login", credential("a" * 3 * MEBI, "x")).status == 500


@pytest.mark.parametrize("chunked", [False, True])
def test_more_than_4_mib_is_refused(sandbox, chunked):
    body = envelope("HasSession", "<x>" + "a" * 5 * MEBI + "</x>").encode()
    # http.client sends what it cannot know the length of in chunks.
    parts = (body[i:i + 65536] for i in range(0, len(body), 65536)) if chunked else body
    answer = sandbox.request("POST", PATH, parts, soap_headers("HasSession"))
    assert answer.status == 500
    assert b"Maximum request length exceeded." in answer.body


def test_an_endless_request_is_not_kept(sandbox):
    def resident():
        with open(f"/proc/{sandbox.process.pid}/status") as status:
            return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))

    before = resident()
    with connect(sandbox) as connection:
        head = raw_request("POST", PATH, soap_headers("HasSession"))
        connection.sendall(head.replace(b"Length: 0", b"Length: 1000000000"))
        for _ in range(200):
            connection.sendall(b"a" * MEBI)
        assert resident() < before + 100


def test_connections_that_clients_close_are_let_go(sandbox):
    def descriptors():
        return len(os.listdir(f"/proc/{sandbox.process.pid}/fd"))

    before = descriptors()
    for _ in range(50):
        sandbox.soap("HasSession")
        connect(sandbox).close()
    wait_until(lambda: descriptors() <= before)


@pytest.mark.parametrize("request_text", [
    b"\0\1\2\3\r\n\r\n", b"GET\r\n\r\n",
    b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET ?wsdl HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET " + b"/a" * 100000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 100000 + b"\r\n",
    b"POST /sandbox/fail?as=%ff%fe&text=%c0 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    raw_request("POST", PATH, {"Cookie": "ASP.NET_SessionId=", "Content-Type": ";charset=\"", "SOAPAction": '"'}, b"<"),
    raw_request("POST", PATH, {"Cookie": "=;;==", "Content-Type": "text/xml;;;=;charset", "SOAPAction": "%%%"},
                b"\xff\xfe\0"),
    raw_request("POST", PATH, {"Content-Type": "text/xml; charset=utf-16"}, b"\xfe\xff\xd8"),
    raw_request("POST", PATH, {"Content-Type": "application/soap+xml; action=\"\x80\xff\""}, b"<a/>"),
    raw_request("POST", PATH, {"Content-Type": "text/xml", "SOAPAction": "\x80\xff"}, b"<a/>"),
], ids=range(17))
def test_nonsense_is_answered_or_closed(sandbox, request_text):
    with connect(sandbox) as connection:
        try:
            connection.sendall(request_text)
            connection.shutdown(1)
            while connection.recv(65536):
                pass
        except OSError as error:
            assert not isinstance(error, TimeoutError)  # else it was closed, as one may
    assert sandbox.request("GET", PATH).status == 200


def test_a_thousand_mutations_of_good_requests_are_survived(sandbox):
    chance = random.Random(20261125)
    seeds = [envelope("Login", credential(*OLA)),
             envelope("SetIdentityById", f"<identityId>{ola(2)}</identityId>", "1.2"),
             envelope("SetIdentity", f"<identity><Id>{ola(2)}</Id><Servers><Server/></Servers></identity>"),
             envelope("GetIdentitiesWithCredentialByService", credential(*OLA) + "<serviceId>1</serviceId>"),
             envelope("HasSession", header='<soap:Header><a soap:mustUnderstand="1"/></soap:Header>')]
    pieces = [b"<", b">", b"&", b"\"", b"xmlns=\"\"", b"&#x0;", b"]]>", b"<!--", b"\xff", b"\0",
              b"</soap:Body>", b"xsi:nil='true'", b"<?xml?>", b"<![CDATA[",
              NAMESPACE.encode(), ENVELOPES["1.2"].encode(), APPLICATION.encode()]
    for _ in range(1000):
        body = bytearray(chance.choice(seeds).encode())
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(body))
            body[at:at + chance.choice([0, 0, 1, 8, 40])] = chance.choice(pieces)
        headers = soap_headers(chance.choice(OPERATIONS), chance.choice(["1.1", "1.2"]))
        answer = sandbox.post(bytes(body), headers)
        assert answer.status in (200, 400, 415, 500)


def test_many_clients_at_once_all_get_their_own_answer(sandbox):
    failures = []

    def client(number):
        try:
            for _ in range(10):
                session = sandbox.login(identity=ola(number))
                if sandbox.active(session) != ola(number):
                    failures.append(number)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=client, args=[1 + i % 10]) for i in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_client_that_says_nothing_keeps_nobody_waiting(sandbox):
    silent = [connect(sandbox) for _ in range(50)]
    for connection in silent[::2]:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n")
    assert sandbox.request("GET", PATH).status == 200
    for connection in silent:
        connection.close()
