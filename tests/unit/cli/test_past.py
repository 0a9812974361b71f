"""An instant that has passed, as people write it."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.cli.past import past
from engine.refusal import Refusal
from tests.factories import NOW


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-03-01", datetime(2026, 2, 28, 18, 30, tzinfo=UTC)),
        ("2026-03-01T05:00:00+00:00", datetime(2026, 3, 1, 5, tzinfo=UTC)),
        ("30d", NOW - timedelta(days=30)),
        ("12h", NOW - timedelta(hours=12)),
        ("2w", NOW - timedelta(days=14)),
    ],
)
def test_a_day_begins_in_india(text: str, at: datetime) -> None:
    """And how long ago counts from now."""
    assert past("--since", text, NOW) == at


@pytest.mark.parametrize(
    "text", ["", "30", "d", "-3d", "yesterday", "30 d", "01/03/2026", "0001-01-01", "999999d"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    """With an example of each form."""
    with pytest.raises(Refusal, match="--since") as refused:
        past("--since", text, NOW)
    assert "--since 30d" in refused.value.cure
