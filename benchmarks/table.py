"""A table in Markdown, which people read as well on a terminal, and the verdict on a goal."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table; the first column holds words, the others numbers."""
    marks = ("---", *("---:" for _ in heads[1:]))
    if not any(heads):
        marks = tuple("---" for _ in heads)
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, marks, *rows))


def verdict(measured: float, goal: float) -> str:
    """Say whether a number stays below its goal."""
    return "met" if measured <= goal else "**missed**"
