"""A fault of YAML's syntax in words for people: what the parser stumbled over, seen in the text.

The parser says where it could not go on and what it was about; both the C and the Python one
are understood. What a person did wrong shows in the lines around that place.
"""

import re
from collections.abc import Callable

from engine.diagnostics import Kind
from engine.runbook.document import Fault
from engine.runbook.fault import EMPTY
from engine.runbook.layout import INDENT, misaligned, misindented, no_colon, stray_dash
from engine.runbook.scalars import quoted
from engine.runbook.signs import is_key, slip
from engine.runbook.spot import MISPLACED, SHOWN, Spot, key_of, uncommented

UNREADABLE = Kind("RB005", "unreadable YAML", "past such a place nothing more can be read.")
CONFLICT = Kind("RB009", "unresolved merge conflict", "the file holds two versions at once.")
TEMPLATE = Kind("RB010", "unquoted template", "to YAML, { opens a mapping.")
TAB = Kind("RB011", "tab in place of spaces", "YAML does not let tabs show what belongs to what.")
QUOTE = Kind("RB013", "quotes that do not match", "quotes stand around a whole text or not at all.")
BRACKET = Kind(
    "RB014", "brackets that do not match", "a list in [ ] and a mapping in { } end where they are closed."
)
COLON = Kind("RB015", "colon inside an unquoted text", "a colon and a space part a key from its value.")
NEGATION = Kind("RB038", "exclamation mark before a condition", "YAML takes it and its word for a tag.")
RESERVED = Kind("RB017", "reserved character", "YAML gives some characters a meaning of their own.")


def reword(text: str, problem: str, context: str, at: int, opened: int) -> Fault:
    """Say what is wrong at ``at``, where the parser gave up on what it had begun at ``opened``.

    ``problem`` and ``context`` are the parser's words, ``context`` possibly empty.
    """
    spot = Spot(text, problem, context, at, opened)
    for rule in _RULES:
        if fault := rule(spot):
            return fault
    message = "neither this place nor the line above it makes sense as YAML"
    return UNREADABLE, spot.at, spot.end, message, "look for a missing quote, bracket, colon, or indentation."


def template(text: str, start: int, end: int, *, is_condition: bool = False) -> Fault:
    """Say that the ``{{ … }}`` at this place needs quotes, or, around a condition, is too much."""
    shown = " ".join(text[start : min(end, start + SHOWN)].split())
    if is_condition:
        bare = shown.removeprefix("{{").removesuffix("}}").strip() or "steps.remind.failed > 0"
        return TEMPLATE, start, end, "a condition stands without {{ and }}", f"write it bare: {bare}."
    shown = quoted(shown if shown.endswith("}}") else "{{ inputs.name }}")
    help_ = f"put the whole value in quotes, for example {shown}."
    return TEMPLATE, start, end, "a value that begins with {{ must stand in quotes", help_


def _conflict(spot: Spot) -> Fault | None:
    found = re.search(r"^(?:<{7}|={7}|>{7})(?=[ \r\n]|\Z)", spot.text, re.MULTILINE)
    if found is None:
        return None
    help_ = "keep one of the two versions, and remove the lines that begin with <<<<<<<, ======= and >>>>>>>."
    return CONFLICT, found.start(), found.end(), "git could not merge this place", help_


def _template(spot: Spot) -> Fault | None:
    for at in (spot.at, spot.opened) if "flow" in spot.context else (spot.at,):
        start, end = spot.line_around(at)
        line = spot.text[start:end]
        for found in re.finditer(r"(?:^\s*|[:,-]\s+|[\[{]\s*)(\{\{(?:[^}]*\}\})?)", line):
            lead = line[: found.start(1)]
            if lead.count('"') % 2 == 0 and lead.count("'") % 2 == 0:
                is_condition = re.search(r"\b(?:when|success):\s+\Z", lead) is not None
                end = start + (len(line.rstrip()) if is_condition else found.end(1))
                return template(spot.text, start + found.start(1), end, is_condition=is_condition)
    return None


def _tab(spot: Spot) -> Fault | None:
    found = re.compile(r"[^\S\r\n\t]*(\t+)").match(spot.text, spot.at)
    if found is None or not spot.says("tab character", "cannot start any token"):
        return None
    if spot.before.strip():
        return TAB, *found.span(1), "YAML wants spaces here", "Replace it by a space."
    return TAB, *found.span(1), "this line is indented with it", "indent with spaces, two for each level."


def _unclosed_quote(spot: Spot) -> Fault | None:
    if "quoted scalar" not in spot.context or not spot.says("end of stream", "document indicator"):
        return None
    return _never_closed(spot, spot.opened)


def _never_closed(spot: Spot, at: int) -> Fault:
    """Say of a quote that its partner is missing, and where on its line it may belong."""
    mark = spot.text[at]
    start, end = spot.line_around(at)
    value = spot.value_from(at, end)
    is_alone = not re.search(r"[\[{]", spot.text[start:at])
    example = f": {value}{mark}" if is_alone and len(value) > 1 else ""
    help_ = f"write {mark} where the text ends{example}."
    return QUOTE, at, at + 1, "what this one opens is never closed", help_


