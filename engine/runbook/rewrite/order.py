"""The order of keys: of a runbook, and of each of its steps."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from engine.runbook.rewrite.written import Collection, Entry, Node

RUNBOOK = (
    *("format", "name", "formerly", "revision", "owner", "purpose", "once", "description"),
    *("inputs", "campaign", "audiences", "defaults", "steps"),
)
STEP = (
    *("id", "title", "channel", "template", "conversation", "purpose", "when"),
    *("audience", "filters", "expect", "limit", "success"),
    *("timeout", "on_failure", "retry", "accept_warnings"),
)


def arrange(root: Collection, data: Any) -> Collection:  # noqa: ANN401  (any JSON)
    """Put a runbook's keys and those of its steps in order; any other file stays as it is.

    Keys that are not known stay behind the one that they follow.
    """
    if isinstance(data, dict) and str(data.get("format", "")).startswith("runbook/"):
        _sort(root, RUNBOOK)
        steps = root.get("steps")
        for step in steps.entries if isinstance(steps, Collection) else ():
            if isinstance(step.value, Collection) and not step.value.is_list:
                _sort(step.value, STEP)
    return root


def _sort(mapping: Collection, order: Sequence[str]) -> None:
    """Sort entries, unless a comment between them could come to speak of other keys than it does."""
    if _has_last_word(mapping) or any(
        entry.above or _has_last_word(earlier.value) for earlier, entry in pairwise(mapping.entries)
    ):
        return
    ranks = {key: rank for rank, key in enumerate(order)}
    keyed: list[tuple[int, Entry]] = []
    last = 0
    for entry in mapping.entries:
        last = ranks.get(entry.key.says if entry.key else "", last)
        keyed.append((last, entry))
    placed = [entry for _, entry in sorted(keyed, key=lambda each: each[0])]
    if placed != mapping.entries and _behead(mapping.entries[0], placed[0]):
        mapping.entries = placed


def _has_last_word(node: Node) -> bool:
    """Say whether a value ends in a comment, which may be meant for what follows it."""
    return isinstance(node, Collection) and (
        bool(node.below) or any(_has_last_word(entry.value) for entry in node.entries[-1:])
    )


def _behead(first: Entry, new: Entry) -> bool:
    """Leave what heads a file at its head; False where it is about the first key, and not set apart."""
    if first is not new and first.above:
        if not first.has_gap:
            return False
        first.above, new.above = [], first.above
        first.has_gap, new.has_gap = new.has_gap, True
    return True
