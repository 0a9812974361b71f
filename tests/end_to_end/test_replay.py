"""``runbook replay``: recorded runs decided again, by their own plan or by a changed runbook."""

import hashlib
import json
import shutil
import sqlite3
import sys
import zipfile
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from docs.site.staging import ROOT
from engine.audit.export import raw_of
from engine.cli import main
from engine.clock import now
from engine.record.outcome import RunStatus, SendStatus
from engine.record.wallclock import zone
from engine.refusal import Refusal
from engine.sandbox import Fault, Kind
from engine.sandbox.server import Served
from tests.end_to_end.running import RUNBOOK, run, shown
from tests.factories import outcome
from tests.properties.random_runbooks import Dice
from tests.replays import decided_otherwise
from tests.unit.runner.fakes import Desk

LOG = Path(".runbook", "runlog.db")
FOLDER = ROOT / "runbooks" / "cookbook"
GIVEN: dict[str, dict[str, Any]] = {
    "all-but-disputes": {"disputed": "LOANID-2043153,LOANID-2043156"},
    "before-it-is-due": {"due_on": "+3d"},
    "bounce-by-branch": {"branch": "pune"},
    "message-then-call": {"to_call": "LOANID-2043153,LOANID-2043156"},
    "pilot-then-the-rest": {"stage": "pilot", "pilot": "LOANID-2043153,LOANID-2043156"},
}
ANSWERS = [
    *(outcome("succeeded", (60, 2, 0)), outcome("partial", (60, 1, 1)), outcome("failed", (60, 0, 2))),
    *(outcome("no_match"), outcome("rejected"), outcome("not_sent"), outcome("in_doubt")),
]