def _bracket(spot: Spot) -> Fault | None:
    closing = "]" if spot.says("',' or ']'") else "}" if spot.says("',' or '}'") else ""
    if not closing:
        return None
    start, _ = spot.line_around(spot.opened)
    indents = [len(line) - len(line.lstrip()) for line in (spot.text[start:], spot.text[spot.start :])]
    on_other_line = start != spot.start and indents[1] <= indents[0]
    if spot.char in "]}" and not spot.ended:
        message = f"{spot.text[spot.opened]} is closed by {spot.char}"
        other = "close what was opened later first" if spot.char == "}" else "write [ where the list begins"
        return BRACKET, spot.at, spot.at + 1, message, f"write {closing} here, or {other}."
    if (at := _open_quote(spot)) is not None:
        return _never_closed(spot, at)
    if spot.ended or on_other_line:
        message = "what this one opens is never closed"
        return BRACKET, spot.opened, spot.opened + 1, message, f"write {closing} where it ends."
    return _missing_between(spot, closing)


def _missing_between(spot: Spot, closing: str) -> Fault:
    """Judge what follows, between brackets, on something that was complete."""
    if condition := re.match(r"\s*(?:- +)?when:\s+\[(.*)\]\Z", uncommented(spot.line)):
        at = spot.start + condition.start(1) - 1
        help_ = f"write `when: {condition[1]}`; several are joined by `and`."
        return BRACKET, at, at + 1, "a condition stands without [ and ]", help_
    key = re.search(r"([\w-]+)\s*=?\s*\Z", spot.before)
    if key and is_key(key[1]) and spot.char in "[{":
        at = spot.start + key.start(1)
        return BRACKET, at, spot.at, f"a colon is missing behind {key[1]}", f"write `{key[1]}: {spot.char}…`."
    inner = re.search(r"([\w-]+):\s+([\w-]+)\Z", spot.before)
    if inner and spot.char == ":":
        help_ = f"put what belongs to {inner[1]} in braces: `{inner[1]}: {{{inner[2]}: …}}`."
        return BRACKET, spot.at, spot.at + 1, "this colon follows a key and its value", help_
    help_ = (
        "put a comma between two entries; put a text in quotes that holds a comma, colon, quote or bracket."
    )
    return BRACKET, spot.at, spot.at + 1, f"a comma or {closing} is missing before this", help_


def _open_quote(spot: Spot) -> int | None:
    """Find a quote behind an opened bracket that is not closed on its line."""
    _, end = spot.line_around(spot.opened)
    rest = spot.text[spot.opened : end]
    closed = re.sub(
        r"""(?<![\w])"[^"]*"|(?<![\w])'[^']*'|(?<=\w)['"](?=\w)""", lambda m: "." * len(m[0]), rest
    )
    found = re.search(r"""(?<=[\s:,\[{])['"]""", closed)
    return spot.opened + found.start() if found else None


def _colon(spot: Spot) -> Fault | None:
    if not spot.says("mapping values are not allowed"):
        return None
    key = key_of(spot.before)
    if key is None:
        return misindented(spot)
    start = spot.start + key.end()
    value = spot.value_from(start, spot.end)
    message = "YAML takes what stands before it for another key"
    inner = re.match(r"[({ ]*([\w-]+):\s", value)
    if inner and (is_key(inner[1]) or (value.endswith("}") and "{" not in value)):
        braces = f"`{key[1]}: {{{value.strip('(){} ')}}}`"
        return COLON, spot.at, spot.at + 1, message, f"put keys of one line in braces: {braces}."
    if key[1] in ("when", "success") and " ? " in value:
        help_ = f"leave out what follows: `{key[1]}: {value.split(' ? ')[0]}`; it is true or false by itself."
        return COLON, spot.at, spot.at + 1, "a condition has no ? and :", help_
    help_ = f"put the whole text in quotes: `{key[1]}: {quoted(value)}`."
    if key[1] in ("when", "success"):
        # Only a text that YAML cannot read pays for the words.
        from engine.runbook.wording.claims import colon_mend  # noqa: PLC0415

        help_ = colon_mend(key[1], value) or help_
    return COLON, spot.at, spot.at + 1, message, help_


def _valueless(spot: Spot) -> Fault | None:
    """Judge a key in braces whose colon is followed by the closing one, or by a comma."""
    key = re.search(r"([\w-]+)\Z", spot.before)
    if key is None or not re.match(r":[}\],]", spot.text[spot.at : spot.at + 2]):
        return None
    return EMPTY, spot.at, spot.at + 1, f"`{key[1]}` has no value", "write a space and a value, or delete it."


