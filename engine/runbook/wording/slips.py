"""One slip of the pen that gives rise to several faults: one is told, with the mend of them all."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import dropwhile, islice, takewhile
from typing import Any

from engine.diagnostics import Json, Path
from engine.frozen import replace
from engine.runbook.fault import EMPTY, MISPLACED_KEY, UNKNOWN_KEY, WRONG_TYPE, Fault
from engine.runbook.leaves import IDENTIFIER, fits
from engine.runbook.model import STEP_KEYS
from engine.runbook.signs import is_key
from engine.runbook.spelling import line, listed, nearest
from engine.runbook.wording.keys import OF_STEPS, mended_name, proposed, quoted

_OF_NAMES = {("inputs",), ("audiences",)}
_STEP = len(("steps", 0))


def told_once(data: Mapping[str, Json], faults: Sequence[Fault]) -> list[Fault]:
    """Leave out the faults of a runbook's data that only follow from another one."""
    split = _dashes_once(data, _names_once(data, faults))
    return [*_strays_once(_keys_of_lists(data, _children_once(data, split)))]


# ---------------------------------------------------------------- a step's id in place of `id`


def _names_once(data: Mapping[str, Json], faults: Sequence[Fault]) -> Sequence[Fault]:
    """Tell of a step whose keys stand below its id, ``- remind: {…}``, in place of all that it lacks."""
    lacking = dict.fromkeys(
        fault.path for fault in faults if fault.where == "missing" and _is_step(fault.path)
    )
    names = ((path, _name_above(_at(data, path))) for path in lacking)
    named: dict[Path, str] = {path: name for path, name in names if name}
    rest = [fault for fault in faults if not _is_of_name(fault, named)]
    return [*(_unnamed(_at(data, path), path, name) for path, name in named.items()), *rest]


def _is_step(path: Path) -> bool:
    return len(path) == _STEP and path[0] == "steps" and isinstance(path[1], int)


def _is_of_name(fault: Fault, named: Mapping[Path, str]) -> bool:
    """Whether it is about such a name, or about what is missing beside it."""
    name = named.get(fault.path[:_STEP])
    return name is not None and (fault.where == "missing" or fault.path[_STEP : _STEP + 1] == (name,))


def _name_above(step: Json) -> str | None:
    """Give the first key of a step without an id if it is none that steps have, and holds keys or nothing."""
    first = next(iter(step), None) if isinstance(step, dict) and "id" not in step else None
    if first is None or not isinstance(step, dict) or is_key(first) or first.startswith("x-"):
        return None
    below = step[first]
    if isinstance(below, dict):
        return first if any(key in STEP_KEYS or key in OF_STEPS for key in below) else None
    is_id = below is None and len(step) > 1 and nearest(first, (*STEP_KEYS, *OF_STEPS)) is None
    return first if is_id else None


def _unnamed(step: Mapping[str, Json], path: Path, name: str) -> Fault:
    below = step[name]
    given = below.get("id") if isinstance(below, dict) else None
    name_of_it = (
        given if isinstance(given, str) and fits(IDENTIFIER, given) else mended_name(name, IDENTIFIER)
    )
    mend = f"write `- id: {name_of_it or 'NAME'}`, and the step's keys below it, in line with `id`."
    return Fault(UNKNOWN_KEY, (*path, name), "key", f"{quoted(name)} is no key of a step", mend)


# ---------------------------------------------------------------- a dash before a key


def _dashes_once(data: Mapping[str, Json], faults: Sequence[Fault]) -> Sequence[Fault]:
    """Tell of a dash that splits a step in two, in place of all that each half lacks."""
    if not any(fault.where == "missing" and fault.path[:1] == ("steps",) for fault in faults):
        return faults
    steps = data.get("steps")
    splits = dict(_splits(steps if isinstance(steps, list) else ()))
    halves = {("steps", index) for pair in splits.items() for index in pair}
    rest = [fault for fault in faults if fault.where != "missing" or fault.path not in halves]
    parts: dict[int, list[int]] = {}
    for index, owner in splits.items():
        parts.setdefault(owner, []).append(index)
    return [*(_dash(steps, owner, indexes) for owner, indexes in parts.items()), *rest]


def _splits(steps: Iterable[Json]) -> Iterator[tuple[int, int]]:
    """Give each step that goes on with one above: one of them has the id, and no key stands in both."""
    above, keys = -1, frozenset[str]()
    for index, step in enumerate(steps):
        if not isinstance(step, dict) or not step:
            above, keys = -1, frozenset()
        elif above >= 0 and ("id" in keys) != ("id" in step) and keys.isdisjoint(step) and _are_keys(step):
            yield index, above
            keys |= step.keys()
        else:
            above, keys = index, frozenset(step)


def _are_keys(group: Mapping[str, Json]) -> bool:
    return all(map(is_key, group))


