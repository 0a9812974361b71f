"""One initiate request carried out: who is selected, who fails, who gets the message all the same."""

from collections.abc import Collection

from engine.diagnostics import Json
from engine.frozen import dataclass, replace
from engine.sandbox.answers import not_found, results
from engine.sandbox.asked import Asked
from engine.sandbox.chance import draw, shuffled
from engine.sandbox.customers import Campaign, Customer
from engine.sandbox.faults import Fault, Kind
from engine.sandbox.wire import Reply

BATCH = 500
"""Customers in a batch; documented for adding customers, assumed here (reference, 2.3 fact 8)."""

_HALF = 0.5

REACHED = ("none", "half", "all")
_FAILING = frozenset({Kind.PARTIAL, Kind.ALL_FAILED})


@dataclass(frozen=True, slots=True)
class Carried:
    """What came of a request: the answer, and everybody who gets the message."""

    reply: Reply
    reached: tuple[Customer, ...] = ()
    selected: int = 0


def carry_out(asked: Asked, campaign: Campaign, fault: Fault | None, *label: int) -> Carried:
    """Select customers and count them; ``label`` is the seed and whatever else chance hangs on."""
    if fault is not None and fault.kind is Kind.OVERREACH:
        asked = _heedless(asked, fault.ignore or ("limit" if not fault.extra else ""))
    matched = asked.selects(campaign)
    selected = matched[: asked.limit]
    if fault is not None and fault.kind is Kind.OVERREACH and fault.extra:
        taken = {each.id for each in selected}
        rest = [each for each in campaign.customers.values() if each.id not in taken]
        selected = selected + rest[: fault.extra]
    if not selected:
        return Carried(not_found("customers"))
    if fault is None or fault.kind not in _FAILING:
        fault, failed = None, set()
    else:
        failed = _failed(selected, fault, label)
    reached = [each for each in selected if each.id not in failed or _reached(each.id, fault, label)]
    reply = _counted(asked.channel, max(len(matched), len(selected)), selected, failed, fault)
    return Carried(reply, tuple(reached), len(selected))


def _heedless(asked: Asked, key: str) -> Asked:
    if key == "limit":
        return replace(asked, limit=None)
    if key == "filters":
        return replace(asked, filters={})
    return replace(asked, filters={name: value for name, value in asked.filters.items() if name != key})


def _failed(selected: list[Customer], fault: Fault, label: tuple[int, ...]) -> set[str]:
    names = [each.id for each in selected]
    if fault.kind is Kind.ALL_FAILED:
        return set(names)
    if fault.customers:
        return set(names) & set(fault.customers)
    number = -(-len(names) // 2) if fault.failed is None else fault.failed
    return set(shuffled(label[0], names, "failed", *label[1:])[:number])


def _reached(name: str, fault: Fault | None, label: tuple[int, ...]) -> bool:
    """Say whether a customer who is counted as failed gets the message all the same.

    The documented reason for a failure is a timeout inside the API, so both are possible.
    """
    if fault is None or fault.reached == "all":
        return True
    return fault.reached == "half" and draw(label[0], "reached", *label[1:], name) < _HALF


def _counted(
    channel: str, matched: int, selected: list[Customer], failed: Collection[str], fault: Fault | None
) -> Reply:
    errors: list[Json] = []
    batches = range(0, len(selected), BATCH)
    for number, start in enumerate(batches, 1):
        affected = sum(each.id in failed for each in selected[start : start + BATCH])
        if affected:
            reason = "Workflow runner timeout"
            errors.append(
                {
                    "batch": number,
                    "error": "Initiation failed",
                    "reason": reason,
                    "affectedCustomers": affected,
                }
            )
    counts = {
        "totalMatched": matched,
        "customersSelected": len(selected),
        "initiated": len(selected) - len(failed),
        "failed": len(failed),
        "batchesProcessed": len(batches),
    }
    return results(channel, counts, errors, fault.status if fault else None)
