"""Events as people read them."""

from datetime import timedelta

import pytest

from engine.record.event import Event, LeaseTaken, Question, RunPaused, WaitStarted
from engine.record.outcome import Counts
from engine.report.happened import happened, people
from tests.factories import NOW


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (Question.GUARD, "stopped before a: why"),
        (Question.WHEN, "stopped before a: why"),
        (Question.INTERRUPTED, "stopped before a: why"),
        (Question.FAILED, "stopped at a: why"),
        (Question.DOUBT, "stopped at a: why (in doubt)"),
    ],
)
def test_where_a_run_stopped(question: Question, said: str) -> None:
    """Before a step of which nothing went out by then, else at it."""
    assert happened(RunPaused(NOW, "a", question, "why")) == said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("the API is busy (429)", "waiting 8 s: the API is busy (429)"),
        ("the API is busy (429); the API says: in maintenance", "waiting 8 s: the API is busy (429)"),
        ("127.0.0.1 refuses connections: check its port", "waiting 8 s: 127.0.0.1 refuses connections"),
    ],
)
def test_a_wait_says_in_short_what_the_send_before_it_says_in_full(reason: str, said: str) -> None:
    """Without the API's own words, and without the cure."""
    assert happened(WaitStarted(NOW, NOW + timedelta(seconds=7.2), reason)) == said


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (Counts(404, 100, 100), "100 customers; 404 matched, 304 beyond the limit"),
        (Counts(20, 20, 20), "20 customers; 20 matched"),
        (
            Counts(1104, 1100, 1099, 1),
            "1,099 of 1,100 customers, 1 failed (unknown whether reached); 1,104 matched, 4 beyond the limit",
        ),
    ],
)
def test_who_got_nothing_because_of_the_limit_is_counted(counts: Counts, said: str) -> None:
    """Beside those who matched."""
    assert people(counts) == said


def test_who_may_send_is_said_in_plain_words() -> None:
    """Not as a number of the program's own."""
    event: Event = LeaseTaken(NOW, "process 7 on desk", 3)
    assert happened(event) == "process 7 on desk took the campaign (no other can send)"
