"""``--assume``: the ways on which a step ends as the user says."""

import re
from collections.abc import Iterable, Sequence

from engine.planner.answers import Assumptions
from engine.record.condition import NUMBERS, Field, Value
from engine.record.outcome import SendStatus
from engine.runbook.spelling import listed, nearest

_FORM = re.compile(r"([a-z][a-z0-9_]*)\.([a-z_]+)=(.+)")
_STATUSES = [
    status.value for status in SendStatus if status not in (SendStatus.INTENDED, SendStatus.SENT_UNKNOWN)
]
_FIELDS = [name.value for name in Field if name is not Field.RAN]


def read_assumptions(
    steps: Sequence[str], texts: Iterable[str], option: str = "--assume"
) -> tuple[Assumptions, tuple[str, ...]]:
    """Read ``step.field=value`` texts: what is fixed of each step, and what is wrong, a sentence each."""
    fixed: dict[str, dict[Field, Value]] = {}
    problems: list[str] = []
    for text in texts:
        form = _FORM.fullmatch(text)
        if form is None:
            problems.append(f"{option} {text} is not of the form STEP.FIELD=VALUE")
            continue
        step, name, value = form.groups()
        wrong = _wrong("step", step, steps) or _wrong("field", name, _FIELDS) or _wrong_value(name, value)
        if not wrong and Field(name) in fixed.get(step, {}):
            wrong = f"{step}.{name} is said twice; say it once"
        if wrong:
            problems.append(f"{option} {text}: {wrong}")
        else:
            read = value if name == Field.STATUS else float(value) if "." in value else int(value)
            fixed.setdefault(step, {})[Field(name)] = read
    return fixed, tuple(problems)


def _wrong(what: str, word: str, known: Sequence[str]) -> str | None:
    if word in known:
        return None
    meant = nearest(word, known)
    return f'there is no {what} "{word}"; ' + (f"did you mean {meant}?" if meant else f"use {listed(known)}")


def _wrong_value(name: str, value: str) -> str | None:
    if name == Field.STATUS:
        return _wrong("status", value, _STATUSES)
    form = r"[0-9]{1,15}(\.[0-9]{1,9})?" if name == Field.FAILED_PCT else r"[0-9]{1,15}"
    assert Field(name) in NUMBERS
    return None if re.fullmatch(form, value) else f"{value} is not a number that {name} can be"
