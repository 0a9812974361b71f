"""What a condition reads of a step that has ended."""

from engine.record.condition import UNKNOWN, Field, Value
from engine.record.outcome import Counts, StepStatus

ANSWERED = frozenset(
    {
        StepStatus.SUCCEEDED,
        StepStatus.PARTIAL,
        StepStatus.FAILED,
        StepStatus.NO_MATCH,
        StepStatus.REJECTED,
    }
)
"""The statuses of a step whose request was answered."""

JUDGED = frozenset({StepStatus.SUCCEEDED, StepStatus.PARTIAL, StepStatus.NO_MATCH})
"""The statuses of which ``success`` is asked, if ``expect`` holds and the numbers are known."""


def read(status: StepStatus, counts: Counts | None, name: Field) -> Value:
    """Read what a condition may know of a step (DESIGN, section 5: names).

    A skipped or not-sent step has zeros; numbers that nobody knows (``counts`` None) are unknown,
    the status never is. ``failed_pct`` is 100 · failed / selected, 0 where nobody was selected.
    """
    if name is Field.STATUS:
        return status.value
    if counts is None:
        return UNKNOWN
    if name is Field.RAN:
        return status in ANSWERED
    if name is Field.FAILED_PCT:
        return 100 * counts.failed / counts.selected if counts.selected else 0
    number: int = getattr(counts, name.value)
    return number
