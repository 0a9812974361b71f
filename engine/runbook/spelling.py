"""How values, keys and lists of words are written in a finding."""

import json
import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import takewhile

from engine.diagnostics import Json
from engine.record.condition import Scalar
from engine.runbook.leaves import SETTLED

_PLAIN = r"[A-Za-z][A-Za-z0-9_./%<>=-]*(?: [A-Za-z0-9_./%<>=-]+)*\Z|[1-9][0-9]*[smh]\Z"
# YAML 1.1 reads these, too, as something else than text.
_NOT_TEXT = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})
_LONGEST = 63  # the length of the longest name
_DENIAL = r"(?:un|non|not|no|exclud(?:e[sd]?|ing)|except|without|[!~^-]|<>|\u2260)[\W_]*"
_CERTAIN = ("inclu", "only")


def yaml(value: Json) -> str:
    """Write a value as it would stand in a runbook, on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{yaml(key)}: {yaml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(yaml(each) for each in value) + "]"
    if isinstance(value, str) and len(value) <= _LONGEST and re.match(_PLAIN, value):
        return json.dumps(value) if value.lower() in _NOT_TEXT else value
    return shown(value)


def shown(value: Scalar | None) -> str:
    """Name a value in a sentence: short, and with nothing in it that a terminal would obey."""
    if not isinstance(value, str):
        return json.dumps(value)
    text = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
    return json.dumps(text, ensure_ascii=not text.isprintable())


def line(key: str, value: Json) -> str:
    """Write a key with its value, in backquotes."""
    return f"`{yaml(key)}: {yaml(value)}`"


def listed(words: Iterable[str], last: str = "or") -> str:
    """Join words as a sentence does."""
    known = [*words]
    return f" {last} ".join(part for part in (", ".join(known[:-1]), *known[-1:]) if part)


def nearest(word: str, known: Collection[str]) -> str | None:
    """Give the known word that was probably meant, if one comes near; never one that says the contrary.

    Those who have paid are only ever offered for a slip of the pen: ``unpaid`` lies near ``paid``, and
    whoever takes the offer messages the wrong people.
    """
    near = _nearest(word[:_LONGEST], tuple(known))
    return near if near not in SETTLED or _is_slip(word, near) else None


def _is_slip(word: str, meant: str) -> bool:
    """Whether a word is another one but for case and one letter, and no denial of it."""
    lower = word.lower()
    denied = re.match(_DENIAL, lower) is not None or _is_edit(lower, f"un{meant}")
    return not denied and _is_edit(lower, meant)


def _is_edit(word: str, other: str) -> bool:
    """Whether two words are the same but for at most one letter more, less, or changed."""
    same = len([*takewhile(lambda pair: pair[0] == pair[1], zip(word, other, strict=False))])
    rests = word[same:], other[same:]
    return any(rests[0][one:] == rests[1][two:] for one, two in ((0, 0), (1, 0), (0, 1), (1, 1)))


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> str | None:
    if not known:
        return None
    # Only who mistypes pays for it; a file written by a program makes the same mistake ten thousand times.
    from difflib import get_close_matches  # noqa: PLC0415

    lowered = {each.lower(): each for each in known}
    found = get_close_matches(word.lower().replace("-", "_"), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found and not _is_contrary(word.lower(), found[0]) else None


def _is_contrary(word: str, near: str) -> bool:
    """Whether one of two words denies the other: ``sent`` and ``not_sent``, ``!paid`` and ``paid``."""
    from difflib import SequenceMatcher  # noqa: PLC0415  (as above)

    denials = [found.end() if (found := re.match(_DENIAL, each)) else 0 for each in (word, near)]
    if all(denials) or not any(denials):
        return False
    denied, said, skipped = (word, near, denials[0]) if denials[0] else (near, word, denials[1])
    likeness = SequenceMatcher(None, denied, said).ratio()
    return said.startswith(_CERTAIN) or SequenceMatcher(None, denied[skipped:], said).ratio() > likeness
