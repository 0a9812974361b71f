"""Values that YAML reads without a word, and that nobody meant: half a quote, a lost dash, a comment.

Each function is asked only about a value that looks odd already, so that reading stays fast.
"""

import re
from collections.abc import Iterator

from engine.diagnostics import Kind, Path, Severity
from engine.runbook.document import Fault, Places
from engine.runbook.layout import INDENT
from engine.runbook.pasted import is_prose
from engine.runbook.scalars import RANGE, SPELLING, TIME, WORD, Refusal, meant, quoted
from engine.runbook.signs import DASH, NO_KEY, is_key
from engine.runbook.spot import NEAR
from engine.runbook.syntax import QUOTE

COMMENTED = Kind("RB035", "value read as a comment", "what follows a blank and # is left unread.")
FOLDED = Kind("RB036", "value that goes on over the next line", "YAML joins such lines into one text.")
SHORTENED = Kind(
    "RB037", "number that lost its last digits", "a spreadsheet shows long ids so; what it left out is gone."
)
CUT_OFF = Kind(
    "RB039", "text cut off by a comment", "what follows a blank and # is left unread.", Severity.WARNING
)

_SHOWN = 60  # characters of a value that a mend repeats
_NUMBERS = ("limit", "revision", "attempts", "min", "max", "minimum", "maximum")
_CONTROL = r"[\x00-\x1f\x7f]"
# Compiled when first needed, not when a faultless runbook is read.
_TIGHT_ITEM = r"-(?=\w)([^\r\n]*)"
_TIGHT_COMMENT = re.compile(r" (#(?!(?i:todo|fixme|noqa))\w[^\r\n]*)")
_TEXT = r"[ \t]*(?:- +)?([\w-]+):[ \t]+([^\s\"'|>{\[#&*!](?:[^#]*[^#\s])?)[ \t]*"
_TEXTS = ("title", "description", "owner", "name")
_EXPONENT = r"\d(?:[.,]\d+)?[eE]\+?\d+"


def is_condition(path: Path | None) -> bool:
    """Whether a condition stands at a path."""
    return path is not None and path[:1] == ("steps",) and path[2:3] in (("when",), ("success",))


def unquoted(text: str, value: str, path: Path | None, start: int, end: int) -> Fault | None:
    """Judge an unquoted value that is empty, ends in a quote, or stands on several lines."""
    if not path or (is_prose(path) and value and not value.endswith('}}"')):
        return None
    if not value:
        return _commented(text, path, end)
    fault = _undashed(text, path, start, end)
    if fault or is_condition(path):
        return fault
    if value != text[start:end]:
        return _folded(text, path, start, end)
    mark = value[-1]
    if mark not in "'\"" or value.count(mark) % 2 == 0:
        return None
    mend = quoted(value.strip(mark)[:_SHOWN])
    return QUOTE, end - 1, end, "this one closes nothing", f"write quotes on both sides, or none: {mend}."


def cut_off(text: str, places: Places) -> Iterator[Fault]:
    """Find texts for people, and values of columns, that end in a # and a word: to YAML a comment."""
    known: frozenset[int] = frozenset()
    for found in _TIGHT_COMMENT.finditer(text):
        at = found.start()
        line = max(text.rfind(mark, max(at - NEAR, 0), at) for mark in "\r\n") + 1
        kept = re.compile(_TEXT).fullmatch(text, line, at)
        if kept is None or (kept[1] not in _TEXTS and is_key(kept[1])):
            continue
        known = known or places.marks()
        if kept.start(2) in known:  # else it is a line of a longer text
            end = found.start(1) + len(found[1].rstrip())
            whole = quoted(text[kept.start(2) : end][:_SHOWN])
            help_ = f"put the text in quotes: {whole}; or, if this is a comment, write a blank behind the #."
            yield CUT_OFF, found.start(1), end, f'to YAML, the text ends with "{kept[2][-_SHOWN:]}"', help_


def _undashed(text: str, path: Path, start: int, end: int) -> Fault | None:
    """Judge a value on lines of its own that begin with a dash: items of a list, but for the blank.

    What is an item already may begin with one, as a number does in a list of JSON.
    """
    if text[start] != "-" or not path or isinstance(path[-1], int):
        return None
    line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    lines = [each.strip() for each in text[start:end].splitlines()]
    if text[line:start].strip() or not all(map(re.compile(_TIGHT_ITEM).fullmatch, lines)):
        return None
    rest = ", and so on below" if len(lines) > 1 else ""
    first = f"`- {lines[0][1:][:_SHOWN]}`"
    return DASH, start, start + 1, "a space is missing after the dash", f"write {first}{rest}."


def _commented(text: str, path: Path, end: int) -> Fault | None:
    found = re.compile(r"[ \t]+(#[^\s#][^\r\n]{0,200})").match(text, end)
    if found is None or not isinstance(path[-1], str):
        return None
    value = found[1].rstrip()
    help_ = f"put it in quotes: `{path[-1]}: {quoted(value[:_SHOWN])}`; or write the value before the #."
    return COMMENTED, found.start(1), found.start(1) + len(value), "to YAML, nothing stands here", help_


