"""A mapping that shares what its copies have in common is a dict in all but its cost."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from engine.record.layered import Layered, with_item

_CHANGES = st.lists(st.tuples(st.integers(0, 200), st.integers()), max_size=400)


@given(_CHANGES)
def test_it_holds_what_a_dict_would_hold(changes: list[tuple[int, int]]) -> None:
    """Whatever is set, in whatever order: the same keys in the same order, the same values."""
    made: Mapping[str, int] = {}
    expected: dict[str, int] = {}
    for key, value in changes:
        before, held = made, dict(made)
        made = with_item(made, str(key), value)
        expected[str(key)] = value
        assert dict(before) == held
    assert list(made.items()) == list(expected.items())
    assert len(made) == len(expected)
    assert made == expected
    assert made.get("none") is None


def test_few_items_are_a_dict() -> None:
    """Trees of plans make many small states: those stay as cheap as they are."""
    assert type(with_item({"a": 1}, "b", 2)) is dict


def test_many_items_are_not_copied_for_one_more() -> None:
    """What lies below is the very same mapping."""
    below = {str(number): number for number in range(1_000)}
    made = with_item(with_item(below, "1", 0), "new", 1)
    assert isinstance(made, Layered)
    assert made.below is below
    assert (made["1"], made["new"], len(made)) == (0, 1, 1_001)
