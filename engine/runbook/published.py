"""A schema as editors get it: it admits what the engine's own admits, and reads better there.

Held to the YAML language server, which most editors use (tests/editor).
"""

from collections.abc import Mapping

from engine.diagnostics import Json
from engine.runbook.leaves import Schema
from engine.runbook.spelling import yaml


def published(schema: Schema) -> Schema:
    """Give a schema for editors: with Markdown, and without what they show or say badly."""
    return {key: _part(value) for key, value in _worded(_named(_shown(schema))).items()}


def _part(part: Json) -> Json:
    if isinstance(part, list):
        return [_part(each) for each in part]
    return published(part) if isinstance(part, dict) else part


def _shown(schema: Schema) -> Schema:
    """Say with Markdown what is more than plain words.

    An example with groups of keys in it goes there, too: among ``examples`` it would be offered for
    completion, and written, as ``[object Object]``.
    """
    about, examples = schema.get("description"), schema.get("examples")
    if not isinstance(about, str) or not isinstance(examples, list):
        return schema
    groups = [each for each in examples if _has_keys(each)]
    is_let_be = schema.keys() == {"description", "examples"}  # there is nothing else to complete it from
    if is_let_be or not (groups or "`" in about):
        return schema
    markdown = "\n\n".join([about, *(f"Example:\n\n```yaml\n{_lines(each)}\n```" for each in groups)])
    others: list[Json] = [each for each in examples if not _has_keys(each)]
    rest = {key: value for key, value in schema.items() if key not in {"description", "examples"}}
    return {
        "description": about,
        "markdownDescription": markdown,
        **({"examples": others} if others else {}),
        **rest,
    }


def _has_keys(value: Json) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(map(_has_keys, value)))


def _lines(value: Json) -> str:
    return "\n".join(f"- {yaml(each)}" for each in value) if isinstance(value, list) else yaml(value)


def _named(schema: Schema) -> Schema:
    """Give the keys that an author chooses a rule of their own: below a pattern, editors complete nothing."""
    match schema:
        case {"patternProperties": dict(patterns), "patternErrorMessage": rule, **rest}:
            (value, *others) = patterns.values()
            assert len(others) <= 1, "notes stand beside the names, and no name looks like a note"
            pattern = "|".join(patterns)
            # Of a key such as 507 an editor judges the type alone.
            names = {"title": "name", "type": "string", "pattern": pattern, "patternErrorMessage": rule}
            notes: Schema = {"patternProperties": dict([*patterns.items()][1:])} if others else {}
            return {**rest, **notes, "propertyNames": names, "additionalProperties": value}
        case _:
            return schema


def _worded(schema: Schema) -> Schema:
    """Say in words what is wrong where one of two keys must stand; of ``oneOf`` editors have no words."""
    match schema:
        case {"oneOf": [{"required": [str(first)]}, {"required": [str(second)]}], **rest}:
            return {**rest, **_just_one(first, second)}
        case _:
            return schema


def _just_one(first: str, second: str) -> Mapping[str, Json]:
    neither = f"`{first}` or `{second}` is missing: a step says who is messaged."
    both = f"`{second}` cannot stand beside `{first}`: keep one of the two."
    return {
        "anyOf": [{"required": [key], "errorMessage": neither} for key in (first, second)],
        "if": {"required": [first]},
        # Said without ``properties``, which editors would offer.
        "then": {
            "patternProperties": {f"^(?!{second}$)": {}},
            "additionalProperties": False,
            "errorMessage": both,
        },
    }
