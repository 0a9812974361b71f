"""``verify``, ``export`` and ``evidence`` as they are typed: a run, what is done to its log, what is said."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import jsonschema
import pytest

from engine.api.export_shape import build
from engine.cli import main
from tests.end_to_end.running import RUNBOOK, run, shown
from tests.end_to_end.running import typed as in_a_shell

LOG = Path(".runbook", "runlog.db")


@pytest.fixture
def ran(here: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Run the runbook once, and give the seal that it printed."""
    named = RUNBOOK.replace("filters: {payment_status: [bounced]}", "filters: {ids: [L-1, L-6]}")
    (here / "two.yaml").write_text(named, "utf-8")
    assert run() == 0
    said = capsys.readouterr().out
    return next(word for word in said.split() if word.startswith("sha256:"))


@contextmanager
def opened() -> Iterator[sqlite3.Connection]:
    """Open the log past what protects it."""
    with closing(sqlite3.connect(LOG, isolation_level=None)) as log:
        for (name,) in log.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            log.execute(f"DROP TRIGGER {name}")
        yield log


def test_a_sound_log_is_said_to_be_so(ran: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the numbers of what was checked, and the seal to keep."""
    for arguments in (
        ["verify"],
        ["verify", "last"],
        ["verify", "--seal", ran],
        ["verify", f"--seal=seal {ran}"],
        ["verify", f"--seal=  seal: {ran}\n"],
    ):
        assert main(arguments) == 0
        said = capsys.readouterr().out
        assert said.startswith("Checked: 1 run, ")
        assert "\nSound: " in said
        assert f"Latest seal: {ran}" in said
    found = shown(capsys, "verify")
    assert found["sound"] is True
    assert found["seal"] == ran
    assert found["checked"]["contacts"] == 2
    assert (found["faults"], found["not_checkable"], found["behind_the_seal"]) == ([], [], 0)


@pytest.mark.usefixtures("ran")
def test_what_was_changed_is_named_with_exit_17(capsys: pytest.CaptureFixture[str]) -> None:
    """The run and the event, in plain words; and what to do is said beside it."""
    with opened() as log:
        log.execute("UPDATE events SET actor = 'mallory' WHERE seq = 3")
    assert main(["verify"]) == 17
    said = capsys.readouterr()
    assert "NOT SOUND: 1 fault" in said.out
    assert ", event 3: it was changed: its hash is not that of what it says" in said.out
    assert "send nothing by it" in said.err
    assert main(["verify", "--format", "json"]) == 17
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert (fault["seq"], fault["rule"]) == (3, "chain")


def test_a_log_that_knows_nothing_of_a_kept_seal_is_unsound(
    ran: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As one is that was made anew: this alone shows it."""
    for file in LOG.parent.glob("runlog.db*"):
        if file.is_file():
            file.unlink()
    assert run() == 0
    capsys.readouterr()
    assert main(["verify"]) == 0
    assert main(["verify", "--seal", ran]) == 17
    assert "the seal that was kept" in capsys.readouterr().out


@pytest.mark.usefixtures("ran")
def test_a_damaged_file_is_told_of_as_far_as_it_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    """What stands before the damage is checked; a file that cannot be opened is 14 as ever."""
    with closing(sqlite3.connect(LOG)) as log:
        log.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        log.execute("PRAGMA journal_mode = DELETE")
        (root,) = log.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sends'").fetchone()
        (size,) = log.execute("PRAGMA page_size").fetchone()
    with LOG.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * 100)
    code = main(["verify"])
    said = capsys.readouterr()
    assert code == 17
    assert "the log cannot be read any further" in said.out
    LOG.write_bytes(b"no database at all, whatever its name says")
    assert main(["verify"]) == 14
    LOG.unlink()


@pytest.mark.usefixtures("here")
def test_nothing_to_check_is_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """No log, no such run, no export: what was meant is said."""
    assert main(["verify"]) == 64
    assert main(["verify", "two.yaml"]) == 64
    assert "it is no export of a run" in capsys.readouterr().err
    assert main(["verify", "."]) == 64
    assert main(["verify", "--seal", "sha256:12"]) == 64
    assert "a whole seal" in capsys.readouterr().err
    assert main(["verify", "--seal", ""]) == 64
    assert main(["evidence", "--out", "x.zip"]) == 64
    assert main(["evidence", "--run", "last", "--month", "2026-11", "--out", "x.zip"]) == 64
    assert main(["evidence", "--month", "2026-13", "--out", "x.zip"]) == 64
    assert not Path("x.zip").exists()


@pytest.mark.usefixtures("ran")
def test_an_export_needs_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    """It is the owner's alone, fits its schema, holds the events as they are listed, and is written once."""
    assert main(["export", "last", "--out", "run.jsonl"]) == 0
    assert stat.S_IMODE(os.stat("run.jsonl").st_mode) == 0o600  # noqa: PTH116  (one call)
    assert main(["export", "last", "--out", "run.jsonl"]) == 64
    assert main(["export", "last", "--out", "run.jsonl", "--force"]) == 0
    lines = [json.loads(line) for line in Path("run.jsonl").read_text("utf-8").splitlines()]
    schema = jsonschema.Draft202012Validator(build())
    for line in lines:
        schema.validate(line)
    assert [line["event"] for line in lines if "event" in line] == shown(capsys, "events", "last")
    assert main(["export", "last", "--without-customers"]) == 0
    assert '"contact"' not in capsys.readouterr().out
    LOG.unlink()
    assert main(["verify", "run.jsonl"]) == 0
    Path("run.jsonl").write_bytes(Path("run.jsonl").read_bytes()[:-200])
    assert main(["verify", "run.jsonl"]) == 17
    assert "it was cut off" in capsys.readouterr().out


