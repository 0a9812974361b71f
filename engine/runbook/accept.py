"""Whether data plainly has a shape: the schema itself, turned into functions once, answers yes or no.

Nearly every file that is checked is sound. This sees it without importing the library that judges
and explains what is not: that import alone is near half of a whole check (docs/benchmarks.md). It
knows just the keywords that our schemas use and refuses to be built from any other, and a property
test holds it to the library's judgement on the same schema.
"""

import sys
from collections.abc import Callable, Mapping
from math import inf
from typing import Any, TypeAlias

from engine.diagnostics import Json
from engine.runbook.leaves import Schema, matcher

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

_OF_MAPPINGS = frozenset(
    ("required", "properties", "patternProperties", "additionalProperties", "minProperties", "maxProperties")
)
_OF_LISTS = frozenset(("items", "minItems", "maxItems", "uniqueItems"))
_OF_TEXTS = frozenset(("enum", "pattern", "minLength", "maxLength"))
_OF_NUMBERS = frozenset(("minimum", "maximum"))


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
        """Join what the keywords ask: those about one kind of value ask at once, with its type."""
        left = [key for key in schema if key not in _SILENT]
        rules: list[Accepts] = []
        for kinds, keywords, make in (
            (("object",), _OF_MAPPINGS, self._mapping),
            (("array",), _OF_LISTS, self._list),
            (("string",), _OF_TEXTS, _text),
            (("integer", "number"), _OF_NUMBERS, _number),
        ):
            if not keywords.isdisjoint(left):
                is_typed = schema.get("type") in kinds
                rules.append(make(schema, not is_typed))
                left = [key for key in left if key not in keywords and not (is_typed and key == "type")]
        return _all([*rules, *[self._rule(key, schema) for key in left]])

    def _rule(self, key: str, schema: _Schema) -> Accepts:
        match key:
            case "type":
                return _of_type(schema["type"])
            case "allOf":
                return self._all_of(schema[key])
            case "anyOf" | "oneOf":
                return self._choice(key, schema[key])
            case "if":
                condition, then, other = (self._branch(schema, name) for name in ("if", "then", "else"))
                return lambda value: then(value) if condition(value) else other(value)
            case _:
                raise AssertionError(f"{key} is not a keyword that this knows")

    def _choice(self, key: str, branches: list[_Schema]) -> Accepts:
        keys = _keys_asked(branches)
        if keys and key == "anyOf":
            return lambda value: not isinstance(value, dict) or not keys.isdisjoint(value)
        if key == "anyOf":
            return _any([self.of(branch) for branch in branches])
        assert keys, "our schemas want exactly one of several keys, and of nothing else"
        # As in the judge: of a value that is no mapping, ``type`` has said what there is to say.
        return lambda value: not isinstance(value, dict) or len(keys & value.keys()) == 1

    def _branch(self, schema: _Schema, name: str) -> Accepts:
        # Only parts of the schema itself may be built: they live on, so their identities stay theirs.
        return self.of(schema[name]) if name in schema else _anything

    def _mapping(self, schema: _Schema, others: bool) -> Accepts:
        """Judge a mapping; ``others``, as with each of these kinds, is the word on any other value."""
        known = {key: self.of(part) for key, part in schema.get("properties", {}).items()}
        patterns = [
            (matcher(key), self.of(part)) for key, part in schema.get("patternProperties", {}).items()
        ]
        required = frozenset(schema.get("required", ()))
        least, most = schema.get("minProperties", 0), schema.get("maxProperties", sys.maxsize)
        is_closed = "additionalProperties" in schema
        assert schema.get("additionalProperties", patterns or False) is False, "our schemas are closed"

        def accepts(value: Json) -> bool:
            if not isinstance(value, dict):
                return others
            if not (least <= len(value) <= most and required <= value.keys()):
                return False
            for key, each in value.items():
                if key in known:
                    if not known[key](each):
                        return False
                elif is_closed:
                    fitting = [part for matches, part in patterns if matches(key)]
                    if not fitting or not all(part(each) for part in fitting):
                        return False
            return True

        return accepts

    def _list(self, schema: _Schema, others: bool) -> Accepts:
        item = self._branch(schema, "items")
        least, most = schema.get("minItems", 0), schema.get("maxItems", sys.maxsize)
        is_unique = _are_unique if schema.get("uniqueItems", False) else _anything

        def accepts(value: Json) -> bool:
            if not isinstance(value, list):
                return others
            return least <= len(value) <= most and all(map(item, value)) and is_unique(value)

        return accepts

    def _all_of(self, branches: list[_Schema]) -> Accepts:
        """Join branches, of which each asks for a word under one and the same key: look that word up."""
        key = _key_asked(branches[0])
        assert key is not None, "our schemas branch by the word under a key"
        assert all(_key_asked(branch) == key for branch in branches), "each by the word under the same one"
        words = {word for branch in branches for word in branch["if"]["properties"][key]["enum"]}
        by_word: dict[str, Accepts] = {}

        def accepts(value: Any) -> bool:  # noqa: ANN401  (any JSON)
            word = value.get(key) if isinstance(value, dict) else None
            if not isinstance(word, str) or word not in words:
                return all(self.of(branch)(value) for branch in branches)
            # Of several words a small file uses one or two, and would wait for all of them.
            if word not in by_word:
                by_word[word] = _all([self._chosen(branch, {key: word}) for branch in branches])
            return by_word[word](value)

        return accepts

    def _chosen(self, branch: _Schema, told: Json) -> Accepts:
        return self._branch(branch, "then" if self.of(branch["if"])(told) else "else")


