"""What looks like a reference is one.

A text that is nothing but `inputs.NAME` or `steps.ID.status` was most likely meant to be filled in. No input
is called so, or it is the result of a step, which no text can hold: so the letters go out as they stand. In
a filter nobody has such a value; under `exclude_ids` nobody is left out by it.

Declare the input and write `"{{ inputs.NAME }}"`; what depends on the result of a step stands under `when`.
If these letters are meant, accept the warning at the step with the reason.

Wrong:

```yaml
inputs:
  branch: {type: string, key: true}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {branch: inputs.brnch}}
    limit: 100
```

Mended:

```yaml
inputs:
  branch: {type: string, key: true}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {branch: "{{ inputs.branch }}"}}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts
from engine.runbook.spelling import nearest

AS_TEXT = Kind(
    "RB516",
    "text that looks like a reference",
    "it is not filled in: its letters go out as they stand.",
    Severity.WARNING,
)


def check(parts: Parts) -> Iterator[Fault]:
    """Find texts that are nothing but the name of an input that nothing declares, or of a step's result."""
    declared = parts.data.get("inputs", {})
    for path, text, group, name in parts.marked.bare:
        if group == "steps":
            mend = "results of steps are read by conditions: write it under `when`, or the value itself."
            yield Fault(AS_TEXT, path, "value", f"{text} is only a text here", mend)
        elif name not in declared:
            near = nearest(name, declared)
            meant = f"{{{{ inputs.{near or name} }}}}"
            mend = f'did you mean "{meant}"?' if near else f'declare inputs.{name}, and write "{meant}".'
            yield Fault(AS_TEXT, path, "value", f"no input is called {name}, so this is only a text", mend)
