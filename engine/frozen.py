"""``dataclass(frozen=True, slots=True)`` whose classes are made in a tenth of the time.

A frozen class of the standard library has six methods, each compiled from text when its module is
imported: 0.5 ms a class, 40 ms a plan (docs/decisions/0016). Here only ``__init__`` is compiled; the
rest is shared. Every annotation is a field: none of these classes has a ``ClassVar``. To type checkers
it is the standard decorator, and to ``dataclasses.fields`` and ``replace`` its classes are ordinary
dataclasses.
"""

import dataclasses
from collections.abc import Callable, Sequence
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
            content = {**_SHARED, **(_ORDERED if order else {}), **cls.__dict__}
            fields = [_field(name, kind, content) for name, kind in cls.__annotations__.items()]
            for unslotted in ("__dict__", "__weakref__"):
                content.pop(unslotted, None)
            content["__qualname__"] = cls.__qualname__
            content["__slots__"] = tuple(each.name for each in fields)
            content["__match_args__"] = tuple(each.name for each in fields if each.init)
            content["__dataclass_fields__"] = {each.name: each for each in fields}
            content["__compared__"] = _reader([each.name for each in fields if each.compare])
            made = type(cls)(cls.__name__, cls.__bases__, content)
            made.__init__ = _initialiser(made, fields)
            return made

        return make

    def _field(name: str, kind: object, content: dict[str, Any]) -> dataclasses.Field[Any]:
        """Take a field's default out of the content of its class, and describe it as the library does."""
        given = content.pop(name, dataclasses.MISSING)
        made = given if isinstance(given, dataclasses.Field) else dataclasses.field(default=given)
        # By its mark ``fields`` and ``replace`` of the library know a field.
        made.name, made.type, made.kw_only = name, kind, False
        made._field_type = dataclasses._FIELD  # noqa: SLF001  (the mark has no public name)
        return made


_FEW = 40
"""To compile an ``__init__`` takes as long as making so many values without it; of most classes a command
makes fewer."""


def _initialiser(cls: Any, fields: Sequence[dataclasses.Field[Any]]) -> Any:  # noqa: ANN401
    """Give an ``__init__`` that makes the first few values by itself, and is compiled then."""
    slots = {each.name: getattr(cls, each.name).__set__ for each in fields if each.init}
    usual = {each.name: make for each in fields if (make := _default(each)) is not None}
    needed = slots.keys() - usual.keys()
    finish = getattr(cls, "__post_init__", None)
    made = 0

    def first(self: object, *given: object, **named: object) -> None:
        nonlocal made
        made += 1
        values = dict(zip(slots, given, strict=False), **named)
        is_sound = len(values) == len(given) + len(named) and needed <= values.keys() <= slots.keys()
        if made > _FEW or not is_sound:
            cls.__init__ = _compiled(cls, fields)
            cls.__init__(self, *given, **named)  # says what is not sound
            return
        for name, fill in slots.items():
            fill(self, values[name] if name in values else usual[name]())
        if finish:
            finish(self)

    return first


def _default(field: dataclasses.Field[Any]) -> Callable[[], object] | None:
    """Give what makes the value of a field that is not given; None where it must be."""
    if field.default is not dataclasses.MISSING:
        return lambda: field.default
    return None if field.default_factory is dataclasses.MISSING else field.default_factory


def _compiled(cls: Any, fields: Sequence[dataclasses.Field[Any]]) -> Any:  # noqa: ANN401
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
