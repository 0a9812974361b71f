"""Where comparisons cut numbers: within a cell, every number gives the same truth."""

from fractions import Fraction
from functools import partial

import pytest

from engine.record.condition import Arithmetic, Compare, Field, InputName, Literal, Node, StepField
from engine.runbook.answers.atoms import cuts, is_open
from engine.runbook.answers.cells import Cell, cells, joined
from engine.runbook.expressions.evaluate import evaluate

FAILED = StepField("remind", Field.FAILED)
OPERATORS = ["==", "!=", "<", "<=", ">", ">="]
LINES: dict[str, tuple[Node, Node]] = {
    "x ? 5": (FAILED, Literal(5)),
    "5 ? x": (Literal(5), FAILED),
    "x ? 5.5": (FAILED, Literal(5.5)),
    "x ? inputs.n": (FAILED, InputName("n")),
    "10 - x ? 5": (Arithmetic("-", Literal(10), FAILED), Literal(5)),
    "2 * x + 1 ? 12": (Arithmetic("+", Arithmetic("*", Literal(2), FAILED), Literal(1)), Literal(12)),
    "x / 3 ? 2": (Arithmetic("/", FAILED, Literal(3)), Literal(2)),
    "x * 0.1 ? 0.3": (Arithmetic("*", FAILED, Literal(0.1)), Literal(0.3)),
    "3 * x ? x + 8": (Arithmetic("*", Literal(3), FAILED), Arithmetic("+", FAILED, Literal(8))),
    "x ? x + 1": (FAILED, Arithmetic("+", FAILED, Literal(1))),
}


def members(cell: Cell) -> list[int]:
    """List the whole numbers of the cell up to twenty."""
    low, high = cell.whole()
    return [number for number in range(21) if number >= low and (high is None or number <= high)]


def fixed(number: int, _step: str, _name: Field) -> int:
    """Answer every field with the number."""
    return number


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("line", LINES)
def test_all_numbers_of_a_cell_agree(line: str, operator: str) -> None:
    """The cells of a comparison hold every number once, and no two of one cell disagree."""
    left, right = LINES[line]
    atom = Compare(operator, left, right)  # type: ignore[arg-type]
    found = cuts(atom, {"n": 7})
    assert found is not None
    parts = [members(cell) for cell in cells(found[1])]
    assert sorted(number for part in parts for number in part) == list(range(21))
    for part in parts:
        truths = {evaluate(atom, {"n": 7}, partial(fixed, number)) for number in part}
        assert len(truths) <= 1


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        (Compare("<", Arithmetic("+", FAILED, StepField("sms", Field.FAILED)), Literal(3)), True),
        (Compare("<", Arithmetic("%", FAILED, Literal(2)), Literal(1)), True),
        (Compare("<", Arithmetic("/", Literal(5), FAILED), Literal(1)), True),
        (Compare("<", FAILED, StepField("remind", Field.SELECTED)), True),
        (Compare("<", FAILED, Literal(3)), False),
        (Compare("==", StepField("a", Field.STATUS), StepField("b", Field.STATUS)), False),
        (StepField("a", Field.RAN), False),
    ],
)
def test_numbers_joined_otherwise_are_open(tree: Node, expected: bool) -> None:
    """Two numbers in one comparison, or one that is no line, cannot be decided by representatives."""
    assert is_open(tree, {}) is expected


@pytest.mark.parametrize(
    ("operator", "words"),
    [
        ("<=", ["failed <= 5", "failed > 5"]),
        ("<", ["failed < 5", "failed >= 5"]),
        ("==", ["failed < 5", "failed == 5", "failed > 5"]),
    ],
)
def test_a_cell_says_where_it_lies(operator: str, words: list[str]) -> None:
    """In the words of a condition."""
    found = cuts(Compare(operator, FAILED, Literal(5)), {})  # type: ignore[arg-type]
    assert found is not None
    assert [cell.words("failed") for cell in cells(found[1])] == words


def test_touching_cells_are_joined() -> None:
    """Below and at five are up to five; all together are everything."""
    found = cuts(Compare("==", FAILED, Literal(5)), {})
    assert found is not None
    below, at, above = cells(found[1])
    assert [cell.words("x") for cell in joined([at, below])] == ["x <= 5"]
    assert [cell.words("x") for cell in joined([above, below])] == ["x < 5", "x > 5"]
    assert joined([above, at, below]) == [Cell()]


def test_a_decimal_is_read_as_it_is_written() -> None:
    """33.3 cuts at 333/10, not at its nearest binary fraction."""
    found = cuts(Compare("<", StepField("a", Field.FAILED_PCT), Literal(33.3)), {})
    assert found is not None
    assert {cut.at for cut in found[1]} == {Fraction(333, 10)}
