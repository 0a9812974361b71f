"""``runbook sandbox`` as a process: what it prints, what it serves, how it ends."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.sandboxes import HEADERS, served

WAIT_S = 20


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command on a free port; give the process and all it printed before it waits."""
    command = [sys.executable, "-m", "engine", "sandbox", "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process, _welcome(process)
    finally:
        process.kill()
        process.communicate(timeout=WAIT_S)


def _welcome(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    lines = list[str]()
    for line in process.stdout:
        lines.append(line)
        if line.startswith("Stop it"):
            break
    return "".join(lines)


def address(welcome: str) -> str:
    """Give the base URL that is to be exported."""
    found = re.search(r"export TIMEPAY_BASE_URL=(\S+) TIMEPAY_TOKEN=sandbox\n", welcome)
    assert found is not None, welcome
    return found[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped(number: signal.Signals) -> None:
    """The printed lines work; Ctrl-C and SIGTERM end it well, and nothing else is printed."""
    with running("--customers", "20", "--org", "acme") as (process, welcome):
        assert "camp_demo (PL Mumbai): 20 customers" in welcome
        assert "    branch: mumbai, nagpur, nashik, pune\n" in welcome
        assert "first_name" not in welcome
        assert "export TIMEPAY_ORG_ID=acme" in welcome
        body = {"templateId": "t", "filters": {"ids": ["LOANID-2043153"]}}
        answer = httpx.post(
            f"{address(welcome)}/initiate/camp_demo/sms", json=body, headers=HEADERS, trust_env=False
        )
        assert answer.json()["results"]["initiated"] == 1
        inbox = re.search(r"to see: (\S+)", welcome)
        assert inbox is not None
        assert "LOANID-2043153" in httpx.get(inbox[1], trust_env=False).text
        process.send_signal(number)
        rest, talk = process.communicate(timeout=WAIT_S)
    assert (process.returncode, rest) == (0, "")
    assert talk == "stopped; 1 messages were accepted, and nobody was reached\n"


def test_faults_and_campaigns_can_be_given(tmp_path: Path) -> None:
    """A file of campaigns in place of made-up ones, and a script of faults."""
    file = tmp_path / "campaigns.json"
    file.write_text(json.dumps({"campaigns": [{"id": "c1", "customers": [{"loan_id": "L-1"}]}]}), "utf-8")
    with running("--load", str(file), "--fault", "status:status=503,skip=1") as (_, welcome):
        url = f"{address(welcome)}/initiate/c1/sms"
        sent = [httpx.post(url, json={"templateId": "t"}, headers=HEADERS, trust_env=False) for _ in range(3)]
    assert [each.status_code for each in sent] == [200, 503, 200]


def refused(*options: str) -> tuple[int, str]:
    """Give the exit code and the complaint of a command that does not start."""
    command = [sys.executable, "-m", "engine", "sandbox", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_a_taken_port_is_refused_with_the_cure() -> None:
    """Exit 64, and what to do."""
    with served(1) as where:
        code, said = refused("--port", str(where.port))
    assert code == 64
    assert f"port {where.port} is in use" in said
    assert "--port 0" in said


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--fault", "rest"], 64, "there is no fault 'rest'"),
        (["--fault", "reset:chanel=sms"], 64, "faults have no 'chanel'"),
        (["--port", "70000"], 64, "--port"),
        (["--customers", "-1"], 64, "--customers"),
        (["--load", "nowhere.json"], 64, "does not exist"),
    ],
)
def test_what_makes_no_sense_is_refused(options: list[str], code: int, said: str) -> None:
    """Nothing is served, and no traceback is shown."""
    got, complaint = refused(*options)
    assert got == code
    assert said in complaint
    assert "Traceback" not in complaint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is not JSON"),
        ("5", "expected campaigns"),
        ("{}", "a campaign is a mapping"),
        ('{"campaigns": 5}', "expected campaigns"),
        ('{"id": "c", "customers": [{}]}', "customer 1"),
    ],
)
def test_a_bad_file_of_campaigns_is_invalid(tmp_path: Path, text: str, said: str) -> None:
    """Exit 10, and where in the file."""
    file = tmp_path / "campaigns.json"
    file.write_text(text, "utf-8")
    code, complaint = refused("--load", str(file))
    assert code == 10
    assert said in complaint
