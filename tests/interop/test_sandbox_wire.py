"""so24-sandbox says what a genuine ASMX runtime says, byte by byte where there is a recording of one."""

import json
import re
import socket

import pytest

from test_sandbox_helper import (APPLICATION, ENVELOPES, NAMESPACE, OLA, PATH, ZERO, Sandbox, connect, credential,
                                 envelope, fault_text, message_of, ola, raw_request, result, set_cookie, soap_headers)

OPENING = ('<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{}" '
           'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
           '<soap:Body>')
CLOSING = "</soap:Body></soap:Envelope>"
EXCEPTION = "System.Web.Services.Protocols.SoapException: "


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox() as running:
        yield running


def body_of(answer, version="1.1"):
    """What is inside of soap:Body, as bytes say it."""
    text = answer.body.decode()
    opening = OPENING.format(ENVELOPES[version])
    assert text.startswith(opening)
    assert text.endswith(CLOSING)
    return text[len(opening):-len(CLOSING)]


# Good answers


@pytest.mark.parametrize("version, content_type", [("1.1", "text/xml; charset=utf-8"),
                                                   ("1.2", "application/soap+xml; charset=utf-8")])
def test_login_answers_byte_by_byte(sandbox, version, content_type):
    answer = sandbox.soap("Login", credential(*OLA), version)
    session = set_cookie(answer)
    assert (answer.status, answer.reason) == (200, "OK")
    assert re.fullmatch("[a-z0-5]{24}", session)
    assert body_of(answer, version) == (f'<LoginResponse xmlns="{NAMESPACE}"><LoginResult>{session}</LoginResult>'
                                        '</LoginResponse>')
    assert answer.headers["Content-Type"] == content_type
    assert answer.headers["X-AspNet-Version"] == "4.0.30319"
    assert answer.headers["Cache-Control"] == "private, max-age=0"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert "Transfer-Encoding" not in answer.headers
    assert "Connection" not in answer.headers


def test_login_in_soap_1_1_is_as_long_as_the_recorded_one(sandbox):
    assert sandbox.soap("Login", credential(*OLA)).headers["Content-Length"] == "373"


def test_has_session_answers_byte_by_byte(sandbox):
    expected = f'<HasSessionResponse xmlns="{NAMESPACE}"><HasSessionResult>%s</HasSessionResult></HasSessionResponse>'
    assert body_of(sandbox.soap("HasSession")) == expected % "false"
    assert body_of(sandbox.soap("HasSession", cookie=sandbox.login())) == expected % "true"


def test_get_identity_leaves_defaults_out_but_sends_a_zero_guid(sandbox):
    answer = sandbox.soap("GetIdentity", cookie=sandbox.login(identity=ola(5)))
    assert body_of(answer) == (
        f'<GetIdentityResponse xmlns="{NAMESPACE}"><GetIdentityResult><Id>{ola(5)}</Id><User><ContactId>104</ContactId>'
        f"<Id>{ZERO}</Id><Name>Ola Nordmann</Name></User><Client><Id>400000000005</Id><Name>Nordlys 🌌 Reiser</Name>"
        "</Client><IsCurrent>true</IsCurrent><IsDefault>false</IsDefault><IsProtected>true</IsProtected><Servers>"
        "<Server><Id>3</Id><Type>1</Type></Server></Servers></GetIdentityResult></GetIdentityResponse>")


def test_get_identities_writes_names_and_nil_servers_as_xml_serializer_does(sandbox):
    body = body_of(sandbox.soap("GetIdentities", cookie=sandbox.login()))
    assert "<Name>\"Kaffe\" &amp; Kanel's &lt;Bakeri&gt;</Name>" in body
    assert "<Name>Ærlig Økonomi ÅS</Name>" in body
    assert '<Servers><Server><Id>1</Id><Type>2</Type></Server><Server xsi:nil="true" /></Servers></Identity>' in body
    assert "<IsProtected>false</IsProtected><Servers /></Identity>" in body
    assert body.count("<IsDisabled>true</IsDisabled>") == 1
    assert "<IsDisabled>false" not in body
    assert body.count("<IsCurrent>true") == 1
    assert "<Name>Etterslep </Name>" in body
    assert f"<Identity><Id>{ola(7)}</Id><Client>" in body


