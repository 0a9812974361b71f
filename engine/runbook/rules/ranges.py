"""A range has room: its least number is not above its greatest."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind, Path
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import audiences, steps

EMPTY = Kind("RB205", "range without room", "no number can lie in it, so it would always be broken.")


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find ranges of ``expect`` whose ``min`` is above their ``max``."""
    for path, owner in (*audiences(data), *steps(data)):
        expect = owner.get("expect")
        matched = expect.get("matched") if isinstance(expect, dict) else None
        if isinstance(matched, dict):
            yield from between((*path, "expect", "matched"), matched, "min", "max")


def between(path: Path, group: Mapping[str, Any], low: str, high: str) -> Iterator[Fault]:
    """Find a group whose ``low`` number is above its ``high`` one."""
    least, most = group.get(low), group.get(high)
    if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
        message = f"{low} {least} is above {high} {most}"
        yield Fault(
            EMPTY, (*path, low), "value", message, f"write {low}: {most} and {high}: {least}, or mend one."
        )
