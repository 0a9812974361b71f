"""Which rows belong to which attempts."""

from typing import Any

import pytest

from engine.frozen import replace
from engine.reconciler.attempt import Attempt, Key
from engine.reconciler.matching import Known, fits, matched
from engine.timepay.logs import LogRow
from tests.unit.reconciler.rows import attempt, row

NOTHING = Known()

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
    return {row.id: key for key, own in matched(rows, attempts, known).found.items() for row in own}


TAKEN = attempt("a/c1", status="succeeded")
DOUBTFUL = attempt("b/c1", at=1)
CALL = attempt("t/c1", status="succeeded", channel="call")


def test_a_known_send_has_its_rows_first() -> None:
    """One row for each of its customers goes to the send that surely was taken, the next to the doubtful."""
    rows = [row("w-1", at=2), row("w-2", at=3)]
    assert owners(rows[:1], [DOUBTFUL, TAKEN]) == {"w-1": TAKEN.key}
    assert owners(rows, [DOUBTFUL, TAKEN]) == {"w-1": TAKEN.key, "w-2": DOUBTFUL.key}


def test_what_an_earlier_look_found_counts() -> None:
    """A known send that has its row already leaves the next one to the doubtful."""
    known = Known([(row("w-0"), TAKEN.key)])
    assert owners([row("w-0"), row("w-1", at=2)], [TAKEN, DOUBTFUL], known) == {"w-1": DOUBTFUL.key}


def test_a_row_that_another_attempt_keeps_is_nobodys() -> None:
    """It is claimed once, by whichever run."""
    known = Known([(row("w-1"), ("run-0", "a/c1", 1))])
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


def test_rows_that_fit_one_attempt_alone_are_given_first() -> None:
    """So a send by filter has its own before it takes those that another one names."""
    by_filter = attempt("a/c1", status="succeeded", ids=(), selected=1)
    rows = [row("w-1", "L-1", at=1.1), row("w-2", "L-9", at=2)]
    assert owners(rows, [DOUBTFUL, by_filter]) == {"w-1": DOUBTFUL.key, "w-2": by_filter.key}


def test_a_row_that_went_elsewhere_is_disputed() -> None:
    """It fits the doubtful send, too: in this look, and in any later one."""
    assert matched([row(at=2)], [TAKEN, DOUBTFUL], NOTHING).disputed[DOUBTFUL.key] == [TAKEN.key]
    known = Known([(row(at=2), TAKEN.key)])
    assert matched([], [TAKEN, DOUBTFUL], known).disputed[DOUBTFUL.key] == [TAKEN.key]
    assert matched([], [DOUBTFUL], NOTHING).disputed[DOUBTFUL.key] == []


@pytest.mark.parametrize(("is_exported", "disputed"), [(True, [CALL.key]), (False, [])])
def test_what_is_kept_of_a_file_may_be_of_any_channel(*, is_exported: bool, disputed: list[Key]) -> None:
    """It is read back with that of its send, and whether the file named one is not kept."""
    kept = replace(row(at=2, channel="call"), is_exported=is_exported)
    assert matched([], [CALL, DOUBTFUL], Known([(kept, CALL.key)])).disputed[DOUBTFUL.key] == disputed


def test_rows_beyond_what_a_send_can_have_settle_the_doubtful_one() -> None:
    """One that was kept for a send that has more than it took may be somebody else's."""
    by_filter = attempt("a/c1", status="succeeded", ids=(), selected=1)
    kept, late = row("w-1", "L-1", at=2), row("w-2", "L-9", at=2)
    known = Known([(kept, by_filter.key)])
    assert owners([kept], [DOUBTFUL, by_filter], known) == {}
    assert owners([kept, late], [DOUBTFUL, by_filter], known) == {
        "w-1": DOUBTFUL.key,
        "w-2": by_filter.key,
    }


def test_a_doubtful_send_has_no_more_rows_than_it_may_have() -> None:
    """What is left over speaks against the word on the attempt before it."""
    first = attempt(status="not_sent", ids=(), unsent=True)
    second = attempt(ids=(), number=2, at=5)
    rows = [row(f"w-{number}", f"L-{number}", at=6) for number in range(11)]
    given = list(owners(rows, [first, second]).values())
    assert (given.count(second.key), given.count(first.key)) == (10, 1)


def test_what_a_customer_began_is_no_row_of_a_send() -> None:
    """A call back is theirs."""
    assert not fits(replace(row(), is_inbound=True), attempt())


EXPORTED: dict[str, tuple[LogRow, LogRow, bool]] = {
    "of two channels": (row(channel="call"), row(), False),
    "of two customers": (row(customer="L-2"), row(), False),
    "under another id": (row("w-2"), row("w-1"), False),
    "under an id of an export": (replace(row("1"), is_exported=True), row("w-1"), True),
    "in an export without seconds": (replace(row("1", at=0), is_exported=True), row("w-1"), True),
    "in an export without seconds and channel": (
        replace(row("1", at=0), is_exported=True, channel=None),
        row("w-1"),
        False,
    ),
    "without an id": (row("row-1"), row("w-1"), True),
    "without an id, later": (row("row-1", at=1), row("w-1"), False),
    "of two exports that count lines": (
        replace(row("1", at=1), is_exported=True),
        replace(row("1", at=0.1), is_exported=True),
        False,
    ),
}


@pytest.mark.parametrize("name", EXPORTED)
def test_one_message_under_two_names(name: str) -> None:
    """It is known by its id, or by who, when and how; an id alone says nothing of two customers."""
    seen, kept, is_same = EXPORTED[name]
    assert bool(Known([(kept, TAKEN.key)]).owners([seen])) is is_same
