"""The dash, the colon or the blank that a line lacks to be a line of YAML."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice

from engine.diagnostics import Json, Kind
from engine.runbook.document import Fault
from engine.runbook.spot import MISPLACED, SHOWN, Spot, uncommented

NO_KEY = Kind(
    "RB018", "line without a key and a colon", "every line of a mapping is a key, a colon, a space, a value."
)
DASH = Kind("RB028", "item without its dash", "each item of a list begins with a dash and a blank.")
COMMENT = Kind("RB029", "comment without #", "only what follows a # is left unread.")

NO_COLON = "could not find expected ':'"
"""What the parser says of a line without one."""
_NO_MAPPING = "mapping values are not allowed"
_STAR = "alphabetic or numeric character"  # is missing behind a * that might be an alias
_SIGNS = (_NO_MAPPING, NO_COLON, _STAR, "document start", "found unexpected ':'", *MISPLACED)

# Compiled when first needed, not when a faultless runbook is read.
_TIGHT_DASH = r"(\s*)-(?=[\w\"'])(.*)"
_BULLET = r"\s*((?:[*\u2022\u00b7\u2013\u2014]|\d{1,2}[.)]) +)(\S.*)"
_REMARK = r"\s*(//+|--+|;+|/\*+|<!--)\s*(.*?)\s*(?:\*/|-->)?\s*\Z"
_TIGHT_COLON = r"\s*(?:- +)?([A-Za-z_][\w-]*)(\s*:)(?![\s:]|//)(.+)"
_FOREIGN_COLON = (
    r"\s*(?:- +)?([A-Za-z_][\w-]*)\s*"
    r"(?:([\u02d0\u0589\u05c3\u2236\ua789\ufe13\ufe55\uff1a])|:(?=[^\S \t])(\s))\s*(.*)"
)
_TWO_DASHES = r"(\s*)(--+|-(?:\s+-)+)\s+([A-Za-z_][\w-]*\s*:\s.*)"
_TIGHT_INSIDE = r"[{,]\s*([A-Za-z_][\w-]*)\s*:(?=[\[{\"'])"
_NO_COLON_AT_ALL = r"\s*(?:- +)?([A-Za-z_][\w-]*)(\s*[=;]\s*|\s+|\s*\Z)(.*)"


def slip(spot: Spot) -> Fault | None:
    """Find what is missing in the line where the parser gave up, or in the one above, which it trips over."""
    if not spot.says(*_SIGNS):
        return None
    lines = islice(chain([(spot.start, spot.line)], spot.lines_above()), 2)
    found = (_slip(start, line, spot) for start, line in lines)
    return next((fault for fault in found if fault), None) or _first_item(spot)


def _slip(start: int, line: str, spot: Spot) -> Fault | None:
    bare = uncommented(line)
    if fault := _dash(start, bare):
        return fault
    if found := re.compile(_REMARK).match(bare):
        at, end = start + found.start(1), start + len(line.rstrip())
        return COMMENT, at, end, f"{found[1]} begins no comment", f"write `# {cut(found[2])}`."
    if found := re.compile(_FOREIGN_COLON).match(bare):
        return _foreign_colon(start, found)
    if found := re.compile(_TIGHT_COLON).match(bare):
        at, end = start + found.start(2), start + found.end(2)
        return NO_KEY, at, end, _missing_blank(found[2]), f"write `{found[1]}: {cut(found[3])}`."
    if found := re.compile(_TIGHT_INSIDE).search(bare):
        at = start + found.end() - 1
        rest = line[found.end() : found.end() + 1]
        return NO_KEY, at, at + 1, "a space is missing after the colon", f"write `{found[1]}: {rest}…`."
    return _colonless(start, bare) or _undashed(start, line, spot)


def _dash(start: int, bare: str) -> Fault | None:
    """Find what stands where an item has its dash and its blank."""
    if found := re.compile(_TIGHT_DASH).match(bare):
        at = start + found.end(1)
        help_ = f"write `- {cut(found[2])}`."
        return DASH, at, at + 1, "a space is missing after the dash", help_
    if (found := re.compile(_TWO_DASHES).match(bare)) and found[3].split(":")[0].strip() in _keys():
        at, end = start + found.end(1), start + found.end(2)
        return DASH, at, end, "an item begins with one dash, and no more", f"write `- {cut(found[3])}`."
    if found := re.compile(_BULLET).match(bare):
        at, end = start + found.start(1), start + found.end(1)
        return DASH, at, end, f"{found[1].strip()} makes no item of a list", f"write `- {cut(found[2])}`."
    return None


def cut(text: str) -> str:
    """Give a text, or as much of it as a mend repeats."""
    return text if len(text) < SHOWN else f"{text[:SHOWN]}…"


def _missing_blank(colon: str) -> str:
    return f"a space is missing after the colon{', not before it' if colon != ':' else ''}"


def _foreign_colon(start: int, found: re.Match[str]) -> Fault:
    """Say which character it is that looks like a colon, or like a blank behind one."""
    group = 2 if found[2] else 3
    what = "a colon" if found[2] else "a space"
    message = f"this is U+{ord(found[group]):04X}, which only looks like {what}"
    help_ = f"write `{found[1]}: {cut(found[4])}`." if found[4] else f"write `{found[1]}:`."
    return NO_KEY, start + found.start(group), start + found.end(group), message, help_


def _colonless(start: int, line: str) -> Fault | None:
    found = re.compile(_NO_COLON_AT_ALL).match(line)
    if found is None:
        return None
    key, sign, rest = found.groups()
    if re.search(r":(?:\s|\Z)", line) and not (key in _keys() and rest[:1] in "[{"):
        return None
    is_key = key in _keys() or sign.strip() or (rest and " " not in rest and rest[0] not in "=<>!")
    if not is_key:
        return None
    at = start + found.start(1)
    help_ = f"write `{key}: {cut(rest)}`." if rest else f"write `{key}:`."
    return NO_KEY, at, start + len(line), "it has no colon", help_


def _undashed(start: int, line: str, spot: Spot) -> Fault | None:
    """Find a step that begins without its dash: what follows stands deeper than its id."""
    found = re.match(r"(\s*)id:\s", line)
    if found is None or start == spot.start or len(found[1]) >= len(spot.line) - len(spot.line.lstrip()):
        return None
    return no_dash(start, line)


def _first_item(spot: Spot) -> Fault | None:
    """Find the first item of a list that lacks its dash: those that follow have theirs."""
    indent = len(spot.line) - len(spot.line.lstrip())
    if not re.match(r"\s*- ", spot.line) or not spot.says(*MISPLACED):
        return None
    below: tuple[int, str] | None = None
    for start, line in spot.lines_above():
        if len(line) - len(line.lstrip()) <= indent:
            is_owner = uncommented(line).endswith(":") and not re.match(r"\s*- ", line)
            return no_dash(*below) if below and is_owner and not re.match(r"\s*- ", below[1]) else None
        below = start, line
    return None


def no_dash(start: int, line: str) -> Fault:
    """Say of a line that it lacks the dash of an item."""
    item = uncommented(line).lstrip()
    at = start + len(line) - len(line.lstrip())
    return DASH, at, at + len(item), "it is an item of a list", f"write it with a dash: `- {cut(item)}`."


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
