"""A `success` can be false, else it guards nothing.

`success` is asked of every answer with numbers that `expect` has not made a failure already. A criterion
that every such answer meets never stops a run, although whoever reviews the plan counts on it: so does
`selected > 0` beside `expect: {matched: {min: 1}}`.

Mend it so that it says what would be a failure, or leave it out.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
    success: failed_pct <= 50 or initiated < 60
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
from engine.frozen import replace
from engine.runbook.answers.survey import Survey, survey
from engine.runbook.answers.truths import EITHER, TRUE
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Case

CANNOT_FAIL = Kind(
    "RB560",
    "success that cannot fail",
    "it never stops a run, although it reads like a safeguard.",
    Severity.WARNING,
)


def check(case: Case) -> Iterator[Fault]:
    """Find a criterion of `success` that every answer meets."""
    if case.key == "success" and case.constant is True:
        message = "every answer that is asked meets this"
        if case.owner.expect is not None and not _fails_never(case):
            message = "every answer that `expect` lets pass meets this"
        help_ = "say what would be a failure, for example failed_pct <= 5, or leave it out."
        yield case.fault(CANNOT_FAIL, case.culprit().at, message, help_)


def _fails_never(case: Case) -> bool:
    """Whether it cannot fail without the step's ``expect`` either."""
    owner = replace(case.owner, expect=None)
    steps = [owner if step.id == owner.id else step for step in case.steps]
    found = survey(case.condition, steps, owner)
    return isinstance(found, Survey) and found.truths[0] & EITHER == TRUE
