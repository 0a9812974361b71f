"""What changes in a file, as the lines that go and those that come."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from itertools import pairwise

from engine.report.paint import printable

_LEAST = 100  # lines between two lines that are taken for the same: a piece that is quickly compared


def difference(raw: bytes, new: str, file: str) -> str:
    """Show what changes, the ends of lines too: a screen shows a carriage return as a visible sign.

    The form is that of ``diff -u``. A file that is split into steps takes time in proportion to its length.
    """
    old, after = _lines(raw.decode("utf-8", "replace")), _lines(new)
    if old == after:
        return ""
    name = printable(file)
    return "".join([f"--- {name}\n+++ {name}\n", *_hunks(old, after)])


def _lines(text: str) -> list[str]:
    """Split a text behind its line feeds alone: what other signs end is one line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for group in _Pieces(old, new).get_grouped_opcodes():
        (_, first, _, start, _), (_, _, last, _, end) = group[0], group[-1]
        yield f"@@ -{_range(first, last)} +{_range(start, end)} @@\n"
        for tag, i, j, k, m in group:
            if tag == "equal":
                yield from map(_whole, (f" {line}" for line in old[i:j]))
            else:
                yield from map(_whole, (f"-{line}" for line in old[i:j]))
                yield from map(_whole, (f"+{line}" for line in new[k:m]))


def _range(start: int, end: int) -> str:
    length = end - start
    return str(start + 1) if length == 1 else f"{start + bool(length)},{length}"


def _whole(line: str) -> str:
    return line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


class _Pieces(SequenceMatcher[str]):
    """Compares piece by piece: the whole of 10,000 steps at once takes a minute."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new)
        self.old = old
        self.new = new

    def get_matching_blocks(self) -> list[Match]:
        """Find what is the same in pieces that begin with a line that stands once in both."""
        blocks: list[tuple[int, int, int]] = []
        end = len(self.old), len(self.new)
        for (i, k), (j, m) in pairwise([(0, 0), *_anchors(self.old, self.new), end]):
            piece = SequenceMatcher(None, self.old[i:j], self.new[k:m])
            for at, to, size in piece.get_matching_blocks()[:-1]:
                first, other, length = blocks[-1] if blocks else (-1, -1, 0)
                if (first + length, other + length) == (i + at, k + to):
                    blocks[-1] = (first, other, length + size)
                else:
                    blocks.append((i + at, k + to, size))
        return [Match(*block) for block in [*blocks, (*end, 0)]]


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Find lines that stand once in both, blanks aside, and in the same order; some way apart."""
    places = _once(new)
    kept = [(0, 0)]
    for at, to in _rising([(at, places[line]) for line, at in _once(old).items() if line in places]):
        if at - kept[-1][0] >= _LEAST and to - kept[-1][1] >= _LEAST:
            kept.append((at, to))
    return kept[1:]


def _once(lines: Sequence[str]) -> dict[str, int]:
    bare = [line.strip() for line in lines]
    counts = Counter(bare)
    return {line: number for number, line in enumerate(bare) if counts[line] == 1}


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Choose the most pairs of which the second numbers rise; the first ones do."""
    ends: list[int] = []  # for each length of a rising row, the least number that one ends with, and where
    holders: list[int] = []
    before: list[int] = []
    for number, (_, to) in enumerate(pairs):
        length = bisect_left(ends, to)
        before.append(holders[length - 1] if length else -1)
        ends[length : length + 1], holders[length : length + 1] = [to], [number]
    row: list[tuple[int, int]] = []
    number = holders[-1] if holders else -1
    while number >= 0:
        row.append(pairs[number])
        number = before[number]
    return row[::-1]
