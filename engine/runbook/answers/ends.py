"""Every way that a step can end, as far as the conditions that read it can tell."""

import itertools
from collections.abc import Iterator, Mapping
from enum import Enum
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from engine.frozen import dataclass
from engine.record.condition import Condition, Field
from engine.record.outcome import NOBODY, Counts, SendStatus, StepStatus
from engine.record.plan import Range
from engine.runbook.answers.cells import Cut, cells
from engine.runbook.answers.witness import Search, find

Cuts: TypeAlias = Mapping[Field, frozenset[Cut]]

MOST_CLASSES = 256
"""More classes of answers to one step than this are not looked at: whoever asks gets no word."""

COUNTED = (SendStatus.SUCCEEDED, SendStatus.PARTIAL, SendStatus.FAILED)


class Stop(Enum):
    """Why a run stands after a step until a person lets it go on."""

    FAILED = "failed"
    EXPECT = "expect"
    SUCCESS = "success"
    UNSENT = "unsent"
    DOUBT = "doubt"
    WHEN = "when"


class End(NamedTuple):
    """How a step has ended; ``stop`` is None where a run goes on behind it by itself.

    ``is_judged``: the step's ``success`` is still to be asked.
    """

    status: StepStatus
    counts: Counts | None = NOBODY
    stop: Stop | None = None
    is_judged: bool = False


@dataclass(frozen=True, slots=True)
class StepTerms:
    """What decides how a step can end.

    ``may_skip``: it has a ``when``; that is None where nothing is known of it. ``goes_on``: its
    failure does not stop a run. ``at_most`` and ``expect`` are None where nothing bounds it.
    """

    id: str
    may_skip: bool = False
    when: Condition | None = None
    success: tuple[Condition, ...] = ()
    expect: Range | None = None
    at_most: int | None = None
    goes_on: bool = False


def ends(step: StepTerms, cuts: Cuts) -> list[End] | None:
    """Give a step's ends, one for each class of them; None where they are too many or not to be told."""
    counted = _counted(step, cuts)
    if counted is None:
        return None
    refused = None if step.goes_on else Stop.FAILED
    return [
        *([End(StepStatus.SKIPPED)] if step.may_skip else []),
        *counted,
        _judged(step, StepStatus.NO_MATCH, NOBODY),
        End(StepStatus.REJECTED, stop=refused),
        End(StepStatus.NOT_SENT, stop=Stop.UNSENT),
        End(StepStatus.SENT_UNKNOWN, None, Stop.DOUBT),
    ]


def _counted(step: StepTerms, cuts: Cuts) -> list[End] | None:
    choices = {name: cells(cuts[name]) for name in sorted(cuts)}
    combinations = itertools.product(COUNTED, itertools.product(*choices.values()))
    found: list[End] = []
    for number, (status, chosen) in enumerate(combinations):
        numbers = find(status, dict(zip(choices, chosen, strict=True)), step.at_most)
        if numbers is Search.UNSURE or number == MOST_CLASSES:
            return None
        if isinstance(numbers, Counts):
            found.append(_judged(step, StepStatus(status.value), numbers))
    return found


def _judged(step: StepTerms, status: StepStatus, counts: Counts) -> End:
    """Judge an answer as the machine does: by its status, by ``expect``, then by ``success``."""
    if status is StepStatus.FAILED:
        return End(status, counts, None if step.goes_on else Stop.FAILED)
    if step.expect is not None and not step.expect.holds(counts.matched):
        return End(status, counts, None if step.goes_on else Stop.EXPECT)
    return End(status, counts, is_judged=True)


def edges(expected: Range) -> Iterator[Cut]:
    """Give where a range cuts the numbers."""
    if expected.min is not None:
        yield Cut(Fraction(expected.min), behind=False)
    if expected.max is not None:
        yield Cut(Fraction(expected.max), behind=True)
