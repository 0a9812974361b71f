"""A step's status and numbers from those of its sends (DESIGN, section 7: *status of a step*)."""

from collections.abc import Iterable

from engine.record.condition import Field, Value
from engine.record.outcome import NOBODY, Counts, Outcome, SendStatus, StepStatus
from engine.record.result import read as read_result
from engine.record.state import SendState, StepState

_WORST_FIRST = (
    SendStatus.IN_DOUBT,
    SendStatus.SENT_UNKNOWN,
    SendStatus.FAILED,
    SendStatus.PARTIAL,
    SendStatus.REJECTED,
    SendStatus.NOT_SENT,
    SendStatus.SUCCEEDED,
    SendStatus.NO_MATCH,
)
_ACCEPTED = {SendStatus.SUCCEEDED, SendStatus.PARTIAL}
_REFUSED = {SendStatus.FAILED, SendStatus.REJECTED, SendStatus.NOT_SENT}
_NOBODY_KNOWS = {SendStatus.IN_DOUBT, SendStatus.SENT_UNKNOWN}

_AS_STEP = {
    SendStatus.INTENDED: StepStatus.PENDING,
    **{status: StepStatus(status.value) for status in _WORST_FIRST},
}


def worst(statuses: Iterable[SendStatus]) -> StepStatus:
    """Give the status of a step from its settled sends; without any it is ``pending``."""
    kinds = set(statuses) - {SendStatus.INTENDED}
    if not kinds:
        return StepStatus.PENDING
    if kinds & _ACCEPTED and kinds & _REFUSED and not kinds & _NOBODY_KNOWS:
        return StepStatus.PARTIAL
    return StepStatus(min(kinds, key=_WORST_FIRST.index).value)


def settled(sends: Iterable[SendState]) -> tuple[StepStatus, Counts | None]:
    """Give a step's status and the sum of its numbers, None where one of them is unknown."""
    sends = list(sends)
    if len(sends) == 1:
        return _of_one(sends[0].outcome)
    total = NOBODY
    known = True
    for send in sends:
        if send.outcome is not None and send.outcome.counts is not None:
            total += send.outcome.counts
        elif send.outcome is not None:
            known = False
    return worst(send.status for send in sends), total if known else None


def _of_one(outcome: Outcome | None) -> tuple[StepStatus, Counts | None]:
    return (StepStatus.PENDING, NOBODY) if outcome is None else (_AS_STEP[outcome.status], outcome.counts)


def read(step: StepState, name: Field) -> Value:
    """Read what a condition may know of a step."""
    return read_result(step.status, step.counts, name)
