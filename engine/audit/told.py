"""A report in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from engine.audit.check import Report

_LISTED = 20
_SOUND = (
    "Sound: every event is as it was written, none between them is missing, every request lies inside its "
    "plan, and no address was accepted twice."
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
    if report.faults:
        count = len(report.faults)
        yield f"NOT SOUND: {count:,} {'fault' if count == 1 else 'faults'}, each where it shows first."
        yield from _listed([str(fault) for fault in report.faults])
    else:
        yield _SOUND
    if report.seal:
        yield f"Latest seal: sha256:{report.seal}"
    if report.behind:
        yield f"Behind it: {_counted(report.behind, 'events')}; a seal is made when a command has ended."
    if report.unchecked:
        yield "Not checkable:"
        yield from _listed(report.unchecked)


def _numbers(report: Report) -> str:
    shown = [_counted(number, name) for name, number in report.numbers.items() if number or name == "events"]
    return ", ".join(shown)


def _counted(number: int, name: str) -> str:
    one, many = _NAMES[name]
    return f"{number:,} {one if number == 1 else many}"


def _listed(lines: object) -> Iterator[str]:
    assert isinstance(lines, list)
    yield from (f"  {line}" for line in lines[:_LISTED])
    if len(lines) > _LISTED:
        yield f"  … and {len(lines) - _LISTED:,} more"