def _dash(steps: Any, above: int, parts: Sequence[int]) -> Fault:  # noqa: ANN401  (any JSON)
    key = next(iter(steps[parts[0]]))
    name = next(steps[index]["id"] for index in (above, *parts) if "id" in steps[index])
    them = f"`{key}` belongs" if len(parts) == 1 else f"`{key}` and what follows belong"
    dash = "the dash" if len(parts) == 1 else "this dash and those below"
    mend = f"put a space in place of {dash}, so that {them} to step `{name}`."
    return Fault(MISPLACED_KEY, ("steps", parts[0]), "key", "the dash before it begins another step", mend)


def _keys_of_lists(data: Mapping[str, Json], faults: Iterable[Fault]) -> Iterator[Fault]:
    """Say of keys that stand with dashes where no list may that the dashes are too much."""
    for fault in faults:
        value = _at(data, fault.path) if fault.kind is WRONG_TYPE else None
        are_keys = isinstance(value, list) and all(isinstance(each, dict) for each in value)
        if value and are_keys and "`key: value` lines" in fault.message:
            mend = f"write the keys without dashes or [ ], so that they belong to `{fault.path[-1]}`"
            yield replace(fault, help=f"{_named(fault.path, value[0]) or mend}.")
        else:
            yield fault


def _named(path: Path, item: Mapping[str, Json]) -> str | None:
    """Say how an input or an audience is written that says its name under a key, as others do."""
    key = next((key for key in ("name", "id") if isinstance(item.get(key), str)), None)
    if path not in _OF_NAMES or key is None:
        return None
    rest = {each: value for each, value in item.items() if each != key}
    rest = rest or (
        {"type": "string"} if path == ("inputs",) else {"filters": {"payment_status": ["bounced"]}}
    )
    return f"write each below its name, without a dash: {line(proposed(str(item[key])), rest)}"


# ---------------------------------------------------------------- keys too far left


def _children_once(data: Mapping[str, Json], faults: Sequence[Fault]) -> Sequence[Fault]:
    """Tell of keys that stand beside the empty key that owns them, in place of all that follows."""
    strays = {fault.path for fault in faults if fault.kind is MISPLACED_KEY}
    named = {fault.path for fault in faults if _is_named(data, fault)}
    if not strays | named:
        return faults
    children: dict[Path, list[str]] = {}
    for fault in faults:
        if fault.kind is EMPTY and _at(data, fault.path) is None and fault.path:
            group = _at(data, fault.path[:-1])
            its = strays | named if fault.path in _OF_NAMES else strays
            found = _strays_behind(fault.path, group if isinstance(group, dict) else (), its)
            children |= {fault.path: found} if found else {}
    told = {(*owner[:-1], name) for owner, names in children.items() for name in names}
    rest = [fault for fault in faults if fault.path not in told and fault.path not in children]
    return [*(_outdented(owner, names) for owner, names in children.items()), *rest]


def _strays_behind(owner: Path, group: Iterable[str], strays: Collection[Path]) -> list[str]:
    """Give the keys that follow an empty one and stand in the wrong place."""
    behind = islice(dropwhile(lambda name: name != owner[-1], group), 1, None)
    return [*takewhile(lambda name: (*owner[:-1], name) in strays, behind)]


def _is_named(data: Mapping[str, Json], fault: Fault) -> bool:
    """Whether an unknown key at the top is a group of lines, as an input or an audience is."""
    is_top = fault.kind is UNKNOWN_KEY and len(fault.path) == 1
    return is_top and isinstance(data.get(str(fault.path[0])), dict)


def _outdented(owner: Path, names: Sequence[str]) -> Fault:
    message = f"`{names[0]}` stands beside `{owner[-1]}`, which is empty"
    them = listed([f"`{name}`" for name in names], "and") if len(names) > 1 else "it"
    mend = f"indent {them} by two spaces, to stand below `{owner[-1]}`."
    return Fault(MISPLACED_KEY, (*owner[:-1], names[0]), "key", message, mend)


def _at(data: Any, path: Path) -> Any:  # noqa: ANN401  (any JSON)
    """Give what stands at a path; None where it leads nowhere."""
    for part in path:
        fits = isinstance(data, dict) and part in data
        fits = fits or (isinstance(data, list) and isinstance(part, int) and part < len(data))
        data = data[part] if fits else None
    return data


# ---------------------------------------------------------------- groups among the inputs or audiences


def _strays_once(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Leave out what one slip of the indentation did to several lines, but for the first of them."""
    told: set[tuple[object, str]] = set()
    for fault in faults:
        is_stray = fault.kind is MISPLACED_KEY and len(fault.path) == _STEP and fault.path[0] != "steps"
        slip = fault.path[:1], fault.help
        if not (is_stray and slip in told):
            yield fault
        if is_stray:
            told.add(slip)
