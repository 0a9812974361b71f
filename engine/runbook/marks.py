"""What YAML takes for marks of its own: tags, anchors, aliases and merge keys, none of which is read."""

import re

from engine.diagnostics import Kind, Path
from engine.runbook.document import Extent, Fault
from engine.runbook.scalars import quoted
from engine.runbook.spot import SHOWN, uncommented
from engine.runbook.syntax import NEGATION
from engine.runbook.traps import is_condition

TAG = Kind("RB021", "tag", "a tag can turn a value into something else than what is written.")
ANCHOR = Kind("RB022", "anchor", "what a reviewer reads must stand where it is used.")
ALIAS = Kind("RB023", "alias", "what a reviewer reads must stand where it is used.")
MERGE = Kind("RB024", "merge key", "what a reviewer reads must stand where it is used.")

# A name or a bracket behind the sign, and nothing behind that but what goes on with it.
_NEGATED = r"!\s*[A-Za-z_(][\w.)]*(?:\s*\Z|\s+(?:and|or|in|is)\b|\s*[=!<>&|])|!\s*\("


def anchor(text: str, start: int) -> Fault:
    """Say of the anchor from ``start`` on that it is not read."""
    help_ = "remove it, and write the value out where it is needed; steps can share an audience."
    return ANCHOR, *_word(text, text.find("&", start)), "it names the value for use elsewhere", help_


def tag(text: str, path: Path | None, start: int) -> Fault:
    """Say of the tag from ``start`` on that it is not read, and what was meant."""
    at, end = _word(text, text.find("!", start))
    line_end = min((found for mark in "\r\n" if (found := text.find(mark, at)) >= 0), default=len(text))
    whole = uncommented(text[at : min(line_end, at + SHOWN)])
    if is_condition(path) and re.match(_NEGATED, whole):
        mend = f"write `not {whole.lstrip('! ')}`."
        return NEGATION, at, end, "! is not a sign of conditions", mend
    help_ = "remove it; a text that looks like something else stands in quotes."
    if is_condition(path):
        help_ = "remove it; what is not to be so begins with `not`."
    elif path is not None and path[2:3] == ("filters",) and path[3:]:
        help_ = "remove it, and name those who are meant; only `exclude_ids` leaves customers out."
    elif not text.startswith("!!", at) and len(whole) > 1:
        help_ = f"remove it, or, if it is text, put it in quotes: {quoted(whole)}."
    return TAG, at, end, "every value is taken as it is written", help_


def alias(start: int, end: int) -> Fault:
    """Say of an alias that it is not read."""
    help_ = "write the value out here, or, if it is text that begins with *, put it in quotes."
    return ALIAS, start, end, "it stands for a value that is written elsewhere", help_


def merge(start: int, end: int) -> Fault:
    """Say of a merge key that it is not read."""
    help_ = "write the keys out here; steps can share an audience."
    return MERGE, start, end, "it takes in the keys of another mapping", help_


def _word(text: str, start: int) -> Extent:
    found = re.compile(r"[^\s,\[\]{}]*").match(text, start)
    return start, found.end() if found else start
