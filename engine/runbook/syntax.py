"""A fault of YAML's syntax in words for people: what the parser stumbled over, seen in the text.

The parser says where it could not go on and what it was about; both the C and the Python one
are understood. What a person did wrong shows in the lines around that place.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from engine.diagnostics import Kind
from engine.runbook.document import Fault
from engine.runbook.scalars import quoted

UNREADABLE = Kind("RB005", "unreadable YAML", "past such a place nothing more can be read.")
CONFLICT = Kind("RB009", "unresolved merge conflict", "the file holds two versions at once.")
TEMPLATE = Kind("RB010", "unquoted template", "to YAML, { opens a mapping.")
TAB = Kind("RB011", "tab in place of spaces", "YAML does not let tabs show what belongs to what.")
QUOTE = Kind("RB013", "quotes that do not match", "quotes stand around a whole text or not at all.")
BRACKET = Kind(
    "RB014", "brackets that do not match", "a list in [ ] and a mapping in { } end where they are closed."
)
COLON = Kind("RB015", "colon inside an unquoted text", "a colon and a space part a key from its value.")
INDENT = Kind("RB016", "lines that do not line up", "in YAML, the indentation says what belongs to what.")
RESERVED = Kind("RB017", "reserved character", "YAML gives some characters a meaning of their own.")
NO_KEY = Kind(
    "RB018", "line without a key and a colon", "every line of a mapping is a key, a colon, a space, a value."
)

_NEAR = 2000  # characters of a line that are looked at: a hostile line may have millions
_SHOWN = 120  # characters of a value that a proposal repeats
_MISPLACED = ("did not find expected key", "<block end>", "'-' indicator")


class _Spot:
    """Where the parser gave up, what it said, and the line around."""

    def __init__(self, text: str, problem: str, context: str, at: int, opened: int) -> None:
        self.text = text
        self.problem = problem
        self.context = context
        self.ended = not text[at:].strip()
        self.at = min(at, max(len(text.rstrip()) - 1, 0))
        self.opened = min(opened, self.at)
        self.char = text[self.at : self.at + 1]
        self.start, self.end = self.line_around(self.at)
        self.before = text[self.start : self.at]

    def line_around(self, at: int) -> tuple[int, int]:
        """Find where a line begins and ends; of an endless line only what is near."""
        first, last = max(at - _NEAR, 0), at + _NEAR
        start = max(self.text.rfind(mark, first, at) for mark in "\r\n") + 1
        ends = [self.text.find(mark, at, last) for mark in "\r\n"]
        return start or first, min((end for end in ends if end >= 0), default=min(last, len(self.text)))

    def says(self, *words: str) -> bool:
        return any(word in self.problem for word in words)

    def lines_above(self) -> Iterator[tuple[int, str]]:
        """Give the lines above that are neither blank nor comments, with their starts, the nearest first."""
        start = self.start
        for line in reversed(self.text[:start].splitlines(keepends=True)):
            start -= len(line)
            if line.strip() and not line.lstrip().startswith("#"):
                yield start, line.rstrip()[:_NEAR]

    def value_from(self, start: int, end: int) -> str:
        """Give an unquoted value as written, without a comment behind it, as much as a line can show."""
        value = re.split(r"\s+#", self.text[start : min(end, start + _SHOWN)], maxsplit=1)[0].rstrip()
        return value if len(value) < _SHOWN else value + "…"


def reword(text: str, problem: str, context: str, at: int, opened: int) -> Fault:
    """Say what is wrong at ``at``, where the parser gave up on what it had begun at ``opened``.

    ``problem`` and ``context`` are the parser's words, ``context`` possibly empty.
    """
    spot = _Spot(text, problem, context, at, opened)
    for rule in _RULES:
        if fault := rule(spot):
            return fault
    message = "neither this place nor the line above it makes sense as YAML"
    return UNREADABLE, spot.at, spot.end, message, "look for a missing quote, bracket, colon, or indentation."


def template(text: str, start: int, end: int) -> Fault:
    """Say that the ``{{ … }}`` at this place needs quotes."""
    shown = " ".join(text[start : min(end, start + _SHOWN)].split())
    shown = quoted(shown if shown.endswith("}}") else "{{ inputs.name }}")
    help_ = f"put the whole value in quotes, for example {shown}."
    return TEMPLATE, start, end, "a value that begins with {{ must stand in quotes", help_


def _conflict(spot: _Spot) -> Fault | None:
    found = re.search(r"^(?:<{7}|={7}|>{7})(?=[ \r\n]|\Z)", spot.text, re.MULTILINE)
    if found is None:
        return None
    help_ = "keep one of the two versions, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>."
    return CONFLICT, found.start(), found.end(), "git could not merge this place", help_


def _template(spot: _Spot) -> Fault | None:
    for at in (spot.at, spot.opened) if "flow" in spot.context else (spot.at,):
        start, end = spot.line_around(at)
        line = spot.text[start:end]
        for found in re.finditer(r"(?:^\s*|[:,-]\s+|[\[{]\s*)(\{\{(?:[^}]*\}\})?)", line):
            lead = line[: found.start(1)]
            if lead.count('"') % 2 == 0 and lead.count("'") % 2 == 0:
                return template(spot.text, start + found.start(1), start + found.end(1))
    return None


def _tab(spot: _Spot) -> Fault | None:
    found = re.compile(r"[^\S\r\n\t]*(\t+)").match(spot.text, spot.at)
    if found is None or not spot.says("tab character", "cannot start any token"):
        return None
    if spot.before.strip():
        return TAB, *found.span(1), "YAML wants spaces here", "Replace it by a space."
    return TAB, *found.span(1), "this line is indented with it", "indent with spaces, two for each level."


def _unclosed_quote(spot: _Spot) -> Fault | None:
    if "quoted scalar" not in spot.context or not spot.says("end of stream", "document indicator"):
        return None
    mark = spot.text[spot.opened]
    help_ = f"write {mark} where the text ends."
    return QUOTE, spot.opened, spot.opened + 1, "what this one opens is never closed", help_


def _bracket(spot: _Spot) -> Fault | None:
    closing = "]" if spot.says("',' or ']'") else "}" if spot.says("',' or '}'") else ""
    if not closing:
        return None
    start, _ = spot.line_around(spot.opened)
    indents = [len(line) - len(line.lstrip()) for line in (spot.text[start:], spot.text[spot.start :])]
    on_other_line = start != spot.start and indents[1] <= indents[0]
    if spot.char in "]}" and not spot.ended:
        message = f"{spot.text[spot.opened]} is closed by {spot.char}"
        return (
            BRACKET,
            spot.at,
            spot.at + 1,
            message,
            f"write {closing} here, or close what was opened later first.",
        )
    if spot.ended or on_other_line:
        message = "what this one opens is never closed"
        return BRACKET, spot.opened, spot.opened + 1, message, f"write {closing} where it ends."
    help_ = (
        "put a comma between two entries; put a text in quotes that holds a comma, colon, quote or bracket."
    )
    return BRACKET, spot.at, spot.at + 1, f"a comma or {closing} is missing before this", help_


def _colon(spot: _Spot) -> Fault | None:
    if not spot.says("mapping values are not allowed"):
        return None
    key = _key_of(spot.before)
    if key is None:
        return _misindented(spot)
    start = spot.start + key.end()
    value = spot.value_from(start, spot.end)
    help_ = f"put the whole text in quotes: `{key[1]}: {quoted(value)}`."
    return COLON, spot.at, spot.at + 1, "YAML takes what stands before it for another key", help_


def _misindented(spot: _Spot) -> Fault | None:
    """Judge a key that stands where none may: the line above holds the reason."""
    start, above = next(spot.lines_above(), (0, ""))
    if not above:
        return None
    start += len(above) - len(above.lstrip())
    if re.match(r"\s*-[^\s-]", above):
        return (
            NO_KEY,
            start,
            start + 1,
            "a space is missing after the dash",
            f"write `- {above.strip()[1:_SHOWN]}`.",
        )
    key = _key_of(above)
    if key is None:
        return _without_colon(spot, start)
    column = key.start(1) + 1
    at = spot.start + len(spot.before) - len(spot.before.lstrip())
    message = f'"{key[1]}" above already has its value, so nothing can belong to it'
    return INDENT, at, spot.at, message, f'Begin this line at column {column}, like "{key[1]}".'


def _no_colon(spot: _Spot) -> Fault | None:
    return _without_colon(spot, spot.opened) if spot.says("could not find expected ':'") else None


def _without_colon(spot: _Spot, start: int) -> Fault:
    _, end = spot.line_around(start)
    line = spot.value_from(start, end)
    found = re.match(r"([\w-]+):(?=\S)", line)
    if found:
        at = start + found.end() - 1
        help_ = f"write `{found[1]}: {line[found.end() :]}`."
        return NO_KEY, at, at + 1, "a space is missing after the colon", help_
    help_ = (
        "write a key, a colon, a space and a value; or put it on the line of the value that it belongs to."
    )
    return NO_KEY, start, start + len(line), "it has no colon", help_


def _behind_value(spot: _Spot) -> Fault | None:
    """Judge what follows a closing quote or bracket on the same line."""
    last = spot.before.rstrip()[-1:]
    if not spot.says(*_MISPLACED) or last not in ("'", '"', "]", "}"):
        return None
    if last in "'\"" and spot.before.count(last) % 2:
        at = spot.text.rfind(last, 0, spot.start + len(spot.before.rstrip()) - 1)
        message = "what this one opens is closed only on a later line"
        return QUOTE, at, at + 1, message, f"write {last} where the text ends."
    key = _key_of(spot.before)
    value = spot.value_from(spot.start + (key.end() if key else 0), spot.end).strip()
    if last in "]}":
        help_ = f"remove it, or put the whole text in quotes: {quoted(value)}."
        return BRACKET, spot.at, spot.end, f"it stands behind the {last} that ends the value", help_
    inner = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
    help_ = f"put the whole text in one pair of quotes: {quoted(inner)}."
    return QUOTE, spot.at, spot.end, f"it stands behind the {last} that ends the text", help_


def _stray_bracket(spot: _Spot) -> Fault | None:
    if spot.char not in ("]", "}") or not spot.says(*_MISPLACED, "document start"):
        return None
    return BRACKET, spot.at, spot.at + 1, "it closes nothing that is open", "remove it."


def _misaligned(spot: _Spot) -> Fault | None:
    if not spot.says(*_MISPLACED) or spot.before.strip():
        return None
    if spot.char == ":":
        return NO_KEY, spot.at, spot.at + 1, "a colon stands here without a key", "write the key before it."
    column = len(spot.before) + 1
    is_item = re.match(r"-\s", spot.text[spot.at :]) is not None
    opened, _ = spot.line_around(spot.opened)
    if column == spot.opened - opened + 1 and is_item == ("mapping" in spot.context):
        here, there = ("an item of a list", "keys") if is_item else ("a key", "items of a list")
        help_ = "indent it below the key that it belongs to, or write it like its neighbours."
        return INDENT, spot.at, spot.end, f"{here} stands among {there}", help_
    columns = " or ".join(str(at) for at in _columns_around(spot.lines_above(), column))
    if not columns:
        return None
    message = f"it begins at column {column}, where nothing above begins"
    help_ = f"begin it at column {columns}, like what it belongs with."
    return INDENT, spot.at, spot.end, message, help_


def _columns_around(above: Iterable[tuple[int, str]], column: int) -> list[int]:
    """Find the nearest columns, left and right, at which the lines above begin."""
    right: set[int] = set()
    for _, line in above:
        lead = re.match(r" *(?:- +)*", line)
        begins = {len(line) - len(line.lstrip(" ")) + 1, (lead.end() if lead else 0) + 1}
        right |= {begin for begin in begins if begin > column}
        left = {begin for begin in begins if begin < column}
        if left:
            return [max(left), *sorted(right)[:1]]
    return sorted(right)[:1]


def _reserved(spot: _Spot) -> Fault | None:
    if spot.says("cannot start any token"):
        at = spot.at
    elif re.search("alias|anchor|tag|block scalar", spot.context):
        at = spot.opened
    else:
        return None
    start, end = spot.line_around(at)
    value = spot.value_from(at, end)
    if re.search(r"[\[{]", spot.text[start:at]):
        value = re.split(r"\s*[,\]}]", value, maxsplit=1)[0]
    message = f"an unquoted text cannot begin with {spot.text[at]}"
    return RESERVED, at, at + 1, message, f"put the text in quotes: {quoted(value)}."


def _list_on_the_line(spot: _Spot) -> Fault | None:
    if not spot.says("sequence entries are not allowed"):
        return None
    help_ = "begin the list on the next line, or write it as [a, b]."
    return INDENT, spot.at, spot.end, "a list of dashes cannot begin behind a key", help_


def _escape(spot: _Spot) -> Fault | None:
    if not spot.says("escape"):
        return None
    at = max(spot.text.rfind("\\", 0, spot.at + 1), 0)
    if spot.text[at + 1 : at + 2] in ("x", "u", "U"):
        return QUOTE, at, at + 2, "this escape stands for no character", "write the character itself."
    help_ = "write \\\\ for one backslash, or use single quotes, in which it stands for itself."
    return QUOTE, at, at + 2, f"in double quotes, {spot.text[at : at + 2]} cannot be read", help_


def _no_value(spot: _Spot) -> Fault | None:
    if not spot.says("node content"):
        return None
    help_ = "write a value before it, remove it, or put the text in quotes that begins with it."
    return BRACKET, spot.at, spot.at + 1, f"{spot.char} stands where a value should", help_


def _key_of(line: str) -> "re.Match[str] | None":
    """Find a line's key, as group 1, up to where its value begins."""
    return re.match(r"""\s*(?:-\s+)*("[^"]*"|'[^']*'|[^\s'"].*?)\s*:(?:\s+|\Z)""", line)


_RULES: tuple[Callable[[_Spot], Fault | None], ...] = (
    _conflict,
    _template,
    _tab,
    _unclosed_quote,
    _bracket,
    _colon,
    _no_colon,
    _behind_value,
    _stray_bracket,
    _misaligned,
    _reserved,
    _list_on_the_line,
    _escape,
    _no_value,
)
