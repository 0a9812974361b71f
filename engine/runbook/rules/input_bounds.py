"""An input can be given: its bounds have room, its pattern can be read, its choices and default fit."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind, Path
from engine.runbook.decode import decode_inputs
from engine.runbook.fault import Fault
from engine.runbook.inputs import fault_of_default, is_day
from engine.runbook.rules.ranges import between

PATTERN = Kind("RB206", "pattern cannot be read", "whatever is given for the input could not be checked.")
DEFAULT = Kind("RB207", "default does not fit", "who gives no value would be refused because of the runbook.")
CHOICE = Kind("RB208", "choice that no calendar has", "nobody could ever choose it.")


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find inputs that no value, or not their own default, can fill."""
    for name, spec in data.get("inputs", {}).items():
        if not isinstance(spec, dict) or "type" not in spec:
            continue
        faults = [*_declaration(("inputs", name), spec)]
        yield from faults
        if not any(fault.kind in (PATTERN, CHOICE) for fault in faults) and not _has_gap(spec):
            yield from _default(name, spec)


def _declaration(path: Path, spec: Mapping[str, Any]) -> Iterator[Fault]:
    yield from between(path, spec, "minimum", "maximum")
    if isinstance(spec.get("pattern"), str):
        # Only inputs with a pattern pay for importing its library.
        from engine.runbook.patterns import unreadable  # noqa: PLC0415

        if wrong := unreadable(spec["pattern"]):
            yield Fault(PATTERN, (*path, "pattern"), "value", wrong.message, wrong.help)
    for index, choice in enumerate(spec.get("choices", ())):
        if spec["type"] == "date" and isinstance(choice, str) and not is_day(choice):
            at = (*path, "choices", index)
            yield Fault(CHOICE, at, "value", f"there is no {choice}", "write a real day, or delete it.")


def _has_gap(spec: Mapping[str, Any]) -> bool:
    """Whether a list lost an item that is at fault already: what is left cannot be judged."""
    return any(isinstance(spec.get(key), list) and None in spec[key] for key in ("default", "choices"))


def _default(name: str, spec: Mapping[str, Any]) -> Iterator[Fault]:
    (decoded,) = decode_inputs({"inputs": {name: dict(spec)}})
    if wrong := fault_of_default(decoded):
        message, _, mend = wrong.partition("; ")
        mend = mend or "change the default, or what is allowed."
        yield Fault(DEFAULT, ("inputs", name, "default"), "value", message, mend)
