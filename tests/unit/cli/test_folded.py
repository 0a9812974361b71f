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
        ("one two emi-reminder-runbook", "  one two\n    emi-reminder-runbook"),
        ("a sha256:0123456789abcdef b", "  a\n    sha256:0123456789abcdef\n    b"),
    ],
)
def test_a_line_goes_on_below_itself(text: str, shown: str) -> None:
    """Two columns to the right of where it began."""
    assert folded(text, 15, "  ") == shown


def test_emphasis_takes_no_room() -> None:
    """What a terminal does not show is not counted."""
    text = coloured("strong", "one two three")
    assert folded(text, 13) == text


@pytest.mark.parametrize(
    "line", ["    runbook resume last --yes", "  help: runbook log init", "   12 | limit: 100"]
)
def test_what_is_copied_stays_whole(line: str) -> None:
    """A command to type, and a line of a file with the mark below it."""
    assert folded(line, 15, is_typed=True) == line
    assert "\n" in folded(line, 15)
