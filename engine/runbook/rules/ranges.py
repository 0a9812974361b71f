"""A range has room: its least number is not above its greatest.

A range whose lower end is above its upper one holds no number at all. An expectation like that would be
broken by every answer, after the messages are out; an input like that could be given no value.

Exchange the two numbers, or mend the one that is wrong.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending]}
    expect: {matched: {min: 400, max: 100}}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending]}
    expect: {matched: {min: 100, max: 400}}
    limit: 400
```
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind, Path
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts

EMPTY = Kind("RB205", "range without room", "no number can lie in it, so it would always be broken.")


def check(parts: Parts) -> Iterator[Fault]:
    """Find ranges of ``expect`` and of inputs whose lower end is above their upper one."""
    for path, owner in (*parts.audiences, *parts.steps):
        expect = owner.get("expect")
        matched = expect.get("matched") if isinstance(expect, dict) else None
        if isinstance(matched, dict):
            yield from _between((*path, "expect", "matched"), matched, "min", "max")
    for path, spec in parts.inputs:
        yield from _between(path, spec, "minimum", "maximum")


def _between(path: Path, group: Mapping[str, Any], low: str, high: str) -> Iterator[Fault]:
    least, most = group.get(low), group.get(high)
    if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
        message = f"{low} {least} is above {high} {most}"
        mend = f"write {low}: {most} and {high}: {least}, or mend one."
        yield Fault(EMPTY, (*path, low), "value", message, mend)
