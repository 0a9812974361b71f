"""The filters of a step can match together.

Every key narrows, and all must fit. A column under `custom` that says `language: hindi` beside the filter
`language: english` asks one customer for two languages: nobody matches, the API answers that there are no
customers, and the step passes as a normal result.

Write the value in one place, under the filter's own key.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {payment_status: pending}}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: [bounced, pending]}
    limit: 100
```
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import filters, is_open, listed
from engine.runbook.spelling import shown

NOBODY = Kind(
    "RB513",
    "filters that cannot match together",
    "all filters must fit one customer; where none can, nobody is messaged and nothing looks wrong.",
    Severity.WARNING,
)

_COLUMNS = {"payment_status": "payment_status", "language": "language", "loan_id": "ids", "lead_id": "ids"}
"""Columns that a filter reads under a key of its own."""


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find columns that want another value than the filter of the same meaning."""
    for path, keys in filters(data):
        for column, wanted in keys.get("custom", {}).items():
            key = _COLUMNS.get(column, "")
            own = {each for _, each in listed(keys.get(key))}
            other = {each for _, each in listed(wanted)}
            if own and other and not own & other and not any(map(is_open, own | other)):
                message = f"{key} wants {shown(min(own))}{' or another' if len(own) > 1 else ''}"
                mend = f"write the value under {key} alone."
                yield Fault(NOBODY, (*path, "custom", column), "value", message, mend)
