"""Groups that a slip of the indentation has put among the inputs or audiences, whose names are free."""

from engine.diagnostics import Path
from engine.runbook.fault import MISPLACED_KEY, Broken, Fault
from engine.runbook.wording.keys import OF_DEFAULTS, OF_THE_TOP

_OF_AUDIENCES = frozenset(("filters", "expect"))
_OF_INPUTS = frozenset(("type", "key", "description", "default", "choices", "pattern", "minimum", "maximum"))
_BELOW = "indent them below the name to which they belong"
_MARK = {"inputs": "type", "audiences": "filters"}
"""What every input and every audience has: whoever has it is one, whatever its name."""


def stray(broken: Broken) -> Fault | None:
    """Say where a group belongs that is no input or audience; in the same words for all that came with it."""
    match broken.path:
        case ("inputs" | "audiences" as place, str(name)):
            value = broken.value
            is_one = isinstance(value, dict) and _MARK[place] in value
            is_group = isinstance(value, dict)
            free = place == "inputs" and (not value or is_group == (name in _OF_INPUTS))
            return None if is_one or free else _home(place, name)
        case _:
            return None


def _home(place: str, name: str) -> Fault | None:
    if place == "inputs" and name in _OF_INPUTS:
        return Fault(
            MISPLACED_KEY,
            (place, name),
            "key",
            f"`{name}` stands among the {place}, and is a key of one",
            _BELOW,
        )
    if name in OF_THE_TOP:
        return _fault((place, name), name, "to the top of the file", "begin its line at column 1")
    if place == "audiences" and name in OF_DEFAULTS:
        return _fault((place, name), "defaults", "to the top of the file", "begin its line at column 1")
    if place == "audiences" and name in _OF_AUDIENCES:
        return _fault((place, name), name, "to an audience", "indent it below the name of its audience")
    return None


def _fault(path: Path, name: str, home: str, mend: str) -> Fault:
    return Fault(MISPLACED_KEY, path, "key", f"`{name}` belongs {home}", mend)
