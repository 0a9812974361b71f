"""Values that inputs can have, as far as conditions can tell them apart.

An input with choices, and one that is true or false, has each of its values. Of numbers, days and texts
those stand for all that a comparison of the bare input with a constant can tell from others; any other
comparison that reads such an input is not told by them.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import floor
from typing import TypeAlias

from engine.frozen import dataclass
from engine.record.condition import (
    UNKNOWN,
    Compare,
    InputName,
    Literal,
    Member,
    Node,
    Scalar,
    Value,
    children,
    reads_names,
)
from engine.runbook.expressions.evaluate import evaluate
from engine.runbook.inputs import is_day
from engine.runbook.model import InputSpec, InputType
from engine.runbook.scalars import MAX_NUMBER

Inputs: TypeAlias = Mapping[str, InputSpec | None]

MOST_GIVEN = 64
"""More combinations of values are not looked at: inputs that would make more have none."""

_OTHER = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands for every text that no condition names."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value for each of some inputs; ``finite`` are those of which no other values are worth a look."""

    values: Mapping[str, Value]
    finite: frozenset[str] = frozenset()

    def tells(self, node: Node) -> bool:
        """Say whether the inputs that a comparison reads have values that stand for all that it can tell."""
        names = inputs_of(node).keys()
        return self.values.keys() >= names and (self.finite.issuperset(names) or _constants(node) is not None)


NOTHING = Given({})


def inputs_of(node: Node) -> dict[str, None]:
    """Give the inputs that a tree reads, in their order."""
    if isinstance(node, InputName):
        return {node.name: None}
    return {name: None for child in children(node) for name in inputs_of(child)}


def givens(comparisons: Sequence[Node], inputs: Inputs, most: int = MOST_GIVEN) -> list[Given]:
    """Give the combinations of values that some comparisons tell apart, ``most`` of them or fewer."""
    values: dict[str, list[Scalar]] = {}
    finite: set[str] = set()
    number = 1
    for name in dict.fromkeys(name for node in comparisons for name in inputs_of(node)):
        spec = inputs.get(name)
        found = _values(spec, comparisons) if spec else []
        if spec and found and number * len(found) <= min(most, MOST_GIVEN):
            values[name] = found
            number *= len(found)
            if spec.choices or spec.type is InputType.BOOLEAN:
                finite.add(name)
    ways = itertools.product(*values.values())
    return [Given(dict(zip(values, way, strict=True)), frozenset(finite)) for way in ways]


def _values(spec: InputSpec, comparisons: Iterable[Node]) -> list[Scalar]:
    """Give the values of an input; none where they cannot be told."""
    if spec.type is InputType.BOOLEAN:
        return [True, False]
    if spec.choices:
        return _chosen(spec)
    told = [found for node in comparisons if (found := _constants(node, spec.name)) is not None]
    constants = {each for found in told for each in found}
    match spec.type:
        case InputType.INTEGER | InputType.NUMBER if told:
            at = [Fraction(str(each)) for each in constants]
            return _whole(spec, at) if spec.type is InputType.INTEGER else _between(spec, at)
        case InputType.DATE if told:
            return sorted({day for each in constants for day in _around(str(each))})
        case InputType.STRING if told:
            return [_OTHER, *sorted(map(str, constants))]
        case _:
            return []


def _chosen(spec: InputSpec) -> list[Scalar]:
    choices = [each for each in spec.choices if isinstance(each, str | int | float)]
    is_told = spec.type is not InputType.LIST and all(
        spec.type is not InputType.DATE or is_day(str(each)) for each in choices
    )
    return choices if is_told else []


def _constants(node: Node, name: str | None = None) -> tuple[Scalar, ...] | None:
    """Give what a comparison holds the bare input against; None if it is no such comparison."""
    match node:
        case InputName(read):
            other: Node = Literal(())
        case Compare(_, InputName(read), other) | Compare(_, other, InputName(read)):
            pass
        case Member(InputName(read), other):
            pass
        case _:
            return None
    if name not in (None, read) or reads_names(other):
        return None
    value = evaluate(other, {}, _no_field)
    return None if value is UNKNOWN else value if isinstance(value, tuple) else (value,)


def _whole(spec: InputSpec, near: Sequence[Fraction]) -> list[Scalar]:
    """Give whole numbers at and around some; beyond them, one on each side."""
    least = spec.minimum if spec.minimum is not None else -MAX_NUMBER
    most = spec.maximum if spec.maximum is not None else MAX_NUMBER
    every = {floor(number) + step for number in near for step in (-1, 0, 1, 2)}
    return sorted(each for each in {*every, floor(most), -floor(-least)} if least <= each <= most)


def _between(spec: InputSpec, at: Sequence[Fraction]) -> list[Scalar]:
    """Give numbers at and between some, and one on each side beyond them."""
    low = Fraction(str(spec.minimum)) if spec.minimum is not None else Fraction(-MAX_NUMBER)
    high = Fraction(str(spec.maximum)) if spec.maximum is not None else Fraction(MAX_NUMBER)
    edges = sorted({low, high, *(each for each in at if low <= each <= high)})
    between = [(one + other) / 2 for one, other in itertools.pairwise(edges)]
    return sorted(float(each) for each in {*edges, *between})


def _around(day: str) -> Iterator[str]:
    """Give a day and those before and behind it."""
    at = date.fromisoformat(day).toordinal()
    last = date.max.toordinal()
    yield from (date.fromordinal(each).isoformat() for each in (at - 1, at, at + 1) if 0 < each <= last)


def _no_field(step: str, name: object) -> Value:
    raise AssertionError((step, name, "a constant reads no step"))