def _key_asked(branch: _Schema) -> str | None:
    """Give the key by whose word alone a branch decides, if it does."""
    condition = branch.get("if", {})
    properties = condition.get("properties", {})
    is_all = branch.keys() - _SILENT == {"if"} and condition.keys() == {"type", "required", "properties"}
    if not is_all or condition["type"] != "object" or condition["required"] != [*properties]:
        return None
    return next((key for key, part in properties.items() if len(properties) == 1 and "enum" in part), None)


def _keys_asked(branches: list[_Schema]) -> frozenset[str]:
    """Give the keys of which each branch asks for one, and for nothing else; none where one does not."""
    asked = [branch["required"] for branch in branches if branch.keys() - _SILENT == {"required"}]
    keys = frozenset(key for one in asked for key in one)
    return keys if len(keys) == len(branches) and all(len(one) == 1 for one in asked) else frozenset()


def _anything(_value: object) -> bool:
    return True


# ``all`` and ``any`` over a generator take three times as long, and a long runbook has a million parts.


def _all(parts: list[Accepts]) -> Accepts:
    match [part for part in parts if part is not _anything]:
        case [one]:
            return one
        case [one, two]:
            return lambda value: one(value) and two(value)
        case [one, two, *more]:
            rest = _all([two, *more])
            return lambda value: one(value) and rest(value)
    return _anything


def _any(parts: list[Accepts]) -> Accepts:
    match parts:
        case [one, two]:
            return lambda value: one(value) or two(value)
        case [one, two, three]:
            return lambda value: one(value) or two(value) or three(value)
    return lambda value: any(part(value) for part in parts)


def _text(schema: _Schema, others: bool) -> Accepts:
    least, most = schema.get("minLength", 0), schema.get("maxLength", sys.maxsize)
    matches = matcher(schema["pattern"]) if "pattern" in schema else _anything
    if "enum" in schema:
        assert all(isinstance(word, str) for word in schema["enum"]), "our choices are words"
        words = frozenset(word for word in schema["enum"] if least <= len(word) <= most and matches(word))
        return lambda value: isinstance(value, str) and value in words
    return lambda value: least <= len(value) <= most and matches(value) if isinstance(value, str) else others


def _number(schema: _Schema, others: bool) -> Accepts:
    kind = _TYPES[schema["type"] if not others else "number"]
    least, most = schema.get("minimum", -inf), schema.get("maximum", inf)

    def accepts(value: Any) -> bool:  # noqa: ANN401  (any JSON)
        if not isinstance(value, kind) or isinstance(value, bool):
            return others
        return bool(least <= value <= most)

    return accepts


def _of_type(wanted: str) -> Accepts:
    kind = _TYPES[wanted]
    if wanted not in {"integer", "number"}:
        return lambda value: isinstance(value, kind)
    return lambda value: isinstance(value, kind) and not isinstance(value, bool)


def _are_unique(values: list[Any]) -> bool:
    """As in the judge: mappings and lists are not compared, other values are by what they equal."""
    plain = [each for each in values if not isinstance(each, list | dict)]
    return len(set(plain)) == len(plain)
