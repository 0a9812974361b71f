"""Random events of every kind, made from the annotations of their classes."""

from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from types import UnionType
from typing import Any, get_args

from hypothesis import strategies as st

from engine.diagnostics import Json
from engine.record.event import Event
from engine.record.event_json import KINDS, TEXTS
from engine.record.outcome import Counts, Outcome

instants = st.datetimes(timezones=st.just(UTC))
numbers = st.integers(0, 2**53)
texts = st.text(max_size=20) | st.text(st.characters(), max_size=5)
"""The second kind holds halves of characters, too."""

jsons: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def values(kind: Any) -> st.SearchStrategy[Any]:  # noqa: ANN401  (an annotation)
    """Any value that a field of this annotation may hold."""
    if isinstance(kind, UnionType):
        return st.one_of(*(values(option) for option in get_args(kind)))
    if kind in (Counts, Outcome):
        return records(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(kind)
    plain: dict[Any, st.SearchStrategy[Any]] = {
        TEXTS: st.lists(texts, max_size=3).map(tuple),
        str: texts,
        int: numbers,
        bool: st.booleans(),
        datetime: instants,
        type(None): st.none(),
    }
    return plain[kind] if kind in plain else st.dictionaries(texts, jsons, max_size=3)


def records(made: type) -> st.SearchStrategy[Any]:
    """Any value of a class of events, or of what they are made of."""
    return st.builds(made, **{each.name: values(each.type) for each in fields(made)})


def events() -> st.SearchStrategy[Event]:
    """Any event of any kind."""
    return st.sampled_from(sorted(KINDS)).flatmap(lambda kind: records(KINDS[kind]))
