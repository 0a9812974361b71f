"""Events as lines of JSON: as they become durable, and afterwards."""

import fcntl
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest

from engine.cli import main
from engine.cli.telling import heard
from engine.clock import boottime_s, now
from engine.record.event import RunCancelled
from engine.runlog.shape import build
from engine.runlog.sqlite import open_log
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.running import run, shown, templates, typed
from tests.terminals import at_terminal

LOG = Path(".runbook", "runlog.db")


@pytest.mark.usefixtures("here")
def test_a_run_prints_what_events_lists(capsys: pytest.CaptureFixture[str]) -> None:
    """Line for line, the schema's shape; the talk, the result too, stands on stderr."""
    assert run("--format", "jsonl") == 0
    said = capsys.readouterr()
    assert main(["events", "last", "--format", "jsonl"]) == 0
    assert capsys.readouterr().out == said.out
    events = [json.loads(line) for line in said.out.splitlines()]
    schema = jsonschema.Draft202012Validator(build())
    for event in events:
        schema.validate(event)
    assert events == shown(capsys, "events", "last")
    assert said.err.startswith("SANDBOX")
    assert "messages: 30" in said.err


@pytest.mark.usefixtures("here")
def test_a_resume_prints_what_it_adds(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines behind those of the run; what another process left open is not passed over."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run("--format", "jsonl") == 11
    first = capsys.readouterr()
    assert "runbook resume" in first.err
    assert main(["resume", "last", "--yes", "--format", "jsonl"]) == 0
    second = capsys.readouterr().out
    assert main(["events", "last", "--format", "jsonl"]) == 0
    assert capsys.readouterr().out == first.out + second


@pytest.mark.usefixtures("here")
def test_events_of_other_runs_are_not_among_them(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Such as the end of an older run on the same occasion that had sent nothing."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == 11
    capsys.readouterr()
    assert run("--format", "jsonl") == 0
    said = capsys.readouterr().out
    assert shown(capsys, "runs")[1]["status"] == "cancelled"
    assert len({json.loads(line)["run"] for line in said.splitlines()}) == 1


def test_what_is_not_durable_is_not_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line comes after the transaction, never within it, and not at all where that fails."""
    assert run() == 0
    log = open_log(here / LOG, actor="asha", owner="x", create=False)
    name = log.find("last").run
    capsys.readouterr()
    with heard(log, name, "jsonl") as telling:
        with suppress(ZeroDivisionError), telling.writing() as writer:
            writer.append(name, RunCancelled(now(), "x"))
            raise ZeroDivisionError
        with telling.writing() as writer:
            writer.append(name, RunCancelled(now(), "y"))
            assert capsys.readouterr().out == ""
    assert json.loads(capsys.readouterr().out)["reason"] == "y"
    log.close()


def test_each_line_comes_when_it_is_durable(here: Path, api: Served) -> None:
    """The intent is read, and stands in the log, while the answer is still on its way."""
    api.sandbox.script(Fault(Kind.STALL, seconds=1.5))
    command = [sys.executable, "-m", "engine", "run", "two.yaml", "--yes", "--format", "jsonl"]
    with subprocess.Popen(
        command, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        lines = iter(process.stdout)
        read = next(line for line in lines if json.loads(line)["kind"] == "send_intended")
        assert read in typed("$RUN events last --format jsonl", here).stdout
        assert api.sandbox.outbox == ()
        list(lines)
    assert process.returncode == 0


@pytest.mark.parametrize(("form", "stream"), [("jsonl", "stdout"), ("text", "stderr")])
def test_a_reader_that_stalls_holds_no_request_back(form: str, stream: str, here: Path, api: Served) -> None:
    """Nothing waits for it between an intent and its request; once it reads on it has missed nothing."""
    steps = "".join(
        f"  - {{id: s{n}, channel: sms, template: t{n}, filters: {{payment_status: bounced}}, limit: 1}}\n"
        for n in range(40)
    )
    head, _, _ = (here / "two.yaml").read_text("utf-8").partition("steps:")
    (here / "many.yaml").write_text(f"{head}steps:\n{steps}", "utf-8")
    command = [sys.executable, "-m", "engine", "run", "many.yaml", "--yes", "--format", form]
    out, err = (subprocess.PIPE if each == stream else subprocess.DEVNULL for each in ("stdout", "stderr"))
    with subprocess.Popen(command, cwd=here, stdout=out, stderr=err) as process:
        pipe = process.stdout or process.stderr
        assert pipe is not None
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 4096)
        until_s = boottime_s() + 30
        while len(api.sandbox.outbox) < 40 and boottime_s() < until_s:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        assert len(api.sandbox.outbox) == 40
        said = pipe.read().decode()
    assert process.returncode == 0
    assert said.count("s39") >= 2


def test_a_reader_that_leaves_stops_no_run(here: Path, api: Served) -> None:
    """Everything is sent, under the run's own code."""
    assert typed("$RUN run two.yaml --yes --format jsonl | head -n 1", here).returncode == 0
    assert len(templates(api)) == 30


def test_the_view_stands_beside_the_lines(here: Path, tmp_path: Path) -> None:
    """On a terminal, while stdout goes elsewhere."""
    with at_terminal(
        "run", "two.yaml", "--yes", "--format", "jsonl", folder=here, out=tmp_path / "x"
    ) as seen:
        assert seen.end() == 0
        assert "2 of 2 sends · 30 messages" in seen.scrolled
        assert "messages: 30" in seen.scrolled
    assert all(json.loads(line) for line in (tmp_path / "x").read_text("utf-8").splitlines())


@pytest.mark.usefixtures("here")
def test_a_dry_run_has_no_events(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """It says which form there is (64)."""
    assert run("--dry-run", "--format", "jsonl") == 64
    assert "--format json" in capsys.readouterr().err
    assert api.sandbox.requests == ()
