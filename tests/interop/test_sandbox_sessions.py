"""Sessions, identities, cookies and limits of so24-sandbox, as users of the real service know them."""

import json
import threading
import time

import pytest

from test_sandbox_helper import (APPLICATION, BLOCKED_TEXT, CLIENT_PATH, KARI, KARI_TOKEN, NAMESPACE, OLA, OLA_TOKEN,
                                 OPERATIONS, ZERO, Sandbox, child, connect, credential, envelope, fault_text, kari,
                                 message_of, ola, raw_request, result, set_cookie, soap_headers, token, wait_until,
                                 PATH)

STRANGER = "abcdefghijklmnopqrstuvwx"


@pytest.fixture(scope="module")
def process():
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(process):
    process.control("POST", "reset")
    return process


def set_identity(sandbox, session, guid):
    answer = sandbox.soap("SetIdentityById", f"<identityId>{guid}</identityId>", cookie=session)
    return result(answer, "SetIdentityById").text


# Login


def test_login_starts_on_the_default_identity(sandbox):
    assert sandbox.active(sandbox.login()) == ola(1)
    assert sandbox.active(sandbox.login(identity=ZERO)) == ola(1)


def test_login_starts_on_the_identity_that_is_asked_for(sandbox):
    assert sandbox.active(sandbox.login(identity=ola(9))) == ola(9)


def test_a_user_name_is_an_e_mail_address_whose_case_does_not_matter(sandbox):
    assert sandbox.has_session(sandbox.login(("OLA@Example.com", OLA[1])))


@pytest.mark.parametrize("inside, text", [
    (credential(OLA[0], "Fjord-2026"), "Invalid username or password"),
    (credential(OLA[0], ""), "Invalid username or password"),
    (credential("nobody@example.com", OLA[1]), "Invalid username or password"),
    (credential(OLA[0], KARI[1]), "Invalid username or password"),
    (credential(*OLA, application=ZERO), "Unknown application"),
    (credential(*OLA, identity=ola(0x0d + 1)), "The provided IdentityId is not valid"),
    (credential(*OLA, identity=kari(2)), "The provided IdentityId is not valid"),
    (credential(*OLA, identity=ola(0x0c)), BLOCKED_TEXT),
    (credential(*OLA, identity=ola(0x0b)), BLOCKED_TEXT),
    (credential(*KARI), BLOCKED_TEXT),
    ("<credential><Username>ola@example.com</Username></credential>", "Unknown application"),
    (f"<credential><ApplicationId>{APPLICATION}</ApplicationId></credential>", "Invalid username or password"),
])
def test_login_is_refused(sandbox, inside, text):
    answer = sandbox.soap("Login", inside)
    assert message_of(answer) == text
    assert fault_text(answer).count(text) == 2
    assert not sandbox.has_session(set_cookie(answer))


def test_a_blocked_default_identity_does_not_keep_from_another_one(sandbox):
    assert sandbox.active(sandbox.login(KARI, identity=kari(2))) == kari(2)


def test_a_token_logs_in_and_answers_the_passport(sandbox):
    answer = sandbox.soap("AuthenticateByToken", token(OLA_TOKEN))
    passport = result(answer, "AuthenticateByToken")
    assert [one.tag.partition("}")[2] for one in passport] == ["Id", "Email", "Identities", "SessionId"]
    assert child(passport, "Id").text == "9c1f8a52-0001-4e0a-8f00-24f500000001"
    assert child(passport, "Email").text == OLA[0]
    assert len(child(passport, "Identities")) == 13
    assert child(passport, "SessionId").text == set_cookie(answer)
    assert sandbox.active(set_cookie(answer)) == ola(1)


@pytest.mark.parametrize("inside, text", [(token(ola(1)), "Invalid token"), (token(ZERO), "Invalid token"),
                                          (token(OLA_TOKEN, application=ZERO), "Unknown application"),
                                          (token(KARI_TOKEN), BLOCKED_TEXT)])
def test_a_token_is_refused(sandbox, inside, text):
    answer = sandbox.soap("AuthenticateByToken", inside)
    assert message_of(answer) == text
    assert not sandbox.has_session(set_cookie(answer))


# Identities


