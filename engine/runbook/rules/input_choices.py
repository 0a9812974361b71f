"""A choice that an input offers can be chosen.

The `choices` of a date are days, and a day that no calendar has, such as 30 February, can never be chosen.
It was meant to be another one.

Write the day that was meant, as year, month and day in quotes, or delete it.

Wrong:

```yaml
inputs:
  due: {type: date, key: true, choices: ["2026-02-28", "2026-02-30"]}
```

Mended:

```yaml
inputs:
  due: {type: date, key: true, choices: ["2026-02-28", "2026-03-30"]}
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind
from engine.runbook.fault import Fault
from engine.runbook.inputs import is_day
from engine.runbook.rules.parts import Parts

CHOICE = Kind("RB208", "choice that no calendar has", "nobody could ever choose it.")


def check(parts: Parts) -> Iterator[Fault]:
    """Find days among the choices of dates that no calendar has."""
    for path, spec in parts.inputs:
        for index, choice in enumerate(spec.get("choices", ())):
            if spec["type"] == "date" and isinstance(choice, str) and not is_day(choice):
                at = (*path, "choices", index)
                yield Fault(CHOICE, at, "value", f"there is no {choice}", "write a real day, or delete it.")
