"""The comparisons inside conditions, and where they cut the numbers of an answer in two.

A comparison that holds one field of one step and constants is *simple*: it is true on one side
of a cut and false on the other, so one representative on each side stands for all numbers. Any
other comparison over numbers is *open*: the outcome tree lets it be either (DESIGN, section 6).
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from engine.record.condition import (
    NUMBERS,
    Arithmetic,
    Compare,
    Known,
    Logic,
    Member,
    Negate,
    Node,
    Not,
    StepField,
    Value,
    children,
    step_fields,
)
from engine.runbook.answers.cells import Cut
from engine.runbook.expressions.evaluate import evaluate

Inputs: TypeAlias = Mapping[str, Value]
Line: TypeAlias = tuple[Fraction, Fraction]
"""``a + b·x`` for the one field ``x``."""


def atoms(node: Node) -> Iterator[Node]:
    """Walk over the parts of a condition that ``and``, ``or`` and ``not`` join."""
    match node:
        case Not(operand):
            yield from atoms(operand)
        case Logic(_, left, right):
            yield from atoms(left)
            yield from atoms(right)
        case _:
            yield node


def sides(node: Node, op: str) -> Iterator[Node]:
    """Walk over what a row of ``and``, or of ``or``, joins."""
    if isinstance(node, Logic) and node.op == op:
        yield from sides(node.left, op)
        yield from sides(node.right, op)
    else:
        yield node


def is_open(atom: Node, inputs: Inputs) -> bool:
    """Say whether representatives cannot decide the atom: numbers joined in ways that no cut parts."""
    numbers = {(field.step, field.name) for field in step_fields(atom) if field.name in NUMBERS}
    if not numbers or isinstance(atom, StepField):
        return False
    if isinstance(atom, Known):
        return not isinstance(atom.operand, StepField)
    return cuts(atom, inputs) is None


def may_be_unknown(atom: Node) -> bool:
    """Say whether an open atom can be unknown although all numbers are known.

    A division can be by zero; a product of very many factors outgrows what can be counted with.
    """
    signs = [node.op for node in _calculations(atom)]
    return any(sign in {"/", "//", "%"} for sign in signs) or signs.count("*") > MOST_FACTORS


MOST_FACTORS = 9
"""So many factors below 2**53 stay far from the largest decimal number, which is near 2**1024."""


def _calculations(node: Node) -> Iterator[Arithmetic]:
    if isinstance(node, Arithmetic):
        yield node
    for child in children(node):
        yield from _calculations(child)


def cuts(atom: Node, inputs: Inputs) -> tuple[StepField, frozenset[Cut]] | None:
    """Give the one number field that an atom reads and where it cuts it; None if it is not simple."""
    match atom:
        case Compare(op, left, right):
            return _compared(op, left, right, inputs)
        case Member(StepField() as item, items) if not any(step_fields(items)):
            values = evaluate(items, inputs, _no_field)
            if not isinstance(values, tuple):
                return None
            numbers = [_fraction(value) for value in values if not isinstance(value, str | bool)]
            return item, frozenset(cut for number in numbers for cut in _around(number))
        case _:
            return None


def _compared(op: str, left: Node, right: Node, inputs: Inputs) -> tuple[StepField, frozenset[Cut]] | None:
    fields = set(step_fields(left)) | set(step_fields(right))
    if len(fields) != 1:
        return None
    (field,) = fields
    first, second = _line(left, inputs), _line(right, inputs)
    if first is None or second is None:
        return None
    slope = first[1] - second[1]
    if slope == 0:
        return field, frozenset()
    at = (second[0] - first[0]) / slope
    if op in {"==", "!="} or not (_is_bare(left) and _is_bare(right)):
        # Arithmetic on decimals rounds, so a number just at the cut gets a cell of its own.
        return field, frozenset(_around(at))
    behind = (op in {"<=", ">"}) == (slope > 0)
    return field, frozenset({Cut(at, behind)})


def _is_bare(node: Node) -> bool:
    return isinstance(node, StepField) or not any(step_fields(node))


def _around(at: Fraction) -> tuple[Cut, Cut]:
    return Cut(at, behind=False), Cut(at, behind=True)


def _line(node: Node, inputs: Inputs) -> Line | None:
    """Read an expression as ``a + b·x`` in its one field; None where it is not of that form."""
    if isinstance(node, StepField):
        return (Fraction(0), Fraction(1)) if node.name in NUMBERS else None
    if not any(step_fields(node)):
        value = evaluate(node, inputs, _no_field)
        return (_fraction(value), Fraction(0)) if _is_number(value) else None
    if isinstance(node, Negate):
        inner = _line(node.operand, inputs)
        return inner and (-inner[0], -inner[1])
    if isinstance(node, Arithmetic):
        left, right = _line(node.left, inputs), _line(node.right, inputs)
        return _joined(node.op, left, right) if left and right else None
    return None


def _joined(op: str, left: Line, right: Line) -> Line | None:
    match op:
        case "+":
            return left[0] + right[0], left[1] + right[1]
        case "-":
            return left[0] - right[0], left[1] - right[1]
        case "*" if right[1] == 0:
            return left[0] * right[0], left[1] * right[0]
        case "*" if left[1] == 0:
            return left[0] * right[0], left[0] * right[1]
        case "/" if right[1] == 0 and right[0] != 0:
            return left[0] / right[0], left[1] / right[0]
        case _:
            return None


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fraction(value: Value) -> Fraction:
    """Read a number as it is written: 33.3 is 333/10, not its nearest binary fraction."""
    return Fraction(str(value))


def _no_field(step: str, name: object) -> Value:
    raise AssertionError((step, name, "a constant reads no step"))