def test_the_list_says_which_identity_is_active_and_which_is_the_default(sandbox):
    listed = sandbox.identities(sandbox.login(identity=ola(3)))
    assert list(listed) == [ola(number) for number in range(1, 14)]
    assert [guid for guid, one in listed.items() if child(one, "IsCurrent").text == "true"] == [ola(3)]
    assert [guid for guid, one in listed.items() if child(one, "IsDefault").text == "true"] == [ola(1)]
    assert [guid for guid, one in listed.items() if child(one, "IsDisabled") is not None] == [ola(0x0b)]


def test_names_that_make_trouble_come_through(sandbox):
    listed = sandbox.identities(sandbox.login())
    names = [child(child(one, "Client"), "Name").text for one in listed.values()]
    assert names == ["Fjord & Fjell AS", "Ærlig Økonomi ÅS", "Drift/Utvikling A/S", "\"Kaffe\" & Kanel's <Bakeri>",
                     "Nordlys 🌌 Reiser", "100% Norsk", ".skjult", "Etterslep ", "Tvilling AS", "Tvilling AS",
                     "Nedlagt Bruk", "Sperret Samvirke", "日本ノルウェー商会"]


def test_set_identity_by_id_switches(sandbox):
    session = sandbox.login()
    assert set_identity(sandbox, session, ola(2)) == "true"
    assert sandbox.active(session) == ola(2)


def test_set_identity_takes_a_whole_object_and_uses_its_id(sandbox):
    session = sandbox.login()
    whole = (f"<identity><Id>{ola(4)}</Id><User><ContactId>5</ContactId><Id>{ZERO}</Id></User>"
             "<Client><Id>1</Id><Name>Not this</Name></Client>"
             "<IsCurrent>false</IsCurrent><IsDefault>true</IsDefault><IsProtected>0</IsProtected>"
             "<Servers><Server><Id>1</Id><Type>2</Type></Server></Servers></identity>")
    assert result(sandbox.soap("SetIdentity", whole, cookie=session), "SetIdentity").text == "true"
    assert sandbox.active(session) == ola(4)
    answer = sandbox.soap("SetIdentity", whole.replace("<Type>2</Type>", "<Type>two</Type>"), cookie=session)
    assert message_of(answer) == "Input string was not in a correct format."


@pytest.mark.parametrize("guid", [ZERO, kari(2), "ffffffff-ffff-4fff-8fff-ffffffffffff"])
def test_an_unknown_identity_answers_false_and_changes_nothing(sandbox, guid):
    session = sandbox.login(identity=ola(2))
    assert set_identity(sandbox, session, guid) == "false"
    assert sandbox.active(session) == ola(2)


@pytest.mark.parametrize("number", [0x0b, 0x0c])
def test_a_disabled_or_blocked_identity_is_a_fault_and_changes_nothing(sandbox, number):
    session = sandbox.login()
    for operation, inside in (("SetIdentityById", f"<identityId>{ola(number)}</identityId>"),
                              ("SetIdentity", f"<identity><Id>{ola(number)}</Id></identity>")):
        assert message_of(sandbox.soap(operation, inside, cookie=session)) == BLOCKED_TEXT
    assert sandbox.active(session) == ola(1)


@pytest.mark.parametrize("operation", ["GetIdentity", "GetIdentities", "SetIdentity", "SetIdentityById"])
@pytest.mark.parametrize("cookie", [None, STRANGER, "nonsense"])
def test_without_a_session_there_is_nothing(sandbox, operation, cookie):
    assert message_of(sandbox.soap(operation, cookie=cookie)) == "Not authenticated"


def test_a_credential_lists_what_is_available_without_a_session(sandbox):
    answer = sandbox.soap("GetIdentitiesWithCredential", credential(*KARI))
    listed = list(result(answer, "GetIdentitiesWithCredential"))
    assert [child(one, "Id").text for one in listed] == [kari(2), kari(3)]
    assert {child(one, "IsCurrent").text for one in listed} == {"false"}
    refused = sandbox.soap("GetIdentitiesWithCredential", credential(KARI[0], "x"))
    assert message_of(refused) == "Invalid username or password"


