"""Lines that do not line up, or lack the dash, the colon or the blank that makes them lines of YAML."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import NamedTuple

from engine.diagnostics import Json, Kind
from engine.runbook.document import Fault
from engine.runbook.spot import MISPLACED, SHOWN, Spot, key_of, uncommented

INDENT = Kind("RB016", "lines that do not line up", "in YAML, the indentation says what belongs to what.")
NO_KEY = Kind(
    "RB018", "line without a key and a colon", "every line of a mapping is a key, a colon, a space, a value."
)
DASH = Kind("RB028", "item without its dash", "each item of a list begins with a dash and a blank.")
COMMENT = Kind("RB029", "comment without #", "only what follows a # is left unread.")

_NO_MAPPING = "mapping values are not allowed"
_NO_COLON = "could not find expected ':'"
_STAR = "alphabetic or numeric character"  # is missing behind a * that might be an alias
_SIGNS = (_NO_MAPPING, _NO_COLON, _STAR, "document start", "found unexpected ':'", *MISPLACED)
_EXAMPLE = 40  # characters of a line that stand for it in a message

_TIGHT_DASH = re.compile(r"(\s*)-(?=[\w\"'])(.*)")
_BULLET = re.compile(r"\s*((?:[*\u2022\u00b7\u2013\u2014]|\d{1,2}[.)]) +)(\S.*)")
_REMARK = re.compile(r"\s*(//+|--+|;+|/\*+|<!--)\s*(.*?)\s*(?:\*/|-->)?\s*\Z")
_TIGHT_COLON = re.compile(r"\s*(?:- +)?([A-Za-z_][\w-]*)(\s*:)(?![\s:]|//)(.+)")
_TIGHT_INSIDE = re.compile(r"[{,]\s*([A-Za-z_][\w-]*)\s*:(?=[\[{\"'])")
_NO_COLON_AT_ALL = re.compile(r"\s*(?:- +)?([A-Za-z_][\w-]*)(\s*[=;]\s*|\s+|\s*\Z)(.*)")


class _Level(NamedTuple):
    """A column, from 1, at which lines above begin; ``text``: a key, or an item with its dash."""

    column: int
    is_item: bool
    text: str


# ---------------------------------------------------------------- signs that a line lacks


def slip(spot: Spot) -> Fault | None:
    """Find what is missing in the line where the parser gave up, or in the one above, which it trips over."""
    if not spot.says(*_SIGNS):
        return None
    lines = islice(chain([(spot.start, spot.line)], spot.lines_above()), 2)
    found = (_slip(start, line, spot) for start, line in lines)
    return next((fault for fault in found if fault), None) or _first_item(spot)


def _slip(start: int, line: str, spot: Spot) -> Fault | None:
    bare = uncommented(line)
    if found := _TIGHT_DASH.match(bare):
        at = start + found.end(1)
        help_ = f"write `- {_cut(found[2])}`."
        return DASH, at, at + 1, "a space is missing after the dash", help_
    if found := _BULLET.match(bare):
        at, end = start + found.start(1), start + found.end(1)
        return DASH, at, end, f"{found[1].strip()} makes no item of a list", f"write `- {_cut(found[2])}`."
    if found := _REMARK.match(bare):
        at, end = start + found.start(1), start + len(line.rstrip())
        return COMMENT, at, end, f"{found[1]} begins no comment", f"write `# {_cut(found[2])}`."
    if found := _TIGHT_COLON.match(bare):
        at = start + found.start(2)
        return (
            NO_KEY,
            at,
            start + found.end(2),
            _missing_blank(found[2]),
            f"write `{found[1]}: {_cut(found[3])}`.",
        )
    if found := _TIGHT_INSIDE.search(bare):
        at = start + found.end() - 1
        rest = line[found.end() : found.end() + 1]
        return NO_KEY, at, at + 1, "a space is missing after the colon", f"write `{found[1]}: {rest}…`."
    return _colonless(start, bare) or _undashed(start, line, spot)


def _cut(text: str) -> str:
    return text if len(text) < SHOWN else f"{text[:SHOWN]}…"


def _missing_blank(colon: str) -> str:
    return f"a space is missing after the colon{', not before it' if colon != ':' else ''}"


def _colonless(start: int, line: str) -> Fault | None:
    found = _NO_COLON_AT_ALL.match(line)
    if found is None:
        return None
    key, sign, rest = found.groups()
    if re.search(r":(?:\s|\Z)", line) and not (key in _keys() and rest[:1] in "[{"):
        return None
    is_key = key in _keys() or sign.strip() or (rest and " " not in rest and rest[0] not in "=<>!")
    if not is_key:
        return None
    at = start + found.start(1)
    help_ = f"write `{key}: {_cut(rest)}`." if rest else f"write `{key}:`."
    return NO_KEY, at, start + len(line), "it has no colon", help_


def _undashed(start: int, line: str, spot: Spot) -> Fault | None:
    """Find a step that begins without its dash: what follows stands deeper than its id."""
    found = re.match(r"(\s*)id:\s", line)
    if found is None or start == spot.start or len(found[1]) >= len(spot.line) - len(spot.line.lstrip()):
        return None
    return _no_dash(start, line)


def _first_item(spot: Spot) -> Fault | None:
    """Find the first item of a list that lacks its dash: those that follow have theirs."""
    indent = len(spot.line) - len(spot.line.lstrip())
    if not re.match(r"\s*- ", spot.line) or not spot.says(*MISPLACED):
        return None
    below: tuple[int, str] | None = None
    for start, line in spot.lines_above():
        if len(line) - len(line.lstrip()) <= indent:
            is_owner = uncommented(line).endswith(":") and not re.match(r"\s*- ", line)
            return _no_dash(*below) if below and is_owner and not re.match(r"\s*- ", below[1]) else None
        below = start, line
    return None


def _no_dash(start: int, line: str) -> Fault:
    item = uncommented(line).lstrip()
    at = start + len(line) - len(line.lstrip())
    return DASH, at, at + len(item), "it is an item of a list", f"write it with a dash: `- {_cut(item)}`."


@lru_cache(maxsize=1)
def _keys() -> frozenset[str]:
    """Give every key that a runbook may have anywhere."""
    # Only a text that cannot be read pays for the schema.
    from engine.runbook.channels import REGISTRY  # noqa: PLC0415
    from engine.runbook.shape import build  # noqa: PLC0415

    def named(part: Json) -> Iterator[str]:
        for each in part if isinstance(part, list) else ():
            yield from named(each)
        if isinstance(part, dict):
            below = part.get("properties")
            yield from below if isinstance(below, dict) else ()
            for each in part.values():
                yield from named(each)

    return frozenset(named(build(REGISTRY)))


def is_key(word: str) -> bool:
    """Whether a word is a key of runbooks."""
    return word in _keys()


# ---------------------------------------------------------------- lines that do not line up


def misaligned(spot: Spot) -> Fault | None:
    """Judge a line that begins where nothing above begins, or another sort of thing does."""
    if spot.before.strip() or not spot.says(*MISPLACED, "document start"):
        return None
    if spot.char == ":":
        return NO_KEY, spot.at, spot.at + 1, "a colon stands here without a key", "write the key before it."
    levels = _levels(spot.lines_above())
    if spot.says("document start"):
        return _root(spot, levels)
    column, is_item = len(spot.before) + 1, _is_item(spot.line)
    message = f"it begins at column {column}, where nothing above begins"
    if any(level.column == column for level in levels):
        here, there = ("an item of a list", "keys") if is_item else ("a key", "items of a list")
        message = f"{here} stands among {there}"
        if not is_item and re.match(r"\s*id:\s", spot.line):
            return _no_dash(spot.start, spot.line)
    help_ = _proposal(spot.lines_above(), levels, column, is_item=is_item)
    if not help_ and levels:
        help_ = "indent it below the key that it belongs to, or write it like its neighbours."
    return (INDENT, spot.at, spot.end, message, help_) if help_ else None


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
    at = start + len(line) - len(line.lstrip())
    message = f"it begins at column {column}, left of what it belongs with"
    return INDENT, at, start + len(line), message, help_


def _unkeyed(start: int, line: str, spot: Spot) -> Fault:
    above = next((each for at, each in spot.lines_above() if at < start), "")
    if _is_item(above) and key_of(above) is None:
        return _no_dash(start, line)
    start += len(line) - len(line.lstrip())
    _, end = spot.line_around(start)
    help_ = (
        "write a key, a colon, a space and a value; or put it on the line of the value that it belongs to."
    )
    return NO_KEY, start, start + len(spot.value_from(start, end)), "it has no colon", help_


def no_colon(spot: Spot) -> Fault | None:
    """Judge a line that has no colon at all."""
    start, end = spot.line_around(spot.opened)
    return _unkeyed(start, spot.text[start:end], spot) if spot.says(_NO_COLON) else None


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
