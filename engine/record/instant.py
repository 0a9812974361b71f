"""Instants as text in the one form that the run log keeps: UTC, microseconds, ``+00:00``.

All have the same length, so their order as texts is their order in time.
"""

from datetime import UTC, datetime


def text_of(at: datetime) -> str:
    """Write an instant as ``2026-03-02T05:30:00.000000+00:00``."""
    assert at.tzinfo is not None, "an instant knows its zone"
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="microseconds")


def instant_of(text: str) -> datetime:
    """Read an instant; raises ValueError for anything that ``text_of`` does not write."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is not UTC or len(text) != _LENGTH:
        raise ValueError(f"no instant: {text[:_LENGTH]!r}")
    return at


_LENGTH = len("2026-03-02T05:30:00.000000+00:00")
