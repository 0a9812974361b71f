"""A step can match as many customers as it expects: it names that many.

`ids` says which customers may be messaged; no more of them can match. If `expect` wants more, the
expectation is broken whatever the API answers: the step sends its messages and then counts as failed, every
time.

Name the customers that are missing, or lower the `min`.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {ids: [LOANID-1, LOANID-2], payment_status: [bounced, pending]}
    expect: {matched: {min: 10}}
    limit: 10
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {ids: [LOANID-1, LOANID-2], payment_status: [bounced, pending]}
    expect: {matched: {min: 1}}
    limit: 10
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts

TOO_MANY = Kind(
    "RB209",
    "more expected than can match",
    "the step would message its customers, and then count as failed every time.",
)


def check(parts: Parts) -> Iterator[Fault]:
    """Find expectations that the customers who are named cannot meet."""
    for each in parts.addressed:
        least = each.expect.get("min")
        if not isinstance(least, int):
            continue
        named = each.named
        if named and None not in named and len(named) < least:
            own = isinstance(each.step.get("expect"), dict)
            at = (*each.path, "expect", "matched", "min") if own else each.place
            many = "1 customer is" if len(named) == 1 else f"{len(named)} customers are"
            message = f"{many} named, and at least {least} are expected to match"
            mend = f"write min: {len(named)} or less, or name the customers that are missing."
            yield Fault(TOO_MANY, at, "value", message, mend)
