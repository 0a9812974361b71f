"""Which runs lose the ids of their customers, and which keep them though their time is over."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from engine.api.verifying import verify
from engine.record.entry import EventEntry, Standing
from engine.record.event import Erased, Event, Overreached
from engine.record.outcome import Outcome, SendStatus
from engine.runner.retention import Erasure, Old, erase, old_runs
from tests.factories import outcome
from tests.unit.runner.fakes import NOW, ONE, SECOND, Answer, Desk
from tests.writers import Passing

NAMING = ONE.replace("{language: hindi}", "{ids: [L-1, L-2, L-3]}")
LATER = NOW + timedelta(days=200)


def old(desk: Desk, *, run: str | None = None, days: float = 100) -> tuple[Old, ...]:
    """Look for runs that ended so many days ago."""
    return old_runs(desk.log, lambda _: LATER - timedelta(days=days), run)


def ran(desk: Desk, run: str = "run-1", text: str = NAMING, *answers: Answer) -> None:
    """Have a run that named three customers."""
    desk.api.answers = list(answers)
    desk.run(text.replace("name: remind", f"name: {run}"), run)


def test_a_run_that_ended_long_ago_loses_its_ids(desk: Desk) -> None:
    """With the event that says how many, and why; all else stays as it was."""
    ran(desk)
    before = desk.log.sends("run-1")
    desk.clock.at = LATER
    erasure = erase(desk.log, desk.clock, lambda _: LATER, "its time is over")
    assert [(each.entry.run, each.contacts, each.reached) for each in erasure.gone] == [("run-1", 3, 0)]
    assert desk.log.events("run-1")[-1].event == Erased(LATER, 3, 0, "its time is over")
    assert list(desk.log.contacts_of("run-1")) == []
    assert (desk.log.sends("run-1"), desk.entry().status) == (before, "finished")


def test_what_was_erased_is_not_checkable_and_all_else_is_sound(desk: Desk) -> None:
    """``verify`` says of which run the ids are missing, and finds no fault in that."""
    ran(desk, "run-1", NAMING, outcome("succeeded", (3, 3, 0)))
    erase(desk.log, desk.clock, lambda _: LATER, "over")
    report = verify(desk.log)
    assert report.faults == []
    (said,) = report.unchecked
    assert said.startswith("run-1: customers' ids were erased")


def test_the_removal_is_sealed(desk: Desk) -> None:
    """The seal's hash is what a pipeline keeps; where nothing was removed there is none."""
    ran(desk)
    erasure = erase(desk.log, desk.clock, lambda _: LATER, "over")
    assert erasure.seal == f"sha256:{desk.log.events('log')[-1].hash}"
    assert erase(desk.log, desk.clock, lambda _: LATER, "over").seal is None
    assert desk.kinds().count("erased") == 1


def test_a_run_goes_by_its_end(desk: Desk) -> None:
    """It has to have ended before the instant, not at it."""
    ran(desk)
    ended_at = desk.entry().finished_at
    assert ended_at is not None
    assert old_runs(desk.log, lambda _: ended_at) == ()
    assert len(old_runs(desk.log, lambda _: ended_at + timedelta(microseconds=1))) == 1


def test_where_nobody_said_how_long_ids_are_kept(desk: Desk) -> None:
    """An environment without a time for them."""
    ran(desk)
    assert old_runs(desk.log, lambda _: None) == ()


def test_only_the_run_that_is_named(desk: Desk) -> None:
    """Others that are as old stay as they are."""
    ran(desk)
    ran(desk, "run-2")
    assert [each.entry.run for each in old(desk)] == ["run-1", "run-2"]
    assert [each.entry.run for each in old(desk, run="run-2")] == ["run-2"]


def test_a_run_without_ids_is_not_named(desk: Desk) -> None:
    """By filter nobody but the API knew whom it reached."""
    ran(desk, text=ONE)
    assert old(desk) == ()


STANDING: dict[str, tuple[Answer, ...]] = {
    "a send of it is in doubt": (outcome("in_doubt"),),
    "it has not ended: it is halted": (outcome("rejected"),),
    "it blocks its campaign": (Outcome(SendStatus.SUCCEEDED, outcome("succeeded").counts, overreached=True),),
}


@pytest.mark.parametrize("why", STANDING)
def test_a_run_that_needs_a_person_keeps_its_ids(desk: Desk, why: str) -> None:
    """However old it is: somebody may still have to look whom it reached."""
    ran(desk, "run-1", NAMING, *STANDING[why])
    assert [each.kept_for for each in old(desk)] == [why]
    assert erase(desk.log, desk.clock, lambda _: LATER, "over") == Erasure(())
    assert len(list(desk.log.contacts_of("run-1"))) == 3


def test_a_run_whose_process_died_in_a_send_keeps_its_ids(desk: Desk) -> None:
    """Nobody has recorded yet that it is in doubt."""
    desk.full_at = "send_settled"
    with pytest.raises(Exception, match="full"):
        ran(desk)
    assert [each.kept_for for each in old(desk)] == ["a send of it is in doubt"]


def test_once_it_is_settled_they_go(desk: Desk) -> None:
    """A cancelled run has ended, too."""
    ran(desk, "run-1", NAMING + SECOND, outcome("in_doubt"))
    desk.resolve("a/c1", "sent")
    assert [each.kept_for for each in old(desk)] == ["it has not ended: it is paused"]
    desk.cancel()
    assert [each.kept_for for each in old(desk)] == [""]


def test_a_run_that_is_halted_for_good_has_ended(desk: Desk) -> None:
    """Nobody can resume it; its block was lifted."""
    ran(desk, "run-1", NAMING, *STANDING["it blocks its campaign"])
    desk.resolve("a/c1", "sent")
    assert [each.kept_for for each in old(desk)] == [""]


def test_what_happens_while_others_are_erased_counts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run is judged again in the transaction that removes its ids."""
    for run in ("run-1", "run-2"):
        ran(desk, run)
    append = Passing.append

    def late(self: Passing, run: str, event: Event, *rest: Standing, **beside: Sequence[str]) -> EventEntry:
        if isinstance(event, Erased):
            append(self, "run-2", Overreached(NOW, "a", "a/c1"))
        return append(self, run, event, *rest, **beside)  # type: ignore[arg-type]  # passed on as it comes

    monkeypatch.setattr(Passing, "append", late)
    erasure = erase(desk.around.log, desk.clock, lambda _: LATER, "over")
    assert [each.entry.run for each in erasure.gone] == ["run-1"]
    assert erasure.seal is not None
    assert len(list(desk.log.contacts_of("run-2"))) == 3


def test_ids_in_the_plan_are_told_of(desk: Desk) -> None:
    """Those that a runbook names itself stand in its program, and stay there."""
    ran(desk)
    assert [each.names_people for each in old(desk)] == [True]
