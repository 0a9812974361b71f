"""Emphasis without a terminal library: views name a style, the command line knows what it looks like."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import TypeAlias

Paint: TypeAlias = Callable[[str, str], str]
"""``paint(style, text)``; styles: ``error``, ``warning``, ``good``, ``strong``, ``faint``."""


def plain(_style: str, text: str) -> str:
    """Show no emphasis: what pipes, files and ``NO_COLOR`` get."""
    return text


WIDTH = 96
"""The usual width of a line, in columns."""

STYLES = {"error": "31", "warning": "33", "good": "32", "strong": "1", "faint": "2"}
"""The terminal's number for each style."""

_OURS = re.compile(r"(\x1b\[(?:0|1|2|31|32|33)m)")
_JOINERS = "\u200c\u200d"
"""Invisible, but Indian scripts need them to be written correctly."""

_MARKS = ("Mn", "Me")
_MOST_MARKS = 8
"""So many may stand upon one letter: no script has more, and a heap of them covers other lines."""


def coloured(style: str, text: str) -> str:
    """Show emphasis on a terminal."""
    return f"\x1b[{STYLES[style]}m{text}\x1b[0m"


def clean(view: str) -> str:
    """Make a whole view harmless to a terminal: only its line breaks and our own emphasis stay."""
    if view.isascii() and view.isprintable():
        return view
    lines = view.split("\n")
    return "\n".join(
        "".join(part if _OURS.fullmatch(part) else printable(part) for part in _OURS.split(line))
        for line in lines
    )


def bare(text: str) -> str:
    """Give a text without our own emphasis."""
    return _OURS.sub("", text)


def printable(text: str) -> str:
    """Make a text harmless to a terminal: control characters become visible signs."""
    return text if text.isascii() and text.isprintable() else "".join(_signs(text))


def _signs(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in _MARKS else 0
        if marks <= _MOST_MARKS:
            yield _visible(character)
        elif marks == _MOST_MARKS + 1:
            yield "\N{REPLACEMENT CHARACTER}"


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in _JOINERS + "\t":
        code = ord(character)
        return chr(0x2400 + code) if code < 0x20 else "\N{REPLACEMENT CHARACTER}"  # noqa: PLR2004
    return character


def columns(text: str) -> int:
    """Count the terminal columns of a text: wide characters take two, combining ones none."""
    return len(text) if text.isascii() else sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
