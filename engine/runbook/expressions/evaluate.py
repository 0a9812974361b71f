"""What a checked condition comes to: a walk over its tree, with three-valued logic.

Kleene's tables: ``false and unknown`` is false, ``true or unknown`` is true, everything else that
rests on an unknown is unknown. Nothing but the tree's own nodes can be reached from here.
"""

import operator
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, TypeAlias, assert_never

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

Inputs: TypeAlias = Mapping[str, Value]
Fields: TypeAlias = Callable[[str, Field], Value]


def evaluate(node: Node, inputs: Inputs, field_of: Fields) -> Value:
    """Give a tree's value.

    Args:
        node: a tree as ``parse`` gives it: names and types are taken to be right.
        inputs: the value of every declared input.
        field_of: gives a field of a step by the step's id.
    """
    match node:
        case StepField():
            return field_of(node.step, node.name)
        case Literal():
            return node.value
        case InputName():
            return inputs[node.name]
        case Arithmetic() | Negate():
            return _number(node, inputs, field_of)
        case _:
            return _truth(node, inputs, field_of)


def _truth(node: Compare | Logic | Member | Not | Known, inputs: Inputs, field_of: Fields) -> Truth:
    match node:
        case Compare():
            return _compared(
                node.op, evaluate(node.left, inputs, field_of), evaluate(node.right, inputs, field_of)
            )
        case Logic():
            return _joined(node, inputs, field_of)
        case Member():
            return _contained(
                evaluate(node.item, inputs, field_of), evaluate(node.items, inputs, field_of), node.negated
            )
        case Not():
            value = evaluate(node.operand, inputs, field_of)
            return UNKNOWN if value is UNKNOWN else not value
        case Known():
            return (evaluate(node.operand, inputs, field_of) is UNKNOWN) is node.negated
        case _:
            assert_never(node)


def _joined(node: Logic, inputs: Inputs, field_of: Fields) -> Truth:
    decisive = node.op == "or"
    left = evaluate(node.left, inputs, field_of)
    if left is decisive:
        return decisive
    right = evaluate(node.right, inputs, field_of)
    if right is decisive:
        return decisive
    return UNKNOWN if left is UNKNOWN or right is UNKNOWN else not decisive


def _compared(op: str, left: Value, right: Value) -> Truth:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    return _COMPARISONS[op](left, right)


def _contained(item: Value, items: Value, negated: bool) -> Truth:
    if item is UNKNOWN or not isinstance(items, tuple):
        return UNKNOWN
    return any(_equal(item, each) for each in items) is not negated


def _number(node: Arithmetic | Negate, inputs: Inputs, field_of: Fields) -> Value:
    if isinstance(node, Negate):
        return _computed(operator.sub, 0, evaluate(node.operand, inputs, field_of))
    left = evaluate(node.left, inputs, field_of)
    return _computed(_ARITHMETIC[node.op], left, evaluate(node.right, inputs, field_of))


def _computed(rule: Callable[[Any, Any], int | float], left: Value, right: Value) -> Value:
    if left is UNKNOWN or right is UNKNOWN:
        return UNKNOWN
    try:
        value = rule(left, right)
    except (ZeroDivisionError, OverflowError):
        return UNKNOWN
    return value if isinstance(value, int) or isfinite(value) else UNKNOWN


def _equal(left: Value, right: Value) -> bool:
    # To Python True == 1; to a reader of a condition it is not.
    return left == right and isinstance(left, bool) is isinstance(right, bool)


def _unequal(left: Value, right: Value) -> bool:
    return not _equal(left, right)


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": _equal,
    "!=": _unequal,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: Mapping[str, Callable[[Any, Any], int | float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
}
