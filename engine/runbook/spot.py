"""The place at which the parser gave up, and the lines around it."""

import re
from collections.abc import Iterator

NEAR = 2000  # characters of a line that are looked at: a hostile line may have millions
SHOWN = 120  # characters of a value that a proposal repeats
MISPLACED = ("did not find expected key", "<block end>", "'-' indicator")
"""What the parser says of a line that begins where none may."""
LINES_SOUGHT = 1000  # lines above that are looked at for what a line may line up with


class Spot:
    """Where the parser gave up, what it said, and the line around."""

    def __init__(self, text: str, problem: str, context: str, at: int, opened: int) -> None:
        self.text = text
        self.problem = problem
        self.context = context
        self.ended = not text[at:].strip()
        self.at = min(at, max(len(text.rstrip()) - 1, 0))
        self.opened = min(opened, self.at)
        self.char = text[self.at : self.at + 1]
        self.start, self.end = self.line_around(self.at)
        self.before = text[self.start : self.at]
        self.line = text[self.start : self.end]

    def line_around(self, at: int) -> tuple[int, int]:
        """Find where a line begins and ends; of an endless line only what is near."""
        first, last = max(at - NEAR, 0), at + NEAR
        start = max(self.text.rfind(mark, first, at) for mark in "\r\n") + 1
        ends = [self.text.find(mark, at, last) for mark in "\r\n"]
        return start or first, min((end for end in ends if end >= 0), default=min(last, len(self.text)))

    def says(self, *words: str) -> bool:
        """Whether the parser's problem has one of these words in it."""
        return any(word in self.problem for word in words)

    def lines_above(self) -> Iterator[tuple[int, str]]:
        """Give the lines above that are neither blank nor comments, with their starts, the nearest first."""
        start = self.start
        lines = self.text[max(start - LINES_SOUGHT * NEAR, 0) : start].splitlines(keepends=True)
        for line in reversed(lines[-LINES_SOUGHT:]):
            start -= len(line)
            if line.strip() and not line.lstrip().startswith("#"):
                yield start, line.rstrip()[:NEAR]

    def value_from(self, start: int, end: int) -> str:
        """Give an unquoted value as written, without a comment behind it, as much as a line can show."""
        value = uncommented(self.text[start : min(end, start + SHOWN)])
        return value if len(value) < SHOWN else value + "…"


def uncommented(line: str) -> str:
    """Give a line without the comment behind it."""
    return re.split(r"\s+#", line, maxsplit=1)[0].rstrip()


def key_of(line: str) -> "re.Match[str] | None":
    """Find a line's key, as group 1, up to where its value begins."""
    return re.match(r"""\s*(?:-\s+)*("[^"]*"|'[^']*'|[^\s'"].*?)\s*:(?:\s+|\Z)""", line)
