"""Customers are chosen by what they are, not listed one by one.

Ids of customers are personal data. In a runbook they stay in git for good, with everybody who can read the
repository, and the list is old from the day after it was written. More than ten of them belong into the
lender's own system.

Choose the customers by a filter, with a column of your own under `custom` if need be. A list that is made
anew for each run can be given as an input of type `list`, from a file that is not committed.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters:
      ids: [L-1, L-2, L-3, L-4, L-5, L-6, L-7, L-8, L-9, L-10, L-11]
      payment_status: bounced
    limit: 100
```

Mended:

```yaml
inputs:
  customers: {type: list}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters:
      ids: "{{ inputs.customers }}"
      payment_status: bounced
    limit: 100
```
"""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import filters, is_open, listed

NAMED = Kind(
    "RB510",
    "many customers named in the file",
    "ids of customers are personal data: in git they stay for good, and the list is soon old.",
    Severity.WARNING,
)

MOST = 10


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find lists of ids that are longer than a handful of exceptions."""
    for path, keys in filters(data):
        for key in ("ids", "exclude_ids"):
            count = sum(not is_open(each) for _, each in listed(keys.get(key)))
            if count > MOST:
                message = f"{count} customers are named, and {MOST} are many"
                mend = "choose them by a filter, or take the list from an input of type list."
                yield Fault(NAMED, (*path, key), "key", message, mend)
