"""What an unquoted YAML value means, refused where YAML 1.1 and YAML 1.2 differ about it."""

import re
from typing import TypeAlias

from engine.diagnostics import Kind
from engine.frozen import dataclass

WORD = Kind(
    "RB030",
    "ambiguous unquoted word",
    "YAML 1.1 takes such a word for true, false or a sign, YAML 1.2 takes it for text.",
)
KEY = Kind("RB025", "key that is not text", "every key is a name.")
DATE = Kind(
    "RB031",
    "unquoted date",
    "YAML 1.1 turns it into a date or an instant, YAML 1.2 takes it for text.",
)
TIME = Kind(
    "RB032",
    "unquoted time",
    "YAML 1.1 takes digits with colons for a number to the base of 60, YAML 1.2 for text.",
)
SPELLING = Kind(
    "RB033",
    "ambiguous spelling of a number",
    "YAML 1.1 and YAML 1.2 read it as different numbers, or one of them as text.",
)
RANGE = Kind(
    "RB034",
    "number out of range",
    "many programs round numbers so large or so long without a word.",
)

MAX_NUMBER = 2**53 - 1
_MAX_LENGTH = 100  # of what is compared with the forms of dates and numbers, which takes time and memory
_MAX_DIGITS = 40  # converting a text of millions of digits would take minutes

Plain: TypeAlias = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An unquoted value that is not to be read, what is wrong with it, and what to write instead."""

    kind: Kind
    message: str
    help: str


_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_YES = frozenset(("y", "Y", "yes", "Yes", "YES", "on", "On", "ON"))
_NO = frozenset(("n", "N", "no", "No", "NO", "off", "Off", "OFF"))

# All that is no text begins or reads like this: most values fail at their first character; and so do
# durations such as 30s.
_NOT_SURELY_TEXT = re.compile(
    r"[-+]?\.?[0-9](?![0-9]{0,20}[smh]\Z)|[-+]?\.(?:inf|nan)\Z"
    r"|(?:~|=|<<|null|true|false|y|yes|n|no|on|off)?\Z",
    re.IGNORECASE,
)
# And these letters begin none of it.
_LETTERS = frozenset("abcdeghijklmpqrsuvwxzABCDEGHIJKLMPQRSUVWXZ")
_READABLE = re.compile(r"-?(?:0|[1-9][0-9]*)|-?[0-9]+\.[0-9]*|\.[0-9]+")

# Compiled when a value is refused, not when a faultless runbook is read.
_DATE = r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{1,2}.*)?"
_SIXTIES = r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"
_NOT_A_NUMBER = r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)"
_NUMBER = (
    r"[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+"
    r"|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?)"
)


def quoted(text: str) -> str:
    """Write a text in quotes that keep it as it is: double ones, single ones where those would hurt."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def read_plain(text: str) -> Plain | Refusal:
    """Read an unquoted value: a truth value, a number, nothing (None), text, or why it is none of them.

    Whole numbers are plain decimal digits, decimals digits and a point; everything that the
    two versions of YAML, or programs that follow them, read differently is refused.
    """
    if text[:1] in _LETTERS or not _NOT_SURELY_TEXT.match(text):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _READABLE.fullmatch(text):
        return _number(text)
    return _refusal(text) or text


def refused_key(text: str) -> Refusal | None:
    """Say what is wrong with an unquoted key; None of one that is text."""
    known = read_plain(text)
    if isinstance(known, str):
        return None
    if isinstance(known, Refusal):
        kind, message = known.kind, known.message
    else:
        sort = "nothing" if known is None else "true or false" if isinstance(known, bool) else "a number"
        kind, message = KEY, f"it is read as {sort}"
    return Refusal(kind, message, f"put the key in quotes: {_shown(text)}.")


def _number(text: str) -> Plain | Refusal:
    if len(text) <= _MAX_DIGITS:
        number = float(text) if "." in text else int(text)
        if abs(number) <= MAX_NUMBER:
            return number
    return Refusal(
        RANGE,
        "it is not between -9007199254740991 and 9007199254740991, or has too many digits",
        f"if it is text, such as an id or a telephone number, put it in quotes: {_shown(text)}.",
    )


def _refusal(text: str) -> Refusal | None:
    quotes = _shown(text)
    refusal = None
    if text in _YES or text in _NO:
        truth = "true" if text in _YES else "false"
        message = f"some programs read {text} as {truth}, others as the text {quotes}"
        refusal = Refusal(WORD, message, f"write {truth}, or, if it is text, {quotes}.")
    elif text in ("=", "<<"):
        message = f"to some programs {text} is a sign of its own"
        refusal = Refusal(WORD, message, f"put it in quotes: {quotes}.")
    elif len(text) > _MAX_LENGTH:
        if re.fullmatch("[-+.:_0-9a-zA-Z]+", text):
            refusal = Refusal(SPELLING, "programs disagree about it", f"put it in quotes: {quotes}.")
    elif re.fullmatch(_DATE, text):
        refusal = Refusal(
            DATE, "some programs read it as a date, others as text", f"put it in quotes: {quotes}."
        )
    elif re.fullmatch(_SIXTIES, text):
        message = "some programs read it as a number of minutes or seconds, others as text"
        refusal = Refusal(TIME, message, f"put it in quotes: {quotes}.")
    elif re.fullmatch(_NOT_A_NUMBER, text):
        message = "it stands for something that cannot be counted with"
        refusal = Refusal(SPELLING, message, f"write a number, or, if it is text, {quotes}.")
    elif re.fullmatch(_NUMBER, text):
        refusal = _misspelt(text, quotes)
    return refusal


def _misspelt(text: str, quotes: str) -> Refusal:
    number = meant(text)
    if number is None:
        return Refusal(SPELLING, "programs disagree about it", f"if it is text, put it in quotes: {quotes}.")
    message = f"some programs read it as {number}, others as something else"
    if re.fullmatch("-?0[0-9_]+", text):
        message = "some programs take a number that begins with 0 for an octal one, others do not"
    return Refusal(
        SPELLING, message, f"write {number}, or, if it is text such as an id, put it in quotes: {quotes}."
    )


def meant(text: str) -> str | None:
    """Guess the number that a person means, in the one spelling that is read; None if it has none."""
    digits = text.replace("_", "").lstrip("+")
    if len(digits) > _MAX_DIGITS or digits.endswith(("b", "o", "x")) or not re.fullmatch(_NUMBER, text):
        return None
    sign, body = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    if body[1:2] in ("b", "o", "x"):
        number: float = int(body, 0)
    elif re.fullmatch("[0-9]+", body):
        number = int(body)
    else:
        number = float(body)
    if number > MAX_NUMBER:
        return None
    spelling = str(int(number)) if number == int(number) and "." not in body else repr(float(number))
    return None if "e" in spelling else sign + spelling


def _shown(text: str) -> str:
    return quoted(text if len(text) <= _MAX_DIGITS else text[:_MAX_DIGITS] + "…")
