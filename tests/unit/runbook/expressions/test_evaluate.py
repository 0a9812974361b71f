"""Evaluating trees: three-valued logic, arithmetic, and nothing that can raise."""

import subprocess
import sys
from typing import get_args

import pytest

from engine.record.condition import (
    UNKNOWN,
    Arithmetic,
    Compare,
    Field,
    InputName,
    Known,
    Literal,
    Logic,
    Member,
    Negate,
    Node,
    Not,
    StepField,
    Truth,
    Value,
)
from engine.runbook.expressions.evaluate import evaluate
from tests.unit.runbook.expressions.scopes import SUCCESS, tree_of

TRUE, FALSE = Literal(value=True), Literal(value=False)
WHAT = StepField("remind", Field.FAILED)
"""A field that nobody knows."""


def value_of(node: Node) -> Value:
    """Evaluate a tree in which every field of every step is unknown."""
    return evaluate(node, {"languages": ("hindi", "tamil"), "cap": 5}, lambda _step, _name: UNKNOWN)


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (True, True, True, True),
        (True, False, False, True),
        (True, UNKNOWN, UNKNOWN, True),
        (False, False, False, False),
        (False, UNKNOWN, False, UNKNOWN),
        (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    ],
)
def test_kleenes_tables(left: Truth, right: Truth, both: Truth, either: Truth) -> None:
    """And, or: what the known side decides is decided, whichever side it is."""
    for one, other in ((left, right), (right, left)):
        assert value_of(Logic("and", Literal(one), Literal(other))) is both
        assert value_of(Logic("or", Literal(one), Literal(other))) is either


@pytest.mark.parametrize(("value", "negated"), [(True, False), (False, True), (UNKNOWN, UNKNOWN)])
def test_not(value: Truth, negated: Truth) -> None:
    """The contrary of what nobody knows is not known either."""
    assert value_of(Not(Literal(value))) is negated


@pytest.mark.parametrize(
    ("left", "right", "holding"),
    [
        (1, 2, {"!=", "<", "<="}),
        (2, 2, {"==", "<=", ">="}),
        (2, 2.0, {"==", "<=", ">="}),
        (3, 2.5, {"!=", ">", ">="}),
        ("2026-01-31", "2026-02-01", {"!=", "<", "<="}),
    ],
)
def test_comparisons(left: Value, right: Value, holding: set[str]) -> None:
    """The six comparisons; dates are compared as the texts that they are."""
    for op in get_args(Compare.__annotations__["op"]):
        assert value_of(Compare(op, Literal(left), Literal(right))) is (op in holding)


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [("a", "a", True), ("a", "A", False), (True, True, True), (True, 1, False), (0, False, False)],
)
def test_equality(left: Value, right: Value, *, equal: bool) -> None:
    """Texts are equal letter by letter; true is not 1."""
    assert value_of(Compare("==", Literal(left), Literal(right))) is equal
    assert value_of(Compare("!=", Literal(left), Literal(right))) is not equal


@pytest.mark.parametrize(
    "node",
    [
        WHAT,
        Negate(WHAT),
        *(Arithmetic(op, WHAT, Literal(1)) for op in get_args(Arithmetic.__annotations__["op"])),
        *(Arithmetic(op, Literal(1), WHAT) for op in get_args(Arithmetic.__annotations__["op"])),
        *(Compare(op, WHAT, Literal(1)) for op in get_args(Compare.__annotations__["op"])),
        *(Compare(op, Literal(1), WHAT) for op in get_args(Compare.__annotations__["op"])),
        Compare("==", WHAT, WHAT),
        Member(WHAT, Literal((1, 2))),
        Member(WHAT, Literal((1, 2)), negated=True),
        Member(Literal(1), Literal(UNKNOWN)),
        Arithmetic("*", Literal(0), WHAT),
    ],
)
def test_unknown_spreads(node: Node) -> None:
    """What rests on a number that nobody knows is not known."""
    assert value_of(node) is UNKNOWN


@pytest.mark.parametrize(
    ("op", "left", "right", "result"),
    [
        ("+", 2, 3, 5),
        ("-", 2, 3, -1),
        ("*", 2, 3, 6),
        ("/", 3, 2, 1.5),
        ("//", 7, 2, 3),
        ("//", -7, 2, -4),
        ("%", 7, 4, 3),
        ("%", -7, 4, 1),
        ("+", 0.5, 1, 1.5),
    ],
)
def test_arithmetic(op: str, left: Value, right: Value, result: Value) -> None:
    """The six calculations, with the signs of a floor division."""
    assert tree_of(f"{left} {op} {right} == matched", SUCCESS)
    tree = tree_of(f"({left} {op} {right}) - matched == 0", SUCCESS)
    assert evaluate(tree, {}, lambda _step, _name: result) is True


