"""Warnings that a step accepts, with the reason: they stand in the plan, no more among the findings."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from engine.diagnostics import Diagnostic, Json, Kind, Path, Severity
from engine.runbook.document import Document
from engine.runbook.fault import Fault
from engine.runbook.model import Runbook
from engine.runbook.rules.parts import ACCEPTED, steps

IDLE = Kind(
    "RB512",
    "accepted warning that does not occur",
    "once it does occur, for another reason, nobody would see it.",
    Severity.WARNING,
)

_Step: TypeAlias = tuple[Path, Mapping[str, Any]]


class Accepted(NamedTuple):
    """A warning that a step accepts, and why."""

    step: str
    finding: Diagnostic
    reason: str

    def to_json(self) -> dict[str, Json]:
        """Give it as plans carry it: no place, so that a plan does not change with the file's layout."""
        kind = self.finding.kind
        return {"step": self.step, "code": kind.code, "summary": kind.summary, "reason": self.reason}


def split(
    document: Document, found: Iterable[Diagnostic]
) -> tuple[tuple[Diagnostic, ...], tuple[Accepted, ...]]:
    """Part findings from the warnings that are accepted.

    A warning belongs to the step that it stands in; in an audience, to the steps that use it, and all of
    these must accept it.
    """
    known = tuple(found)
    if not any(_codes(step) for _, step in _steps(document)):
        return known, ()
    homes = _Homes(document)
    kept: list[Diagnostic] = []
    accepted: list[Accepted] = []
    for one in known:
        owners = [] if one.is_error else homes.of(one)
        if owners and all(one.kind.code in _codes(step) for step in owners):
            accepted += [Accepted(step["id"], one, _codes(step)[one.kind.code]) for step in owners]
        else:
            kept.append(one)
    return tuple(kept), tuple(dict.fromkeys(accepted))


def by_step(runbook: Runbook, accepted: Iterable[Accepted]) -> tuple[Accepted, ...]:
    """Give what is accepted in the order of the steps, each code once a step."""
    positions = {step.id: position for position, step in enumerate(runbook.steps)}
    once = {(positions[each.step], each.finding.kind.code): each for each in accepted}
    return tuple(once[key] for key in sorted(once))


def idle(document: Document, found: Iterable[Diagnostic]) -> Iterator[Fault]:
    """Find what steps of a sound runbook accept although it is not among all that was found.

    Silent where an input may still bring it about, and of what is found elsewhere: in the catalog.
    """
    if not any(_codes(step) for _, step in _steps(document)):
        return
    homes = _Homes(document)
    used = {(step["id"], one.kind.code) for one in found for step in homes.of(one)}
    for path, step in _steps(document):
        for code in _codes(step):
            if (step["id"], code) not in used and not code.startswith("RB4") and not _is_open(document, step):
                mend = f"delete {code}."
                yield Fault(IDLE, (*path, ACCEPTED, code), "key", f"there is no {code} at this step", mend)


def _is_open(document: Document, step: Mapping[str, Any]) -> bool:
    shared = (document.data or {}).get("audiences", {})
    assert isinstance(shared, dict)
    return "{{" in f"{step} {shared.get(step.get('audience', ''))}"


def _steps(document: Document) -> Iterator[_Step]:
    data = document.data or {}
    return steps(data) if isinstance(data.get("steps"), list) else iter(())


def _codes(step: Mapping[str, Any]) -> Mapping[str, str]:
    codes = step.get(ACCEPTED)
    return {code: why for code, why in codes.items() if code[:2] != "x-"} if isinstance(codes, dict) else {}


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

    def of(self, one: Diagnostic) -> list[Mapping[str, Any]]:
        """Give the steps that a finding belongs to."""
        at = (one.span.line, one.span.column)
        if (number := _around(self._of_steps, at)) is not None:
            return [self._steps[number]]
        number = _around(self._of_names, at)
        return self._users.get(self._names[number], []) if number is not None else []


_Place: TypeAlias = tuple[int, int]


def _areas(document: Document, paths: Iterable[Path]) -> list[tuple[_Place, _Place]]:
    extents = [document.places.find(document.data, path)[1] for path in paths]
    spans = [document.lines.span(at, at) for at in chain.from_iterable(extents)]
    places = [(span.line, span.column) for span in spans]
    return [*zip(places[::2], places[1::2], strict=True)]


def _around(areas: list[tuple[_Place, _Place]], at: _Place) -> int | None:
    number = bisect_right(areas, at, key=lambda area: area[0]) - 1
    return number if number >= 0 and at < areas[number][1] else None
