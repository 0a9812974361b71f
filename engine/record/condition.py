"""Conditions as checked trees: what ``when`` and ``success`` mean once they are parsed.

The tree is closed: evaluating it can reach nothing but the names listed here (DESIGN, section 5).
"""

from collections.abc import Iterator
from dataclasses import field
from enum import Enum, StrEnum
from typing import Literal as OneOf
from typing import TypeAlias

from engine.frozen import dataclass


class Unknown(Enum):
    """The third truth value, and any number that nobody knows."""

    UNKNOWN = "unknown"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown.UNKNOWN

Scalar: TypeAlias = bool | int | float | str
Value: TypeAlias = Scalar | tuple[Scalar, ...] | Unknown
"""A value of a condition; dates are texts in ISO form, lists hold texts or numbers."""

Truth: TypeAlias = bool | Unknown
Extent: TypeAlias = tuple[int, int]
"""Where a node stands in the condition's text: first character and one past the last."""


class Field(StrEnum):
    """What a condition may read of a step (DESIGN, section 5)."""

    STATUS = "status"
    RAN = "ran"
    MATCHED = "matched"
    SELECTED = "selected"
    INITIATED = "initiated"
    FAILED = "failed"
    FAILED_PCT = "failed_pct"
    BATCHES = "batches"
    ERRORS = "errors"


NUMBERS = frozenset(Field) - {Field.STATUS, Field.RAN}
"""The fields that count; all but ``failed_pct`` are whole numbers."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: text, number, truth value, list of texts and numbers; UNKNOWN in a blurred plan."""

    value: Scalar | tuple[Scalar, ...] | Unknown
    at: Extent = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class InputName:
    """``inputs.<name>``."""

    name: str
    at: Extent = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class StepField:
    """``steps.<step>.<field>``; in ``success`` also the bare field of the own step."""

    step: str
    name: Field
    at: Extent = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """``not operand``."""

    operand: "Node"
    at: Extent = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Logic:
    """``left and right``, ``left or right``: Kleene's three-valued tables."""

    op: OneOf["and", "or"]
    left: "Node"
    right: "Node"
    at: Extent = field(default=(0, 0), compare=False)


MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""What a comparison becomes when its sides change places; any other stays as it is."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of two; chained ones are parsed into ``and``."""

    op: OneOf["==", "!=", "<", "<=", ">", ">="]
    left: "Node"
    right: "Node"
    at: Extent = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """``item in items``, ``item not in items``; ``items`` is a list."""

    item: "Node"
    items: "Node"
    negated: bool = False
    at: Extent = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``+ - * / // %`` on numbers; a division by zero is unknown."""

    op: OneOf["+", "-", "*", "/", "//", "%"]
    left: "Node"
    right: "Node"
    at: Extent = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    """``-operand``."""

    operand: "Node"
    at: Extent = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """``operand is known``, ``operand is unknown``: always true or false itself."""

    operand: "Node"
    negated: bool = False
    at: Extent = field(default=(0, 0), compare=False)


Node: TypeAlias = (
    Literal | InputName | StepField | Not | Logic | Compare | Member | Arithmetic | Negate | Known
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition: the text as written and its checked tree, which gives true, false or unknown."""

    text: str
    tree: Node


def children(node: Node) -> tuple[Node, ...]:
    """Give a node's operands, left to right."""
    match node:
        case Literal() | InputName() | StepField():
            return ()
        case Not() | Negate() | Known():
            return (node.operand,)
        case Logic() | Compare() | Arithmetic():
            return node.left, node.right
        case Member():
            return node.item, node.items


def reads_names(node: Node) -> bool:
    """Say whether a tree reads any input or step."""
    # From the right, for a row of `and` is as deep as it is long on its left.
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, InputName | StepField):
            return True
        waiting += children(node)
    return False


def step_fields(node: Node) -> Iterator[StepField]:
    """Walk over every ``steps.<id>.<field>`` that a tree reads."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, StepField):
            yield node
        else:
            waiting += children(node)[::-1]
