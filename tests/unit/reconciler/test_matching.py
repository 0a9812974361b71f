"""Which rows belong to which attempts."""

from typing import Any

import pytest

from engine.frozen import replace
from engine.reconciler.attempt import Attempt, Key
from engine.reconciler.matching import Known, fits, matched
from engine.timepay.logs import LogRow
from tests.unit.reconciler.rows import attempt, row

NOTHING = Known({}, {})

FITS: dict[str, tuple[LogRow, dict[str, Any], bool]] = {
    "its own": (row(), {}, True),
    "another customer": (row(customer="L-9"), {}, False),
    "another template": (row(template="tplB"), {}, False),
    "another channel": (row(channel="call"), {}, False),
    "another campaign": (row(campaign="camp_other"), {}, False),
    "before it": (row(at=-6), {}, False),
    "a little before, by their clock": (row(at=-4), {}, True),
    "long after": (row(at=60), {}, True),
    "another day": (row(at=24 * 60), {}, False),
    "without a time": (row(at=None), {}, True),
    "without a template": (replace(row(), template=None), {}, True),
    "without a channel and campaign": (replace(row(), channel=None, campaign=None), {}, True),
    "by filter, anybody": (row(customer="L-9"), {"ids": ()}, True),
    "by filter, left out": (row(), {"ids": (), "filters": {"exclude_ids": ["L-1"]}}, False),
    "named and left out": (row(), {"filters": {"exclude_ids": ["L-1"]}}, False),
    "a call": (row(channel="call", agent="ag1"), {"channel": "call"}, True),
    "a call of another agent": (row(channel="call", agent="ag2"), {"channel": "call"}, False),
    "a message with whatever agent": (row(agent="ag2"), {}, True),
}


@pytest.mark.parametrize("name", FITS)
def test_what_fits(name: str) -> None:
    """By customer, channel, template or agent, and time; by the rest where a row does not say."""
    seen, about, expected = FITS[name]
    assert fits(seen, attempt(**about)) is expected


def owners(rows: list[LogRow], attempts: list[Attempt], known: Known = NOTHING) -> dict[str, Key]:
    """Give each row's attempt."""
    return {row.id: key for key, own in matched(rows, attempts, known).items() for row in own}


TAKEN = attempt("a/c1", status="succeeded")
DOUBTFUL = attempt("b/c1", at=1)


def test_a_known_send_has_its_rows_first() -> None:
    """One row for each of its customers goes to the send that surely was taken, the next to the doubtful."""
    rows = [row("w-1", at=2), row("w-2", at=3)]
    assert owners(rows[:1], [DOUBTFUL, TAKEN]) == {"w-1": TAKEN.key}
    assert owners(rows, [DOUBTFUL, TAKEN]) == {"w-1": TAKEN.key, "w-2": DOUBTFUL.key}


def test_what_an_earlier_look_found_counts() -> None:
    """A known send that has its row already leaves the next one to the doubtful."""
    known = Known({"w-0": TAKEN.key}, {TAKEN.key: frozenset({"L-1"})})
    assert owners([row("w-0"), row("w-1", at=2)], [TAKEN, DOUBTFUL], known) == {"w-1": DOUBTFUL.key}


def test_a_row_that_another_attempt_keeps_is_nobodys() -> None:
    """It is claimed once, by whichever run."""
    known = Known({"w-1": ("run-0", "a/c1", 1)}, {})
    assert owners([row("w-1")], [DOUBTFUL], known) == {}


def test_a_row_that_came_twice_counts_once() -> None:
    """Rows are told apart by their ids."""
    assert owners([row("w-1"), row("w-1")], [DOUBTFUL]) == {"w-1": DOUBTFUL.key}


def test_a_send_by_filter_has_as_many_as_it_took_first() -> None:
    """Beyond its number rows go to a doubtful one; where there is none, they are its own all the same."""
    by_filter = attempt("a/c1", status="succeeded", ids=(), selected=1)
    rows = [row("w-1", "L-1", at=0.1), row("w-2", "L-2", at=2)]
    assert owners(rows, [DOUBTFUL, by_filter]) == {"w-1": by_filter.key, "w-2": DOUBTFUL.key}
    assert owners(rows, [by_filter]) == {"w-1": by_filter.key, "w-2": by_filter.key}


def test_who_names_the_customer_comes_before_who_does_not() -> None:
    """Of two doubtful sends."""
    by_filter = attempt("a/c1", ids=())
    assert owners([row(at=2)], [by_filter, DOUBTFUL]) == {"w-1": DOUBTFUL.key}


def test_the_later_of_two_doubtful_sends_has_the_later_row() -> None:
    """A row belongs to the latest send that was made before it."""
    early, late = attempt("a/c1"), attempt("b/c1", at=10)
    assert owners([row(at=11)], [early, late]) == {"w-1": late.key}
    assert owners([row(at=5)], [early, late]) == {"w-1": early.key}


def test_what_a_person_said_was_not_sent_comes_last() -> None:
    """Rows of the attempt after it are no proof against the word; one too many is."""
    first = attempt(status="not_sent", unsent=True)
    second = attempt(number=2, at=5)
    assert owners([row(at=6)], [first, second]) == {"w-1": second.key}
    assert owners([row("w-1", at=1), row("w-2", at=6)], [first, second])["w-2"] == first.key
