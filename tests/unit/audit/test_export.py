"""An export and an evidence are checked by themselves: whatever was done to a line of one is named."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from engine.api.evidence import Evidence, runs_of_customer, write
from engine.api.exporting import export
from engine.api.verifying import verify
from engine.audit import check
from engine.audit.check import ABSENT, Report
from engine.audit.export import Unreadable, raw_of, verify_path
from engine.audit.told import told
from engine.runlog.port import LOG
from tests.factories import outcome
from tests.reconciling import LOST, Lookout, runbook, step
from tests.unit.runner.fakes import ONE, SECOND, Desk

TEXT = ONE.replace("filters: {language: hindi}", "filters: {ids: [L-1, L-2]}") + SECOND


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Desk]:
    """Run two steps, of which the first names two customers; a stop and another run of the log follow."""
    desk = Desk(tmp_path)
    desk.api.answers = [outcome("succeeded", (2, 2, 0)), outcome("succeeded")]
    desk.run(TEXT)
    desk.stop()
    desk.allow()
    desk.run(ONE.replace("name: remind", "name: other"), "run-2")
    yield desk
    desk.database.close()


@pytest.fixture
def file(run: Desk, tmp_path: Path) -> Path:
    """Export the first run."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"".join(export(run.log, "run-1")))
    return path


def lines(file: Path) -> list[dict[str, Any]]:
    """Read an export."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def rules(report: Report) -> set[str]:
    """Give the rules that are broken."""
    return {fault.rule for fault in report.faults}


def test_an_export_is_sound_and_tells_what_was_checked(file: Path) -> None:
    """The run, its customers, and the log's own chain."""
    report = verify_path(file)
    assert report.faults == []
    assert report.unchecked == []
    assert report.behind == 0
    assert report.numbers == {"runs": 1, "events": 12, "sends": 2, "contacts": 2, "reached": 0, "seals": 2}
    assert rules(verify_path(file, report.seal)) == set()


def seals(run: Desk) -> list[str]:
    """Give the hash of every seal of the log."""
    return [str(row[-1]) for row in run.log.stored("events", LOG) if row[4] == "sealed"]


def test_a_seal_that_is_older_than_a_run_proves_nothing_of_it(run: Desk, file: Path, tmp_path: Path) -> None:
    """That it is there is no proof of what came later, and this is said; a later seal proves all of it."""
    first, last = seals(run)
    other = tmp_path / "other.jsonl"
    other.write_bytes(b"".join(export(run.log, "run-2")))
    for report in (verify_path(other, first), verify(run.log, "run-2", seal=first)):
        assert report.faults == []
        (said,) = report.unchecked
        assert said.startswith("run-2: it is newer than the seal that was kept")
    for path, seal in ((file, first), (file, last), (other, last)):
        assert verify_path(path, seal).unchecked == []
    assert verify(run.log, seal=first).unchecked == []


def test_a_seal_that_is_not_in_a_file_proves_nothing_and_accuses_nobody(file: Path) -> None:
    """The file may be older than that seal: only the log can tell."""
    report = verify_path(file, "0" * 64)
    assert rules(report) == {ABSENT}
    said = told(report)
    assert "NOT PROVEN: " in said
    assert "NOT SOUND" not in said
    assert "runbook verify --seal" in said


def test_a_kept_seal_proves_a_run_that_an_earlier_one_covers(run: Desk, tmp_path: Path) -> None:
    """Who writes a run anew, and its seal to fit, breaks the chain that leads to the seal that was kept."""
    path = tmp_path / "run.jsonl"
    whole = [json.loads(line) for line in export(run.log, "run-1")]
    last = [line["event"] for line in whole if "event" in line][-1]
    first = next(line["seal"] for line in whole if "seal" in line)
    for event in (last, first):
        if event is last:
            event["actor"] = "mallory"
        else:
            event["heads"]["run-1"]["hash"] = last["hash"]
        *beside, _ = raw_of(event) or ()
        event["hash"] = hashlib.sha256("\n".join(map(str, beside)).encode()).hexdigest()
    path.write_text("".join(json.dumps(line) + "\n" for line in whole), "utf-8")
    (fault,) = verify_path(path, seals(run)[-1]).faults
    assert (fault.chain, fault.rule) == (LOG, "missing")


def test_no_line_can_be_removed(file: Path) -> None:
    """Whichever it is."""
    whole = file.read_bytes().splitlines(keepends=True)
    for gone in range(1, len(whole)):
        file.write_bytes(b"".join(whole[:gone] + whole[gone + 1 :]))
        assert verify_path(file).faults, whole[gone]


