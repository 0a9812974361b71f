"""The canonical layout: two spaces a level, dashes indented, what is in brackets on one line if it fits."""

import json
import re

from engine.frozen import replace
from engine.runbook.rewrite.written import Collection, Comment, Entry, Node, Scalar, comments
from engine.runbook.scalars import read_plain

WIDTH = 110
"""Columns of a line; brackets that would be longer are written as lines. Text is never broken."""

_INDENT = 2
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./()'%+<>=!?;@$,-]*[\w/)'%!?;$-])?")
_HEADER = re.compile(r"([|>])([-+0-9]*)[^\n]*\n?")


def lay_out(root: Collection) -> str:
    """Write a file's values and comments, lines ended by a line feed."""
    page = _Page()
    if root.entries:
        page.block(root, "")
    else:
        page.lines += ["{}", *(comment.text for comment in root.below)]
    return "".join(f"{line}\n" for line in page.lines)


class _Page:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.is_kept = False  # the last line belongs to a text to which an empty line would be added

    def block(self, node: Collection, indent: str, lead: str = "", *, is_parted: bool = False) -> None:
        """Write a collection's entries, each on its own lines; ``lead``: what stands before the first."""
        for number, entry in enumerate(node.entries):
            if number and is_parted:
                self._part()
            self._above(entry.above, indent, is_first=not number)
            if entry.has_gap and (number or entry.above):
                self._part()
            self._entry(entry, indent, lead if lead and not number else indent)
        self._above(node.below, indent)

    def _part(self) -> None:
        if self.lines and self.lines[-1] and not self.is_kept:
            self.lines.append("")

    def _above(self, said: list[Comment], indent: str, *, is_first: bool = False) -> None:
        for number, comment in enumerate(said):
            if comment.has_gap and (number or not is_first):
                self._part()
            self._line(indent + comment.text)

    def _line(self, line: str, beside: list[Comment] | None = None, *, is_free: bool = False) -> None:
        """Write a line with its comment, which keeps its column where it can, unless it ``is_free``."""
        self.is_kept = False
        if not beside:
            self.lines.append(line)
            return
        column = max(len(line) + 2, 0 if is_free else beside[0].column)
        self.lines.append(line.ljust(column) + beside[0].text)
        self.lines += [" " * column + comment.text for comment in beside[1:]]

    def _entry(self, entry: Entry, indent: str, lead: str) -> None:
        head = lead + ("-" if entry.key is None else f"{_spelt_key(entry.key)}:")
        inner = indent + " " * _INDENT
        value = entry.value
        if isinstance(value, Scalar):
            self._scalar(entry, value, head, inner)
        elif (line := _fitting(value, head)) is not None:
            self._line(f"{head} {line}", entry.beside)
        elif entry.key is None:
            _hand_down(entry, value)
            self._above([*entry.beside, *_hoisted(value)], indent)
            self.block(value, inner, f"{head} ")
        else:
            self._line(head, entry.beside, is_free=value.is_flow)
            is_parted = not indent and value.is_list and any(_is_long(one, inner) for one in value.entries)
            self.block(value, inner, is_parted=is_parted)

    def _scalar(self, entry: Entry, value: Scalar, head: str, inner: str) -> None:
        if value.is_block:
            header, *lines = _block(value, inner)
            self._above(entry.beside[1:], inner[_INDENT:])
            self._line(f"{head} {header}", entry.beside[:1])
            self.lines += lines
            self.is_kept = "+" in header
            return
        first, *others = _spelt(value, is_inline=False).split("\n")
        last = f"{head} {first}" if first else head
        for line in others:
            self._line(last.rstrip(" \t") if not last.endswith("\\ ") else last)
            last = inner + line.lstrip(" \t") if line.strip(" \t") else ""
        self._line(last, entry.beside)


def _is_long(entry: Entry, indent: str) -> bool:
    """Say whether an item is a mapping that takes a line for each key."""
    value = entry.value
    return isinstance(value, Collection) and not value.is_list and _fitting(value, f"{indent}-") is None


def _fitting(value: Collection, head: str) -> str | None:
    """Write a value in brackets behind a head; None if it does not stand in brackets, or does not fit."""
    line = _inline(value)
    return line if line is None or len(head) + 1 + len(line) <= WIDTH or not value.entries else None


def _hand_down(item: Entry, value: Collection) -> None:
    """Put a comment beside an item in brackets, which now are lines, beside the first of these."""
    first = value.entries[0]
    is_line = isinstance(first.value, Scalar) and not first.value.is_block and "\n" not in first.value.spelt
    if value.is_flow and is_line and not first.beside:
        first.beside, item.beside = [replace(comment, column=0) for comment in item.beside], []


def _hoisted(node: Node) -> list[Comment]:
    """Take the comments above the first entry, before which only the dash around it stands."""
    if not isinstance(node, Collection) or not node.entries:
        return []
    first = node.entries[0]
    said, first.above = first.above, []
    return [*said, *(_hoisted(first.value) if first.key is None else [])]


def _inline(node: Node) -> str | None:
    """Write a value in brackets on one line; None if it does not stand in brackets, or cannot."""
    if isinstance(node, Scalar):
        return None if "\n" in node.spelt else _spelt(node, is_inline=True) or "null"
    if not node.is_flow or any(True for _ in comments(node)):
        return None
    parts = [(entry.key, _inline(entry.value)) for entry in node.entries]
    texts = [text if key is None else f"{_spelt_key(key)}: {text}" for key, text in parts if text is not None]
    if len(texts) < len(parts):
        return None
    return f"[{', '.join(texts)}]" if node.is_list else f"{{{', '.join(texts)}}}"


# ---------------------------------------------------------------- scalars


def _spelt(scalar: Scalar, *, is_inline: bool) -> str:
    """Spell a value: without quotes if it is plainly text, in double ones where that changes nothing."""
    if scalar.style not in ("'", '"') or "\n" in scalar.spelt:
        return scalar.spelt
    if (
        _PLAIN.fullmatch(scalar.says)
        and not (scalar.says.endswith("'") and scalar.says.count("'") % 2)  # a trap takes it for half a quote
        and read_plain(scalar.says) == scalar.says
        and not (is_inline and "," in scalar.says)
    ):
        return scalar.says
    if scalar.style == "'" and not re.search(r'["\\]', scalar.says):
        return f'"{scalar.says}"'
    return scalar.spelt


def _spelt_key(key: Scalar) -> str:
    if key.is_block or "\n" in key.spelt:
        return json.dumps(key.says, ensure_ascii=False)
    return _spelt(key, is_inline=True)


def _block(scalar: Scalar, indent: str) -> list[str]:
    """Write a block of text: its header, and its lines at another indent."""
    header = _HEADER.match(scalar.spelt)
    assert header is not None, "a block of text begins with its header"
    lines = scalar.spelt[header.end() :].split("\n")
    marks = re.sub("[0-9]", "", header[2])
    if digit := re.search("[1-9]", header[2]):
        width = scalar.column + int(digit[0])
    else:
        width = min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), default=0)
    if scalar.ends_file:
        marks = "-"  # with the line feed that the file gets, the text would get one, too
    else:
        lines.pop()
    moved = [indent + line[width:] if line[width:] else "" for line in lines]
    while "+" not in marks and moved and not moved[-1]:
        moved.pop()
    return [f"{header[1]}{_INDENT if digit else ''}{marks}", *moved]
