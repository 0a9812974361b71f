"""Instants have one form, whose order as texts is their order in time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given

from engine.record.instant import instant_of, text_of
from tests.properties.events import instants


def test_an_instant_is_written_in_utc() -> None:
    """Whatever zone it is said in, and with its microseconds even where there are none."""
    in_india = datetime(2026, 3, 2, 11, 0, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert text_of(in_india) == "2026-03-02T05:30:00.000000+00:00"


@given(instants)
def test_what_is_written_is_read(at: datetime) -> None:
    """To the microsecond, and aware of its zone."""
    assert instant_of(text_of(at)) == at
    assert instant_of(text_of(at)).tzinfo is UTC


@given(instants, instants)
def test_texts_are_in_the_order_of_time(one: datetime, other: datetime) -> None:
    """The tables sort and compare them as texts."""
    assert (text_of(one) < text_of(other)) == (one < other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-03-02T05:30:00+00:00",
        "2026-03-02T05:30:00.000000",
        "2026-03-02T11:00:00.000000+05:30",
    ],
)
def test_another_form_is_refused(text: str) -> None:
    """Two forms of one instant would not compare."""
    with pytest.raises(ValueError, match=r"instant|isoformat"):
        instant_of(text)
