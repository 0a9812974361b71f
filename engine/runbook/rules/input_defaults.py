"""The default of an input is a value that may be given for it.

A default stands in where nobody gives a value. One that lies beyond the input's `minimum` and `maximum`, is
none of its `choices`, or does not fit its `pattern` would be refused then, and the person at the command
line could not see why.

Change the default, or what is allowed.

Wrong:

```yaml
inputs:
  cap: {type: integer, key: true, maximum: 500, default: 1000}
```

Mended:

```yaml
inputs:
  cap: {type: integer, key: true, maximum: 500, default: 500}
```
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind
from engine.runbook.decode import decode_inputs
from engine.runbook.fault import Fault
from engine.runbook.inputs import fault_of_default
from engine.runbook.rules import input_choices, input_patterns, ranges
from engine.runbook.rules.parts import Parts

DEFAULT = Kind("RB207", "default does not fit", "who gives no value would be refused because of the runbook.")


def check(parts: Parts) -> Iterator[Fault]:
    """Find defaults that could not be given; what is at fault already is not held against them."""
    for path, spec in parts.inputs:
        name = str(path[1])
        alone: Any = {"inputs": {name: dict(spec)}}
        if spec.get("default") is None or _has_gap(spec) or any(_unreadable(Parts(alone))):
            continue
        (decoded,) = decode_inputs(alone)
        if wrong := fault_of_default(decoded):
            message, _, mend = wrong.partition("; ")
            mend = mend or "change the default, or what is allowed."
            yield Fault(DEFAULT, (*path, "default"), "value", message, mend)


def _unreadable(alone: Parts) -> Iterator[Fault]:
    yield from input_patterns.check(alone)
    yield from input_choices.check(alone)
    yield from ranges.check(alone)


def _has_gap(spec: Mapping[str, Any]) -> bool:
    """Whether a list lost an item that is at fault already: what is left cannot be judged."""
    return any(isinstance(spec.get(key), list) and None in spec[key] for key in ("default", "choices"))
