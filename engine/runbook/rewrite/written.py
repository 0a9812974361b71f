"""What is written in a YAML file as a person sees it: values as they are spelt, comments about them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from engine.frozen import dataclass as frozen


@frozen(frozen=True, slots=True)
class Comment:
    """A comment from its # on, where it begins, and whether an empty line stands before it."""

    at: int
    text: str
    column: int
    has_gap: bool


@frozen(frozen=True, slots=True)
class Scalar:
    """A text, number or word: as it is spelt, what it says, and how it is quoted (None: not at all).

    ``column``: of what holds it, from which the indent of a block of text is counted.
    """

    spelt: str
    says: str
    style: str | None
    column: int
    ends_file: bool

    @property
    def is_block(self) -> bool:
        """Whether it is a block of text under a | or >."""
        return self.style in ("|", ">")


@dataclass(slots=True)
class Entry:
    """A key with its value, or an item of a list, and what people wrote about it."""

    key: Scalar | None
    value: "Node"
    above: list[Comment] = field(default_factory=list)
    beside: list[Comment] = field(default_factory=list)
    has_gap: bool = False

    def say_beside(self, comment: list[Comment]) -> None:
        """Put a comment beside it; one that stood there moves up."""
        if comment:
            self.above += self.beside
            self.beside = comment


@dataclass(slots=True)
class Collection:
    """A mapping or a list, and the comments below its last entry.

    ``is_flow``: written in brackets; ``column``: where its keys or dashes stand.
    """

    is_list: bool
    is_flow: bool
    column: int
    entries: list[Entry] = field(default_factory=list)
    below: list[Comment] = field(default_factory=list)

    def get(self, key: str) -> "Node | None":
        """Give a key's value; None where there is no such key."""
        return next((one.value for one in self.entries if one.key and one.key.says == key), None)


Node: TypeAlias = Scalar | Collection


def comments(node: Node) -> Iterator[Comment]:
    """Give every comment in a value."""
    if isinstance(node, Collection):
        for entry in node.entries:
            yield from (*entry.above, *entry.beside)
            yield from comments(entry.value)
        yield from node.below
