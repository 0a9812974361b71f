"""From a runbook's text to findings or a draft, and from a draft with values to a runbook.

The main path of this package: read the text, check its shape, check what goes across fields, parse
its conditions and templates. What one stage finds at fault, the next does not see: a consequence
of a finding is not reported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, NamedTuple, TypeAlias

from engine.diagnostics import Diagnostic, Json, Path, in_order
from engine.frozen import dataclass, replace
from engine.record.condition import Condition, InputName, Scalar
from engine.runbook import rules, schema
from engine.runbook.channels import REGISTRY, Channel, known
from engine.runbook.decode import decode, decode_inputs
from engine.runbook.document import Document
from engine.runbook.expressions import template
from engine.runbook.expressions.fault import Fault as TextFault
from engine.runbook.expressions.fault import Scope
from engine.runbook.fault import WRONG_TYPE, Fault
from engine.runbook.model import InputSpec, InputType, Runbook
from engine.runbook.shape import may_hold_template
from engine.runbook.source import read as read_document

Values: TypeAlias = Mapping[str, Scalar | tuple[str, ...]]

_SAMPLES: Mapping[InputType, Scalar | tuple[str, ...]] = {
    InputType.STRING: "text",
    InputType.INTEGER: 1,
    InputType.NUMBER: 1,
    InputType.BOOLEAN: True,
    InputType.DATE: "2026-03-31",
    InputType.LIST: ("text",),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A runbook before its inputs are known; fit for planning if none of its findings is an error."""

    document: Document
    diagnostics: tuple[Diagnostic, ...]
    inputs: tuple[InputSpec, ...] = ()
    conditions: Mapping[Path, Condition] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=lambda: REGISTRY)

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
    sound = _without(document.data, {*document.faulted, *_places(faults)})
    faults += rules.check(sound)
    texts = _Texts(document, sound, faults)
    diagnostics = [*document.diagnostics, *schema.diagnostics(document, faults), *texts.diagnostics]
    draft = Draft(document, tuple(in_order(diagnostics)), texts.specs(), texts.conditions, channels)
    return _tried(draft) if draft.is_sound else draft


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
    faults = faults or list(rules.check(data))
    found = tuple(in_order(schema.diagnostics(draft.document, faults)))
    if any(one.is_error for one in found):
        return Filling(None, found)
    return Filling(
        decode(data, draft.conditions), tuple(one for one in found if one not in draft.diagnostics)
    )


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
    found = (*draft.diagnostics, *schema.diagnostics(draft.document, telling))
    return replace(draft, diagnostics=tuple(in_order(found)))


def _about_type(draft: Draft, fault: Fault) -> Fault:
    """Say of a template that does not fit what type its inputs have, not what a sample of it is."""
    types = {spec.name: spec.type.value for spec in draft.inputs}
    for path, text in _templated(draft.document.data):
        if path == fault.path[: len(path)]:
            parts, _ = template.parse_template(text, {spec.name: spec for spec in draft.inputs})
            named = [part.name for part in parts or () if isinstance(part, InputName)]
            given = " and ".join(f"inputs.{name} is of type {types[name]}" for name in named)
            return replace(fault, message=f"{given}, which does not fit here")
    return fault


def _sample(spec: InputSpec) -> Scalar | tuple[str, ...]:
    if spec.default is None or spec.type is InputType.DATE:
        return _SAMPLES[spec.type]
    if isinstance(spec.default, list):
        return tuple(map(str, spec.default))
    assert not isinstance(spec.default, dict), "no type of input has a mapping for a default"
    return spec.default


# ---------------------------------------------------------------- texts: templates and conditions