def test_a_control_character_comes_as_a_reference_that_xml_forbids():
    with Sandbox() as own:
        own.control("POST", "identity", id=ola(1), set="renamed", name="\x01bell\x1f")
        assert b"<Name>&#x1;bell&#x1F;</Name>" in own.soap("GetIdentity", cookie=own.login()).body


def test_a_large_list_comes_whole_and_not_chunked(tmp_path):
    identities = ",".join(f'{{"id": "310d5fd3-0009-4047-a03b-{i:012x}", "client": {{"id": {i}, "name": "Klient {i}"}}}}'
                          for i in range(5000))
    accounts = tmp_path / "accounts.json"
    accounts.write_text(f'{{"users": [{{"username": "u", "password": "p", "identities": [{identities}], '
                        '"default_identity": "310d5fd3-0009-4047-a03b-000000000007"}]}')
    with Sandbox("--accounts", str(accounts)) as own:
        answer = own.soap("GetIdentities", cookie=own.login(("u", "p")))
        assert len(result(answer, "GetIdentities")) == 5000
        assert int(answer.headers["Content-Length"]) == len(answer.body) > 1000000


# Faults


def test_a_text_of_the_service_comes_as_a_soap_exception_with_its_cause(sandbox):
    answer = sandbox.soap("Login", credential("ola@example.com", "wrong"))
    assert (answer.status, answer.reason) == (500, "Internal Server Error")
    body = body_of(answer)
    assert body.startswith("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>"
                           f"{EXCEPTION}Invalid username or password ---&gt; "
                           "System.Exception: Invalid username or password\r\n"
                           "   --- End of inner exception stack trace ---\r\n   at ")
    assert re.search(r"\r\n   at [\w.]+\(.*\) in .*:line \d+</faultstring><detail /></soap:Fault>$", body)


def test_another_exception_comes_wrapped(sandbox):
    body = body_of(sandbox.soap("GetIdentity"))
    assert body.startswith("<soap:Fault><faultcode>soap:Server</faultcode><faultstring>"
                           f"{EXCEPTION}Server was unable to process request. ---&gt; "
                           "System.Exception: Not authenticated\r\n   at ")
    assert body.endswith("\r\n   --- End of inner exception stack trace ---</faultstring><detail /></soap:Fault>")


def test_a_fault_in_soap_1_2(sandbox):
    answer = sandbox.soap("GetIdentity", version="1.2")
    body = body_of(answer, "1.2")
    assert answer.status == 500
    assert answer.headers["Content-Type"] == "application/soap+xml; charset=utf-8"
    assert body.startswith('<soap:Fault><soap:Code><soap:Value>soap:Receiver</soap:Value></soap:Code><soap:Reason>'
                           f'<soap:Text xml:lang="en">{EXCEPTION}Server was unable')
    assert body.endswith("</soap:Text></soap:Reason><soap:Detail /></soap:Fault>")


def test_custom_errors_leave_types_and_stack_out():
    with Sandbox("--custom-errors") as own:
        assert fault_text(own.soap("Login", credential("ola@example.com", "wrong"))) == (
            "Invalid username or password ---> Invalid username or password")
        assert fault_text(own.soap("GetIdentity", version="1.2")) == (
            "Server was unable to process request. ---> Not authenticated")


def test_null_parameters_are_a_null_reference(sandbox):
    for operation in ("Login", "AuthenticateByToken", "GetIdentitiesWithCredential",
                      "GetIdentitiesWithCredentialByService"):
        assert message_of(sandbox.soap(operation)) == "Object reference not set to an instance of an object."
    nil = '<credential xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" />'
    assert "System.NullReferenceException" in fault_text(sandbox.soap("Login", nil))


# What else comes back


