"""Every input is used.

An input that nothing reads changes nothing. Whoever starts the run with `--input cap=50` believes that at
most 50 customers are messaged; if the `limit` does not say `"{{ inputs.cap }}"`, it holds nobody back.

Write `"{{ inputs.NAME }}"` where the value was meant to stand, or `inputs.NAME` in a condition; or delete
the input. An input with `key: true` is used: it tells one occasion from another.

Wrong:

```yaml
inputs:
  cap: {type: integer, minimum: 1, maximum: 500}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending]}
    limit: 500
```

Mended:

```yaml
inputs:
  cap: {type: integer, minimum: 1, maximum: 500}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending]}
    limit: "{{ inputs.cap }}"
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, inputs_read

UNUSED = Kind(
    "RB506",
    "unused input",
    "whoever gives it a value believes that it does something.",
    Severity.WARNING,
)


def check(parts: Parts) -> Iterator[Fault]:
    """Find inputs that nothing reads."""
    unused = {str(path[1]) for path, spec in parts.inputs if spec.get("key") is not True}
    for part in ("campaign", "audiences", "steps"):
        for _, name in inputs_read(parts.data.get(part)) if unused else ():
            unused.discard(name)
            if not unused:
                break
    for name in unused:
        mend = f'write "{{{{ inputs.{name} }}}}" where its value is meant to stand, or delete it.'
        yield Fault(UNUSED, ("inputs", name), "key", f"nothing reads inputs.{name}", mend)
