"""Lines that do not fit are folded, and nothing of them is lost."""

import pytest

from engine.cli.folded import folded
from engine.report.paint import coloured


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("short", "  short"),
        ("", ""),
        ("one two three four", "  one two three\n    four"),
        ("    one two three", "      one two\n        three"),
        ("a\n\nb", "  a\n\n  b"),
    ],
)
def test_a_line_goes_on_below_itself(text: str, shown: str) -> None:
    """Two columns to the right of where it began."""
    assert folded(text, 15, "  ") == shown


def test_emphasis_takes_no_room() -> None:
    """What a terminal does not show is not counted."""
    text = coloured("strong", "one two three")
    assert folded(text, 13) == text