@pytest.mark.parametrize("action", ['""', "", f'"{NAMESPACE}/login"', f'"{NAMESPACE}/Logout"', "Login"])
def test_an_unknown_soap_action_is_not_recognized(sandbox, action):
    answer = sandbox.post(envelope("Login"), soap_headers("Login", more={"SOAPAction": action}))
    value = action.strip('"')
    assert f"Server did not recognize the value of HTTP Header SOAPAction: {value}." in fault_text(answer)
    assert "<faultcode>soap:Client</faultcode>" in body_of(answer)
    assert answer.headers["Cache-Control"] == "private"
    assert set_cookie(answer) is None


def test_soap_action_may_stand_without_quotes(sandbox):
    headers = soap_headers("HasSession", more={"SOAPAction": f"{NAMESPACE}/HasSession"})
    answer = sandbox.post(envelope("HasSession"), headers)
    assert result(answer, "HasSession").text == "false"


@pytest.mark.parametrize("version, content_type", [("1.1", "text/xml; charset=utf-8"),
                                                   ("1.2", "application/soap+xml; charset=utf-8")])
def test_without_an_action_the_element_decides(sandbox, version, content_type):
    answer = sandbox.post(envelope("HasSession", version=version), {"Content-Type": content_type})
    assert body_of(answer, version).startswith("<HasSessionResponse")
    answer = sandbox.post(envelope("Logout", version=version), {"Content-Type": content_type})
    assert message_of(answer) == ("Unable to handle request without a valid action parameter. "
                                  "Please supply a valid soap action.")
    assert ("soap:Client" if version == "1.1" else "soap:Sender") in body_of(answer, version)


def test_an_unknown_action_in_soap_1_2(sandbox):
    headers = {"Content-Type": 'application/soap+xml; charset=utf-8; action="urn:x"'}
    answer = sandbox.post(envelope("Logout", version="1.2"), headers)
    assert message_of(answer) == "Unable to handle request. The action 'urn:x' was not recognized."
    assert sandbox.post(envelope("HasSession", version="1.2"), headers).status == 200


MALFORMED = [
    "", "nothing", "<", "<a>", envelope("HasSession")[:-3], "\n" + envelope("HasSession"),
    envelope("HasSession").replace("?>", '?><!DOCTYPE x [<!ENTITY a "b">]>', 1), envelope("HasSession", "<p:x/>"),
    envelope("HasSession", "&nbsp;"), envelope("HasSession", "&#1;"),
]


@pytest.mark.parametrize("body", MALFORMED)
def test_what_is_not_well_formed_gets_an_empty_400(sandbox, body):
    answer = sandbox.post(body, soap_headers("HasSession"))
    assert (answer.status, answer.reason, answer.body) == (400, "Bad Request", b"")
    assert answer.headers["Content-Type"] == "text/xml"
    assert answer.headers["Content-Length"] == "0"


@pytest.mark.parametrize("body", MALFORMED[:4])
def test_what_is_not_well_formed_gets_a_fault_if_the_element_should_decide(sandbox, body):
    answer = sandbox.post(body, {"Content-Type": "text/xml; charset=utf-8"})
    assert "Server was unable to process request. ---> System.Xml.XmlException: " in fault_text(answer)


def test_text_at_the_root_is_described_as_dotnet_does(sandbox):
    answer = sandbox.post("nothing", {"Content-Type": "text/xml; charset=utf-8"})
    assert message_of(answer) == "Data at the root level is invalid. Line 1, position 1."


@pytest.mark.parametrize("inside", [f'<Logout xmlns="{NAMESPACE}"/>', '<HasSession xmlns="urn:other"/>', "<x/>", ""])
def test_a_wrong_element_is_the_operation_with_null_parameters(sandbox, inside):
    body = f'<s:Envelope xmlns:s="{ENVELOPES["1.1"]}"><s:Body>{inside}</s:Body></s:Envelope>'
    assert result(sandbox.post(body, soap_headers("HasSession")), "HasSession").text == "false"
    answer = sandbox.post(body, soap_headers("Login"))
    assert message_of(answer) == "Object reference not set to an instance of an object."


