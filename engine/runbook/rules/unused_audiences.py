"""Every audience is used.

An audience by itself messages nobody. If no step names it, a step was forgotten, or a step addresses other
customers than its author believes.

Write `audience: NAME` on the step that it was meant for, or delete the audience.

Wrong:

```yaml
audiences:
  bounced: {filters: {payment_status: bounced}}
  pending: {filters: {payment_status: pending}}
steps:
  - {id: remind, channel: sms, template: smsTpl01, audience: bounced, limit: 100}
```

Mended:

```yaml
audiences:
  bounced: {filters: {payment_status: bounced}}
  pending: {filters: {payment_status: pending}}
steps:
  - {id: remind, channel: sms, template: smsTpl01, audience: bounced, limit: 100}
  - {id: announce, channel: sms, template: smsTpl02, audience: pending, limit: 100}
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts

UNUSED = Kind(
    "RB507",
    "unused audience",
    "a step was forgotten, or one addresses other customers than was meant.",
    Severity.WARNING,
)


def check(parts: Parts) -> Iterator[Fault]:
    """Find audiences that no step names."""
    used = {step.get("audience") for _, step in parts.steps}
    for path, _ in parts.audiences:
        if path[1] not in used:
            mend = f"write audience: {path[1]} on the step that it is meant for, or delete it."
            yield Fault(UNUSED, path, "key", "no step names it", mend)
