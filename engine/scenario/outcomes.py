"""From what a scenario states of a request to an outcome that the API's answer can really come to."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

from engine.diagnostics import Kind, Path
from engine.frozen import dataclass, replace
from engine.record.condition import NUMBERS, Field
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.record.plan import PlannedSend, PlannedStep
from engine.runbook.answers.cells import Cell, Cut
from engine.runbook.answers.witness import ALL, Search, find
from engine.runbook.fault import Fault
from engine.runbook.spelling import listed

IMPOSSIBLE = Kind(
    "RB704",
    "outcome that no answer gives",
    "a scenario shows something only where the API can really answer so.",
)

COUNTED = frozenset((SendStatus.SUCCEEDED, SendStatus.PARTIAL, SendStatus.FAILED))
_BELONGS = {
    "fatal": (SendStatus.REJECTED,),
    "retry_after": (SendStatus.NOT_SENT,),
    "overreached": (SendStatus.SUCCEEDED, SendStatus.PARTIAL),
}
_REASONS = {
    SendStatus.REJECTED: "the API refused the request",
    SendStatus.NOT_SENT: "no connection",
    SendStatus.IN_DOUBT: "no answer came back",
}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a scenario says that one attempt comes to, and where it says so; None: nowhere, it succeeds."""

    status: SendStatus = SendStatus.SUCCEEDED
    numbers: Mapping[Field, int | float] = field(default_factory=dict)
    fatal: bool = False
    overreached: bool = False
    retry_after_s: int | None = None
    path: Path | None = None


def faults_of(stated: Stated, given: Mapping[str, object]) -> Iterator[Fault]:
    """Find keys beside a status that cannot say anything; ``given`` is the mapping as written."""
    assert stated.path is not None, "what is nowhere written has no faults"
    for key in given:
        fits = _BELONGS.get(key, tuple(COUNTED) if key in {*NUMBERS} else (stated.status,))
        if key != "status" and not key.startswith("x-") and stated.status not in fits:
            words = listed([f"`{status.value}`" for status in SendStatus if status in fits])
            mend = f"delete `{key}`, or write another status: it goes with {words}."
            message = f"`{key}` says nothing of a request that is `{stated.status.value}`"
            yield Fault(IMPOSSIBLE, (*stated.path, key), "key", message, mend)


def outcome_of(
    stated: Stated, step: PlannedStep, send: PlannedSend, now: datetime
) -> tuple[Outcome, frozenset[Field]] | Fault:
    """Give the outcome with all its numbers, and which of these could as well be others.

    Those that are not stated are made up, as low as they can be: no decision may rest on them.
    """
    if stated.status not in COUNTED:
        return _without_numbers(stated, now), frozenset()
    most = send.at_most
    if stated.overreached and most is None:
        return _impossible(stated, "this request has no limit to overreach", "delete `overreached`.")
    found = _found(stated, step, send)
    if isinstance(found, Search):
        return _contradiction(stated, step, send)
    counts, open_ = found
    if Field.BATCHES not in stated.numbers:
        counts = replace(counts, batches=1)
    reason = _too_many(counts, most) if stated.overreached else ""
    return Outcome(stated.status, counts, reason, overreached=stated.overreached), open_


def _found(stated: Stated, step: PlannedStep, send: PlannedSend) -> tuple[Counts, frozenset[Field]] | Search:
    """Find numbers: such as keep the runbook's own promise, if there are any."""
    found: tuple[Counts, frozenset[Field]] | Search = Search.NONE
    for keeps_promise in (True, False):
        for said in _said(stated, step, send, keeps_promise=keeps_promise):
            found = _completed(stated.status, *said)
            if found is not Search.NONE:
                return found
    return found


def _too_many(counts: Counts, most: int | None) -> str:
    if most is not None and counts.selected > most:
        return "the API took more customers than the request allowed"
    return "the API matched more customers than the request names"


_Where: TypeAlias = tuple[tuple[Field, Cell], ...]


