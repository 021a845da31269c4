"""The control interface of so24-sandbox: counts, log, and everything that can be made to go wrong."""

import contextlib
import http.client
import json
import re
import socket
import threading
import urllib.parse

import pytest

from test_sandbox_helper import (BLOCKED_TEXT, CLIENT_PATH, KARI, NAMESPACE, OLA, OLA_TOKEN, OPERATIONS, PATH,
                                 Sandbox, child, connect, credential, envelope, kari, message_of, ola, raw_request,
                                 result, set_cookie, soap_headers, token, wait_until)


@pytest.fixture(scope="module")
def process():
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(process):
    process.control("POST", "reset")
    return process


def fail(sandbox, kind, **parameters):
    return sandbox.control("POST", "fail", **{"as": kind}, **parameters)


# Counts and log


def test_all_nine_operations_are_counted_from_nought(sandbox):
    assert sandbox.control("GET", "calls") == {
        "total": 0, "by_operation": dict.fromkeys(OPERATIONS, 0), "client_service": 0}


def test_calls_are_counted_by_operation_also_those_that_fail(sandbox):
    sandbox.login()
    sandbox.soap("Login")
    sandbox.soap("HasSession", version="1.2")
    sandbox.soap("NoSuchThing")
    fail(sandbox, "html")
    sandbox.soap("GetIdentity")
    assert sandbox.calls() == 4
    assert (sandbox.calls("Login"), sandbox.calls("HasSession"), sandbox.calls("GetIdentity")) == (2, 1, 1)
    assert sandbox.control("DELETE", "calls")["total"] == 0
    assert sandbox.calls() == 0


def test_the_log_tells_of_each_call_what_is_not_secret(sandbox):
    session = sandbox.login(identity=ola(2))
    sandbox.soap("HasSession", version="1.2", cookie=session)
    sandbox.soap("AuthenticateByToken", token(OLA_TOKEN))
    sandbox.soap("GetIdentity")
    sandbox.soap("Logout")
    sandbox.post("<", soap_headers("Login"))
    fail(sandbox, "status-503")
    sandbox.soap("HasSession")
    sandbox.post(envelope("Login", credential(OLA[0], f"&{OLA[1]};")), {"Content-Type": "text/xml; charset=utf-8"})
    log = sandbox.log()
    assert log.pop()["fault"].startswith("The document is not well formed.")
    assert [one["operation"] for one in log] == [
        "Login", "HasSession", "AuthenticateByToken", "GetIdentity", None, "Login", "HasSession"]
    assert [one["outcome"] for one in log] == ["ok", "ok", "ok", "fault", "unrouted", "refused", "status-503"]
    assert [one["status"] for one in log] == [200, 200, 200, 500, 500, 400, 503]
    assert [one["identity"] for one in log] == [ola(2), ola(2), ola(1), None, None, None, None]
    assert [one["cookie"] for one in log[:2]] == [False, True]
    assert [one["soap_version"] for one in log[:2]] == ["1.1", "1.2"]
    assert log[3]["fault"] == "Not authenticated"
    assert [one["sequence"] for one in log] == list(range(log[0]["sequence"], log[0]["sequence"] + 7))
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", one["time"]) for one in log)
    for secret in session, OLA[1], OLA_TOKEN:
        assert secret not in json.dumps(sandbox.log())


def test_the_log_keeps_the_last_thousand(sandbox):
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port)
    with contextlib.closing(connection):
        for _ in range(1001):
            connection.request("POST", PATH, envelope("HasSession"), soap_headers("HasSession"))
            assert b"false" in connection.getresponse().read()
    log = sandbox.log()
    assert len(log) == 1000
    assert log[-1]["sequence"] - log[0]["sequence"] == 999
    assert sandbox.calls() == 1001


# Failures


def test_expire_ends_all_sessions(sandbox):
    sessions = [sandbox.login(), sandbox.login()]
    assert sandbox.control("POST", "expire") == {"expired": 2}
    assert not any(sandbox.has_session(session) for session in sessions)