def test_no_line_can_be_changed(file: Path) -> None:
    """Whatever value in it; the header's words about itself are all that nothing covers."""
    whole = lines(file)
    for place, line in enumerate(whole[1:], 1):
        ((what, held),) = line.items()
        for name in held:
            changed = {what: {**held, name: f"{held[name]}x" if isinstance(held[name], str) else 77}}
            file.write_text(
                "\n".join(map(json.dumps, [*whole[:place], changed, *whole[place + 1 :]])), "utf-8"
            )
            found = verify_path(file).faults
            assert found or (what, name) == ("end", "seal"), (what, name)


def test_no_line_can_be_doubled_or_moved(file: Path) -> None:
    """Each stands in its place."""
    whole = file.read_bytes().splitlines(keepends=True)
    for place in range(1, len(whole)):
        file.write_bytes(b"".join([*whole[:place], whole[place], *whole[place:]]))
        assert verify_path(file).faults, whole[place]
    for place in range(1, len(whole) - 1):
        file.write_bytes(b"".join([*whole[:place], whole[place + 1], whole[place], *whole[place + 2 :]]))
        assert verify_path(file).faults, whole[place]


def test_a_file_that_was_cut_off_says_so(file: Path) -> None:
    """In the middle of a line, too."""
    whole = file.read_bytes()
    for length in range(len(whole) - 2, len(whole) // 2, -37):
        file.write_bytes(whole[:length])
        assert "file" in rules(verify_path(file))


@pytest.mark.parametrize("text", ["", "x", "{}", '{"format": "export/v9", "run": "r", "customers": "all"}'])
def test_what_is_no_export_is_not_called_unsound(text: str, tmp_path: Path) -> None:
    """Nothing is said of a file that is none, or of a newer version."""
    path = tmp_path / "x"
    path.write_text(text, "utf-8")
    with pytest.raises(Unreadable):
        verify_path(path)
    with pytest.raises(Unreadable):
        verify_path(tmp_path)


def test_customers_can_be_left_out(run: Desk, tmp_path: Path) -> None:
    """It is said that they were, and what is left is sound."""
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"".join(export(run.log, "run-1", customers=False)))
    assert not [line for line in lines(path) if "contact" in line]
    report = verify_path(path)
    assert report.faults == []
    assert len(report.unchecked) == 1


def test_an_event_that_was_changed_in_the_log_is_handed_on_as_it_is(run: Desk, tmp_path: Path) -> None:
    """An export hides nothing: what is unsound in the log is so in the file."""
    run.database.rows("DROP TRIGGER events_are_not_changed")
    path = tmp_path / "run.jsonl"
    for body in ('{"owner": "spaced"}', "no JSON", '{"owner":"x"}'):
        run.database.rows("UPDATE events SET body = ? WHERE run = 'run-1' AND seq = 2", body)
        path.write_bytes(b"".join(export(run.log, "run-1")))
        assert "chain" in rules(verify_path(path))


def test_a_run_that_was_looked_up_in_the_logs_of_the_api_is_sound(tmp_path: Path) -> None:
    """In the log and in its export: the rows that settled it are compared with the looks at them."""
    desk = Lookout(tmp_path)
    desk.sandbox.script(LOST)
    desk.run(runbook(step(ids=("L-1", "L-2", "L-3"))))
    desk.clock.advance(30)
    assert desk.reconcile().seal
    path = tmp_path / "run.jsonl"
    path.write_bytes(b"".join(export(desk.log, "run-1")))
    for report in (verify(desk.log), verify(desk.log, "run-1"), verify_path(path)):
        assert (report.faults, report.numbers["reached"]) == ([], 3)
    desk.database.rows("DELETE FROM reached WHERE customer = 'L-2'")
    assert rules(verify(desk.log)) == {"reached"}
    desk.database.close()


