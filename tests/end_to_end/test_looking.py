"""Looking at runs: lists, one run, customers, whatever needs a person, and the lines to type."""

import io
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest

from engine.cli import main
from engine.cli.identity import actor
from engine.cli.screen import paint
from engine.clock import boottime_s, now
from engine.record.entry import Standing
from engine.record.event import SendIntended, WaitStarted
from engine.record.outcome import RunStatus
from engine.report.paint import coloured, plain
from engine.runlog.shape import build
from engine.runlog.sqlite import open_log
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.running import RUNBOOK, lines_of, run, shown, typed

LOG = Path(".runbook", "runlog.db")
ODD = "a log of Asha's.db"
"""A path that a shell takes apart unless it is quoted."""


def test_looking_where_nothing_was_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``runs`` is an empty list with exit 0, ``status`` needs nobody, ``show`` is 64; nothing is made."""
    monkeypatch.chdir(tmp_path)
    assert shown(capsys, "runs") == []
    assert shown(capsys, "status") == {"runs": [], "stops": [], "stop_file": None, "stop_files": []}
    assert shown(capsys, "contacts", "L-1") == []
    assert main(["show", "last"]) == 64
    assert main(["runs"]) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "code"), [("runs", 0), ("status", 0), ("show last", 64), ("contacts --run last", 64)]
)
def test_where_no_log_is_there_it_is_named(
    line: str,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nobody knows from there that nothing was run."""
    monkeypatch.chdir(tmp_path)
    assert main(line.split()) == code
    said = capsys.readouterr()
    assert f"here is no run log {tmp_path / LOG}: no run is known here" in said.out + said.err


