"""One part of a condition as it is being read: its node, its sort of value, its place."""

from enum import Enum

from engine.diagnostics import Kind
from engine.frozen import dataclass
from engine.record.condition import NUMBERS, Extent, Field, InputName, Literal, Node, StepField
from engine.runbook.expressions.fault import Fault, Scope
from engine.runbook.model import InputType

MOST_SHOWN = 60


class Type(Enum):
    """The sorts of values, in words for people."""

    TEXT = "a text"
    NUMBER = "a number"
    BOOLEAN = "true or false"
    DATE = "a date"
    LIST = "a list"


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of a condition.

    ``node`` is None where a finding already says what is wrong; ``type`` is None where it cannot be
    told; ``text`` is the whole condition; ``items`` are those of a list that is written out.
    """

    node: Node | None
    type: Type | None
    at: Extent
    text: str
    items: tuple["Operand", ...] = ()

    @property
    def is_constant(self) -> bool:
        """Whether it is a text, a number, true or false, written out."""
        return isinstance(self.node, Literal)

    @property
    def words(self) -> str:
        """The part as written, shortened."""
        return excerpt(self.text, self.at)

    def fault(self, kind: Kind, message: str, help_: str) -> Fault:
        """Make a finding at this part."""
        return Fault(kind, *self.at, message, help_)


def excerpt(text: str, at: Extent) -> str:
    """Give a stretch of a text, shortened so that a message stays one line."""
    words = " ".join(text[at[0] : at[1]].split())
    return words if len(words) <= MOST_SHOWN else f"{words[: MOST_SHOWN - 1]}…"


def sort_of(node: InputName | StepField | Literal | None, scope: Scope) -> Type | None:
    """Give the sort of a name's or a constant's value; None where it cannot be told."""
    match node:
        case StepField(name=field):
            return Type.NUMBER if field in NUMBERS else _FIELD_TYPES[field]
        case InputName(name=name):
            spec = scope.inputs[name]
            return None if spec is None else _INPUT_TYPES[spec.type]
        case Literal(value=value):
            return {bool: Type.BOOLEAN, str: Type.TEXT, tuple: Type.LIST}.get(type(value), Type.NUMBER)
        case None:
            return None


_FIELD_TYPES = {Field.STATUS: Type.TEXT, Field.RAN: Type.BOOLEAN}
_INPUT_TYPES = {
    InputType.STRING: Type.TEXT,
    InputType.INTEGER: Type.NUMBER,
    InputType.NUMBER: Type.NUMBER,
    InputType.BOOLEAN: Type.BOOLEAN,
    InputType.DATE: Type.DATE,
    InputType.LIST: Type.LIST,
}
