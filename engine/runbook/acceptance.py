"""Warnings that a step accepts, with the reason: they stand in the plan, no more among the findings."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from engine.diagnostics import Diagnostic, Json, Kind, Path, Severity, Span
from engine.frozen import replace
from engine.runbook.document import Document
from engine.runbook.fault import Fault
from engine.runbook.model import Runbook
from engine.runbook.rules import MOST
from engine.runbook.rules.parts import ACCEPTED, steps
from engine.runbook.spelling import listed

IDLE = Kind(
    "RB512",
    "accepted warning that does not occur",
    "once it does occur, for another reason, nobody would see it.",
    Severity.WARNING,
)

_MOST_NAMED = 3
_MOST_ASKED = 100
"""A finding names so many steps that it waits for, of so many that it may have."""

_Step: TypeAlias = tuple[Path, Mapping[str, Any]]


class Accepted(NamedTuple):
    """A warning that a step accepts, and why."""

    step: str
    finding: Diagnostic
    reason: str

    def to_json(self) -> dict[str, Json]:
        """Give it as plans carry it: no place, so that a plan does not change with the file's layout."""
        kind, message = self.finding.kind, self.finding.message
        about: dict[str, Json] = {"step": self.step, "code": kind.code, "summary": kind.summary}
        return {**about, "message": message, "reason": self.reason}


def split(
    document: Document, found: Iterable[Diagnostic]
) -> tuple[tuple[Diagnostic, ...], tuple[Accepted, ...]]:
    """Part findings from the warnings that are accepted.

    A warning belongs to the step that it stands in; in an audience, to the steps that use it; at the name
    or the campaign, to all steps. All to which it belongs must accept it.
    """
    known = tuple(found)
    if not any(ACCEPTED in step for _, step in _steps(document)):
        return known, ()
    homes = _Homes(document)
    kept: list[Diagnostic] = []
    accepted: list[Accepted] = []
    for one in known:
        owners = [] if one.is_error else homes.of(one)
        if owners and all(one.kind.code in _codes(step) for step in owners):
            accepted += [Accepted(_name(step), one, _codes(step)[one.kind.code]) for step in owners]
        else:
            kept.append(_asking_all(one, owners))
    return tuple(kept), tuple(dict.fromkeys(accepted))


def _name(step: Mapping[str, Any]) -> str:
    """Give a step's id, empty if it has none: what is said of its runbook may still be accepted or not."""
    name = step.get("id")
    return name if isinstance(name, str) else ""


def _asking_all(one: Diagnostic, owners: Sequence[Mapping[str, Any]]) -> Diagnostic:
    """Say of a warning that some of its steps accept which of them do not."""
    others = [_name(step) for step in owners[:_MOST_ASKED] if one.kind.code not in _codes(step)]
    if len(others) == len(owners[:_MOST_ASKED]):
        return one
    few = [f"`{each}`" if each else "a step without an id" for each in others[:_MOST_NAMED]]
    where = listed(few, "and") + (" and others" if others[_MOST_NAMED:] else "")
    more = f" To accept it, do so at {where}, too."
    # A plan parts what it finds together with what was parted when the runbook was read.
    return one if one.help.endswith(more) else replace(one, help=f"{one.help}{more}")


def by_step(runbook: Runbook, accepted: Iterable[Accepted]) -> tuple[Accepted, ...]:
    """Give what is accepted, all of it, in the order of the steps."""
    positions = {step.id: position for position, step in enumerate(runbook.steps)}

    def key(each: Accepted) -> tuple[int, str, Span]:
        return positions[each.step], each.finding.kind.code, each.finding.span

    return tuple(sorted(dict.fromkeys(accepted), key=key))


def idle(document: Document, found: Iterable[Diagnostic]) -> Iterator[Fault]:
    """Find what steps of a sound runbook accept although it is not among all that was found.

    Silent where an input may still bring it about, of what is found elsewhere: in the catalog, and of what
    there is so much of that not all was told.
    """
    if not any(ACCEPTED in step for _, step in _steps(document)):
        return
    homes, told = _Homes(document), tuple(found)
    used = {(step["id"], one.kind.code) for one in told for step in homes.of(one)}
    cut_off = {code for code, number in Counter(one.kind.code for one in told).items() if number >= MOST}
    to_come = _ToCome(document)
    for path, step in _steps(document):
        for code in _codes(step):
            if (
                (step["id"], code) not in used
                and not code.startswith("RB4")
                and code not in cut_off
                and not to_come.may_be(code, step)
            ):
                mend = f"delete {code}."
                yield Fault(IDLE, (*path, ACCEPTED, code), "key", f"there is no {code} at this step", mend)


