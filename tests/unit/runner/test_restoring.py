"""A log that was restored from a copy sends nothing of what may have been sent since."""

import pytest

from engine.api.verifying import verify
from engine.record.event import OverrideUsed, StopSet
from engine.record.outcome import RunStatus
from engine.refusal import Exit, Refusal
from engine.runlog.port import LOG
from engine.runner.restoring import hold_back
from tests.factories import outcome
from tests.unit.runner.fakes import NOW, ONE, TWO, Answer, Desk

STANDING: dict[str, Answer] = {
    "paused": outcome("not_sent"),
    "halted": outcome("rejected"),
    "in_doubt": outcome("in_doubt"),
}


def restore(desk: Desk) -> list[str]:
    """Hold back what the log of a desk would send; give the runs that were ended."""
    ended, seal = hold_back(desk.log, desk.clock, NOW, "the disk died")
    report = verify(desk.log)
    assert (report.faults, report.behind) == ([], 0)
    assert seal == f"sha256:{report.seal}"
    return [entry.run for entry in ended]


def test_nothing_is_sent_until_a_person_lifts_the_stop(desk: Desk) -> None:
    """A new run may message whom a run after the copy has messaged: nobody here can tell."""
    restore(desk)
    with pytest.raises(Refusal) as refused:
        desk.run()
    assert refused.value.code == Exit.GUARDED
    assert "restored from a copy of 2026-03-02 11:00:00 IST" in refused.value.message
    desk.allow()
    assert desk.run().exit_code == 0


@pytest.mark.parametrize("status", STANDING)
def test_no_run_goes_on(desk: Desk, status: str) -> None:
    """What it sent after the copy was made, it would send again."""
    desk.api.answers = [STANDING[status]] * 3
    desk.run(TWO)
    assert desk.entry().status.value == status
    assert restore(desk) == ["run-1"]
    desk.allow()
    left = len(desk.api.left)
    assert not desk.resume().sent
    assert len(desk.api.left) == left
    assert desk.entry().status is RunStatus.CANCELLED


def test_a_run_whose_process_died_in_a_send_is_in_doubt(desk: Desk) -> None:
    """Its campaign stays closed until that is settled, though it is cancelled."""
    desk.full_at = "send_settled"
    with pytest.raises(Exception, match="full"):
        desk.run()
    desk.full_at = None
    assert restore(desk) == ["run-1"]
    desk.allow()
    assert desk.statuses() == [("a/c1", 1, "in_doubt")]
    with pytest.raises(Refusal) as refused:
        desk.run(ONE.replace("name: remind", "name: other"), "run-2")
    assert refused.value.code == Exit.OTHER_IN_DOUBT


def test_runs_that_have_ended_stay_as_they_are(desk: Desk) -> None:
    """They are the past: *once* goes by them."""
    desk.run()
    before = desk.log.events("run-1")
    assert restore(desk) == []
    assert desk.log.events("run-1") == before


def test_that_it_was_restored_stands_in_the_log(desk: Desk) -> None:
    """By whom, when, and why: in the log's own chain, under the stop."""
    restore(desk)
    override, stop, _ = (each.event for each in desk.log.events(LOG))
    assert isinstance(override, OverrideUsed)
    assert isinstance(stop, StopSet)
    assert (override.override, stop.campaign, stop.account) == ("restored", None, None)
    assert override.reason == stop.reason
    assert override.reason.endswith(": the disk died")
    assert verify(desk.log).faults == []


def test_the_age_of_a_copy_may_be_unknown(desk: Desk) -> None:
    """Then that is what is said."""
    hold_back(desk.log, desk.clock, None, "the disk died")
    (stop,) = desk.log.stops()
    assert "nobody knows when" in stop.reason
