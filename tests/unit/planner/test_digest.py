"""The digest is that of the canonical form, whichever way it was written."""

import hashlib

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Json
from engine.planner.digest import digest

NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.text(st.characters(max_codepoint=0x7F))
ANY = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda parts: st.lists(parts) | st.dictionaries(TEXTS, parts),
)


@given(ANY)
def test_digest_is_of_the_canonical_form(content: Json) -> None:
    """Python's encoder is used only where it writes what RFC 8785 asks for."""
    assert digest(content) == f"sha256:{hashlib.sha256(rfc8785.dumps(content)).hexdigest()}"


@pytest.mark.parametrize(
    "content",
    [
        {"b": 1, "a": [None, True, '\n\x1f\x7f"\\/']},
        {"limit": 1.0},
        {"limit": 1e21},
        {"limit": -0.0},
        {"text": "1.5 and 2e3"},
        {"\U0001f600": 1, "\ufb33": 2},
        {"नाम": "पुणे"},
    ],
)
def test_each_way_of_writing(content: Json) -> None:
    """Fractions, letters beyond ASCII and the order of their keys are left to the library."""
    assert digest(content) == f"sha256:{hashlib.sha256(rfc8785.dumps(content)).hexdigest()}"


@pytest.mark.parametrize("number", [2**53, -(2**53), float("nan"), float("inf")])
def test_a_number_that_readers_of_json_take_otherwise_has_no_digest(number: float) -> None:
    """Two plans that differ would be told to be the same."""
    with pytest.raises(ValueError):  # noqa: PT011  (whose it is does not matter)
        digest({"limit": number})