def test_a_mistake_of_the_checker_is_not_told_as_one_of_the_log(
    run: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is accused because of a bug."""

    def unpack(*_: object) -> None:
        raise ValueError("too many values to unpack")

    monkeypatch.setattr(check, "compare", unpack)
    with pytest.raises(ValueError, match="too many values"):
        verify(run.log)


# ---------------------------------------------------------------- evidences


Unpacked = Callable[[Evidence], Path]


@pytest.fixture
def unpacked(run: Desk, tmp_path: Path) -> Unpacked:
    """Pack an evidence and unpack it into an empty folder."""

    def unpack(evidence: Evidence) -> Path:
        packed, folder = tmp_path / "evidence.zip", tmp_path / "unpacked"
        with packed.open("wb") as file:
            write(file, run.log, evidence)
        shutil.rmtree(folder, ignore_errors=True)
        with zipfile.ZipFile(packed) as held:
            held.extractall(folder)
        assert verify_path(packed) == verify_path(folder)
        return folder

    return unpack


def alone(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Check a folder by the checker in it, with a bare Python."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd="/")


def test_an_evidence_is_checked_by_what_it_carries(run: Desk, unpacked: Unpacked) -> None:
    """With nothing installed: it says the same as the engine."""
    folder = unpacked(Evidence("all runs", run.log.runs()))
    done = alone(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Checked: 2 runs, 18 events, 3 sends, 2 contacts, 2 seals.\nSound: ")
    seal = (folder / "seal.txt").read_text("utf-8").strip()
    assert alone(folder, "--seal", seal).returncode == 0
    assert alone(folder, "--seal", f"  seal: {seal.upper()} ").returncode == 0
    assert alone(folder, "--seal", "0" * 64).returncode == 17
    for slip in ("zzz", "", seal[:-1], f"{seal[:-1]}g"):
        done = alone(folder, "--seal", slip)
        assert (done.returncode, done.stdout) == (64, ""), slip
        assert "64 digits" in done.stderr
    assert alone(folder, str(folder / "README.txt")).returncode == 64


def test_any_file_of_an_evidence_that_is_changed_is_named(run: Desk, unpacked: Unpacked) -> None:
    """Whichever it is; one that is missing or was added, too."""
    folder = unpacked(Evidence("all runs", run.log.runs()))
    for file in sorted(each for each in folder.rglob("*") if each.is_file() and each.name != "MANIFEST"):
        kept = file.read_bytes()
        name = file.relative_to(folder).as_posix()
        file.write_bytes(kept + b"\n")
        assert name in {fault.chain for fault in verify_path(folder).faults}
        file.unlink()
        assert name in {fault.chain for fault in verify_path(folder).faults}
        file.write_bytes(kept)
    assert verify_path(folder).faults == []
    (folder / "more.txt").write_text("x", "utf-8")
    done = alone(folder)
    assert done.returncode == 0
    assert "more.txt: it is not in the MANIFEST" in done.stdout
    (folder / "runs" / "more.jsonl").write_text("x", "utf-8")
    assert rules(verify_path(folder)) == {"file"}


def test_an_evidence_of_a_customer_names_no_other(run: Desk, unpacked: Unpacked) -> None:
    """But for the plan, in which a runbook's own ids stand."""
    runs = runs_of_customer(run.log, "L-1")
    folder = unpacked(Evidence("customer L-1", runs, "L-1"))
    assert [entry.run for entry in runs] == ["run-1"]
    (file,) = (folder / "runs").iterdir()
    contacts = [line["contact"]["customer"] for line in lines(file) if "contact" in line]
    assert contacts == ["L-1"]
    assert "L-2" not in (folder / "contacts.txt").read_text("utf-8")
    done = alone(folder)
    assert done.returncode == 0
    assert "all customers but one were left out here" in done.stdout
    file.write_text(file.read_text("utf-8").replace('"customer": "L-1"', '"customer": "L-9"'), "utf-8")
    assert "its request names 2 customers, and 1 are kept as contacts" in alone(folder).stdout


def test_every_seal_of_the_log_is_found_in_what_was_handed_on(
    run: Desk, file: Path, unpacked: Unpacked
) -> None:
    """Whoever kept one, of this run or of another, earlier or later, can hold a part against it."""
    kept = seals(run)
    assert len(kept) == 2
    parts = [file, *(unpacked(Evidence("it", (entry,))) for entry in run.log.runs())]
    for part, seal in product(parts, kept):
        assert verify_path(part, seal).faults == [], (part, seal)


def test_a_file_without_seals_says_where_they_are(run: Desk, unpacked: Unpacked) -> None:
    """A run's file, taken out of its evidence: sound by itself, and no seal proves it."""
    folder = unpacked(Evidence("all runs", run.log.runs()))
    report = verify_path(folder / "runs" / "run-1.jsonl")
    assert report.faults == []
    assert any("log.jsonl" in said for said in report.unchecked)
    (folder / "log.jsonl").unlink()
    assert verify_path(folder).faults != []
    (folder / "MANIFEST").write_text("", "utf-8")
    assert "log.jsonl" in {fault.chain for fault in verify_path(folder).faults}


def test_the_same_evidence_is_the_same_bytes(run: Desk, tmp_path: Path) -> None:
    """Whenever it is made: two people can compare its hash."""
    made = []
    for name in ("a.zip", "b.zip"):
        with (tmp_path / name).open("wb") as file:
            write(file, run.log, Evidence("all runs", run.log.runs()))
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1]


def test_a_line_that_is_no_event_is_named(file: Path) -> None:
    """Even where the last line counts it."""
    head, *middle, end = lines(file)
    end["end"]["seals"] += 1
    file.write_text("\n".join(map(json.dumps, [head, {"seal": {"seq": 1}}, *middle, end])), "utf-8")
    assert rules(verify_path(file)) == {"file"}
