"""An input can be given: its bounds have room, its pattern can be read, its default fits."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind
from engine.runbook.decode import decode_inputs
from engine.runbook.fault import Fault
from engine.runbook.inputs import fault_of_default
from engine.runbook.rules.ranges import between

PATTERN = Kind("RB206", "pattern cannot be read", "whatever is given for the input could not be checked.")
DEFAULT = Kind("RB207", "default does not fit", "who gives no value would be refused because of the runbook.")


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find inputs that no value, or not their own default, can fill."""
    for name, spec in data.get("inputs", {}).items():
        if not isinstance(spec, dict) or "type" not in spec:
            continue
        path = ("inputs", name)
        yield from between(path, spec, "minimum", "maximum")
        unreadable = _unreadable(spec.get("pattern"))
        if unreadable:
            mend = "mend the regular expression; every ( [ { needs its partner."
            yield Fault(PATTERN, (*path, "pattern"), "value", unreadable, mend)
            continue
        (decoded,) = decode_inputs({"inputs": {name: spec}})
        if wrong := fault_of_default(decoded):
            message, _, mend = wrong.partition("; ")
            mend = mend or "change the default, or what is allowed."
            yield Fault(DEFAULT, (*path, "default"), "value", message, mend)


def _unreadable(pattern: object) -> str | None:
    try:
        re.compile(str(pattern))
    except (re.error, RecursionError, OverflowError) as error:
        return f"{error}"
    return None
