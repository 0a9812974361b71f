"""What is typed lifts just that: no line, no option, no late answer frees what somebody else stopped."""

import os
import shlex
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from engine.api.stops import stop_of
from engine.cli import main, stop
from engine.record.entry import StopEntry
from engine.runlog.sqlite import look_at
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.running import lines_of, run, shown
from tests.end_to_end.test_stop import (  # noqa: F401  (fixtures)
    LOG,
    OWN,
    STOP,
    apart,
    locked,
    stop_in_a_wait,
    two,
    words,
)

ALLOW = ["allow", "--reason", "mended"]
PRODUCTION = ("--env", "production")


def stop_by(*line: str, reason: str = "wrong text") -> None:
    """Stop, as a step of a test."""
    assert main(["stop", "--reason", reason, *line]) == 0


def typed(line: str) -> int:
    """Type a finished command line, whatever program it is for."""
    program, *rest = shlex.split(line)
    if program == "runbook":
        return main(words(rest))
    assert program == "rm"
    return subprocess.run([program, *rest], check=False).returncode


def commands(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    """Give the lines that ``status`` prints for stops and STOP files."""
    said = shown(capsys, "status", *options)
    return [each["command"] for each in (*said["stops"], *said["stop_files"])]


def standing(log: Path) -> tuple[StopEntry, ...]:
    """Give the stops of a log."""
    opened = look_at(log)
    assert opened is not None
    with closing(opened):
        return opened.stops()


# ---------------------------------------------------------------- a line lifts what it is shown for


def test_the_line_of_a_run_lifts_no_stop_of_another_log(
    apart: Path,  # noqa: F811
    api: Served,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither that of a run that was kept back, nor that of ``doctor``: it tells of no other stop."""
    assert run(*PRODUCTION, "--input", "branch=nashik") == 0
    stop_in_a_wait(api, monkeypatch, ["stop", "--env", "staging", "--reason", "a typo"])
    stop_by(*PRODUCTION, reason="fraud")
    capsys.readouterr()
    assert main(["show", "last"]) == 0
    of_run = [line for line in lines_of(capsys.readouterr().out) if line[0] == "allow"]
    assert of_run == [["allow", "--reason", "WHY", "--env", "staging"]]
    main(["doctor"])
    assert 'runbook allow --reason "WHY" --env staging' in " ".join(capsys.readouterr().out.split())
    assert main(words(of_run[0])) == 0
    assert [each.reason for each in standing(apart)] == ["fraud"]


@pytest.mark.usefixtures("two")
def test_of_two_stops_each_line_lifts_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Where environments share a log, what stops one of them is lifted apart from what stops both."""
    stop_by("--campaign", "camp_demo", "--env", "staging")
    stop_by("--campaign", "camp_demo", reason="wrong everywhere")
    by_reason = {each["reason"]: each["command"] for each in shown(capsys, "status")["stops"]}
    assert typed(by_reason["wrong text"]) == 0
    assert (run(), run(*PRODUCTION)) == (11, 11)
    assert typed(by_reason["wrong everywhere"]) == 0
    assert (run(), run(*PRODUCTION)) == (0, 0)


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("option", [(), ("--campaign", "camp_demo")], ids=["everything", "campaign"])
def test_an_environment_is_not_what_stops_another_one_too(
    option: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """``--env`` is refused (64) where the stop stands for others that share the log, with the right line."""
    stop_by(*option)
    capsys.readouterr()
    assert main([*ALLOW, *option, "--env", "staging"]) == 64
    line = shlex.join(["runbook", "allow", *option, "--reason"])
    assert f'this lifts what is stopped: {line} "WHY"' in capsys.readouterr().err
    assert run(*PRODUCTION) == 11
    assert main([*ALLOW, *option]) == 0
    assert run(*PRODUCTION) == 0


@pytest.mark.usefixtures("two")
def test_an_environment_that_shares_its_log_is_stopped_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """And it is said which one is not; ``allow`` with the same words lifts it."""
    stop_by(*PRODUCTION)
    said = capsys.readouterr().out
    assert "organisation org_production" in said
    assert f"Not stopped: whatever is run with the run log {Path.cwd() / LOG} (staging)." in said
    assert (run(), run(*PRODUCTION)) == (0, 11)
    assert main([*ALLOW, *PRODUCTION]) == 0
    assert run(*PRODUCTION) == 0


def test_of_two_stops_in_a_log_of_its_own_each_line_lifts_one(
    apart: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """That of the campaign in every account goes by the log's name."""
    assert run(*PRODUCTION, "--input", "branch=nashik") == 0
    stop_by("--campaign", "camp_demo", *PRODUCTION)
    stop_by("--campaign", "camp_demo", "--log", str(apart), reason="wrong everywhere")
    by_reason = {each["reason"]: each["command"] for each in shown(capsys, "status")["stops"]}
    assert typed(by_reason["wrong everywhere"]) == 0
    assert [each.reason for each in standing(apart)] == ["wrong text"]
    assert typed(by_reason["wrong text"]) == 0
    assert run(*PRODUCTION) == 0


@pytest.mark.usefixtures("apart")
@pytest.mark.parametrize("place", [STOP, Path(".runbook", OWN).parent / "STOP"], ids=["above", "beside"])
def test_the_line_of_a_file_lifts_nothing_else(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside a stop in a log the file alone is removed; a stop that is no file's twin is not everywhere."""
    assert run(*PRODUCTION, "--input", "branch=nashik") == 0
    stop_by("--env", "staging")
    place.write_text("by hand\n", "utf-8")
    row, file = commands(capsys)
    assert shown(capsys, "status")["stops"][0]["log"] is not None
    assert row.endswith("--env staging")
    assert typed(file) == 0
    assert run() == 11
    assert typed(row) == 0
    assert run("--input", "branch=other") == 0


@pytest.mark.usefixtures("two")
def test_the_line_of_a_stop_leaves_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """Also where there is one log alone, and where the file came behind the line."""
    stop_by(reason="a release")
    said = capsys.readouterr().out
    assert lines_of(said) == [["allow", "--reason", "WHY"]]
    STOP.write_text("fraud\n", "utf-8")
    row, file = commands(capsys)
    assert (row, file) == (f'runbook allow --reason "WHY" --log {LOG.absolute()}', f"rm {STOP.absolute()}")
    assert typed(row) == 0
    assert run() == 11
    assert typed(file) == 0
    assert run() == 0


def test_the_line_of_a_stop_that_a_locked_log_did_not_take(
    apart: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Another stop may stand in that one, which nobody could read."""
    assert run(*PRODUCTION, "--input", "branch=nashik") == 0
    stop_by(*PRODUCTION, reason="fraud")
    capsys.readouterr()
    with locked(apart):
        stop_by(reason="a release")
    lines = [
        line.strip()
        for line in capsys.readouterr().out.splitlines()
        if "runbook allow" in line or "rm " in line
    ]
    assert len(lines) == 2
    assert [typed(line) for line in lines] == [0, 0]
    assert [each.reason for each in standing(apart)] == ["fraud"]
    assert run() == 0


def test_a_file_that_says_the_same_hides_no_other_stop(
    apart: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The log that the file stood for may have been made since, and been stopped for something else."""
    stop_by(reason="a release")
    assert main(["log", "init", *PRODUCTION]) == 0
    stop_by(*PRODUCTION, reason="fraud")
    by_reason = {each["reason"]: each["command"] for each in shown(capsys, "status")["stops"]}
    assert typed(by_reason["a release"]) == 0
    assert [each.reason for each in standing(apart)] == ["fraud"]


@pytest.mark.usefixtures("two")
def test_doctor_of_an_environment_names_the_wide_stop_by_its_log(capsys: pytest.CaptureFixture[str]) -> None:
    """That of the environment alone would be lifted in its place."""
    stop_by(reason="everyone")
    stop_by(*PRODUCTION, reason="mine")
    capsys.readouterr()
    main(["doctor", *PRODUCTION])
    said = " ".join(capsys.readouterr().out.split())
    assert f'everyone help: runbook allow --reason "WHY" --log {LOG.absolute()} ' in f"{said} "
    assert f"--log {LOG.absolute()} --env" not in said


@pytest.mark.usefixtures("apart")
def test_a_variable_that_names_one_of_the_logs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps no stop from those that are not made yet."""
    monkeypatch.setenv("RUNBOOK_LOG", str(LOG.absolute()))
    stop_by()
    monkeypatch.delenv("RUNBOOK_LOG")
    assert "Stopped by the file" in capsys.readouterr().out
    assert run(*PRODUCTION) == 11


@pytest.mark.usefixtures("two")
def test_what_a_file_stops_is_not_said_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    """The log of two environments is locked: the file for the one stops the other, too."""
    with locked(LOG):
        stop_by("--env", "staging")
    assert "Not stopped" not in capsys.readouterr().out
    assert run(*PRODUCTION) == 11


def test_an_option_leaves_a_file_beside_two_logs(two: Path) -> None:  # noqa: F811
    """It stops what is run with the other one, too."""
    config = two / ".runbook" / "config.yaml"
    text = config.read_text("utf-8")
    for name in ("staging", "production"):
        text = text.replace(f"org: org_{name}", f"org: org_{name}, log: logs/{name}.db")
    config.write_text(text, "utf-8")
    folder = two / ".runbook" / "logs"
    folder.mkdir()
    (folder / "STOP").write_text("by hand\n", "utf-8")
    assert main([*ALLOW, "--env", "staging"]) == 64
    assert (folder / "STOP").exists()
    assert main(ALLOW) == 0
    assert not (folder / "STOP").exists()


def test_a_log_that_is_named_from_outside(apart: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Nothing tells there which other logs the repository has, so its own file stays."""
    file = apart.parents[1] / "STOP"
    file.write_text("by hand\n", "utf-8")
    (file.parents[2] / "outside").mkdir()
    monkeypatch.chdir(file.parents[2] / "outside")
    assert main([*ALLOW, "--log", str(apart.parents[1] / LOG.name)]) == 64
    assert file.exists()


@pytest.mark.usefixtures("two")
def test_what_is_lifted_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Where it is more than one stop: whoever set the other may have had another reason."""
    stop_by(reason="a release")
    STOP.write_text("fraud (by asha)\n", "utf-8")
    capsys.readouterr()
    assert main(ALLOW) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Lifted: the stop of everything, by " in said
    assert ": a release Lifted: what was stopped by the file" in said
    assert f"the file {Path.cwd() / STOP}: fraud (by asha) Sending is allowed again: everything." in said


def test_an_environment_without_an_organisation_may_be_the_other(
    two: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """So it is stopped with it, and not said to go on."""
    config = two / ".runbook" / "config.yaml"
    config.write_text(config.read_text("utf-8").replace(", org: org_staging", ""), "utf-8")
    stop_by(*PRODUCTION)
    said = capsys.readouterr().out
    assert "Not stopped" not in said
    assert (run(), run(*PRODUCTION)) == (11, 11)
    assert typed(f"runbook {shlex.join(lines_of(said)[0])}") == 0
    assert (run(), run(*PRODUCTION, "--input", "branch=other")) == (0, 0)


def test_an_account_that_no_name_leads_to_any_more(
    two: Path,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its stop goes by the log's name."""
    stop_by("--campaign", "camp_demo", *PRODUCTION)
    config = two / ".runbook" / "config.yaml"
    config.write_text(config.read_text("utf-8").replace("org_production", "org_new"), "utf-8")
    (line,) = commands(capsys)
    assert typed(line) == 0
    assert commands(capsys) == []


# ---------------------------------------------------------------- what was set since, what was not lifted


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("is_file", [False, True], ids=["log", "file"])
def test_a_stop_that_was_set_since_stands(
    is_file: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While ``allow`` waited for the log, somebody stopped again: that is not what was read of."""
    if is_file:
        STOP.write_text("an old one\n", "utf-8")
    else:
        stop_by(reason="an old one")

    def then_stopped(do: Callable[..., object]) -> Callable[..., object]:
        def done(*given: object) -> object:
            if is_file:
                STOP.write_text("fraud\n", "utf-8")
            else:
                stop_by(reason="fraud")
            return do(*given)

        return done

    name = "remove" if is_file else "lift"
    monkeypatch.setattr(stop, name, then_stopped(getattr(stop, name)))
    capsys.readouterr()
    assert main(ALLOW) == 0
    said = capsys.readouterr().out
    assert "fraud" in said
    assert "These still stand:" in said
    assert "Lifted:" not in said
    assert run() == 11


@pytest.mark.usefixtures("two")
def test_what_is_not_lifted_is_not_said_to_be(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C before anything was lifted says so (130)."""
    stop_by()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stop, "lift", interrupted)
    capsys.readouterr()
    assert main(ALLOW) == 130
    said = capsys.readouterr()
    assert "Lifted" not in said.out
    assert "not all is lifted" in said.err


@pytest.mark.usefixtures("two")
def test_a_file_that_cannot_be_removed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its folder is what has to let one (14)."""
    STOP.write_text("by hand\n", "utf-8")

    def refusing(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refusing)
    assert main(ALLOW) == 14
    said = capsys.readouterr().err
    assert "may not be removed" in said
    assert f"`rm {Path.cwd() / STOP}` as its owner" in said


# ---------------------------------------------------------------- what a stop reaches, and what it says


def test_a_closed_folder_keeps_no_stop_from_the_others(
    apart: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where a log's folder may not even be looked into, the repository's own place takes the file."""
    assert run(*PRODUCTION, "--input", "branch=nashik") == 0
    look = os.stat

    def closed(path: object, *more: object, **options: object) -> os.stat_result:
        if str(path).startswith(str(apart.parent) + os.sep):
            raise PermissionError(13, "Permission denied", str(path))
        return look(path, *more, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", closed)
        patch.setattr("engine.cli.stopping._write", _writing(apart.parent))
        assert main(["stop", "--reason", "wrong text"]) == 0
    assert f"Stopped by the file {Path.cwd() / STOP}" in capsys.readouterr().out
    assert (run("--input", "branch=other"), run(*PRODUCTION)) == (11, 11)


def _writing(but_not: Path) -> Callable[[Path, str], None]:
    def write(file: Path, text: str) -> None:
        if file.parent == but_not:
            raise PermissionError(13, "Permission denied", str(file))
        file.write_text(text, "utf-8")

    return write


@pytest.mark.usefixtures("here")
def test_the_usual_log_is_reached_past_a_variable(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where no configuration names it: a run that was started without the variable uses it."""
    assert run() == 0
    assert main(["log", "init", "--log", "mine.db"]) == 0
    monkeypatch.setenv("RUNBOOK_LOG", "mine.db")
    stop_by()
    monkeypatch.delenv("RUNBOOK_LOG")
    assert run("--input", "branch=other") == 11
    assert main(ALLOW) == 0
    capsys.readouterr()
    stop_by("--log", "mine.db")
    said = capsys.readouterr().out
    assert said.startswith("Stopped: everything in the run log mine.db.\n")
    assert f"Not stopped: whatever is run with the run log {Path.cwd() / LOG}." in said


@pytest.mark.usefixtures("here")
def test_a_run_that_waits_goes_on_by_itself(
    api: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``status`` says that it is kept back while the stop stands, ``allow`` that it goes on."""
    told: list[str] = []

    def at(line: list[str]) -> Callable[[], None]:
        def type_it() -> None:
            capsys.readouterr()
            assert main(line) == 0
            told.append(capsys.readouterr().out)

        return type_it

    sleep = "engine.clock.Steady.sleep_until"
    api.sandbox.script(Fault(Kind.STATUS, status=429))
    lines = [at(["stop"]), at(["status"]), at(ALLOW)]
    with monkeypatch.context() as patch:
        patch.setattr(sleep, lambda *_: [each() for each in lines])
        assert run() == 0
    assert "sends nothing more while that stands" in told[0]
    assert "it is kept back at its next send" in told[1]
    assert "goes on by itself" in told[2]


@pytest.mark.usefixtures("here")
def test_a_stop_at_the_last_try(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """The run is paused for its tries, and yet it is the stop that kept it back."""
    text = Path("two.yaml").read_text("utf-8").replace("attempts: 2", "attempts: 1")
    Path("two.yaml").write_text(text, "utf-8")
    watched = "engine.runner.gate.Leaving.ask"
    ask = _ask_after(lambda: STOP.write_text("by hand\n", "utf-8"))
    STOP.parent.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watched, ask)
        run()
    assert api.sandbox.outbox == ()
    assert typed(commands(capsys)[0]) == 0
    assert main(["status"]) == 0
    assert "that is lifted, so it can go on" in capsys.readouterr().out


def _ask_after(do: Callable[[], object]) -> Callable[..., str | None]:
    from engine.runner.gate import Leaving  # noqa: PLC0415

    ask = Leaving.ask

    def asked(leaving: Leaving) -> str | None:
        do()
        return ask(leaving)

    return asked


def test_a_stop_file_in_a_folder_below_makes_no_repository(
    two: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its runs would be sent again from another log, once it is removed."""
    (two / "team" / ".runbook").mkdir(parents=True)
    (two / "team" / STOP).touch()
    monkeypatch.chdir(two / "team")
    line = ["run", str(two / "two.yaml"), "--yes"]
    assert main(line) == 11
    (two / "team" / STOP).unlink()
    assert main(line) == 0
    assert [*(two / "team" / ".runbook").iterdir()] == []


@pytest.mark.usefixtures("two")
def test_what_a_broken_configuration_leads_to_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    """A file stops what is run from here, and it is said that this need not be all."""
    Path(".runbook", "config.yaml").write_text("nonsense: [", "utf-8")
    stop_by()
    said = capsys.readouterr()
    assert "so a file stops it instead" in said.err
    assert "Whatever is run from elsewhere, with another run log, cannot be told" in said.out


def test_a_log_outside_of_the_repository_is_named(two: Path, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    """No run comes to it by its environment; who named it with ``--log`` is not stopped."""
    outside = two.parent / f"{two.name}-outside.db"
    assert main(["log", "init", "--log", str(outside)]) == 0
    config = two / ".runbook" / "config.yaml"
    text = config.read_text("utf-8").replace(
        "org: org_production", f'org: org_production, log: "../../{outside.name}"'
    )
    config.write_text(text, "utf-8")
    capsys.readouterr()
    stop_by()
    (line,) = (each for each in lines_of(capsys.readouterr().out) if each[0] == "stop")
    assert main(line) == 0
    assert "Not stopped" not in capsys.readouterr().out
    assert len(standing(outside)) == 1


@pytest.mark.usefixtures("apart")
def test_a_campaign_needs_no_file_where_a_log_takes_it(capsys: pytest.CaptureFixture[str]) -> None:
    """The usual log is not made yet: a file for it would stop the other environment's campaigns, too."""
    assert run(*PRODUCTION, "--input", "branch=nashik") == 0
    LOG.unlink()
    capsys.readouterr()
    stop_by("--campaign", "other")
    assert stop_of((STOP,)) is None
    assert "Not stopped: campaign other with the run log" in capsys.readouterr().out
    assert run(*PRODUCTION) == 0


@pytest.mark.usefixtures("apart")
def test_two_logs_that_cannot_be_read_are_both_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever mends the one learns of the other at once (14)."""
    assert run(*PRODUCTION, "--input", "branch=nashik") == 0
    for log in (LOG, Path(".runbook", OWN)):
        log.write_bytes(b"no log at all")
    capsys.readouterr()
    assert main(["status"]) == 14
    said = capsys.readouterr().err
    assert said.count("error: ") == 2
    assert LOG.name in said
    assert OWN in said


# ---------------------------------------------------------------- typed in a hurry


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("line", [["camp_demo"], ["--reason", "customers", "complain"], ["all"]])
def test_words_that_say_nothing_to_it(line: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It says that nothing is stopped yet, and how everything is (64)."""
    assert main(["stop", *line]) == 64
    said = capsys.readouterr().err
    assert "nothing is stopped yet" in said
    assert "`runbook stop` alone stops everything" in said
    assert run() == 0


@pytest.mark.usefixtures("here")
def test_a_campaign_that_was_pasted_with_a_blank() -> None:
    """No runbook has one of that name."""
    assert run() == 0
    stop_by("--campaign", " camp_demo ")
    assert run("--input", "branch=other") == 11


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("is_file", [False, True], ids=["log", "file"])
def test_a_reason_is_one_line(is_file: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """What looks like a line of ours in it is none, and who stopped is seen however long it is."""
    with locked(LOG) if is_file else closing(open(os.devnull)):  # noqa: PTH123  (nothing to do)
        stop_by(reason=f"fraud\nNothing needs you.\n\n{'x' * 2000}")
    said = shown(capsys, "status")
    text = said["stop_file"] if is_file else said["stops"][0]["reason"]
    assert "\n" not in text
    assert text.endswith(")") is is_file
    assert "fraud Nothing needs you. xxx" in text
