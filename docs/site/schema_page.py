"""A page for a JSON Schema: each object a section, each key a row with its meaning, values and example."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

Schema: TypeAlias = Mapping[str, Any]
Spelling: TypeAlias = Callable[[Any], str]
"""How the format writes a value: YAML or JSON, on one line."""

_LOCAL = "#/$defs/"
_BRANCHES = ("allOf", "anyOf", "oneOf", "then", "else")
_UNDECIDED = "_undecided"
"""Ends the names of what an editor offers before the deciding key is written: all keys of the others."""
_TEMPLATE = r"(?=.*\{\{"
"""Stands in the pattern of a text that must have a template in it."""
_BOUNDS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "minItems": "at least {} of them",
    "maxItems": "at most {} of them",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
}
_TYPES = {"string": "text", "integer": "whole number", "array": "list", "object": "mapping", "null": "null"}


class _Row(NamedTuple):
    key: str
    is_required: bool
    schema: Schema


class _Page:
    """Walks one schema; whatever is an object under a name of its own gets a section."""

    def __init__(self, schema: Schema, spelled: Spelling) -> None:
        self._schema = schema
        self._defs: Mapping[str, Schema] = schema.get("$defs", {})
        self._spelled = spelled

    def text(self, title: str) -> str:
        """Give the page as Markdown."""
        parts = [f"# {title}", self._schema["description"], self._table(self._schema)]
        for name, definition in self._defs.items():
            if _has_section(name, definition):
                said = definition.get("description", "")
                parts += [f"## {name}", said, self._table(definition), self._otherwise(definition)]
        return "\n\n".join(part for part in parts if part) + "\n"

    def _table(self, schema: Schema) -> str:
        rows = dict.fromkeys(self._line(row) for row in self._rows(schema, ""))
        head = ("| key | meaning |", "|---|---|")
        return "\n".join((*head, *rows)) if rows else self._choices(schema)

    def _otherwise(self, schema: Schema) -> str:
        """Say what may stand in the place of a mapping."""
        if schema.get("type") == "object" or not (values := self._values(schema)):
            return ""
        return f"Values: {values}."

    def _choices(self, schema: Schema) -> str:
        return "One of: " + ", ".join(self._linked(schema)) + "."

    def _line(self, row: _Row) -> str:
        schema = self._whole(row.schema)
        values = ", ".join(filter(None, [self._values(schema), *self._linked(row.schema)]))
        examples = [f"for example `{self._spelled(example)}`" for example in schema.get("examples", ())[:1]]
        key = f"`{row.key}`<br>required" if row.is_required else f"`{row.key}`"
        said = "<br>".join([schema.get("description", ""), "; ".join(filter(None, [values, *examples]))])
        return f"| {key} | {said} |"

    def _rows(self, schema: Schema, prefix: str) -> Iterator[_Row]:
        """Walk over the keys of an object and of the objects in it that have no name."""
        for key, value in schema.get("properties", {}).items():
            yield from self._row(prefix + key, value, is_required=key in schema.get("required", ()))
        for pattern, value in schema.get("patternProperties", {}).items():
            if pattern != "^x-":
                yield from self._row(f"{prefix}NAME", value)
        if isinstance(schema.get("additionalProperties"), Mapping):
            yield from self._row(f"{prefix}NAME", schema["additionalProperties"])
        for part in _branches(schema):
            if not self._linked(part):
                yield from self._rows(part, prefix)

    def _row(self, key: str, value: Schema, *, is_required: bool = False) -> Iterator[_Row]:
        if "description" in self._whole(value):
            yield _Row(key, is_required, value)
        if self._linked(value):
            return
        whole = self._whole(value)
        if isinstance(whole.get("items"), Mapping):
            yield from self._rows(whole["items"], f"{key}[].")
        yield from self._rows(whole, f"{key}.")

    def _whole(self, schema: Schema) -> Schema:
        """Give a schema with what it refers to; what stands at the reference itself wins."""
        name = _name(schema)
        return {**self._whole(self._defs[name]), **schema} if name else schema

    def _linked(self, schema: Schema) -> list[str]:
        """Link the sections that say how a value looks."""
        found = dict.fromkeys(self._sections(schema))
        return [f"[{name}](#{name})" for name in found]

    def _sections(self, schema: Schema) -> Iterator[str]:
        """Walk over the sections that a value, or its items, may be one of."""
        if name := _name(schema):
            has_section = _has_section(name, self._defs[name])
            yield from (name,) if has_section else self._sections(self._defs[name])
        for part in (*_branches(schema), *_items(schema)):
            yield from self._sections(part)

    def _values(self, schema: Schema) -> str:
        if _TEMPLATE in schema.get("pattern", ""):
            return "`{{ inputs.NAME }}`"
        if "const" in schema:
            return f"`{schema['const']}`"
        if "enumDescriptions" in schema:
            pairs = zip(schema["enum"], schema["enumDescriptions"], strict=True)
            return ", ".join(f"`{value}` ({about.removesuffix('.')})" for value, about in pairs)
        if "enum" in schema:
            return ", ".join(f"`{value}`" for value in schema["enum"])
        bounds = [form.format(schema[name]) for name, form in _BOUNDS.items() if name in schema]
        said = ", ".join(filter(None, [_type(schema), *bounds]))
        others = (self._values(self._whole(part)) for part in _branches(schema))
        return " or ".join(dict.fromkeys(filter(None, [said, *others])))


def page(title: str, schema: Schema, spelled: Spelling) -> str:
    """Give the page of a schema as Markdown."""
    return re.sub(r"\n{3,}", "\n\n", _Page(schema, spelled).text(title))


def _type(schema: Schema) -> str:
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    return " or ".join(_TYPES.get(kind, kind) for kind in kinds)


def _has_section(name: str, schema: Schema) -> bool:
    return not name.endswith(_UNDECIDED) and _has_keys(schema)


def _has_keys(schema: Schema) -> bool:
    return "properties" in schema or any(_has_keys(part) for part in _branches(schema))


def _branches(schema: Schema) -> Iterator[Schema]:
    for name in _BRANCHES:
        part = schema.get(name, ())
        yield from (part,) if isinstance(part, Mapping) else part


def _name(schema: Schema) -> str | None:
    reference = schema.get("$ref", "")
    return reference.removeprefix(_LOCAL) if reference.startswith(_LOCAL) else None


def _items(schema: Schema) -> Iterator[Schema]:
    if isinstance(schema.get("items"), Mapping):
        yield schema["items"]