@pytest.mark.parametrize("guid, complaint", [
    ("310d5fd3-0002-4047-a03b", "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."),
    ("310d5fd3-0002-4047-a03b-00000000000g", "Guid string should only contain hexadecimal characters."),
    ("310d5fd300024-047-a03b-0000000000001", "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-"
                                             "xxxxxxxxxxxx)."),
    ("", "Unrecognized Guid format."),
])
def test_a_malformed_guid_is_the_clients_fault(sandbox, guid, complaint):
    answer = sandbox.soap("SetIdentityById", f"<identityId>{guid}</identityId>")
    assert re.match(re.escape(EXCEPTION) + r"Server was unable to read request\. ---> "
                    r"System\.InvalidOperationException: There is an error in XML document \(1, \d+\)\. ---> "
                    r"System\.FormatException: "
                    + re.escape(complaint) + "\n", fault_text(answer))
    assert "<faultcode>soap:Client</faultcode>" in body_of(answer)


def test_the_position_of_a_malformed_guid_is_behind_its_element(sandbox):
    body = envelope("SetIdentityById", "<identityId>nonsense</identityId>").replace("<soap:Body>", "\n<soap:Body>\n")
    answer = sandbox.post(body, soap_headers("SetIdentityById"))
    line = body.split("\n")[2]
    column = line.index("</SetIdentityById") + 3
    assert f"There is an error in XML document (3, {column})." in fault_text(answer)


@pytest.mark.parametrize("written", ["{%s}", "(%s)", " %s\n", "%s"])
def test_a_guid_may_be_written_in_several_ways(sandbox, written):
    session = sandbox.login()
    for guid in ola(2), ola(3).upper(), ola(4).replace("-", ""):
        if "-" not in guid and written[0] in "{(":
            continue
        answer = sandbox.soap("SetIdentityById", f"<identityId>{written % guid}</identityId>", cookie=session)
        assert result(answer, "SetIdentityById").text == "true"


def test_unknown_elements_are_ignored_and_the_first_of_doubled_ones_counts(sandbox):
    inside = credential(*OLA).replace("<Password>", "<What><ever/></What><Password>").replace(
        "</credential>", "<Password>second</Password></credential>")
    assert sandbox.soap("Login", inside).status == 200


def test_an_element_of_the_parameters_in_another_namespace_does_not_count(sandbox):
    inside = credential(*OLA).replace("<Password>", '<Password xmlns="urn:other">')
    assert message_of(sandbox.soap("Login", inside)) == "Invalid username or password"


def test_a_number_out_of_range_is_the_clients_fault(sandbox):
    inside = credential(*OLA) + "<serviceId>2147483648</serviceId>"
    assert message_of(sandbox.soap("GetIdentitiesWithCredentialByService", inside)) == (
        "Value was either too large or too small for an Int32.")


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_a_header_that_must_be_understood_is_a_fault_after_the_work_was_done(sandbox, version):
    header = ('<soap:Header><Security xmlns="urn:security" soap:mustUnderstand="1"/></soap:Header>')
    session = sandbox.login()
    body = envelope("SetIdentityById", f"<identityId>{ola(2)}</identityId>", version, header)
    answer = sandbox.post(body, soap_headers("SetIdentityById", version, session))
    text = fault_text(answer)
    assert text.startswith("System.Web.Services.Protocols.SoapHeaderException: SOAP header Security was not "
                           "understood.")
    assert "soap:MustUnderstand" in body_of(answer, version)
    assert "etail" not in body_of(answer, version)
    assert sandbox.active(session) == ola(2)
    answer = sandbox.post(body.replace('"1"', '"0"'), soap_headers("SetIdentityById", version, session))
    assert result(answer, "SetIdentityById").text == "true"


