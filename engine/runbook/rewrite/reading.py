"""Which comment is about what: the only door to ruamel.yaml, whose reader says where every value stands.

Its writer is not used: it drops comments inside brackets, and leaves others where they stood in the old
layout (decision 0038).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import CollectionNode, ScalarNode, SequenceNode

from engine.runbook.rewrite.written import Collection, Comment, Entry, Node, Scalar

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node as _Node

_COMMENT = re.compile(r"#[^\n]*")
_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(#[^\n]*)?")
_NOTHING = Scalar("", "", None, 0, ends_file=False)
_TAB = "\ue000"
"""Stands for a tab while ruamel.yaml reads: it refuses one in unquoted words, which PyYAML does not."""
_LONGEST = 100  # lines of a comment that goes on beside what it is about


class UnreadableError(Exception):
    """ruamel.yaml does not read what PyYAML reads."""


class Reading:
    """One reading of a text: its values as they are spelt, each with the comments about it."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            node = YAML(typ="rt", pure=True).compose(text.replace("\t", _TAB))
        except YAMLError as error:
            raise UnreadableError from error
        self.comments = list(self._comments(node))
        self.said = [comment.text for comment in self.comments]
        self.next = 0
        root = self._value(node, -1, len(text))
        assert isinstance(root, Collection), "what was read without findings has keys at the top"
        self.root = root
        self.root.below += self._sunk(self.root, self._take(len(text) + 1), -1)

    # ------------------------------------------------------------ comments

    def _comments(self, node: "_Node") -> Iterator[Comment]:
        """Find the comments: whatever begins with # and lies in no value."""
        last = 0
        for start, end in [*_extents(node), (len(self.text), len(self.text))]:
            yield from map(self._comment, _COMMENT.finditer(self.text, last, start))
            if self.text.startswith(("|", ">"), start):
                header = _HEADER.match(self.text, start, end)
                if header is not None and header[1]:
                    yield self._comment(header, 1)
            last = end

    def _comment(self, found: "re.Match[str]", group: int = 0) -> Comment:
        at = found.start(group)
        return Comment(at, found[group].rstrip(), at - self._line(at), self._has_gap(at))

    def _line(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _has_gap(self, at: int) -> bool:
        """Say whether an empty line stands before the line on which something begins."""
        line = self._line(at)
        if self.text[line:at].strip(" \t-?"):
            return False
        # A line of blanks that is still there belongs to a text.
        return self.text.endswith("\n\n", 0, line)

    def _take(self, before: int) -> list[Comment]:
        """Take the comments that stand before a place and were not taken yet."""
        first = self.next
        self.next = bisect_left(self.comments, before, first, key=lambda comment: comment.at)
        return self.comments[first : self.next]

    def _take_beside(self, end: int, before: int) -> list[Comment]:
        """Take the comment on the line where something ends, with the lines that go on right under it."""
        taken: list[Comment] = []
        for comment in self.comments[self.next : self.next + _LONGEST]:
            goes_on = not taken or (comment.column == taken[0].column and self._is_alone(comment))
            if comment.at >= before or self.text.count("\n", end, comment.at) != len(taken) or not goes_on:
                break
            taken.append(comment)
        self.next += len(taken)
        return taken

    def _is_alone(self, comment: Comment) -> bool:
        return not self.text[comment.at - comment.column : comment.at].strip()

    def _sunk(self, node: Node, comments: list[Comment], column: int) -> list[Comment]:
        """Leave comments that are indented deeper than what follows with the blocks that end there."""
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

    def _value(self, node: "_Node", column: int, before: int) -> Node:
        """Read a value; ``column`` is that of what holds it, ``before``: where the brackets around it end."""
        start, end = _extent(node)
        if isinstance(node, ScalarNode):
            ends_file = end == len(self.text) and not self.text.endswith("\n")
            spelt, says = self.text[start:end], node.value.replace(_TAB, "\t")
            if before < len(self.text) and node.style is None and "\n" in spelt and "\n" not in says:
                spelt = says  # words that brackets hold over lines are on one line where those are
            return Scalar(spelt, says, node.style, column, ends_file)
        assert isinstance(node, CollectionNode), "there are no nodes of another sort"
        own, is_flow, is_list = node.start_mark.column, bool(node.flow_style), isinstance(node, SequenceNode)
        # A list may stand at the column of its key, and is still inside of it.
        here = Collection(is_list, is_flow, own + (is_list and own == column))
        pairs = [each if isinstance(each, tuple) else (None, each) for each in node.value]
        starts = [_extent(key or value)[0] for key, value in pairs]
        bounds = [*starts, end][1:] if is_flow else [before] * len(pairs)
        for (key, value), at, bound in zip(pairs, starts, bounds, strict=True):
            above = self._take(at)
            if here.entries:
                above = self._sunk(here.entries[-1].value, above, here.column)
            here.entries.append(self._entry(own, key, value, above, bound))
        if is_flow:
            here.below = self._take(end)
        return here

    def _entry(
        self, column: int, key: "_Node | None", value: "_Node", above: list[Comment], before: int
    ) -> Entry:
        start, end = _extent(value)
        gap = self._has_gap(_extent(key or value)[0])
        spelt = None if key is None else self._value(key, column, before)
        assert not isinstance(spelt, Collection), "what was read without findings has texts for keys"
        entry = Entry(spelt, _NOTHING, above, [], gap)
        entry.say_beside([] if key is None else self._take_beside(_extent(key)[1], start))
        if is_compact := not isinstance(value, CollectionNode) or bool(value.flow_style):
            entry.above += self._take(start)
            # The comment in the first line of a block of text, or behind an opening bracket.
            entry.say_beside(self._take_beside(start, _first_inside(value)))
        entry.value = read = self._value(value, column, before)
        if isinstance(read, Collection) and not read.entries:
            entry.above += read.below
            read.below = []
        if is_compact and self.text[end - 1 : end] != "\n":  # a block of text ends behind its line
            entry.say_beside(self._take_beside(end, before))
        return entry


def _extent(node: "_Node") -> tuple[int, int]:
    return node.start_mark.index, node.end_mark.index


def _first_inside(node: "_Node") -> int:
    """Give where the first value begins that stands between brackets; else where the node ends."""
    inner = node.value if isinstance(node, CollectionNode) else ()
    for each in inner:
        return _extent(each[0] if isinstance(each, tuple) else each)[0]
    return _extent(node)[1]


def _extents(node: "_Node") -> Iterator[tuple[int, int]]:
    """Give the places of all keys and values that are no collections, in their order."""
    if isinstance(node, ScalarNode):
        yield _extent(node)
        return
    for each in node.value:
        for part in each if isinstance(each, tuple) else (each,):
            yield from _extents(part)
