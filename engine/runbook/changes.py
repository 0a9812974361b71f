"""What a change to a runbook breaks that neither version shows by itself: rules between two revisions."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from engine.diagnostics import Diagnostic, Kind, Path, Severity
from engine.record.plan import Once
from engine.runbook.draft import Draft
from engine.runbook.fault import Fault
from engine.runbook.meaning import canonical
from engine.runbook.rules.parts import inputs, listed, steps
from engine.runbook.spelling import line, shown
from engine.runbook.spelling import listed as enumerated

RENAMED = Kind(
    "RB601",
    "renamed without `formerly`",
    "the name is part of what `once` means: under a new one, everybody may be messaged a second time.",
    Severity.WARNING,
)
FORGOTTEN = Kind(
    "RB602",
    "former name left out",
    "what was sent under it does not count any more: everybody whom it reached may be messaged again.",
    Severity.WARNING,
)
NOT_GROWN = Kind(
    "RB603",
    "revision did not grow",
    "plans and runs show it: two different runbooks under one number cannot be told apart.",
    Severity.WARNING,
)
OTHER_KEYS = Kind(
    "RB605",
    "other `key` inputs",
    "they are part of what `once` means: under others, everybody may be messaged a second time.",
    Severity.WARNING,
)

_WHAT_IT_DOES = ("campaign", "inputs", "once", "purpose", "steps")
_FOR_PEOPLE = ("id", "title", "accept_warnings")


def check(before: Draft, now: Draft, revision: str, names: Collection[object] = ()) -> Iterator[Fault]:
    """Find what a change breaks; ``revision`` says where the earlier version stood.

    ``names`` are those of runbooks that had them then and have them now: such a one was not given up.
    """
    old, new = before.document.data, now.document.data
    if isinstance(old, dict) and isinstance(new, dict):
        if not _once_is(old, Once.RUN) or not _once_is(new, Once.RUN):
            yield from _names(old, new, revision, names)
            if before.is_sound and now.is_sound:
                yield from _keys(old, new, revision)
        if before.is_sound and now.is_sound:
            yield from _revision(old, new, revision)


def fresh(
    found: Sequence[Diagnostic], now: Draft, earlier: Sequence[Diagnostic], before: Draft
) -> list[Diagnostic]:
    """Give the errors, and of the warnings those that did not stand before.

    One stood if it was on a line of the same text, or said the same: lines move, and are laid out anew.
    It is of the step that it was of, if both versions have that step: another step's was mended.
    """
    warnings, stood = ([one for one in some if not one.is_error] for some in (found, earlier))
    if not (warnings and stood):
        return [*found]
    ids = {name for _, name in _steps(now)} & {name for _, name in _steps(before)}
    of, of_before = _owner(now, ids), _owner(before, ids)

    def by_line(draft: Draft, of: _Sign) -> _Sign:
        return lambda one: (one.kind.code, draft.document.lines.line(one.span.line).strip(), of(one))

    def by_words(of: _Sign) -> _Sign:
        return lambda one: (one.kind.code, one.message, of(one))

    warnings, stood = _unpaired(warnings, by_line(now, of), stood, by_line(before, of_before))
    warnings, _ = _unpaired(warnings, by_words(of), stood, by_words(of_before))
    new = {*warnings}
    return [one for one in found if one.is_error or one in new]


_Sign: TypeAlias = Callable[[Diagnostic], Hashable]


def _steps(draft: Draft) -> Iterator[tuple[Path, str]]:
    data = draft.document.data or {}
    for path, step in steps(data) if isinstance(data.get("steps"), list) else ():
        if isinstance(name := step.get("id"), str):
            yield path, name


def _owner(draft: Draft, ids: Collection[object]) -> _Sign:
    """Tell the id of the step that a finding stands in; None outside of steps, and in one of no such id."""
    document = draft.document
    begins: list[tuple[int, object]] = [(document.key_span((key,)).line, None) for key in document.data or {}]
    for path, name in _steps(draft):
        begins.append((document.value_span(path).line, name if name in ids else None))
    begins.sort(key=lambda begin: begin[0])
    lines = [number for number, _ in begins]

    def of(one: Diagnostic) -> Hashable:
        number = bisect_right(lines, one.span.line)
        return begins[number - 1][1] if number else None

    return of


def _unpaired(
    ones: Sequence[Diagnostic], sign: _Sign, others: Sequence[Diagnostic], sign_of_other: _Sign
) -> tuple[list[Diagnostic], list[Diagnostic]]:
    """Pair one with another of the same sign; give those on both sides that are left alone."""
    free = Counter(map(sign_of_other, others))
    paired: Counter[Hashable] = Counter()
    alone = []
    for one in ones:
        if paired[sign(one)] < free[sign(one)]:
            paired[sign(one)] += 1
        else:
            alone.append(one)
    left = []
    for other in others:
        if paired[sign_of_other(other)]:
            paired[sign_of_other(other)] -= 1
        else:
            left.append(other)
    return alone, left


def _names(
    old: Mapping[str, Any], new: Mapping[str, Any], revision: str, names: Collection[object]
) -> Iterator[Fault]:
    was, name = old.get("name"), new.get("name")
    kept = [each for _, each in listed(new.get("formerly"))]
    if not isinstance(was, str) or not isinstance(name, str):
        return
    if was != name and was not in kept and was not in names:
        mend = (
            f"write {line('formerly', [*kept, was])}; leave it out only if everybody may be messaged again."
        )
        yield Fault(RENAMED, ("name",), "value", f"it was {shown(was)} at {revision}", mend)
    left = [each for _, each in listed(old.get("formerly")) if each not in (*kept, name, *names)]
    if left and not (_is_of_a_day(old) and _is_of_a_day(new)):
        place = "formerly" if kept else "name"
        gone = enumerated(map(shown, left), "and")
        add = [*kept, *([was] if was != name and was not in kept else []), *left]
        mend = f"write {line('formerly', add)}; leave it out only if everybody may be messaged again."
        yield Fault(FORGOTTEN, (place,), "value", f"{gone} stood in `formerly` at {revision}", mend)


def _keys(old: Mapping[str, Any], new: Mapping[str, Any], revision: str) -> Iterator[Fault]:
    was, now = _key_inputs(old), _key_inputs(new)
    if was != now:
        message = f"marked `key` at {revision}: {_told(was)}; now: {_told(now)}"
        mend = "leave names and types of key inputs as they were, unless everybody may be messaged again."
        added = [path for path in now if now[path] != was.get(path)]
        place = added[0] if added else ("inputs",) if "inputs" in new else ("name",)
        yield Fault(OTHER_KEYS, place, "key", message, mend)


def _key_inputs(data: Mapping[str, Any]) -> dict[Path, str]:
    """Give the types of the inputs that tell one occasion from another; their texts stand in it."""
    return {path: spec["type"] for path, spec in inputs(data) if spec.get("key") is True}


def _told(keys: Mapping[Path, str]) -> str:
    return enumerated((f"`{path[-1]}` ({kind})" for path, kind in keys.items()), "and") or "none"


def _is_of_a_day(data: Mapping[str, Any]) -> bool:
    """Say whether a former name has had its day when the change is merged."""
    return _once_is(data, Once.RUN) or _once_is(data, Once.DAY)


def _once_is(data: Mapping[str, Any], period: Once) -> bool:
    once = data.get("once")
    return (once.get("per") if isinstance(once, dict) else Once.EVER) == period


def _revision(old: Mapping[str, Any], new: Mapping[str, Any], revision: str) -> Iterator[Fault]:
    was, number = old.get("revision"), new.get("revision")
    if was is None or number is None or number > was:
        return
    one, other = _deeds(old), _deeds(new)
    changed = [f"`{key}`" for key in _WHAT_IT_DOES if one.get(key) != other.get(key)]
    if number < was:
        message = f"it was {was} at {revision}"
    elif changed:
        message = f"{enumerated(changed, 'and')} changed since {revision}, and it is still {was}"
    else:
        return
    yield Fault(NOT_GROWN, ("revision",), "value", message, f"write `revision: {was + 1}`.")


def _deeds(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a runbook does, without what is for people; steps have numbers for ids."""
    whole = canonical(data)
    numbers = {step["id"]: str(number) for number, step in enumerate(data["steps"])}
    steps: Any = whole["steps"]
    return {**whole, "steps": [_deed(step, numbers) for step in steps]}


_STEP = re.compile(r"\bsteps\.(\w+)")


def _deed(step: Mapping[str, Any], numbers: Mapping[str, str]) -> dict[str, Any]:
    def numbered(text: str) -> str:
        return _STEP.sub(lambda found: f"steps.{numbers.get(found[1], found[1])}", text)

    deed = {key: value for key, value in step.items() if key not in _FOR_PEOPLE}
    if "when" in deed:
        deed["when"] = numbered(deed["when"])
    if "success" in deed:
        deed["success"] = [numbered(text) for text in deed["success"]]
    return deed
