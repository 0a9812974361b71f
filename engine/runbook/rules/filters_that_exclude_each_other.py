"""The filters of a step can match together.

Every key narrows, and all must fit. `ids` name customers by their `loan_id` or `lead_id`: a column of that
name under `custom` that says another id asks one customer for two. Nobody matches, the API answers that
there are no customers, and the step passes as a normal result.

Write the id in one place, under `ids`.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, ids: [LOANID-2043153], custom: {loan_id: LOANID-2043154}}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, ids: [LOANID-2043153, LOANID-2043154]}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, is_open, items
from engine.runbook.spelling import shown

NOBODY = Kind(
    "RB513",
    "filters that cannot match together",
    "all filters must fit one customer; where none can, nobody is messaged and nothing looks wrong.",
    Severity.WARNING,
)

_IDS = ("loan_id", "lead_id")
"""Columns that `ids` reads."""


def check(parts: Parts) -> Iterator[Fault]:
    """Find columns of ids that want other customers than ``ids`` does."""
    for path, keys in parts.filters:
        custom = keys.get("custom", {})
        for column in _IDS if "ids" in keys else ():
            if column not in custom:
                continue
            own = {*items(keys["ids"])}
            other = {*items(custom[column])}
            if own and other and not own & other and not any(map(is_open, own | other)):
                message = f"`ids` wants {shown(min(own))}{' or another' if len(own) > 1 else ''}"
                mend = "write the id under `ids` alone."
                yield Fault(NOBODY, (*path, "custom", column), "value", message, mend)
