"""An audience that a step names is one that the runbook describes.

A step with an audience that nothing describes has nobody to message, and a name that is misspelt by one
letter must never come to stand for other customers. Whom a step messages stands in the runbook itself,
where it is reviewed.

Spell the name as it stands under `audiences:`, or describe the audience there.

Wrong:

```yaml
audiences:
  bounced_hindi: {filters: {payment_status: bounced, language: hindi}}
steps:
  - {id: remind, channel: sms, template: smsTpl01, audience: bounced_hindi, limit: 100}
  - {id: again, channel: sms, template: smsTpl02, audience: bouncd_hindi, limit: 100}
```

Mended:

```yaml
audiences:
  bounced_hindi: {filters: {payment_status: bounced, language: hindi}}
steps:
  - {id: remind, channel: sms, template: smsTpl01, audience: bounced_hindi, limit: 100}
  - {id: again, channel: sms, template: smsTpl02, audience: bounced_hindi, limit: 100}
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts
from engine.runbook.spelling import listed, nearest

UNKNOWN = Kind("RB202", "unknown audience", "who is messaged must stand in the runbook that is reviewed.")

MOST_COMPARED = 100
MOST_SUGGESTED = 20
"""Comparing names is slow, and a program's thousand mistakes are one: mistakes must stay cheap."""


def check(parts: Parts) -> Iterator[Fault]:
    """Find names of audiences that nothing describes."""
    known = [name for name in parts.data.get("audiences", {}) if not name.startswith("x-")]
    compared, suggested = known[:MOST_COMPARED], 0
    for path, step in parts.steps:
        name = step.get("audience")
        if not isinstance(name, str) or name in known:
            continue
        meant = nearest(name, compared) if suggested < MOST_SUGGESTED else None
        suggested += 1
        few = listed(known[:8]) if known else "none"
        mend = f"did you mean {meant}?" if meant else f"describe it under `audiences:`; known: {few}."
        message = f'there is no audience "{name}"'
        yield Fault(UNKNOWN, (*path, "audience"), "value", message, mend)
