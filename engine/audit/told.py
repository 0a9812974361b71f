"""A report in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from engine.audit.check import ABSENT, Report, shown
from engine.audit.recount import TWICE

_LISTED = 20
_SOUND = (
    "Sound: the chains fit together, nothing between their events is missing, every request lies inside its "
    "plan, and no address was accepted twice."
)
_KEPT = "The seal that was kept is there: what it covers is as it was written."
_NOT_KEPT = (
    "Whether all was written anew, or something cut off at its end, only a seal shows that was kept "
    "elsewhere: --seal SEAL"
)
_TWICE = (
    "SENT TWICE, PERHAPS: the chains fit together, and they tell that what was said not to have gone out "
    "had gone out: somebody may have got two messages."
)
_NEWER = (
    "NOT KNOWN: as far as this version can tell nothing is wrong, but it does not know all that stands here, "
    "so it does not call it sound."
)
_NAMES = {
    "runs": ("run", "runs"),
    "events": ("event", "events"),
    "sends": ("send", "sends"),
    "contacts": ("contact", "contacts"),
    "reached": ("row of the API's logs", "rows of the API's logs"),
    "seals": ("seal", "seals"),
}


def told(report: Report) -> str:
    """Say what was checked, what is wrong, and what could not be checked."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"Checked: {_numbers(report)}."
    if [fault.rule for fault in report.faults] == [ABSENT]:
        yield "NOT PROVEN: nothing in it is wrong by itself, but the seal that was kept is not in it."
        yield f"  {report.faults[0]}"
    elif is_twice_alone(report):
        yield _TWICE
        yield from _listed([str(fault) for fault in report.faults])
    elif report.faults:
        count = len(report.faults)
        yield f"NOT SOUND: {count:,} {'fault' if count == 1 else 'faults'}, each where it shows first."
        yield from _listed([str(fault) for fault in report.faults])
    else:
        yield _SOUND if report.is_whole else _NEWER
        yield _KEPT if report.is_kept else _NOT_KEPT
    if report.seal:
        yield f"Latest seal: sha256:{report.seal}"
    if report.behind:
        where = "Behind it" if report.seal else "Without a seal"
        yield f"{where}: {_counted(report.behind, 'events')}; a seal is made when a command has ended."
    if report.unchecked:
        yield "Not checkable:"
        yield from _listed([shown(said) for said in report.unchecked])


def is_twice_alone(report: Report) -> bool:
    """Say whether all that is wrong was done by those who ran it, and nothing with the log."""
    return {fault.rule for fault in report.faults} == {TWICE}


def _numbers(report: Report) -> str:
    numbers = report.numbers.items()
    return ", ".join(_counted(number, name) for name, number in numbers if number or name == "events")


def _counted(number: int, name: str) -> str:
    one, many = _NAMES[name]
    return f"{number:,} {one if number == 1 else many}"


def _listed(lines: object) -> Iterator[str]:
    assert isinstance(lines, list)
    yield from (f"  {line}" for line in lines[:_LISTED])
    if len(lines) > _LISTED:
        yield f"  … and {len(lines) - _LISTED:,} more"
