"""A number is compared with one that it can be.

`failed_pct` goes from 0 to 100. The other numbers count from 0 upward, in whole numbers; `selected`,
`initiated` and `failed` are never above the step's `limit`. A comparison with a number beyond comes out the
same in every run.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
    success: failed <= 500
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
    success: failed <= 5
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.record.condition import Field
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Bound, Case

BEYOND = Kind(
    "RB555",
    "comparison with a number out of reach",
    "the comparison comes out the same in every run.",
    Severity.WARNING,
)


def check(case: Case) -> Iterator[Fault]:
    """Find comparisons of a number with a constant that come out the same for all that it can be."""
    for bound in case.bounds():
        constant = _constant(bound, case.ceiling(bound.field))
        # In 0 <= failed < 5 the lower side is a way of writing, not a claim.
        if constant is not None and not (bound.is_link and constant):
            message = f"this is always {str(constant).lower()}: {_reach(bound, case)}"
            yield case.fault(BEYOND, bound.at, message, "write a number that it can be, or leave it out.")


def _constant(bound: Bound, top: int | None) -> bool | None:
    """Say what a comparison always comes to for a number from 0 to ``top``; None where it varies."""
    op, number = bound.op, bound.number
    if op in {"==", "!="}:
        is_fraction = bound.field.name is not Field.FAILED_PCT and number != int(number)
        is_beyond = number < 0 or (top is not None and number > top)
        return op == "!=" if is_fraction or is_beyond else None
    if number < 0 or (number == 0 and op in {"<", ">="}):
        return op in {">", ">="}
    if top is not None and (number > top or (number == top and op in {"<=", ">"})):
        return op in {"<", "<="}
    return None


def _reach(bound: Bound, case: Case) -> str:
    """Say what a number can be."""
    name, top = case.name_of(bound.field), case.ceiling(bound.field)
    if bound.field.name is Field.FAILED_PCT:
        return f"{name} goes from 0 to 100"
    if bound.number != int(bound.number):
        return f"{name} is a whole number"
    if bound.number <= 0 or top is None:
        return f"{name} is never below 0"
    return f"{name} is at most {top}, for so many does {bound.field.step} address"
