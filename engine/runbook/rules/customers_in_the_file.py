"""Customers are chosen by what they are, not listed one by one.

Ids of customers are personal data. In a runbook they stay in git for good, with everybody who can read the
repository, and the list is old from the day after it was written. More than ten of them, in one list or
chosen by all steps together, belong into the lender's own system.

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

import re
from collections.abc import Iterator
from functools import lru_cache

from engine.diagnostics import Kind, Path, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, is_open, items

NAMED = Kind(
    "RB510",
    "many customers named in the file",
    "ids of customers are personal data: in git they stay for good, and the list is soon old.",
    Severity.WARNING,
)

MOST = 10

_OF_ID = r"(?i)(loan|lead|customer|account)_?(id|no|number)"


def check(parts: Parts) -> Iterator[Fault]:
    """Find lists of ids that are longer than a handful of exceptions."""
    places = [(path, ids) for path, ids in _named(parts) if ids]
    long = [(path, ids, "") for path, ids in places if len(ids) > MOST]
    # Who is left out is an exception, and there is one here and there.
    chosen = [(path, ids) for path, ids in places if path[-1] != "exclude_ids"]
    every = set().union(*(ids for _, ids in chosen))
    if not long and len(every) > MOST:
        long = [(chosen[0][0], every, f" in {len(chosen)} lists")]
    for path, ids, where in long:
        message = f"{len(ids)} customers are named{where}, and {MOST} are many"
        mend = "choose them by a filter, or take the list from an input of type list."
        yield Fault(NAMED, path, "key", message, mend)


def _named(parts: Parts) -> Iterator[tuple[Path, set[str]]]:
    """Walk over the lists that name customers, by the API's filters or by columns that sound like it."""
    for path, keys in parts.filters:
        for key in ("ids", "exclude_ids"):
            if key in keys:
                yield (*path, key), _told(keys[key])
        for column, values in keys.get("custom", {}).items():
            if _is_of_id(column):
                yield (*path, "custom", column), _told(values)


def _told(values: object) -> set[str]:
    return {each for each in items(values) if not is_open(each)}


@lru_cache(maxsize=1024)
def _is_of_id(column: str) -> bool:
    return re.fullmatch(_OF_ID, column) is not None
