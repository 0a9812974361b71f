"""Patterns for the values of inputs: the only door to RE2, whose matching takes time in step with the text.

Python's own expressions try every way to split a text: ``(a+)+$`` on 40 letters would not end.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import re2  # type: ignore[import-untyped]  # the package ships no types


class Unreadable(NamedTuple):
    """Why a pattern cannot be read, and the mend."""

    message: str
    help: str


_AHEAD = (
    "{} looks at what stands around, which is not known here",
    "write what the whole text must be, without it; every pattern covers the whole text anyway.",
)
_AGAIN = (
    "{} asks for the text of an earlier group again, which is not known here",
    "write that part of the pattern out once more.",
)
_SCRIPT = ("{} is not known here", "list the letters, or name a script such as \\p{{Devanagari}}.")
# By how the library begins its report, and by the piece of the pattern that it names.
_BY_PIECE: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("(?=", "(?!", "(?<=", "(?<!", "(?<"), _AHEAD),
    **dict.fromkeys((*(f"\\{digit}" for digit in range(1, 10)), "\\k", "(?P"), _AGAIN),
    "\\Z": ("{} is not known here", "delete it; every pattern covers the whole text anyway."),
    "\\u": ("{} is not known here", "write the character itself, or its number as \\x{{0905}}."),
}
_BY_PROBLEM: Mapping[str, tuple[str, str]] = {
    "invalid perl operator": ("{} is not known here", "write a plain group: ( ) or (?: )."),
    "invalid escape sequence": (
        "{} is not known here",
        "write the character itself, or a class such as [A-Z] or [0-9].",
    ),
    "missing ]": ("a [ is never closed", "write ] where the list of characters ends, or \\[ for the sign."),
    "missing )": ("a ( is never closed", "write ) where the group ends, or \\( for the sign."),
    "unexpected )": ("a ) closes nothing", "delete it, or write \\) for the sign."),
    "no argument for repetition": (
        "{} repeats nothing",
        "write before it what is repeated, or put \\ before it if it is meant as a sign.",
    ),
    "bad repetition operator": ("{} repeats a repetition", "keep one of the signs."),
    "invalid repetition size": (
        "{} cannot be counted",
        "write the smaller number first, and at most 1000, groups in groups multiplied.",
    ),
    "invalid character class range: \\": _SCRIPT,
    "invalid character class range: [:": _SCRIPT,
    "invalid character class range": ("the range {} runs backwards", "write the smaller character first."),
    "trailing \\": ("it ends in a single \\", "write \\\\ for the sign itself, or delete it."),
    "pattern too large": ("what it repeats is too large", "repeat less often."),
    "": ("it is no regular expression", "write one such as [A-Z]{{3}}-[0-9]+."),
}


def unreadable(pattern: str) -> Unreadable | None:
    """Say why a pattern cannot be read; None where it can."""
    found = _compiled(pattern)
    return found if isinstance(found, Unreadable) else None


def matches(pattern: str, text: str) -> bool:
    """Whether all of a text has the form of a pattern that can be read."""
    found = _compiled(pattern)
    assert not isinstance(found, Unreadable), "ask unreadable() first"
    return found.fullmatch(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:  # noqa: ANN401  (the library has no types)
    options = re2.Options()
    options.log_errors = False  # else the library writes to standard error itself
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        return _reworded(bytes(error.args[0]).decode("utf-8", "replace"))


def _reworded(problem: str) -> Unreadable:
    piece = problem.partition(": ")[2]
    known = next(words for start, words in _BY_PROBLEM.items() if problem.startswith(start))
    message, mend = _BY_PIECE.get(piece, known)
    return Unreadable(message.format(piece), mend.format())
