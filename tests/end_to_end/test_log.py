"""``runbook log copy``, ``log init --from`` and ``log erase``, as a person at a prompt and a job use them."""

import json
import os
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from engine import clock
from engine.cli import erase as erasing
from engine.cli import main
from engine.runlog.sqlite import SqliteLog, look_at
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.running import at_a_terminal, lines_of, run, shown

LOG = Path(".runbook", "runlog.db")
COPY = Path("backup.db")
RUNBOOK = Path("two.yaml")
Capture = pytest.CaptureFixture[str]
SEAL = re.compile("seal: (sha256:[0-9a-f]{64})")
IDS = ("LOANID-000001", "LOANID-000002")


@pytest.fixture
def ran(here: Path) -> Path:
    """Stand where a run has named two customers and finished."""
    name_two()
    assert run() in (0, 20)
    return here


def name_two() -> None:
    """Have the runbook name two customers."""
    text = RUNBOOK.read_text("utf-8")
    RUNBOOK.write_text(text.replace("{payment_status: [bounced]}", f"{{ids: [{', '.join(IDS)}]}}"), "utf-8")


@pytest.fixture
def much_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let 200 days pass."""
    monkeypatch.setattr(erasing, "now", lambda: clock.now() + timedelta(days=200))


def erase(*options: str) -> int:
    """Remove what is older than 180 days, with a reason."""
    return main(["log", "erase", "--older-than", "180d", "--reason", "over", *options])


def configure(**environments: str) -> None:
    """Write a configuration with more about each environment; the first is the default."""
    address = os.environ["TIMEPAY_BASE_URL"]
    lines = "".join(f'  {name}: {{base_url: "{address}"{about}}}\n' for name, about in environments.items())
    Path(".runbook").mkdir(exist_ok=True)
    Path(".runbook", "config.yaml").write_text(
        f"format: config/v1\ndefault: {next(iter(environments))}\nenvironments:\n{lines}", "utf-8"
    )


def ids_in(path: Path) -> int:
    """Count the contacts of the newest run."""
    log = look_at(path)
    assert log is not None
    try:
        return len(list(log.contacts_of(log.find("last").run)))
    finally:
        log.close()


# ------------------------------------------------ copy


@pytest.mark.usefixtures("ran")
def test_a_copy_can_be_looked_at(capsys: Capture) -> None:
    """Its line shows the runs; what is shown of it says that it is a copy."""
    assert main(["log", "copy", str(COPY)]) == 0
    said = capsys.readouterr().out
    assert "1 run, as of" in said
    (line,) = lines_of(said)
    assert main(line) == 0
    looked = capsys.readouterr()
    assert "two-steps" in looked.out
    assert "backup.db is a copy of" in looked.err
    assert shown(capsys, "runs", "--log", str(COPY)) == shown(capsys, "runs")


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize(
    "line",
    [
        ["run", "two.yaml", "--yes", "--input", "branch=goa"],
        ["resume", "last", "--yes"],
        ["cancel", "last", "--reason", "x"],
        ["allow", "--reason", "x"],
        ["log", "erase", "--older-than", "1d", "--reason", "x", "--yes"],
    ],
    ids=lambda line: line[0],
)
def test_nothing_is_written_to_a_copy(api: Served, capsys: Capture, line: list[str]) -> None:
    """14, or what else keeps it back; and the cure names a log that is none."""
    assert main(["stop", "--reason", "x"]) == 0
    assert main(["log", "copy", str(COPY)]) == 0
    before, sent = COPY.read_bytes(), len(api.sandbox.outbox)
    assert main([*line, "--log", str(COPY)]) == 14
    assert "is a copy of a run log" in capsys.readouterr().err
    assert (COPY.read_bytes(), len(api.sandbox.outbox)) == (before, sent)


@pytest.mark.usefixtures("here")
def test_where_there_is_no_log_there_is_no_copy(capsys: Capture) -> None:
    """Nothing was run here; nothing is made."""
    assert main(["log", "copy", str(COPY)]) == 14
    assert "there is no run log" in capsys.readouterr().err
    assert not COPY.exists()


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize("line", [["log", "copy", "-"], ["evidence", "--run", "last", "--out", "-"]])
def test_what_is_no_text_has_a_name(line: list[str]) -> None:
    """A dash stands for stdout elsewhere, and would be a file of that name."""
    assert main(line) == 64
    assert not Path("-").exists()


@pytest.mark.usefixtures("ran")
def test_a_copy_into_a_folder_that_is_not_there(capsys: Capture) -> None:
    """As any other file that is written: it says what to make first."""
    assert main(["log", "copy", "nowhere/a.db"]) == 64
    assert "make it first" in capsys.readouterr().err
    assert not Path("nowhere").exists()


@pytest.mark.usefixtures("ran")
def test_doctor_knows_a_copy(capsys: Capture) -> None:
    """Whoever names one as the log could send nothing."""
    assert main(["log", "copy", str(COPY)]) == 0
    assert main(["doctor", "--log", str(COPY)]) != 0
    assert "backup.db is a copy of a run log" in " ".join(capsys.readouterr().out.split())


# ------------------------------------------------ init --from


def test_a_lost_log_is_made_again_and_sends_nothing(ran: Path, api: Served, capsys: Capture) -> None:
    """The run that went on after the copy is cancelled, and the stop is lifted by the line that it names."""
    api.sandbox.script(Fault(Kind.STATUS, status=401, channel="whatsapp"))
    assert run("--input", "branch=goa") == 11
    assert main(["log", "copy", str(COPY)]) == 0
    assert main(["resume", "last", "--yes"]) in (0, 20)
    sent = len(api.sandbox.outbox)
    LOG.rename(ran / "lost.db")
    capsys.readouterr()
    assert main(["log", "init", "--from", str(COPY), "--reason", "the disk died"]) == 0
    said = capsys.readouterr().out
    assert "Nothing is sent from this log until" in said
    assert main(["resume", "last", "--yes"]) != 0
    assert run("--input", "branch=surat") == 11
    assert "the disk died" in capsys.readouterr().err
    assert len(api.sandbox.outbox) == sent
    assert SEAL.search(said), "with which the log begins anew"
    assert main(["events", "log"]) == 0
    chain = capsys.readouterr().out
    assert "restored from a copy of" in chain
    assert "--restored" not in chain
    (line,) = lines_of(said)
    assert main([word.replace("WHY", "looked") for word in line]) == 0
    assert run("--input", "branch=pune") == 13, "what was sent before the copy is known"
    assert run("--input", "branch=surat") in (0, 20)


def test_a_log_is_never_replaced_by_a_copy(ran: Path, capsys: Capture) -> None:
    """It knows what was sent."""
    assert main(["log", "copy", str(COPY)]) == 0
    before = (ran / LOG).read_bytes()
    assert main(["log", "init", "--from", str(COPY), "--reason", "x"]) == 14
    assert "there is a run log already" in capsys.readouterr().err
    assert (ran / LOG).read_bytes() == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--from", "nothing.db", "--reason", "x"], 14),
        (["--from", "two.yaml", "--reason", "x"], 14),
        (["--from", "two.yaml"], 64),
        (["--reason", "x"], 64),
        (["--from", "two.yaml", "--reason", " "], 64),
    ],
)
def test_what_is_no_restoring_is_refused(options: list[str], code: int) -> None:
    """And leaves no log."""
    assert main(["log", "init", *options]) == code
    assert not LOG.exists()


# ------------------------------------------------ seals


BEFORE = {
    "decide": [["resolve", "last", "remind", "--as", "sent", "--reason", "x"], ["resume", "last", "--yes"]],
    "allow": [["stop", "--reason", "x"]],
}
"""What comes before a command, so that there is something for it to do."""


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "line",
    [
        ["resolve", "last", "remind", "--as", "sent", "--reason", "x"],
        ["decide", "last", "again", "--as", "skip", "--reason", "x"],
        ["cancel", "last", "--reason", "x"],
        ["stop", "--reason", "x"],
        ["allow", "--reason", "x"],
    ],
    ids=lambda line: line[0],
)
def test_a_command_that_writes_shows_its_seal(api: Served, capsys: Capture, line: list[str]) -> None:
    """The log holds it, and nothing stands behind it."""
    api.sandbox.script(Fault(Kind.RESET, channel="whatsapp", accepted=True))
    assert run() == 22
    for before in BEFORE.get(line[0], ()):
        main(before)
    capsys.readouterr()
    assert main(line) in (0, 15, 20)
    (seal,) = SEAL.findall(capsys.readouterr().out)
    assert main(["verify", "--seal", seal, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["seal"], said["behind_the_seal"]) == (seal, 0)


# ------------------------------------------------ erase


@pytest.mark.usefixtures("ran", "much_later")
def test_ids_past_their_time_are_removed(capsys: Capture) -> None:
    """It says from which runs, that the plan keeps those that the runbook names, and the seal."""
    assert erase("--yes") == 0
    said = capsys.readouterr().out
    assert "Removed 2 ids from 1 run" in said
    assert "names customers in 1 run" in " ".join(said.split())
    assert "seal: sha256:" in said
    assert ids_in(LOG) == 0
    assert main(["events", "last"]) == 0
    assert "2 customer ids removed: over" in capsys.readouterr().out


@pytest.mark.usefixtures("ran")
def test_one_run_loses_its_ids_whatever_its_age(capsys: Capture) -> None:
    """Somebody asks to be forgotten today; the reason stands in the log."""
    assert main(["log", "erase", "--run", "last", "--older-than", "1d", "--reason", "x", "--yes"]) == 0
    assert ids_in(LOG) == 2, "an age that is asked for counts"
    assert main(["log", "erase", "--run", "last", "--reason", "asked to be forgotten", "--yes"]) == 0
    assert "Removed 2 ids from 1 run" in capsys.readouterr().out
    assert ids_in(LOG) == 0


@pytest.mark.usefixtures("here")
def test_one_run_that_must_keep_its_ids_is_refused(api: Served, capsys: Capture) -> None:
    """Whoever asked for it must know that nothing was removed."""
    name_two()
    api.sandbox.script(Fault(Kind.RESET, channel="sms", accepted=True))
    assert run() == 22
    assert main(["log", "erase", "--run", "last", "--reason", "x", "--yes"]) == 11
    assert "a send of it is in doubt" in capsys.readouterr().out
    assert ids_in(LOG) == len(IDS)


@pytest.mark.usefixtures("ran", "much_later")
def test_a_dry_run_removes_nothing(capsys: Capture) -> None:
    """It needs no reason, and shows what would go."""
    before = LOG.read_bytes()
    assert main(["log", "erase", "--older-than", "180d", "--dry-run"]) == 0
    assert "These would lose their ids of customers, 2 ids in 1 run" in capsys.readouterr().out
    assert LOG.read_bytes() == before


@pytest.mark.usefixtures("ran")
def test_young_runs_keep_their_ids(capsys: Capture) -> None:
    """Nothing to do is no failure: a job does this every night."""
    assert erase("--yes") == 0
    assert "No run is past its time" in capsys.readouterr().out
    assert ids_in(LOG) == 2


@pytest.mark.usefixtures("here", "much_later")
def test_a_run_in_doubt_is_named_and_kept(api: Served, capsys: Capture) -> None:
    """Somebody has to find out yet whom it reached."""
    text = RUNBOOK.read_text("utf-8")
    RUNBOOK.write_text(text.replace("{payment_status: [bounced]}", "{ids: [LOANID-000001]}"), "utf-8")
    api.sandbox.script(Fault(Kind.RESET, channel="sms", accepted=True))
    assert run() == 22
    assert erase("--yes") == 0
    assert "a send of it is in doubt" in capsys.readouterr().out
    assert ids_in(LOG) == 1


@pytest.mark.usefixtures("ran", "much_later")
def test_without_a_terminal_a_yes_is_needed() -> None:
    """A job says it; nothing is removed without."""
    assert erase() == 64
    assert ids_in(LOG) == 2


@pytest.mark.parametrize(("word", "code", "left"), [("y\n", 0, 0), ("\n", 11, 2), ("no\n", 11, 2)])
def test_a_person_is_asked(ran: Path, word: str, code: int, left: int) -> None:
    """Nothing brings the ids back."""
    # Two: for a quarter of each day it is tomorrow in India already.
    old = (clock.now() + timedelta(days=2)).date().isoformat()
    assert main(["log", "erase", "--before", old, "--reason", "x"]) == 64, "that day lies ahead"
    age(ran / LOG)
    assert at_a_terminal(ran, word, "log", "erase", "--older-than", "180d", "--reason", "x") == code
    assert ids_in(LOG) == left


def age(path: Path) -> None:
    """Let the runs of a log have ended long ago, as far as their list tells."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE runs SET finished_at = '2020-03-02T05:30:00.000000+00:00'")
        connection.commit()