def test_slow_makes_calls_take_longer_until_it_is_taken_back(sandbox):
    sandbox.control("POST", "slow", seconds=3600, operation="Login")
    with pytest.raises(TimeoutError):
        sandbox.soap("Login", credential(*OLA), timeout=0.3)
    assert not sandbox.has_session("x")
    sandbox.control("POST", "slow", seconds=0)
    assert sandbox.login()


def test_a_fault_has_the_text_it_was_given(sandbox):
    text = "Feil & æøå <å>"
    fail(sandbox, "fault", text=text)
    answer = sandbox.soap("Login", credential(*OLA))
    assert message_of(answer) == text
    assert sandbox.login()


def test_throttle_and_quarantine_say_what_the_service_says(sandbox):
    fail(sandbox, "throttle")
    assert message_of(sandbox.soap("Login", credential(*OLA))) == "Too many login attempts. Please try again later."
    fail(sandbox, "quarantine", until="2026-11-25 13:00:00")
    assert message_of(sandbox.soap("HasSession")) == (
        "Limit exceeded by 1. Request is blocked. Quarantine ends at 2026-11-25 13:00:00")
    fail(sandbox, "quarantine")
    assert re.search(r"Quarantine ends at \d{4}-\d\d-\d\d \d\d:00:00$", message_of(sandbox.soap("HasSession")))


def test_a_missing_and_an_empty_result(sandbox):
    fail(sandbox, "nil")
    answer = sandbox.soap("Login", credential(*OLA))
    assert f'<soap:Body><LoginResponse xmlns="{NAMESPACE}" /></soap:Body>'.encode() in answer.body
    fail(sandbox, "blank")
    answer = sandbox.soap("Login", credential(*OLA))
    assert b"<LoginResult /></LoginResponse>" in answer.body
    assert not sandbox.has_session(set_cookie(answer))


def test_html_empty_garbage_and_statuses(sandbox):
    fail(sandbox, "html")
    answer = sandbox.soap("HasSession")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=us-ascii")
    fail(sandbox, "empty")
    answer = sandbox.soap("HasSession")
    assert (answer.status, answer.body) == (200, b"")
    fail(sandbox, "garbage")
    answer = sandbox.soap("HasSession")
    assert answer.status == 200
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode()
    fail(sandbox, "status-429", retry_after="7")
    answer = sandbox.soap("HasSession")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    assert answer.headers["Content-Type"].startswith("text/html")
    fail(sandbox, "redirect")
    answer = sandbox.soap("HasSession")
    assert (answer.status, answer.headers["Location"]) == (302, f"http://127.0.0.1:{sandbox.port}{PATH}")


def test_truncated_is_performed_and_cut_off(sandbox):
    session = sandbox.login()
    fail(sandbox, "truncated")
    with pytest.raises(http.client.IncompleteRead) as cut:
        sandbox.soap("SetIdentityById", f"<identityId>{ola(2)}</identityId>", cookie=session)
    assert cut.value.expected > 100
    assert sandbox.active(session) == ola(2)


def test_reset_is_performed_and_not_answered(sandbox):
    session = sandbox.login()
    fail(sandbox, "reset")
    with pytest.raises(ConnectionResetError):
        sandbox.soap("SetIdentityById", f"<identityId>{ola(2)}</identityId>", cookie=session)
    assert sandbox.active(session) == ola(2)


def test_drop_is_neither_performed_nor_answered(sandbox):
    session = sandbox.login()
    fail(sandbox, "drop")
    with pytest.raises(http.client.RemoteDisconnected):
        sandbox.soap("SetIdentityById", f"<identityId>{ola(2)}</identityId>", cookie=session)
    assert sandbox.active(session) == ola(1)


def test_hang_is_not_answered_and_leaves_the_session_free(sandbox):
    session = sandbox.login()
    fail(sandbox, "hang")
    body = envelope("SetIdentityById", f"<identityId>{ola(2)}</identityId>").encode()
    with connect(sandbox) as connection:
        connection.sendall(raw_request("POST", PATH, soap_headers("SetIdentityById", cookie=session), body))
        wait_until(lambda: sandbox.log()[-1]["outcome"] == "hang")
        assert sandbox.active(session) == ola(1)
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(20)
        assert connection.recv(1) == b""


