"""The pattern of an input can be read.

What is given for the input is held against its `pattern` before anything is planned. A pattern that cannot
be read could not be held against anything, so that whatever is given would pass: a branch that does not
exist, or none.

Patterns are regular expressions that are read from left to right in one go; what looks ahead or behind, and
what refers back to an earlier part, is not among them. The whole value must fit.

Wrong:

```yaml
inputs:
  branch: {type: string, key: true, pattern: "[a-z"}
```

Mended:

```yaml
inputs:
  branch: {type: string, key: true, pattern: "[a-z]+"}
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts

PATTERN = Kind("RB206", "pattern cannot be read", "whatever is given for the input could not be checked.")


def check(parts: Parts) -> Iterator[Fault]:
    """Find patterns that cannot be read."""
    for path, spec in parts.inputs:
        if isinstance(spec.get("pattern"), str):
            # Only inputs with a pattern pay for importing its library.
            from engine.runbook.patterns import unreadable  # noqa: PLC0415

            if wrong := unreadable(spec["pattern"]):
                yield Fault(PATTERN, (*path, "pattern"), "value", wrong.message, wrong.help)
