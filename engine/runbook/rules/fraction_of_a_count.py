"""A count is compared with a whole number, and a share with one that it can be.

`failed` and the other counts are whole numbers of customers, and `failed_pct` is a share in per cent: 5
means five of a hundred. Whoever writes 0.05 for five per cent gets a condition that a single failed message
decides.

The same is asked where `failed_pct` is to be more than a fraction below 1: `failed_pct > 0.5` holds once more
than one in two hundred have failed, not once half of them have. If so small a share is meant, accept the
warning at the step with the reason.

For a share compare `failed_pct` with per cents; for a number of customers write a whole number; for *none
at all* write `failed == 0`.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
    success: failed_pct <= 0.05
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
    success: failed_pct <= 5
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.record.condition import Field
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Bound, Case

FRACTION = Kind(
    "RB556",
    "fraction where there is none",
    "0.05 is no five per cent: a single failed message decides such a condition.",
    Severity.WARNING,
)


def check(case: Case) -> Iterator[Fault]:
    """Find counts that are less or more than a fraction, and shares below that of one customer."""
    for bound in case.bounds():
        name = case.name_of(bound.field)
        if bound.op in {"==", "!="} or bound.number == int(bound.number):
            continue
        if bound.field.name is not Field.FAILED_PCT:
            message = f"{name} is a whole number"
            yield case.fault(FRACTION, bound.at, message, _mend(bound, case))
        elif least := _least_share(bound, case):
            message = f"{name} is 0 or at least {least:g}: {bound.field.step} addresses so few"
            yield case.fault(FRACTION, bound.at, message, _mend(bound, case))
        elif bound.op in {">", ">="} and 0 < bound.number < 1:
            more = "more than " if bound.op == ">" else ""
            message = f"this holds once {more}1 of {100 / bound.number:.0f} customers has failed"
            yield case.fault(FRACTION, bound.at, message, _mend(bound, case))


def _least_share(bound: Bound, case: Case) -> float | None:
    """Give the share of a single customer, where a constant lies between nothing and it."""
    at_most = case.step(bound.field.step).at_most
    return 100 / at_most if at_most and 0 < bound.number * at_most < 100 else None  # noqa: PLR2004 (per cent)


def _mend(bound: Bound, case: Case) -> str:
    own = case.name_of(bound.field).removesuffix(bound.field.name.value)
    if 0 < bound.number < 1:
        share = f"{own}failed_pct {bound.op} {bound.number * 100:g}"
        none = f"{own}failed {'==' if bound.op in {'<', '<='} else '>'} 0"
        return f"for {bound.number * 100:g} per cent write {share}; to judge by any failed one, {none}."
    is_upper = bound.op in {"<", "<="}
    same = f"<= {int(bound.number)}" if is_upper else f">= {int(bound.number) + 1}"
    return f"write {own}{bound.field.name.value} {same}, which is the same."
