"""A receipt goes to whoever has paid.

The purpose `receipt` thanks for a payment. Customers whose payment bounced or is pending have not paid:
told that they have, they will not pay, and will be right to complain when the next reminder comes.

Write `payment_status: [paid, received]`, with `partial` where a part payment is acknowledged; or give the
step another `purpose`.

Wrong:

```yaml
purpose: receipt
steps:
  - id: thank
    channel: sms
    template: smsTpl01
    filters: {payment_status: [pending, paid]}
    limit: 100
```

Mended:

```yaml
purpose: receipt
steps:
  - id: thank
    channel: sms
    template: smsTpl01
    filters: {payment_status: [paid, received]}
    limit: 100
```
"""

from collections.abc import Iterator

from engine.diagnostics import Kind, Path, Severity
from engine.record.plan import Purpose
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, listed

UNPAID = Kind(
    "RB504",
    "receipt to who has not paid",
    "whoever is thanked for a payment believes that nothing is owed any more.",
    Severity.WARNING,
)


def check(parts: Parts) -> Iterator[Fault]:
    """Find receipts whose filters admit customers that have not paid."""
    for each, purpose, its_status in parts.by_purpose:
        if purpose != Purpose.RECEIPT or isinstance(each.filters, str):
            continue
        for place, status in listed(each.filters.get("payment_status")):
            if status in {"bounced", "pending"}:
                own = each.place[-1] == "filters"
                at: Path = (*each.place, "payment_status", *place) if own else each.place
                message = f"the purpose is receipt, and {its_status} admits {status}"
                yield Fault(UNPAID, at, "value", message, f"take {status} out, or mend the purpose.")
