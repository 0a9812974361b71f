"""A status that a condition names is one that the step can have there.

A step without `when` is never skipped. A run does not go on behind a step that is in doubt: by the time
that a condition reads its status, somebody has settled it as `sent_unknown`, or it was sent anew. And
`success` is asked only of an answer with numbers: of `succeeded`, `partial` and `no_match`. A step that
ends as `failed` or `rejected` has failed without being asked.

A comparison with any other status comes out the same in every run. Leave it out, or name the status that
was meant.

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
    when: steps.remind.status in ['skipped', 'no_match']
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
    when: steps.remind.status == 'no_match'
    filters: {payment_status: [bounced, pending], language: english}
    limit: 100
```
"""

import re
from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.record.condition import Compare, Extent, Field, Literal, Member, StepField
from engine.record.result import JUDGED
from engine.runbook.expressions.endings import STATUSES
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Case

IMPOSSIBLE = Kind(
    "RB554",
    "status that the step cannot have",
    "to compare with it decides nothing.",
    Severity.WARNING,
)

_FAILED = ("failed", "rejected")


def check(case: Case) -> Iterator[Fault]:
    """Find statuses that the step whose status is read never has when it is read."""
    for node in case.nodes:
        match node:
            case Compare(_, StepField(step, Field.STATUS), Literal(value, at)):
                yield from _judged(case, step, [(value, at)])
            case Compare(_, Literal(value, at), StepField(step, Field.STATUS)):
                yield from _judged(case, step, [(value, at)])
            case Member(StepField(step, Field.STATUS), Literal(tuple(values), at)):
                yield from _judged(case, step, [(value, _place(case, str(value), at)) for value in values])
            case _:
                pass


def _place(case: Case, value: str, at: Extent) -> Extent:
    """Find an item of a list in the text."""
    found = re.compile(f"(['\"]){value}\\1").search(case.condition.text, *at)
    return found.span() if found else at


def _judged(case: Case, step: str, named: list[tuple[object, Extent]]) -> Iterator[Fault]:
    for value, at in named:
        if value in STATUSES and (told := _why_not(case, step, str(value))):
            yield case.fault(IMPOSSIBLE, at, *told)


def _why_not(case: Case, step: str, status: str) -> tuple[str, str] | None:
    """Say why a step cannot have a status, and what to do; None if it can."""
    if case.key == "success" and step == case.owner.id:
        known = "it can be 'succeeded', 'partial' or 'no_match'."
        if status in _FAILED:
            return (
                f"a step that ends as {status} has failed without success being asked",
                f"leave it out; {known}",
            )
        return None if status in JUDGED else ("success is asked only of an answer with numbers", known)
    if status == "in_doubt":
        message = "a run does not go on behind a step in doubt until somebody has settled it"
        return message, "write 'sent_unknown': so it is called once it is settled."
    if status == "skipped" and not case.step(step).may_skip:
        return (
            f"{step} has no `when`, so it is never skipped",
            "leave it out, or name the status that you mean.",
        )
    return None
