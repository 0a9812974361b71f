"""Events as JSON and back: exact, closed, and the same text on any machine.

A field that holds its default is left out, so a default is part of the format: it never changes.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from datetime import datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, NamedTuple, get_args

from engine.diagnostics import Json
from engine.record.event import Event
from engine.record.instant import instant_of, text_of
from engine.record.outcome import Counts, Outcome
from engine.refusal import Exit, Refusal


def _kind(event: type) -> str:
    return re.sub("(?<=.)(?=[A-Z])", "_", event.__name__).lower()


KINDS: Mapping[str, type[Event]] = {_kind(event): event for event in get_args(Event)}
"""Every kind of event, by the name that the run log knows it by."""

TEXTS = tuple[str, ...]
"""The annotation of a field that holds several texts."""

_NAMES: Mapping[type, str] = {event: kind for kind, event in KINDS.items()}


def kind_of(event: Event) -> str:
    """Give the event's kind: ``send_intended`` of a ``SendIntended``."""
    return _NAMES[type(event)]


def to_json(event: Event) -> dict[str, Json]:
    """Give an event as schemas/event.v1.schema.json describes it: ``kind``, ``at`` and its fields."""
    return {"kind": kind_of(event), "at": text_of(event.at), **_RECORDS[type(event)].write(event)}


def body_text(event: Event) -> str:
    """Write an event's fields, without its kind and instant, as one line of JSON with its keys in order.

    Halves of characters, which an argument of the command line can bring, are written as escapes:
    UTF-8 cannot hold them, and no outcome may stay unwritten for a stray byte in a reason.
    """
    body = _RECORDS[type(event)].write(event)
    text = _WRITER.encode(body)
    return text if text.isascii() or _is_utf8(text) else _ESCAPING_WRITER.encode(body)


def from_json(kind: str, at: str, body: Mapping[str, Json]) -> Event:
    """Read an event back; ``Refusal`` (14) where it is damaged, or of a newer version."""
    event = KINDS.get(kind)
    if event is None:
        raise _newer(f"an event of the kind {kind!r}")
    try:
        made: Event = _RECORDS[event].read(body, at=instant_of(at))
    except (AttributeError, TypeError, ValueError) as error:
        message = f"the run log holds an event that cannot be read: {kind} of {at}: {error}"
        raise Refusal(message, "go on with a copy of the run log that is whole", Exit.LEASE_OR_LOG) from None
    return made


def _newer(what: str) -> Refusal:
    return Refusal(
        f"the run log holds {what}, which this version does not know",
        "a newer version of runbook wrote it: go on with that one, or a later one",
        Exit.LEASE_OR_LOG,
    )


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


_FORM: dict[str, Any] = {"sort_keys": True, "separators": (",", ":"), "allow_nan": False}
_WRITER = json.JSONEncoder(**_FORM, ensure_ascii=False)
_ESCAPING_WRITER = json.JSONEncoder(**_FORM)

# ------------------------------------------------ the table: each field of each kind, by its annotation

_Turn = Callable[[Any], Any]


class _Column(NamedTuple):
    """A field: its default (``MISSING``: it is always written), and how it is written and read."""

    name: str
    default: object
    write: _Turn | None
    read: _Turn


class _Record:
    """How one class is written and read, worked out once from its annotations."""

    def __init__(self, made: type, *, apart: frozenset[str] = frozenset()) -> None:
        self._made = made
        self._columns = tuple(_column(each) for each in fields(made) if each.name not in apart)
        self._readers = {column.name: column.read for column in self._columns}

    def write(self, value: object) -> dict[str, Json]:
        body: dict[str, Json] = {}
        for name, default, write, _ in self._columns:
            held = getattr(value, name)
            if held is default or (type(held) is type(default) and held == default):
                continue
            body[name] = held if write is None or held is None else write(held)
        return body

    def read(self, body: Mapping[str, Json], **apart: object) -> Any:  # noqa: ANN401  (the class it was made for)
        known: dict[str, object] = {}
        for name, written in body.items():
            if name not in self._readers:
                raise _newer(f"the field {name!r} of a {_kind(self._made)}")
            known[name] = self._readers[name](written)
        return self._made(**apart, **known)


def _column(about: Field[Any]) -> _Column:
    default = about.default if about.default_factory is MISSING else about.default_factory()
    options = get_args(about.type) if isinstance(about.type, UnionType) else (about.type,)
    kind = next(option for option in options if option is not NoneType)
    write, read = _turns(kind)
    return _Column(about.name, default, write, _or_none(read) if NoneType in options else read)


def _turns(kind: Any) -> tuple[_Turn | None, _Turn]:  # noqa: ANN401  (an annotation)
    """Give how values of a type are written (None: as they are) and read."""
    if kind is datetime:
        return text_of, instant_of
    if kind == TEXTS:
        return list, _texts
    if kind is Outcome:
        return _OUTCOME.write, _OUTCOME.read
    if kind is Counts:
        return Counts.to_json, _COUNTS.read
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return (lambda word: word.value), _word(kind)
    return None, _exactly(kind if isinstance(kind, type) else dict)


def _texts(written: object) -> tuple[str, ...]:
    return tuple(map(_TEXT, _exactly(list)(written)))


def _or_none(read: _Turn) -> _Turn:
    return lambda written: None if written is None else read(written)


def _exactly(kind: type) -> _Turn:
    def read(written: object) -> object:
        if type(written) is not kind:  # a bool is no int here
            raise TypeError(f"{str(written)[:40]!r} is no {kind.__name__}")
        return written

    return read


def _word(kind: type[StrEnum]) -> _Turn:
    words = {word.value: word for word in kind}

    def read(written: object) -> StrEnum:
        if isinstance(written, str) and written not in words:
            raise _newer(f"the word {written!r} as a {_kind(kind)}")
        return words[_TEXT(written)]

    return read


_TEXT = _exactly(str)
_COUNTS = _Record(Counts)
_OUTCOME = _Record(Outcome)
_RECORDS = {event: _Record(event, apart=frozenset({"at"})) for event in KINDS.values()}
