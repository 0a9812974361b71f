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
from engine.record.condition import step_fields
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
        culprit = case.culprit()
        is_of_steps = any(step_fields(culprit))
        what, come_to = ("nothing", "come to") if is_of_steps else ("no value", "have")
        message = f"{what} that {case.read(culprit)} can {come_to} makes this true"
        yield case.fault(NEVER, culprit.at, message, help_)
