"""How the steps of a run stand, from how their sends stand."""

from __future__ import annotations

from collections.abc import Iterable

from engine.audit.attempt import Attempt

WELL = ("succeeded", "no_match")
_WORST_FIRST = (
    "in_doubt",
    "sent_unknown",
    "failed",
    "partial",
    "rejected",
    "not_sent",
    "succeeded",
    "no_match",
)


def step_statuses(steps: Iterable[str], latest: Iterable[Attempt]) -> dict[str, str]:
    """Give the worst status of the sends of every step, from the latest attempt of each."""
    found = dict.fromkeys(steps, "pending")
    for each in latest:
        if each.status != "intended" and each.status != (before := found.get(each.step, "pending")):
            found[each.step] = each.status if before == "pending" else _worse({before, each.status})
    return found


def _worse(two: set[str]) -> str:
    """Give the worse of two statuses; accepted and refused ones together are partial."""
    is_known = not two & {"in_doubt", "sent_unknown"}
    if is_known and two & {"succeeded", "partial"} and two & {"failed", "rejected", "not_sent"}:
        return "partial"
    return min(two, key=_WORST_FIRST.index)
