"""Texts from which hashes are made are those that others make: the same bytes, by other code."""

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from engine.audit import canonical
from engine.audit.known import COUNTS, FIELDS, STATUSES
from engine.diagnostics import Json
from engine.record.event import Event
from engine.record.event_json import KINDS, body_text, to_json
from engine.record.outcome import Counts, SendStatus
from tests.properties.events import events

numbers = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
jsons: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | numbers | letters,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=4),
    max_leaves=8,
)


@given(jsons)
@example([1e16, 1e21, 1e-6, 1e-7, 5.0, -0.0, 123456789012345680000.0, 0.1, 1.5e300])
@example({"\U0001f600": 1, "\uffff": 2, "a": "1e5 is no number"})
def test_canonical_json_is_that_of_the_rfc(value: Json) -> None:
    """As a library writes it that does nothing else."""
    assert canonical.canonical(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), [2**60], {"a": 10**400}])
def test_numbers_that_readers_would_change_have_no_digest(value: Json) -> None:
    """The RFC refuses them, and so does the check."""
    with pytest.raises(ValueError, match="too large"):
        canonical.digest(value)


@given(events())
def test_the_body_of_an_event_is_made_again_from_its_fields(event: Event) -> None:
    """An export carries fields, and hashes cover the text: it is the same text, halves of letters too."""
    fields = {name: held for name, held in to_json(event).items() if name not in ("kind", "at")}
    assert canonical.body_text(fields) == body_text(event)


def test_every_kind_of_event_is_known_with_its_fields() -> None:
    """A field or a kind that is new must be known to the check, or it calls its own log newer."""
    made = {kind: frozenset(held.__dataclass_fields__) - {"at"} for kind, held in KINDS.items()}
    assert made == FIELDS


def test_words_of_outcomes_are_known() -> None:
    """The statuses and the numbers of an outcome are those of the record."""
    assert frozenset(SendStatus) == STATUSES
    assert Counts.__slots__ == COUNTS
