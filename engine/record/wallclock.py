"""Instants as people read them: in one zone, by its name. Files, the run log and JSON keep UTC."""

from datetime import datetime, tzinfo
from functools import cache

ZONE = "Asia/Kolkata"
"""Where days begin and end, and whose time is shown, until a policy says otherwise (DESIGN, section 5)."""


@cache
def zone() -> tzinfo:
    """Give the zone itself; raises ``ZoneInfoNotFoundError`` where this machine does not know it."""
    # Time zones are looked up on disk; only who needs one pays for it.
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    return ZoneInfo(ZONE)


def date_and_time(at: datetime) -> str:
    """Write an instant as ``2026-03-02 15:00:00 IST``."""
    return f"{_local(at):%Y-%m-%d %H:%M:%S %Z}"


def time_of_day(at: datetime) -> str:
    """Write an instant as ``15:00:00 IST``, where the day is known."""
    local = _local(at)
    # Twice a send: strftime takes twice as long.
    return f"{local.isoformat(timespec='seconds')[11:19]} {local.tzname()}"


def _local(at: datetime) -> datetime:
    try:
        return at.astimezone(zone())
    except KeyError:  # zoneinfo's "not found": a run is refused then, but looking never is
        return at
