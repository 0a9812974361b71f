"""From bytes to text: what is no text, and what no reader of a runbook would see."""

import re
from collections.abc import Iterator

from engine.diagnostics import Kind
from engine.runbook.document import Fault

MAX_BYTES = 5 * 1024 * 1024
MAX_MARKS = 250_000

SIZE = Kind("RB001", "file too large", "nobody can review so much.")
NOT_TEXT = Kind("RB002", "not a text file", "people and git read text, in UTF-8.")
UNSEEN = Kind("RB003", "character that nobody can see", "what is reviewed must be all that is there.")
DIRECTIVE = Kind("RB019", "instruction to YAML programs", "a file reads the same with every one of them.")

REPLACEMENT = "\ufffd"
"""Stands in a text for a character that was refused."""

# Beyond what YAML calls unprintable: line breaks that only YAML 1.1 knows, a byte order mark
# within the text, and the marks that show text in another order than it is read.
_UNSEEN = (
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]+"
)
_PLAIN_ASCII = bytes((9, 10, 13, *range(32, 127)))
_BINARY = "it holds binary data", "give the path of a YAML file."


def decode(raw: bytes) -> tuple[str, Fault | None]:
    """Turn a file's bytes into text without a byte order mark, and say what keeps it from being read."""
    if len(raw) > MAX_BYTES:
        size = f"it has {len(raw):,} bytes, more than {MAX_BYTES:,}"
        return "", (SIZE, 0, 1, size, "split it into several files.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", (NOT_TEXT, 0, 1, "it is encoded as UTF-16", "save it as UTF-8.")
    if b"\0" in raw:
        return "", (NOT_TEXT, 0, 1, *_BINARY)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text = raw.decode("utf-8-sig", "replace")
        at = len(raw[: error.start].decode("utf-8-sig", "replace"))
        message = f"the byte {raw[error.start]:#04x} is not UTF-8"
        return text, (NOT_TEXT, at, at + 1, message, "save the file as UTF-8, and retype this place.")
    return text, _crowd(raw, text) or _directive(text)


def unseen(text: str) -> Iterator[Fault]:
    """Find what nobody can see."""
    if text.isascii() and not text.encode().translate(None, _PLAIN_ASCII):
        return
    for found in re.finditer(_UNSEEN, text):
        message = f"{_name_of(found[0][0])} stands here"
        yield UNSEEN, *found.span(), message, "delete it; if you cannot, retype the line."


def replace_unseen(text: str) -> str:
    """Put a mark in place of what nobody can see, so that a parser reads on; lengths stay."""
    return re.sub(_UNSEEN, lambda found: REPLACEMENT * len(found[0]), text)


def _crowd(raw: bytes, text: str) -> Fault | None:
    """Find more values than can be read in seconds; 10,000 steps have half of that."""
    if len(raw) - len(raw.translate(None, b"\n\r,[{-?")) <= MAX_MARKS:  # the most they can be, in one look
        return None
    marks = sum(text.count(mark) for mark in ("\n", "\r", ",", "[", "{", "- ", "? "))
    message = f"it has more than {MAX_MARKS:,} lines, commas and brackets"
    return (SIZE, 0, 1, message, "split it into several files.") if marks > MAX_MARKS else None


def _directive(text: str) -> Fault | None:
    """Find a line that begins with %: of many %TAG lines libyaml compares each with all others."""
    found = re.search(r"(?:\A|[\r\n])(%.{0,80})", text) if "%" in text else None
    return (
        (DIRECTIVE, *found.span(1), "a line that begins with % is one", "remove the line.") if found else None
    )


def _name_of(character: str) -> str:
    number = f"U+{ord(character):04X}"
    if character in "\x85\u2028\u2029":
        return f"a line break that only some programs see ({number})"
    if character == "\ufeff":
        return f"a byte order mark ({number})"
    if "\u202a" <= character <= "\u2069":
        return f"a mark that shows text in another order than it is read ({number})"
    return f"the control character {number}"
