"""One word or sign of a condition: what is admitted, and what the others were meant to be.

It is an allow-list: names of a-z, 0-9 and _, plain decimal numbers, closed texts, and the signs
below. A mistaken word has an ``instead``, so that the rest of the condition is still checked.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

from engine.diagnostics import Kind

BRACES = Kind(
    "RB303",
    "braces around a condition",
    "a condition is an expression as it stands; double braces mark a place to fill in inside other texts.",
)
FOREIGN_SIGN = Kind(
    "RB304",
    "sign that conditions do not know",
    "conditions are written in one small language, in which every sign has one meaning.",
)
UNCLEAR_NUMBER = Kind(
    "RB305",
    "unclear number",
    "a number that two readers may read differently must not decide anything.",
)
RANGE = Kind("RB332", "range", "a condition says of each end whether it is part of the range.")
UNCLEAR_TEXT = Kind(
    "RB306",
    "unclear text",
    "texts are compared character by character, so a condition must show exactly what they are.",
)

OWNER = "<name>"
"""Stands in a mend for the name that the mistaken word belongs to."""
LARGEST = 2**53 - 1
"""A number beyond it may change when it passes through JSON."""


class Mistake(NamedTuple):
    """What is wrong with a word.

    ``instead`` is what the grammar is to read: empty for nothing, None if no word after this one
    can be trusted. ``sure`` says that it is what was meant, and not only something to hold the place.
    """

    kind: Kind
    message: str
    help: str
    instead: str | None
    sure: bool = False


SOUND = re.compile(
    r"""\s*+(?:
    ( [a-z_][a-z0-9_]*
    | (?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?(?![\w.-]|[ ][0-9])
    | '[ -&(-\[\]-~]*' | "[ !#-\[\]-~]*"
    | [=!<>]=(?!=) | <(?![=>]) | >(?!=) | // | \*(?!\*) | \.(?![0-9]) | [-+/%()\[\],]
    ) | (\S) )""",
    re.VERBOSE,
)
"""Reads words in which nothing can be wrong, as ``WORD`` does; any other is in the second group."""

# Compiled where there is a word of which more must be said: it takes a millisecond.
WORD = r"""(?sx)
    (?P<space>\s+)
  | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2}(?!\w))
  | (?P<grouped>[1-9][0-9]{0,2}(?:[ ][0-9]{3})+(?![\w.]))
  | (?P<number>(?:(?<![\w\])'"])\.)?[0-9](?:[0-9_.]*[eE][+-][0-9]+|\w*(?:\.\w*)*))
  | (?P<digits>\d+(?:[.\uff0e]\d+)?)
  | (?P<name>[^\W\d]\w*)
  | (?P<brace>\{\{|\}\}|\{%|%\}|\{\#|\#\})
  | (?P<sign>===|!==|=!|&&|\|\||==|!=|<>|=<|=>|<=|>=|//|\*\*|[-+*/%<>()\[\]{}.,|~:=!&])
  | (?P<typeset>[\u2264\u2265\u2260\u2212\u2013\u00d7\u00f7])
  | (?P<wide>[\uff01\uff1c-\uff1e]\uff1d|[\uff01\uff05\uff06\uff08-\uff0f\uff1c-\uff1e\uff3b\uff3d])
  | (?P<curly>[\u2018-\u201f\u00b4`][^\u2018-\u201f\u00b4`'"]*[\u2018-\u201f\u00b4`'"])
  | (?P<other>.)
    """
"""Cuts a text into words without a gap; the name of the group says what each one is."""

HALF_CLOSED = r"['\"]([^'\"\u2018-\u201f\u00b4`]+)([\u2018-\u201f\u00b4`])(?=[\s),\]]|\Z)"
"""Finds a text that opens with a plain quote and ends with a curly one."""

KEYWORDS = frozenset({"and", "or", "not", "in", "is"})
_PLAIN_NUMBER = r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_FOREIGN_ESCAPE = r"(?s)\\[^\\'\"]"
# Without a shape of their own, but part of how several Indian scripts are written.
_JOINERS = dict.fromkeys(map(ord, "\u200c\u200d"))
_MEANT = {
    "&&": "and",
    "&": "and",
    "||": "or",
    "!": "not",
    "=": "==",
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    "=!": "!=",
    "=<": "<=",
    "=>": ">=",
    # What word processors make of the signs: less or equal, greater or equal, not equal, minus, dash,
    # times, divided by.
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "\u2212": "-",
    "\u2013": "-",
    "\u00d7": "*",
    "\u00f7": "/",
}


def in_range(owner: str, low: str, high: str, *, negated: bool = False) -> str:
    """Say how a range, or all that is outside of it, is written."""
    both = f"{owner} >= {low} and {owner} <= {high}"
    return f"write not ({both})." if negated else f"write {both}."


def mistake(group: str, word: str) -> Mistake | None:
    """Say what is wrong with a word that ``WORD`` found; None if nothing is."""
    return _JUDGES[group](word)


def shown(word: str) -> str:
    """Show a character that a terminal may not: by its number."""
    return word if word.isprintable() else " ".join(f"U+{ord(sign):04X}" for sign in word)


def _sign(word: str) -> Mistake | None:
    meant = _MEANT.get(word)
    if meant is None:
        return None
    message = f"{word} is not a sign here"
    help_ = f"write {meant} instead of {word}."
    if word == "=":
        message, help_ = "one = compares nothing", "write == to ask whether two values are equal."
    return Mistake(FOREIGN_SIGN, message, help_, meant, sure=True)


def _wide(word: str) -> Mistake | None:
    """Judge a sign as wide as a Chinese letter."""
    plain = unicodedata.normalize("NFKC", word)
    meant = _MEANT.get(plain, plain)
    return Mistake(
        FOREIGN_SIGN, f"{word} is not a sign here", f'write "{meant}" instead of "{word}".', meant, sure=True
    )


def _name(word: str) -> Mistake | None:
    lower = word.lower()
    if word != lower and lower in KEYWORDS:
        return Mistake(FOREIGN_SIGN, f"{word} must be in small letters", f"write {lower}.", lower, sure=True)
    if not word.isascii():
        message = f'"{word}" holds letters that no name has'
        help_ = "names hold a to z, 0 to 9 and _; a text stands in quotes."
        return Mistake(FOREIGN_SIGN, message, help_, None)
    return None


def _grouped(word: str) -> Mistake | None:
    plain = word.replace(" ", "")
    return Mistake(UNCLEAR_NUMBER, "a number has no blank in it", f"write {plain}.", plain, sure=True)


def _digits(word: str) -> Mistake | None:
    """Judge a number in the digits of another script."""
    plain = _in_ascii(word).replace("\uff0e", ".")
    message = f"{word} is not written in the digits 0 to 9"
    sure = re.fullmatch(_PLAIN_NUMBER, plain) is not None
    return Mistake(
        UNCLEAR_NUMBER, message, f"write {plain}." if sure else _plain(plain), plain if sure else "0", sure
    )


def _number(word: str) -> Mistake | None:
    if ends := re.fullmatch(r"(\d+)\.{2,3}(\d+)", word):
        help_ = in_range(OWNER, ends[1], ends[2])
        return Mistake(RANGE, "there is no sign for a range", help_, "0")
    if not re.fullmatch(_PLAIN_NUMBER, word):
        message = f"{word} is not written as plain decimal digits"
        return Mistake(UNCLEAR_NUMBER, message, _plain(word), "0")
    if float(word) > LARGEST:
        help_ = f"the largest number that is safe everywhere is {LARGEST}."
        return Mistake(UNCLEAR_NUMBER, "it is too large to be kept exactly", help_, "0")
    return None


def _in_ascii(number: str) -> str:
    return "".join(str(int(sign)) if sign.isdecimal() else sign for sign in number)


def _plain(word: str) -> str:
    if thousands := re.fullmatch(r"([1-9]\d{0,5})[kK]", word):
        return f"write {thousands[1]}000."
    bare = _in_ascii(word).replace("_", "").rstrip(".").lstrip("0")
    if not bare or bare[0] == ".":
        bare = f"0{bare}"
    if re.fullmatch(_PLAIN_NUMBER, bare):
        return f"write {bare}."
    return "write digits with at most one point, such as 5, 1000 or 2.5; a text stands in quotes."


def _date(word: str) -> Mistake | None:
    message = "without quotes this is a subtraction of numbers"
    return Mistake(UNCLEAR_TEXT, message, f"write a date as '{word}'.", f"'{word}'", sure=True)


def _text(word: str) -> Mistake | None:
    inside = word[1:-1].translate(_JOINERS)
    if not inside.isprintable():
        odd = next(sign for sign in inside if not sign.isprintable())
        message = "it goes on over the end of a line" if odd in "\r\n" else f"it holds {shown(odd)}"
        return Mistake(
            UNCLEAR_TEXT, message, "write the text on one line, in characters that can be seen.", "''"
        )
    escape = re.search(_FOREIGN_ESCAPE, inside.replace("\\\\", ""))
    if escape:
        help_ = r"write the character itself; only \\, \' and \" are needed."
        return Mistake(UNCLEAR_TEXT, f"{escape[0]} stands for something else", help_, "''")
    return None


def _curly(word: str) -> Mistake | None:
    plain = f"'{word[1:-1]}'"
    if "\\" in plain or not plain.isprintable():
        return _other(word[0])
    message = f"{word[0]} and {word[-1]} are not quotes here"
    if word[-1] in "'\"":
        message = f"{word[0]} is not a quote here"
    return Mistake(FOREIGN_SIGN, message, f"write {plain}.", plain, sure=True)


def _brace(word: str) -> Mistake | None:
    if word in ("{{", "}}"):
        help_ = "write the condition bare, without {{ and }}."
        return Mistake(BRACES, f"{word} does not belong in a condition", help_, "")
    help_ = "write a bare comparison, joined with and, or, not."
    return Mistake(BRACES, f"{word} begins or ends a statement of another language", help_, None)


def _other(word: str) -> Mistake | None:
    if word in "'\"":
        help_ = f"close it with {word}; a text that holds {word} stands in the other quotes."
        return Mistake(UNCLEAR_TEXT, "this quote is never closed", help_, None)
    help_ = 'leave it out; parts of a condition are joined with "and" or "or".'
    if word == "$":
        help_ = "write names without it, as in inputs.branch."
    return Mistake(FOREIGN_SIGN, f"{shown(word)} means nothing here", help_, None)


def _nothing(_word: str) -> Mistake | None:
    return None


_JUDGES: Mapping[str, Callable[[str], Mistake | None]] = {
    "space": _nothing,
    "text": _text,
    "date": _date,
    "grouped": _grouped,
    "number": _number,
    "digits": _digits,
    "name": _name,
    "brace": _brace,
    "sign": _sign,
    "typeset": _sign,
    "wide": _wide,
    "curly": _curly,
    "other": _other,
}
