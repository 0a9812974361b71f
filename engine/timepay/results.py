"""The numbers of an answer, and whether they add up."""

import re
from collections.abc import Mapping

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.record.outcome import Counts

_NAMES = {
    "matched": "totalMatched",
    "selected": "customersSelected",
    "initiated": "initiated",
    "failed": "failed",
    "batches": "batchesProcessed",
}
# What tells of sending in a body that nobody can read as a whole.
_SPEAKS = re.compile(rb'"results"|"initiated"|"success"\s*:\s*(?:true|t?r?u?\Z)')
# More people than there are. It also keeps the numbers inside what a database's column holds.
_ABSURD = 10_000_000_000


@dataclass(frozen=True, slots=True)
class Incoherent:
    """Results that cannot be believed; ``why`` in plain words."""

    why: str


def speaks(body: bytes) -> bool:
    """Say whether anything in it tells of sending."""
    return bool(_SPEAKS.search(body))


def results_of(data: Mapping[str, Json] | None, body: bytes) -> Counts | Incoherent | None:
    """Give the numbers of an answer, why they cannot be believed, or None where it has none.

    ``data`` is the object that ``body`` holds, if it could be read. Results that were garbled, or
    that stand where nobody looks for them, are there all the same; so are those that a claim of success
    is the beginning of.
    """
    if data is None:
        return Incoherent("its results cannot be read") if speaks(body) else None
    results = data.get("results")
    if results is None:
        return Incoherent("its results stand in an unknown place") if b'"initiated"' in body else None
    if not isinstance(results, dict):
        return Incoherent("its results are no numbers")
    return _counts(results)


def _counts(results: Mapping[str, Json]) -> Counts | Incoherent:
    numbers: dict[str, int] = {}
    for ours, theirs in _NAMES.items():
        if (number := _count(results.get(theirs))) is None:
            return Incoherent(f"its {theirs} is no number of customers")
        numbers[ours] = number
    affected = _affected(results.get("errors"))
    if affected is None:
        return Incoherent("its errors are no list of batches with their customers")
    counts = Counts(**numbers, errors=len(affected))
    return _fault(counts, sum(affected)) or counts


def _count(value: Json) -> int | None:
    """Give a number that can be one of people: True and 5.0 are none, nor is what is negative or huge."""
    return value if type(value) is int and 0 <= value < _ABSURD else None


def _affected(errors: Json) -> list[int] | None:
    """Give the number of customers of each failed batch, or None if that is not what stands there."""
    if not isinstance(errors, list):
        return [] if errors is None else None
    numbers = [_count(each.get("affectedCustomers")) if isinstance(each, dict) else None for each in errors]
    known = [each for each in numbers if each is not None]
    return known if len(known) == len(numbers) else None


def _fault(counts: Counts, affected: int) -> Incoherent | None:
    """Say which invariant is broken (timepay-api.md, 2.3, fact 7)."""
    answered = counts.initiated + counts.failed
    if answered != counts.selected:
        return Incoherent(f"{counts.selected} customers selected, but {answered} initiated or failed")
    if counts.selected > counts.matched:
        return Incoherent(f"{counts.selected} customers selected, but only {counts.matched} matched")
    if affected != counts.failed:
        return Incoherent(f"{counts.failed} customers failed, but its errors name {affected}")
    return None
