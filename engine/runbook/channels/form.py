"""What a channel of another distribution may be, and may send: no less strict than ours."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from engine.diagnostics import Json
from engine.record.request import Request
from engine.runbook.accept import acceptor, inlined
from engine.runbook.channels.channel import Channel, guarded
from engine.runbook.leaves import (
    IDENTIFIER,
    LITERAL,
    Schema,
    closed,
    fits,
    leaves,
    many,
    one_of,
    ref,
    text,
    whole,
    words,
)
from engine.runbook.model import STEP_KEYS, Step

LEAVES = ("line", "paragraph", "literal", "filled_line", "value", "one_or_more", "count")
"""The definitions that a channel's fields may refer to."""
TRUTH: Schema = {"type": "boolean"}
"""The schema of true or false."""
_MAKERS = "engine.channels (described, text, words, whole, many, closed, one_of, ref, TRUTH)"
# To the API the first three may mean everyone; the others are not what they look like.
_NEVER = ("", " ", "\u200b", "\n", "a\n", " a", "a\u202e", "\x1b")
_ENDPOINT = re.compile("[a-z][a-z0-9_-]{0,62}")
_LONGEST_LABEL = 40
_MOST_EXACT = 2**53 - 1
"""Up to here every program reads a number of JSON the same (RFC 8785)."""


def faults(channel: object) -> list[str]:
    """Say everything that keeps a channel from being one; empty for a sound one."""
    if not isinstance(channel, Channel):
        return [f"it is of the type {type(channel).__name__}, not engine.channels.Channel"]
    return [*_about(channel), *_fields(channel.fields, channel.required)]


def own(request: object) -> Request:
    """Give a request that a channel made as plain values of our own: nobody can change them any more.

    Raises ``TypeError`` and ``ValueError`` for what is none, or does not fit into JSON.
    """
    if type(request) is not Request:
        raise TypeError(f"it is of the type {type(request).__name__}, not engine.channels.Request")
    written = json.dumps([request.method, request.path, request.body], allow_nan=False)
    method, path, body = json.loads(written)
    return Request(method, path, body)


def trespass(request: Request, campaign_id: str, step: Step) -> str:
    """Say why a request that a channel made for a step may not go out; empty if it may."""
    before, _, endpoint = request.path.rpartition("/")
    if request.method != "POST" or before != f"/initiate/{campaign_id}" or not _ENDPOINT.fullmatch(endpoint):
        return f"{request.method} {request.path} is not POST /initiate/{campaign_id}/…"
    try:
        guarded(request.body, step)
    except (AssertionError, TypeError, ValueError, AttributeError) as error:
        return str(error)
    if any(abs(number) > _MOST_EXACT for number in _numbers(request.body)):
        return f"it holds a number beyond {_MOST_EXACT}, which JSON does not carry exactly"
    bounds = {"limit": step.limit, "filters": step.filters.to_json() if step.filters else None}
    changed = [key for key, value in bounds.items() if request.body.get(key) != value]
    return f"{' and '.join(changed)} of the request are not those of the step" if changed else ""


def _numbers(part: Json) -> Iterator[float]:
    if isinstance(part, dict | list):
        for below in part.values() if isinstance(part, dict) else part:
            yield from _numbers(below)
    elif isinstance(part, int | float):
        yield part


def _about(channel: Any) -> Iterator[str]:  # noqa: ANN401  (whoever made it may not have checked types)
    name, label = channel.name, channel.label
    if not (isinstance(name, str) and fits(IDENTIFIER, name)):
        yield "its name is not made of lower-case letters, digits and underscores, beginning with a letter"
    if not (isinstance(label, str) and fits(LITERAL, label) and len(label) <= _LONGEST_LABEL):
        yield f"its label is not a text on one line of at most {_LONGEST_LABEL} characters"
    if not callable(channel.request):
        yield "its request cannot be called"


def _fields(fields: object, required: object) -> Iterator[str]:
    if not isinstance(fields, Mapping) or not all(isinstance(key, str) for key in fields):
        yield "its fields are not a mapping of keys to schemas"
        return
    for key, part in fields.items():
        if not fits(IDENTIFIER, key):
            yield f"`{key}` cannot be a key: it takes lower-case letters, digits and underscores"
        elif key in STEP_KEYS - {"template"}:
            yield f"`{key}` is a key of every step already"
        else:
            yield from _property(f"`{key}`", part)
    if not isinstance(required, tuple | list) or not set(required) <= fields.keys():
        yield "what it requires is not among its fields"


def _property(at: str, part: Json) -> Iterator[str]:
    """Judge a key at any depth: its schema, and what people read of it."""
    if not isinstance(part, dict):
        yield f"{at} has no schema"
        return
    about, examples = part.get("description"), part.get("examples")
    if not isinstance(about, str) or not about.strip() or not isinstance(examples, list) or not examples:
        yield f"{at} has no description, or no example"
        return
    bare = {key: value for key, value in part.items() if key not in {"description", "examples"}}
    wrong = [*_schema(at, bare)]
    yield from wrong
    if not wrong:
        accepts = acceptor(inlined({**bare, "$defs": _definitions()}))
        yield from (f"{at} has an example that may not stand there" for each in examples if not accepts(each))


def _schema(at: str, part: Any) -> Iterator[str]:  # noqa: ANN401, C901  (any JSON; one case a kind)
    """Judge a schema: it is what one of the makers gives, for their results alone can be explained."""
    match part:
        case {"$ref": str(name)} if part == ref(leaf := name.removeprefix("#/$defs/")) and leaf in LEAVES:
            pass
        case _ if part == TRUTH:
            pass
        case {"type": "string", "enum": [_, *_] as known} if part == words(known):
            if not all(isinstance(word, str) and fits(LITERAL, word) for word in known):
                yield f"{at} offers a word that is empty, or no text"
        case {"pattern": str(pattern), "maxLength": int(most), "patternErrorMessage": str(rule)} if (
            part == text(pattern, most, rule)
        ):
            yield from _pattern(at, pattern)
        case {"minimum": int(low), "maximum": int(high)} if part == whole(low, high):
            pass
        case {"anyOf": [first, second, *rest]} if part == one_of(first, second, *rest):
            for branch in (first, second, *rest):
                yield from _schema(at, branch)
        case {"items": item, "maxItems": int(most)} if part == many(item, most):
            yield from _schema(f"an item of {at}", item)
        case {"properties": dict(keys), "required": list(needed)} if keys and part == closed(keys, needed):
            yield from _group(at, keys, needed)
        case _:
            yield f"{at} is not described by the functions of {_MAKERS}"


def _group(at: str, keys: Schema, needed: list[Json]) -> Iterator[str]:
    for key, part in keys.items():
        yield from _property(f"`{key}` in {at}", part)
    if not {*needed} or not {*needed} <= keys.keys():
        yield f"{at} requires none of its keys, so that it may be empty, or one that it does not have"


def _pattern(at: str, pattern: str) -> Iterator[str]:
    try:
        admitted = [each for each in _NEVER if fits(pattern, each)]
    except re.error as error:
        yield f"{at} has a pattern that is none: {error}"
        return
    if admitted:
        yield f"{at} admits {', '.join(map(ascii, admitted))}"


@cache
def _definitions() -> Schema:
    return leaves(templates=True)