def _behind_value(spot: Spot) -> Fault | None:
    """Judge what follows a closing quote or bracket on the same line."""
    last = spot.before.rstrip()[-1:]
    if not spot.says(*MISPLACED) or last not in ("'", '"', "]", "}"):
        return None
    if last in "'\"" and spot.before.count(last) % 2:
        at = spot.text.rfind(last, 0, spot.start + len(spot.before.rstrip()) - 1)
        message = "what this one opens is closed only on a later line"
        return QUOTE, at, at + 1, message, f"write {last} where the text ends."
    key = key_of(spot.before)
    value = spot.value_from(spot.start + (key.end() if key else 0), spot.end).strip()
    if spot.value_from(spot.at, spot.end) == ",":
        message = "in lines of keys and values, no comma ends a value"
        return QUOTE, spot.at, spot.at + 1, message, "remove the comma, here and on the lines below."
    if last in "]}":
        help_ = f"remove it, or put the whole text in quotes: {quoted(value)}."
        return BRACKET, spot.at, spot.end, f"it stands behind the {last} that ends the value", help_
    # Of an even number inside, the outer ones belong to texts within: 'a' == x or x == 'b'.
    is_around = len(value) > 1 and value[0] == value[-1] == last and value[1:-1].count(last) % 2
    inner = value[1:-1] if is_around else value
    help_ = f"put the whole text in one pair of quotes: {quoted(inner)}."
    return QUOTE, spot.at, spot.end, f"it stands behind the {last} that ends the text", help_


def _stray_bracket(spot: Spot) -> Fault | None:
    if spot.char not in ("]", "}") or not spot.says(*MISPLACED, "document start"):
        return None
    return BRACKET, spot.at, spot.at + 1, "it closes nothing that is open", "remove it."


def _reserved(spot: Spot) -> Fault | None:
    if spot.says("cannot start any token", "mapping keys are not allowed"):
        at = spot.at
    elif re.search("alias|anchor|tag|block scalar", spot.context):
        at = spot.opened
    else:
        return None
    start, end = spot.line_around(at)
    value = spot.value_from(at, end)
    if re.search(r"[\[{]", spot.text[start:at]):
        value = re.split(r"\s*[,\]}]", value, maxsplit=1)[0]
    if negated := re.search(r"(?:when|success):\s+!\s*(\S.*)", spot.text[start:end]):
        mend = f"write `not {negated[1][:SHOWN]}`."
        return NEGATION, start + negated.start(1) - 1, at, "! is not a sign of conditions", mend
    message = f"an unquoted text cannot begin with {spot.text[at]}"
    if spot.text[at] == "!":
        return (
            RESERVED,
            at,
            at + 1,
            message,
            f"remove it, or, if it is text, put it in quotes: {quoted(value)}.",
        )
    key = re.search(r"([\w-]+):\s+\Z", spot.text[start:at])
    return RESERVED, at, at + 1, message, _unreserved(key[1] if key else "", value)


def _unreserved(key: str, value: str) -> str:
    """Say what to write instead of a value that begins with a reserved character."""
    if key in ("when", "success"):
        from engine.runbook.wording.claims import nameless_mend  # noqa: PLC0415  (as above)

        if mend := nameless_mend(key, value):
            return mend
    if value == "*" and key == "filters":
        return "write `filters: everyone` to message every customer of the campaign, or name filters."
    if value == "*" and key in ("payment_status", "language"):
        return f"leave {key} out where any will do; else write the values that are wanted."
    return f"put the text in quotes: {quoted(value)}."


def _list_on_the_line(spot: Spot) -> Fault | None:
    if not spot.says("sequence entries are not allowed"):
        return None
    value = spot.value_from(spot.at, spot.end)
    help_ = f"begin the list on the next line, or, if it is text, put it in quotes: {quoted(value)}."
    return INDENT, spot.at, spot.end, "a list of dashes cannot begin behind a key", help_


def _escape(spot: Spot) -> Fault | None:
    if not spot.says("escape", "hexdecimal", "hexadecimal"):
        return None
    at = max(spot.text.rfind("\\", 0, spot.at + 1), 0)
    _, end = spot.line_around(spot.opened)
    if re.match(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})", spot.text[at : at + 10]):
        return QUOTE, at, at + 2, "this escape stands for no character", "write the character itself."
    written = re.match(r'"([^"\r\n\']*)"', spot.text[spot.opened : end])
    example = f": '{written[1]}'" if written and len(written[1]) < SHOWN else ""
    help_ = f"write \\\\ for one backslash, or use single quotes, in which it stands for itself{example}."
    return QUOTE, at, at + 2, f"in double quotes, {spot.text[at : at + 2]} cannot be read", help_


def _no_value(spot: Spot) -> Fault | None:
    if not spot.says("node content"):
        return None
    help_ = "write a value before it, remove it, or put the text in quotes that begins with it."
    return BRACKET, spot.at, spot.at + 1, f"{spot.char} stands where a value should", help_


_RULES: tuple[Callable[[Spot], Fault | None], ...] = (
    _conflict,
    _template,
    _tab,
    _unclosed_quote,
    _bracket,
    stray_dash,
    _valueless,
    slip,
    _colon,
    no_colon,
    _behind_value,
    _stray_bracket,
    misaligned,
    _reserved,
    _list_on_the_line,
    _escape,
    _no_value,
)
