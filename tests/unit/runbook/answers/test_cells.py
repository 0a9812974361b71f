"""Numbers in words are exact: a reviewer reads the rule's own bound."""

from fractions import Fraction

import pytest

from engine.runbook.answers.cells import Cell, Cut


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("5", "x <= 5"),
        ("1234567.5", "x <= 1234567.5"),
        ("33.33333333", "x <= 33.33333333"),
        ("0.05", "x <= 0.05"),
        ("-2.5", "x <= -2.5"),
        ("1/3", "x <= 1/3"),
    ],
)
def test_a_bound_is_written_exactly(number: str, words: str) -> None:
    """No rounding, no exponent."""
    assert Cell(None, Cut(Fraction(number), behind=True)).words("x") == words
