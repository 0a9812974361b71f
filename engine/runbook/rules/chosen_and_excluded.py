"""A customer is chosen or excluded, not both: one of the two was meant otherwise.

`ids` says who may be messaged, `exclude_ids` who may not. For an id that stands in both, what happens is
left to the API, and one of the two lists does not say what its author believes.

Delete the id from `ids` to leave the customer out, or from `exclude_ids` to message the customer.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {ids: [LOANID-1, LOANID-2], exclude_ids: [LOANID-2], payment_status: bounced}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {ids: [LOANID-1], payment_status: bounced}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, items, listed

BOTH = Kind(
    "RB203", "customer chosen and excluded", "whether such a customer is messaged is left to the API."
)


def check(parts: Parts) -> Iterator[Fault]:
    """Find ids that stand in ``ids`` and in ``exclude_ids`` of the same filters."""
    for path, keys in parts.filters:
        if "ids" not in keys or "exclude_ids" not in keys:
            continue
        chosen = {item for item in items(keys["ids"]) if isinstance(item, str)}
        for place, item in listed(keys["exclude_ids"]):
            if isinstance(item, str) and item in chosen:
                message = f"{item} stands in ids, too"
                mend = "take it out of ids to leave the customer out, else out of exclude_ids."
                yield Fault(BOTH, (*path, "exclude_ids", *place), "value", message, mend)