@pytest.mark.usefixtures("ran", "much_later")
@pytest.mark.parametrize(
    ("kept", "left"),
    [
        ({"staging": ", keep_customer_ids: 180d"}, 0),
        ({"staging": ", keep_customer_ids: 300d"}, 2),
        ({"staging": ", keep_customer_ids: 180d", "beside": ", keep_customer_ids: 300d"}, 2),
        ({"staging": ", keep_customer_ids: 300d", "beside": ", keep_customer_ids: 180d"}, 2),
        ({"other": ", org: org_other, keep_customer_ids: 1d", "staging": ""}, 2),
    ],
    ids=["past it", "not yet", "the longer one of an account", "the longer one first", "of another account"],
)
def test_the_configuration_says_how_long(
    kept: dict[str, str], left: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run goes by the environments of its own account."""
    configure(**kept)
    monkeypatch.delenv("TIMEPAY_BASE_URL")
    assert main(["log", "erase", "--reason", "x", "--yes"]) == 0
    assert ids_in(LOG) == left


@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--older-than", "180d", "--before", "2026-01-01"],
        ["--older-than", "180"],
        ["--older-than", "0d"],
        ["--older-than", "-5d"],
        ["--before", "yesterday"],
        ["--older-than", "180d", "--run", "nobody"],
    ],
    ids=" ".join,
)
def test_what_is_unclear_removes_nothing(options: list[str]) -> None:
    """64, with how to say it."""
    assert main(["log", "erase", "--reason", "x", "--yes", *options]) == 64
    assert ids_in(LOG) == 2


@pytest.mark.usefixtures("here")
def test_a_number_without_its_unit_is_said_to_lack_it(capsys: Capture) -> None:
    """The line to type has the number that was meant."""
    assert main(["log", "erase", "--older-than", "90", "--reason", "x"]) == 64
    said = capsys.readouterr().err
    assert "'90' has no unit" in said
    assert "--older-than 90d" in said


@pytest.mark.usefixtures("ran", "much_later")
@pytest.mark.parametrize("reason", [[], ["--reason", "  "]])
def test_a_reason_is_needed(reason: list[str]) -> None:
    """It stands in the log when the ids do not any more."""
    assert main(["log", "erase", "--older-than", "180d", "--yes", *reason]) == 64
    assert ids_in(LOG) == 2


@pytest.mark.usefixtures("ran", "much_later")
def test_traces_that_cannot_be_removed_are_told_of(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ids are out of the log; the same command takes the traces away later; a job hears of it (14)."""
    monkeypatch.setattr(SqliteLog, "scrub", lambda _: False)
    assert erase("--yes") == 14
    assert "traces are left in the file" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_where_there_is_no_log_nothing_is_erased(capsys: Capture) -> None:
    """Nor is one made."""
    assert erase("--yes") == 0
    assert "No run is past its time" in capsys.readouterr().out
    assert not LOG.exists()
