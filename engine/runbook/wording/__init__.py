"""What is wrong with the shape of a runbook, in words that its author understands.

A rule of the schema that is broken becomes faults here; nothing of the library's own wording is
used, and no message lists branches: of a choice, the branch that fits the value's kind is meant.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from engine.diagnostics import Json, Path
from engine.frozen import replace
from engine.runbook.channels.channel import Channel
from engine.runbook.fault import UNKNOWN_FORMAT, Broken, Fault
from engine.runbook.shape.inputs import keys_by_type
from engine.runbook.spelling import line, listed, nearest, shown
from engine.runbook.wording.keys import ELSEWHERE, at_least_one, missing, one_audience, unknown
from engine.runbook.wording.mends import TEMPLATES_OF_CHOICES
from engine.runbook.wording.strays import stray
from engine.runbook.wording.values import (
    empty,
    malformed,
    out_of_bounds,
    repeated,
    unknown_word,
    wrong_type,
)

_Belongs: TypeAlias = Mapping[str, Mapping[str, str]]

_BY_RULE: Mapping[str, Callable[[Broken], Iterator[Fault]]] = {
    "required": missing,
    "oneOf": one_audience,
    "type": wrong_type,
    "enum": unknown_word,
    "pattern": malformed,
    "minimum": out_of_bounds,
    "maximum": out_of_bounds,
    "maxLength": out_of_bounds,
    "maxItems": out_of_bounds,
    "maxProperties": out_of_bounds,
    "minItems": empty,
    "minProperties": empty,
    "uniqueItems": repeated,
}


def explain(
    broken: Iterable[Broken],
    channels: Collection[Channel],
    rendered: frozenset[Path],
    homes: Mapping[str, str],
) -> Iterator[Fault]:
    """Say what is wrong, each fault once; ``rendered``: the paths that templates gave.

    Without ``channels`` it is another format than a runbook's: ``homes`` say where its keys belong.
    """
    belongs: _Belongs = {
        "steps": _owners({channel.label: channel.fields for channel in channels}, "steps"),
        "inputs": _owners(keys_by_type(), "inputs"),
    }
    belongs = belongs if channels else {ELSEWHERE: homes}
    seen: set[tuple[Path, str, str, str]] = set()
    for fault in (fault for each in broken for fault in _explain(each, belongs)):
        known = (fault.path, fault.where, fault.kind.code, fault.message)
        if known in seen:
            continue
        seen.add(known)
        mend = fault.help if fault.help.endswith("?") else f"{fault.help}."
        if any(fault.path[:depth] in rendered for depth in range(1, len(fault.path) + 1)):
            yield replace(fault, message=f"{fault.message}, once its template is filled in", help=mend)
        else:
            yield replace(fault, help=mend)


def _explain(broken: Broken, belongs: _Belongs) -> Iterator[Fault]:
    if (fault := stray(broken)) is not None:
        yield fault
    elif broken.rule == "anyOf":
        yield from _choice(broken, belongs)
    elif broken.rule == "additionalProperties":
        yield from unknown(broken, belongs)
    else:
        yield from _BY_RULE[broken.rule](broken)


def _choice(broken: Broken, belongs: _Belongs) -> Iterator[Fault]:
    if all(each.rule == "required" and each.path == broken.path for _, each in broken.inner):
        yield from at_least_one(broken)
        return
    meant = _branch(broken)
    if meant is None:
        yield from wrong_type(broken)
    for number, each in broken.inner:
        if number == meant:
            same = each.path == broken.path
            yield from _explain(each._replace(examples=broken.examples) if same else each, belongs)


def unknown_format(declared: str, formats: tuple[str, ...]) -> Fault:
    """Say that a version of the format is not known."""
    known = listed([line("format", each) for each in formats])
    kind = formats[0].partition("/")[0]
    if nearest(declared, formats) is None or declared.startswith(f"{kind}/v"):
        mend = f"write {known}, or use a version of the engine that reads {shown(declared)}."
    else:
        mend = f"did you mean {known}?"
    return Fault(UNKNOWN_FORMAT, ("format",), "value", f"{shown(declared)} is not read by this version", mend)


def _branch(broken: Broken) -> int | None:
    """Choose the branch that the author meant: the first that takes a value of this kind.

    A branch for templates is meant by a text with braces in it, and by no other.
    """
    value = broken.value
    is_template = isinstance(value, str) and "{{" in value
    refused = {number for number, each in broken.inner if each.rule == "type" and each.path == broken.path}
    for number, schema in enumerate(broken.bound):
        takes_templates = schema.get("pattern") in TEMPLATES_OF_CHOICES
        if takes_templates and is_template:
            return number
    for number, schema in enumerate(broken.bound):
        if number not in refused and schema.get("pattern") not in TEMPLATES_OF_CHOICES:
            return number
    return None


def _owners(keys: Mapping[str, Mapping[str, Json]], place: str) -> dict[str, str]:
    """Say of each key whose it is: ``WhatsApp and Call steps``."""
    owners: dict[str, list[str]] = {}
    for label, its in keys.items():
        for key in its:
            owners.setdefault(key, []).append(label)
    return {key: f"{listed(labels, 'and')} {place}" for key, labels in owners.items()}
