"""The texts of a runbook in which the value of an input is meant: with its braces, or without them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from engine.diagnostics import Path
from engine.runbook.shape import may_hold_template

_LEADS, _SECONDS = frozenset("iIsS$["), frozenset("nNtT$iIsS")
_STARTS = ("input", "step", "$input", "$step", "[input", "[step")
_CONDITIONS = ("when", "success")
_REFERENCE = r"(?i)\[?\$?(inputs?|steps)(?:\.([a-z_]\w*)|\['([a-z_]\w*)'\])(?:\.\w+)*\]?"


class Reference(NamedTuple):
    """A text that is nothing but ``inputs.<name>`` or ``steps.<name>…``, where a template might stand."""

    path: Path
    text: str
    group: str
    name: str


class Marked(NamedTuple):
    """The texts with a brace where a template may stand, in their order; and those that lack theirs."""

    braces: list[tuple[Path, str]]
    bare: list[Reference]


def is_reference(text: str) -> bool:
    """Whether a text is nothing but the name of an input or of a step's result."""
    return _found(text) is not None


def _found(text: str) -> re.Match[str] | None:
    return re.fullmatch(_REFERENCE, text) if text[:8].lower().startswith(_STARTS) else None


def _reference(path: Path, text: str) -> Iterator[Reference]:
    """Give what a text names, if it is nothing but a name; names of inputs are in small letters."""
    if found := _found(text):
        group = "steps" if found[1].lower() == "steps" else "inputs"
        yield Reference(path, text, group, (found[2] or found[3]).lower())


def marked(data: Mapping[str, Any] | None) -> Marked:
    """Find both in one walk: a long runbook has a hundred thousand texts."""
    found: list[tuple[Path, str]] = []
    bare: list[Reference] = []
    _collect((), data or {}, found, bare)
    braces = [(path, text) for path, text in found if may_hold_template(path)]
    return Marked(braces, [each for each in bare if may_hold_template(each.path)])


def _collect(
    path: Path,
    value: Mapping[str, Any] | list[Any],
    found: list[tuple[Path, str]],
    bare: list[Reference],
) -> None:
    """Find the texts with what every mark of a template begins or ends with: most have none."""
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, str):
            if "{" in each or "}}" in each:
                found.append(((*path, key), each))
            elif each[:1] in _LEADS and each[1:2] in _SECONDS and key not in _CONDITIONS:
                bare.extend(_reference((*path, key), each))
        elif isinstance(each, (dict, list)):
            _collect((*path, key), each, found, bare)
