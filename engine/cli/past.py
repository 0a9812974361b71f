"""An instant that has passed, as people write it: a day, or how long ago."""

import re
from datetime import UTC, datetime, timedelta

from engine.record.wallclock import zone
from engine.refusal import Refusal

_AGO = re.compile(r"([0-9]{1,5})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_BARE = re.compile(r"[0-9]{1,5}")


def past(option: str, text: str, now: datetime) -> datetime:
    """Read ``2026-11-01``, from midnight in India, or ``30d``, ``12h``, ``2w``; ``Refusal`` (64).

    It is refused, too, where it lies ahead.
    """
    at = _instant(option, text, now)
    if at > now:
        raise Refusal(f"{option} {text} lies ahead", "name a day that has begun")
    return at


def _instant(option: str, text: str, now: datetime) -> datetime:
    if found := _AGO.fullmatch(text):
        return now - timedelta(**{_UNITS[found[2]]: int(found[1])})
    if _BARE.fullmatch(text):
        days, weeks = f"{option} {text}d", f"{option} {text}w"
        raise Refusal(f"{option} {text} has no unit", f"write {days} for days, or {weeks} for weeks")
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        cure = f"write a day, {option} 2026-11-01, or how long ago: {option} 30d"
        raise Refusal(f"{option} {text!r} is no day", cure) from None