def _said(
    stated: Stated, step: PlannedStep, send: PlannedSend, *, keeps_promise: bool
) -> Iterator[tuple[_Where, int | None]]:
    """Give where the numbers can lie, and the most that can be selected: an overreach shows in two ways."""
    where = {name: _point(value) for name, value in stated.numbers.items()}
    expected = step.expect_matched
    if keeps_promise and expected is not None:
        # What nobody says otherwise keeps the runbook's own promise of how many there are.
        where.setdefault(Field.MATCHED, _range(expected.min, expected.max))
    most, named = send.at_most, send.request.named
    if stated.overreached and most is not None:
        yield _sorted(where | {Field.SELECTED: _above(where.get(Field.SELECTED, Cell()), most)}), None
    if named is not None:
        matched = where.get(Field.MATCHED, Cell())
        where[Field.MATCHED] = _above(matched, named) if stated.overreached else _up_to(matched, named)
    if named is not None or not stated.overreached:
        yield _sorted(where), most


def _sorted(where: Mapping[Field, Cell]) -> _Where:
    return tuple(sorted(where.items()))


def _above(cell: Cell, number: int) -> Cell:
    cut = Cut(Fraction(number), behind=True)
    return Cell(max(cell.low or cut, cut), cell.high)


def _up_to(cell: Cell, number: int) -> Cell:
    cut = Cut(Fraction(number), behind=True)
    return Cell(cell.low, min(cell.high or cut, cut))


@lru_cache(maxsize=1_024)
def _completed(
    status: SendStatus, said: _Where, most: int | None
) -> tuple[Counts, frozenset[Field]] | Search:
    """Find numbers, and which of them are not the only ones; a long runbook asks the same again and again."""
    where = dict(said)
    counts = find(status, where, most)
    if not isinstance(counts, Counts):
        return counts
    values = {name: Fraction(value) for name, value in counts.to_json().items() if isinstance(value, int)}
    values[Field.FAILED_PCT] = Fraction(ALL * counts.failed, counts.selected)

    def is_open(name: Field) -> bool:
        cell, at = where.get(name, Cell()), values[name]
        others = (Cell(cell.low, Cut(at, behind=False)), Cell(Cut(at, behind=True), cell.high))
        return not _is_exact(cell) and any(
            find(status, {**where, name: other}, most) is not Search.NONE for other in others
        )

    return counts, frozenset(filter(is_open, NUMBERS))


def _is_exact(cell: Cell) -> bool:
    return cell.low is not None and cell.high is not None and cell.low.at == cell.high.at


def _without_numbers(stated: Stated, now: datetime) -> Outcome:
    reason = (
        "the API refused the account or the campaign" if stated.fatal else _REASONS.get(stated.status, "")
    )
    later = now + timedelta(seconds=stated.retry_after_s) if stated.retry_after_s else None
    outcome = Outcome(stated.status, reason=reason, fatal=stated.fatal, retry_at=later)
    return replace(outcome, counts=None) if stated.status is SendStatus.IN_DOUBT else outcome


def _contradiction(stated: Stated, step: PlannedStep, send: PlannedSend) -> Fault:
    most, named = send.at_most, send.request.named
    sign, joint = (">", " or") if stated.overreached else ("<=", ",")
    limit = f", selected {sign} {most} (its limit)" if most is not None else ""
    limit += f"{joint} matched {sign} {named} (the customers it names)" if named is not None else ""
    meaning = {
        SendStatus.SUCCEEDED: "succeeded: nobody failed",
        SendStatus.PARTIAL: "partial: some failed, and some did not",
        SendStatus.FAILED: "failed: everybody failed",
    }[stated.status]
    said = ", ".join(f"{name.value} {value:g}" for name, value in stated.numbers.items())
    mend = f"write numbers with initiated + failed = selected <= matched{limit}; {meaning}."
    fault = _impossible(stated, f"these do not go together: {stated.status.value}, {said}", mend)
    culprit = _culprit(stated, step, send)
    return fault if culprit is None else replace(fault, path=(*fault.path, culprit.value), where="value")


def _culprit(stated: Stated, step: PlannedStep, send: PlannedSend) -> Field | None:
    """Give the last number without which the others go together."""
    for name in reversed([*stated.numbers]):
        others = {each: number for each, number in stated.numbers.items() if each is not name}
        if not isinstance(_found(replace(stated, numbers=others), step, send), Search):
            return name
    return None


def _impossible(stated: Stated, message: str, mend: str) -> Fault:
    return Fault(IMPOSSIBLE, stated.path or (), "key", message, mend)


def _point(value: float) -> Cell:
    at = Fraction(str(value))
    return Cell(Cut(at, behind=False), Cut(at, behind=True))


def _range(low: int | None, high: int | None) -> Cell:
    return Cell(
        None if low is None else Cut(Fraction(low), behind=False),
        None if high is None else Cut(Fraction(high), behind=True),
    )
