"""What a finding offers instead of a mistaken word."""

from collections.abc import Sequence

from engine.runbook.spelling import nearest

MOST_LISTED = 12
"""A longer list of known words helps nobody."""


def offer(word: str, known: Sequence[str], prefix: str = "") -> str:
    """Say which known word was likely meant, and what there is if that is short.

    Args:
        word: what was written.
        known: what could have been written, the likeliest last.
        prefix: what stands before each known word, such as ``steps.``.
    """
    if not known:
        return "there is none to name: declare one first, or leave the comparison out."
    near = nearest(word, known)
    known_ones = f"known: {', '.join(known)}." if len(known) <= MOST_LISTED else ""
    if near is None:
        return known_ones or f"known is, for example, {prefix}{known[-1]}."
    return f"did you mean {prefix}{near}? {known_ones[:1].upper()}{known_ones[1:]}".strip()
