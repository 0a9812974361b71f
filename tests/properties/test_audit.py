"""Properties of ``verify``: nothing sound is called unsound, and nothing that was changed is called sound."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.api.verifying import verify
from engine.audit import recount
from engine.audit.check import Report, Verifier
from engine.audit.recount import Recount
from engine.machine import fold
from engine.machine.exits import anything_sent, exit_code
from engine.planner.load import program_of
from engine.record.event import Erased, Event, RunStarted
from engine.record.outcome import RunStatus
from engine.runlog import lock
from engine.runlog.chain import START, Link, link
from engine.runlog.port import LOG
from engine.runlog.sqlite import SqliteLog, look_at
from tests.properties.events import events
from tests.properties.processes import Store
from tests.properties.random_runbooks import Dice
from tests.properties.schedules import BEGIN, Schedule
from tests.properties.tampering import CHANGES, CHECKED, change_cell, forge, opened
from tests.reconciling import LOST, Lookout, runbook, step

SEEDS = 40
ROUNDS = 50


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a log of random runs, torn down and taken further as in every schedule, all sealed in the end."""
    store = Store(tmp_path_factory.mktemp("played"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "_PAUSE_S", 0)  # nobody waits: a lock's holder is as fictional as the time
        for seed in range(SEEDS):
            schedule = Schedule(store, seed).play()
    with schedule.look.writing() as writer:
        writer.seal(BEGIN)
    store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    store.database.close()
    return store.path


def looked(path: Path) -> SqliteLog:
    """Open a log to look at it."""
    log = look_at(path)
    assert log is not None
    return log


def checked(path: Path, run: str | None = None, seal: str | None = None) -> Report:
    """Verify a log."""
    with closing(looked(path)) as log:
        return verify(log, run, seal=seal)


def test_what_was_played_is_sound(played: Path) -> None:
    """Whatever crashed, was cancelled, doubted, settled or came late; and no event is left unsealed."""
    report = checked(played)
    assert report.faults == []
    assert report.unchecked == []
    assert report.behind == 0
    assert min(report.numbers[name] for name in ("runs", "sends", "contacts", "seals")) > SEEDS / 2


def test_each_run_is_sound_by_itself(played: Path) -> None:
    """A run needs no other to be checked; the events of all are those of the whole log."""
    with closing(looked(played)) as log:
        reports = [verify(log, entry.run) for entry in log.runs()]
        own = len(log.events(LOG))
    assert [report.faults for report in reports if report.faults] == []
    events_of_runs = sum(report.numbers["events"] - own for report in reports)
    assert events_of_runs + own == checked(played).numbers["events"]


def test_the_recount_says_what_the_machine_says(played: Path) -> None:
    """Of every run its status, its messages, how each attempt stands, whether it is halted for good."""
    with closing(looked(played)) as log:
        for entry in log.runs():
            recount = Verifier()._recounted(entry.run, log.links(entry.run), lambda *_: None)
            assert recount is not None
            happened = [each.event for each in log.events(entry.run)]
            assert isinstance(happened[0], RunStarted)
            state = fold(happened)
            folded = {send.address: send for step in state.steps.values() for send in step.sends.values()}
            assert recount.status == state.status.value
            assert recount.messages == state.initiated
            assert (recount.for_good is not None) == (state.halted_for_good is not None)
            assert {name: each.status for name, each in recount.latest.items()} == {
                name: send.status.value for name, send in folded.items()
            }
            if state.status is RunStatus.FINISHED:
                program = program_of(happened[0].plan)
                assert exit_code(program, state, sent_here=anything_sent(state)) in recount.exit_codes


def recounted(path: Path) -> dict[str, object]:
    """Count every run again: how each attempt of it stands."""
    counted: dict[str, object] = {}
    with closing(looked(path)) as log:
        for entry in log.runs():
            made = Verifier()._recounted(entry.run, log.links(entry.run), lambda *_: None)
            assert made is not None
            attempts = {at: (vars(each), each.status, each.counts) for at, each in made.attempts.items()}
            counted[entry.run] = (made.status, made.messages, made.exit_codes, attempts)
    return counted


def test_what_is_read_by_its_text_alone_comes_to_the_same(
    played: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What most sends come to is known by the plan's own words: it is as if all of it had been parsed."""
    taken = Counter[str]()
    usual = dict(recount._USUAL)

    def counting(kind: str) -> Callable[[Recount, int, str, str], bool]:
        def takes(run: Recount, seq: int, at: str, text: str) -> bool:
            is_taken = usual[kind](run, seq, at, text)
            taken[kind] += is_taken
            return is_taken

        return takes

    monkeypatch.setattr(recount, "_USUAL", {kind: counting(kind) for kind in usual})
    by_text = recounted(played)
    assert min(taken[kind] for kind in usual) > SEEDS / 4
    monkeypatch.setattr(recount, "_USUAL", {})
    assert recounted(played) == by_text


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_changed_is_named(name: str, played: Path, tmp_path: Path) -> None:
    """Every time, in the chain where it was done or in that of the log itself."""
    dice, unnoticed, done = Dice(name), list[str](), 0
    for number in range(ROUNDS):
        path = tmp_path / f"{number}.db"
        shutil.copy(played, path)
        try:
            with opened(path) as log:
                said = CHANGES[name](log, dice)
        except sqlite3.IntegrityError:
            said = None  # the database itself does not let it be
        if said is not None:
            done += 1
            unnoticed += [said] if checked(path).is_sound else []
        path.unlink()
    assert unnoticed == []
    assert done > ROUNDS / 2


def columns(path: Path) -> list[tuple[str, str]]:
    """List every column of every table that is checked and holds anything here."""
    with opened(path) as log:
        held = [table for table in CHECKED if log.execute(f"SELECT 1 FROM {table}").fetchone()]  # noqa: S608
        return [(table, about[1]) for table in held for about in log.execute(f"PRAGMA table_info({table})")]


def test_each_column_of_each_table_is_looked_at(played: Path, tmp_path: Path) -> None:
    """None of them can say anything else than the events."""
    path, dice, unnoticed = tmp_path / "log.db", Dice("columns"), list[str]()
    shutil.copy(played, path)
    found = columns(path)
    assert {table for table, _ in found} >= {"events", "runs", "sends", "steps", "contacts"}
    for table, column in found:
        shutil.copy(played, path)
        with opened(path) as log:
            said = change_cell(log, dice, table, column)
        unnoticed += [] if checked(path).faults else [said]
    assert unnoticed == []


@pytest.fixture
def looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a log of two runs in doubt that were reconciled; of the second, customers' ids were erased."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    desk = Lookout(tmp_path)
    for run in ("run-1", "run-2"):
        desk.sandbox.script(LOST)
        desk.run(runbook(step(ids=("L-1", "L-4", "L-7"))), run=run)
        desk.clock.advance(3600)
        desk.reconcile(run)
    with desk.log.writing() as writer:
        contacts, reached = writer.erase("run-2")
        writer.append("run-2", Erased(desk.clock.now(), contacts, reached, "kept long enough"))
        writer.seal(desk.clock.now())
    assert contacts == reached == 3
    desk.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    desk.database.close()
    return desk.path


def _asked(question: str, log: sqlite3.Connection) -> str:
    log.execute(question)
    return question


def test_what_the_apis_logs_showed_cannot_be_changed(looked_into: Path, tmp_path: Path) -> None:
    """No column of a row that is kept, no row of them, and none that was erased comes back."""
    assert checked(looked_into).faults == []
    path, dice = tmp_path / "changed.db", Dice("reached")
    with opened(looked_into) as log:
        columns = [about[1] for about in log.execute("PRAGMA table_info(reached)")]
        assert log.execute("SELECT count(*) FROM reached").fetchone() == (3,)
    for change in (
        *(partial(change_cell, dice=dice, table="reached", column=name) for name in columns),
        partial(_asked, "DELETE FROM reached WHERE row = (SELECT min(row) FROM reached)"),
        partial(_asked, "DELETE FROM reached"),
        partial(
            _asked, "INSERT INTO contacts SELECT customer, 'run-2', address, attempt FROM contacts LIMIT 1"
        ),
    ):
        shutil.copy(looked_into, path)
        with opened(path) as log:
            said = change(log)
        assert checked(path).faults, said


def test_a_log_forged_as_a_whole_is_named_by_a_seal_that_was_kept(played: Path, tmp_path: Path) -> None:
    """Who works out every hash anew, those of the seals too, is found out by what lies elsewhere."""
    kept = checked(played).seal
    assert kept is not None
    path = tmp_path / "forged.db"
    shutil.copy(played, path)
    with opened(path) as log:
        forge(log, LOG, 1)
    assert checked(path).faults == []
    assert [fault.rule for fault in checked(path, seal=kept).faults] == ["kept"]
    assert checked(played, seal=kept).faults == []


# ---------------------------------------------------------------- any events, sensible or not


def chained(run: str, happened: list[Event]) -> list[Link]:
    """Give a chain whose hashes are right."""
    links, before = list[Link](), START
    for seq, event in enumerate(happened, 1):
        links.append(link(run, seq, "asha", event, before))
        before = links[-1].hash
    return links


@settings(max_examples=150)
@given(st.lists(events(), min_size=1, max_size=8))
def test_any_chain_can_be_checked(happened: list[Event]) -> None:
    """Whatever its events say, somebody is told what is the matter, and no hash of it is called wrong."""
    verifier = Verifier()
    verifier.run("run-1", chained("run-1", happened))
    report = verifier.report()
    assert report.numbers["events"] == len(happened)
    assert not {fault.rule for fault in report.faults} & {"chain", "missing"}
    assert all(str(fault) for fault in report.faults)


@settings(max_examples=150)
@given(st.lists(events(), min_size=1, max_size=8), st.data())
def test_any_changed_column_breaks_the_chain(happened: list[Event], data: st.DataObject) -> None:
    """The first event of which it does not hold is the one that was changed."""
    links = chained("run-1", happened)
    at = data.draw(st.integers(0, len(links) - 1))
    column = data.draw(st.sampled_from(["at", "actor", "kind", "body", "before", "hash"]))
    links[at] = links[at]._replace(**{column: getattr(links[at], column) + "x"})
    verifier = Verifier()
    verifier.run("run-1", links)
    named = [fault.seq for fault in verifier.report().faults if fault.rule in ("chain", "missing")]
    assert at + 1 in named
    assert min(each for each in named if each is not None) == at + 1
