"""Following a run of another process: what is told, when it ends, under which exit code."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli import main
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.running import RUNBOOK, lines_of, run, shown, typed
from tests.sandboxes import eventually
from tests.terminals import CTRL_C, at_terminal

OWN_TIMES = "defaults: {timeout: 20s, retry: {attempts: 9, within: 60s}}"


@pytest.fixture
def other(here: Path, api: Served) -> Iterator[subprocess.Popen[bytes]]:
    """Let another process run the runbook; its first answer takes two seconds."""
    api.sandbox.script(Fault(Kind.STALL, seconds=2))
    yield from _running(here, api)


@pytest.fixture
def waiting(here: Path, api: Served) -> Iterator[subprocess.Popen[bytes]]:
    """Let another process run the runbook, whose requests are not taken yet: it waits for its next try."""
    api.sandbox.script(Fault(Kind.STATUS, status=429, always=True))
    yield from _running(here, api)


def _running(here: Path, api: Served) -> Iterator[subprocess.Popen[bytes]]:
    text = RUNBOOK.replace("defaults: {timeout: 2s, retry: {attempts: 2, within: 5s}}", OWN_TIMES)
    (here / "two.yaml").write_text(text, "utf-8")
    command = [sys.executable, "-m", "engine", "run", "two.yaml", "--yes"]
    process = subprocess.Popen(command, cwd=here, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: has_sent(here) or bool(api.sandbox.requests), within_s=20)
        yield process
    finally:
        process.kill()
        process.wait()


def has_sent(here: Path) -> bool:
    """Say whether the log knows an intent: from then on there is something to watch."""
    listed = typed("$RUN events last --format jsonl", here)
    return "send_intended" in listed.stdout


def test_until_the_run_ends(other: subprocess.Popen[bytes], here: Path) -> None:
    """In a pipe a line an event on stderr, then how the run stands on stdout, with its code."""
    result = typed("$RUN watch last", here)
    assert result.returncode == 0 == other.wait(timeout=20)
    told = [line.partition("  ")[2] for line in result.stderr.splitlines()]
    assert [line.partition(":")[0] for line in told] == [
        "remind/c1 about to be sent",
        "remind/c1 sent",
        "again/c1 about to be sent",
        "again/c1 sent",
    ]
    assert result.stdout.startswith("SANDBOX: nothing leaves this machine · camp_demo\nRun 2")
    assert "messages: 30" in result.stdout


@pytest.mark.usefixtures("other")
def test_at_a_terminal_it_is_drawn(here: Path) -> None:
    """The same view as where it runs."""
    with at_terminal("watch", "last", folder=here) as terminal:
        assert "then: again, if steps.remind.failed == 0" in terminal.until("sending")
        assert terminal.end() == 0
        assert "again/c1 sent: 10 customers" in terminal.scrolled
        assert "━" not in terminal.scrolled


def test_as_lines_of_json(other: subprocess.Popen[bytes], here: Path) -> None:
    """Every event from the first, as ``events`` lists them, and nothing else on stdout."""
    result = typed("$RUN watch last --format jsonl", here)
    assert result.returncode == 0 == other.wait(timeout=20)
    assert result.stdout == typed("$RUN events last --format jsonl", here).stdout
    assert json.loads(result.stdout.splitlines()[-1])["kind"] == "lease_released"


def test_a_process_that_is_killed_in_a_send(other: subprocess.Popen[bytes], here: Path) -> None:
    """Its send is in doubt (22), with the lines that settle it; nothing is written."""
    with at_terminal("watch", "last", folder=here, columns=160) as terminal:
        terminal.until("sending")
        other.kill()
        assert terminal.end() == 22
        assert [line[0] for line in lines_of(terminal.scrolled)] == ["reconcile", *["resolve"] * 3]
    assert "send_settled" not in typed("$RUN events last --format jsonl", here).stdout


def test_a_process_that_is_killed_while_it_waits(waiting: subprocess.Popen[bytes], here: Path) -> None:
    """Nothing went out (15): it says that the process ended, and how the run goes on."""
    with at_terminal("watch", "last", folder=here, columns=160) as terminal:
        terminal.until(" s more")
        waiting.kill()
        assert terminal.end() == 15
        assert "its process ended before the run did" in terminal.scrolled
        assert [line[0] for line in lines_of(terminal.scrolled)] == ["resume", "cancel"]


def test_ctrl_c_ends_the_looking_alone(other: subprocess.Popen[bytes], here: Path, api: Served) -> None:
    """It says so (130), and the run goes on to its end."""
    with at_terminal("watch", "last", folder=here, columns=160) as terminal:
        terminal.until("sending")
        terminal.type(CTRL_C)
        assert terminal.end() == 130
        assert "the run goes on. `runbook watch 2" in terminal.scrolled
        assert terminal.shows_cursor
    assert other.wait(timeout=20) == 0
    assert len(api.sandbox.outbox) == 30


@pytest.mark.parametrize(
    ("fault", "code"),
    [(None, 0), (Fault(Kind.STATUS, status=401), 11), (Fault(Kind.RESET, accepted=True), 22)],
)
@pytest.mark.usefixtures("here")
def test_a_run_that_goes_on_no_longer(
    api: Served, capsys: pytest.CaptureFixture[str], fault: Fault | None, code: int
) -> None:
    """How it stands, at once, under its code."""
    if fault:
        api.sandbox.script(fault)
    assert run() == code
    capsys.readouterr()
    assert main(["watch", shown(capsys, "runs")[0]["run"][:-2]]) == code
    assert "\nRun 2" in capsys.readouterr().out


def test_a_run_that_is_not_there(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Refused (64) before and after there is a log; none is made."""
    assert main(["watch", "last"]) == 64
    assert "there is no run log" in capsys.readouterr().err
    assert not (here / ".runbook").exists()
    assert run() == 0
    assert main(["watch", "nowhere"]) == 64