def _folded(text: str, path: Path, start: int, end: int) -> Fault:
    written = text[start:end]
    first = written.strip().splitlines()[0].strip()[:_SHOWN]
    dash = re.search(r"[\r\n][ \t]*(- +)(\S[^\r\n]*)", written)
    if isinstance(path[-1], str) and (fault := _colonless(text, written, start, path[-1])):
        return fault
    if not isinstance(path[-1], int) and dash:
        item = first.lstrip("-").lstrip()
        message = "an item of the list below it, without its dash and blank"
        return DASH, start, start + len(first), message, f"write `- {item}`."
    if dash:
        line = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
        column = len(text[line:start]) - len(text[line:start].lstrip()) + 1
        message = "this dash stands too far right, and belongs to the text above"
        at = start + dash.start(1)
        return INDENT, at, at + 1, message, f"begin it at column {column}, like `- {first}`."
    second = re.search(r"[\r\n]\s*(\S[^\r\n]*)", written)
    at, rest = (start + second.start(1), second[1].rstrip()) if second else (start, written)
    help_ = "write it on one line."
    if isinstance(path[-1], int) and text[end:].lstrip()[:1] in (",", "]"):
        help_ = f"put a comma between them: `{first}, {rest[:_SHOWN]}`; or write both on one line."
    elif isinstance(path[-1], int):
        help_ = f"an item of its own begins with a dash: `- {rest[:_SHOWN]}`; else write both on one line."
    return FOLDED, at, at + len(rest), f'it belongs to "{first}" above', help_


def _colonless(text: str, written: str, start: int, owner: str) -> Fault | None:
    """Judge lines below a key that are keys and values but for the colon: ``branch = pune``."""
    # Only a text that YAML joins pays for the words.
    from engine.runbook.spelling import line  # noqa: PLC0415
    from engine.runbook.wording.glued import halves  # noqa: PLC0415

    before = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    lines = [each.strip() for each in written.splitlines() if each.strip()]
    found = [halves(each) for each in lines]
    if text[before:start].strip() or not found[0] or None in found:
        return None
    is_tight = lines[0][len(found[0][0])] == ":"
    message = "a space is missing after the colon" if is_tight else "it has no colon"
    first = line(*found[0]) if owner == "custom" else f"`{': '.join(found[0])}`"
    return NO_KEY, start, start + len(lines[0]), message, f"write {first}, and so on below."


def escaped(text: str, value: str, path: Path | None, start: int, end: int) -> Fault | None:
    r"""Judge a path of Windows in double quotes: ``"C:\temp"`` holds a tab."""
    if not path or is_condition(path) or (is_prose(path) and path[-1] != "title"):
        return None
    written = text[start + 1 : end - 1]
    found = re.search(r"\b[A-Za-z]:(\\[0abtnvfre])", written) if re.compile(_CONTROL).search(value) else None
    if found is None:
        return None
    at = start + 1 + found.start(1)
    single = "" if "'" in written or len(written) > _SHOWN else f": '{written}'"
    help_ = f"write \\\\ for one backslash, or use single quotes, in which it stands for itself{single}."
    return QUOTE, at, at + 2, f"in double quotes, {found[1]} stands for a character that nobody sees", help_


def refused(
    refusal: Refusal, text: str, path: Path | None, start: int, end: int, before: object = None
) -> Fault:
    """Say of an unquoted value that is not read what to write there; ``before``: the item before it."""
    kind, message, help_ = refusal.kind, refusal.message, refusal.help
    if path is not None and path[2:3] == ("filters",) and len(text) <= _SHOWN:
        help_ = f"put it in quotes: {quoted(text)}; the API compares text."
        if kind is SPELLING and re.compile(_EXPONENT).fullmatch(text):
            message = "it stands for an id or number with more digits than it shows"
            help_ = "copy all its digits from where the list comes from, and put them in quotes."
            kind = SHORTENED
    elif path and path[-1] in _NUMBERS and kind in (WORD, TIME, SPELLING, RANGE):
        number = meant(text) if kind is SPELLING else None
        none = ", or `limit: none` to say that there is no limit" if path[-1] == "limit" else ""
        help_ = f"write a number: `{path[-1]}: {number or 100}`{none}."
    elif is_condition(path) and (digits := re.search(r"\d+\Z", str(before))) and text.isdigit():
        message, help_ = (
            "to YAML, the comma ends the text",
            f"write the number without it: {digits[0]}{text}.",
        )
    elif is_condition(path):
        help_ = "write a comparison, such as inputs.branch == 'pune'; a step without `when` always runs."
    return kind, start, end, message, help_


def grouped(key: str, before: object, start: int, end: int) -> Fault | None:
    """Find a number that is written with a comma between brackets: ``{min: 1,000}``."""
    if not isinstance(before, int) or not re.fullmatch("[0-9]{2,3}", key):
        return None
    message = f"to YAML, the comma ends the number {before}"
    return SPELLING, start, end, message, f"write the number without a comma: {before}{key}."
