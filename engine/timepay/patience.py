"""``Retry-After``: when the API may be called again."""

from datetime import UTC, datetime, timedelta

MOST_S = 24 * 60 * 60
"""Longer is not believed: some servers write an instant where the seconds belong."""

_MOST_DIGITS = 12


def retry_at(value: str | None, now: datetime) -> datetime | None:
    """Read the header: seconds or an HTTP date, from now to a day ahead; None if it is neither."""
    if value is None:
        return None
    asked = _seconds(value.strip(), now) or _date(value)
    return None if asked is None else min(max(asked, now), now + timedelta(seconds=MOST_S))


def _seconds(value: str, now: datetime) -> datetime | None:
    if not (value.isascii() and value.isdigit()):
        return None
    return now + timedelta(seconds=min(int(value), MOST_S) if len(value) <= _MOST_DIGITS else MOST_S)


def _date(value: str) -> datetime | None:
    # Only an answer of 429 with a date pays for the import.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        return None