@pytest.mark.parametrize(
    ("op", "left", "right"),
    [
        ("/", 1, 0),
        ("//", 1, 0),
        ("%", 1, 0),
        ("/", 1.5, 0.0),
        ("//", 0, 0.0),
        ("%", 0.0, 0),
        ("*", 1e200, 1e200),
        ("-", 1e308, -1e308),
        ("*", 10**400, 1.5),
        ("/", 10**400, 3),
        ("+", 10**400, 0.5),
    ],
)
def test_calculations_without_result(op: str, left: Value, right: Value) -> None:
    """A division by zero, and a number beyond all bounds, is unknown."""
    node = Arithmetic(op, Literal(left), Literal(right))  # type: ignore[arg-type] # any of the six
    assert value_of(node) is UNKNOWN
    assert value_of(Logic("or", Compare(">", node, Literal(0)), TRUE)) is True


def test_large_calculations_are_quick() -> None:
    """The largest product that a condition can hold is an ordinary number to Python."""
    product_ = " * ".join(["9007199254740991"] * 48)
    assert evaluate(tree_of(f"{product_} > matched", SUCCESS), {}, lambda _step, _name: 1) is True


@pytest.mark.parametrize(
    ("item", "items", "contained"),
    [
        (1, (1, 2), True),
        (1.0, (1, 2), True),
        (3, (1, 2), False),
        ("a", ("a",), True),
        ("a", ("ab",), False),
        (True, (1, 2), False),
    ],
)
def test_membership(item: Value, items: tuple[int | str, ...], *, contained: bool) -> None:
    """A value is in a list if it equals one of its items."""
    assert value_of(Member(Literal(item), Literal(items))) is contained
    assert value_of(Member(Literal(item), Literal(items), negated=True)) is not contained


def test_membership_of_an_input() -> None:
    """The list may be an input."""
    assert value_of(Member(Literal("hindi"), InputName("languages"))) is True
    assert value_of(Member(Literal("hin"), InputName("languages"))) is False


@pytest.mark.parametrize(
    ("operand", "known"),
    [
        (WHAT, False),
        (Literal(0), True),
        (FALSE, True),
        (Compare(">", WHAT, Literal(1)), False),
        (Logic("and", Compare(">", WHAT, Literal(1)), FALSE), True),
        (Arithmetic("/", Literal(1), Literal(0)), False),
    ],
)
def test_questions_are_always_answered(operand: Node, *, known: bool) -> None:
    """Known and unknown are true or false themselves."""
    assert value_of(Known(operand)) is known
    assert value_of(Known(operand, negated=True)) is not known


def test_names_are_looked_up() -> None:
    """Inputs come from the mapping, fields from the function, by the step's id."""
    seen: list[tuple[str, Field]] = []

    def field_of(step: str, name: Field) -> Value:
        seen.append((step, name))
        return 5

    tree = Compare("==", InputName("cap"), StepField("remind", Field.FAILED))
    assert evaluate(tree, {"cap": 5}, field_of) is True
    assert seen == [("remind", Field.FAILED)]


def test_what_is_decided_is_not_evaluated_further() -> None:
    """The right side is read only if the left one leaves the answer open."""

    def field_of(step: str, name: Field) -> Value:
        raise AssertionError(step, name)

    assert evaluate(Logic("or", TRUE, StepField("remind", Field.RAN)), {}, field_of) is True
    assert evaluate(Logic("and", FALSE, StepField("remind", Field.RAN)), {}, field_of) is False


def test_every_kind_of_node_has_a_value() -> None:
    """No node of the tree's closed union is forgotten."""
    examples: dict[type, Node] = {
        Literal: TRUE,
        InputName: InputName("cap"),
        StepField: WHAT,
        Not: Not(TRUE),
        Logic: Logic("and", TRUE, TRUE),
        Compare: Compare("==", TRUE, TRUE),
        Member: Member(Literal(1), Literal((1,))),
        Arithmetic: Arithmetic("+", Literal(1), Literal(1)),
        Negate: Negate(Literal(1)),
        Known: Known(TRUE),
    }
    assert set(examples) == set(get_args(Node))
    assert [value_of(node) for node in examples.values()] == [
        *(True, 5, UNKNOWN, False, True, True, True, 2, -1, True)
    ]


@pytest.mark.parametrize("heavy", ["jinja2", "yaml", "jsonschema"])
@pytest.mark.parametrize("module", ["evaluate", "template"])
def test_importing_is_light(module: str, heavy: str) -> None:
    """A run evaluates conditions, and fills templates in, without importing what reads them."""
    program = f"import sys, engine.runbook.expressions.{module} as _; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