def test_a_pipe_takes_an_export(here: Path, ran: str) -> None:
    """Lines to stdout and nothing else, also where nobody reads to the end."""
    assert ran
    done = in_a_shell("$RUN export last | $RUN verify /dev/stdin 2>&1; $RUN export last | head -1", here)
    assert "Sound: " in done.stdout
    assert '"format": "export/v1"' in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("asked", [["--run", "last"], ["--customer", "L-6"], ["--month", "{month}"]])
def test_an_evidence_is_checked_without_anything_installed(
    asked: list[str], ran: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Packed, unpacked into an empty folder, checked by a bare Python; and by the engine as it is packed."""
    started = shown(capsys, "runs")[0]["started_at"]
    asked = [word.format(month=started[:7]) for word in asked]
    assert main(["evidence", *asked, "--out", "evidence.zip"]) == 0
    assert stat.S_IMODE(os.stat("evidence.zip").st_mode) == 0o600  # noqa: PTH116  (one call)
    assert main(["verify", "evidence.zip", "--seal", ran]) == 0
    folder = tmp_path / "empty"
    with zipfile.ZipFile("evidence.zip") as packed:
        packed.extractall(folder)
    command = [sys.executable, "-I", "-S", "verify.py", "--seal", ran]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Sound: " in done.stdout
    assert "python3 verify.py" in (folder / "README.txt").read_text("utf-8")


@pytest.mark.usefixtures("ran")
def test_an_evidence_says_whose_ids_stand_in_its_plans(capsys: pytest.CaptureFixture[str]) -> None:
    """About one customer: the runbook names others, too, and the plan goes whole or not at all."""
    assert main(["evidence", "--customer", "L-6", "--out", "one.zip"]) == 0
    assert "its plans hold 1 id of others" in capsys.readouterr().err
    with zipfile.ZipFile("one.zip") as packed:
        guide = packed.read("README.txt").decode()
        (plan,) = (packed.read(name).decode() for name in packed.namelist() if name.endswith(".json"))
    assert "1 id of others, whom the runbook itself names" in guide
    assert "L-1" in plan
    assert main(["evidence", "--run", "last", "--out", "all.zip"]) == 0
    assert "ids of others" not in capsys.readouterr().err


@pytest.mark.parametrize("line", ["export last --force", "evidence --run last --force", "plan two.yaml"])
def test_the_log_is_not_written_over(line: str, ran: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It alone knows what was sent; nor is what lies beside it, or what says where it lies."""
    assert ran
    before = LOG.read_bytes()
    for name in (LOG, f"{LOG}-wal", f"{LOG}.key"):
        assert main([*line.split(), "--out", str(name)]) == 64
        assert "never written over" in capsys.readouterr().err
    assert LOG.read_bytes() == before
    assert main(["verify"]) == 0


@pytest.mark.usefixtures("ran")
def test_an_evidence_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody takes an empty zip for a proof that nothing was sent."""
    assert main(["evidence", "--customer", "L-404", "--out", "x.zip"]) == 64
    assert main(["evidence", "--month", "1999-01", "--out", "x.zip"]) == 64
    assert main(["evidence", "--run", "nosuch", "--out", "x.zip"]) == 64
    assert "no send in this log names L-404" in capsys.readouterr().err
    assert not Path("x.zip").exists()


def test_a_file_and_a_run_are_told_apart(here: Path, ran: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no file is said to be none; a run goes before a folder of its name, and a log is no export."""
    assert ran
    for missing in ("nope.zip", "nope.jsonl", "no/such"):
        assert main(["verify", missing]) == 64
        assert f"there is no file {missing}" in capsys.readouterr().err
    name = shown(capsys, "runs")[0]["run"]
    for word in ("last", name):
        (here / word).mkdir()
        assert main(["verify", word]) == 0
        assert f"./{word} names the file" in capsys.readouterr().err
        assert main(["verify", f"./{word}"]) == 64
    capsys.readouterr()
    assert main(["verify", str(LOG)]) == 64
    assert f"`runbook verify --log {LOG}` checks it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "cure"),
    [
        (["replay", "two.yaml", "last"], "RUN comes first: `runbook replay last two.yaml"),
        (["resolve", "by_sms", "last", "--as", "sent", "--reason", "x"], "`runbook resolve last by_sms"),
        (["reconcile", "two.yaml"], "two.yaml is a file; RUN is an id, or `last`: `runbook reconcile last"),
        (["show", "two.yaml"], "`runbook show last"),
        (["evidence", "last", "--out", "e.zip"], "`runbook evidence --run last`"),
        (["verify", "--run", "last"], "a run is named without an option: `runbook verify last`"),
        (["contacts", "L-1", "L-2"], "`runbook contacts --help`"),
    ],
)
@pytest.mark.usefixtures("ran")
def test_words_in_the_wrong_place_are_put_right(
    words: list[str], cure: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever swaps them is shown the order, not told that there is no such run."""
    capsys.readouterr()
    assert main(words) == 64
    assert cure in capsys.readouterr().err
