"""Instants as people read them: in one zone, whatever this machine's is."""

import time
from datetime import datetime, timedelta

import pytest

from engine.record import wallclock
from engine.record.wallclock import date_and_time, time_of_day
from tests.factories import NOW


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_the_zone_is_that_of_the_runbooks(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its name, wherever the machine stands."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert date_and_time(NOW) == "2026-03-02 11:00:00 IST"
        assert time_of_day(NOW) == "11:00:00 IST"
    finally:
        monkeypatch.undo()
        time.tzset()


def test_where_no_zone_is_known_the_time_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking is always allowed."""

    def unknown() -> None:
        raise KeyError(wallclock.ZONE)

    monkeypatch.setattr(wallclock, "zone", unknown)
    assert date_and_time(NOW) == "2026-03-02 05:30:00 UTC"


@pytest.mark.parametrize("at", [NOW, NOW.replace(microsecond=999_999), NOW + timedelta(hours=13, seconds=1)])
def test_the_time_of_day_is_that_of_the_date_and_time(at: datetime) -> None:
    """To the second, nothing rounded up."""
    assert date_and_time(at).partition(" ")[2] == time_of_day(at)
