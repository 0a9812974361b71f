"""Where every value of a text stands, and how it is spelt: a tree made of the parser's events."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.runbook.parsed import Event

_MAPPING, _LIST, _SCALAR = "MappingStartEvent", "SequenceStartEvent", "ScalarEvent"
_ENDS = ("MappingEndEvent", "SequenceEndEvent")


@dataclass(slots=True)
class Node:
    """A value from ``start`` to ``end``, in characters; of a collection, what it holds: keys with values.

    An item of a list has no key; a scalar has no ``pairs``. ``style``: the quote, or the | or > of a block
    of text; None where there is none.
    """

    start: int
    column: int
    end: int
    says: str = ""
    style: str | None = None
    is_flow: bool = False
    is_list: bool = False
    pairs: "list[tuple[Node | None, Node]] | None" = None
    key: "Node | None" = field(default=None, repr=False)

    @property
    def is_block(self) -> bool:
        """Whether it is a collection without brackets."""
        return self.pairs is not None and not self.is_flow

    def hold(self, part: "Node") -> None:
        """Take a key, or the value of the key that was taken, or an item."""
        assert self.pairs is not None, "only a collection holds anything"
        if not self.is_list and self.key is None:
            self.key = part
        else:
            self.pairs.append((self.key, part))
            self.key = None


def compose(events: Iterable[Event]) -> tuple[Node, list[Node]]:
    """Give the root of a text that was read without findings, and all keys and values that hold no others."""
    scalars: list[Node] = []
    opened = [Node(0, 0, 0, is_list=True, pairs=[])]
    for event in events:
        sort = event.__class__.__name__
        if sort in _ENDS:
            opened.pop().end = event.end_mark.index
        elif sort == _SCALAR:
            start, end = event.start_mark, event.end_mark.index
            # libyaml gives "" for no style at all.
            node = Node(start.index, start.column, end, event.value, event.style or None)
            scalars.append(node)
            opened[-1].hold(node)
        elif sort in (_MAPPING, _LIST):
            start = event.start_mark
            is_flow, is_list = bool(event.flow_style), sort == _LIST
            node = Node(start.index, start.column, start.index, is_flow=is_flow, is_list=is_list, pairs=[])
            opened[-1].hold(node)
            opened.append(node)
    whole = opened[0].pairs
    assert whole, "what was read without findings has keys at the top"
    return whole[0][1], scalars
