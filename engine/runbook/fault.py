"""The kinds of fault in the shape of a runbook, and a fault by its path."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from engine.diagnostics import Json, Kind, Path
from engine.frozen import dataclass

UNKNOWN_FORMAT = Kind(
    "RB101", "unknown format", "a file is read only by a version that honours everything in it."
)
MISSING_KEY = Kind("RB102", "missing key", "nothing is left to a guess.")
UNKNOWN_KEY = Kind(
    "RB103", "unknown key", "a key that is not read does nothing, though its author believes it does."
)
LATER_KEY = Kind(
    "RB104", "not supported by this version", "a key that is not honoured would promise what nobody keeps."
)
MISPLACED_KEY = Kind(
    "RB105", "key does not belong here", "a key is read only where it belongs; elsewhere it does nothing."
)
WRONG_TYPE = Kind("RB106", "wrong kind of value", "nothing is converted, so that a file means what it says.")
UNKNOWN_WORD = Kind(
    "RB107",
    "unknown value",
    "a word that is not known would leave it to a guess what is meant.",
)
MALFORMED = Kind("RB108", "wrong form", "names and values are used exactly as they are written.")
OUT_OF_BOUNDS = Kind(
    "RB109", "out of bounds", "bounds catch slips of the pen, and keep what is reviewed readable."
)
EMPTY = Kind("RB110", "empty value", "an empty value says nothing, and may be taken for everything.")
REPEATED = Kind(
    "RB111", "repeated value", "a value that stands twice is often one that was meant to be another."
)
NOT_ONE_AUDIENCE = Kind(
    "RB112", "unclear who is addressed", "a step has either an audience or filters of its own."
)
UNKNOWN_CHANNEL = Kind("RB113", "unknown channel", "the channel decides which keys a step has.")
TEMPLATE_HERE = Kind(
    "RB114", "template not allowed here", "what a runbook is and when it acts can be read without its inputs."
)
SPECIAL_WORD = Kind(
    "RB115", "special word from a template", "everybody, or no limit, is never the outcome of an input."
)
MORE = Kind("RB149", "too many findings", "so many have one cause, or it is another sort of file.")

Where: TypeAlias = Literal["key", "value", "missing"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A finding by its path; ``missing``: at the mapping that lacks something."""

    kind: Kind
    path: Path
    where: Where
    message: str
    help: str


class Broken(NamedTuple):
    """A rule of the schema that a value breaks; ``inner``: why each branch of a choice does not fit."""

    rule: str
    bound: Any
    value: Json
    schema: Mapping[str, Any]
    path: Path
    examples: tuple[Json, ...] = ()
    inner: tuple[tuple[int, "Broken"], ...] = ()

    @property
    def key(self) -> str:
        """What the author calls the value: its key, or the key of the list that it stands in."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "runbook")

    @property
    def role(self) -> str:
        """The key, where it is one of a step or an audience and no name that the author chose."""
        match self.path:
            case ("steps", int(), str(key)) | ("audiences", str(), str(key)):
                return key
            case _:
                return ""

    @property
    def is_filter(self) -> bool:
        """Whether the value is one of the filters or below them."""
        return self.path[2:3] == ("filters",) and len(self.path) > len(("steps", 0, "filters"))

    @property
    def is_item(self) -> bool:
        """Whether the value stands in a list."""
        return bool(self.path) and isinstance(self.path[-1], int)

    def breaks(self, kind: Kind, message: str, mend: str) -> Fault:
        """Make a fault at the value itself."""
        return Fault(kind, self.path, "value", message, mend)
