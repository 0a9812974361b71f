"""Which comment is about what.

The parser says where every value stands; whatever begins with # and lies in no value is a comment
(decisions 0038 and 0040).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice

from engine.runbook.rewrite.nodes import Node as Place
from engine.runbook.rewrite.nodes import compose
from engine.runbook.rewrite.written import Collection, Comment, Entry, Node, Scalar
from engine.runbook.source import parse

_COMMENT = re.compile(r"#[^\n]*")
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(#[^\n]*)?")
# What stands before the first thing on a line behind an empty one; a line of blanks belongs to a text.
_PARTED = re.compile(r"(?<=\n\n)[ \t?-]*")
_NOTHING = Scalar("", "", None, 0, ends_file=False)
_LONGEST = 100  # lines of a comment that goes on beside what it is about


class Reading:
    """One reading of a text that has no findings: its comments, and its values with the comments about them.

    All of it takes time in proportion to the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.top, self.scalars = compose(parse(text))
        self.parted = [found.span() for found in _PARTED.finditer(text)]
        self.comments = list(self._comments())
        self.said = [comment.text for comment in self.comments]
        self.next = 0

    def values(self) -> Collection:
        """Give what the file says, as it is spelt; only once."""
        root = self._value(self.top, -1, len(self.text))
        assert isinstance(root, Collection), "what was read without findings has keys at the top"
        root.below += self._sunk(root, self._take(len(self.text) + 1), -1)
        return root

    # ------------------------------------------------------------ comments

    def _comments(self) -> Iterator[Comment]:
        """Find the comments: whatever begins with # and lies in no value."""
        last = 0
        for scalar in self.scalars:
            yield from map(self._comment, _COMMENT.finditer(self.text, last, scalar.start))
            if scalar.style in ("|", ">"):
                header = _HEADER.match(self.text, scalar.start, scalar.end)
                if header is not None and header[1]:
                    yield self._comment(header, 1)
            last = scalar.end
        yield from map(self._comment, _COMMENT.finditer(self.text, last))

    def _comment(self, found: "re.Match[str]", group: int = 0) -> Comment:
        at = found.start(group)
        column = at - self.text.rfind("\n", 0, at) - 1
        return Comment(at, found[group].rstrip(), column, self._has_gap(at))

    def _has_gap(self, at: int) -> bool:
        """Say whether an empty line stands before the line on which something begins."""
        number = bisect_right(self.parted, (at, len(self.text)))
        return number > 0 and at <= self.parted[number - 1][1]

    def _take(self, before: int) -> list[Comment]:
        """Take the comments that stand before a place and were not taken yet."""
        first = self.next
        self.next = bisect_left(self.comments, before, first, key=lambda comment: comment.at)
        return self.comments[first : self.next]

    def _take_beside(self, end: int, before: int) -> list[Comment]:
        """Take the comment on the line where something ends, with the lines that go on right under it."""
        taken: list[Comment] = []
        for comment in islice(self.comments, self.next, self.next + _LONGEST):
            if comment.at >= before:
                break
            if not taken and self.text.find("\n", end, comment.at) >= 0:
                break
            if taken and not self._goes_on(taken[-1], comment):
                break
            taken.append(comment)
        self.next += len(taken)
        return taken

    def _goes_on(self, above: Comment, comment: Comment) -> bool:
        """Say whether a comment continues the one above, which ends its line."""
        is_under = comment.column == above.column and self._is_alone(comment)
        return is_under and self.text.find("\n", above.at, comment.at) == comment.at - comment.column - 1

    def _is_alone(self, comment: Comment) -> bool:
        return not self.text[comment.at - comment.column : comment.at].strip()

    def _sunk(self, node: Node, comments: list[Comment], column: int) -> list[Comment]:
        """Leave comments that are indented deeper than what follows with the blocks that end there."""
        if not comments:
            return comments
        blocks: list[Collection] = []
        while isinstance(node, Collection) and not node.is_flow and node.entries:
            blocks.append(node)
            node = node.entries[-1].value
        for number, comment in enumerate(comments):
            while blocks and blocks[-1].column > comment.column:
                blocks.pop()
            if not blocks or comment.column <= column or not self._is_alone(comment):
                return comments[number:]
            blocks[-1].below.append(comment)
        return []

    # ------------------------------------------------------------ values

    def _value(self, node: Place, column: int, before: int) -> Node:
        """Read a value; ``column`` is that of what holds it, ``before``: where the brackets around it end."""
        if node.pairs is None:
            ends_file = node.end == len(self.text) and not self.text.endswith("\n")
            spelt = self.text[node.start : node.end]
            if before < len(self.text) and node.style is None and "\n" in spelt and "\n" not in node.says:
                spelt = node.says  # words that brackets hold over lines are on one line where those are
            return Scalar(spelt, node.says, node.style, column, ends_file)
        # A list may stand at the column of its key, and is still inside of it.
        own, is_flow = node.column, node.is_flow
        here = Collection(node.is_list, is_flow, own + (node.is_list and own == column))
        starts = [(key or value).start for key, value in node.pairs]
        bounds = [*starts, node.end][1:] if is_flow else [before] * len(starts)
        for (key, value), at, bound in zip(node.pairs, starts, bounds, strict=True):
            above = self._take(at)
            if here.entries:
                above = self._sunk(here.entries[-1].value, above, here.column)
            here.entries.append(self._entry(own, key, value, above, bound))
        if is_flow:
            here.below = self._take(node.end)
        return here

    def _entry(
        self, column: int, key: Place | None, value: Place, above: list[Comment], before: int
    ) -> Entry:
        spelt = None if key is None else self._value(key, column, before)
        assert not isinstance(spelt, Collection), "what was read without findings has texts for keys"
        entry = Entry(spelt, _NOTHING, above, [], self._has_gap((key or value).start))
        if key is not None:
            entry.say_beside(self._take_beside(key.end, value.start))
        if not value.is_block:
            entry.above += self._take(value.start)
            # The comment in the first line of a block of text, or behind an opening bracket.
            entry.say_beside(self._take_beside(value.start, _first_inside(value)))
        entry.value = read = self._value(value, column, before)
        if isinstance(read, Collection) and not read.entries:
            entry.above += read.below
            read.below = []
        # A block of text ends behind its line.
        if not value.is_block and self.text[value.end - 1 : value.end] != "\n":
            entry.say_beside(self._take_beside(value.end, before))
        return entry


def _first_inside(node: Place) -> int:
    """Give where the first value begins that stands between brackets; else where the node ends."""
    for key, value in node.pairs or ():
        return (key or value).start
    return node.end
