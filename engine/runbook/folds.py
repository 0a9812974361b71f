"""Where the characters of a text value are written: behind quotes, escapes, folded lines, an indentation.

A walk along the written text and the value together, in the steps of YAML's scanner. It is done only for
findings; where it does not come out at exactly the value, nothing is known but the whole.
"""

import re
from array import array
from collections.abc import Iterator
from functools import lru_cache

_BREAK = re.compile(r"\r\n?|\n")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n?|\n|\Z)")
_HEADER = re.compile(r"[|>][-+0-9]{0,2}[ \t]*(?:#[^\r\n]*)?(?:\r\n?|\n)")
_ANCHOR = re.compile(r"&\S+\s+")
_BLANKS = r"[ \t\r\n]+"
_PLAIN = re.compile(_BLANKS)
_QUOTED = {
    "'": re.compile(rf"''|{_BLANKS}"),
    '"': re.compile(rf"\\(?:x..|u.{{4}}|U.{{8}}|[\r\n][ \t\r\n]*|.)|{_BLANKS}"),
}


def stretch(written: str, value: str, start: int, end: int) -> tuple[int, int]:
    """Give the first character, and one past the last, that are written for some characters of a value.

    ``start`` and ``end`` count in the value, the end exclusive; what lies outside moves to where the last
    line with something on it ends.
    """
    anchor = _ANCHOR.match(written)
    ahead = anchor.end() if anchor else 0
    walk = _walk(written[ahead:], value)
    if walk is None:
        return 0, len(written)
    last = len(value.rstrip("\n"))
    first = min(max(start, 0), last)
    end = min(max(end, first), last)
    behind = walk.ends[end - 1] if end > first else walk.starts[first]
    return ahead + walk.starts[first], ahead + behind


class _Walk:
    """What of the value was met so far, and for each character of it the stretch that is written."""

    def __init__(self) -> None:
        self.met: list[str] = []
        self.starts: array[int] = array("I")
        self.ends: array[int] = array("I")

    def as_written(self, text: str, at: int) -> None:
        """Meet characters that stand for themselves."""
        self.met.append(text)
        self.starts.extend(range(at, at + len(text)))
        self.ends.extend(range(at + 1, at + 1 + len(text)))

    def instead(self, text: str, start: int, end: int) -> None:
        """Meet characters for which something else is written, the same for each of them."""
        self.met.append(text)
        self.starts.extend([start] * len(text))
        self.ends.extend([end] * len(text))


@lru_cache(maxsize=1)  # findings about one text come together
def _walk(written: str, value: str) -> _Walk | None:
    walk, quote = _Walk(), written[:1]
    if quote in ("|", ">"):
        _walk_block(walk, written, value)
    else:
        _walk_flow(walk, written, value, _QUOTED.get(quote))
    met = "".join(walk.met)
    if not value or not met.startswith(value) or met[len(value) :].strip(" \n"):
        return None
    walk.starts.insert(len(value), walk.ends[len(value) - 1])
    return walk


# ---------------------------------------------------------------- unquoted and quoted


def _walk_flow(walk: _Walk, written: str, value: str, quoted: re.Pattern[str] | None) -> None:
    at, end = (1, len(written) - 1) if quoted else (0, len(written))
    for found in (quoted or _PLAIN).finditer(written, at, end):
        start, said = found.start(), found[0]
        walk.as_written(written[at:start], at)
        at = found.end()
        breaks = len(_BREAK.findall(said))
        if quoted and said[0] in "\\'":
            known = len(walk.starts)
            escaped = "\n" * (breaks - 1) if breaks else value[known : known + 1]
            walk.instead(escaped, start, at)
        elif breaks:
            walk.instead("\n" * (breaks - 1) or " ", start, at)
        else:
            walk.as_written(said, start)
    walk.as_written(written[at:end], at)


# ---------------------------------------------------------------- blocks


def _walk_block(walk: _Walk, written: str, value: str) -> None:
    header = _HEADER.match(written)
    if header is None:
        return
    lines = [*_LINE.finditer(written, header.end())]
    indent = _lead(line[1] for line in lines) - _lead(value.split("\n"))
    is_folded, was_text = written[0] == ">", False
    breaks: list[tuple[int, int]] = []
    for line in lines:
        lead, text = line[1][: max(indent, 0)], line[1][max(indent, 0) :]
        if lead.strip(" "):
            break  # it stands too far left to belong to the block
        if text:
            is_text = text[0] not in " \t"
            _break(walk, breaks, is_folded=is_folded and is_text and was_text)
            walk.as_written(text, line.end(1) - len(text))
            breaks, was_text = [], is_text
        if line.end() > line.end(1):
            breaks.append((line.end(1), line.end()))
    _break(walk, breaks, is_folded=False)


def _lead(lines: Iterator[str] | list[str]) -> int:
    """Give the number of blanks before the first thing that is written."""
    first = next((line for line in lines if line.strip(" ")), "")
    return len(first) - len(first.lstrip(" "))


def _break(walk: _Walk, breaks: list[tuple[int, int]], *, is_folded: bool) -> None:
    """Meet the line breaks between two lines of text: of those that fold, one is a blank or nothing."""
    if is_folded and len(breaks) == 1:
        walk.instead(" ", *breaks[0])
        return
    for each in breaks[1:] if is_folded else breaks:
        walk.instead("\n", *each)
