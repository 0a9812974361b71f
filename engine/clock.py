"""The only reader of time: everything else is handed instants as values."""

from datetime import UTC, datetime


def now() -> datetime:
    """Read the present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251  (this module is the one that may)
