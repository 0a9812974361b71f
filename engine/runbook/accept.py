"""Whether data plainly has a shape: the schema itself, turned into functions once, answers yes or no.

Nearly every file that is checked is sound. This sees it without importing the library that judges
and explains what is not: that import alone is near half of a whole check (docs/benchmarks.md). It
knows just the keywords that our schemas use and refuses to be built from any other, and a property
test holds it to the library's judgement on the same schema.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from engine.diagnostics import Json
from engine.runbook.leaves import Schema, fits

Accepts: TypeAlias = Callable[[Any], bool]
_Schema: TypeAlias = Mapping[str, Any]

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}
_SHOWN = frozenset(("examples", "enumDescriptions", "defaultSnippets"))  # no schema stands below them
_SILENT = _SHOWN | {"$schema", "$id", "$defs", "title", "description", "patternErrorMessage", "then", "else"}
"""What judges nothing by itself."""


def inlined(schema: Schema) -> Schema:
    """Give the same schema with every ``$ref`` replaced by what it names.

    Definitions used alike are shared, not copied: following a reference anew for each value is
    what costs a validator most.
    """
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    done: Schema = {}

    def follow(part: Json) -> Json:
        if isinstance(part, list):
            return [follow(each) for each in part]
        if not isinstance(part, dict):
            return part
        here = {
            key: value if key in _SHOWN else follow(value) for key, value in part.items() if key != "$ref"
        }
        target = resolve(str(part["$ref"])) if "$ref" in part else {}
        return {**target, **here} if here else target

    def resolve(reference: str) -> Schema:
        name = reference.removeprefix("#/$defs/")
        if name not in done:
            done[name] = follow(definitions[name])
        target = done[name]
        assert isinstance(target, dict)
        return target

    whole_schema = follow({key: value for key, value in schema.items() if key != "$defs"})
    assert isinstance(whole_schema, dict)
    return whole_schema


def acceptor(schema: _Schema) -> Accepts:
    """Give the function that says of a value whether the schema, all ``$ref`` inlined, admits it."""
    return _Builder().of(schema)


class _Builder:
    """Builds each part once: definitions used alike are one dict (``inlined``)."""

    def __init__(self) -> None:
        self._done: dict[int, Accepts] = {}

    def of(self, schema: _Schema) -> Accepts:
        if id(schema) not in self._done:
            self._done[id(schema)] = self._build(schema)
        return self._done[id(schema)]

    def _build(self, schema: _Schema) -> Accepts:
        if schema.get("type") == "string" and schema.keys() <= _OF_TEXTS:
            return _text(schema)
        return _all([rule for key in schema if (rule := self._rule(key, schema)) is not None])

    def _rule(self, key: str, schema: _Schema) -> Accepts | None:  # noqa: PLR0911  (one case a keyword)
        bound = schema[key]
        if key in _SILENT:
            return None
        if key in {"properties", "patternProperties"} and "additionalProperties" in schema:
            return None  # that rule reads both
        match key:
            case "type":
                return _of_type(bound)
            case "additionalProperties":
                return self._closed(schema)
            case "items":
                item = self.of(bound)
                return lambda value: not isinstance(value, list) or all(map(item, value))
            case "allOf" | "anyOf" | "oneOf":
                return self._joined(key, [self.of(part) for part in bound])
            case "if":
                return self._if(schema)
            case "properties":
                return self._open(bound)
            case _:
                return _bound(key, bound)

    def _closed(self, schema: _Schema) -> Accepts:
        assert schema["additionalProperties"] is False, "our schemas are closed"
        known = {key: self.of(part) for key, part in schema.get("properties", {}).items()}
        patterns = [(key, self.of(part)) for key, part in schema.get("patternProperties", {}).items()]

        def accepts(value: Json) -> bool:
            if not isinstance(value, dict):
                return True
            for key, each in value.items():
                if key in known:
                    if not known[key](each):
                        return False
                else:
                    below = [part for pattern, part in patterns if fits(pattern, key)]
                    if not below or not all(part(each) for part in below):
                        return False
            return True

        return accepts

    def _open(self, properties: Mapping[str, _Schema]) -> Accepts:
        known = [(key, self.of(part)) for key, part in properties.items()]
        return lambda value: (
            not isinstance(value, dict) or all(part(value[key]) for key, part in known if key in value)
        )

    def _joined(self, key: str, parts: list[Accepts]) -> Accepts:
        if key == "allOf":
            return _all(parts)
        if key == "anyOf":
            return _any(parts)
        # As in the judge: of a value that is no mapping, ``type`` has said what there is to say.
        return lambda value: not isinstance(value, dict) or sum(part(value) for part in parts) == 1

    def _if(self, schema: _Schema) -> Accepts:
        condition = self.of(schema["if"])
        # Only parts of the schema itself may be built: they live on, so their identities stay theirs.
        then, other = (self.of(schema[key]) if key in schema else _anything for key in ("then", "else"))
        return lambda value: then(value) if condition(value) else other(value)


def _anything(_value: object) -> bool:
    return True


# ``all`` and ``any`` over a generator take three times as long, and a long runbook has a million parts.


def _all(parts: list[Accepts]) -> Accepts:
    match parts:
        case [one]:
            return one
        case [one, two]:
            return lambda value: one(value) and two(value)
        case [one, two, three]:
            return lambda value: one(value) and two(value) and three(value)
        case [one, two, *more]:
            rest = _all(more)
            return lambda value: one(value) and two(value) and rest(value)
    return _anything


def _any(parts: list[Accepts]) -> Accepts:
    match parts:
        case [one, two]:
            return lambda value: one(value) or two(value)
        case [one, two, three]:
            return lambda value: one(value) or two(value) or three(value)
    return lambda value: any(part(value) for part in parts)


_OF_TEXTS = frozenset(("type", "enum", "pattern", "maxLength", *_SILENT))


def _text(schema: _Schema) -> Accepts:
    """Judge a text at once: most values are one."""
    words, pattern, most = schema.get("enum"), schema.get("pattern"), schema.get("maxLength", sys.maxsize)
    if words is not None:
        allowed = frozenset(words)
        return lambda value: isinstance(value, str) and value in allowed and len(value) <= most
    if pattern is None:
        return lambda value: isinstance(value, str) and len(value) <= most
    return lambda value: isinstance(value, str) and len(value) <= most and fits(pattern, value)


def _of_type(wanted: str) -> Accepts:
    kind = _TYPES[wanted]
    if wanted == "boolean" or wanted not in {"integer", "number"}:
        return lambda value: isinstance(value, kind)
    return lambda value: isinstance(value, kind) and not isinstance(value, bool)


def _bound(key: str, bound: Any) -> Accepts:  # noqa: ANN401, C901, PLR0911, PLR0912  (any JSON; one case a keyword)
    match key:
        case "enum":
            assert all(isinstance(each, str) for each in bound), "our choices are words"
            return lambda value: isinstance(value, str) and value in bound
        case "required":
            required = frozenset(bound)
            return lambda value: not isinstance(value, dict) or required <= value.keys()
        case "pattern":
            return lambda value: not isinstance(value, str) or fits(bound, value)
        case "minimum":
            return lambda value: not _is_number(value) or value >= bound
        case "maximum":
            return lambda value: not _is_number(value) or value <= bound
        case "minLength":
            return lambda value: not isinstance(value, str) or len(value) >= bound
        case "maxLength":
            return lambda value: not isinstance(value, str) or len(value) <= bound
        case "minItems":
            return lambda value: not isinstance(value, list) or len(value) >= bound
        case "maxItems":
            return lambda value: not isinstance(value, list) or len(value) <= bound
        case "minProperties":
            return lambda value: not isinstance(value, dict) or len(value) >= bound
        case "maxProperties":
            return lambda value: not isinstance(value, dict) or len(value) <= bound
        case "uniqueItems":
            return lambda value: not isinstance(value, list) or _are_unique(value)
        case _:
            raise AssertionError(f"{key} is not a keyword that this knows")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_unique(values: list[Any]) -> bool:
    """As in the judge: mappings and lists are not compared, other values are by what they equal."""
    plain = [each for each in values if not isinstance(each, list | dict)]
    return len(set(plain)) == len(plain)
