"""Conditions of one sort, which differ in nothing but the names of steps, are read once.

A long runbook has thousands of conditions of a handful of sorts, and to read and check one takes several
times as long as to write another's names into its tree.
"""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

from engine.record.condition import (
    Arithmetic,
    Compare,
    Condition,
    InputName,
    Known,
    Literal,
    Logic,
    Member,
    Negate,
    Node,
    Not,
    StepField,
    children,
    step_fields,
)
from engine.runbook.expressions.fault import Fault, Scope
from engine.runbook.expressions.parse import parse

NAME = re.compile(r"\bsteps\.([a-z][a-z0-9_]*)")
"""Finds the name of a step in a condition, and what only looks like one in a text in quotes.

Names with blanks in them are left alone: where everything behind them stands depends on the blanks.
"""


Parted: TypeAlias = tuple[tuple[str, ...], Sequence[str]]
"""A condition's text without the names of steps that it reads, and these names, in their order."""


class Sorts:
    """Reads the conditions of one runbook.

    Attributes:
        parted: the texts that were read by a model, taken apart on that way.
    """

    def __init__(self) -> None:
        self.parted: dict[str, Parted] = {}
        # What was met once is kept as it is: a model is worth its making when a second one comes.
        self._models: dict[Hashable, Condition | _Make | None] = {}

    def parse(self, text: str, scope: Scope) -> tuple[Condition | None, tuple[Fault, ...]]:
        """Read and check a condition, as ``parse`` does; all scopes have the same inputs and steps."""
        rest, names = parted = part(text)
        # Of names of one length every word stands at the same place.
        sort = (scope.own is None, rest, *map(names.index, names), *map(len, names))
        make = self._models.get(sort)
        if isinstance(make, Condition):
            make = self._models[sort] = _model(make)
        if make and all(_is_sound(name, scope) for name in names):
            self.parted[text] = parted
            return Condition(text, make([*names, scope.own or ""])), ()
        condition, faults = parse(text, scope)
        if condition and not faults:
            self._models.setdefault(sort, condition)
        return condition, faults


def part(text: str) -> Parted:
    """Take the names of steps out of a text, and what looks like one in a text in quotes."""
    pieces = NAME.split(text)
    return tuple(pieces[::2]), pieces[1::2]


def _is_sound(name: str, scope: Scope) -> bool:
    """Say whether nothing is wrong with reading a step of this name."""
    at = scope.steps.get(name)
    return at is not None and (at < scope.position or (at == scope.position and name == scope.own))


_Make: TypeAlias = Callable[[Sequence[str]], Node]
"""Makes a tree, or a part of one, with these names of steps in it; the last is that of the step itself."""


def _model(condition: Condition) -> _Make | None:
    """Make a condition without a finding the model of its sort; None where a text holds a name."""
    found = [*NAME.finditer(condition.text)]
    fields = [
        field for field in step_fields(condition.tree) if condition.text.startswith("steps", field.at[0])
    ]
    if {field.at[0]: field.step for field in fields} != {name.start(): name[1] for name in found}:
        return None
    return _maker(condition.tree, {name.start(): number for number, name in enumerate(found)})


def _maker(node: Node, numbers: Mapping[int, int]) -> _Make:
    """Give what makes a part of a model anew; ``numbers`` tells by its place which name stands there.

    Also what holds no name: whoever looks at several conditions tells their parts by identity.
    """
    if isinstance(node, StepField):
        number, field, at = numbers.get(node.at[0], -1), node.name, node.at
        return lambda names: StepField(names[number], field, at)
    make: Callable[..., Node] = type(node)
    first, last = _around(node)
    match [_maker(part, numbers) for part in children(node)]:
        case left, right:
            return lambda names: make(*first, left(names), right(names), *last)
        case [operand]:
            return lambda names: make(*first, operand(names), *last)
        case _:
            return lambda _: make(*first, *last)


def _around(node: Node) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Give what a node is made of before its operands, and behind them."""
    match node:
        case Literal(value):
            return (value,), (node.at,)
        case InputName(name):
            return (name,), (node.at,)
        case Logic(op) | Compare(op) | Arithmetic(op):
            return (op,), (node.at,)
        case Known() | Member():
            return (), (node.negated, node.at)
        case Not() | Negate() | StepField():
            return (), (node.at,)
