"""What a change to a runbook breaks that neither version shows by itself: rules between two revisions."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any

from engine.diagnostics import Diagnostic, Kind, Severity
from engine.record.plan import Once
from engine.runbook.draft import Draft
from engine.runbook.fault import Fault
from engine.runbook.meaning import canonical
from engine.runbook.rules.parts import listed
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

_WHAT_IT_DOES = ("campaign", "inputs", "once", "purpose", "steps")
_FOR_PEOPLE = ("id", "title", "accept_warnings")


def check(before: Draft, now: Draft, revision: str, names: Collection[object] = ()) -> Iterator[Fault]:
    """Find what a change breaks; ``revision`` says where the earlier version stood.

    ``names`` are those of all runbooks as they are now: one that another file has was not given up.
    """
    old, new = before.document.data, now.document.data
    if isinstance(old, dict) and isinstance(new, dict):
        if not _once_is(old, Once.RUN) or not _once_is(new, Once.RUN):
            yield from _names(old, new, revision, names)
        if before.is_sound and now.is_sound:
            yield from _revision(old, new, revision)


def fresh(
    found: Sequence[Diagnostic], now: Draft, earlier: Sequence[Diagnostic], before: Draft
) -> list[Diagnostic]:
    """Give the errors, and of the warnings those that did not stand before.

    One stood if it was on a line of the same text, or said the same: lines move, and are laid out anew.
    """

    def by_line(draft: Draft) -> _Sign:
        return lambda one: (one.kind.code, draft.document.lines.line(one.span.line).strip())

    warnings, stood = ([one for one in some if not one.is_error] for some in (found, earlier))
    warnings, stood = _unpaired(warnings, by_line(now), stood, by_line(before))
    warnings, _ = _unpaired(warnings, _by_words, stood, _by_words)
    new = {*warnings}
    return [one for one in found if one.is_error or one in new]


_Sign = Callable[[Diagnostic], Hashable]


def _by_words(one: Diagnostic) -> Hashable:
    return one.kind.code, one.message


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
    # Of a shorter period a former name has had its day.
    if left and _once_is(old, Once.EVER):
        place = "formerly" if kept else "name"
        gone = enumerated(map(shown, left), "and")
        add = [*kept, *([was] if was != name and was not in kept else []), *left]
        mend = f"write {line('formerly', add)}; leave it out only if everybody may be messaged again."
        yield Fault(FORGOTTEN, (place,), "value", f"{gone} stood in `formerly` at {revision}", mend)


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
