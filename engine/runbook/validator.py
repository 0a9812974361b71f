"""What a schema finds wrong: the door to jsonschema, whose own words never leave it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

from jsonschema.exceptions import ValidationError
from jsonschema.validators import Draft202012Validator, extend

from engine.diagnostics import Json, Path
from engine.runbook.accept import Accepts, acceptor
from engine.runbook.fault import Broken
from engine.runbook.leaves import fits

_FEW = 10
"""To build what sees that an item is sound takes less than to judge so many steps."""

MOST = 1_000
"""More errors than this of one kind of place are not listed."""

_Schema: TypeAlias = Mapping[str, Any]
_Validator: TypeAlias = Any  # the stubs do not type the classes that ``extend`` makes
_Errors: TypeAlias = Iterable[ValidationError]


def errors(schema: _Schema, data: Json) -> Iterator[Broken]:
    """Walk over the rules of a schema, all ``$ref`` inlined, that the data break."""
    judge = extend(Draft202012Validator, _Keywords().table())  # type: ignore[no-untyped-call]  # has no types
    validator = judge(schema)
    return map(_broken, validator.iter_errors(data))


def _broken(error: ValidationError, above: Path = ()) -> Broken:
    value: Any = error.instance
    path = (*above, *error.relative_path)
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    inner = tuple((int(each.relative_schema_path[0]), _broken(each, path)) for each in error.context or ())
    examples = tuple(schema.get("examples", ()))
    return Broken(str(error.validator), error.validator_value, value, schema, path, examples, inner)


class _Keywords:
    """The library's keywords, where this format needs another speed or another reading.

    The library makes a new validator for every value below a keyword; kept by their schema, 10,000
    steps take 1 s instead of 2.3 s. ``$`` is the end of a text, not the place before a last line
    break; 1.0 is no whole number; and a list of a million values of mixed kinds ends in time.
    """

    def __init__(self) -> None:
        self._known: dict[int, _Validator] = {}
        self._accepting: dict[int, Accepts] = {}

    def table(self) -> dict[str, Callable[[_Validator, Any, Json, _Schema], _Errors | None]]:
        return {
            "properties": self._properties,
            "patternProperties": self._pattern_properties,
            "additionalProperties": _additional_properties,
            "items": self._items,
            "allOf": self._all_of,
            "anyOf": self._any_of,
            "oneOf": self._one_of,
            "if": self._if,
            "type": _type,
            "pattern": _pattern,
            "uniqueItems": _unique_items,
        }

    def _below(self, validator: _Validator, schema: _Schema) -> _Validator:
        found = self._known.get(id(schema))
        if found is None:
            found = self._known[id(schema)] = validator.evolve(schema=schema)
        return found

    def _errors(self, validator: _Validator, schema: _Schema, value: Json, key: str | int) -> _Errors:
        for error in self._below(validator, schema).iter_errors(value):
            error.relative_path.appendleft(key)
            yield error

    def _properties(self, validator: _Validator, known: _Schema, value: Json, _: _Schema) -> _Errors:
        if isinstance(value, dict):
            for key, each in value.items():
                if key in known:
                    yield from self._errors(validator, known[key], each, key)

    def _pattern_properties(
        self, validator: _Validator, known: _Schema, value: Json, schema: _Schema
    ) -> _Errors:
        # No pattern of this format fits a key that is named beside it, so those need not be tried.
        named = schema.get("properties", ())
        for key, each in value.items() if isinstance(value, dict) else ():
            for pattern, below in known.items():
                if key not in named and fits(pattern, key):
                    yield from self._errors(validator, below, each, key)

    def _items(self, validator: _Validator, below: _Schema, value: Json, _: _Schema) -> _Errors:
        if not isinstance(value, list):
            return
        is_sound = self._sound_items(below) if len(value) > _FEW else None
        for index, each in enumerate(value):
            if is_sound is None or not is_sound(each):
                yield from self._errors(validator, below, each, index)

    def _sound_items(self, below: _Schema) -> Accepts:
        """Give what sees at once which items of a long list need no judge: nearly all of them."""
        if id(below) not in self._accepting:
            self._accepting[id(below)] = acceptor(below)
        return self._accepting[id(below)]

    def _all_of(self, validator: _Validator, branches: list[_Schema], value: Json, _: _Schema) -> _Errors:
        for branch in branches:
            yield from self._below(validator, branch).iter_errors(value)

    def _any_of(self, validator: _Validator, branches: list[_Schema], value: Json, _: _Schema) -> _Errors:
        context: list[ValidationError] = []
        for number, branch in enumerate(branches):
            errors = [*islice(self._below(validator, branch).iter_errors(value), MOST)]
            if not errors:
                return
            for error in errors:
                error.relative_schema_path.appendleft(number)
            context += errors
        yield ValidationError("", context=context)

    def _one_of(self, validator: _Validator, branches: list[_Schema], value: Json, _: _Schema) -> _Errors:
        fitting = sum(self._below(validator, branch).is_valid(value) for branch in branches)
        if isinstance(value, dict) and fitting != 1:
            yield ValidationError("")

    def _if(self, validator: _Validator, condition: _Schema, value: Json, schema: _Schema) -> _Errors:
        holds = self._below(validator, condition).is_valid(value)
        branch = schema.get("then" if holds else "else")
        if branch is not None:
            yield from self._below(validator, branch).iter_errors(value)


_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def _type(_: _Validator, wanted: str, value: Json, __: _Schema) -> _Errors | None:
    fits_kind = isinstance(value, _TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))
    return None if fits_kind else [ValidationError("")]


def _pattern(_: _Validator, pattern: str, value: Json, __: _Schema) -> _Errors | None:
    return None if not isinstance(value, str) or fits(pattern, value) else [ValidationError("")]


def _additional_properties(_: _Validator, __: bool, value: Json, schema: _Schema) -> _Errors | None:
    known, patterns = schema.get("properties", ()), schema.get("patternProperties", ())
    unknown = [key for key in value if key not in known] if isinstance(value, dict) else []
    all_fit = all(any(fits(pattern, key) for pattern in patterns) for key in unknown)
    return None if all_fit else [ValidationError("")]


def _unique_items(_: _Validator, wanted: bool, value: Json, __: _Schema) -> _Errors | None:
    if not wanted or not isinstance(value, list):
        return None
    plain = [each for each in value if not isinstance(each, list | dict)]
    return None if len(set(plain)) == len(plain) else [ValidationError("")]
