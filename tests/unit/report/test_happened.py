"""Events as people read them."""

from datetime import timedelta

import pytest

from engine.record.answer import people
from engine.record.event import (
    Erased,
    Event,
    LeaseTaken,
    Question,
    Reconciled,
    RunPaused,
    Sealed,
    SendSettled,
    Source,
    WaitStarted,
)
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.report.happened import happened
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
    ("seconds", "more"), [(60, ""), (3600, "; it asks to wait until 2026-03-02 12:00:00 IST")]
)
def test_a_long_wait_that_the_api_asks_for_is_told(seconds: int, more: str) -> None:
    """A short one the run keeps by itself, and says so."""
    later = Outcome(SendStatus.NOT_SENT, reason="busy", retry_at=NOW + timedelta(seconds=seconds))
    assert happened(SendSettled(NOW, "a", "a/c1", 1, later)) == f"a/c1 not sent: busy{more}"


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        (Counts(404, 100, 100), "100 customers; 404 matched, 304 beyond the limit"),
        (Counts(20, 20, 20), "20 customers; 20 matched"),
        (Counts(1, 1, 1), "1 customer; 1 matched"),
        (Counts(1, 1, 0, 1), "0 of 1 customer, 1 failed (unknown whether reached); 1 matched"),
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


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (Reconciled(NOW, "a", "a/c1", 1, 3, 40, NOW, NOW), "a/c1: the API's logs show it for 3 customers"),
        (
            Reconciled(NOW, "a", "a/c1", 1, 1, 40, NOW, NOW, Source.EXPORT),
            "a/c1: the dashboard's export shows it for 1 customer",
        ),
        (
            Reconciled(NOW, "a", "a/c1", 1, 0, 1040, NOW, NOW, complete=True),
            "a/c1: 1,040 rows looked through, none fits: still unknown",
        ),
        (Erased(NOW, 1200, 34, "past 180 days"), "1,234 customer ids removed: past 180 days"),
        (Erased(NOW, 1, 0, "past 180 days"), "1 customer id removed: past 180 days"),
        (Sealed(NOW, {"run-1": {"seq": 7, "hash": "h"}}), "sealed: run-1 up to event 7"),
        (
            Sealed(NOW, {f"run-{number}": {"seq": number, "hash": "h"} for number in range(1, 6)}),
            "sealed: run-1 up to event 1, run-2 up to event 2, run-3 up to event 3, 2 more",
        ),
    ],
)
def test_what_was_looked_up_erased_and_sealed(event: Event, said: str) -> None:
    """With what it comes to: a look that finds nothing proves nothing."""
    assert happened(event) == said
