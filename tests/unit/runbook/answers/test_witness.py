"""The search for numbers agrees with trying all of them."""

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.record.condition import Field
from engine.record.outcome import Counts, SendStatus
from engine.runbook.answers.cells import Cell, Cut
from engine.runbook.answers.witness import Search, find

FEW = 12
COUNTED = [SendStatus.SUCCEEDED, SendStatus.PARTIAL, SendStatus.FAILED]
EDGES = st.none() | st.builds(
    Cut, st.sampled_from([-1, 0, 1, 2, 5, 7, 12, 20, 50, 100, 101]).map(Fraction), st.booleans()
)
NAMES = [Field.MATCHED, Field.SELECTED, Field.INITIATED, Field.FAILED, Field.FAILED_PCT]


def inside(cell: Cell, number: Fraction) -> bool:
    """Say whether the number lies in the cell."""
    low = cell.low is None or number > cell.low.at or (number == cell.low.at and not cell.low.behind)
    high = cell.high is None or number < cell.high.at or (number == cell.high.at and cell.high.behind)
    return low and high


def fits(counts: Counts, where: dict[Field, Cell]) -> bool:
    """Say whether all numbers lie in their cells."""
    share = Fraction(100 * counts.failed, counts.selected)
    numbers = {name: Fraction(getattr(counts, name.value)) for name in NAMES[:-1]}
    numbers[Field.FAILED_PCT] = share
    return all(inside(cell, numbers[name]) for name, cell in where.items())


def everything(status: SendStatus, ceiling: int) -> list[Counts]:
    """List all small numbers of the status that keep the invariants."""
    found = []
    for selected, failed in itertools.product(range(1, ceiling + 1), range(ceiling + 1)):
        right = {
            SendStatus.SUCCEEDED: failed == 0,
            SendStatus.PARTIAL: 0 < failed < selected,
            SendStatus.FAILED: failed == selected,
        }[status]
        if right:
            matches = range(selected, 130)
            found += [Counts(m, selected, selected - failed, failed, 0, int(failed > 0)) for m in matches]
    return found


@settings(max_examples=300)
@given(
    st.sampled_from(COUNTED),
    st.dictionaries(st.sampled_from(NAMES), st.builds(Cell, EDGES, EDGES), max_size=4),
)
def test_find_agrees_with_trying_all(status: SendStatus, where: dict[Field, Cell]) -> None:
    """Numbers are found exactly where there are some; what is found fits."""
    found = find(status, where, FEW)
    possible = any(fits(counts, where) for counts in everything(status, FEW))
    assert found is not Search.UNSURE
    assert isinstance(found, Counts) == possible
    if isinstance(found, Counts):
        assert fits(found, where)
        assert found.initiated + found.failed == found.selected <= min(found.matched, FEW)


@pytest.mark.parametrize("pct", ["33.3", "0.1", "12.5", "99.99"])
def test_an_exact_share_is_found_without_a_limit(pct: str) -> None:
    """Only round numbers of customers give an exact share; the search tries those."""
    at = Fraction(pct)
    where = {Field.FAILED_PCT: Cell(Cut(at, behind=False), Cut(at, behind=True))}
    found = find(SendStatus.PARTIAL, where, None)
    assert isinstance(found, Counts)
    assert Fraction(100 * found.failed, found.selected) == at


def test_what_contradicts_itself_is_proved_impossible_without_a_limit() -> None:
    """Few failures, a large share of them, and many selected cannot be."""
    where = {
        Field.FAILED: Cell(None, Cut(Fraction(10), behind=False)),
        Field.FAILED_PCT: Cell(Cut(Fraction(50), behind=False), None),
        Field.SELECTED: Cell(Cut(Fraction(1000), behind=False), None),
    }
    assert find(SendStatus.PARTIAL, where, None) is Search.NONE


@pytest.mark.parametrize(
    ("status", "share"),
    [
        (SendStatus.SUCCEEDED, Cell(Cut(Fraction(0), behind=True), None)),
        (SendStatus.FAILED, Cell(None, Cut(Fraction(100), behind=False))),
    ],
)
def test_a_share_that_a_status_does_not_have_is_proved_impossible(status: SendStatus, share: Cell) -> None:
    """Without a limit, too, where not every number can be tried."""
    assert find(status, {Field.FAILED_PCT: share}, None) is Search.NONE
