"""Numbers of an answer that lie in given cells, or the proof that there are none.

They obey the API's invariants: initiated + failed = selected <= matched, selected <= the ceiling,
an error object wherever somebody failed (timepay-api.md, section 2.3).
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from fractions import Fraction
from typing import TypeAlias

from engine.record.condition import Field
from engine.record.outcome import Counts, SendStatus
from engine.runbook.answers.cells import Cell, Cut

Cells: TypeAlias = Mapping[Field, Cell]
Bounds: TypeAlias = tuple[int, int | None]

ALL = 100
"""Per cent."""

_EVERY = Cell()
_ABOVE_NONE = Cut(Fraction(0), behind=False)
_BELOW_ALL = Cut(Fraction(ALL), behind=True)

_NEAR = 2_000
_FAR = 10**9


class Search(Enum):
    """What a search that found nothing means."""

    NONE = "there are none"
    UNSURE = "there may be some that were not tried"


def find(status: SendStatus, where: Cells, ceiling: int | None) -> Counts | Search:
    """Find numbers for a counted status (succeeded, partial, failed) in every cell."""
    limits = _limits(status, where, ceiling)
    if any(high is not None and high < low for low, high in limits.values()):
        return Search.NONE
    share = where.get(Field.FAILED_PCT, _EVERY)
    low, high = _selected(limits, share)
    for selected in _candidates(low, high, share):
        failed = _failed(selected, limits, share)
        if failed is not None:
            return Counts(
                matched=max(selected, limits[Field.MATCHED][0]),
                selected=selected,
                initiated=selected - failed,
                failed=failed,
                batches=limits[Field.BATCHES][0],
                errors=limits[Field.ERRORS][0],
            )
    return Search.NONE if high is not None and high - low <= _NEAR else Search.UNSURE


def _limits(status: SendStatus, where: Cells, ceiling: int | None) -> dict[Field, Bounds]:
    """Give the closed range of each whole number; one whose end lies below its start is empty."""
    some_failed = status is not SendStatus.SUCCEEDED
    some_went = status is not SendStatus.FAILED
    share = where.get(Field.FAILED_PCT, _EVERY)
    went, failed = int(some_went or _is_below_all(share)), int(some_failed or _is_above_none(share))
    own: dict[Field, Bounds] = {
        Field.MATCHED: (1, None),
        Field.SELECTED: (1, ceiling),
        Field.INITIATED: (went, _most(None if some_went else 0, _initiated_by(share))),
        Field.FAILED: (failed, _most(None if some_failed else 0, _failed_by(share))),
        Field.BATCHES: (0, None),
        Field.ERRORS: (int(some_failed), None),
    }
    for name in own.keys() & where.keys():
        (low, high), (least, greatest) = own[name], where[name].whole()
        own[name] = max(low, least), _most(high, greatest)
    low, high = own[Field.SELECTED]
    own[Field.SELECTED] = low, _most(high, own[Field.MATCHED][1])
    return own


def _failed_by(share: Cell) -> int | None:
    """A share of at most nothing allows no failure at all; one below nothing does not exist."""
    if share.high is None or share.high.at > 0:
        return None
    return 0 if share.high == Cut(share.high.at * 0, behind=True) else -1


def _initiated_by(share: Cell) -> int | None:
    """A share of at least all allows nobody to be reached; one above all does not exist."""
    if share.low is None or share.low.at < ALL:
        return None
    return 0 if share.low.at == ALL and not share.low.behind else -1


def _is_above_none(share: Cell) -> bool:
    return share.low is not None and share.low > _ABOVE_NONE


def _is_below_all(share: Cell) -> bool:
    return share.high is not None and share.high < _BELOW_ALL


def _selected(limits: Mapping[Field, Bounds], share: Cell) -> Bounds:
    """Give the range of *selected* outside which no *failed* fits: each lower side against each upper."""
    went, failed = limits[Field.INITIATED], limits[Field.FAILED]
    low, high = limits[Field.SELECTED]
    low = max(low, went[0] + failed[0])
    if went[1] is not None and failed[1] is not None:
        high = _most(high, went[1] + failed[1])
    if share.low and share.low.at > 0 and failed[1] is not None:
        high = _most(high, int(failed[1] * ALL / share.low.at))
    if share.high and share.high.at < ALL and went[1] is not None:
        high = _most(high, int(went[1] * ALL / (ALL - share.high.at)))
    if share.high and share.high.at > 0:
        low = max(low, int(failed[0] * ALL / share.high.at))
    if share.low and share.low.at < ALL:
        low = max(low, int(went[0] * ALL / (ALL - share.low.at)))
    return low, high


def _candidates(low: int, high: int | None, share: Cell) -> Iterator[int]:
    """Try every number near the least, then ever rarer ones that exact shares divide."""
    yield from range(low, low + _NEAR if high is None else min(high, low + _NEAR) + 1)
    edges = [cut.at / ALL for cut in (share.low, share.high) if cut]
    whole = max((edge.denominator for edge in edges), default=1)
    number = low + _NEAR
    while number < low + _FAR and (high is None or number <= high):
        yield number - number % whole or whole
        number += max(number // 4, whole)


def _failed(selected: int, limits: Mapping[Field, Bounds], share: Cell) -> int | None:
    """Give a number of failed for this many selected, None if none fits."""
    (went_low, went_high), (low, high) = limits[Field.INITIATED], limits[Field.FAILED]
    low = low if went_high is None else max(low, selected - went_high)
    high = _most(high, selected - went_low)
    if share.low:
        low = max(low, Cut(share.low.at * selected / ALL, share.low.behind).least_above())
    if share.high:
        most = Cut(share.high.at * selected / ALL, share.high.behind).least_above() - 1
        high = _most(high, most)
    return low if high is None or low <= high else None


def _most(one: int | None, other: int | None) -> int | None:
    """Give the lower of two upper bounds, where None bounds nothing."""
    return other if one is None else one if other is None else min(one, other)