def test_a_soap_1_2_envelope_under_text_xml_is_answered_in_1_2(sandbox):
    answer = sandbox.post(envelope("HasSession", version="1.2"), soap_headers("HasSession"))
    assert answer.headers["Content-Type"] == "application/soap+xml; charset=utf-8"
    assert body_of(answer, "1.2").startswith("<HasSessionResponse")


@pytest.mark.parametrize("headers", [
    {"Content-Type": "application/soap+xml; charset=utf-8"},
    {"Content-Type": "text/plain", "SOAPAction": f"{NAMESPACE}/HasSession"},
    {"Content-Type": "application/x-www-form-urlencoded", "SOAPAction": f"{NAMESPACE}/HasSession"},
    {"SOAPAction": f"{NAMESPACE}/HasSession"},
])
def test_a_wrong_content_type_gets_an_empty_415(sandbox, headers):
    answer = sandbox.post(envelope("HasSession"), headers)
    assert (answer.status, answer.reason, answer.body) == (415, "Unsupported Media Type", b"")
    assert answer.headers["Content-Length"] == "0"


def test_an_envelope_of_another_version_is_a_mismatch(sandbox):
    body = envelope("HasSession").replace(ENVELOPES["1.1"], "urn:soap")
    answer = sandbox.post(body, soap_headers("HasSession"))
    assert message_of(answer).startswith("Possible SOAP version mismatch: Envelope namespace urn:soap was unexpected.")
    assert b"<faultcode>soap:VersionMismatch</faultcode>" in answer.body


@pytest.mark.parametrize("body, missing", [("<x/>", "Envelope"), (f'<Envelope xmlns="{ENVELOPES["1.1"]}"/>', "Body")])
def test_an_envelope_that_is_none(sandbox, body, missing):
    body = body.replace("<x/>", f'<x xmlns="{ENVELOPES["1.1"]}"/>')
    answer = sandbox.post(body, soap_headers("HasSession"))
    assert message_of(answer) == f"Request format is invalid: Missing required soap:{missing} element."


def write_accounts(path, password):
    """Accounts of one user "u" with that password."""
    user = {"username": "u", "password": password, "default_identity": ola(1), "identities": [{"id": ola(1)}]}
    path.write_text(json.dumps({"users": [user]}))


@pytest.mark.parametrize("charset, encoding", [("utf-8", "utf-8"), ('"UTF-8"', "utf-8"), ("iso-8859-1", "iso-8859-1"),
                                               ("utf-16", "utf-16"), ("utf-8", "utf-16"), ("us-ascii", "utf-8-sig"),
                                               (None, "utf-8"), ("no-such", "ascii")])
def test_charsets_and_byte_order_marks(tmp_path, charset, encoding):
    password = "blåbærsyltetøy" if encoding != "ascii" else "sylte"
    # Without a charset, text/xml is ASCII: each byte of an `æ` becomes a question mark.
    password_read = password if charset is not None else re.sub("[åæø]", "??", password)
    accounts = tmp_path / "accounts.json"
    write_accounts(accounts, password_read)
    content_type = "text/xml" if charset is None else f"text/xml; charset={charset}"
    with Sandbox("--accounts", str(accounts)) as own:
        body = envelope("Login", credential("u", password)).encode(encoding)
        assert own.post(body, soap_headers("Login", more={"Content-Type": content_type})).status == 200


def test_under_application_soap_xml_the_document_speaks_for_itself(tmp_path):
    accounts = tmp_path / "accounts.json"
    write_accounts(accounts, "blå")
    with Sandbox("--accounts", str(accounts)) as own:
        for encoding in "utf-8", "iso-8859-1", "utf-16":
            body = envelope("Login", credential("u", "blå"), "1.2").replace('"utf-8"', f'"{encoding}"')
            assert own.post(body.encode(encoding), {"Content-Type": "application/soap+xml"}).status == 200


def test_the_contract_has_the_address_of_the_host_header(sandbox):
    answer = sandbox.request("GET", PATH.upper() + "?WSDL", headers={"Host": "api.example.com:81"})
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.body.count(f'location="http://api.example.com:81{PATH}"'.encode()) == 2


