"""A filter stands under its own key, not among the columns.

Under `custom` each key names a column of the campaign's data. `exclude_ids` there leaves nobody out: it
asks for customers in whose column of that name the ids stand, and as a rule nobody has such a column. It is
the same with `ids`, `payment_status` and `language`, however they are written.

Move it under `filters`, beside `custom`.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {branch: pune, exclude_ids: [LOANID-2043154]}}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, exclude_ids: [LOANID-2043154], custom: {branch: pune}}
    limit: 100
```
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from engine.diagnostics import Kind
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts
from engine.runbook.spelling import shown

AMONG_COLUMNS = Kind(
    "RB211",
    "filter among the columns",
    "under `custom` it names a column, and is not read as the filter that it is meant to be.",
)

_FILTERS = frozenset(("ids", "exclude_ids", "payment_status", "language"))


def check(parts: Parts) -> Iterator[Fault]:
    """Find filters that stand under ``custom``."""
    for path, keys in parts.filters:
        for column in keys.get("custom", {}):
            if (name := _plain(column)) in _FILTERS:
                written = f"`{column}`" if column == name else shown(column)
                mend = f"move it under `filters`, as `{name}`."
                if name in keys:
                    mend = (
                        f"delete it; `{name}` stands under `filters` already, with the values that are meant."
                    )
                message = f"{written} is no column, but a filter of its own"
                yield Fault(AMONG_COLUMNS, (*path, "custom", column), "key", message, mend)


@lru_cache(maxsize=1024)
def _plain(column: str) -> str:
    """Give a column's name as a filter would be written."""
    return re.sub(r"[\s_-]+", "_", column.strip().lower())
