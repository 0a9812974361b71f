"""Conditions of one sort, which differ in nothing but the names of steps, are read once.

A long runbook has thousands of conditions of a handful of sorts, and to read and check one takes several
times as long as to write another's names into its tree.
"""

import re
from bisect import bisect_right
from collections.abc import Hashable, Sequence
from itertools import accumulate
from typing import NamedTuple

from engine.frozen import replace
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
    step_fields,
)
from engine.runbook.expressions.fault import Fault, Scope
from engine.runbook.expressions.parse import parse
from engine.runbook.expressions.tokens import MOST_CHARACTERS

NAME = re.compile(r"\bsteps\s*\.\s*([a-z][a-z0-9_]*)")
"""Finds the name of a step in a condition, and what only looks like one in a text in quotes."""


class Sorts:
    """Reads the conditions of one runbook."""

    def __init__(self) -> None:
        self._models: dict[Hashable, _Model] = {}

    def parse(self, text: str, scope: Scope) -> tuple[Condition | None, tuple[Fault, ...]]:
        """Read and check a condition, as ``parse`` does; all scopes have the same inputs and steps."""
        pieces = NAME.split(text)
        names = pieces[1::2]
        sort = (scope.own is None, *pieces[::2], *map(names.index, names))
        model = self._models.get(sort)
        if model and len(text) <= MOST_CHARACTERS and all(_is_sound(name, scope) for name in names):
            return Condition(text, _Copy(model, names, scope.own or "").of(model.tree)), ()
        condition, faults = parse(text, scope)
        if condition and not (faults or model) and (model := _model(condition)):
            self._models[sort] = model
        return condition, faults


def _is_sound(name: str, scope: Scope) -> bool:
    """Say whether nothing is wrong with reading a step of this name."""
    at = scope.steps.get(name)
    return at is not None and (at < scope.position or (at == scope.position and name == scope.own))


class _Model(NamedTuple):
    """A tree, and where the names of steps stand in its text: from ``steps`` to the end of each name."""

    tree: Node
    starts: dict[int, int]
    ends: tuple[int, ...]
    sizes: tuple[int, ...]


def _model(condition: Condition) -> _Model | None:
    """Make a condition without a finding the model of its sort; None where a text holds a name."""
    found = [*NAME.finditer(condition.text)]
    fields = [
        field for field in step_fields(condition.tree) if condition.text.startswith("steps", field.at[0])
    ]
    if {field.at[0]: field.step for field in fields} != {name.start(): name[1] for name in found}:
        return None
    starts = {name.start(): number for number, name in enumerate(found)}
    ends = tuple(name.end() for name in found)
    return _Model(condition.tree, starts, ends, tuple(len(name[1]) for name in found))


class _Copy:
    """Writes other names of steps into the tree of a model."""

    def __init__(self, model: _Model, names: Sequence[str], own: str) -> None:
        self.model = model
        self.names = names
        self.own = own
        longer = [len(name) - size for name, size in zip(names, model.sizes, strict=True)]
        self.moved = [0, *accumulate(longer)]

    def of(self, node: Node) -> Node:
        start, end = node.at
        ends = self.model.ends
        at = start + self.moved[bisect_right(ends, start)], end + self.moved[bisect_right(ends, end)]
        match node:
            case StepField():
                number = self.model.starts.get(start)
                step = self.own if number is None else self.names[number]
                return replace(node, step=step, at=at)
            case Literal() | InputName():
                return replace(node, at=at)
            case Not() | Negate() | Known():
                return replace(node, operand=self.of(node.operand), at=at)
            case Logic() | Compare() | Arithmetic():
                return replace(node, left=self.of(node.left), right=self.of(node.right), at=at)
            case Member():
                return replace(node, item=self.of(node.item), items=self.of(node.items), at=at)
