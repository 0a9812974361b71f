"""A `success` can be met, else its step fails in every run.

A criterion that no answer meets makes the step a failure after its messages have left, and what
`on_failure` says is done.

Mend it so that it says what a good answer is.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
    success: failed == 0 and failed_pct > 5
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
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Case

CANNOT_HOLD = Kind(
    "RB561",
    "success that no answer meets",
    "the step fails in every run, after its messages have left.",
    Severity.WARNING,
)


def check(case: Case) -> Iterator[Fault]:
    """Find a criterion of `success` that no answer meets."""
    if case.key == "success" and case.constant is False:
        help_ = (
            case.one_status("and", "==", "or", "in")
            or "say what a good answer is, for example failed_pct <= 5."
        )
        yield case.fault(CANNOT_HOLD, case.culprit().at, "no answer can meet this", help_)
