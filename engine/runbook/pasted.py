"""What comes with a text from a document or a chat: typographic quotes, and blanks that are no spaces.

To YAML and to the API they are letters like any other, so that a filter holding one matches nobody, or
a key is another key. In what only people read, comments, titles, descriptions and notes, they stay.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from engine.diagnostics import Kind, Path
from engine.runbook.document import Fault
from engine.runbook.scalars import quoted

QUOTES = Kind("RB026", "typographic quotes", "to YAML and to the API they are letters like any other.")
BLANK = Kind("RB027", "non-breaking space", "it looks like a space, and to programs it is a letter.")

Word: TypeAlias = tuple[int, int, bool]
"""A key or value of a text: its first character, one past its last, and whether only people read it."""

_MARKS = "\u201c\u201d\u2018\u2019\u00ab\u00bb"  # double, single, and pointed ones
_BLANKS = "\u00a0\u202f\u2007"
_ROW_OF_BLANKS = f"[{_BLANKS}]+"  # compiled for a text that holds one
_SHOWN = 60  # characters of a value that a mend repeats
_PROSE_LINE = r"""[ ]*(?:- +)*["']?(?:title|description|x-[\w-]*)["']?:[ \t]+[^\s#]"""
_COMMENT = r"(?:^|[ \t])#"


def is_prose(path: Path | None) -> bool:
    """Whether what stands at a path is for people only; below ``custom``, ``x-`` begins a column's name."""
    match path:
        case ("description",) | ("inputs", _, "description") | ("steps", _, "title"):
            return True
        case None:
            return False
    notes = [at for at, part in enumerate(path) if isinstance(part, str) and part.startswith("x-")]
    return bool(notes) and path[max(notes[0] - 1, 0)] != "custom"


def typographic(value: str, path: Path | None, start: int, end: int) -> Fault | None:
    """Find a key or value that begins or ends with typographic quotes."""
    first, last = value[:1], value[-1:]
    if not value or (first not in _MARKS and last not in _MARKS) or is_prose(path):
        return None
    bare = value.strip(_MARKS)
    mark = first if first in _MARKS else last
    straight = quoted(bare[:_SHOWN])
    mend = f"write straight quotes or none: {straight} or {bare[:_SHOWN]}."
    if bare.lstrip().startswith("{"):
        mend = f"write straight quotes: {straight}."
    if not bare:
        mend = "write a text, or delete it."
    if path is not None and path[2:3] in (("when",), ("success",)):
        # Inside a condition such quotes are judged where conditions are read.
        if first not in _MARKS or last not in _MARKS or any(each in bare for each in _MARKS):
            return None
        mend = "write the condition without quotes around it."
    return QUOTES, start, end, f"{mark} is part of the text here", mend


def holds_blank(text: str) -> bool:
    """Whether a text holds a blank that is no space."""
    return any(blank in text for blank in _BLANKS)


def holds_any(text: str) -> bool:
    """Whether a text holds such a quote or blank anywhere."""
    return any(each in text for each in _MARKS + _BLANKS)


def without_blanks(text: str) -> str:
    """Put spaces in place of such blanks, so that a parser sees the words; lengths stay.

    Those inside a line that is surely for people stay: there a space could end what begins before it.
    """
    # Known by their texts they would be looked up for each line, of which there may be a million.
    is_prose_line, row = re.compile(_PROSE_LINE).match, re.compile(_ROW_OF_BLANKS)
    lines = text.splitlines(keepends=True)
    return "".join([_spaced(each, is_prose_line(each), row) for each in lines])


def _spaced(line: str, prose: re.Match[str] | None, row: re.Pattern[str]) -> str:
    if prose is None:
        return row.sub(_spaces, line)
    visible = len(line.rstrip())
    head, inside, tail = line[: prose.end()], line[prose.end() : visible], line[visible:]
    return row.sub(_spaces, head) + inside + row.sub(_spaces, tail)


def _spaces(found: re.Match[str]) -> str:
    return " " * len(found[0])


def misplaced(text: str, words: Sequence[Word], reached: int, most_lines: int) -> list[tuple[int, int]]:
    """Find the blanks that stand elsewhere than in what only people read.

    Args:
        text: the text as written.
        words: its keys and values in their order.
        reached: up to where they are known; of what comes behind, the line alone decides.
        most_lines: on so many lines they are told; behind the first on one more nothing is looked at.
    """
    starts = [start for start, _, _ in words]
    comment, prose = re.compile(_COMMENT), re.compile(_PROSE_LINE)
    found: list[tuple[int, int]] = []
    lines: set[int] = set()
    begin = last = 0
    is_told = False  # that the rest of the line is for people: a line may hold a million blanks
    for blank in re.finditer(_ROW_OF_BLANKS, text):
        at = blank.start()
        line = max(text.rfind("\n", last, at), text.rfind("\r", last, at)) + 1
        begin, is_told = (line, False) if line else (begin, is_told)
        index = bisect_right(starts, at) - 1
        _, end, is_read_by_people = words[index] if index >= 0 else (0, 0, False)
        if at >= max(end, reached):
            # A comment, or a line that seems to be for people only where its words are not known.
            since = max(max(last, begin) - 1, begin)
            is_told = is_told or comment.search(text[since:at]) is not None
            is_told = is_told or prose.match(text, begin, at) is not None
        elif at >= end:
            is_told = is_told or "#" in text[max(last, begin, end) : at]
        if not (is_read_by_people if at < end else is_told):
            found.append(blank.span())
            lines.add(begin)
            if len(lines) > most_lines:
                break
        last = blank.end()
    return found


def mended(text: str, blanks: Sequence[tuple[int, int]]) -> str:
    """Put spaces in place of misplaced blanks; lengths stay."""
    parts, last = [], 0
    for start, end in blanks:
        parts += [text[last:start], " " * (end - start)]
        last = end
    return "".join([*parts, text[last:]])


def touches(blanks: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Whether a stretch of the text holds one of these blanks."""
    after = bisect_right(blanks, (start, start))
    return after < len(blanks) and blanks[after][0] < end


def faults(text: str, blanks: Sequence[tuple[int, int]]) -> Iterator[Fault]:
    """Say of misplaced blanks where they stand, once a line: a pasted line often holds several."""
    line_end = -1
    for start, end in blanks:
        if start < line_end:
            continue
        ends = [at for mark in "\r\n" if (at := text.find(mark, start)) >= 0]
        line_end = min(ends, default=len(text))
        message = f"U+{ord(text[start]):04X} stands here, pasted from a document"
        more = bisect_right(blanks, (line_end, 0)) - bisect_right(blanks, (start, end))
        message += f", and {more} more on this line" if more else ""
        yield BLANK, start, end, message, "type an ordinary space."
