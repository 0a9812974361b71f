"""Whose word settled a send."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from engine.record.entry import EventEntry
from engine.record.event import Resolution, SendResolved
from engine.record.settlement import settlements
from tests.factories import NOW

SENT, NOT_SENT, NEVER_KNOWN = Resolution


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ([SENT], "sent, as p0 said"),
        ([NEVER_KNOWN], "never known, as p0 said"),
        ([NOT_SENT], "not sent, as p0 said"),
        ([NOT_SENT, SENT], "sent, as p1 said"),
        ([NEVER_KNOWN, SENT], "never known, as p0 said"),
    ],
    ids=["sent", "never known", "not sent", "its next attempt", "a block is lifted"],
)
def test_the_word_that_stands(said: Sequence[Resolution], stands: str) -> None:
    """That on the latest attempt, and whose it is; what only lifts a block settles nothing."""
    entries = [
        EventEntry(
            "r", seq, NOW, f"p{seq}", SendResolved(NOW + timedelta(seq), "a", "a/c1", each, "x"), "", ""
        )
        for seq, each in enumerate(said)
    ]
    assert {address: str(each) for address, each in settlements(entries).items()} == {"a/c1": stands}
