"""``Retry-After``, in every form in which it comes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.timepay.patience import MOST_S, retry_at
from tests.unit.timepay.answers import NOW


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("007", 7),
        ("99999999", MOST_S),
        ("9" * 5000, MOST_S),
        ("Mon, 02 Mar 2026 05:31:00 GMT", 60),
        ("Mon, 02 Mar 2026 11:01:00 +0530", 60),
        ("Mon, 02 Mar 2026 05:31:00 -0000", 60),
        ("Monday, 02-Mar-26 05:31:00 GMT", 60),
        ("Mon Mar  2 05:31:00 2026", 60),
        ("Mon, 02 Mar 2020 05:31:00 GMT", 0),
        ("Mon, 02 Mar 2099 05:31:00 GMT", MOST_S),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
    ],
)
def test_when_to_come_again(value: str, seconds: int | None) -> None:
    """Seconds or a date; never before now, never more than a day ahead."""
    assert retry_at(value, NOW) == (None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "value", [None, "", "soon", "-7", "7.5", "7s", "\u0667", "7, 8", "Mon, 99 Mar 2026 05:31:00 GMT"]
)
def test_what_is_no_time_is_ignored(value: str | None) -> None:
    """An unreadable wish is none."""
    assert retry_at(value, NOW) is None


@given(st.text())
def test_no_text_raises(value: str) -> None:
    """Whatever stands there, the answer lies within a day."""
    at = retry_at(value, NOW)
    assert at is None or NOW <= at <= NOW + timedelta(seconds=MOST_S)
