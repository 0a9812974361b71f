"""Step ids are unique: the run log, conditions and people address a step by its id.

The run log writes down under a step's id what was sent, and a condition such as `steps.remind.status` reads
it there. With two steps of one id nobody could tell which of them was sent.

Rename one of the two. Conditions that mean the renamed step have to name it by its new id.

Wrong:

```yaml
steps:
  - {id: remind, channel: sms, template: smsTpl01, filters: {payment_status: bounced}, limit: 100}
  - {id: remind, channel: sms, template: smsTpl02, filters: {payment_status: pending}, limit: 100}
```

Mended:

```yaml
steps:
  - {id: remind, channel: sms, template: smsTpl01, filters: {payment_status: bounced}, limit: 100}
  - {id: remind_pending, channel: sms, template: smsTpl02, filters: {payment_status: pending}, limit: 100}
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts

DUPLICATE = Kind("RB201", "duplicate step id", "the run log addresses a step by its id.")


def check(parts: Parts) -> Iterator[Fault]:
    """Find ids that stand twice."""
    ids = [(path, step["id"]) for path, step in parts.steps if isinstance(step.get("id"), str)]
    taken = {name for _, name in ids}
    if len(taken) == len(ids):
        return
    first: dict[str, int] = {}
    for path, name in ids:
        number = int(path[1]) + 1
        if name in first:
            free = next(f"{name[:58]}_{n}" for n in range(2, len(ids) + 3) if f"{name[:58]}_{n}" not in taken)
            message = f'"{name}" is already the id of step {first[name]}'
            mend = f"rename one of them, for example {free}."
            yield Fault(DUPLICATE, (*path, "id"), "value", message, mend)
        first.setdefault(name, number)
