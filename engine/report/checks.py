"""What ``runbook doctor`` found, as values and as people and programs read it; pure."""

import stat
import textwrap
from collections.abc import Iterable, Sequence
from enum import StrEnum

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.refusal import Refusal
from engine.report.paint import WIDTH, Paint, bare, plain, printable

SKEW_S = 5.0
"""A clock that is further off than this is said: waits and deadlines go by it."""


RUNS = "runs"
"""The name of what is said of runs that need a person."""


class Status(StrEnum):
    """How it is with what was looked at; ``wrong`` keeps a run from sending."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``code`` is that under which a run would be refused for it."""

    name: str
    message: str
    status: Status = Status.OK
    cure: str = ""
    code: int = 0


def warning(name: str, message: str, cure: str) -> Check:
    """Make a check that keeps nothing back."""
    return Check(name, message, Status.WARNING, cure)


def wrong(name: str, refusal: Refusal) -> Check:
    """Make a check from what a run would be refused for."""
    return Check(name, refusal.message, Status.WRONG, refusal.cure, refusal.code)


def clock(said: str, ahead_s: float | None) -> Check:
    """Judge this machine's clock, which says ``said``, by how far it is ahead of the API's."""
    if ahead_s is None:
        return Check("clock", f"{said}; compare it yourself: the API has not said its time")
    if abs(ahead_s) <= SKEW_S:
        return Check("clock", f"{said}, as the API's")
    off = f"{abs(ahead_s):,.0f} s {'ahead of' if ahead_s > 0 else 'behind'} the API's"
    return warning(
        "clock", f"{said}, which is {off}", "set it by the network (NTP): `timedatectl` shows how it is"
    )


def open_to_others(name: str, what: str, mode: int, mend: str) -> Check | None:
    """Say that others may read a file, by its mode; None where nobody else may."""
    if stat.S_IMODE(mode) & 0o077 == 0:
        return None
    return warning(name, f"others on this machine may open {what} ({stat.S_IMODE(mode):04o})", mend)


def exit_code(checks: Iterable[Check]) -> int:
    """Give the code of the first wrong thing: they stand in the order in which a run would meet them."""
    return next((check.code for check in checks if check.status is Status.WRONG), 0)


def to_json(checks: Iterable[Check]) -> Json:
    """Give the checks as ``doctor --format json`` does."""
    return {
        "checks": [
            {"name": each.name, "status": each.status.value, "message": each.message, "cure": each.cure}
            for each in checks
        ]
    }


_STYLES = {Status.OK: "good", Status.WARNING: "warning", Status.WRONG: "error"}
_INDENT = " " * 9


def text(checks: Sequence[Check], paint: Paint = plain, width: int = WIDTH) -> str:
    """Show the checks, each with its cure below it; a cure stays in one line, for copying."""
    return "\n".join(line for check in checks for line in _lines(check, paint, width))


def _lines(check: Check, paint: Paint, width: int) -> list[str]:
    said = bare(printable(f"{check.name}: {check.message}"))
    first, *rest = textwrap.wrap(
        said, max(width - len(_INDENT), 20), break_on_hyphens=False, break_long_words=False
    ) or [""]
    name, colon, begun = first.partition(":")
    mark = paint(_STYLES[check.status], check.status.value.ljust(len(_INDENT) - 1))
    cure = [f"{_INDENT}help: {bare(printable(check.cure))}"] if check.cure else []
    head = f"{mark} {paint('strong', name)}{colon}{begun}"
    return [head, *(f"{_INDENT}{line}" for line in rest), *cure]


def verdict(checks: Sequence[Check]) -> str:
    """Say in a line what it comes to, and what to do next."""
    faults = sum(each.status is Status.WRONG for each in checks)
    warnings = sum(each.status is Status.WARNING for each in checks)
    if faults:
        return f"{faults} to mend. Then run `runbook doctor` again: it can check more."
    beside = f", but read the warning{'' if warnings == 1 else f's ({warnings})'}" if warnings else ""
    if any(each.name == RUNS and each.status is Status.WARNING for each in checks):
        return f"Nothing is wrong{beside}. Next: `runbook status` says what the runs need."
    return f"Nothing is wrong{beside}. Next: `runbook plan FILE` shows what a run would do."
