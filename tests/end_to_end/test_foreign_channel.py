"""A channel that another distribution brings: one file and an entry point, from the check to the outbox."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.sandbox import Options
from engine.sandbox.reading import faults_of
from engine.sandbox.server import Served
from tests.distributions import RCS, install
from tests.end_to_end.running import typed
from tests.sandboxes import served

RUNBOOK = """\
format: runbook/v1
name: foreign
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
inputs: {lender: {type: string, default: lender-7}}
steps:
  - id: remind
    channel: rcs
    template: rcsTpl01
    agent: "{{ inputs.lender }}"
    valid_h: 12
    filters: {payment_status: [bounced, pending]}
    limit: 15
  - id: by_sms
    channel: sms
    template: smsTpl01
    when: steps.remind.initiated < 20
    filters: {payment_status: bounced}
    limit: 5
"""


@pytest.fixture
def api() -> Iterator[Served]:
    """Serve a sandbox that answers the endpoint of the channel, too."""
    with served(50, options=Options(endpoints=frozenset({"rcs"}), strict=True)) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with the runbook, where Python finds the distribution."""
    monkeypatch.setenv("PYTHONPATH", str(install(tmp_path / "site")))
    (tmp_path / "rcs.yaml").write_text(RUNBOOK, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def before(address: str) -> dict[str, str]:
    """Give the environment of a command that stands before a sandbox."""
    return {"TIMEPAY_BASE_URL": address, "TIMEPAY_TOKEN": "sandbox"}


def said(folder: Path, command: str, code: int = 0, /, **environment: str) -> str:
    """Type a command, look at its exit code, and give what it printed; the rest if it printed nothing."""
    result = typed(command, folder, **environment)
    assert result.returncode == code, result.stderr
    return result.stdout or result.stderr


def plan_of(folder: Path) -> Any:  # noqa: ANN401  (any JSON)
    """Plan the runbook as JSON."""
    return json.loads(said(folder, "$RUN plan rcs.yaml --format json"))


def test_it_is_checked_planned_and_run(folder: Path, api: Served) -> None:
    """Its step is valid, stands in the plan with its origin, and reaches whom its filters name."""
    here = before(api.address)
    assert "1 runbook" in said(folder, "$RUN validate rcs.yaml 2>&1")
    text = said(folder, "$RUN plan rcs.yaml", **here)
    assert "1. remind · RCS (of rcs-channel 1.2): will run" in text
    assert "agent  lender-7" in text
    said(folder, "$RUN run rcs.yaml --yes", **here)
    channels = [message.channel for message in api.sandbox.outbox]
    assert (channels.count("rcs"), channels.count("sms")) == (15, 5)
    customers = api.sandbox.campaigns["camp_demo"].customers
    statuses = {customers[each.customer].payment_status for each in api.sandbox.outbox}
    assert statuses == {"bounced", "pending"}
    first = api.sandbox.requests[0]
    assert (first.method, first.path) == ("POST", "/initiate/camp_demo/rcs")
    assert json.loads(first.body) == plan_of(folder)["steps"][0]["sends"][0]["body"]
    shown = json.loads(said(folder, "$RUN show last --format json", **here))
    assert [send["channel"] for send in shown["sends"]] == ["rcs", "sms"]


def test_the_run_goes_on_where_the_channel_is_gone(folder: Path, api: Served) -> None:
    """A run keeps its requests: what is resumed is what was reviewed, whatever is installed by then."""
    here = before(api.address)
    (fault,) = faults_of(["reset:channel=rcs,accepted=yes"], ["rcs"])
    api.sandbox.script(fault)
    said(folder, "$RUN run rcs.yaml --yes", 22, **here)
    said(folder, "$RUN resolve last remind --as sent --reason 'the outbox shows it'", **here)
    said(folder, "$RUN resume last --yes", 15, **here, PYTHONPATH="")
    said(folder, "$RUN decide last by_sms --as run --reason 'half got it'", **here, PYTHONPATH="")
    said(folder, "$RUN resume last --yes", 20, **here, PYTHONPATH="")
    channels = [message.channel for message in api.sandbox.outbox]
    assert (channels.count("rcs"), channels.count("sms")) == (15, 5)


def test_another_version_is_another_plan(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The version stands among the rules: what was reviewed with one is not run with another."""
    for name, value in before("http://127.0.0.1:9/api/v1").items():
        monkeypatch.setenv(name, value)
    reviewed = plan_of(folder)
    about = folder / "site" / "rcs_channel-1.2.dist-info" / "METADATA"
    about.write_text(about.read_text("utf-8").replace("1.2", "1.3"), "utf-8")
    now = plan_of(folder)
    assert reviewed["rules"]["channels"] == {"rcs": "rcs-channel 1.2"}
    assert now["rules"]["channels"] == {"rcs": "rcs-channel 1.3"}
    assert reviewed["digests"]["rules"] != now["digests"]["rules"]
    assert reviewed["steps"] == now["steps"]
    (folder / "reviewed.json").write_text(json.dumps(reviewed), "utf-8")
    command = "$RUN run rcs.yaml --plan reviewed.json --yes 2>&1"
    refused = said(folder, command, 13)
    assert "what the channel rcs comes with: reviewed rcs-channel 1.2, now rcs-channel 1.3" in refused


def test_editors_learn_of_it(folder: Path) -> None:
    """The schema for editors holds the keys of installed channels."""
    schema = json.loads(said(folder, "$RUN schema"))
    assert {"template", "agent", "fallback", "valid_h"} <= schema["$defs"]["step_rcs"]["properties"].keys()
    assert "step_rcs" not in json.loads(said(folder, "$RUN schema", PYTHONPATH=""))["$defs"]


def test_without_it_the_runbook_is_invalid(folder: Path) -> None:
    """Where the distribution is not installed, the channel is unknown: nothing is guessed."""
    assert "RB113" in said(folder, "$RUN validate rcs.yaml", 10, PYTHONPATH="")


def test_a_broken_one_is_refused_by_name(folder: Path) -> None:
    """The command says which distribution it is, and how to get rid of it; it is no bug of the engine."""
    (folder / "site" / "rcs_channel.py").write_text("import nowhere_at_all\n", "utf-8")
    for command in ("validate rcs.yaml", "plan rcs.yaml", "schema"):
        refused = said(folder, f"$RUN {command} 2>&1", 1)
        assert "error: the channel rcs of rcs-channel 1.2 cannot be imported: ModuleNotFoundError" in refused
        assert "  help: install another version of rcs-channel, or remove it: pip uninstall" in refused
        assert "Traceback" not in refused
        assert "bug" not in refused


def test_the_sandbox_command_answers_it(folder: Path) -> None:
    """``runbook sandbox --endpoint rcs`` is the API with that endpoint; faults may name it."""
    command = [sys.executable, "-m", "engine", "sandbox", "--port", "0", "--endpoint", "rcs"]
    command += ["--fault", "partial:channel=rcs,failed=3"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            here = before(address)
            said(folder, "$RUN run rcs.yaml --yes", 20, **here)
            shown = json.loads(said(folder, "$RUN show last --format json", **here))
            assert [shown["steps"][0][key] for key in ("initiated", "failed")] == [12, 3]
            page = said(folder, f"curl -sf {address.removesuffix('api/v1')}")
            assert ">rcs<" in page
        finally:
            process.terminate()
            process.wait(timeout=10)


CONTRACT = """\
from engine.testing.channel_contract import ChannelContract
from rcs_channel import RCS


class TestRcs(ChannelContract):
    channel = RCS
    example = {"template": "rcsTpl01", "agent": "agent-lender", "fallback": "sms", "valid_h": 24}
    body_keys = frozenset({"templateId", "agentId", "fallback", "validHours"})
"""


@pytest.mark.parametrize(
    ("code", "failed"),
    [
        pytest.param(RCS, 0, id="sound"),
        pytest.param(RCS.replace("content[name]", "content['validHours']"), 3, id="broken"),
    ],
)
def test_its_author_runs_the_contract(folder: Path, code: str, failed: int) -> None:
    """Three lines, and pytest collects every promise; a broken one fails in words."""
    (folder / "site" / "rcs_channel.py").write_text(code, "utf-8")
    (folder / "test_rcs.py").write_text(CONTRACT, "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
        "--rootdir=.",
    ]
    result = subprocess.run(
        [*command, "test_rcs.py"], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.returncode != 0) is (failed > 0), result.stdout
    if failed:
        assert "fallback: not among" in result.stdout or "is not in the request" in result.stdout
    else:
        assert " passed" in result.stdout
        assert "failed" not in result.stdout
