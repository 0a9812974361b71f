"""A limit lets no more customers be messaged than are expected to match.

`expect` is checked against the API's answer, and the answer comes after the messages are out. If the
filters match ten times as many customers as you expect, the step counts as failed, but those customers have
their message. Only `limit` keeps the step from messaging them.

So write a `limit` that is not above the `max` of `expect`; with `limit: none` there is nothing that holds
it. Where an input gives the limit, its default is looked at, and its value once there is one.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending]}
    expect: {matched: {min: 100, max: 400}}
    limit: 5000
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

import re
from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts

ABOVE = Kind(
    "RB501",
    "limit above what is expected",
    "`expect` is checked when the messages are out; only `limit` keeps the step from sending more.",
    Severity.WARNING,
)

_OF_INPUT = r"\{\{\s*inputs\.(\w+)\s*\}\}"


def check(parts: Parts) -> Iterator[Fault]:
    """Find limits that let more customers be messaged than are expected."""
    for each in parts.addressed:
        most = each.expect.get("max")
        if not isinstance(most, int) or most == 0:
            continue
        limit, origin = _limit(each.step.get("limit"), parts)
        if limit != "none" and not isinstance(limit, int):
            continue
        bounds = [limit] if isinstance(limit, int) else []
        bounds += [] if each.named is None else [len(each.named)]
        if not bounds or min(bounds) > most:
            said = "there is no limit" if limit == "none" else f"{limit} may be messaged{origin}"
            message = f"{said}, though {most} customers at most are expected"
            mend = f"write limit: {most}, or mend the max of expect."
            yield Fault(ABOVE, (*each.path, "limit"), "value", message, mend)


def _limit(written: object, parts: Parts) -> tuple[object, str]:
    """Give a limit, of an input its default, and where it is from if it does not stand there."""
    found = re.fullmatch(_OF_INPUT, written) if isinstance(written, str) else None
    if not found:
        return written, ""
    default = next((spec.get("default") for path, spec in parts.inputs if path[1] == found[1]), None)
    return default, f" by the default of inputs.{found[1]}"