def test_failures_are_for_one_operation_and_used_up_one_by_one(sandbox):
    assert fail(sandbox, "empty", operation="Login", count=2) == {"armed": 1}
    assert fail(sandbox, "html", operation="Login") == {"armed": 2}
    assert not sandbox.has_session("x")
    bodies = [sandbox.soap("Login", credential(*OLA)).body for _ in range(4)]
    assert bodies[:2] == [b"", b""]
    assert b"<BODY>" in bodies[2]
    assert b"LoginResult" in bodies[3]


def test_a_failure_without_end_lasts_until_it_is_deleted(sandbox):
    fail(sandbox, "empty", count=0)
    assert [sandbox.soap("HasSession").body for _ in range(3)] == [b"", b"", b""]
    assert sandbox.control("DELETE", "fail") == {"armed": 0}
    assert not sandbox.has_session("x")


def test_failures_leave_the_other_service_alone_unless_it_is_named(sandbox):
    fail(sandbox, "empty")
    assert message_of(sandbox.soap("GetClientInformation", path=CLIENT_PATH)) == "Not authenticated"
    sandbox.control("DELETE", "fail")
    fail(sandbox, "empty", operation="GetClientInformation")
    assert sandbox.soap("GetClientInformation", path=CLIENT_PATH).body == b""


# Identities


def test_blocked_and_disabled_and_back(sandbox):
    session = sandbox.login()
    for bad, good in ("blocked", "unblocked"), ("disabled", "enabled"):
        sandbox.control("POST", "identity", id=ola(2), set=bad)
        listed = sandbox.identities(session)[ola(2)]
        assert (child(listed, "IsDisabled") is not None) == (bad == "disabled")
        inside = f"<identityId>{ola(2)}</identityId>"
        assert message_of(sandbox.soap("SetIdentityById", inside, cookie=session)) == BLOCKED_TEXT
        sandbox.control("POST", "identity", id=ola(2), set=good)
        assert result(sandbox.soap("SetIdentityById", inside, cookie=session), "SetIdentityById").text == "true"


def test_removed_takes_sessions_to_the_default_identity(sandbox):
    session, other = sandbox.login(identity=ola(2)), sandbox.login(identity=ola(3))
    sandbox.control("POST", "identity", id=ola(2), set="removed")
    assert (sandbox.active(session), sandbox.active(other)) == (ola(1), ola(3))
    assert ola(2) not in sandbox.identities(session)
    refused = sandbox.soap("Login", credential(*OLA, identity=ola(2)))
    assert message_of(refused) == "The provided IdentityId is not valid"
    sandbox.control("POST", "identity", id=ola(2), set="restored")
    assert ola(2) in sandbox.identities(session)


def test_removed_ends_sessions_that_have_nowhere_to_go(sandbox):
    session = sandbox.login(KARI, identity=kari(2))
    sandbox.control("POST", "identity", id=kari(2), set="removed")
    assert not sandbox.has_session(session)


def test_readded_has_a_new_guid_and_all_else_as_before(sandbox):
    session = sandbox.login(identity=ola(2))
    new = sandbox.control("POST", "identity", id=ola(2), set="readded")["id"]
    listed = sandbox.identities(session)
    assert new != ola(2) and ola(2) not in listed
    assert child(child(listed[new], "Client"), "Name").text == "Ærlig Økonomi ÅS"
    assert sandbox.active(session) == ola(1)
    assert sandbox.active(sandbox.login(identity=new)) == new


def test_renamed_changes_the_clients_name(sandbox):
    sandbox.control("POST", "identity", id=ola(1), set="renamed", name="Ny & bedre 🙂")
    session = sandbox.login()
    answer = sandbox.request("GET", CLIENT_PATH, headers={"Cookie": f"ASP.NET_SessionId={session}"})
    assert answer.body.decode() == "400000000001 Ny & bedre 🙂\n"


