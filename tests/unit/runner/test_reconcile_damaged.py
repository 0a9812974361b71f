"""A run that cannot be read any more: who looks is told so, and what is kept of it still counts."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engine.refusal import Exit, Refusal
from engine.runlog import lock
from engine.runner.attempts import attempts_of, fitting
from tests.reconciling import NEVER_TAKEN, Lookout, runbook, step

IDS = ("L-1", "L-4", "L-7")
DAMAGE = {
    "a send of no plan": "UPDATE sends SET address = 'zz' WHERE run = ?",
    "no events": "DELETE FROM events WHERE run = ?",
    "no start": "DELETE FROM events WHERE run = ? AND seq = 1",
    "a later format": "UPDATE events SET body = replace(body, 'program/v1', 'program/v9') WHERE run = ?",
    "an event that is none": "UPDATE events SET body = '{}' WHERE run = ? AND kind = 'send_intended'",
}
damaged = pytest.mark.parametrize("change", DAMAGE.values(), ids=DAMAGE)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lookout]:
    """Give a desk where a run has gone well, and another one to the same people is in doubt."""
    monkeypatch.setattr(lock, "_PAUSE_S", 0)
    made = Lookout(tmp_path)
    made.run(runbook(step("a", ids=IDS, limit=3)), "run-0")
    made.clock.advance(60)
    made.sandbox.script(NEVER_TAKEN)
    made.run(runbook(step("b", ids=IDS, limit=3)))
    made.clock.advance(60)
    yield made
    made.database.close()


def damage(desk: Lookout, run: str, change: str) -> None:
    """Change the file past the program."""
    with closing(sqlite3.connect(desk.path)) as log, log:
        for name in ("events_are_not_changed", "events_are_not_removed"):
            log.execute(f"DROP TRIGGER {name}")
        log.execute(change, (run,))


@damaged
def test_rows_kept_for_a_run_that_cannot_be_read_stand_in_the_way(desk: Lookout, change: str) -> None:
    """Nobody can tell any more whose they are, so nobody says *not sent* past them (11)."""
    desk.reconcile()
    damage(desk, "run-0", change)
    with pytest.raises(
        Refusal, match="3 rows of the API's logs fit b/c1, but may be those of a/c1"
    ) as refused:
        desk.resolve("b", "not_sent")
    assert refused.value.code == Exit.GUARDED


@damaged
def test_a_run_that_cannot_be_read_and_has_no_rows_is_in_nobodys_way(desk: Lookout, change: str) -> None:
    """The doubt of another run is looked at, and settled, as ever."""
    damage(desk, "run-0", change)
    assert fitting(desk.log, desk.entry(), desk.send("b/c1")) == []
    desk.resolve("b", "not_sent")
    assert desk.send("b/c1").status == "not_sent"


@pytest.mark.parametrize("change", [DAMAGE["a send of no plan"], DAMAGE["no start"], DAMAGE["no events"]])
def test_a_log_that_was_changed_is_no_bug(desk: Lookout, change: str) -> None:
    """It says what was changed, and what to do (14)."""
    damage(desk, "run-0", change)
    with pytest.raises(Refusal, match=r"and not in its plan|do not begin with its start") as refused:
        attempts_of(desk.log, "run-0")
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert "`runbook verify`" in refused.value.cure


def test_not_sent_is_not_believed_of_a_run_that_cannot_be_read(desk: Lookout) -> None:
    """Which rows fit it cannot be told (13); what sends nothing again is taken."""
    desk.reconcile()
    damage(desk, "run-1", DAMAGE["a later format"])
    with pytest.raises(
        Refusal, match="fit b/c1 cannot be told: the plan in the run log cannot be read"
    ) as refused:
        desk.resolve("b", "not_sent")
    assert refused.value.code == Exit.NOT_AS_REVIEWED
    assert "--as never-known" in refused.value.cure
    desk.resolve("b", "never_known")
    assert desk.send("b/c1").status == "sent_unknown"
