"""The lines of a run's progress."""

import time

import pytest

from engine.cli.telling import line_of
from engine.record.event import GuardRefused, Question, RunPaused, StepSkipped
from tests.factories import NOW


def test_a_line_has_the_time_that_summaries_have(monkeypatch: pytest.MonkeyPatch) -> None:
    """With its zone, whatever this machine's is."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert line_of(StepSkipped(NOW, "a", "x")) == "11:00:00 IST  a skipped: x"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_keeps_a_run_back_is_told_once() -> None:
    """A guard, and then that the run stands for it: the second says it all."""
    events = GuardRefused(NOW, "stop", "why", "a"), RunPaused(NOW, "a", Question.GUARD, "why")
    assert [line_of(event) for event in events] == [None, "11:00:00 IST  stopped before a: why"]
