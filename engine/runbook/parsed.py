"""What both parsers of PyYAML, the one in C and the one in Python, say of a piece of YAML."""

from typing import Protocol


class Mark(Protocol):
    """A place in the text."""

    index: int
    column: int


class Event(Protocol):
    """What the events of both parsers have; each only what belongs to its sort."""

    start_mark: Mark
    end_mark: Mark
    anchor: str | None
    tag: str | None
    value: str
    implicit: tuple[bool, bool]
    style: str | None
    flow_style: bool | None
