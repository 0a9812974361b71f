"""Lines that do not line up: they begin where nothing above begins, or as what cannot stand there."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from engine.diagnostics import Kind
from engine.runbook.document import Fault
from engine.runbook.signs import NO_COLON, NO_KEY, cut, is_key, no_dash
from engine.runbook.spot import MISPLACED, Spot, key_of, uncommented

INDENT = Kind("RB016", "lines that do not line up", "in YAML, the indentation says what belongs to what.")

_LEVEL = 2  # blanks
_EXAMPLE = 40  # characters of a line that stand for it in a message


class _Level(NamedTuple):
    """A column, from 1, at which lines above begin; ``text``: a key, or an item with its dash."""

    column: int
    is_item: bool
    text: str


def stray_dash(spot: Spot) -> Fault | None:
    """Find a key with the dash of an item among other keys: only steps are items that have keys."""
    start, line = spot.start, spot.line
    if not _is_item(line):
        (start, line), (_, owner) = [*islice(spot.lines_above(), 2), (0, ""), (0, "")][:2]
        if not owner.endswith(":") or _is_item(owner) or owner.strip() == "steps:":
            return None
    key = key_of(line)
    if not _is_item(line) or not spot.says(*MISPLACED) or not key or not _is_no_item(key[1], spot):
        return None
    at = start + line.index("-")
    help_ = f"write `{cut(line[key.start(1) :])}` without the dash, in line with the keys beside it."
    return INDENT, at, at + 1, f"{key[1]} is a key, and no item of a list", help_


def _is_no_item(key: str, spot: Spot) -> bool:
    top = next((line for _, line in spot.lines_above() if line[:1] not in (" ", "-")), "")
    return (key != "id" and is_key(key)) or top.startswith(("inputs:", "audiences:"))


def misaligned(spot: Spot) -> Fault | None:
    """Judge a line that begins where nothing above begins, or another sort of thing does."""
    if spot.before.strip() or not spot.says(*MISPLACED, "document start"):
        return None
    if spot.char == ":":
        return NO_KEY, spot.at, spot.at + 1, "a colon stands here without a key", "write the key before it."
    levels = _levels(spot.lines_above())
    if spot.says("document start"):
        return _root(spot, levels)
    if fault := _beside_its_owner(spot):
        return fault
    column, is_item = len(spot.before) + 1, _is_item(spot.line)
    message = f"it begins at column {column}, where nothing above begins"
    if any(level.column == column for level in levels):
        here, there = ("an item of a list", "keys") if is_item else ("a key", "items of a list")
        message = f"{here} stands among {there}"
        if not is_item and re.match(r"\s*id:\s", spot.line):
            return no_dash(spot.start, spot.line)
    help_ = _proposal(spot.lines_above(), levels, column, is_item=is_item)
    if not help_ and levels:
        help_ = "indent it below the key that it belongs to, or write it like its neighbours."
    return (INDENT, spot.at, spot.end, message, help_) if help_ else None


def _beside_its_owner(spot: Spot) -> Fault | None:
    """Judge keys that stand beside the empty key that owns them, where the next line stands below it."""
    column, moved = len(spot.line) - len(spot.line.lstrip()), None
    for start, line in spot.lines_above():
        key = key_of(line)
        if key is None or _is_item(line) or key.start(1) >= column:
            return None
        is_empty = not line[key.end() :] or line[key.end() :].startswith("#")
        if moved and key.start(1) == moved[1].start(1) and is_empty:
            at, child = moved[0] + moved[1].start(1), moved[1]
            message = f"it stands beside `{key[1]}`, which is empty"
            by = column - child.start(1)
            spaces = "two spaces" if by == _LEVEL else f"{by} space{'s' * (by > 1)}"
            help_ = f"indent it by {spaces}, to stand below `{key[1]}`."
            return INDENT, at, at + len(child[1]), message, help_
        if moved and key.start(1) != moved[1].start(1):
            return None
        moved = start, key
    return None


def _root(spot: Spot, levels: list[_Level]) -> Fault | None:
    """Judge the first key of a file, where the second one stands left of it."""
    if not levels or levels[-1].column == 1:
        return None
    start, line = [*spot.lines_above()][-1]
    at = start + len(line) - len(line.lstrip())
    key = key_of(spot.line)
    message = f'"{levels[-1].text}" begins at column {levels[-1].column}, and what follows it at column 1'
    help_ = f"begin it at column 1, like `{key[1] if key else spot.line.strip()[:_EXAMPLE]}`."
    return INDENT, at, at + len(line.lstrip()), message, help_


def misindented(spot: Spot) -> Fault | None:
    """Judge a key that stands where none may: the line above holds the reason."""
    above = [*islice(spot.lines_above(), 2)]
    key = key_of(above[0][1]) if above else None
    if key is None:
        return _unkeyed(*above[0], spot) if above else None
    if fault := _beside_its_owner(spot):
        return fault
    column = key.start(1) + 1
    indent = len(spot.line) - len(spot.line.lstrip())
    before = _levels(islice(spot.lines_above(), 1, None))
    if any(level.column == indent + 1 and level.is_item == _is_item(spot.line) for level in before):
        return _outdented(above[0], before, column, spot)
    at = spot.start + indent
    message = f'"{key[1]}" above already has its value, so nothing can belong to it'
    return INDENT, at, spot.at, message, f'begin this line at column {column}, like "{key[1]}".'


def _outdented(above: tuple[int, str], before: list[_Level], column: int, spot: Spot) -> Fault | None:
    """Say that it is the line above that stands too far left: this one goes on with what was before it."""
    start, line = above
    help_ = _proposal(islice(spot.lines_above(), 1, None), before, column, is_item=_is_item(line), right=True)
    if not help_:
        return None
    at = start + len(line) - len(line.lstrip())
    message = f"it begins at column {column}, left of what it belongs with"
    return INDENT, at, start + len(line), message, help_


def _unkeyed(start: int, line: str, spot: Spot) -> Fault:
    above = next((each for at, each in spot.lines_above() if at < start), "")
    if _is_item(above) and key_of(above) is None:
        return no_dash(start, line)
    start += len(line) - len(line.lstrip())
    _, end = spot.line_around(start)
    help_ = (
        "write a key, a colon, a space and a value; or put it on the line of the value that it belongs to."
    )
    return NO_KEY, start, start + len(spot.value_from(start, end)), "it has no colon", help_


def no_colon(spot: Spot) -> Fault | None:
    """Judge a line that has no colon at all."""
    start, end = spot.line_around(spot.opened)
    return _unkeyed(start, spot.text[start:end], spot) if spot.says(NO_COLON) else None


def _levels(lines: Iterator[tuple[int, str]]) -> list[_Level]:
    """Find at which columns the lines above begin, as long as they still stand open; the deepest first."""
    levels: list[_Level] = []
    for _, line in lines:
        found = re.match(r"( *)((?:- +)*)", line)
        assert found is not None, "it matches everything"
        key = key_of(line)
        here = [_Level(found.end() + 1, False, key[1])] if key else []
        here += [_Level(found.end(1) + 1, True, line.strip()[:_EXAMPLE])] if found[2] else []
        for level in here:
            if not levels or level.column < levels[-1].column:
                levels.append(level)
        if levels and levels[-1].column == 1:
            break
    return levels


def _proposal(
    lines: Iterator[tuple[int, str]], levels: list[_Level], column: int, *, is_item: bool, right: bool = False
) -> str:
    """Say where a line may begin: at the nearest column, and like what."""
    _, above = next(lines, (0, ""))
    if is_item and uncommented(above).endswith(":"):
        key = key_of(above)
        if key:
            return f"begin it at column {key.start(1) + 3}, below `{key[1]}:`."
    fitting = [level for level in levels if level.is_item == is_item]
    rights = [level for level in fitting if level.column > column][-1:]
    lefts = [level for level in fitting if level.column < column and not right][:1]
    if rights and lefts:
        ahead, back = rights[0].column - column, column - lefts[0].column
        rights, lefts = (rights if ahead <= back else []), (lefts if back <= ahead else [])
    both = [f"at column {level.column}, like `{level.text}`" for level in (*rights, *lefts)]
    return f"begin it {', or '.join(both)}." if both else ""


def _is_item(line: str) -> bool:
    return re.match(r"\s*-\s", line) is not None
