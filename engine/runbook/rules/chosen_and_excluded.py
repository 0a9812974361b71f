"""A customer is chosen or excluded, not both: one of the two was meant otherwise."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import filters, listed

BOTH = Kind(
    "RB203", "customer chosen and excluded", "whether such a customer is messaged is left to the API."
)


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find ids that stand in ``ids`` and in ``exclude_ids`` of the same filters."""
    for path, keys in filters(data):
        chosen = {item for _, item in listed(keys.get("ids")) if isinstance(item, str)}
        for place, item in listed(keys.get("exclude_ids")):
            if isinstance(item, str) and item in chosen:
                message = f"{item} stands in ids, too"
                mend = "take it out of ids to leave the customer out, else out of exclude_ids."
                yield Fault(BOTH, (*path, "exclude_ids", *place), "value", message, mend)
