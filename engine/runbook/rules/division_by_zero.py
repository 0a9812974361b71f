"""A division is not by zero.

A step that was skipped or matched nobody has zeros for numbers, and an input may be given as 0. A division
by zero has no result, a condition without one is *unknown*, and the run pauses for a person to decide, often
at night.

Compare `failed_pct`, which is 0 where nobody was selected; give an input that divides a `minimum` above 0;
or guard the division with `and`: a side that is false decides before an unknown one.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
    success: failed / selected < 0.05
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
    success: failed_pct < 5
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.record.condition import Arithmetic, Field, InputName, Node, StepField
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Case

BY_ZERO = Kind(
    "RB558",
    "division that can be by zero",
    "it has no result, so the condition is unknown and the run pauses for a person.",
    Severity.WARNING,
)


def check(case: Case) -> Iterator[Fault]:
    """Find divisors that can be zero on a way on which nothing else decides the condition."""
    for place in case.survey.divisors if case.survey else ():
        divisor = case.nodes[place]
        words = case.words(divisor.at)
        yield case.fault(BY_ZERO, divisor.at, f"{words} can be 0", _mend(case, divisor, words))


def _mend(case: Case, divisor: Node, words: str) -> str:
    division = next(node for node in case.nodes if isinstance(node, Arithmetic) and node.right is divisor)
    match division:
        case Arithmetic("/", StepField(step, Field.FAILED), StepField(other, Field.SELECTED) as field) if (
            step == other
        ):
            share = case.name_of(field).replace("selected", "failed_pct")
            return f"compare {share}: the same share in per cent, and 0 where nobody was selected."
        case Arithmetic(_, _, InputName(name)):
            return f"give the input {name} a `minimum` above 0, or guard it: {words} != 0 and ..."
        case _:
            return f"guard it: {words} != 0 and ..., or ask for the numbers without dividing."
