"""so24-sandbox as a program: options, accounts files, readiness, the ways it ends."""

import json
import os
import signal
import subprocess
import sys

import pytest

from test_sandbox_helper import APPLICATION, PATH, PROGRAM, Sandbox, envelope, ola, soap_headers, wait_until

ACCOUNTS = {"users": [{"username": "u", "password": "p", "default_identity": ola(1), "identities": [{"id": ola(1)}]}]}


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=20)


def is_alive(pid):
    """A zombie is not."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


# Options


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_tells_of_every_option_and_every_string(option):
    told = run(option)
    assert (told.returncode, told.stderr) == (0, b"")
    text = told.stdout.decode()
    options = ("--port --accounts --print-accounts --session-timeout --login-limit --calls-per-hour --delay --ready-fd "
               "--lifeline-fd --custom-errors --version")
    strings = ("calls log expire slow? fail? identity? switch? reset fault hang drop truncated html empty garbage "
               "status-NNN redirect throttle quarantine nil blank readded")
    for word in f"{options} {strings} fjord-2026 {APPLICATION}".split():
        assert word in text
    assert max(len(line) for line in text.splitlines()) <= 120


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version(option):
    assert run(option).stdout.startswith(b"so24-sandbox ")


@pytest.mark.parametrize("arguments", [
    ["--prot", "1"], ["--port", "-1"], ["--port", "65536"], ["--port", "x"], ["--session-timeout", "0"],
    ["--session-timeout", "nan"], ["--login-limit", "5"], ["--login-limit", "0/1"], ["--login-limit", "5/0"],
    ["--login-limit", "5/6x"], ["--calls-per-hour", "0"], ["--delay", "-1"], ["--delay", "86401"], ["--delay", "inf"], ["what"],
])
def test_a_wrong_command_line_is_refused_in_one_line(arguments):
    refused = run(*arguments)
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert refused.stderr.startswith(b"so24-sandbox: ")
    assert refused.stderr.count(b"\n") == 1


def test_the_printed_accounts_are_the_ones_that_are_built_in(tmp_path):
    printed = run("--print-accounts").stdout
    assert len(json.loads(printed)["users"]) == 2
    accounts = tmp_path / "accounts.json"
    accounts.write_bytes(printed)
    with Sandbox("--accounts", str(accounts)) as copy, Sandbox() as original:
        listed = [one.soap("GetIdentities", cookie=one.login()).body for one in (copy, original)]
        assert listed[0] == listed[1]


def test_a_page_does_not_show_passwords_that_are_not_the_built_in_ones(tmp_path):
    accounts = tmp_path / "accounts.json"
    accounts.write_text(json.dumps(ACCOUNTS).replace('"p"', '"my-own-secret"'))
    with Sandbox("--accounts", str(accounts)) as own:
        page = own.request("GET", PATH).body
        assert b"accounts file" in page
        assert b"my-own-secret" not in page


def test_a_port_that_is_taken_is_refused_in_one_line():
    with Sandbox() as other:
        refused = run("--port", str(other.port))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"so24-sandbox: cannot listen on port {other.port}: ".encode())
    assert refused.stderr.count(b"\n") == 1


# Accounts files


def changed(**changes):
    """ACCOUNTS with the user's members changed; None takes one out."""
    accounts = json.loads(json.dumps(ACCOUNTS))
    for name, value in changes.items():
        accounts["users"][0][name] = value
        if value is None:
            del accounts["users"][0][name]
    return accounts


def with_identity(**members):
    return changed(identities=[{"id": ola(1), **members}])


