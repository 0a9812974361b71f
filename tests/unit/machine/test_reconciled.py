from datetime import timedelta

import pytest

from engine.machine import fold
from engine.record.entry import EventEntry
from engine.record.event import (
    Event,
    Question,
    Reconciled,
    Resolution,
    RunPaused,
    RunStarted,
    SendIntended,
    SendResolved,
    SendSettled,
    Source,
    StepSkipped,
)
from engine.record.outcome import Counts, Outcome, RunStatus, SendStatus, StepStatus
from engine.record.settlement import settlements
from tests.factories import NOW

STARTED = RunStarted(NOW, "run-1")
INTENDED = SendIntended(NOW, "a", "a/c1", 1)
DOUBT = SendSettled(NOW, "a", "a/c1", 1, Outcome(SendStatus.IN_DOUBT, None))
PAUSED = RunPaused(NOW, "a", Question.DOUBT, "nobody knows")
IN_DOUBT = (STARTED, INTENDED, DOUBT, PAUSED)


def looked(reached: int, *, attempt: int = 1, source: Source = Source.API) -> Reconciled:
    """Give a look at the logs that found rows for so many customers."""
    return Reconciled(NOW, "a", "a/c1", attempt, reached, 40, NOW, NOW + timedelta(hours=1), source)


def test_one_fitting_row_closes_a_send_in_doubt() -> None:
    """It is taken as sent, with numbers that nobody knows; the run waits for a resume."""
    state = fold([*IN_DOUBT, looked(1)])
    send = state.steps["a"].sends["a/c1"]
    assert (send.status, send.reopened) == (SendStatus.SENT_UNKNOWN, False)
    assert state.steps["a"].counts is None
    assert (state.status, state.stopped_by) == (RunStatus.PAUSED, Question.DOUBT)
    assert send.outcome is not None
    assert send.outcome.reason == "the API's logs show it for 1 customer"


def test_a_look_that_finds_nothing_changes_nothing() -> None:
    """That a row is absent proves nothing."""
    assert fold([*IN_DOUBT, looked(0)]) == fold(IN_DOUBT)


def test_an_intent_whose_process_died_is_closed_too() -> None:
    """Nobody recorded its doubt yet."""
    state = fold([STARTED, INTENDED, looked(3)])
    assert state.steps["a"].status is StepStatus.SENT_UNKNOWN


def test_what_the_answer_said_stays() -> None:
    """Rows of a send whose numbers are known are evidence of whom it reached, no more."""
    answered = SendSettled(NOW, "a", "a/c1", 1, Outcome(SendStatus.SUCCEEDED, Counts(5, 5, 5)))
    assert fold([STARTED, INTENDED, answered, looked(5)]) == fold([STARTED, INTENDED, answered])


@pytest.mark.parametrize(("status", "shown"), [(SendStatus.PARTIAL, 4), (SendStatus.SUCCEEDED, 0)])
def test_it_is_kept_how_many_rows_show_where_some_have_failed(status: SendStatus, shown: int) -> None:
    """A later look finds more; the step stands as it did, and is not the last one again."""
    answered = SendSettled(NOW, "a", "a/c1", 1, Outcome(status, Counts(5, 5, 2, 3)))
    skipped = StepSkipped(NOW, "b", "false")
    before = fold([STARTED, INTENDED, answered, skipped])
    after = fold([looked(2), looked(4)], before)
    assert after.steps["a"].sends["a/c1"].reached == shown
    assert (after.last, after.steps["a"].counts) == ("b", before.steps["a"].counts)


@pytest.mark.parametrize("again", [False, True])
def test_a_row_of_a_send_that_was_said_unsent_ends_the_run(*, again: bool) -> None:
    """The person was wrong, whatever was sent since."""
    said = SendResolved(NOW, "a", "a/c1", Resolution.NOT_SENT, "looked it up")
    second: list[Event] = [SendIntended(NOW, "a", "a/c1", 2)] if again else []
    state = fold([*IN_DOUBT, said, *second, looked(1)])
    assert state.halted_for_good is not None
    assert "had said that it was not sent" in state.halted_for_good


@pytest.mark.parametrize(
    ("source", "told"), [(Source.API, "the API's logs show"), (Source.EXPORT, "the dashboard's export shows")]
)
def test_it_is_told_by_what_a_doubt_was_settled(source: Source, told: str) -> None:
    """A person's word behind it changes nothing any more."""
    word = SendResolved(NOW, "a", "a/c1", Resolution.NEVER_KNOWN, "too late")
    events: list[Event] = [looked(0), looked(2, source=source), word]
    chain = [EventEntry("run-1", seq, NOW, "asha", event, "", "") for seq, event in enumerate(events)]
    assert str(settlements(chain)["a/c1"]) == f"sent, as {told}"
