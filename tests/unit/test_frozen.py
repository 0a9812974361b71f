"""Our frozen classes do what the standard decorator's do."""

import copy
import dataclasses
import pickle
from dataclasses import field

import pytest

from engine.frozen import dataclass, replace


@dataclass(frozen=True, slots=True)
class Point:
    """Two numbers, and where they were written."""

    x: int
    y: int = 2
    at: tuple[int, int] = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Other:
    """Looks like a point."""

    x: int
    y: int = 2


@dataclass(frozen=True, slots=True, order=True)
class Ranked:
    """Can be sorted."""

    rank: int


@dataclass(frozen=True, slots=True)
class Derived:
    """Has a default that is made anew, and a field that is computed."""

    names: list[str] = field(default_factory=list)
    count: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "count", len(self.names))


def test_defaults_are_made_anew_and_fields_computed() -> None:
    """``default_factory``, ``init=False`` and ``__post_init__``."""
    assert Derived().names is not Derived().names
    assert Derived(["a", "b"]).count == 2
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]


def test_equal_by_type_and_compared_fields() -> None:
    """Another type is never equal, and a field that is not compared does not count."""
    assert Point(1) == Point(1, 2, at=(5, 5))
    assert hash(Point(1)) == hash(Point(1, at=(5, 5)))
    assert Point(1) != Point(2)
    assert len({Point(1), Other(1), Point(1, 2)}) == 2


def test_nothing_can_be_changed() -> None:
    """Neither a field nor anything else."""
    point = Point(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.x = 5  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    with pytest.raises(dataclasses.FrozenInstanceError):
        point.z = 5  # type: ignore[attr-defined]


def test_replace_changes_the_copy_alone() -> None:
    """Both ours and the standard one."""
    for change in (replace, dataclasses.replace):
        point = Point(1, at=(7, 8))
        assert change(point, y=5) == Point(1, 5)
        assert change(point, y=5).at == (7, 8)
        assert point == Point(1)
    with pytest.raises(AssertionError):
        replace(Point(1), z=3)  # type: ignore[call-arg]


def test_shown_matched_copied_and_pickled() -> None:
    """As usual."""
    point = Point(1, 3)
    assert repr(point) == "Point(x=1, y=3, at=(0, 0))"
    assert copy.copy(point) == copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point  # noqa: S301
    match point:
        case Point(x, y):
            assert (x, y) == (1, 3)
    assert [each.name for each in dataclasses.fields(point)] == ["x", "y", "at"]


def test_sorted_where_asked_for() -> None:
    """Only classes that say so have an order."""
    assert sorted([Ranked(2), Ranked(1)]) == [Ranked(1), Ranked(2)]
    with pytest.raises(TypeError):
        sorted([Point(2), Point(1)])  # type: ignore[type-var]


def test_the_first_values_are_made_like_all_others() -> None:
    """``__init__`` is compiled after some values; before and after, it takes and refuses the same."""

    @dataclass(frozen=True, slots=True)
    class Pair:
        """Made for this test alone, so that nobody made one before."""

        x: int
        names: tuple[str, ...] = ()
        more: list[int] = field(default_factory=list)

    for _ in range(100):
        assert Pair(1) == Pair(x=1) == Pair(1, (), []) == Pair(more=[], x=1)
        assert Pair(1, names=("a",)).names == ("a",)
        assert Pair(1).more is not Pair(1).more
    for given, named in (((), {}), ((1, (), [], 4), {}), ((1,), {"x": 1}), ((1,), {"y": 1})):
        for pair in (Pair, _fresh()):
            with pytest.raises(TypeError):
                pair(*given, **named)


def _fresh() -> type:
    """Give a class of which no value was made yet."""

    @dataclass(frozen=True, slots=True)
    class Fresh:
        """The same fields."""

        x: int
        names: tuple[str, ...] = ()
        more: list[int] = field(default_factory=list)

    return Fresh