def test_switch_takes_all_sessions_of_the_user_to_another_identity(sandbox):
    sessions = [sandbox.login(), sandbox.login(identity=ola(2))]
    others = sandbox.login(KARI, identity=kari(2))
    assert sandbox.control("POST", "switch", identity=ola(9)) == {"switched": 2}
    assert {sandbox.active(session) for session in sessions} == {ola(9)}
    assert sandbox.active(others) == kari(2)


def test_reset_puts_everything_back(sandbox):
    session = sandbox.login()
    new = sandbox.control("POST", "identity", id=ola(2), set="readded")["id"]
    fail(sandbox, "empty", count=0)
    sandbox.control("POST", "slow", seconds=3600)
    sandbox.control("POST", "reset")
    assert (sandbox.calls(), sandbox.log()) == (0, [])
    assert not sandbox.has_session(session)
    listed = sandbox.identities(sandbox.login())
    assert ola(2) in listed and new not in listed


def test_reset_while_a_call_is_under_way_harms_nobody(sandbox):
    session = sandbox.login()
    sandbox.control("POST", "slow", seconds=0.5, operation="GetIdentities")
    answers = []
    slow = threading.Thread(target=lambda: answers.append(sandbox.soap("GetIdentities", cookie=session)))
    slow.start()
    wait_until(lambda: sandbox.log()[-1]["operation"] == "GetIdentities")
    sandbox.control("POST", "reset")
    slow.join()
    assert message_of(answers[0]) == "Not authenticated"


# Mistakes


@pytest.mark.parametrize("method, command, status, sentence", [
    ("POST", "fail?as=nothing", 400, "There is no failure 'nothing'"),
    ("POST", "fail?as=status-99", 400, "There is no failure 'status-99'"),
    ("POST", "fail?as=status-600", 400, "There is no failure 'status-600'"),
    ("POST", "fail?as=status", 400, "There is no failure 'status'"),
    ("POST", "fail", 400, "'as' is missing"),
    ("POST", "fail?as=html&operation=Logout", 400, "There is no operation 'Logout'"),
    ("POST", "fail?as=html&count=-1", 400, "'-1' is not a count"),
    ("POST", "fail?as=html&cuont=1", 400, "fail knows no parameter 'cuont'"),
    ("POST", "fail?as=html&retry_after=1%0d%0aX:y", 400, "does not fit in an HTTP header"),
    ("POST", "fail?as", 400, ""),
    ("POST", "slow", 400, "'seconds' is missing"),
    ("POST", "slow?seconds=soon", 400, "'soon' is not a number"),
    ("POST", "slow?seconds=-1", 400, "'-1' is not a number"),
    ("POST", "slow?seconds=nan", 400, "'nan' is not a number"),
    ("POST", "slow?seconds=1&operation=x", 400, "There is no operation 'x'"),
    ("POST", "identity?id=x&set=blocked", 400, "'x' is not a GUID"),
    ("POST", "identity?set=blocked", 400, "'id' is missing"),
    ("POST", f"identity?id={ola(1)}", 400, "'set' is missing"),
    ("POST", f"identity?id={ola(99)}&set=blocked", 400, f"There is no identity {ola(99)}"),
    ("POST", f"identity?id={ola(1)}&set=lost", 400, "There is no state 'lost'"),
    ("POST", f"identity?id={ola(1)}&set=renamed", 400, "'name' belongs to set=renamed"),
    ("POST", f"identity?id={ola(1)}&set=blocked&name=x", 400, "'name' belongs to set=renamed"),
    ("POST", "switch?identity=%ff", 400, ""),
    ("POST", "expire?now=1", 400, "expire knows no parameter 'now'"),
    ("GET", "expire", 405, "not with this method"),
    ("GET", "nothing", 404, "no such thing"),
])
def test_a_mistake_is_answered_with_a_sentence_and_changes_nothing(sandbox, method, command, status, sentence):
    answer = sandbox.request(method, f"/sandbox/{command}")
    assert answer.status == status
    complaint = json.loads(answer.body)["error"]
    assert complaint and sentence in urllib.parse.unquote(complaint)
    assert sandbox.active(sandbox.login()) == ola(1)
