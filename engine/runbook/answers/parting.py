"""A condition that is too much to look at whole is looked at part by part.

The sides of ``and`` and ``or`` that read the same steps are looked at together. What the parts can come
to is then joined as if nothing bound them to each other: the sets hold more than can happen, never less.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Literal as OneOf
from typing import TypeAlias

from engine.record.condition import Condition, Extent, Logic, Node, Not, step_fields
from engine.runbook.answers.atoms import sides
from engine.runbook.answers.survey import Survey
from engine.runbook.answers.truths import ANY, Truths, joined, negated, nodes_of

Look: TypeAlias = Callable[[Condition], Survey | None]
"""Looks at a condition as a whole; None where that is too much."""


def parted(condition: Condition, look: Look) -> Survey:
    """Look at the parts of a condition; nothing is said of stops, zeros and divisors."""
    parts = _Parts(condition.text, look)
    alone = parts.of(condition.tree)
    truths = tuple([parts.known.get(id(node), 0) for node in nodes_of(condition.tree)])
    return Survey(truths, alone, stops=frozenset(), zeros=(), divisors=(), work=0)


class _Parts:
    def __init__(self, text: str, look: Look) -> None:
        self.text = text
        self.look = look
        self.known: dict[int, Truths] = {}
        self._numbers: dict[int, int] = {}

    def of(self, node: Node) -> Truths:
        """Give what a part can come to, and note it, and what the parts below it can."""
        match node:
            case Not(operand):
                found = negated(self.of(operand))
            case Logic(op):
                self._number(sides(node, op))
                found = _all_joined(op, [self._group(op, group) for group in _groups(node)])
                self._note_between(node.left, op)
                self._note_between(node.right, op)
            case _:
                found = self._together("and", [node]) or ANY
        self.known[id(node)] = found
        return found

    def _number(self, row: Iterable[Node]) -> None:
        """Tell sides apart that stand at one place, as the links of a chain do: ``1 < x < 9`` are two.

        A text stands for its tree when it is looked at, so no part may have that of another, or of a whole.
        """
        at_place: Counter[Extent] = Counter()
        for side in row:
            at_place[side.at] += 1
            self._numbers[id(side)] = at_place[side.at]

    def _group(self, op: OneOf["and", "or"], group: Sequence[Node]) -> Truths:
        return self._together(op, group) or _all_joined(op, map(self.of, group))

    def _together(self, op: OneOf["and", "or"], group: Sequence[Node]) -> Truths:
        """Look at several sides as one condition; the empty set where that is too much."""
        text = f" {op} ".join(
            f"({self.text[slice(*side.at)]}){self._numbers.get(id(side), 0)}" for side in group
        )
        tree = reduce(lambda left, right: Logic(op, left, right), group)
        found = self.look(Condition(text, tree))
        if found is None:
            return 0
        self.known.update(zip(map(id, nodes_of(tree)), found.truths, strict=True))
        return found.truths[0]

    def _note_between(self, node: Node, op: OneOf["and", "or"]) -> Truths:
        """Note what the joints inside a row of sides can come to."""
        if id(node) not in self.known and isinstance(node, Logic):
            self.known[id(node)] = joined(
                op, self._note_between(node.left, op), self._note_between(node.right, op)
            )
        return self.known[id(node)]


def _groups(node: Logic) -> Iterable[Sequence[Node]]:
    """Give the sides of a row that read the same steps."""
    groups: dict[frozenset[str], list[Node]] = {}
    for side in sides(node, node.op):
        groups.setdefault(frozenset(field.step for field in step_fields(side)), []).append(side)
    return groups.values()


def _all_joined(op: str, found: Iterable[Truths]) -> Truths:
    return reduce(lambda left, right: joined(op, left, right), found)
