import pytest

from engine.runbook.folds import stretch


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("ran and failed", "ran and failed"),
        ("ran\r\n   and  \r\n  failed", "ran and failed"),
        ("ran\n\n and\n failed", "ran\nand failed"),
        ("'ran and\n  failed'", "ran and failed"),
        ("'it''s ran and failed'", "it's ran and failed"),
        ('"ran \\\n  and \\\\ failed"', "ran and \\ failed"),
        ('"\\x72an\\n failed"', "ran\n failed"),
        ("|\n    ran and\n    failed\n", "ran and\nfailed\n"),
        ("|2-  # why\r\n   ran\r\n\r\n     failed\r\n\r\n", " ran\n\n   failed"),
        ("&a |\n    ran and\n    failed\n", "ran and\nfailed\n"),
        (">\n  ran\n  and\n\n   more\n  failed\n\n", "ran and\n\n more\nfailed\n"),
    ],
)
def test_a_word_is_found_where_it_is_written(written: str, value: str) -> None:
    """Behind folds, escapes and indentations of every style."""
    at = value.index("failed")
    start = written.index("failed")
    assert stretch(written, value, at, at + 6) == (start, start + 6)


@pytest.mark.parametrize(
    ("written", "value"), [("!tag ran", "ran"), ("|\n  ran\n", "run\n"), ("''", ""), ("|2\n    \n", "  \n")]
)
def test_what_the_walk_does_not_meet_is_the_whole(written: str, value: str) -> None:
    """A value that says something else than what is written, or nothing, has no places inside."""
    assert stretch(written, value, 0, 2) == (0, len(written))


@pytest.mark.parametrize(("start", "end"), [(3, 9), (4, 4), (99, 99)])
def test_what_lies_behind_the_end_is_where_the_last_line_ends(start: int, end: int) -> None:
    """A condition that stops too early is shown at its end, not on the line of the next key."""
    assert stretch("|\n  ran\n\n\n", "ran\n", start, end) == (7, 7)


def test_a_long_text_is_walked_in_linear_time() -> None:
    """Quadratic time would take minutes."""
    written = '"' + " " * 300_000 + "\\n" * 100_000 + '"'
    value = " " * 300_000 + "\n" * 100_000
    assert stretch(written, value, 5, 6) == (6, 7)
    block = "|\n" + "  a\n" * 100_000
    assert stretch(block, "a\n" * 100_000, 199_998, 199_999) == (len(block) - 2, len(block) - 1)
