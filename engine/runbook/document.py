"""A text that was read: its data, and the place in the text of every key and value."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import field
from functools import cached_property
from typing import TypeAlias

from engine.diagnostics import Diagnostic, Json, Kind, Path, Span
from engine.frozen import dataclass
from engine.runbook import secret
from engine.runbook.folds import stretch

Extent: TypeAlias = tuple[int, int]
"""A stretch of a text: its first character and one past its last, from 0."""

Fault: TypeAlias = tuple[Kind, int, int, str, str]
"""What is wrong with a text: kind, first character and one past the last, message, help."""

_LINE_BREAK = re.compile(r"\r\n?|\n")


class Lines:
    """The lines of a text; found when they are first asked for, because a faultless text needs none."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: array[int] = array("I")
        self._end = 0

    def span(self, start: int, end: int) -> Span:
        """Turn positions into a span on the line where it starts, inside what is written there.

        A place behind everything that is written moves back to the end of the last written line.
        """
        number = bisect_right(self._index(), min(start, self._end))
        first = self._starts[number - 1]
        width = len(self.line(number))
        column = min(min(start, self._end) - first, width)
        end_column = max(column, min(end - first, width))
        return Span(number, column + 1, number, end_column + 1)

    def line(self, number: int) -> str:
        """Give the text of a line, counted from 1, without its line break; empty past the last."""
        starts = self._index()
        if number > len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self._text)
        return self._text[starts[number - 1] : end].rstrip("\r\n")

    def shown(self, number: int) -> str:
        """Give the text of a line as a screen may show it: as long, with stars for what may be a secret."""
        line = self.line(number)
        return secret.stars(line) if number in self._below_secrets else secret.veiled(line)

    def finding(self, kind: Kind, file: str, span: Span, message: str, help: str) -> Diagnostic:  # noqa: A002 - the field's name
        """Make a finding about the text that does not repeat a secret of the line where it stands."""
        if self._may_hide:
            words = secret.words(self.line(span.line), is_whole=span.line in self._below_secrets)
            message, help = secret.without(words, message), secret.without(words, help)  # noqa: A001 - the same
        return Diagnostic(kind, file, span, message, help)

    @cached_property
    def _may_hide(self) -> bool:
        return secret.may_stand_in(self._text)

    @cached_property
    def _below_secrets(self) -> frozenset[int]:
        """The lines on which a value goes on whose key names a secret."""
        texts = re.split(_LINE_BREAK, self._text) if self._may_hide else []
        return frozenset(secret.below(texts))

    def _index(self) -> "array[int]":
        if not self._starts:
            starts = array("I", (0,))
            starts.extend(found.end() for found in _LINE_BREAK.finditer(self._text))
            self._end = len(self._text.rstrip())
            self._starts = starts  # last and whole, because another thread may ask meanwhile
        return self._starts


class Places:
    """Where the entries of every collection of a document stand, in characters.

    Kept apart from the data, so that the data stay plain; one array for all of it, because
    10,000 steps have some 200,000 entries. A collection is known by its identity: the owner
    of the places keeps the data alive and unchanged.
    """

    __slots__ = ("_first", "_ranks", "_spots", "_unsorted", "root")

    def __init__(self) -> None:
        self.root: Extent = (0, 0)
        self._spots: array[int] = array("I")
        self._first: dict[int, int] = {}
        self._ranks: dict[int, dict[str, int]] = {}
        self._unsorted: tuple[Json, array[int]] | None = None

    @classmethod
    def along(cls, data: Json, spots: "array[int]") -> "Places":
        """Take places in the order of the text: where each thing begins, what it holds, where it ends.

        They are shared out among the collections once somebody asks: of a sound text nobody does.
        """
        places = cls()
        places.root, places._unsorted = (spots[0], spots[-1]), (data, spots)
        return places

    def record(self, collection: object, spots: "array[int]") -> None:
        """Keep the places of a collection's entries: of a key and a value by turns, or of items."""
        self._first[id(collection)] = len(self._spots)
        self._spots.extend(spots)

    def marks(self) -> frozenset[int]:
        """Give where keys, values and items begin and end, all in one."""
        self._sort()
        return frozenset(self._spots)

    def taken(self, data: Json) -> list[int | None]:
        """Give what is known of each collection in the order of the data, which outlives their identities."""
        self._sort()
        return [self._first.get(id(each)) for each in _collections(data)]

    def given(self, data: Json, known: list[int | None]) -> "Places":
        """Give the same places for a copy of the data."""
        copy = Places()
        copy.root, copy._spots = self.root, self._spots
        pairs = zip(_collections(data), known, strict=True)
        copy._first = {id(each): first for each, first in pairs if first is not None}
        return copy

    def find(self, data: Json, path: Path) -> tuple[Extent, Extent, Json]:
        """Give the places of a key and of its value, and the value itself.

        What has no key, a list's item or the root, takes its own first key instead, or itself.
        Where the path leads nowhere, the nearest entry around is given, and no value.
        """
        self._sort()
        owner: Extent | None = None
        extent = self.root
        for part in path:
            if isinstance(data, dict) and isinstance(part, str) and part in data:
                at = self._first[id(data)] + 4 * self._rank(data, part)
                owner, extent, data = self._extent(at), self._extent(at + 2), data[part]
            elif isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data):
                at = self._first[id(data)] + 2 * part
                owner, extent, data = None, self._extent(at), data[part]
            else:
                return owner or self._first_key(data) or extent, extent, None
        return owner or self._first_key(data) or extent, extent, data

    def _sort(self) -> None:
        if unsorted := self._unsorted:
            data, spots = unsorted
            shared = Places()
            shared._share(data, iter(spots[1:-1]))
            self._spots, self._first = shared._spots, shared._first
            self._unsorted = None  # last, because another thread may ask meanwhile

    def _share(self, node: Json, spots: Iterator[int]) -> None:
        """Give a collection and those in it their part of the places that follow."""
        own: array[int] = array("I")
        for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            if isinstance(node, dict):
                own.extend((next(spots), next(spots)))
            own.append(next(spots))
            if isinstance(each, dict | list):
                self._share(each, spots)
            own.append(next(spots))
        self.record(node, own)

    def _first_key(self, data: Json) -> Extent | None:
        if isinstance(data, dict) and data:
            return self._extent(self._first[id(data)])
        return None

    def _extent(self, at: int) -> Extent:
        return self._spots[at], self._spots[at + 1]

    def _rank(self, mapping: dict[str, Json], key: str) -> int:
        ranks = self._ranks.get(id(mapping))
        if ranks is None:  # once a mapping: with one finding a key, looking each time would be quadratic
            ranks = self._ranks[id(mapping)] = {name: rank for rank, name in enumerate(mapping)}
        return ranks[key]