@pytest.mark.parametrize("service, numbers", [(24, [1, 5, 7]), (1, [1, 2, 3, 5, 6, 8, 9, 10, 11]), (99, [])])
def test_a_credential_lists_what_has_a_service(sandbox, service, numbers):
    inside = credential(*OLA) + f"<serviceId>{service}</serviceId>"
    answer = sandbox.soap("GetIdentitiesWithCredentialByService", inside)
    listed = result(answer, "GetIdentitiesWithCredentialByService")
    assert [child(one, "Id").text for one in listed] == [ola(number) for number in numbers]


# Cookies


@pytest.mark.parametrize("operation", OPERATIONS)
def test_set_cookie_comes_with_every_operation_of_a_session_if_no_live_cookie_came(sandbox, operation):
    answer = sandbox.soap(operation)
    if operation.startswith("GetIdentitiesWith"):
        assert "Set-Cookie" not in answer.headers
    else:
        session = set_cookie(answer)
        assert answer.headers["Set-Cookie"] == f"ASP.NET_SessionId={session}; path=/; HttpOnly; SameSite=Lax"
        assert set_cookie(sandbox.soap(operation, cookie="too-short")) is not None
        assert set_cookie(sandbox.soap(operation, cookie=sandbox.login())) is None


def test_a_cookie_of_the_right_form_is_adopted(sandbox):
    assert sandbox.login(headers={"Cookie": f"ASP.NET_SessionId={STRANGER}"}) == STRANGER
    assert sandbox.has_session(STRANGER)


@pytest.mark.parametrize("cookie", ["a=b; ASP.NET_SessionId={}; c=d", "asp.net_sessionid={}",
                                    "ASP.NET_SessionId={}; ASP.NET_SessionId=abcdefghijklmnopqrstuvwx"])
def test_the_cookie_is_found_among_others_and_the_first_counts(sandbox, cookie):
    answer = sandbox.soap("HasSession", headers={"Cookie": cookie.format(sandbox.login())})
    assert result(answer, "HasSession").text == "true"


def test_login_with_a_live_cookie_logs_in_that_same_session(sandbox):
    session = sandbox.login()
    answer = sandbox.soap("Login", credential(*KARI, identity=kari(3)), cookie=session)
    assert result(answer, "Login").text == session
    assert set_cookie(answer) is None
    assert sandbox.active(session) == kari(3)


def test_logins_without_a_cookie_have_sessions_of_their_own(sandbox):
    one, other = sandbox.login(), sandbox.login(identity=ola(2))
    assert one != other
    assert (sandbox.active(one), sandbox.active(other)) == (ola(1), ola(2))


def test_a_refused_login_leaves_the_session_of_its_cookie_alone(sandbox):
    session = sandbox.login(identity=ola(2))
    assert sandbox.soap("Login", credential(OLA[0], "wrong"), cookie=session).status == 500
    assert sandbox.active(session) == ola(2)


# Time


