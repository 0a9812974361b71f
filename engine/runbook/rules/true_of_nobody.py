"""A condition on numbers says what is meant where the step was skipped.

A skipped step has zeros for numbers. So *few have failed* is true where nobody was messaged at all, and the
next step goes out although the one that it builds on never did.

Say first that the step ran, or, if a skipped one is meant as well, name that: `steps.remind.status ==
'skipped' or ...`.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: second
    channel: sms
    template: smsTpl02
    when: steps.remind.failed_pct > 20
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: third
    channel: call
    conversation: {agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}
    when: steps.second.failed_pct < 5
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
  - id: second
    channel: sms
    template: smsTpl02
    when: steps.remind.failed_pct > 20
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: third
    channel: call
    conversation: {agent: PPTnLQAvGlLtVgRbpcFn, disposition: XaYnpMfmTumXNSgOSIZB}
    when: steps.second.ran and steps.second.failed_pct < 5
    filters: {payment_status: [bounced, pending], language: english}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.record.condition import Node, StepField, step_fields
from engine.runbook.answers.atoms import atoms
from engine.runbook.expressions.fault import Fault
from engine.runbook.rules.case import Case

ZEROS = Kind(
    "RB557",
    "condition that a skipped step makes true",
    "a skipped step has zeros for numbers, as if nobody had failed.",
    Severity.WARNING,
)


def check(case: Case) -> Iterator[Fault]:
    """Find a `when` that the zeros of a skipped step make true, and that does not name `ran` or `status`."""
    for place in case.survey.zeros if case.survey and case.key == "when" else ():
        step = case.steps[place].id
        atom = next(atom for atom in atoms(case.condition.tree) if _of(step, atom))
        field = next(field for field in _of(step, atom))
        rest = case.words(atom.at) if atom is case.condition.tree else "..."
        message = f"{step} may be skipped, and {case.name_of(field)} is 0 then"
        skipped = f"steps.{step}.status == 'skipped' or ..."
        help_ = f"write steps.{step}.ran and {rest}; or, if that is meant too, {skipped}"
        yield case.fault(ZEROS, atom.at, message, help_)


def _of(step: str, node: Node) -> list[StepField]:
    return [field for field in step_fields(node) if field.step == step]
