"""What a finding offers instead of a mistaken word."""

from collections.abc import Sequence

from engine.runbook.spelling import nearest

MOST_LISTED = 12
"""A longer list of known words helps nobody."""


def offer(
    word: str,
    known: Sequence[str],
    prefix: str = "",
    *,
    quoted: bool = False,
    instead: str = "leave the comparison out",
) -> str:
    """Say which known word was likely meant, and what there is if that is short.

    Args:
        word: what was written.
        known: what could have been written, the likeliest last.
        prefix: what stands before each known word, such as ``steps.``.
        quoted: whether the known words are texts, which stand in quotes.
        instead: what else can be done where nothing is known.
    """
    if not known:
        return f"there is none to name: declare one first, or {instead}."
    near = nearest(word, known)
    mark = "'" if quoted else ""
    listed = ", ".join(f"{mark}{each}{mark}" for each in known)
    known_ones = f"known: {listed}." if len(known) <= MOST_LISTED else ""
    if near is None:
        return known_ones or f"known is, for example, {prefix}{mark}{known[-1]}{mark}."
    return f"did you mean {prefix}{mark}{near}{mark}? {known_ones[:1].upper()}{known_ones[1:]}".strip()
