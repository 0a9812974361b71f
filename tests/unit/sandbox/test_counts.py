"""Answers with failures, with numbers that cannot be, and with more people than were asked for."""

from collections.abc import Mapping

import pytest

from engine.diagnostics import Json
from engine.sandbox import Fault, Kind, Reply
from engine.sandbox.tampering import BREAKS
from tests.sandboxes import initiate, sandbox

BODY: Mapping[str, Json] = {"templateId": "t", "limit": 4}


def results(reply: Reply) -> dict[str, Json]:
    """Give the numbers of an answer."""
    body = reply.json()
    assert isinstance(body, dict)
    numbers = body["results"]
    assert isinstance(numbers, dict)
    return numbers


@pytest.mark.parametrize(
    ("fault", "status", "failed", "reached"),
    [
        (Fault(Kind.PARTIAL, failed=3, reached="none"), 207, 3, 7),
        (Fault(Kind.PARTIAL, failed=3, reached="all"), 207, 3, 10),
        (Fault(Kind.PARTIAL, reached="none"), 207, 5, 5),
        (Fault(Kind.PARTIAL, customers=("L-1", "L-2"), reached="none"), 207, 2, 8),
        (Fault(Kind.PARTIAL, failed=0), 200, 0, 10),
        (Fault(Kind.PARTIAL, failed=99, reached="none"), 500, 10, 0),
        (Fault(Kind.PARTIAL, failed=3, reached="none", status=200), 200, 3, 7),
        (Fault(Kind.ALL_FAILED, reached="none"), 500, 10, 0),
        (Fault(Kind.ALL_FAILED, reached="all"), 500, 10, 10),
    ],
)
def test_failures_are_counted_and_may_be_reached_all_the_same(
    fault: Fault, status: int, failed: int, reached: int
) -> None:
    """The numbers always agree with each other; the outbox says who was reached."""
    judge = sandbox(10)
    judge.script(fault)
    reply = initiate(judge, {"templateId": "t"})
    numbers = results(reply)
    assert (reply.status, numbers["failed"], numbers["initiated"]) == (status, failed, 10 - failed)
    errors = numbers["errors"]
    assert isinstance(errors, list)
    assert sum(each["affectedCustomers"] for each in errors) == failed  # type: ignore[index, call-overload, misc]
    assert len(judge.outbox) == reached


def test_half_of_the_failed_are_reached_by_default() -> None:
    """The documented reason is a timeout inside the API, so nobody can tell."""
    judge = sandbox(1_200)
    judge.script(Fault(Kind.PARTIAL, failed=400))
    numbers = results(initiate(judge, {"templateId": "t"}))
    assert 800 + 150 < len(judge.outbox) < 800 + 250
    errors = numbers["errors"]
    assert isinstance(errors, list)
    assert (numbers["batchesProcessed"], len(errors)) == (3, 3)


@pytest.mark.parametrize("breaks", BREAKS)
def test_each_break_of_the_counts_breaks_them(breaks: str) -> None:
    """No broken answer may pass for a coherent one, and all of them are sent to the same four."""
    judge = sandbox(10)
    judge.script(Fault(Kind.WRONG_COUNTS, breaks=breaks))
    numbers = results(initiate(judge, BODY))
    assert not _coherent(numbers)
    assert len(judge.outbox) == 4


def _coherent(numbers: Mapping[str, Json]) -> bool:
    names = ("totalMatched", "customersSelected", "initiated", "failed")
    values = [numbers.get(name) for name in names]
    if not all(isinstance(value, int) and not isinstance(value, bool) and value >= 0 for value in values):
        return False
    matched, selected, initiated, failed = (value for value in values if isinstance(value, int))
    errors = numbers["errors"]
    affected = sum(each["affectedCustomers"] for each in errors)  # type: ignore[index, union-attr, call-overload, misc]
    return initiated + failed == selected <= matched and affected == failed and selected <= 4


@pytest.mark.parametrize(
    ("fault", "reached"),
    [
        (Fault(Kind.OVERREACH), 3),
        (Fault(Kind.OVERREACH, ignore="limit"), 3),
        (Fault(Kind.OVERREACH, ignore="ids"), 2),
        (Fault(Kind.OVERREACH, ignore="filters"), 2),
        (Fault(Kind.OVERREACH, extra=1), 3),
        (Fault(Kind.OVERREACH, ignore="ids", extra=5), 7),
    ],
)
def test_overreach_messages_more_than_were_asked_for(fault: Fault, reached: int) -> None:
    """Two of three ids were asked for; the outbox has more, and the answer admits it."""
    judge = sandbox(10)
    judge.script(fault)
    numbers = results(
        initiate(judge, {"templateId": "t", "limit": 2, "filters": {"ids": ["L-7", "L-8", "L-9"]}})
    )
    assert len(judge.outbox) == reached == numbers["customersSelected"]


def test_ignored_ids_reach_others() -> None:
    """With ids ignored, the first customers of the campaign get what was meant for others."""
    judge = sandbox(10)
    judge.script(Fault(Kind.OVERREACH, ignore="ids"))
    initiate(judge, {"templateId": "t", "limit": 2, "filters": {"ids": ["L-7", "L-8"]}})
    assert [message.customer for message in judge.outbox] == ["L-1", "L-2"]
