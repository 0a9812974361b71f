"""What a runbook may say about its inputs: which keys fit which type."""

from collections.abc import Mapping

from engine.diagnostics import Json
from engine.runbook.leaves import (
    DAY,
    ISO_DATE,
    Schema,
    closed,
    described,
    explained,
    let_be,
    many,
    ref,
    text,
    whole,
)
from engine.runbook.model import InputType

# Whole numbers beyond this are not the same to every reader of JSON.
_SAFE = 2**53 - 1
_MAX_CHOICES = 200


def _of(value: Schema, default: Schema, example: Json, **more: Schema) -> Schema:
    """The keys that depend on the type: ``default``, ``choices`` and what else the type admits."""
    shown: Json = [example] if default.get("type") == "array" else example
    return {
        "default": described(
            default,
            "The value where nobody gives one; without a default the plan is not made until somebody does.",
            shown,
        ),
        "choices": described(
            many(value, _MAX_CHOICES),
            "The only values that are accepted; of a list, for each item.",
            [example],
        ),
        **more,
    }


def _bounds(value: Schema, low: float, high: float) -> Schema:
    return {
        "minimum": described(value, "The smallest value that is accepted.", low),
        "maximum": described(value, "The largest value that is accepted.", high),
    }


TYPES: Mapping[str, str] = {
    InputType.STRING: "A text on one line.",
    InputType.INTEGER: "A whole number.",
    InputType.NUMBER: "A number, with a fraction or without.",
    InputType.BOOLEAN: "Either true or false.",
    InputType.DATE: "A day, such as 2026-03-31, yesterday or +3d.",
    InputType.LIST: "Several texts.",
}
"""What each type of input takes."""

_PATTERN = described(
    text(r"^[\s\S]+$", 200, "a regular expression"),
    "A regular expression (RE2) that the whole text must match; of a list, each item.",
    "[A-Z]{3}-[0-9]+",
)
_INTEGER = whole(-_SAFE, _SAFE)
_NUMBER: Schema = {"type": "number", "minimum": -_SAFE, "maximum": _SAFE}
_BOOLEAN: Schema = {"type": "boolean"}
_DATE = text(f"^{ISO_DATE}$", 10, "a date such as 2026-03-31, in quotes")
_DAY = text(DAY, 10, "a date such as 2026-03-31, or today, yesterday, tomorrow, +3d, -2d")

_BY_TYPE: dict[InputType, Schema] = {
    InputType.STRING: _of(ref("literal"), ref("literal"), "pune", pattern=_PATTERN),
    InputType.INTEGER: {**_of(_INTEGER, _INTEGER, 250), **_bounds(_INTEGER, 1, 5000)},
    InputType.NUMBER: {**_of(_NUMBER, _NUMBER, 2.5), **_bounds(_NUMBER, 0.5, 10)},
    InputType.BOOLEAN: {"default": _of(_BOOLEAN, _BOOLEAN, example=True)["default"]},
    InputType.DATE: {
        **_of(_DATE, _DAY, "2026-03-31"),
        "default": described(
            _DAY,
            "The date where nobody gives one; relative dates are resolved when the runbook is planned.",
            "yesterday",
            "+3d",
            "2026-03-31",
        ),
    },
    InputType.LIST: _of(ref("literal"), many(ref("literal"), 500), "LOANID-2043154", pattern=_PATTERN),
}

_ALWAYS: Schema = {
    "type": described(
        explained(TYPES),
        "What kind of value the input takes.",
        "string",
    ),
    "key": described(
        _BOOLEAN,
        "Whether the value is part of what `once` means: with another value it is another occasion, on which "
        "the same customers may be messaged.",
        True,
    ),
    "description": described(
        ref("paragraph"),
        "What the input is for; shown to the person who is asked for it.",
        "The branch whose customers are reminded.",
    ),
}


def keys_by_type() -> dict[str, Schema]:
    """Give the keys that not every type of input has, by type."""
    return {kind.value: keys for kind, keys in _BY_TYPE.items()}


def variants() -> dict[str, Schema]:
    """Give the closed form of an input for each type."""
    return {
        kind.value: closed({**_ALWAYS, **keys}, ["type"], title=f"Input: {kind}")
        for kind, keys in _BY_TYPE.items()
    }


def undecided() -> Schema:
    """Give the form of an input whose type is missing or unknown: its own keys are let be."""
    fields = {key: let_be(part) for keys in _BY_TYPE.values() for key, part in keys.items()}
    return closed({**_ALWAYS, **fields}, ["type"], title="Input")
