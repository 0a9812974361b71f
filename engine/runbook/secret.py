"""Secrets that stand in a text by mistake: where they are, so that no screen and no log repeats them."""

import re
from collections.abc import Iterable, Iterator, Sequence

_NAMES = "token|secret|passw(?:or)?d|passphrase|api[_-]?key|private[_-]?key|credential|authorization"
_KEY = rf"[\w-]{{0,40}}(?:{_NAMES})[\w-]{{0,40}}"  # bounded, so that a line is looked through in linear time
# Compiled where a text may hold a secret: most hold none.
# A value reaches to the end of its line: what comes behind a comma may belong to it.
_SAID = (
    rf"""(?i)(?:^|(?<=[\s{{,\[?&"']))(?P<key>{_KEY})["']?\s*[:=](?!=)(?P<value>.*)"""
    # A password in an address; and what stands in place of an address, and may be a token.
    r"""|(?<=://)(?P<user>[^\s/@]*)@|\bbase_url["']?\s*:\s*["']?(?P<place>[^\s"'/,}]+)(?=["'\s,}]|$)"""
)
_GOES_ON = r"\s*(?:[|>][-+0-9]*)?\s*(?:#.*)?"
_WORD = r"""[^\s"'`{}\[\],]+"""
_FEWEST = 4
"""Shorter words are no secrets, and messages are full of them."""

_MOST_REPEATED = 60
"""So many characters of a value a finding repeats at least, before it cuts it short."""

_MOST_BELOW = 60
"""So many lines of a secret are hidden: one in PEM form has some 50."""

_HINTS = (
    *("token", "secret", "passw", "passphrase", "api_key", "api-key", "apikey", "private"),
    *("credential", "authorization", "://", "base_url"),
)


def is_secret(key: str) -> bool:
    """Say whether a key names something that nobody may read."""
    return re.fullmatch(f"(?i:{_KEY})", key) is not None


def veiled(line: str) -> str:
    """Give a line with stars for what may be a secret; its length stays, so that carets fit."""
    return re.sub(_SAID, _starred, line)


def _starred(found: re.Match[str]) -> str:
    group = found.lastgroup or ""
    first, last = (place - found.start() for place in found.span(group))
    return found[0][:first] + stars(found[group]) + found[0][last:]


def stars(text: str) -> str:
    """Give a star for each character that can be seen."""
    return re.sub(r"\S", "*", text)


def below(lines: Sequence[str]) -> Iterator[int]:
    """Walk over the lines, counted from 1, on which a secret goes on that has its key above."""
    for index, line in enumerate(lines):
        if may_stand_in(line) and _begins(line):
            indent = _indent(line)
            for number, each in enumerate(lines[index + 1 : index + 1 + _MOST_BELOW], index + 2):
                if each.strip() and _indent(each) < indent + (each.lstrip()[:1] != "-"):
                    break
                yield number


def _begins(line: str) -> bool:
    """Say whether a secret's key stands on a line, and no value."""
    found = re.search(_SAID, line)
    return (
        found is not None and found["key"] is not None and re.fullmatch(_GOES_ON, found["value"]) is not None
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def words(line: str, *, is_whole: bool = False) -> frozenset[str]:
    """Give the words of a line that ``veiled`` hides, or all of them."""
    hidden = [line] if is_whole else [found[found.lastgroup or ""] for found in re.finditer(_SAID, line)]
    said = [word for each in hidden for word in re.findall(_WORD, each)]
    return frozenset(each for word in said for each in (word, word.lstrip("0")) if len(each) >= _FEWEST)


def without(words: Iterable[str], said: str) -> str:
    """Give a sentence without certain words, which it may have cut short."""
    for word in sorted(words, key=len, reverse=True):
        said = re.sub(re.escape(word[:_MOST_REPEATED]) + r"""[^\s"'`]*""", "***", said)
    return said


def may_stand_in(text: str) -> bool:
    """Say whether a text can hold a secret at all: a fast look, for what none holds is the rule."""
    lower = text.lower()
    return any(hint in lower for hint in _HINTS)
