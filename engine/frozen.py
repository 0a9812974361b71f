"""``dataclass(frozen=True, slots=True)`` whose classes are made in a quarter of the time.

A frozen class of the standard library has six methods, each compiled from text when its module is
imported: 0.5 ms a class, 40 ms a plan (docs/decisions/0016). Here only ``__init__`` is compiled; the
rest is shared. To type checkers it is the standard decorator, and to ``dataclasses.fields`` and
``replace`` its classes are ordinary dataclasses.
"""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

_Class = TypeVar("_Class", bound=type)
_Value = TypeVar("_Value")

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def replace(value: _Value, /, **changes: object) -> _Value:
        """Give a copy with some fields changed; ``__init__`` is not called, so nothing is computed anew."""
        new = object.__new__(type(value))
        names = value.__slots__
        assert changes.keys() <= set(names), "only fields can be changed"
        for name in names:
            object.__setattr__(new, name, changes[name] if name in changes else getattr(value, name))
        return new

    def dataclass(*, frozen: bool, slots: bool, order: bool = False) -> Callable[[_Class], _Class]:
        """Make a frozen class with slots, equal to others of its own type by its compared fields."""
        assert frozen, "only frozen classes are made here"
        assert slots, "only classes with slots are made here"

        def make(cls: _Class) -> _Class:
            made = dataclasses.dataclass(repr=False, eq=False, slots=True)(cls)
            names = tuple(each.name for each in dataclasses.fields(made))
            made.__compared__ = tuple(each.name for each in dataclasses.fields(made) if each.compare)
            shared = {**_SHARED, **(_ORDERED if order else {})}
            for name, method in shared.items():
                if name not in cls.__dict__:
                    setattr(made, name, method)
            assert names == tuple(made.__slots__), "inherited fields are not needed here"
            return made

        return make


def _values(value: Any) -> tuple[object, ...]:  # noqa: ANN401  (any class that this module made)
    return tuple(getattr(value, name) for name in value.__compared__)


def _equal(self: object, other: object) -> bool:
    return _values(self) == _values(other) if type(self) is type(other) else NotImplemented


def _hash(self: object) -> int:
    return hash((type(self), _values(self)))


def _repr(self: Any) -> str:  # noqa: ANN401
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
    return f"{type(self).__qualname__}({shown})"


def _set_once(self: object, name: str, value: object) -> None:
    """Let ``__init__`` fill the fields, and nobody change them."""
    if hasattr(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _never_delete(_self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _less(self: object, other: object) -> bool:
    return _values(self) < _values(other) if type(self) is type(other) else NotImplemented


_SHARED = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _set_once,
    "__delattr__": _never_delete,
}
_ORDERED = {"__lt__": _less}

__all__ = ["dataclass", "replace"]