def replayed(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Give what a replay of the last run says, on both streams."""
    capsys.readouterr()
    assert main(["replay", "last", *arguments]) == code
    said = capsys.readouterr()
    return said.out + said.err


def changed(here: Path, was: str, now: str) -> str:
    """Write the runbook with one thing changed; give its name."""
    assert was in RUNBOOK
    (here / "changed.yaml").write_text(RUNBOOK.replace(was, now), "utf-8")
    return "changed.yaml"


def test_a_run_is_decided_again_and_nothing_is_touched(
    here: Path, api: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its decisions with their reasons; the log stays the same bytes, and the API hears nothing."""
    assert run() == 0
    before, requests = hashlib.sha256((here / LOG).read_bytes()).digest(), len(api.sandbox.requests)
    said = replayed(capsys)
    assert "3 decisions, and this version makes the same, byte for byte" in said
    assert "its condition is true: steps.remind.failed == 0 (remind.failed is 0)" in said
    assert said.startswith("SANDBOX: nothing leaves this machine · camp_demo\n")
    assert hashlib.sha256((here / LOG).read_bytes()).digest() == before
    assert len(api.sandbox.requests) == requests


def test_a_changed_runbook_takes_the_recorded_inputs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the recorded account: only what was changed differs."""
    assert run("--input", "cap=7", "--input", "branch=nashik") == 0
    file = changed(here, "steps.remind.failed == 0", "steps.remind.failed > 3")
    told = shown(capsys, "replay", "last", file)
    assert told["plan_differences"] == [
        "again: the condition: recorded steps.remind.failed == 0, now steps.remind.failed > 3"
    ]
    assert [(each["step"], each["now"][0]["kind"]) for each in told["differences"]] == [("again", "skip")]


@pytest.mark.usefixtures("here")
def test_the_same_file_decides_the_same(api: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A crash of the connection and a person's words between them included."""
    api.sandbox.script(Fault(Kind.RESET, accepted=True))
    assert run() == 22
    assert main(["resolve", "last", "remind", "--as", "sent", "--reason", "it is in the inbox"]) == 0
    assert main(["resume", "last", "--yes"]) in (20, 15, 23)
    told = shown(capsys, "replay", "last", "two.yaml")
    assert (told["identical"], told["plan_differences"], told["differences"]) == (True, [], [])


@pytest.mark.usefixtures("here")
def test_another_answer_is_supposed(capsys: pytest.CaptureFixture[str]) -> None:
    """What it changes, and where nobody knows any more."""
    assert run() == 0
    said = replayed(capsys, "--what-if", "remind.failed=3")
    assert "changed with it: errors 0 → 1, initiated 20 → 17" in said
    assert "now:      skip: its condition is false: steps.remind.failed == 0 (remind.failed is 3)" in said
    assert "Nothing is sent by replay, and nothing is written." in said


def test_what_a_new_input_needs(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A value, which nobody recorded; one that does not fit any more is named with where it is from."""
    assert run() == 0
    file = changed(here, "inputs:\n", "inputs:\n  dpd: {type: integer}\n")
    assert 'input "dpd" has no value' in replayed(capsys, file, code=64)
    assert "the same decisions" in replayed(capsys, file, "--input", "dpd=3")
    file = changed(here, "maximum: 50, default: 20", "maximum: 10, default: 10")
    assert 'input "cap", from the recorded run: 20' in replayed(capsys, file, code=64)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nowhere.yaml"], 64, "nowhere.yaml does not exist"),
        (["--input", "cap=3"], 64, "--input belongs to a FILE"),
        (["--what-if", "remnd.failed=3"], 64, "did you mean remind?"),
        (["--what-if", "remind.failed=21"], 64, "selected <= 20 (its limit)"),
    ],
)
@pytest.mark.usefixtures("here")
def test_what_is_refused(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with what is wrong, and nothing else."""
    assert run() == 0
    assert words in replayed(capsys, *arguments, code=code)


def test_an_invalid_runbook_is_told_with_its_findings(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """10, as planning it does."""
    assert run() == 0
    file = changed(here, "failed == 0", "fialed == 0")
    assert "did you mean steps.remind.failed?" in replayed(capsys, file, code=10)


def test_the_plan_is_made_for_where_the_run_was(
    here: Path, api: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names of the catalog mean what they mean there, and days count from the recorded one."""
    monkeypatch.delenv("TIMEPAY_BASE_URL")
    (here / ".runbook").mkdir()
    (here / ".runbook" / "config.yaml").write_text(
        "format: config/v1\ndefault: other\nenvironments:\n"
        f'  other: {{base_url: "http://127.0.0.1:9/api/v1"}}\n  staging: {{base_url: "{api.address}"}}\n'
        "catalog: {first: {channel: whatsapp, ids: {staging: t1, other: t9}}}\n",
        "utf-8",
    )
    assert run("--env", "staging", "--log", "here.db") == 0
    file = changed(here, "template: t1", "template: first")
    (here / file).write_text(
        (here / file)
        .read_text("utf-8")
        .replace("inputs:\n", "inputs:\n  day: {type: date, default: today}\n"),
        "utf-8",
    )
    told = shown(capsys, "replay", "last", file, "--log", "here.db")
    today = now().astimezone(zone()).date().isoformat()
    assert f"the input day: recorded nothing, now {today}" in told["plan_differences"]
    assert (told["requests"], told["differences"]) == ([], [])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE events SET actor = 'nobody' WHERE seq = 3",
        "DELETE FROM events WHERE seq = 1",
        "UPDATE events SET body = json_set(body, '$.plan.runbook', 3) WHERE kind = 'run_started'",
    ],
)
def test_a_log_that_was_changed_is_not_decided_again(
    here: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    """14: what it says is not what happened."""
    assert run() == 0
    with closing(sqlite3.connect(here / LOG)) as log, log:
        log.execute("DROP TRIGGER events_are_not_changed")
        log.execute("DROP TRIGGER events_are_not_removed")
        log.execute(change)
    assert "their chain does not hold" in replayed(capsys, code=14)


def exported(capsys: pytest.CaptureFixture[str], here: Path) -> str:
    """Hand a run on, and lose its log; give the file's name."""
    assert run() == 0
    assert main(["export", "last", "--out", "run.jsonl"]) == 0
    capsys.readouterr()
    shutil.rmtree(here / LOG.parent)
    return "run.jsonl"


def test_an_export_is_decided_again_without_a_log(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the run was, by its own plan and by a changed one; no log is made."""
    file = exported(capsys, here)
    assert main(["replay", file]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("SANDBOX: nothing leaves this machine · camp_demo\n")
    assert "3 decisions, and this version makes the same, byte for byte" in said.out
    assert "`runbook replay run.jsonl FILE`" in said.err
    assert main(["replay", file, "--log", "gone.db"]) == 0
    assert "`runbook replay run.jsonl FILE` decides it" in " ".join(capsys.readouterr().err.split())
    other = changed(here, "failed == 0", "failed > 0")
    assert main(["replay", file, other]) == 0
    assert "skip: its condition is false" in capsys.readouterr().out
    assert not (here / LOG).exists()


@pytest.mark.parametrize("removed", [slice(1, 2), slice(-1, None), slice(4, 5)])
def test_an_export_that_was_changed_is_not_decided_again(
    here: Path, capsys: pytest.CaptureFixture[str], removed: slice
) -> None:
    """14: a seal, the end or an event is missing, and what it says is not what happened."""
    file = here / exported(capsys, here)
    lines = file.read_bytes().splitlines(keepends=True)
    del lines[removed]
    file.write_bytes(b"".join(lines))
    assert main(["replay", file.name]) == 14
    assert "`runbook verify run.jsonl` tells all" in capsys.readouterr().err


PLANS: dict[str, dict[str, Any]] = {
    "no runbook": {"runbook": None},
    "a runbook of nothing": {"runbook": {}},
    "no account": {"runbook": {"account": True, "campaign": {"id": "c"}}},
    "an address that is none": {
        "runbook": {"account": {"base_url": 3, "org": None}, "campaign": {"id": "c"}}
    },
    "brackets that do not match": {
        "runbook": {"account": {"base_url": "http://[", "org": None}, "campaign": {"id": "c"}}
    },
    "made nowhere": {"made": {}},
    "an environment that is none": {"made": {"environment": ["x"]}},
}


@pytest.mark.parametrize("change", PLANS.values(), ids=PLANS)
@pytest.mark.parametrize("more", [[], ["--format", "json"], ["two.yaml"]], ids=["text", "json", "file"])
def test_a_plan_of_another_shape(
    here: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], more: list[str]
) -> None:
    """13, as for any other plan that cannot be read, though its digests and all hashes hold."""
    file = here / exported(capsys, here)
    forge(file, change)
    assert main(["verify", file.name]) == 0
    capsys.readouterr()
    assert main(["replay", file.name, *more]) == 13
    said = capsys.readouterr()
    assert (said.out, "the plan in the run log cannot be read" in said.err) == ("", True)


def test_what_a_changed_runbook_is_compared_with_has_another_shape(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """13, too: what differs from it cannot be said."""
    file = here / exported(capsys, here)
    first = next(
        line["event"] for line in map(json.loads, file.read_bytes().splitlines()) if line.get("event")
    )
    about = {name: first["plan"]["runbook"][name] for name in ("account", "campaign")}
    forge(file, {"runbook": {**about, "campaign": {"id": about["campaign"]["id"]}}})
    assert main(["replay", file.name]) == 0
    assert main(["replay", file.name, "two.yaml"]) == 13


def forge(file: Path, change: dict[str, Any]) -> None:
    """Change what the digests of an export's plan do not cover, and make all its hashes again."""
    lines = [line for line in map(json.loads, file.read_bytes().splitlines()) if "seal" not in line]
    before = "0" * 64
    for event in (line["event"] for line in lines if "event" in line):
        if event["kind"] == "run_started":
            event["plan"].update(change)
        raw = raw_of({**event, "before": before})
        assert raw is not None
        event["before"] = before
        event["hash"] = before = hashlib.sha256("\n".join(map(str, raw[:7])).encode()).hexdigest()
    lines[-1]["end"].update(seals=0, seal=None)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere.jsonl", "nowhere.jsonl does not exist"), ("changed.jsonl", "is no export of a run")],
)
def test_a_file_that_is_no_export(
    here: Path, capsys: pytest.CaptureFixture[str], name: str, words: str
) -> None:
    """64, with what to name."""
    (here / "changed.jsonl").write_text("{}\n", "utf-8")
    assert main(["replay", name]) == 64
    assert words in capsys.readouterr().err


def test_an_evidence_is_no_export(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says where in it one lies, and that is decided again."""
    assert run() == 0
    assert main(["evidence", "--run", "last", "--out", "all.zip"]) == 0
    assert main(["replay", "all.zip"]) == 64
    assert "an evidence has one a run, under runs/RUN.jsonl" in capsys.readouterr().err
    with zipfile.ZipFile(here / "all.zip") as packed:
        packed.extractall(here / "all")
    (file,) = (here / "all" / "runs").glob("*.jsonl")
    assert main(["replay", str(file)]) == 0


def test_a_runbook_in_the_place_of_the_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is no export, and the refusal shows the order."""
    assert run() == 0
    file = changed(here, "failed == 0", "failed > 0")
    assert main(["replay", file, "last"]) == 64
    assert f"RUN comes first: `runbook replay last {file}`" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_another_versions_decision_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """13, with the first decision that this version does not make."""
    assert run() == 0
    monkeypatch.setattr(sys.modules["engine.machine.decide"], "truth", lambda *_: False)
    said = replayed(capsys, code=13)
    assert "decision 2 of 3 is not made again" in said
    assert "recorded: send\n  now:      skip: its condition is false: steps.remind.failed == 0" in said


def test_there_is_nothing_to_replay(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing was run."""
    assert "no run is known here" in replayed(capsys, code=64)


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in FOLDER.glob("*.yaml") if ".test" not in path.name)
)
def test_every_plan_of_the_cookbook_is_decided_again_alike(name: str, tmp_path: Path) -> None:
    """Whatever its requests come to, and whatever a person says to that."""
    text = (FOLDER / f"{name}.yaml").read_text("utf-8")
    for number in range(8):
        folder = tmp_path / str(number)
        folder.mkdir()
        desk, dice = Desk(folder), Dice(f"{name} {number}")
        desk.api.answers = [dice.pick(ANSWERS) for _ in range(12)]
        desk.run(text, **GIVEN.get(name, {}))
        for _ in range(6):
            _goes_on(desk, dice)
        assert not [*decided_otherwise(desk.log)]
        desk.database.close()


def _goes_on(desk: Desk, dice: Dice) -> None:
    """Say what lets a run go on that stands."""
    state = desk.state()
    desk.clock.advance(100)
    if state.status is RunStatus.IN_DOUBT:
        sends = [send for send in desk.log.sends("run-1") if send.status is SendStatus.IN_DOUBT]
        desk.resolve(sends[0].address, dice.pick(("sent", "not_sent", "never_known")))
    if desk.state().status in (RunStatus.PAUSED, RunStatus.HALTED):
        with suppress(Refusal):  # it would stand just as it stands
            desk.resume(accept=dice.pick((None, "seen")))