@pytest.mark.parametrize("line", ["runs", "status", "runs --format json", "show last", "contacts L-1"])
def test_a_log_that_is_gone_is_not_taken_for_none(
    here: Path, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was written last to it lies there still: something was run (14)."""
    (here / LOG.parent).mkdir()
    (here / f"{LOG}-wal").write_bytes(b"what a killed process wrote last")
    assert main(line.split()) == 14
    said = capsys.readouterr()
    assert "holds what was written last to the file that lay there" in said.err
    assert "no run is known" not in said.out + said.err
    (here / f"{LOG}-wal").write_bytes(b"")  # who only looked leaves an empty one
    assert main(["runs"]) == 0


@pytest.fixture
def apart(here: Path, api: Served, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave a doubt in the log of another environment than the default one; give that log."""
    monkeypatch.delenv("TIMEPAY_BASE_URL")
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(
        "format: config/v1\ndefault: staging\nenvironments:\n"
        f'  staging: {{base_url: "{api.address}", org: org_staging}}\n'
        f'  uat: {{base_url: "{api.address}", org: org_uat, log: "{ODD}"}}\n',
        "utf-8",
    )
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert run("--env", "uat") == 22
    return here / ".runbook" / ODD


def test_status_looks_at_every_log(apart: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What needs a person in another environment is listed, too, with lines that find it."""
    assert main(["log", "init"]) == 0
    (need,) = shown(capsys, "status")["runs"]
    assert need["account"].endswith("org_uat")
    assert main(["status"]) == 0
    said = capsys.readouterr().out
    assert "Nothing needs you" not in said
    line = next(line for line in lines_of(said) if line[0] == "resolve")
    assert main(["seen" if word == "WHY" else word for word in line]) == 0
    assert main(["status", "--env", "staging"]) == 0
    assert capsys.readouterr().out.endswith("Nothing needs you.\n")
    apart.write_bytes(b"no log at all")
    assert main(["status"]) == 14
    told = capsys.readouterr()
    assert "Nothing needs you" not in told.out
    assert "is no run log" in told.err


@pytest.mark.usefixtures("apart")
def test_status_does_not_wait_for_a_log_that_is_locked(capsys: pytest.CaptureFixture[str]) -> None:
    """The others are shown a second later, and so is what is the matter (14)."""
    assert main(["log", "init"]) == 0
    with closing(sqlite3.connect(LOG, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        before = boottime_s()
        assert main(["status"]) == 14
        assert boottime_s() - before < 10
    said = capsys.readouterr()
    assert "--env uat" in said.out
    assert "has been locked by another process for 1 s" in said.err


@pytest.mark.usefixtures("apart")
def test_the_list_of_runs_names_the_other_logs(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with the command that lists its runs; where one was chosen, nobody asked for others."""
    capsys.readouterr()
    assert main(["runs"]) == 0
    (line,) = lines_of(capsys.readouterr().err)
    assert main(line) == 0
    said = capsys.readouterr()
    assert "in doubt" in said.out
    assert "lists those of" not in said.err


@pytest.mark.usefixtures("here")
def test_the_list_of_runs_says_where_to_look(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """Beside it, and only if one of them stands."""
    assert run() == 0
    assert main(["runs"]) == 0
    assert "runbook status" not in capsys.readouterr().err
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run("--input", "branch=nashik") == 11
    capsys.readouterr()
    assert main(["runs"]) == 0
    assert "`runbook status` says what needs you" in capsys.readouterr().err


def test_contacts_of_a_customer_who_was_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A send that names customers is found under each of them; one by filter names nobody."""
    named = RUNBOOK.replace("filters: {payment_status: [bounced]}", "filters: {ids: [L-1, L-6]}")
    (here / "two.yaml").write_text(named, "utf-8")
    assert run() == 0
    found = shown(capsys, "contacts", "L-6")
    assert [(each["address"], each["channel"], each["template"], each["status"]) for each in found] == [
        ("again/c1", "sms", "t2", "succeeded")
    ]
    assert shown(capsys, "contacts", "L-2") == []


@pytest.mark.usefixtures("here")
def test_events_fit_their_schema(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """What ``events --format json`` lists is what schemas/event.v1.schema.json describes, its chain too."""
    api.sandbox.script(Fault(Kind.REFUSE), Fault(Kind.RESET, accepted=True, skip=1))
    assert run() == 22
    assert main(["resolve", "last", "remind", "--as", "sent", "--reason", "x"]) in (0, 64)
    assert main(["stop", "--reason", "x"]) == 0
    schema = jsonschema.Draft202012Validator(build())
    for chain in ("last", "log"):
        found = shown(capsys, "events", chain)
        assert found
        for each in found:
            schema.validate(each)
            assert {"run", "seq", "actor", "before", "hash"} <= each.keys()
            assert not schema.is_valid({**each, "seq": "1"})


@pytest.mark.parametrize(
    ("variables", "style"),
    [
        ({"TERM": "xterm"}, coloured),
        ({"TERM": "dumb"}, plain),
        ({"NO_COLOR": "1"}, plain),
        ({"CI": "1"}, plain),
    ],
)
def test_colour_where_it_is_seen(
    variables: dict[str, str], style: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal that knows none gets none."""
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.delenv("TERM", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert paint() is style


def test_a_slip_in_a_value_does_not_end_green_and_silent(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0, and a word on the value that nobody fits."""
    asked = "filters: {payment_status: [bounced, pending], custom: {branch: '{{ inputs.branch }}'}}"
    text = RUNBOOK.replace("filters: {payment_status: [bounced, pending]}", asked)
    (here / "two.yaml").write_text(text.replace("filters: {payment_status: [bounced]}", asked), "utf-8")
    assert run("--input", "branch=Pune") == 0
    said = capsys.readouterr().out
    assert "finished, and nobody was messaged" in said
    assert 'and branch "Pune"' in said
    assert "next: check branch=Pune: upper and lower case count" in said
    assert api.sandbox.outbox == ()


@pytest.mark.usefixtures("here")
def test_what_a_person_said_is_shown_as_they_said_it(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """By every command that shows the run; the sandbox's page is where one looks."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert run() == 22
    page = api.address.removesuffix("api/v1")
    assert f"or look at {page} and say so" in capsys.readouterr().out
    assert main(["resolve", "last", "remind", "--as", "sent", "--reason", "it is there"]) == 0
    for command in ("show", "runs", "status"):
        assert main([command, *(["last"] if command == "show" else [])]) == 0
    said = capsys.readouterr().out
    assert said.count(f"sent, as {actor()} said") == 3  # resolve, and both tables of show
    assert said.count("at most 20 of remind/c1 by a person's word") == 2
    assert said.count("0 to 20") == 2
    assert shown(capsys, "show", "last")["sends"][0]["status"] == "sent_unknown"


@pytest.mark.usefixtures("here")
def test_what_is_about_one_run_says_first_where_that_sent_to(capsys: pytest.CaptureFixture[str]) -> None:
    """People read it on the first line; programs get nothing beside their JSON."""
    assert run() == 0
    for command in ("show", "events", "watch"):
        capsys.readouterr()
        assert main([command, "last"]) == 0
        assert capsys.readouterr().out.startswith("SANDBOX: nothing leaves this machine · camp_demo\n")
    assert shown(capsys, "show", "last")["inputs"] == {"branch": "pune", "cap": 20}
    assert shown(capsys, "events", "last")[0]["kind"] == "run_started"


@pytest.mark.usefixtures("here")
def test_status_says_that_sends_are_switched_off(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wonders why nothing leaves looks there first."""
    assert run() == 0
    monkeypatch.setenv("RUNBOOK_SENDS", "off")
    capsys.readouterr()
    assert main(["status"]) == 0
    assert capsys.readouterr().out == "RUNBOOK_SENDS=off forbids sending here: unset it to send.\n\n"


# ---------------------------------------------------------------- a process that died in a send


@pytest.fixture
def dead(here: Path, api: Served) -> Path:
    """Leave a run whose process ended with its second attempt on the way."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run() == 11
    log = open_log(here / LOG, actor="asha", owner="a process that is gone", create=False)
    with log.writing() as writer:
        at = now()
        intent = SendIntended(at, "remind", "remind/c1", 2, "h", 20, at + timedelta(seconds=2))
        writer.append(log.find("last").run, intent, Standing(RunStatus.RUNNING, 0))
    log.close()
    return here


def test_a_dead_process_leaves_a_doubt(dead: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Run, step and send are shown in doubt, in text and JSON; nothing is known; looking writes nothing."""
    before = shown(capsys, "events", "last")
    about = shown(capsys, "show", "last")
    assert (about["status"], about["exit_code"]) == ("in_doubt", 22)
    assert [(step["id"], step["status"]) for step in about["steps"]] == [
        ("remind", "in_doubt"),
        ("again", "pending"),
    ]
    assert about["steps"][0]["initiated"] is None
    assert [(send["attempt"], send["status"]) for send in about["sends"]] == [
        (1, "rejected"),
        (2, "in_doubt"),
    ]
    assert about["sends"][1]["counts"] is None
    assert main(["show", "last"]) == 0
    said = capsys.readouterr().out
    assert said.count("in doubt") >= 4
    assert "not reached" not in said.partition("again")[0]
    assert "at most 20 of remind/c1" in said
    assert shown(capsys, "events", "last") == before
    assert main(["status"]) == 0
    assert lines_of(capsys.readouterr().out) == lines_of(said)
    assert (dead / LOG).exists()


def test_a_living_process_leaves_none(dead: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """While somebody holds the campaign for that run, its send is on its way."""
    log = open_log(dead / LOG, actor="asha", owner="another process", create=False)
    entry = log.find("last")
    with log.lease(entry.account, entry.campaign, entry.run):
        about = shown(capsys, "show", "last")
        assert main(["status"]) == 0
        status = capsys.readouterr().out
    log.close()
    assert (about["status"], about["sends"][1]["status"]) == ("running", "intended")
    assert f"{about['run']}: running, 0 to 20 messages so far\n" in status
    assert lines_of(status) == [["watch", about["run"]]]
    assert status.endswith("Nothing needs you.\n")


def test_a_run_whose_process_is_gone_does_not_look_alive(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the list it says that it does not go on, and where to look."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run("--log", "a.db") == 11
    with closing(open_log(here / "a.db", actor="asha", owner="a process that is gone", create=False)) as log:
        name = log.find("last").run
        with log.writing() as writer:
            writer.append(name, WaitStarted(now(), now(), "busy"), Standing(RunStatus.WAITING, 0))
    capsys.readouterr()
    assert main(["runs", "--log", "a.db"]) == 0
    assert capsys.readouterr().err == (
        f"The process of run {name} ended, so it does not go on by itself.\n"
        "`runbook status --log a.db` says what needs you, and what to type.\n"
    )


# ---------------------------------------------------------------- finished command lines


@pytest.fixture
def elsewhere(here: Path, api: Served, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Give the options that a command needs here: another environment than the default, an odd log."""
    monkeypatch.delenv("TIMEPAY_BASE_URL")
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(
        "format: config/v1\ndefault: other\nenvironments:\n"
        '  other: {base_url: "http://127.0.0.1:9/api/v1"}\n'
        f'  staging: {{base_url: "{api.address}"}}\n',
        "utf-8",
    )
    return ["--env", "staging", "--log", ODD]


def every_line_works(here: Path, said: str, *, codes: dict[str, int]) -> None:
    """Type each finished command line into a shell: each finds its run and says what it is expected to."""
    lines = [line for line in lines_of(said) if line[0] in codes]
    assert {line[0] for line in lines} == set(codes)
    for line in lines:
        assert line[line.index("--log") + 1] == ODD, line
        assert line[line.index("--env") + 1] == "staging", line
        result = typed(" ".join(["$RUN", *map(quoted, line)]), here)
        assert result.returncode == codes[line[0]], (line, result.stderr)


def quoted(word: str) -> str:
    """Quote a word for a shell."""
    return "'" + word.replace("'", "'\\''") + "'"


def test_the_lines_of_a_run_that_stands(
    here: Path, api: Served, elsewhere: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of run, show, status and resume carry the log and the environment, quoted."""
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run(*elsewhere) == 11
    said = [capsys.readouterr().out]
    for verb in (["show", "last"], ["status"]):
        assert main([*verb, *elsewhere]) == 0
        said.append(capsys.readouterr().out)
    assert lines_of(said[0]) == lines_of(said[1]) == lines_of(said[2])
    # Without --yes nobody can be asked: the line has found its run, its log and its environment.
    every_line_works(here, said[0], codes={"resume": 64, "cancel": 0})
    assert main(["show", "last", *elsewhere]) == 0
    assert "cancelled" in capsys.readouterr().out


DAMAGE = (
    "UPDATE sends SET address = 'x' || address WHERE run = ?",
    "UPDATE events SET body = replace(body, 'm/v1', 'm/v9') WHERE run = ?",
)


def damage(here: Path, change: str, status: str) -> None:
    """Change the log past the program, in the run that stands so."""
    with closing(sqlite3.connect(here / LOG)) as log, log:
        log.execute("DROP TRIGGER events_are_not_changed")
        log.execute(change, *log.execute("SELECT run FROM runs WHERE status = ?", (status,)))


@pytest.mark.parametrize("change", DAMAGE)
def test_a_doubt_is_looked_at_beside_a_run_that_cannot_be_read(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    """Nothing is kept of that one, so the doubt is shown as ever."""
    assert run() == 0
    api.sandbox.script(Fault(Kind.RESET))
    assert run("--input", "branch=nashik") == 22
    before = [shown(capsys, *line) for line in (["show", "last"], ["status"])]
    damage(here, change, "finished")
    assert [shown(capsys, *line) for line in (["show", "last"], ["status"])] == before
    assert "not-sent" in str(before[1]["runs"][0]["commands"])


def test_of_a_doubt_that_cannot_be_read_not_sent_is_not_offered(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says why."""
    api.sandbox.script(Fault(Kind.RESET))
    assert run() == 22
    damage(here, DAMAGE[1], "in_doubt")
    capsys.readouterr()
    for line in ("show", "last"), ("status",):
        assert main([*line]) == 0
        said = capsys.readouterr().out
        assert "remind/c1 cannot be told: the plan in the run log cannot be read" in " ".join(said.split())
        assert [each[4] for each in lines_of(said) if each[0] == "resolve"] == ["sent", "never-known"]


def test_the_lines_of_a_doubt(
    here: Path, api: Served, elsewhere: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the run itself, of show once it is cancelled, and of the refusals 16 and 13 that name it."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert run(*elsewhere) == 22
    in_doubt = lines_of(capsys.readouterr().out)
    assert [line[0] for line in in_doubt] == ["reconcile", "resolve", "resolve", "resolve"]
    assert run(*elsewhere, "--input", "branch=nashik") == 16
    every_line_works(here, capsys.readouterr().err, codes={"show": 0})
    assert main(["cancel", "last", "--reason", "x", *elsewhere]) == 0
    capsys.readouterr()
    assert main(["show", "last", *elsewhere]) == 0
    assert lines_of(capsys.readouterr().out) == in_doubt
    assert main(in_doubt[0]) == 0
    capsys.readouterr()
    assert run(*elsewhere) == 13
    every_line_works(here, capsys.readouterr().err, codes={"show": 0})


def test_the_lines_of_a_stop(here: Path, elsewhere: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Of ``status``, and of a run that is refused by it (11)."""
    assert main(["log", "init", *elsewhere]) == 0
    assert main(["stop", "--reason", "x", *elsewhere]) == 0
    assert run(*elsewhere) == 11
    every_line_works(here, capsys.readouterr().err, codes={"status": 0})
    assert main(["status", *elsewhere]) == 0
    every_line_works(here, capsys.readouterr().out, codes={"allow": 0})
    assert run(*elsewhere) == 0


def test_the_line_that_makes_a_log(
    here: Path, elsewhere: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A live run without one says how it is made (14)."""
    monkeypatch.setattr("engine.config.is_loopback", lambda _: False)  # the sandbox, taken for live
    assert run(*elsewhere, "--at-most", "30") == 14
    said = capsys.readouterr().err
    line = said.rpartition("first run ever: ")[2].strip()
    assert typed(line.replace("runbook ", "$RUN ", 1), here).returncode == 0
    assert (here / ODD).exists()


def test_a_run_of_another_environment_than_the_log(
    here: Path, api: Served, elsewhere: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Its line names both, where the environment alone would lead to another log."""
    assert elsewhere
    config = here / ".runbook" / "config.yaml"
    config.write_text(config.read_text("utf-8").replace(':9/api/v1"}', ':9/api/v1", log: other.db}'), "utf-8")
    api.sandbox.script(Fault(Kind.STATUS, status=401))
    assert run("--env", "staging", "--log", ".runbook/other.db") == 11
    capsys.readouterr()
    assert main(["status"]) == 0
    (resume, *_, cancel) = lines_of(capsys.readouterr().out)
    assert resume[2:] == ["--env", "staging", "--log", str(here / ".runbook" / "other.db")]
    assert main(cancel) == 0
    assert main(["status", "--log", ".runbook/other.db"]) == 0
    assert "Nothing needs you." in capsys.readouterr().out
