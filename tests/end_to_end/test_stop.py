"""Stopping is always allowed, and holds at once; allowing says what stands all the same."""

import errno
import os
import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main, stopping
from engine.clock import Steady, boottime_s
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.running import lines_of, run, shown

LOG = Path(".runbook", "runlog.db")
STOP = Path(".runbook", "STOP")
OWN = "logs of production/run log.db"
STOP_ALL = ["stop", "--reason", "wrong text"]


@pytest.fixture
def two(here: Path, api: Served, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a repository with two environments, staging the default one, and one log."""
    monkeypatch.delenv("TIMEPAY_BASE_URL")
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(
        "format: config/v1\ndefault: staging\nenvironments:\n"
        f'  staging: {{base_url: "{api.address}", org: org_staging}}\n'
        f'  production: {{base_url: "{api.address}", org: org_production}}\n',
        "utf-8",
    )
    assert main(["log", "init"]) == 0
    return here


def words(line: list[str]) -> list[str]:
    """Give a finished command line's words, as somebody types them."""
    return [word.replace("WHY", "mended") for word in line]


@pytest.fixture
def apart(two: Path) -> Path:
    """Give production a log of its own, which is made by its first run."""
    config = two / ".runbook" / "config.yaml"
    text = config.read_text("utf-8").replace("org: org_production", f'org: org_production, log: "{OWN}"')
    config.write_text(text, "utf-8")
    return two / ".runbook" / OWN


def stop_in_a_wait(
    api: Served, monkeypatch: pytest.MonkeyPatch, *lines: list[str], options: tuple[str, ...] = ()
) -> None:
    """Run, and have these commands typed while the run waits for its second try; it is kept back (11)."""
    sleep = Steady.sleep_until
    typed = list(lines)

    def in_the_wait(clock: Steady, until: datetime, asked: Callable[[], bool]) -> None:
        while typed:
            assert main(typed.pop(0)) == 0
        sleep(clock, until, asked)

    api.sandbox.script(Fault(Kind.STATUS, status=429))
    with monkeypatch.context() as patch:
        patch.setattr(Steady, "sleep_until", in_the_wait)
        assert run(*options) == 11


# ---------------------------------------------------------------- what a stop covers


@pytest.mark.usefixtures("here")
def test_stop_and_allow(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A stop in the log and the STOP file each keep everything back (11)."""
    assert main(["stop", "--reason", "wrong text"]) == 0  # no log yet: a file
    assert run() == 11
    assert "wrong text" in capsys.readouterr().err
    assert main(["allow", "--reason", "mended"]) == 0
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == 11  # makes the log
    assert main(["stop", "--campaign", "camp_demo", "--reason", "x"]) == 0
    assert main(["resume", "last", "--yes"]) == 11
    assert [stop["campaign"] for stop in shown(capsys, "status")["stops"]] == ["camp_demo"]
    assert main(["allow", "--reason", "y"]) == 64  # there is no stop for everything
    assert main(["allow", "--campaign", "camp_demo", "--reason", "y"]) == 0
    assert api.sandbox.outbox == ()
    assert main(["resume", "last", "--yes"]) == 0


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("option", "codes"),
    [((), (11, 11)), (("--env", "staging"), (11, 0)), (("--env", "production"), (0, 11))],
    ids=["everywhere", "staging", "production"],
)
def test_a_campaign_is_stopped_in_every_account(
    option: tuple[str, ...], codes: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Only ``--env`` narrows it; ``status`` names the account, and its line lifts the stop."""
    assert main(["stop", "--campaign", "camp_demo", "--reason", "x", *option]) == 0
    assert (run("--env", "staging"), run("--env", "production")) == codes
    capsys.readouterr()
    assert main(["status"]) == 0
    said = capsys.readouterr().out
    assert (f"organisation org_{option[1]}" in said) if option else ("organisation" not in said)
    (line,) = [line for line in lines_of(said) if line[0] == "allow"]
    assert ("--env" in line) is bool(option)
    assert main(words(line)) == 0
    assert shown(capsys, "status")["stops"] == []


@pytest.mark.usefixtures("two")
def test_a_variable_narrows_no_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """``RUNBOOK_ENV`` chooses a place to work in; it was set long before anybody wanted to stop."""
    monkeypatch.setenv("RUNBOOK_ENV", "staging")
    assert main(["stop", "--campaign", "camp_demo", "--reason", "x"]) == 0
    assert run("--env", "production") == 11


@pytest.mark.usefixtures("two")
def test_what_stands_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """``allow`` lifts what it names, and says what keeps things back still, with the line for each."""
    assert main(["stop", "--campaign", "camp_demo", "--reason", "x"]) == 0
    assert main(["stop", "--campaign", "camp_demo", "--reason", "x", "--env", "production"]) == 0
    assert main(["stop", "--campaign", "other one", "--reason", "x"]) == 0
    assert main(STOP_ALL) == 0
    STOP.write_text("by hand\n", "utf-8")
    capsys.readouterr()
    assert main(["allow", "--campaign", "camp_demo", "--reason", "mended"]) == 0
    said = capsys.readouterr().out
    assert "Sending is allowed again" not in said
    assert "by hand" in said
    assert "org_production" in said
    for line in lines_of(said):
        assert main(words(line)) == 0
    assert f"    rm {STOP.absolute()}\n" in said
    STOP.unlink()
    assert shown(capsys, "status")["stops"] == []
    assert not STOP.exists()
    assert run() == 0


@pytest.mark.usefixtures("here")
def test_allowed_again_is_said_where_nothing_stands(capsys: pytest.CaptureFixture[str]) -> None:
    """And only there."""
    assert main(STOP_ALL) == 0
    assert main(["allow", "--reason", "x"]) == 0
    assert "Sending is allowed again: everything." in capsys.readouterr().out
    assert main(["allow", "--reason", "x"]) == 64


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_to_allow_says_something(reason: str) -> None:
    """An empty one is refused (64)."""
    STOP.parent.mkdir()
    STOP.touch()
    assert main(["allow", "--reason", reason]) == 64
    assert STOP.exists()


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("words", [[], ["--reason", " "]])
def test_a_stop_takes_no_reason(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever is in a hurry gives none, or a variable that is not set."""
    assert main(["log", "init"]) == 0
    assert main(["stop", *words]) == 0
    assert [stop["reason"] for stop in shown(capsys, "status")["stops"]] == ["no reason given"]
    assert run() == 11


@pytest.mark.usefixtures("here")
def test_a_stop_says_which_runs_it_ends(
    api: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that go on at this moment; and it prints the line that lifts it."""
    stop_in_a_wait(api, monkeypatch, ["stop", "--campaign", "camp_demo"])
    said = capsys.readouterr().out
    name = shown(capsys, "runs")[0]["run"]
    assert (
        "Stopped: campaign camp_demo.\n"
        f"  Run {name} sends nothing more while that stands; 0 messages so far.\n"
        'This lifts it:\n    runbook allow --campaign camp_demo --reason "WHY"\n'
    ) in said
    assert main(["stop"]) == 0
    assert "No run was going on." in capsys.readouterr().out


@pytest.mark.usefixtures("here")
def test_a_campaign_that_no_run_was_on(capsys: pytest.CaptureFixture[str]) -> None:
    """It is stopped all the same, with a warning: a slip of the pen lets the right one go on."""
    assert run() == 0
    assert main(["stop", "--campaign", "camp_dem"]) == 0
    said = capsys.readouterr()
    assert "Stopped: campaign camp_dem." in said.out
    assert "no run of this log was ever on campaign camp_dem; did you mean" in said.err
    assert lines_of(said.err) == [["stop", "--campaign", "camp_demo"]]
    assert main(["stop", "--campaign", "camp_demo"]) == 0
    assert "warning" not in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_what_was_stopped_can_go_on(
    api: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``allow`` names the run that awaits its ``resume``, ``status`` and ``show`` say that it can go on."""
    stop_in_a_wait(api, monkeypatch, ["stop", "--campaign", "camp_demo"], ["stop", "--all"])
    assert "it can go on" not in capsys.readouterr().out
    assert main(["allow", "--reason", "mended"]) == 0
    assert "runbook resume" not in capsys.readouterr().out  # the other one still stands
    assert main(["allow", "--campaign", "camp_demo", "--reason", "mended"]) == 0
    said = capsys.readouterr().out
    assert "Sending is allowed again: campaign camp_demo." in said
    for verb in (["status"], ["show", "last"]):
        assert main(verb) == 0
        assert "that is lifted, so it can go on" in capsys.readouterr().out
    (line,) = lines_of(said)
    assert main([*line, "--yes"]) == 0
    assert len(api.sandbox.outbox) == 30


@pytest.mark.usefixtures("here")
def test_a_campaign_has_a_name() -> None:
    """An empty one, of a variable that is not set, would read as everything."""
    assert main(["stop", "--campaign", "", "--reason", "x"]) == 64
    assert main(["stop", "--campaign", "x", "--all", "--reason", "x"]) == 64


# ---------------------------------------------------------------- several logs


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("option", [(), ("--campaign", "camp_demo")], ids=["everything", "campaign"])
def test_a_stop_reaches_every_log(
    option: tuple[str, ...],
    api: Served,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A run that goes on in another environment's log is ended; what lifts the stop lifts it there, too."""
    stop_in_a_wait(api, monkeypatch, ["stop", *option], options=("--env", "production"))
    assert api.sandbox.outbox == ()
    said = capsys.readouterr().out
    (name,) = (entry["run"] for entry in shown(capsys, "runs", "--env", "production"))
    assert "runlog.db (staging):\n    No run was going on.\n" in said
    sends = f"    Run {name} sends nothing more while that stands; 0 messages so far.\n"
    assert f"{OWN} (production):\n{sends}" in said
    assert len(shown(capsys, "status")["stops"]) == 1
    assert run() == 11
    capsys.readouterr()
    assert main(words(lines_of(said)[0])) == 0
    (line,) = lines_of(capsys.readouterr().out)
    assert main([*line, "--yes"]) == 0
    assert run() == 0


@pytest.mark.parametrize("damage", ["none there", "garbage", "locked"])
def test_what_no_log_holds_a_file_does(apart: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Where another environment's log does not take the stop, a file stops its runs; ``allow`` removes it."""
    start = ("--env", "production")
    if damage != "none there":
        assert run(*start, "--input", "branch=nashik") == 0
    sound = apart.read_bytes() if damage == "garbage" else b""
    if sound:
        apart.write_bytes(b"no log at all")
    with locked(apart) if damage == "locked" else nullcontext():
        assert main(STOP_ALL) == 0
    if sound:
        apart.write_bytes(sound)
    said = capsys.readouterr()
    assert "so a file stops it instead" in said.err
    folder = apart.parent.parent if damage == "none there" else apart.parent
    assert f"Stopped by the file {folder / 'STOP'}:" in said.out
    assert (run(*start), run()) == (11, 11)
    (line,) = lines_of(said.out)
    assert main(words(line)) == 0
    for file in (line.split("rm ")[1] for line in said.out.splitlines() if line.startswith("    rm ")):
        Path(shlex.split(file)[0]).unlink(missing_ok=True)  # where all is one stop, the line before did it
    assert (run(*start), run()) == (0, 0)


@pytest.mark.parametrize("stopped", ["staging", "production"])
def test_an_option_narrows_a_stop_to_one_log(
    apart: Path, stopped: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said what goes on, with the line that stops that, too; and lifting one leaves the others."""
    assert run("--env", "production", "--input", "branch=nashik") == 0
    other = "production" if stopped == "staging" else "staging"
    capsys.readouterr()
    assert main([*STOP_ALL, "--env", stopped]) == 0
    said = capsys.readouterr().out
    logs = {"staging": apart.parents[1] / LOG.name, "production": apart}
    assert said.startswith(f"Stopped: everything in the run log {logs[stopped]}.\n")
    assert f"Not stopped: whatever is run with the run log {logs[other]} ({other})." in said
    assert lines_of(said)[-1] == STOP_ALL
    assert (run("--env", stopped), run("--env", other)) == (11, 0)
    assert main([*STOP_ALL, "--env", other]) == 0
    commands = [stop["command"] for stop in shown(capsys, "status")["stops"]]
    assert len(commands) == 2
    assert main(words(shlex.split(commands[0])[1:])) == 0
    said = capsys.readouterr().out
    assert "These still stand:" in said
    assert [shlex.join(line) for line in lines_of(said)] == [shlex.join(shlex.split(commands[1])[1:])]
    assert main(["allow", "--reason", "mended"]) == 0
    assert shown(capsys, "status")["stops"] == []


def test_a_variable_that_names_a_log_narrows_no_stop(apart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does it make a file for a log that nobody uses."""
    assert run("--env", "production", "--input", "branch=nashik") == 0
    monkeypatch.setenv("RUNBOOK_LOG", "another.db")
    assert main(["log", "init"]) == 0
    LOG.unlink()
    assert main(STOP_ALL) == 0
    assert run() == 11
    monkeypatch.delenv("RUNBOOK_LOG")
    assert run("--env", "production") == 11
    assert not STOP.exists()
    assert not (apart.parent / "STOP").exists()


def test_status_names_the_one_log_that_is_stopped(apart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What another log's runs send, it does not call stopped; nor where the other log is not made yet."""
    for is_made in (False, True):
        assert main(STOP_ALL if is_made else [*STOP_ALL, "--env", "staging"]) == 0
        if is_made:
            assert main(["allow", "--reason", "x", "--env", "staging"]) == 0
        stopped, log = ("production", apart) if is_made else ("staging", apart.parents[1] / LOG.name)
        assert [stop["log"] for stop in shown(capsys, "status")["stops"]] == [str(log)]
        assert main(["status"]) == 0
        said = capsys.readouterr().out
        told = " ".join(said.split())
        assert f"Stopped: everything that is run with the run log {log} ({stopped}), by" in told
        (line,) = lines_of(said)
        assert line[-2:] == ["--env", stopped]
        assert run("--env", "staging" if is_made else "production", "--input", "branch=nashik") == 0
        assert main(words(line)) == 0
    assert main(STOP_ALL) == 0
    assert [stop["log"] for stop in shown(capsys, "status")["stops"]] == [None]


@pytest.mark.parametrize("damaged", ["staging", "production"])
def test_what_stops_a_log_that_cannot_be_read(
    apart: Path, damaged: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its file is lifted like any other; the rest is told of, and nobody reads that all is allowed (14)."""
    assert main(["log", "init", "--env", "production"]) == 0
    log = {"staging": LOG, "production": apart}[damaged]
    log.write_bytes(b"no log at all")
    assert main(STOP_ALL) == 0
    assert (log.parent / "STOP").exists()
    capsys.readouterr()
    assert main(["allow", "--reason", "x"]) == 14
    said = capsys.readouterr()
    assert "Lifted: the stop of everything, by " in said.out
    assert "Sending is allowed again" not in said.out
    assert "is no run log" in said.err
    assert not (log.parent / "STOP").exists()
    assert main(["allow", "--reason", "x"]) == 14


def test_logs_that_are_locked_are_waited_for_together(
    two: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that messages leave by is stopped before any is waited for again."""
    config = two / ".runbook" / "config.yaml"
    names = [f"e{number}" for number in range(5)]
    lines = (f'  {name}: {{base_url: "http://127.0.0.1:9", org: {name}, log: {name}.db}}\n' for name in names)
    config.write_text(config.read_text("utf-8") + "".join(lines), "utf-8")
    for name in names:
        assert main(["log", "init", "--env", name]) == 0
    asked: list[str] = []
    append = stopping.append

    def heard(path: Path, *more: Any) -> object:  # noqa: ANN401  (passed on)
        asked.append(path.name)
        return append(path, *more)

    monkeypatch.setattr(stopping, "append", heard)
    before = boottime_s()
    with ExitStack() as held:
        for name in ["runlog", *names[:-1]]:
            held.enter_context(locked(config.parent / f"{name}.db"))
        assert main(STOP_ALL) == 0
    assert boottime_s() - before < 4
    assert asked[:6] == ["runlog.db", *(f"{name}.db" for name in names)]
    assert "Stopped by the file" in capsys.readouterr().out


def test_who_gives_a_stop_up_is_told_what_stands(
    apart: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C leaves the stops that were set, and names the logs that have none (130)."""
    assert main(["log", "init", "--env", "production"]) == 0
    append = stopping.append

    def interrupted(path: Path, *more: Any) -> object:  # noqa: ANN401  (passed on)
        if path == apart:
            raise KeyboardInterrupt
        return append(path, *more)

    monkeypatch.setattr(stopping, "append", interrupted)
    capsys.readouterr()
    assert main(STOP_ALL) == 130
    said = capsys.readouterr()
    assert said.out.startswith("Stopped: everything, but not everywhere.\n")
    assert f"NOT stopped: whatever is run with the run log {apart} (production)" in said.err
    assert "`runbook stop --env production` again" in said.err
    assert (run(), run("--env", "production")) == (11, 0)


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("damage", [False, True], ids=["log", "file"])
def test_a_stop_names_the_one_whose_place_it_takes(capsys: pytest.CaptureFixture[str], damage: bool) -> None:
    """Whoever set it may have had another reason, which ``allow`` would lift, too."""
    if damage:
        LOG.unlink()
    for reason, is_told in (("fraud", False), ("fraud", False), ("a release", True)):
        capsys.readouterr()
        assert main(["stop", "--reason", reason]) == 0
        said = capsys.readouterr().out
        assert ("There was a stop already, " in said) is is_told
        assert ("; this takes its place.\n" in said and "fraud" in said) is is_told


@pytest.mark.usefixtures("apart")
def test_a_campaign_in_a_log_that_is_not_made_yet(capsys: pytest.CaptureFixture[str]) -> None:
    """It is not stopped there, and that is said, with what makes the log."""
    assert main(["stop", "--campaign", "camp_demo"]) == 0
    said = capsys.readouterr().out
    assert "Not stopped: campaign camp_demo with the run log" in said
    assert main(lines_of(said)[-1]) == 0
    assert main(["stop", "--campaign", "camp_demo"]) == 0
    assert "Not stopped" not in capsys.readouterr().out
    assert run("--env", "production") == 11


# ---------------------------------------------------------------- the STOP file


@pytest.mark.parametrize("configured", [False, True])
def test_a_file_in_a_folder_above(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], configured: bool
) -> None:
    """It stops what is run below; ``allow`` leaves it if another repository lies there, with the line."""
    (here / ".runbook").mkdir()
    (here / STOP).write_text("above\n", "utf-8")
    below = here / "a" / "b"
    below.mkdir(parents=True)
    if configured:
        (here / "a" / ".runbook").mkdir()
        (here / "a" / ".runbook" / "config.yaml").write_text(
            "format: config/v1\ndefault: here\nenvironments:\n"
            f'  here: {{base_url: "{os.environ["TIMEPAY_BASE_URL"]}"}}\n',
            "utf-8",
        )
    monkeypatch.chdir(below)
    start = ["run", str(here / "two.yaml"), "--yes", "--log", str(here / "elsewhere.db")]
    assert main(start) == 11
    if configured:
        own = Path("..", STOP)
        own.touch()
        (own_said, above) = shown(capsys, "status")["stop_files"]
        assert (own_said["file"], above["command"]) == (str(own.resolve()), f"rm {here / STOP}")
        assert main(["allow", "--reason", "x"]) == 0
        said = capsys.readouterr().out
        assert f"Lifted: what was stopped by the file {own.resolve()}: no reason given\n" in said
        assert f"    {above['command']}\n" in said
        assert main(["allow", "--reason", "x"]) == 64
        (here / STOP).unlink()
    else:
        assert main(["allow", "--reason", "x"]) == 64
        assert f"rm {here / STOP}" in capsys.readouterr().err
        (here / STOP).unlink()
    assert main(start) == 0


def test_a_pipe_of_that_name(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a stop like a file, and nobody waits for it."""
    STOP.parent.mkdir()
    os.mkfifo(STOP)
    assert main(STOP_ALL) == 0
    assert f"Stopped by the file {here / STOP}" in capsys.readouterr().out
    assert run() == 11
    assert shown(capsys, "status")["stop_file"]
    assert main(["allow", "--reason", "x"]) == 0
    assert run() == 0


def test_an_option_leaves_the_file_that_reaches_further(
    apart: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It stands for the log of another environment, too: its own line lifts it."""
    assert run("--env", "production", "--input", "branch=nashik") == 0
    with locked(LOG):
        assert main(STOP_ALL) == 0
    capsys.readouterr()
    assert main(["allow", "--reason", "x", "--env", "production"]) == 0
    said = capsys.readouterr().out
    assert "These still stand:" in said
    assert f"    rm {STOP.absolute()}\n" in said
    assert (run(), run("--env", "production")) == (11, 11)
    STOP.unlink()
    assert run() == 0
    with locked(apart):
        assert main(STOP_ALL) == 0
    assert main(["allow", "--reason", "x", "--env", "production"]) == 64
    assert (apart.parent / "STOP").exists()


@pytest.mark.usefixtures("here")
def test_status_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    """In both forms, with the line that removes it, also where nothing was run yet."""
    STOP.parent.mkdir()
    STOP.write_text("by hand\n", "utf-8")
    assert "by hand" in shown(capsys, "status")["stop_file"]
    assert main(["status"]) == 0
    said = capsys.readouterr().out
    assert "Nothing needs you" not in said
    assert "by hand" in said
    (line,) = lines_of(said)
    assert main(words(line)) == 0
    assert not STOP.exists()


# ---------------------------------------------------------------- always allowed


@contextmanager
def locked(log: Path) -> Iterator[None]:
    """Hold a log as a process does that hangs in a transaction."""
    with closing(sqlite3.connect(log, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.usefixtures("here")
def test_a_locked_log_is_gone_by(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Within seconds a file stops everything, and it is said that it is wider than what was asked for."""
    assert main(["log", "init"]) == 0
    before = boottime_s()
    with locked(LOG):
        assert main(["stop", "--campaign", "camp_demo", "--reason", "wrong text"]) == 0
    assert boottime_s() - before < 10
    said = capsys.readouterr()
    assert "does not take it" not in said.err
    assert "has been locked by another process" in said.err
    assert "not only campaign camp_demo" in said.err
    assert str(STOP) in said.out
    assert run() == 11
    assert "wrong text" in capsys.readouterr().err
    assert api.sandbox.outbox == ()
    assert main(["allow", "--reason", "x"]) == 0
    assert run() == 0


@pytest.mark.parametrize("damage", ["garbage", "empty", "folder"])
def test_a_log_that_is_none_is_gone_by(here: Path, damage: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The file lies beside it, where whatever uses that log looks."""
    log = here / "logs" / "a.db"
    log.parent.mkdir()
    if damage == "folder":
        log.mkdir()
    else:
        log.write_bytes(b"no log at all " * 100 if damage == "garbage" else b"")
    assert main([*STOP_ALL, "--log", str(log)]) == 0
    assert (log.parent / "STOP").exists()
    assert "so a file stops it instead" in capsys.readouterr().err


def test_a_link_to_a_log_is_followed(here: Path) -> None:
    """Whoever names the log otherwise is stopped, too."""
    (here / "real").mkdir()
    log = here / "real" / "runlog.db"
    (here / "link.db").symlink_to(log)
    assert main([*STOP_ALL, "--log", "link.db"]) == 0
    assert (here / "real" / "STOP").exists()
    assert run("--log", str(log)) == 11
    assert run("--log", "link.db") == 11


def test_where_no_file_can_lie_beside_the_log(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The repository's own place is the next; what it covers is said."""
    assert main([*STOP_ALL, "--log", "no/such/folder/a.db"]) == 0
    assert (here / STOP).exists()
    assert f"from {here} or below it" in capsys.readouterr().out
    assert run() == 11


def closed(*_: object) -> None:
    """Stand for what writes to a disk that can only be read."""
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))


@pytest.mark.usefixtures("here")
def test_where_nothing_can_be_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the log nor a file takes the stop (14): it says what goes on, and the ways that are left."""
    assert main(["log", "init"]) == 0
    capsys.readouterr()
    monkeypatch.setattr(stopping, "append", closed)
    monkeypatch.setattr(stopping, "_write", closed)
    assert main(STOP_ALL) == 14
    said = capsys.readouterr()
    assert said.out == ""
    assert f"what is run with the run log {LOG.absolute()} goes on: {STOP.absolute()}" in said.err
    assert "lies on a disk that can only be read" in said.err
    assert "end each process that sends" in said.err
    assert "RUNBOOK_SENDS=off" in said.err


def test_where_one_log_cannot_be_stopped(
    apart: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are stopped, and the first line does not say that everything is (14)."""
    assert run("--env", "production", "--input", "branch=nashik") == 0
    capsys.readouterr()
    append = stopping.append
    monkeypatch.setattr(
        stopping, "append", lambda path, *more: (closed if path == apart else append)(path, *more)
    )
    monkeypatch.setattr(stopping, "_write", closed)
    assert main(STOP_ALL) == 14
    said = capsys.readouterr()
    assert said.out.startswith("Stopped: everything, but not everywhere.\n")
    assert f"what is run with the run log {apart} (production) goes on" in said.err
    assert run() == 11


BAD = {
    "invalid configuration": "format: config/v1\nenvironments: {}\n",
    "unreadable configuration": "\x00",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
@pytest.mark.parametrize("option", [(), ("--log", "other.db")])
def test_no_configuration_is_needed(
    two: Path, text: str, option: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither for a stop nor to look; where the log is a guess, the file in the repository stops all."""
    sound = (two / ".runbook" / "config.yaml").read_text("utf-8")
    assert main(["log", "init", "--log", "other.db"]) == 0
    (two / ".runbook" / "config.yaml").write_text(text, "utf-8")
    for verb in (["status"], ["runs"], ["contacts", "L-1"], ["events", "log"]):
        assert main([*verb, *option]) == 0
        assert "config.yaml is not valid" in capsys.readouterr().err
    assert main(["show", "last", *option]) == 64
    assert main(["stop", "--campaign", "camp_demo", "--reason", "x", *option]) == 0
    assert (two / STOP).exists() is not bool(option)
    (two / ".runbook" / "config.yaml").write_text(sound, "utf-8")
    assert run("--env", "production", *option) == 11


@pytest.mark.parametrize("is_typed", [False, True], ids=["variable", "option"])
def test_a_log_that_is_named_beside_a_broken_configuration(
    apart: Path, monkeypatch: pytest.MonkeyPatch, is_typed: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The others cannot be told: a file stops their runs; where an option narrows it, that is said."""
    config = apart.parents[1] / "config.yaml"
    sound = config.read_text("utf-8")
    config.write_text("nonsense: [", "utf-8")
    if not is_typed:
        monkeypatch.setenv("RUNBOOK_LOG", str(LOG))
    assert main([*STOP_ALL, *(["--log", str(LOG)] if is_typed else [])]) == 0
    monkeypatch.delenv("RUNBOOK_LOG", raising=False)
    config.write_text(sound, "utf-8")
    said = capsys.readouterr().out
    is_narrow = "Stopped: everything in the run log" in said and "other logs of this repository" in said
    assert is_narrow is is_typed
    assert run("--env", "production") == (0 if is_typed else 11)


def test_a_log_that_cannot_be_told_is_that_of_the_whole_repository(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file lies beside the configuration that cannot be read, and not in a nearer folder of its own."""
    config = two / ".runbook" / "config.yaml"
    sound = config.read_text("utf-8")
    (two / "below" / ".git").mkdir(parents=True)
    monkeypatch.chdir(two / "below")
    config.write_text("nonsense", "utf-8")
    assert main(STOP_ALL) == 0
    assert (two / STOP).exists()
    config.write_text(sound, "utf-8")
    monkeypatch.chdir(two)
    assert run() == 11


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TIMEPAY_ORG_ID", "org_other"),
        ("TIMEPAY_BASE_URL", "https://api.example.com"),
        ("TIMEPAY_BASE_URL", "nonsense"),
        ("RUNBOOK_ENV", "nowhere"),
    ],
)
def test_variables_that_contradict_keep_nobody_from_it(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They are a warning; what sends is refused all the same (64)."""
    monkeypatch.setenv(variable, value)
    assert run() == 64
    capsys.readouterr()
    assert main(["status"]) == 0
    assert "warning:" in capsys.readouterr().err
    assert main(STOP_ALL) == 0
    monkeypatch.delenv(variable)
    assert run() == 11


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("verb", [["status"], ["stop", "--reason", "x"]])
def test_an_environment_that_is_mistyped(verb: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Its log would be another one, so it is refused (64) at once; where the log is named, none is needed."""
    assert main([*verb, "--env", "prodution"]) == 64
    assert "did you mean production?" in capsys.readouterr().err
    assert main([*verb, "--env", "prodution", "--log", str(LOG)]) == 0


@pytest.mark.usefixtures("here")
def test_nothing_to_lift(capsys: pytest.CaptureFixture[str]) -> None:
    """``allow`` says that nothing is stopped; or, with the line that lifts it, what is (64)."""
    assert run() == 0
    assert main(["allow", "--reason", "x"]) == 64
    assert "nothing is stopped" in capsys.readouterr().err
    assert main(["stop", "--reason", "x"]) == 0
    assert main(["allow", "--campaign", "other", "--reason", "x"]) == 64
    assert "campaign other has no stop of its own here" in (said := capsys.readouterr().err)
    assert "runbook allow --reason" in said
