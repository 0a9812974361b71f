"""From a runbook's text to findings or a draft, and from a draft with values to a runbook.

The main path of this package: read the text, check its shape, check what goes across fields, parse
its conditions and templates. What one stage finds at fault, the next does not see: a consequence
of a finding is not reported.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, NamedTuple, TypeAlias

from engine.diagnostics import Diagnostic, Json, Path, Severity, in_order
from engine.frozen import dataclass, replace
from engine.record.condition import Condition, InputName, Scalar
from engine.runbook import rules, schema
from engine.runbook.acceptance import Accepted, idle, split
from engine.runbook.channels import REGISTRY, Channel, known
from engine.runbook.copies import changed, without
from engine.runbook.decode import decode
from engine.runbook.document import Document
from engine.runbook.expressions import template
from engine.runbook.fault import LATER_KEY, MORE, UNKNOWN_FORMAT, UNKNOWN_KEY, WRONG_TYPE, Fault
from engine.runbook.marked import marked
from engine.runbook.model import SAMPLES, InputSpec, InputType, Runbook
from engine.runbook.rules.parts import Parts
from engine.runbook.source import read as read_document
from engine.runbook.spelling import line
from engine.runbook.texts import Texts

Values: TypeAlias = Mapping[str, Scalar | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A runbook before its inputs are known; fit for planning if none of its findings is an error.

    What its steps accept is not among the ``diagnostics``.
    """

    document: Document
    diagnostics: tuple[Diagnostic, ...]
    inputs: tuple[InputSpec, ...] = ()
    conditions: Mapping[Path, Condition] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=lambda: REGISTRY)
    accepted: tuple[Accepted, ...] = ()
    templates: Mapping[Path, template.Template] = field(default_factory=dict)

    @property
    def is_sound(self) -> bool:
        """Whether it can be planned."""
        return not any(diagnostic.is_error for diagnostic in self.diagnostics)


def read(raw: bytes, file: str, channels: Mapping[str, Channel] | None = None) -> Draft:
    """Read and check a runbook; everything that is wrong is found at once.

    Without ``channels`` those count that this installation has; raises Refusal where one that the
    runbook names cannot be used.
    """
    document = read_document(raw, file)
    if document.data is None:
        return Draft(document, tuple(in_order(document.diagnostics)))
    channels = known(_channels_of(document.data)) if channels is None else channels
    faults = schema.check(document.data, templates=True, channels=channels)
    if any(fault.kind in (MORE, UNKNOWN_FORMAT) for fault in faults):
        # What was not judged may have any shape, and rules and conditions take theirs for granted.
        found = (*document.diagnostics, *schema.diagnostics(document, faults))
        return Draft(document, tuple(in_order(found)), channels=channels)
    sound = without(document.data, {*document.faulted, *_places(faults)})
    meant = _meant(document.data, faults) if faults or document.faulted else {}
    parts = Parts(sound)
    faults += rules.check(Parts(_with_meant(sound, meant)) if faults or document.faulted else parts)
    faults += rules.check_as_written(parts)
    texts = Texts(document, parts, faults, meant)
    faults += _smells(document, parts, faults, texts)
    # What the value of a key should be is no matter where the key is not read yet.
    idle = {document.value_span(fault.path) for fault in faults if fault.kind is LATER_KEY}
    told = (each for each in document.diagnostics if each.span not in idle)
    diagnostics = [*told, *schema.diagnostics(document, faults), *texts.diagnostics]
    found = tuple(in_order(diagnostics))
    draft = Draft(document, found, texts.specs(), texts.conditions, channels, templates=texts.templates)
    return _without_accepted(_tried(draft) if draft.is_sound else draft)


def _meant(data: Mapping[str, Any], faults: Sequence[Fault]) -> dict[str, Any]:
    """Give the names of inputs and audiences that stand there, at fault: they are not missing."""
    # Only a file with faults pays for the words.
    from engine.runbook.wording.foreign import section  # noqa: PLC0415
    from engine.runbook.wording.keys import proposed  # noqa: PLC0415

    unknown = (str(fault.path[0]) for fault in faults if fault.kind is UNKNOWN_KEY and len(fault.path) == 1)
    pairs = ((section(key), _names(data[key])) for key in unknown)
    meant: dict[str, Any] = {key: names for key, names in pairs if key and key not in data}
    written = data.get("audiences", {})
    if not isinstance(written, dict):
        steps = data.get("steps")
        steps = [step for step in (steps if isinstance(steps, list) else ()) if isinstance(step, dict)]
        written = {step["audience"]: {} for step in steps if isinstance(step.get("audience"), str)}
    groups = ({"audiences": written} | meant).items()
    return {key: {proposed(name): {} for name in group} for key, group in groups}


def _names(group: Json) -> list[str]:
    """Give the names of a group's entries; in a list each stands under `name`, or is the only key."""
    items = group if isinstance(group, list) else []
    in_list = [
        each.get("name", each.get("id", next(iter(each))))
        for each in items
        if isinstance(each, dict) and each
    ]
    return [*group] if isinstance(group, dict) else [each for each in in_list if isinstance(each, str)]


def _with_meant(sound: Mapping[str, Any], meant: Mapping[str, Any]) -> dict[str, Any]:
    """Give data with the names of all audiences, for the rules."""
    audiences = {**meant["audiences"], **sound.get("audiences", {})}
    return {**sound, "audiences": audiences} if audiences else dict(sound)


