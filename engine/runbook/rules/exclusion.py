"""Whether two steps can both send in one run, as far as their conditions say so plainly.

Only what must hold throughout is compared: the parts joined by ``and``. Whatever else a condition says,
both may run.
"""

from collections.abc import Iterator
from math import inf
from typing import NamedTuple

from engine.record.condition import (
    MIRRORED,
    Compare,
    Condition,
    Field,
    Literal,
    Logic,
    Member,
    Node,
    Not,
    Scalar,
    StepField,
)

_NOTHING_LEFT = frozenset(("skipped", "not_sent", "rejected", "no_match"))
_DENIED = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "==": "!=", "!=": "=="}
_MOST_PARTS = 20


class _Claim(NamedTuple):
    """What must hold of a subject: one of these values (or none of them), and a number in a stretch.

    The truth value beside a bound says that the bound itself is left out.
    """

    subject: Node
    among: frozenset[Scalar] | None = None
    but_not: frozenset[Scalar] = frozenset()
    low: tuple[float, bool] = (-inf, False)
    high: tuple[float, bool] = (inf, False)

    def denies(self, other: "_Claim") -> bool:
        """Whether both cannot hold at once."""
        if self.subject != other.subject:
            return False
        if self.among is not None:
            return all(not other.admits(value) for value in self.among)
        if other.among is not None:
            return other.denies(self)
        low, high = (
            max(self.low, other.low),
            min(self.high, other.high, key=lambda bound: (bound[0], not bound[1])),
        )
        return low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1]))

    def admits(self, value: Scalar) -> bool:
        """Whether it can hold of a value."""
        if self.among is not None:
            return value in self.among
        if value in self.but_not:
            return False
        if isinstance(value, str):
            return True
        (low, not_low), (high, not_high) = self.low, self.high
        return (low < value or (low == value and not not_low)) and (
            value < high or (value == high and not not_high)
        )


def never_both(earlier: str, one: Condition | None, other: Condition | None) -> bool:
    """Whether a step and a later one surely do not both message customers; ``earlier``: the former's id."""
    if other is None:
        return False
    claims = [*_claims(other.tree)][:_MOST_PARTS]
    if any(_says_nothing_left(claim, earlier) for claim in claims):
        return True
    before = [*_claims(one.tree)][:_MOST_PARTS] if one is not None else []
    return any(claim.denies(each) for claim in claims for each in before)


def _says_nothing_left(claim: _Claim, step: str) -> bool:
    """Whether what must hold is that a step messaged nobody."""
    match claim.subject:
        case StepField(name, Field.STATUS) if name == step:
            return claim.among is not None and claim.among <= _NOTHING_LEFT
        case StepField(name, Field.RAN) if name == step:
            return claim.among == frozenset((False,))
        case StepField(name, Field.MATCHED | Field.SELECTED) if name == step:
            return claim.among == frozenset((0,)) or claim.high <= (0, False) or claim.high == (1, True)
        case _:
            return False


def _claims(node: Node, *, holds: bool = True) -> Iterator[_Claim]:
    """Walk over what must be so for a condition to hold, or not to hold."""
    match node:
        case Not(operand):
            yield from _claims(operand, holds=not holds)
        case Logic(op, left, right) if (op == "and") == holds:
            yield from _claims(left, holds=holds)
            yield from _claims(right, holds=holds)
        case Compare(op, left, Literal(bool() | int() | float() | str() as value)):
            yield _claim(left, op if holds else _DENIED[op], value)
        case Compare(op, Literal(bool() | int() | float() | str() as value), right):
            flipped = MIRRORED.get(op, op)
            yield _claim(right, flipped if holds else _DENIED[flipped], value)
        case Member(item, Literal(tuple(values)), negated):
            among = frozenset(values)
            yield _Claim(item, among) if negated != holds else _Claim(item, but_not=among)
        case _:
            yield _Claim(node, frozenset((holds,)))


def _claim(subject: Node, op: str, value: Scalar) -> _Claim:
    match op:
        case "==":
            return _Claim(subject, frozenset((value,)))
        case "!=":
            return _Claim(subject, but_not=frozenset((value,)))
        case _ if isinstance(value, str):
            return _Claim(subject)  # of the order of texts nothing is concluded
        case "<" | "<=":
            return _Claim(subject, high=(value, op == "<"))
        case _:
            return _Claim(subject, low=(value, op == ">"))
