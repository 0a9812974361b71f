"""What is known of a customer and one attempt."""

from typing import Any

import pytest

from engine.record.contact import Contact, Known, Planned, Unnamed, planned_of
from engine.record.entry import ReachedEntry, SendEntry
from engine.record.outcome import Counts, SendStatus
from engine.record.request import Request
from tests.factories import NOW

THREE = Planned(
    request=Request("POST", "/x", {"filters": {"ids": ["L-1", "L-2", "L-3", "L-4"], "exclude_ids": ["L-4"]}})
)
ROW = ReachedEntry("L-1", "run-1", "a/c1", 1, "row-1")


def send(
    status: str, counts: Counts | None = None, *, reaches: bool = True, at_most: int | None = 20
) -> SendEntry:
    """Make an attempt as the log gives it."""
    about = ("run-1", "a", "a/c1", 1, SendStatus(status), "http://127.0.0.1:1 -", "camp_demo", "sms", at_most)
    return SendEntry(*about, "h", NOW, None, NOW, counts, "", reaches=reaches)


def took(selected: int, failed: int = 0) -> Counts:
    """Make the numbers of an answer."""
    return Counts(selected, selected, selected - failed, failed, 1, 1 if failed else 0)


@pytest.mark.parametrize(
    ("attempt", "rows", "known"),
    [
        (send("succeeded", took(3)), (), Known.SENT),
        (send("succeeded", took(2)), (), Known.UNKNOWN),
        (send("partial", took(3, 1)), (), Known.UNKNOWN),
        (send("failed", took(3, 3)), (), Known.UNKNOWN),
        (send("intended"), (), Known.UNKNOWN),
        (send("in_doubt"), (), Known.UNKNOWN),
        (send("sent_unknown"), (), Known.UNKNOWN),
        (send("sent_unknown"), (ROW,), Known.REACHED),
        (send("partial", took(3, 1)), (ROW,), Known.REACHED),
        (send("not_sent", took(0), reaches=False), (), Known.NOT_SENT),
        (send("rejected", took(0), reaches=False), (), Known.NOT_SENT),
        (send("no_match", took(0), reaches=False), (), Known.NOT_SENT),
        (send("not_sent", took(0)), (), Known.UNKNOWN),
        (send("not_sent", took(0), reaches=False), (ROW,), Known.REACHED),
    ],
)
def test_only_what_surely_was_not_taken_is_not_sent(
    attempt: SendEntry, rows: tuple[ReachedEntry, ...], known: Known
) -> None:
    """Numbers tell of one customer only where they are those of all; a row, or a late answer, beats words."""
    assert Contact("L-1", attempt, THREE, rows).known is known


@pytest.mark.parametrize("counts", [took(4), Counts(30, 3, 3)])
def test_an_answer_that_took_too_many_tells_of_nobody(counts: Counts) -> None:
    """Whom the API took instead of those named, or beside them, only rows say."""
    assert Contact("L-1", send("succeeded", counts), THREE).known is Known.UNKNOWN
    perhaps = Unnamed(send("succeeded", counts), THREE)
    assert (perhaps.overreached, perhaps.left_out) == (True, frozenset())
    assert Unnamed(send("succeeded", took(3)), THREE).left_out == {"L-4"}


@pytest.mark.parametrize(
    ("rows", "known", "crowded"), [(6, False, False), (7, True, False), (8, False, True)]
)
def test_more_rows_than_customers_make_nobody_known(rows: int, *, known: bool, crowded: bool) -> None:
    """Some are somebody else's, and one of its own may be missing all the same."""
    names = frozenset(f"L-{number}" for number in range(rows))
    perhaps = Unnamed(send("succeeded", took(7)), Planned(), names)
    assert (perhaps.is_known, perhaps.is_crowded) == (known, crowded)


def test_without_a_plan_numbers_tell_of_nobody() -> None:
    """Nobody knows then how many the request names."""
    assert Contact("L-1", send("succeeded", took(3))).known is Known.UNKNOWN


@pytest.mark.parametrize(
    ("attempt", "most"),
    [
        (send("succeeded", took(7)), 7),
        (send("partial", took(7, 3)), 7),
        (send("in_doubt"), 20),
        (send("in_doubt", at_most=None), None),
    ],
)
def test_failed_customers_count_among_those_whom_it_may_have_reached(
    attempt: SendEntry, most: int | None
) -> None:
    """Whom the API could not hand on, it does not say."""
    assert Unnamed(attempt).at_most == most


PLAN: dict[str, Any] = {
    "made": {"file": "a.yaml", "commit": "c" * 40, "blob": "b" * 40},
    "steps": [
        {
            "id": "b",
            "template": None,
            "sends": [{"address": "b/c1", "method": "POST", "path": "/x", "body": {}}],
        },
        {
            "id": "a",
            "template": {"id": "t1", "name": "pay", "text": "Pay"},
            "sends": [
                {
                    "address": "a/c1",
                    "method": "POST",
                    "path": "/x",
                    "body": {"filters": {"exclude_ids": ["L-9"]}},
                }
            ],
        },
    ],
}


def test_the_plan_tells_what_the_reviewer_saw() -> None:
    """The template with its text, where the file came from, whom it leaves out."""
    found = planned_of(PLAN, "a/c1")
    assert (found.template, found.template_name, found.text) == ("t1", "pay", "Pay")
    assert (found.file, found.commit, found.blob) == ("a.yaml", "c" * 40, "b" * 40)
    assert found.left_out == {"L-9"}


@pytest.mark.parametrize("plan", [{}, {"steps": [{"id": "a"}], "made": {}}, PLAN])
def test_a_plan_that_says_nothing_of_a_send(plan: dict[str, Any]) -> None:
    """One of an earlier version knows no commit; nothing is made up."""
    found = planned_of(plan, "z/c1")
    assert (found.template, found.request, found.left_out) == (None, None, frozenset())