def test_a_host_header_cannot_write_into_the_contract(sandbox):
    with connect(sandbox) as connection:
        connection.sendall(f"GET http://x{PATH}?wsdl HTTP/1.1\r\nHost: x\"<script>\r\n"
                           "Connection: close\r\n\r\n".encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"<script>" not in received
    assert received.count(f'location="http://127.0.0.1:{sandbox.port}{PATH}"'.encode()) == 2


def test_a_browser_gets_a_page_about_the_service(sandbox):
    answer = sandbox.request("GET", PATH)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    for word in "GetIdentitiesWithCredentialByService", "ola@example.com", "fjord-2026", "?wsdl", APPLICATION:
        assert word in answer.body.decode()
    assert "{{" not in answer.body.decode()


@pytest.mark.parametrize("method, path, status, sentence", [
    ("PUT", PATH, 405, "not allowed"), ("DELETE", PATH, 405, "not allowed"), ("HEAD", PATH, 405, ""),
    ("GET", "/", 404, "cannot be found"), ("GET", PATH + "x", 404, "cannot be found"),
    ("GET", PATH + "/Login", 500, "Request format is unrecognized for URL unexpectedly ending in '/Login'."),
    ("POST", PATH + "/Login", 500, "Request format is unrecognized for URL unexpectedly ending in '/Login'."),
])
def test_what_is_no_soap_gets_html(sandbox, method, path, status, sentence):
    answer = sandbox.request(method, path)
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert sentence in answer.body.decode()


def test_the_case_of_the_path_does_not_matter(sandbox):
    path = "/Authenticate/V001/Authenticate.ASMX"
    answer = sandbox.post(envelope("HasSession"), soap_headers("HasSession"), path=path)
    assert answer.status == 200


# The connection


def receive_answer(connection):
    received = b""
    while b"</soap:Envelope>" not in received:
        part = connection.recv(65536)
        assert part, received
        received += part
    return received


def test_calls_follow_each_other_on_one_connection(sandbox):
    request = raw_request("POST", PATH, soap_headers("HasSession"), envelope("HasSession").encode())
    with connect(sandbox) as connection:
        for _ in range(3):
            connection.sendall(request)
            assert receive_answer(connection).startswith(b"HTTP/1.1 200 OK\r\n")
        connection.sendall(raw_request("POST", PATH, soap_headers("Login"), envelope("Login").encode()))
        assert receive_answer(connection).startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
        connection.sendall(request)
        assert receive_answer(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_client_that_expects_100_gets_it_before_the_body(sandbox):
    body = envelope("HasSession").encode()
    headers = {**soap_headers("HasSession"), "Expect": "100-continue"}
    head, _, _ = raw_request("POST", PATH, headers, body).partition(b"<")
    with connect(sandbox) as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 Continue\r\n")
        connection.sendall(body)
        assert receive_answer(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_chunked_request_is_accepted(sandbox):
    body = envelope("HasSession").encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    head = raw_request("POST", PATH, {**soap_headers("HasSession"), "Transfer-Encoding": "chunked"}).replace(
        b"Content-Length: 0\r\n", b"")
    with connect(sandbox) as connection:
        connection.sendall(head + chunks)
        assert receive_answer(connection).startswith(b"HTTP/1.1 200 OK\r\n")


def test_http_1_0_is_answered_and_closed(sandbox):
    with connect(sandbox) as connection:
        connection.sendall(f"GET {PATH}?wsdl HTTP/1.0\r\n\r\n".encode())
        received = b""
        while part := connection.recv(65536):
            received += part
    assert received.startswith(b"HTTP/1.0 200 OK\r\n")
    assert received.rstrip().endswith(b"</wsdl:definitions>")


def test_it_listens_on_the_loopback_address_only(sandbox):
    hosts = {address[4][0] for address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for host in hosts - {"127.0.0.1"} | {"127.0.0.2", "::1"}:
        with pytest.raises(OSError):
            socket.create_connection((host, sandbox.port), timeout=5).close()
