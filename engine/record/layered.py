"""A mapping whose copies with one item more share what they have in common; pure.

A run's state holds every step, and each send makes two states more. Copying a dict of all steps for
each would take a third of the time of a run of some thousand steps.
"""

from collections.abc import Iterator, Mapping
from typing import TypeVar

_Value = TypeVar("_Value")

_FEW = 64
"""So many items are copied as a dict in less time than it takes to look into two."""


def with_item(items: Mapping[str, _Value], key: str, value: _Value) -> Mapping[str, _Value]:
    """Give the items with one set, and leave them as they are; a dict while they are few."""
    if isinstance(items, Layered):
        below, above = items.below, {**items.above, key: value}
    elif len(items) < _FEW:
        return {**items, key: value}
    else:
        below, above = items, {key: value}
    return Layered(below, above) if len(above) < _FEW else Layered({**below, **above}, {})


class Layered(Mapping[str, _Value]):
    """What stands ``below``, but for the few items ``above`` it; neither is ever changed."""

    __slots__ = ("above", "below")

    def __init__(self, below: Mapping[str, _Value], above: Mapping[str, _Value]) -> None:
        self.below = below
        self.above = above

    def __getitem__(self, key: str) -> _Value:
        return self.above[key] if key in self.above else self.below[key]

    def __iter__(self) -> Iterator[str]:
        yield from self.below
        yield from (key for key in self.above if key not in self.below)

    def __len__(self) -> int:
        return len(self.below) + sum(key not in self.below for key in self.above)

    def __repr__(self) -> str:
        return repr(dict(self))
