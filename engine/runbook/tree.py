"""Data while they are read: the open collections, and the places of what they hold so far."""

from array import array
from sys import intern
from typing import TypeAlias

from engine.diagnostics import Json, Path
from engine.runbook.document import Extent, Places

Collection: TypeAlias = dict[str, Json] | list[Json]

MAX_DEPTH = 50
MAX_KEYS = 10_000  # different ones: names of inputs, audiences and columns, with room for notes

_AS_KEY = object()
"""The key of a collection that stands where a key should be."""
_DROPPED = object()
"""The key of an entry whose value is read, but not kept."""


class Tree:
    """A document's data, entry by entry in the order of the text, without recursion.

    ``node`` is the innermost open collection. A key is named, then its value is put; what is
    put into a list is its next item. ``wants_key`` tells whether a key is due; it is an
    attribute, because it is asked for at every word of the text. The root is the one item of
    a holder.
    """

    __slots__ = ("_holder", "_key", "_key_at", "_spots", "_stack", "node", "places", "wants_key")

    def __init__(self) -> None:
        self.places = Places()
        self._holder: list[Json] = []
        self.node: Collection = self._holder
        self.wants_key = False
        self._key: object = None  # the key that waits for its value; None where a key or an item is due
        self._key_at: Extent = (0, 0)
        self._spots: array[int] = array("I")
        self._stack: list[tuple[Collection, object, array[int]]] = []

    @property
    def depth(self) -> int:
        """How many collections are open."""
        return len(self._stack)

    def name(self, key: str, start: int, end: int) -> None:
        """Take the key of the entry that comes."""
        self._key, self._key_at = intern(key), (start, end)
        self.wants_key = False

    def drop(self) -> None:
        """Keep nothing of the entry that comes."""
        self._key = _DROPPED
        self.wants_key = False

    def put(self, value: Json, start: int, end: int) -> None:
        """Take the value of the key that waits, or the next item."""
        node = self.node
        if isinstance(node, list):
            node.append(value)
            self._spots.extend((start, end))
            return
        key, self._key, self.wants_key = self._key, None, True
        if key is not _DROPPED:
            node[key] = value  # type: ignore[index]  # always a text: to check would cost 200,000 calls
            self._spots.extend(self._key_at + (start, end))  # noqa: RUF005 - faster, and there are many

    def open(self, node: Collection, start: int, end: int) -> None:
        """Put an empty collection, and let the entries that come be its own."""
        key = self._key
        if self.wants_key:
            key = _AS_KEY
        else:
            self.put(node, start, end)
        self._stack.append((self.node, key, self._spots))
        self.node, self._key, self._spots = node, None, array("I")
        self.wants_key = isinstance(node, dict)

    def close(self, end: int) -> None:
        """End the innermost collection.

        One that is dropped leaves its identity, and with it its record, to one that comes later.
        """
        self.places.record(self.node, self._spots)
        self.node, key, self._spots = self._stack.pop()
        self._key = _DROPPED if key is _AS_KEY else None
        self.wants_key = key is not _AS_KEY and isinstance(self.node, dict)
        if key is not _AS_KEY and key is not _DROPPED:
            self._spots[-1] = end

    def path(self, *last: str) -> Path | None:
        """Give the path of the innermost collection, or of its entry ``last``; None in what is dropped."""
        return self._complete(last)

    def path_of_value(self) -> Path | None:
        """Give the path of the value that is about to be put; None in what is dropped."""
        if not self._stack:
            return ()
        return self._complete((len(self.node) if isinstance(self.node, list) else self._key,))

    def place_of(self, key: str) -> int:
        """Give where a key of the innermost collection stands."""
        return self._spots[4 * list(self.node).index(key)]

    def finish(self) -> Json:
        """Give the root, None where there is none; collections still open end where they are."""
        while self._stack:
            self.close(self._spots[-1] if self._spots else 0)
        if self._spots:
            self.places.root = (self._spots[0], self._spots[1])
        return self._holder[0] if self._holder else None

    def _complete(self, last: tuple[object, ...]) -> Path | None:
        around = (len(node) - 1 if isinstance(node, list) else key for node, key, _ in self._stack[1:])
        parts = (*around, *last)
        path = tuple(part for part in parts if isinstance(part, str | int))
        return path if len(path) == len(parts) else None