class _Texts:
    """Every text of a runbook that is a condition or may hold a template, parsed."""

    def __init__(self, document: Document, data: Mapping[str, Any], faults: Sequence[Fault]) -> None:
        self.document = document
        self.diagnostics: list[Diagnostic] = []
        self.conditions: dict[Path, Condition] = {}
        self.data = data
        self.inputs = _inputs(document.data or {}, data, faults)
        for path, text in _templated(data):
            _, wrong = template.parse_template(text, self.inputs)
            self._report(path, wrong)
        self._read_conditions()

    def specs(self) -> tuple[InputSpec, ...]:
        return tuple(spec for spec in self.inputs.values() if spec is not None)

    def _read_conditions(self) -> None:
        steps = (self.document.data or {}).get("steps")
        ids = _ids(steps if isinstance(steps, list) else [])
        for path, text in _conditions(self.data):
            # Only runbooks with conditions pay for importing Jinja2.
            from engine.runbook.expressions.parse import parse  # noqa: PLC0415

            position = int(path[1])
            own = self.data["steps"][position].get("id") if path[2] == "success" else None
            scope = Scope(self.inputs, ids, position, own)
            condition, wrong = parse(text, scope)
            self._report(path, wrong)
            if condition is not None:
                self.conditions[path] = condition

    def _report(self, path: Path, wrong: Sequence[TextFault]) -> None:
        for fault in wrong:
            span = self.document.span_inside(path, fault.start, fault.end)
            self.diagnostics.append(self.document.finding(fault.kind, span, fault.message, fault.help))


def _inputs(
    written: Mapping[str, Any], sound: Mapping[str, Any], faults: Sequence[Fault]
) -> dict[str, InputSpec | None]:
    """Give every declared input, None for one whose own declaration is at fault."""
    declared = written.get("inputs")
    if not isinstance(declared, dict):
        return {}
    broken = {str(fault.path[1]) for fault in faults if fault.path[:1] == ("inputs",) and len(fault.path) > 1}
    kept = {name: spec for name, spec in sound.get("inputs", {}).items() if name not in broken}
    specs = {spec.name: spec for spec in decode_inputs({"inputs": kept})}
    return {name: specs.get(name) for name in declared if not name.startswith("x-")}


def _ids(steps: list[Any]) -> dict[str, int]:
    ids: dict[str, int] = {}
    for position, step in enumerate(steps):
        if isinstance(step, dict) and isinstance(step.get("id"), str):
            ids.setdefault(step["id"], position)
    return ids


def _conditions(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for position, step in enumerate(data.get("steps", ())):
        for key in ("when", "success") if isinstance(step, dict) else ():
            value = step.get(key)
            if isinstance(value, str):
                yield ("steps", position, key), value
            elif isinstance(value, list):
                yield from (
                    (("steps", position, key, index), item)
                    for index, item in enumerate(value)
                    if isinstance(item, str)
                )


def _templated(data: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Walk over the texts that hold the marks of a template where one may stand."""
    if isinstance(data, str):
        if template.holds_template(data) and may_hold_template(path):
            yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _templated(value, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from _templated(item, (*path, index))


# ---------------------------------------------------------------- data


def _filled(draft: Draft, values: Values) -> tuple[Any, frozenset[Path]]:
    """Give the data with every template filled in, and the paths where one stood."""
    inputs = {spec.name: spec for spec in draft.inputs}
    changes: dict[Path, Json] = {}
    for path, text in _templated(draft.document.data):
        parts, _ = template.parse_template(text, inputs)
        assert parts is not None, "the templates of a sound draft are sound"
        value = template.render(parts, values)
        changes[path] = list(value) if isinstance(value, tuple) else value
    return _changed(draft.document.data, changes), frozenset(changes)


def _changed(data: Json, changes: Mapping[Path, Json], path: Path = ()) -> Json:
    """Copy data with some values changed; untouched when there is nothing to change."""
    if not changes:
        return data
    if path in changes:
        return changes[path]
    if isinstance(data, dict):
        return {key: _changed(value, changes, (*path, key)) for key, value in data.items()}
    if isinstance(data, list):
        return [_changed(item, changes, (*path, index)) for index, item in enumerate(data)]
    return data


def _places(faults: Sequence[Fault]) -> set[Path]:
    """Give the paths of what is at fault itself; a mapping that lacks a key is otherwise sound."""
    return {fault.path for fault in faults if fault.where != "missing" and fault.path}


def _without(data: Any, broken: set[Path], path: Path = ()) -> Any:  # noqa: ANN401  (any JSON)
    """Copy data without the values at the broken paths; list items keep their places."""
    if not broken:
        return data
    if isinstance(data, dict):
        return {
            key: _without(value, broken, (*path, key))
            for key, value in data.items()
            if (*path, key) not in broken
        }
    if isinstance(data, list):
        places = ((*path, index) for index in range(len(data)))
        return [
            None if place in broken else _without(item, broken, place)
            for place, item in zip(places, data, strict=True)
        ]
    return data


__all__ = ["Draft", "fill", "read"]
