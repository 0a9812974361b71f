"""A `when` can be false, else the step has no condition at all.

A condition that holds whatever comes of the steps before it reads like a safeguard and is none: the step
runs in every run that reaches it. Often two claims about one status are joined with `or` and `!=`: a status
always differs from one of two.

Join such claims with `and`, or write `not in [...]`; or leave the condition out, so that a reviewer sees
that the step always runs.

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
    when: steps.remind.status != 'partial' or steps.remind.status != 'no_match'
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
    when: steps.remind.status not in ['partial', 'no_match']
    filters: {payment_status: [bounced, pending], language: english}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Case

ALWAYS = Kind(
    "RB552",
    "condition that always holds",
    "it reads like a safeguard, but the step runs whatever came before it.",
    Severity.WARNING,
)


def check(case: Case) -> Iterator[Fault]:
    """Find a `when` that is true whatever the steps before it come to."""
    if case.key == "when" and case.constant is True:
        help_ = case.one_status("or", "!=", "and", "not in") or "mend it, or leave `when` out."
        culprit = case.culprit()
        message = f"this is true whatever comes of {case.read(culprit)}"
        yield case.fault(ALWAYS, culprit.at, message, help_)
