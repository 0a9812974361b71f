"""A runbook's former names are other names than the one that it has.

`formerly` lists the names that a runbook had before, so that what was sent under one of them still counts:
nobody is messaged a second time because a runbook was renamed. The present name counts anyway. Where it
stands in the list, the former name was probably meant, and that one is missing now.

Wrong:

```yaml
name: emi-recovery
formerly: [emi-recovery]
```

Mended:

```yaml
name: emi-recovery
formerly: [emi-bounce]
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, listed

OWN = Kind(
    "RB220",
    "present name among the former ones",
    "it says nothing; the former name that it stands for is missing, and what was sent under that one "
    "would not count.",
)


def check(parts: Parts) -> Iterator[Fault]:
    """Find the present name among the former ones."""
    for place, name in listed(parts.data.get("formerly")):
        if name == parts.data.get("name"):
            mend = "write the name that the runbook had before, or delete this one."
            yield Fault(OWN, ("formerly", *place), "value", f'"{name}" is what it is called now', mend)
