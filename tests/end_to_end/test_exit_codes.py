"""The exit code of a command outlives whatever breaks while it says how it went."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main, running, showing
from engine.refusal import Exit, Refusal
from engine.runlog.lock import FileLock
from engine.runlog.sqlite import SqliteLog
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.running import run, shown, templates, typed

RUN = "$RUN run two.yaml --yes"
BROKEN = [
    f"{RUN} --format json >/dev/full",
    f"{RUN} | head -c 5",
    f"PYTHONUNBUFFERED=1 {RUN} --format json >/dev/full",
]


def answered(api: Served, code: int) -> None:
    """Let the sandbox answer so that a run ends under that code."""
    faults = {20: Fault(Kind.PARTIAL, failed=3), 22: Fault(Kind.RESET, accepted=True)}
    if code in faults:
        api.sandbox.script(faults[code])


# ---------------------------------------------------------------- an output that is full or closed


@pytest.mark.parametrize("code", [0, 20, 22])
@pytest.mark.parametrize("command", BROKEN)
def test_an_output_that_breaks_behind_the_sends(here: Path, api: Served, command: str, code: int) -> None:
    """The code is the run's own, for it says whether to look into it, and what cannot be shown is said."""
    answered(api, code)
    result = typed(command, here)
    assert result.returncode == code, result.stderr
    assert "Exception ignored" not in result.stderr
    assert "This is a bug" not in result.stderr
    assert templates(api).count("t1") == 20


PIECES = {
    "the way out": "import sys; from engine.__main__ import _leave; sys.stdout.write('x'); _leave(22)",
    "profiled": "import sys; from engine.__main__ import _leave; sys.stdout.write('x'); "
    "sys.setprofile(lambda *_: None); _leave(22)",
    "without it": "import sys; from engine.cli import main; "
    "sys.exit(main(['run', 'two.yaml', '--yes', '--format', 'json']))",
}


@pytest.mark.parametrize("name", PIECES)
def test_what_python_would_do_at_its_own_end(here: Path, api: Served, name: str) -> None:
    """It tries to write again what could not be written, and would end with 120 in place of the code."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    result = typed(f'{shlex.quote(sys.executable)} -c "$CODE" >/dev/full', here, CODE=PIECES[name])
    assert result.returncode == 22, result.stderr


def test_an_output_that_is_full_from_the_start(here: Path, api: Served) -> None:
    """The headline cannot be written, and nothing is sent."""
    assert typed(f"{RUN} >/dev/full", here).returncode == 1
    assert api.sandbox.outbox == ()


def test_nobody_hears_the_progress_either(here: Path, api: Served) -> None:
    """A stderr that is full keeps no run from ending as it does."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert typed(f"{RUN} 2>/dev/full | head -c 5", here).returncode == 22


@pytest.mark.parametrize(
    ("command", "code"),
    [("show nowhere", 64), ("resume nowhere --yes", 64), ("resolve last x --as sent --reason y", 64)],
)
def test_a_refusal_that_nobody_hears(here: Path, command: str, code: int) -> None:
    """It keeps its code."""
    assert typed(f"{RUN} && $RUN {command} 2>/dev/full", here).returncode == code


def test_a_resume_whose_output_breaks(here: Path, api: Served) -> None:
    """As with ``run``."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == 11
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert typed("$RUN resume last --yes --format json >/dev/full", here).returncode == 22


def test_a_word_that_is_recorded_is_recorded(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """``resolve``, ``decide`` and ``cancel`` exit with 0 once it is, whoever reads what they print."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert run() == 22
    assert typed("$RUN resolve last remind --as sent --reason seen >/dev/full", here).returncode == 0
    assert main(["resume", "last", "--yes"]) == 15
    assert typed("$RUN decide last again --as skip --reason no >/dev/full", here).returncode == 0
    result = typed("$RUN cancel last --reason enough >/dev/full", here)
    assert result.returncode == 0
    assert "it is recorded" in result.stderr
    assert shown(capsys, "runs")[0]["status"] == "cancelled"


def test_a_stop_that_cannot_be_shown_is_set(here: Path) -> None:
    """In the log as in a file: 0, and nothing is sent."""
    assert typed("$RUN stop --reason x >/dev/full 2>/dev/full", here).returncode == 0
    assert run() == 11
    assert main(["allow", "--reason", "x"]) == 0
    assert run() == 0
    assert typed("$RUN stop --reason x >/dev/full", here).returncode == 0
    assert run("--again", "x") == 11


# ---------------------------------------------------------------- whatever else goes wrong behind the sends


def failing(error: Exception) -> Callable[..., Any]:
    """Give a function that always fails."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


ERRORS = [Refusal("the log is locked", "wait", Exit.LEASE_OR_LOG), RuntimeError("a slip")]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("code", [0, 20, 22])
@pytest.mark.parametrize("error", ERRORS, ids=["refusal", "bug"])
def test_what_cannot_be_shown(
    api: Served,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: int,
) -> None:
    """A refusal or a bug while the end is shown: the run's own code, and where to look."""
    answered(api, code)
    monkeypatch.setattr(showing, "as_it_is", failing(error))
    assert run() == code
    said = capsys.readouterr().err
    assert "how the run went cannot be shown" in said
    assert "runbook show 2" in said
    assert ("This is a bug" in said) is isinstance(error, RuntimeError)
    assert "nothing was sent" not in said


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("code", [0, 22])
@pytest.mark.parametrize("error", ERRORS, ids=["refusal", "bug"])
@pytest.mark.parametrize("closed", [SqliteLog, running.Connected], ids=["log", "connection"])
def test_what_cannot_be_closed(
    api: Served,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    closed: type,
    error: Exception,
    code: int,
) -> None:
    """The log or the connection: the run's own code."""
    answered(api, code)
    monkeypatch.setattr(closed, "close", failing(error))
    assert run() == code
    said = capsys.readouterr()
    assert "could not be closed" in said.err
    assert "messages:" in said.out


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("sends", "code"), [(True, 24), (False, 1)])
def test_a_bug_when_the_campaign_is_given_back(
    api: Served,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    sends: bool,
    code: int,
) -> None:
    """It never says that nothing was sent where something was: 24; else it is 1."""
    assert main(["log", "init"]) == 0
    monkeypatch.setattr(FileLock, "release", failing(RuntimeError("a slip")))
    if not sends:
        api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == code
    said = capsys.readouterr().err
    assert "This is a bug" in said
    assert ("nothing was sent" in said) is not sends
