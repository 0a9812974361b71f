"""No step repeats another one.

A step that differs from an earlier one in its `id` and `title` alone sends the same message to the same
customers once more. As a rule it was copied to be changed, and the change was forgotten.

Change what was meant to be different, or delete the step.

Wrong:

```yaml
steps:
  - {id: hindi, channel: sms, template: emiTpl01, filters: {payment_status: bounced}, limit: 100}
  - {id: tamil, channel: sms, template: emiTpl01, filters: {payment_status: bounced}, limit: 100}
```

Mended:

```yaml
audiences:
  hindi: {filters: {payment_status: bounced, language: hindi}}
  tamil: {filters: {payment_status: bounced, language: tamil}}
steps:
  - {id: hindi, channel: sms, template: emiTpl01, audience: hindi, limit: 100}
  - {id: tamil, channel: sms, template: emiTpl01, audience: tamil, limit: 100}
```
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind, Path, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, called

REPEATED = Kind(
    "RB511",
    "step that repeats another one",
    "the same customers get the same message once more.",
    Severity.WARNING,
)

_ITS_OWN = frozenset(("id", "title", "accept_warnings"))
_MOST_TELLING = ("channel", "template", "audience", "limit", "when")


def check(parts: Parts) -> Iterator[Fault]:
    """Find steps that are earlier ones again, but for their names."""
    near: dict[object, list[tuple[Path, Mapping[str, Any]]]] = {}
    for path, step in parts.steps:
        # Comparing all of every step would cost as much as checking its shape.
        near.setdefault(tuple(map(step.get, _MOST_TELLING)), []).append((path, step))
    for group in near.values():
        if len(group) > 1:
            yield from _among(group)


def _among(group: list[tuple[Path, Mapping[str, Any]]]) -> Iterator[Fault]:
    first: dict[object, Mapping[str, Any]] = {}
    for path, step in group:
        earlier = first.setdefault(content(step), step)
        if earlier is not step:
            message = f"it is {called(earlier)} again"
            mend = "change what was meant to be different, or delete it."
            yield Fault(REPEATED, (*path, "id"), "value", message, mend)


def content(step: Mapping[str, Any]) -> str:
    """Give what a step does, as it is written: equal for a step and its copy."""
    said = [(key, step[key]) for key in sorted(step) if key not in _ITS_OWN and not key.startswith("x-")]
    return repr(said)
