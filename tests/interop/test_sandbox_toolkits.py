"""Third-party SOAP toolkits, PHP's SoapClient and Python's zeep, use so24-sandbox from its WSDL alone: all nine
operations in both versions of SOAP, faults, names in every script."""

import json
import pathlib
import shutil
import subprocess

import pytest

from test_sandbox_helper import APPLICATION, BLOCKED_TEXT, CLIENT_PATH, KARI, OLA, OLA_TOKEN, ZERO, Sandbox, kari, ola

zeep = pytest.importorskip("zeep")
PHP = shutil.which("php")
NAMES = ["Fjord & Fjell AS", "Ærlig Økonomi ÅS", "Drift/Utvikling A/S", "\"Kaffe\" & Kanel's <Bakeri>",
         "Nordlys 🌌 Reiser", "100% Norsk", ".skjult", "Etterslep ", "Tvilling AS", "Tvilling AS", "Nedlagt Bruk",
         "Sperret Samvirke", "日本ノルウェー商会"]


class Fault(Exception):
    pass


class Zeep:
    """What a Toolkit is: call() answers the result as plain dicts, lists and values; a fault is a Fault."""

    def __init__(self, sandbox, version):
        self.version = version
        self.client = zeep.Client(sandbox.url + "?wsdl")
        port = "AuthenticateSoap12" if version == "1.2" else "AuthenticateSoap"
        self.service = self.client.bind("Authenticate", port)

    def call(self, operation, session=None, **parameters):
        self.client.transport.session.cookies.clear()
        if session is not None:
            self.client.transport.session.cookies.set("ASP.NET_SessionId", session, domain="127.0.0.1")
        try:
            return zeep.helpers.serialize_object(getattr(self.service, operation)(**parameters), dict)
        except zeep.exceptions.Fault as fault:
            raise Fault(fault.message) from fault

    def items(self, array, name):
        """zeep takes the wrapper off an array that is a result, not off others; a nil item is an object of Nones."""
        items = array[name] if isinstance(array, dict) else array or []
        return [one if any(value is not None for value in one.values()) else None for one in items]


class Php:
    def __init__(self, sandbox, version):
        self.wsdl = sandbox.url + "?wsdl"
        self.version = version

    def call(self, operation, session=None, **parameters):
        script = pathlib.Path(__file__).with_name("sandbox_client.php")
        said = subprocess.run([PHP, script, self.wsdl, self.version, operation, json.dumps(parameters), session or ""],
                              capture_output=True, timeout=60)
        assert said.returncode == 0, said.stdout + said.stderr
        answer = json.loads(said.stdout)
        if "fault" in answer:
            raise Fault(answer["fault"])
        return answer["result"].get(f"{operation}Result")

    def items(self, array, name):
        return (array or {}).get(name, [])


@pytest.fixture(scope="module")
def process():
    with Sandbox() as running:
        yield running


@pytest.fixture
def sandbox(process):
    process.control("POST", "reset")
    return process


@pytest.fixture(params=["zeep-1.1", "zeep-1.2", "php-1.1", "php-1.2"])
def toolkit(request, sandbox):
    name, version = request.param.split("-")
    if name == "php" and PHP is None:
        pytest.skip("no PHP here")
    yield (Zeep if name == "zeep" else Php)(sandbox, version)
    assert {one["soap_version"] for one in sandbox.log()} <= {version}


def credential(username, password, identity=None):
    wanted = {"IdentityId": identity} if identity is not None else {}
    return {"ApplicationId": APPLICATION, **wanted, "Password": password, "Username": username}


def names(toolkit, identities):
    return [one["Client"]["Name"] for one in toolkit.items(identities, "Identity")]


def test_log_in_and_look_around(toolkit):
    session = toolkit.call("Login", credential=credential(*OLA))
    assert len(session) == 24
    assert toolkit.call("HasSession", session) is True
    assert toolkit.call("HasSession") is False
    identity = toolkit.call("GetIdentity", session)
    assert identity["Id"] == ola(1)
    assert identity["User"]["Name"] == "Ola Nordmann"
    assert identity["Client"] == {"Id": 400000000001, "Name": "Fjord & Fjell AS"}
    assert (identity["IsCurrent"], identity["IsDefault"], identity["IsProtected"]) == (True, True, False)


def test_every_name_comes_through(toolkit):
    session = toolkit.call("Login", credential=credential(*OLA))
    assert names(toolkit, toolkit.call("GetIdentities", session)) == NAMES


