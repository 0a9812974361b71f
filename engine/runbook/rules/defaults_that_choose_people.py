"""No default decides who is messaged.

A default is taken when somebody forgets to give the input. Where the input chooses people, by the campaign
or by a filter, forgetting it messages the customers of another branch, and nothing looks wrong.

Delete the default, so that the input must be given. Defaults of limits and in titles are fine, and so are
dates that move with the calendar, such as `yesterday`. Where one value really is the usual one, accept the
warning at the step with the reason; of the campaign's id, at all steps.

Wrong:

```yaml
inputs:
  branch: {type: string, default: pune}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {branch: "{{ inputs.branch }}"}}
    limit: 100
```

Mended:

```yaml
inputs:
  branch: {type: string}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {branch: "{{ inputs.branch }}"}}
    limit: 100
```
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind, Path, Severity
from engine.runbook.fault import Fault
from engine.runbook.inputs import is_day
from engine.runbook.rules.parts import Parts, inputs_read
from engine.runbook.spelling import yaml

CHOOSES = Kind(
    "RB508",
    "default that chooses people",
    "whoever forgets to give the input messages the customers of the default.",
    Severity.WARNING,
)


def check(parts: Parts) -> Iterator[Fault]:
    """Find inputs with a default that reach the campaign or a filter, each where it does so first."""
    usual = {
        str(path[-1]): spec["default"]
        for path, spec in parts.inputs
        if "default" in spec and not _moves(spec)
    }
    for path, name in _choosing(parts) if usual else ():
        if name in usual:
            value = yaml(usual.pop(name))
            message = f"if nobody gives {name}, it is {value}"
            mend = f"delete the default of inputs.{name}, so that it must be given."
            yield Fault(CHOOSES, path, "value", message, mend)


def _choosing(parts: Parts) -> Iterator[tuple[Path, str]]:
    """Walk over the inputs that choose people, in the order of the file."""
    yield from inputs_read(parts.data.get("campaign"), ("campaign",))
    for path, keys in parts.filters:
        # Most filters read none: to look for the word is half as much as to walk over them.
        if "inputs." in str(keys):
            yield from inputs_read(keys, path)


def _moves(spec: Mapping[str, Any]) -> bool:
    """Whether a default is another day each day."""
    return spec.get("type") == "date" and not is_day(str(spec["default"]))