def _collections(data: Json) -> Iterator[Json]:
    """Walk over the mappings and lists of the data, in their order."""
    if isinstance(data, dict | list):
        yield data
        for each in data.values() if isinstance(data, dict) else data:
            yield from _collections(each)


@dataclass(frozen=True, slots=True)
class Document:
    """A runbook's text, what was read from it, and what was wrong with it.

    ``data`` is None where nothing is left that could be checked further. A path in ``faulted``
    already bears a finding: another one about that same key, value, or mapping and what it
    lacks is a consequence. ``text`` is the decoded text without a byte order mark.
    """

    file: str
    text: str
    data: dict[str, Json] | None
    diagnostics: tuple[Diagnostic, ...] = ()
    faulted: frozenset[Path] = frozenset()
    lines: Lines = field(default_factory=lambda: Lines(""), repr=False, compare=False)
    places: Places = field(default_factory=Places, repr=False, compare=False)

    def __reduce__(self) -> tuple[object, ...]:
        # A copy, in this process or another one, finds its places although its data are other objects.
        told = self.file, self.text, self.data, self.diagnostics, self.faulted
        return _copied, (*told, self.places, self.places.taken(self.data))

    def key_span(self, path: Path) -> Span:
        """Give the place of a key; for a list's item or the root, of its first key, else of itself.

        A path that leads nowhere gives the place of the nearest entry around it.
        """
        return self.lines.span(*self.places.find(self.data, path)[0])

    def value_span(self, path: Path) -> Span:
        """Give the place of a value, as far as its first line goes."""
        return self.lines.span(*self.places.find(self.data, path)[1])

    def span_inside(self, path: Path, start: int, end: int) -> Span:
        """Give the place of some characters of a text value, as far as their first line goes.

        ``start`` and ``end`` count in the value, the end exclusive.
        """
        _, (first, last), value = self.places.find(self.data, path)
        if isinstance(value, str):
            start, end = stretch(self.text[first:last], value, start, end)
            return self.lines.span(first + start, first + end)
        return self.lines.span(first, last)

    def missing_span(self, path: Path) -> Span:
        """Give the place to report what a mapping lacks: the key that owns it, at the root line 1."""
        if path:
            return self.key_span(path)
        return Span(1, 1, 1, max(2, len(self.lines.line(1)) + 1))

    def finding(self, kind: Kind, span: Span, message: str, help: str) -> Diagnostic:  # noqa: A002 - the field's name
        """Make a finding about this file."""
        return self.lines.finding(kind, self.file, span, message, help)


def _copied(
    file: str,
    text: str,
    data: dict[str, Json] | None,
    diagnostics: tuple[Diagnostic, ...],
    faulted: frozenset[Path],
    places: Places,
    known: list[int | None],
) -> Document:
    return Document(file, text, data, diagnostics, faulted, Lines(text), places.given(data, known))
