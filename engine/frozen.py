"""``dataclass(frozen=True, slots=True)`` whose classes are made in a quarter of the time.

A frozen class of the standard library has six methods, each compiled from text when its module is
imported: 0.5 ms a class, 40 ms a plan (docs/decisions/0016). Here only ``__init__`` is compiled; the
rest is shared. To type checkers it is the standard decorator, and to ``dataclasses.fields`` and
``replace`` its classes are ordinary dataclasses.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

_Class = TypeVar("_Class", bound=type)
_Value = TypeVar("_Value")

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def replace(value: _Value, /, **changes: object) -> _Value:
        """Give a copy with some fields changed; ``__init__`` is not called, so nothing is computed anew."""
        cls = type(value)
        new = object.__new__(cls)
        fillers = _fillers.get(cls) or _learn(cls)
        assert changes.keys() <= fillers.keys(), "only fields can be changed"
        for name, fill in fillers.items():
            fill(new, changes[name] if name in changes else getattr(value, name))
        return new

    _fillers: dict[type, dict[str, Callable[[Any, object], None]]] = {}

    def _learn(cls: type) -> dict[str, Callable[[Any, object], None]]:
        """Keep what fills each slot of a class, past the method that refuses changes."""
        _fillers[cls] = {name: getattr(cls, name).__set__ for name in cls.__slots__}
        return _fillers[cls]

    def dataclass(*, frozen: bool, slots: bool, order: bool = False) -> Callable[[_Class], _Class]:
        """Make a frozen class with slots, equal to others of its own type by its compared fields."""
        assert frozen, "only frozen classes are made here"
        assert slots, "only classes with slots are made here"

        def make(cls: _Class) -> _Class:
            made = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
            fields = dataclasses.fields(made)
            made.__init__ = _initialiser(made, fields)
            made.__compared__ = _reader([each.name for each in fields if each.compare])
            for name, method in {**_SHARED, **(_ORDERED if order else {})}.items():
                if name not in cls.__dict__:
                    setattr(made, name, method)
            return made

        return make


def _initialiser(cls: Any, fields: tuple[dataclasses.Field[Any], ...]) -> Any:  # noqa: ANN401
    """Give an ``__init__`` that is compiled when the first value is made: most commands make few kinds."""

    def first(self: object, *given: object, **named: object) -> None:
        cls.__init__ = _compiled(cls, fields)
        cls.__init__(self, *given, **named)

    return first


def _compiled(cls: Any, fields: tuple[dataclasses.Field[Any], ...]) -> Any:  # noqa: ANN401
    """Compile ``__init__``: it fills the slots directly, past the method that refuses changes."""
    known: dict[str, Any] = {"_unset": _UNSET}
    given, body = [], []
    for each in fields:
        name, value = each.name, each.name
        known[f"_set_{name}"] = getattr(cls, name).__set__
        if not each.init:
            continue
        if each.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = each.default
            given.append(f"{name}=_default_{name}")
        elif each.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = each.default_factory
            given.append(f"{name}=_unset")
            value = f"_make_{name}() if {name} is _unset else {name}"
        else:
            given.append(name)
        body.append(f"    _set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("    self.__post_init__()")
    text = f"def __init__(self, {', '.join(given)}):\n" + "\n".join(body or ["    pass"])
    exec(text, known)  # noqa: S102  (made of field names alone, as the standard library does)
    return known["__init__"]


_UNSET = object()


def _reader(names: list[str]) -> Callable[[Any], object]:
    """Give what reads the compared fields of a value: one as it is, several as a tuple."""
    return attrgetter(*names) if names else lambda _: ()


def _values(value: Any) -> Any:  # noqa: ANN401  (any class that this module made)
    return type(value).__compared__(value)


def _equal(self: object, other: object) -> bool:
    return _values(self) == _values(other) if type(self) is type(other) else NotImplemented


def _hash(self: object) -> int:
    return hash((type(self), _values(self)))


def _repr(self: Any) -> str:  # noqa: ANN401
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
    return f"{type(self).__qualname__}({shown})"


def _refuse_change(_self: object, name: str, _value: object = None) -> None:
    raise dataclasses.FrozenInstanceError(f"{name!r} cannot be changed")


def _state(self: Any) -> list[object]:  # noqa: ANN401
    return [getattr(self, name) for name in self.__slots__]


def _set_state(self: Any, state: list[object]) -> None:  # noqa: ANN401
    for name, value in zip(self.__slots__, state, strict=True):
        object.__setattr__(self, name, value)


def _less(self: object, other: object) -> bool:
    return _values(self) < _values(other) if type(self) is type(other) else NotImplemented


_SHARED = {
    "__eq__": _equal,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _refuse_change,
    "__delattr__": _refuse_change,
    "__getstate__": _state,
    "__setstate__": _set_state,
}
_ORDERED = {"__lt__": _less}

__all__ = ["dataclass", "replace"]