def idle(seconds):
    """Until so much of the service's clock has passed that nobody can have called."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= end, seconds + 5)


def test_a_session_slides_with_use_and_ends_by_idling():
    timeout = 2
    with Sandbox("--session-timeout", str(timeout)) as own:
        session = own.login()
        begin = time.monotonic()
        while time.monotonic() < begin + 1.5 * timeout:
            assert own.has_session(session)
            assert own.request("GET", CLIENT_PATH, headers={"Cookie": f"ASP.NET_SessionId={session}"}).status == 200
        idle(timeout * 1.02)
        assert not own.has_session(session)


def test_calls_of_one_session_run_one_at_a_time_and_of_another_at_once(sandbox):
    session, other = sandbox.login(), sandbox.login()
    sandbox.control("POST", "slow", seconds=1, operation="GetIdentities")
    slow = threading.Thread(target=sandbox.identities, args=[session])
    slow.start()
    wait_until(lambda: sandbox.log()[-1]["operation"] == "GetIdentities")
    sequence = sandbox.log()[-1]["sequence"]

    def outcome():
        return next(one["outcome"] for one in sandbox.log() if one["sequence"] == sequence)

    assert sandbox.has_session(other)
    assert outcome() == "running"
    assert sandbox.has_session(session)
    assert outcome() == "ok"
    slow.join()


def test_a_call_whose_client_hung_up_holds_the_session_to_its_end(sandbox):
    session = sandbox.login()
    sandbox.control("POST", "slow", seconds=1, operation="SetIdentityById")
    body = envelope("SetIdentityById", f"<identityId>{ola(2)}</identityId>").encode()
    with connect(sandbox) as connection:
        connection.sendall(raw_request("POST", PATH, soap_headers("SetIdentityById", cookie=session), body))
        wait_until(lambda: sandbox.log()[-1]["operation"] == "SetIdentityById")
    assert sandbox.log()[-1]["outcome"] == "running"
    assert sandbox.active(session) == ola(2)
    assert [one["outcome"] for one in sandbox.log()[-2:]] == ["ok", "ok"]


def test_every_call_can_be_made_to_take_a_while():
    with Sandbox("--delay", "0.3") as own:
        begin = time.monotonic()
        own.soap("HasSession")
        assert time.monotonic() - begin >= 0.3


# Limits


def test_logins_of_one_user_are_throttled():
    with Sandbox("--login-limit", "2/3600") as own:
        own.login()
        own.soap("Login", credential(OLA[0].upper(), "wrong"))
        for answer in own.soap("Login", credential(*OLA)), own.soap("AuthenticateByToken", token(OLA_TOKEN)):
            assert message_of(answer) == "Too many login attempts. Please try again later."
        assert own.active(own.login(KARI, identity=kari(2))) == kari(2)


def test_the_throttle_lets_go_after_its_time():
    with Sandbox("--login-limit", "1/0.5") as own:
        own.login()
        wait_until(lambda: own.soap("Login", credential(*OLA)).status == 200)


def test_calls_past_the_hourly_limit_are_blocked():
    wait_until(lambda: time.time() % 3600 < 3570, 60)
    with Sandbox("--calls-per-hour", "3") as own:
        session = own.login()
        answer = own.soap("HasSession", cookie=session)
        assert answer.headers["APILimitRemaining"] == "1"
        hour_end = time.gmtime((time.time() // 3600 + 1) * 3600)
        assert answer.headers["APILimitReset"] == time.strftime("%Y-%m-%dT%H:%M:%SZ", hour_end)
        own.soap("HasSession", cookie=session)
        for excess, operation in enumerate(["HasSession", "Login", "GetIdentitiesWithCredential"], start=1):
            answer = own.soap(operation, credential(*OLA), cookie=session)
            assert message_of(answer) == (f"Limit exceeded by {excess}. Request is blocked. Quarantine ends at "
                                          + time.strftime("%Y-%m-%d %H:%M:%S", hour_end))
            assert answer.headers["APILimitRemaining"] == "0"


# The other service


def test_the_other_service_tells_which_client_the_cookie_is_good_for(sandbox):
    session = sandbox.login(identity=ola(4))
    answer = sandbox.request("GET", CLIENT_PATH, headers={"Cookie": f"ASP.NET_SessionId={session}"})
    assert answer.body.decode() == "400000000004 \"Kaffe\" & Kanel's <Bakeri>\n"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    answer = sandbox.soap("GetClientInformation", cookie=session, path=CLIENT_PATH)
    inside = result(answer, "GetClientInformation")
    assert [(one.tag, one.text) for one in inside] == [
        (f"{{{NAMESPACE}}}ClientId", "400000000004"), (f"{{{NAMESPACE}}}ClientName", "\"Kaffe\" & Kanel's <Bakeri>"),
        (f"{{{NAMESPACE}}}IdentityId", ola(4))]
    counts = sandbox.control("GET", "calls")
    assert (counts["client_service"], counts["total"]) == (2, 1)


def test_the_other_service_wants_a_live_session(sandbox):
    answer = sandbox.request("GET", CLIENT_PATH, headers={"Cookie": f"ASP.NET_SessionId={STRANGER}"})
    assert (answer.status, answer.body) == (401, b"Not authenticated\n")
    assert message_of(sandbox.soap("GetClientInformation", path=CLIENT_PATH)) == "Not authenticated"
    assert "did not recognize" in fault_text(sandbox.soap("Login", credential(*OLA), path=CLIENT_PATH))


def test_accounts_without_applications_take_any(tmp_path):
    accounts = tmp_path / "accounts.json"
    accounts.write_text(json.dumps({"users": [{"username": "u", "password": "p", "default_identity": ola(1),
                                               "identities": [{"id": ola(1)}]}]}))
    with Sandbox("--accounts", str(accounts)) as own:
        answer = own.soap("Login", credential("u", "p", application=ZERO))
        assert own.active(result(answer, "Login").text) == ola(1)
