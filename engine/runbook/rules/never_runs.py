"""A step can run: something makes its `when` true.

A condition that nothing can make true leaves its step out of every run, and nobody notices. Often two
claims about one status are joined with `and`, although a step ends with one status; or two bounds leave no
number between them.

Join such claims with `or`, or write `in [...]`; mend the bounds; or delete the step. The same is told by
`runbook plan`, which knows the values of the inputs, too.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: call_them
    channel: call
    conversation: {agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}
    when: steps.remind.status == 'partial' and steps.remind.status == 'no_match'
    filters: {payment_status: [bounced, pending], language: english}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: call_them
    channel: call
    conversation: {agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}
    when: steps.remind.status in ['partial', 'no_match']
    filters: {payment_status: [bounced, pending], language: english}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Case

NEVER = Kind(
    "RB551",
    "condition that never holds",
    "no run sends its step by itself.",
    Severity.WARNING,
)


def check(case: Case) -> Iterator[Fault]:
    """Find a `when` that is false whatever the steps before it come to."""
    if case.key == "when" and case.constant is False:
        help_ = case.one_status("and", "==", "or", "in") or f"mend it, or delete {case.owner.id}."
        message = f"nothing that {case.read()} can come to makes this true"
        yield case.fault(NEVER, case.culprit().at, message, help_)