def test_numbers_over_32_bits_and_nil_servers_come_through(toolkit):
    session = toolkit.call("Login", credential=credential(*OLA))
    identities = toolkit.items(toolkit.call("GetIdentities", session), "Identity")
    assert identities[12]["Client"]["Id"] == 9007199254740993
    servers = toolkit.items(identities[1]["Servers"], "Server")
    assert servers == [{"Id": 1, "Type": 2}, None]


def test_switch_identity_both_ways(toolkit):
    session = toolkit.call("Login", credential=credential(*OLA, identity=ola(3)))
    assert toolkit.call("GetIdentity", session)["Id"] == ola(3)
    assert toolkit.call("SetIdentityById", session, identityId=ola(5)) is True
    identity = toolkit.call("GetIdentity", session)
    assert (identity["Id"], identity["Servers"]) == (ola(5), {"Server": [{"Id": 3, "Type": 1}]})
    assert toolkit.call("SetIdentityById", session, identityId=ZERO) is False
    identity["Id"] = ola(4)  # a whole object goes back, servers and all
    assert toolkit.call("SetIdentity", session, identity=identity) is True
    assert toolkit.call("GetIdentity", session)["Id"] == ola(4)


def test_log_in_with_a_token(toolkit):
    passport = toolkit.call("AuthenticateByToken", token={"ApplicationId": APPLICATION, "Id": OLA_TOKEN})
    assert passport["Email"] == OLA[0]
    assert names(toolkit, passport["Identities"]) == NAMES
    assert toolkit.call("HasSession", passport["SessionId"]) is True


def test_list_without_a_session(toolkit):
    listed = toolkit.call("GetIdentitiesWithCredential", credential=credential(*KARI))
    assert [one["Id"] for one in toolkit.items(listed, "Identity")] == [kari(2), kari(3)]
    listed = toolkit.call("GetIdentitiesWithCredentialByService", credential=credential(*OLA), serviceId=24)
    assert [one["Id"] for one in toolkit.items(listed, "Identity")] == [ola(1), ola(5), ola(7)]
    listed = toolkit.call("GetIdentitiesWithCredentialByService", credential=credential(*OLA), serviceId=99)
    assert toolkit.items(listed, "Identity") == []


@pytest.mark.parametrize("user, text", [((OLA[0], "feil"), "Invalid username or password"), (KARI, BLOCKED_TEXT)])
def test_a_fault_is_the_toolkits_own_exception(toolkit, user, text):
    with pytest.raises(Fault, match=text):
        toolkit.call("Login", credential=credential(*user))


def test_an_operation_without_a_session_is_a_fault(toolkit):
    with pytest.raises(Fault, match="Not authenticated"):
        toolkit.call("GetIdentities")


def test_a_name_of_ones_own_comes_through(toolkit, sandbox):
    name = "  <&>\"'æøåÆØÅ ñ ß 漢字 🇳🇴👩‍🚀 \u00a0\u2028]]>  "
    sandbox.control("POST", "identity", id=ola(1), set="renamed", name=name)
    session = toolkit.call("Login", credential=credential(*OLA))
    assert toolkit.call("GetIdentity", session)["Client"]["Name"] == name


def test_a_password_in_every_script_is_understood(tmp_path, toolkit):
    accounts = tmp_path / "accounts.json"
    password = "blåbær <&>\"' 漢字 🫐"
    user = {"username": "bær@example.com", "password": password, "default_identity": ola(1),
            "identities": [{"id": ola(1)}]}
    accounts.write_text(json.dumps({"users": [user]}))
    with Sandbox("--accounts", str(accounts)) as own:
        other = type(toolkit)(own, toolkit.version)
        session = other.call("Login", credential=credential("bær@example.com", password))
        assert other.call("GetIdentity", session)["Id"] == ola(1)


def test_the_other_service_has_a_contract_of_its_own(sandbox):
    client = zeep.Client(f"http://127.0.0.1:{sandbox.port}{CLIENT_PATH}?wsdl")
    client.transport.session.cookies.set("ASP.NET_SessionId", sandbox.login(identity=ola(5)), domain="127.0.0.1")
    information = client.service.GetClientInformation()
    assert (information.ClientId, information.ClientName, information.IdentityId) == (
        400000000005, "Nordlys 🌌 Reiser", ola(5))
