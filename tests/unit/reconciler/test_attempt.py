"""Attempts as rows are sought for them."""

from datetime import timedelta
from typing import Any

import pytest

from engine.reconciler.attempt import said_unsent
from engine.reconciler.look import looks_for
from engine.record.event import Resolution, SendIntended, SendResolved
from tests.unit.reconciler.rows import NOW, attempt, attempt_or_none, minutes

TELLS_MORE: dict[str, tuple[dict[str, Any], bool]] = {
    "in doubt": ({"status": "in_doubt"}, True),
    "open": ({"status": "intended"}, True),
    "taken as sent": ({"status": "sent_unknown"}, True),
    "all went out": ({"status": "succeeded"}, False),
    "fewer than named": ({"status": "succeeded", "selected": 1}, True),
    "some failed": ({"status": "partial"}, True),
    "all failed": ({"status": "failed"}, True),
    "by filter": ({"status": "succeeded", "ids": (), "selected": 5}, True),
    "said unsent": ({"status": "not_sent", "unsent": True}, True),
}


@pytest.mark.parametrize("name", TELLS_MORE)
def test_of_which_sends_the_logs_may_tell_more(name: str) -> None:
    """Of all whose customers, or their fate, nobody knows."""
    about, expected = TELLS_MORE[name]
    assert attempt(**about).may_tell_more is expected


@pytest.mark.parametrize("status", ["not_sent", "rejected", "no_match"])
def test_what_reached_nobody_is_not_looked_for(status: str) -> None:
    """Rows cannot be its own."""
    assert attempt_or_none("a/c1", status, ("L-1",)) is None


def test_a_persons_word_is_about_the_attempt_of_then() -> None:
    """The second attempt that it opened is another one."""
    intents = [SendIntended(NOW, "a", "a/c1", number) for number in (1, 2)]
    word = SendResolved(NOW, "a", "a/c1", Resolution.NOT_SENT, "looked")
    assert said_unsent([intents[0], word, intents[1]]) == {("a/c1", 1)}
    assert not said_unsent([SendResolved(NOW, "a", "a/c1", Resolution.SENT, "looked")])


def test_one_question_for_times_that_touch() -> None:
    """By channel; what lies hours apart is asked for apart."""
    near = [attempt("a/c1"), attempt("b/c1", at=20), attempt("c/c1", channel="call", ids=())]
    looks = looks_for([attempt("d/c1", at=300), *near])
    assert [[each.send.address for each in look.attempts] for look in looks] == [
        ["c/c1"],
        ["a/c1", "b/c1"],
        ["d/c1"],
    ]
    assert looks[1].query.since < NOW < minutes(20) < looks[1].query.until


def test_a_question_begins_before_the_request_and_ends_late() -> None:
    """Clocks differ, and the platform queues late."""
    query = looks_for([attempt()])[0].query
    assert NOW - query.since == timedelta(minutes=5)
    assert query.until - NOW >= timedelta(minutes=30)


def test_channels_that_the_page_does_not_name() -> None:
    """Of these it has to be found out whether the logs hold them."""
    assert looks_for([attempt()])[0].is_documented
    assert not looks_for([attempt(channel="sms")])[0].is_documented
