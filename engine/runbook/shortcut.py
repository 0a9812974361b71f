"""The short way through a text in which nothing is odd, as in nearly every runbook that is read.

It knows nothing of faults: at the first sign of one it gives up, and `source` reads the text from its
start, with all its care. What it gives is what `source` gives, and of such a text there is nothing to find.
"""

import re
from array import array
from collections.abc import Callable
from sys import intern

import yaml

from engine.diagnostics import Json
from engine.runbook import pasted, traps
from engine.runbook.characters import unseen
from engine.runbook.document import Fault, Places
from engine.runbook.parsed import Event
from engine.runbook.scalars import DATE, Plain, Refusal, read_plain, refused_key
from engine.runbook.tree import MAX_DEPTH, MAX_KEYS, Collection

_SCALAR: type[object] = yaml.ScalarEvent
_MAPPING: type[object] = yaml.MappingStartEvent
_MAPPING_END: type[object] = yaml.MappingEndEvent
_LIST_END: type[object] = yaml.SequenceEndEvent
_END: type[object] = yaml.StreamEndEvent
_ESCAPES = re.compile(r"\\[uUx]")  # may stand for half a character, or for what is refused where it is seen


class _Odd(Exception):  # noqa: N818 - no error: the text is read the other way
    """Ends the short way."""


def read(text: str, get_event: Callable[[], Event]) -> tuple[dict[str, Json], Places] | None:
    """Give the data of a text and their places; None where it has to be read with care.

    ``get_event`` gives what the parser says of the text; what it raises passes through.
    """
    if next(unseen(text), None) or _ESCAPES.search(text) or (not text.isascii() and pasted.holds_any(text)):
        return None
    try:
        return _Reader(text, get_event).read()
    except _Odd:
        return None


class _Reader:
    """One reading of a text: what it gave so far.

    Most events are keys and words that came before: they are read in the two loops, without a call. A
    text that takes as many characters as it has stands there without quotes, anchor and tag.
    """

    def __init__(self, text: str, get_event: Callable[[], Event]) -> None:
        self.text = text
        self.get_event = get_event
        self.spots: array[int] = array("I")
        self.path: list[str | int] = []
        self.names: dict[str, str] = {}
        self.words: dict[str, Plain] = {}

    def read(self) -> tuple[dict[str, Json], Places]:
        self.get_event()  # the stream begins,
        self.get_event()  # the document begins, or the stream ends
        root = self.get_event()
        if root.__class__ is not _MAPPING:
            raise _Odd
        data = self._collection(root)
        assert isinstance(data, dict), "it began as a mapping"
        self.get_event()  # the document ends
        places = Places.along(data, self.spots)
        is_all = self.get_event().__class__ is _END
        if not is_all or next(traps.cut_off(self.text, places), None):
            raise _Odd
        return data, places

    def _collection(self, event: Event) -> Collection:
        # An alias has the anchor that it stands for, and no tag.
        if event.anchor is not None or event.tag is not None or len(self.path) >= MAX_DEPTH:
            raise _Odd
        self.spots.append(event.start_mark.index)
        return self._mapping() if event.__class__ is _MAPPING else self._list()

    def _mapping(self) -> dict[str, Json]:
        node: dict[str, Json] = {}
        get_event, add, names, words = self.get_event, self.spots.append, self.names, self.words
        while (event := get_event()).__class__ is _SCALAR:
            text, start, end = event.value, event.start_mark.index, event.end_mark.index
            add(start)
            add(end)
            key = names.get(text)
            if key is None or end - start != len(text):
                key = self._key(event, node)
            if key in node:
                raise _Odd
            value = get_event()
            if value.__class__ is _SCALAR:
                text, start, end = value.value, value.start_mark.index, value.end_mark.index
                add(start)
                add(end)
                is_known = text in words and end - start == len(text)
                node[key] = words[text] if is_known else self._value(value, start, end, node, key)
            else:
                self.path.append(key)
                node[key] = self._collection(value)
                self.path.pop()
        if event.__class__ is not _MAPPING_END:  # but an alias or a collection as a key
            raise _Odd
        add(event.end_mark.index)
        return node

    def _list(self) -> list[Json]:
        node: list[Json] = []
        get_event, add, words = self.get_event, self.spots.append, self.words
        while True:
            event = get_event()
            if event.__class__ is _SCALAR:
                text, start, end = event.value, event.start_mark.index, event.end_mark.index
                add(start)
                add(end)
                is_known = text in words and end - start == len(text)
                node.append(words[text] if is_known else self._value(event, start, end, node, len(node)))
            elif event.__class__ is _LIST_END:
                add(event.end_mark.index)
                break
            else:
                self.path.append(len(node))
                node.append(self._collection(event))
                self.path.pop()
        return node

    def _key(self, event: Event, node: Collection) -> str:
        """Judge a key that is new, in quotes, or marked."""
        key, is_plain = intern(event.value), event.implicit[0]
        is_name = refused_key(key) is None
        if event.anchor is not None or event.tag is not None or (is_plain and not is_name):
            raise _Odd
        if is_name:
            self.names[key] = key
        if len(self.names) > MAX_KEYS or len(node) >= MAX_KEYS:
            raise _Odd
        return key

    def _value(self, event: Event, start: int, end: int, node: Collection, last: str | int) -> Plain:
        """Judge a value that is new, or that words alone do not tell."""
        text = event.value
        if end - start != len(text) or not text:
            return self._written_otherwise(event, start, end, last)
        is_word = " " not in text
        is_lone = text[-1] in "'\"" and text.count(text[-1]) % 2 == 1
        if is_lone or text[0] == "-" or not (is_word or self.text[start:end] == text):
            self._refuse(traps.unquoted(self.text, text, (*self.path, last), start, end))
            is_word = False
        value = read_plain(text)
        if value is not text and isinstance(value, Refusal):
            self._excuse(value, node, last)
            return text
        if is_word:
            self.words[text] = value
        return value

    def _written_otherwise(self, event: Event, start: int, end: int, last: str | int) -> Plain:
        """Judge a value that is empty, in quotes, of several lines, or marked."""
        text, is_plain = event.value, event.implicit[0]
        if event.anchor is not None or event.tag is not None or (is_plain and event.style):
            raise _Odd
        if is_plain:
            self._refuse(traps.unquoted(self.text, text, (*self.path, last), start, end))
            value = read_plain(text)
            if isinstance(value, Refusal):
                raise _Odd
            return value
        if event.style == '"' and end - start - 2 != len(text):
            self._refuse(traps.escaped(self.text, text, (*self.path, last), start, end))
        return text

    def _excuse(self, refusal: Refusal, node: Collection, last: str | int) -> None:
        """Let a date stand without quotes where it is the default of an input that is a date."""
        match (*self.path, last):
            case ("inputs", str(), "default") if refusal.kind is DATE and isinstance(node, dict):
                if node.get("type") == "date":
                    return
        raise _Odd

    def _refuse(self, fault: Fault | None) -> None:
        if fault:
            raise _Odd
