"""Rows under their names, in any width."""

import pytest

from engine.report.paint import bare, coloured, columns
from engine.report.table import hanging, table

HEAD = ("run", "status", "what happened", "by")
ROWS = [
    ("20260302-0530-recovery-ab12", "finished", "97 of 100 customers, 120 matched", "asha@desk"),
    ("20260301-0530-recovery-cd34", "in doubt", "", "asha@desk"),
]
STYLES = {"status": lambda said: "good" if said == "finished" else "error"}


def test_a_pipe_gets_lines_as_long_as_they_are() -> None:
    """One line a row, each column as wide as its widest cell, nothing painted."""
    assert table(HEAD, ROWS, wraps="what happened", styles=STYLES).splitlines() == [
        "run                          status    what happened                     by",
        "20260302-0530-recovery-ab12  finished  97 of 100 customers, 120 matched  asha@desk",
        "20260301-0530-recovery-cd34  in doubt                                    asha@desk",
    ]


@pytest.mark.parametrize("width", [160, 80, 60, 40])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """And no cell is lost."""
    said = bare(table(HEAD, ROWS, coloured, width, wraps="what happened", styles=STYLES))
    assert max(columns(line) for line in said.splitlines()) <= width
    words = said.split()
    assert all(word in words for row in ROWS for cell in row for word in cell.split())


def test_a_sentence_is_broken_before_the_columns_are() -> None:
    """It goes on in its own column, and the row stays a row."""
    lines = table(HEAD, ROWS, width=78, wraps="what happened").splitlines()
    assert lines[1].endswith(" 120      asha@desk")
    assert lines[2] == " " * 39 + "matched"


def test_a_block_begins_with_what_one_copies() -> None:
    """Where columns do not fit: the first cell alone in its line, empty ones left out."""
    lines = table(HEAD, ROWS, width=40, wraps="what happened").splitlines()
    assert ROWS[0][0] in lines
    assert lines[lines.index(ROWS[1][0]) + 1] == "  in doubt · asha@desk"


def test_a_status_is_painted_within_its_column() -> None:
    """The codes take no room."""
    said = table(HEAD, ROWS, coloured, styles=STYLES)
    assert "\x1b[32mfinished\x1b[0m  97" in said
    assert [columns(bare(line)) for line in said.splitlines()[1:]] == [82, 82]


def test_a_name_in_another_script_keeps_the_columns() -> None:
    """Combining characters take no column of their own."""
    first, second = table(("name", "x"), [("हिन्दी", "1"), ("abcde", "2")]).splitlines()[1:]
    assert columns(first.partition("1")[0]) == columns(second.partition("2")[0])


def test_a_long_line_goes_on_further_in() -> None:
    """Two columns behind its own beginning; in a pipe it stays whole."""
    line = "  next: look at the dashboard, then say so"
    assert hanging(line, 24).splitlines() == ["  next: look at the", "    dashboard, then say", "    so"]
    assert hanging(line, None) == line