ABOUT: Mapping[str, tuple[str, ...]] = {
    "RB204": ("language",),
    "RB501": ("limit", "expect", "ids", "exclude_ids"),
    "RB503": ("payment_status",),
    "RB504": ("payment_status",),
    "RB505": ("template", "conversation", "campaign"),
    "RB513": ("ids", "custom"),
    "RB514": ("template", "language"),
    "RB515": ("custom",),
    "RB548": ("ids", "exclude_ids"),
}
"""By code, what the rules read that look again once an input is filled in; no other rule does."""

OVER_STEPS: Mapping[str, tuple[str, ...]] = {
    "RB502": ("template", "conversation", "filters"),
    "RB511": ("template", "conversation", "filters", "limit", "expect"),
}
"""The same, for rules that hold a step against the others."""


class _ToCome:
    """Which warnings the values of inputs may still bring about."""

    def __init__(self, document: Document) -> None:
        self._data: Mapping[str, Any] = document.data or {}
        self._steps = [step for _, step in _steps(document)]
        self._over_steps: dict[str, bool] = {}

    def may_be(self, code: str, step: Mapping[str, Any]) -> bool:
        if code not in OVER_STEPS:
            return self._is_open(step, ABOUT.get(code, ()))
        if code not in self._over_steps:
            about = OVER_STEPS[code]
            self._over_steps[code] = any(self._is_open(each, about) for each in self._steps)
        return self._over_steps[code]

    def _is_open(self, step: Mapping[str, Any], keys: Iterable[str]) -> bool:
        shared = self._data.get("audiences", {}).get(step.get("audience"), {})
        whole = {"campaign": self._data.get("campaign"), **shared, **step}
        filters = whole.get("filters")
        parts = {**whole, **filters} if isinstance(filters, dict) else whole
        return any("{{" in str(parts.get(key)) for key in keys)


def _steps(document: Document) -> Iterator[_Step]:
    data = document.data or {}
    return steps(data) if isinstance(data.get("steps"), list) else iter(())


def _codes(step: Mapping[str, Any]) -> Mapping[str, str]:
    codes = step.get(ACCEPTED)
    given = codes if isinstance(codes, dict) else {}
    # A reason that is no text is said to be none; what it was given for is accepted all the same.
    return {code: str(why) for code, why in given.items() if code[:2] != "x-"}


class _Homes:
    """Where the steps and the audiences of a document stand, in its order."""

    def __init__(self, document: Document) -> None:
        self._steps = [step for _, step in _steps(document)]
        self._users: dict[Any, list[Mapping[str, Any]]] = {}
        for step in self._steps:
            if isinstance(name := step.get("audience"), str):
                self._users.setdefault(name, []).append(step)
        audiences = (document.data or {}).get("audiences")
        self._names = list(audiences) if isinstance(audiences, dict) else []
        self._of_steps = _areas(document, (path for path, _ in _steps(document)))
        self._of_names = _areas(document, (("audiences", name) for name in self._names))
        shared = [(key,) for key in ("name", "campaign") if key in (document.data or {})]
        self._of_all = sorted(_areas(document, shared))

    def of(self, one: Diagnostic) -> list[Mapping[str, Any]]:
        """Give the steps that a finding belongs to."""
        at = (one.span.line, one.span.column)
        if (number := _around(self._of_steps, at)) is not None:
            return [self._steps[number]]
        if (number := _around(self._of_names, at)) is not None:
            return self._users.get(self._names[number], [])
        return self._steps if _around(self._of_all, at) is not None else []


_Place: TypeAlias = tuple[int, int]


def _areas(document: Document, paths: Iterable[Path]) -> list[tuple[_Place, _Place]]:
    extents = [document.places.find(document.data, path)[1] for path in paths]
    spans = [document.lines.span(at, at) for at in chain.from_iterable(extents)]
    places = [(span.line, span.column) for span in spans]
    return [*zip(places[::2], places[1::2], strict=True)]


def _around(areas: list[tuple[_Place, _Place]], at: _Place) -> int | None:
    number = bisect_right(areas, at, key=lambda area: area[0]) - 1
    return number if number >= 0 and at < areas[number][1] else None