@pytest.mark.parametrize("accounts, complaint", [
    ("", "empty"),
    ("[", "line 1:"),
    ('{"users": [\n{"username": "u",,\n}]}', "line 2:"),
    (b"\xff\xfe", "not UTF-8"),
    ([], "the document: not an object"),
    ({}, "users: missing"),
    ({"users": []}, "users: there is none"),
    ({"users": {}}, "users: not an array"),
    ({"users": [1]}, "users[0]: not an object"),
    ({**ACCOUNTS, "user": 1}, "user: there is no such member"),
    ({**ACCOUNTS, "applications": ["x"]}, "applications[0]: not a GUID"),
    (changed(username=None), "users[0].username: missing"),
    (changed(username=""), "users[0].username: empty"),
    (changed(password=5), "users[0].password: not a string"),
    (changed(passport_id="5"), "users[0].passport_id: not a GUID"),
    (changed(default_identity=None), "users[0].default_identity: missing"),
    (changed(default_identity=ola(2)), "users[0].default_identity: the user has no such identity"),
    (changed(tokens=[ola(1), 1]), "users[0].tokens[1]: not a GUID"),
    (changed(tokens=[ola(1), ola(1)]), "users[0].tokens[1]: this token stands twice"),
    (changed(identities=[{"id": ola(1)}, {"id": ola(1)}]), "users[0].identities[1].id: there is another identity"),
    (changed(identities=[{"id": ola(1)}, {"id": "0" * 32}]), "users[0].identities[1].id: the zero GUID"),
    (with_identity(client={}), "users[0].identities[0].client.id: missing"),
    (with_identity(client={"id": 1.5}), "users[0].identities[0].client.id: not a whole number"),
    (with_identity(client={"id": "1"}), "users[0].identities[0].client.id: not a whole number"),
    (with_identity(client={"id": 1, "name": None}), "users[0].identities[0].client.name: not a string"),
    (with_identity(user={"contact_id": 2 ** 31}), "users[0].identities[0].user.contact_id: does not fit in 32 bits"),
    (with_identity(user={"nmae": ""}), "users[0].identities[0].user.nmae: there is no such member"),
    (with_identity(servers=[None, {"id": 1}]), "users[0].identities[0].servers[1].type: missing"),
    (with_identity(services=["1"]), "users[0].identities[0].services[0]: not a whole number"),
    (with_identity(disabled=1), "users[0].identities[0].disabled: not true or false"),
    ({"users": ACCOUNTS["users"] + changed(username="U")["users"]}, "users[1].username: there is another user"),
])
def test_a_wrong_accounts_file_is_refused_with_its_place(tmp_path, accounts, complaint):
    path = tmp_path / "accounts.json"
    text = accounts if isinstance(accounts, (str, bytes)) else json.dumps(accounts)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    refused = run("--port", "0", "--accounts", str(path))
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.decode().startswith(f"so24-sandbox: {path}: {complaint}")
    assert refused.stderr.count(b"\n") == 1


def test_an_accounts_file_that_is_not_there_is_refused():
    refused = run("--accounts", "/nonexistent/accounts.json")
    assert refused.returncode == 1
    assert b"/nonexistent/accounts.json" in refused.stderr


# Ready, and the end


def test_it_says_where_it_listens_in_one_line_and_to_the_descriptor():
    reading, writing = os.pipe()
    process = subprocess.Popen([PROGRAM, "--port", "0", "--ready-fd", str(writing)], stdout=subprocess.PIPE,
                               pass_fds=[writing])
    os.close(writing)
    with os.fdopen(reading) as ready:
        said = ready.read()
    assert said == process.stdout.readline().decode()
    assert said.startswith("http://127.0.0.1:") and said.endswith(f"{PATH}\n")
    process.terminate()
    assert process.communicate(timeout=20)[0] == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0_also_with_calls_under_way(number):
    with Sandbox() as own:
        own.control("POST", "slow", seconds=3600)
        for operation in "Login", "HasSession":
            with pytest.raises(TimeoutError):
                own.post(envelope(operation), soap_headers(operation), timeout=0.1)
        own.control("POST", "slow", seconds=0)
        own.control("POST", "fail", **{"as": "hang"})
        with pytest.raises(TimeoutError):
            own.soap("HasSession", timeout=0.1)
        own.process.send_signal(number)
        assert own.process.wait(timeout=20) == 0


def test_it_ends_with_its_lifeline():
    reading, writing = os.pipe()
    with Sandbox.__new__(Sandbox) as own:
        own.process = subprocess.Popen([PROGRAM, "--port", "0", "--lifeline-fd", str(reading)], pass_fds=[reading],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        os.close(reading)
        assert own.process.stdout.readline()
        os.write(writing, b"still here")
        assert is_alive(own.process.pid)
        os.close(writing)
        assert own.process.wait(timeout=20) == 0


def test_it_ends_when_its_parent_is_killed():
    parent_text = f"""
import os, subprocess, sys, time
reading, writing = os.pipe()
child = subprocess.Popen([{PROGRAM!r}, "--port", "0", "--lifeline-fd", str(reading)], pass_fds=[reading],
                         stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(3600)
"""
    parent = subprocess.Popen([sys.executable, "-c", parent_text], stdout=subprocess.PIPE)
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not is_alive(pid))


def test_it_starts_quickly_and_modestly():
    with Sandbox() as own:
        own.login()
        with open(f"/proc/{own.process.pid}/status") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        assert peak < 128 * 1024
