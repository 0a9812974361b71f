"""From what a scenario states of a request to an outcome that the API's answer can really come to."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from fractions import Fraction

from engine.diagnostics import Kind, Path
from engine.frozen import dataclass, replace
from engine.record.condition import NUMBERS, Field
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.record.plan import PlannedSend, PlannedStep
from engine.runbook.answers.cells import Cell, Cut
from engine.runbook.answers.witness import find
from engine.runbook.fault import Fault
from engine.runbook.spelling import listed

IMPOSSIBLE = Kind(
    "RB704",
    "outcome that no answer gives",
    "a scenario shows something only where the API can really answer so.",
)

COUNTED = frozenset((SendStatus.SUCCEEDED, SendStatus.PARTIAL, SendStatus.FAILED))
_SHARES = frozenset((Field.SELECTED, Field.INITIATED, Field.FAILED))
_OF_STATUS: Mapping[SendStatus, frozenset[Field]] = {
    SendStatus.SUCCEEDED: frozenset((Field.FAILED, Field.FAILED_PCT, Field.ERRORS)),
    SendStatus.PARTIAL: frozenset(),
    SendStatus.FAILED: frozenset((Field.INITIATED, Field.FAILED_PCT)),
}
"""Numbers that a status says by itself: of all that went out none failed, and so on."""

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

    @property
    def made_up(self) -> frozenset[Field]:
        """The numbers that neither it says nor what it says implies: nobody may rest a decision on them."""
        if self.status not in COUNTED:
            return frozenset()
        known = frozenset(self.numbers) | _OF_STATUS[self.status]
        of_share = Field.FAILED_PCT in self.numbers and known & _SHARES
        if len(known & _SHARES) > 1 or of_share:
            known |= _SHARES | {Field.FAILED_PCT}
        return NUMBERS - known


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


def outcome_of(stated: Stated, step: PlannedStep, send: PlannedSend, now: datetime) -> Outcome | Fault:
    """Give the outcome with all its numbers: those that are not stated are made up, as low as they can be."""
    if stated.status not in COUNTED:
        return _without_numbers(stated, now)
    most = send.at_most
    where = {name: _point(value) for name, value in stated.numbers.items()}
    if stated.overreached:
        if most is None:
            return _impossible(stated, "this request has no limit to overreach", "delete `overreached`.")
        where.setdefault(Field.SELECTED, Cell(Cut(Fraction(most), behind=True)))
        most = None
    expected = step.expect_matched
    counts = None
    if expected is not None and Field.MATCHED not in where:
        # What nobody says otherwise keeps the runbook's own promise of how many there are.
        counts = find(stated.status, {**where, Field.MATCHED: _range(expected.min, expected.max)}, most)
    if not isinstance(counts, Counts):
        counts = find(stated.status, where, most)
    if not isinstance(counts, Counts):
        return _contradiction(stated, most)
    if Field.BATCHES not in where:
        counts = replace(counts, batches=1)
    reason = "the API took more customers than the request allowed" if stated.overreached else ""
    return Outcome(stated.status, counts, reason, overreached=stated.overreached)


def _without_numbers(stated: Stated, now: datetime) -> Outcome:
    reason = (
        "the API refused the account or the campaign" if stated.fatal else _REASONS.get(stated.status, "")
    )
    later = now + timedelta(seconds=stated.retry_after_s) if stated.retry_after_s else None
    outcome = Outcome(stated.status, reason=reason, fatal=stated.fatal, retry_at=later)
    return replace(outcome, counts=None) if stated.status is SendStatus.IN_DOUBT else outcome


def _contradiction(stated: Stated, most: int | None) -> Fault:
    limit = f", selected <= {most} (its limit)" if most is not None else ""
    meaning = {
        SendStatus.SUCCEEDED: "succeeded: nobody failed",
        SendStatus.PARTIAL: "partial: some failed, and some did not",
        SendStatus.FAILED: "failed: everybody failed",
    }[stated.status]
    said = ", ".join(f"{name.value} {value:g}" for name, value in stated.numbers.items())
    mend = f"write numbers with initiated + failed = selected <= matched{limit}; {meaning}."
    return _impossible(stated, f"these do not go together: {stated.status.value}, {said}", mend)


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
