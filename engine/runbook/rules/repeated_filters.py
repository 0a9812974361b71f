"""The same customers are described once.

Filters that are written out in three or more steps have to be changed in three or more places, and one
place is forgotten. Then a step messages customers that the others leave out, and the reviewer has to
compare them letter by letter.

Describe them once under `audiences:`, and name that audience on the steps.

Wrong:

```yaml
steps:
  - id: whatsapp
    channel: whatsapp
    template: emiTpl01
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: sms
    channel: sms
    template: emiTpl02
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
  - id: last_sms
    channel: sms
    template: emiTpl03
    filters: {payment_status: [bounced, pending], language: hindi}
    limit: 100
```

Mended:

```yaml
audiences:
  hindi: {filters: {payment_status: [bounced, pending], language: hindi}}
steps:
  - {id: whatsapp, channel: whatsapp, template: emiTpl01, audience: hindi, limit: 100}
  - {id: sms, channel: sms, template: emiTpl02, audience: hindi, limit: 100}
  - {id: last_sms, channel: sms, template: emiTpl03, audience: hindi, limit: 100}
```
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind, Path, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import alike, listed, steps
from engine.runbook.spelling import listed as sentence

REPEATED = Kind(
    "RB509",
    "filters written out again and again",
    "what stands in many places is changed in all but one, and that step messages other customers.",
    Severity.WARNING,
)

MANY = 3
_MOST_NAMED = 5


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find filters that three steps or more write out, each where it is written first."""
    found: dict[object, list[tuple[Path, str]]] = {}
    for path, step in steps(data):
        if isinstance(step.get("filters"), dict) and _values(step["filters"]) > 1:
            found.setdefault(alike(step["filters"]), []).append((path, step["id"]))
    for places in found.values():
        if len(places) >= MANY:
            more = len(places) - _MOST_NAMED
            names = [name for _, name in places[:_MOST_NAMED]] + ([f"{more} more"] if more > 0 else [])
            message = f"they stand in {sentence(names, 'and')}"
            mend = "describe them under `audiences:`, and write audience: NAME on these steps."
            yield Fault(REPEATED, (*places[0][0], "filters"), "key", message, mend)


def _values(filters: Mapping[str, Any]) -> int:
    """Count the values: a single one is as short as the name of an audience."""
    each = [value for key, value in filters.items() if key != "custom"]
    return sum(len(listed(value)) for value in (*each, *filters.get("custom", {}).values()))