def _smells(document: Document, sound: Parts, faults: Sequence[Fault], texts: Texts) -> list[Fault]:
    """Find what looks wrong, where nothing is wrong."""
    wrong = {fault.path for fault in faults if fault.kind.severity is Severity.ERROR}
    wrong |= document.faulted | texts.faulted
    healthy = _healthy(sound, {path[:2] for path in wrong})
    if not any(path[:1] == ("defaults",) for path in wrong):
        texts.smells(healthy)
    found = [*rules.smells(healthy, texts.conditions)]
    return found if wrong else [*found, *rules.smells_as_written(sound)]


def _healthy(sound: Parts, wrong: set[Path]) -> Parts:
    """Give what is without the steps and audiences that have a fault; steps keep their places."""
    if not wrong:
        return sound
    data = sound.data
    steps = [None if ("steps", index) in wrong else step for index, step in enumerate(data.get("steps", ()))]
    audiences = {k: v for k, v in data.get("audiences", {}).items() if ("audiences", k) not in wrong}
    return Parts({**data, "steps": steps, "audiences": audiences})


def _without_accepted(draft: Draft) -> Draft:
    """Take out what the steps accept, and say what they accept in vain."""
    kept, accepted = split(draft.document, draft.diagnostics)
    in_vain = [*idle(draft.document, draft.diagnostics)] if draft.is_sound else []
    if kept == draft.diagnostics and not in_vain:
        return draft
    found = in_order((*kept, *schema.diagnostics(draft.document, in_vain)))
    return replace(draft, diagnostics=tuple(found), accepted=accepted)


def _channels_of(data: Mapping[str, Any]) -> set[str]:
    """Give the names of channels in a runbook that was not checked yet."""
    steps = data.get("steps")
    named = (
        [step.get("channel") for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []
    )
    return {each for each in named if isinstance(each, str)}


class Filling(NamedTuple):
    """A draft with values in it: the runbook, unless an error is among what the values give rise to."""

    runbook: Runbook | None
    diagnostics: tuple[Diagnostic, ...] = ()


def fill(draft: Draft, values: Values) -> Filling:
    """Fill values into a sound draft, and find what only they make wrong."""
    data, filled = _filled(draft, values)
    # A text without templates was checked when it was read, by the same schema and the same rules.
    if not filled:
        return Filling(decode(data, draft.conditions))
    faults = schema.check(data, templates=False, channels=draft.channels, rendered=filled)
    parts = Parts(data)
    faults = faults or [*rules.check(parts), *rules.smells(parts, draft.conditions)]
    found = _added(draft, schema.diagnostics(draft.document, faults))
    if any(one.is_error for one in found):
        return Filling(None, found)
    return Filling(decode(data, draft.conditions), found)


def _added(draft: Draft, found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Give what was not found before; in other words it is the same finding."""
    accepted = (each.finding for each in draft.accepted)
    before = {(one.kind, one.span) for one in (*draft.diagnostics, *accepted)}
    return tuple(in_order(one for one in found if (one.kind, one.span) not in before))


def _tried(draft: Draft) -> Draft:
    """Fill in the defaults, or a sample of the right type, to find templates that can never fit."""
    values = {spec.name: _sample(spec) for spec in draft.inputs}
    data, filled = _filled(draft, values)
    if not filled:
        return draft
    faults = schema.check(data, templates=False, channels=draft.channels, rendered=filled)
    surely = all(spec.default is not None for spec in draft.inputs)
    telling = [
        _about_type(draft, fault) if fault.kind is WRONG_TYPE else fault
        for fault in faults
        if surely or fault.kind is WRONG_TYPE
    ]
    found = schema.diagnostics(draft.document, telling)
    wrong = {one.span for one in found}
    before = (one for one in draft.diagnostics if one.span not in wrong)
    return replace(draft, diagnostics=tuple(in_order((*before, *found))))


def _about_type(draft: Draft, fault: Fault) -> Fault:
    """Say of a template that does not fit what type its inputs have, not what a sample of it is."""
    types = {spec.name: spec.type.value for spec in draft.inputs}
    for path, text in marked(draft.document.data).braces:
        if path == fault.path[: len(path)]:
            parts, _ = template.parse_template(text, {spec.name: spec for spec in draft.inputs})
            named = [part.name for part in parts or () if isinstance(part, InputName)]
            given = " and ".join(f"inputs.{name} is of type {types[name]}" for name in named)
            message = f"{given}, which does not fit here"
            is_list_in_list = isinstance(fault.path[-1], int) and [types[name] for name in named] == ["list"]
            bare = f"write it without brackets: {line(str(path[-2]), text)}."
            return replace(fault, message=message, help=bare if is_list_in_list else fault.help)
    return fault


def _sample(spec: InputSpec) -> Scalar | tuple[str, ...]:
    if spec.default is None or spec.type is InputType.DATE:
        return SAMPLES[spec.type]
    if isinstance(spec.default, list):
        return tuple(map(str, spec.default))
    assert not isinstance(spec.default, dict), "no type of input has a mapping for a default"
    return spec.default


def _filled(draft: Draft, values: Values) -> tuple[Any, frozenset[Path]]:
    """Give the data with every template filled in, and the paths where one stood."""
    changes: dict[Path, Json] = {}
    for path, parts in draft.templates.items():
        value = template.render(parts, values)
        changes[path] = list(value) if isinstance(value, tuple) else value
    return changed(draft.document.data, changes), frozenset(changes)


def _places(faults: Sequence[Fault]) -> set[Path]:
    """Give the paths of what is at fault itself; a mapping that lacks a key is otherwise sound."""
    return {fault.path for fault in faults if fault.where != "missing" and fault.path}


__all__ = ["Draft", "fill", "read"]
