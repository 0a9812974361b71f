"""Mistakes in lines: where they begin, their dashes and colons, one too many, one too few."""

import re
from collections.abc import Iterator

from tests.typos.source import Source
from tests.typos.typo import Mistakes, Typo


def _line_changed(source: Source, number: int, line: str) -> str:
    lines = source.text.splitlines(keepends=True)
    lines[number - 1] = f"{line}\n" if line else ""
    return "".join(lines)


def _after(source: Source, number: int) -> int:
    return next((other for other, _ in source.lines if other > number), number)


def shifted(by: int) -> Mistakes:
    """A line that begins more to the right or left: it or the one after is where they do not line up."""

    def mistakes(source: Source) -> Iterator[Typo]:
        for number, line in source.lines:
            indent = len(line) - len(line.lstrip())
            if indent + by < 0:
                continue
            wrong = " " * (indent + by) + line.lstrip()
            after = _after(source, number)
            column = f"column {indent + 1}"
            following = source.text.splitlines()[after - 1]
            moved = f"column {len(following) - len(following.lstrip()) + 1 + by}"
            mends = (column, moved, *_homes(source, number))
            yield Typo(_line_changed(source, number, wrong), (number, after), mends)

    return mistakes


def _homes(source: Source, number: int) -> Iterator[str]:
    """Say in words where a line belongs: below which key, or beside which others."""
    lines = dict(source.lines)
    indent = _indent_of_key(lines[number])
    yield from ("indent it by", "indent them", "indent `", "to a step") if indent else ("to the top",)
    for other in reversed([each for each in lines if each != number]):
        key = re.match(r"\s*(?:- +)?([\w-]+):", lines[other])
        if key and _indent_of_key(lines[other]) == indent:
            yield f"beside `{key[1]}`"
        elif key and other < number and _indent_of_key(lines[other]) < indent:
            yield from (f"under `{key[1]}`", f"below `{key[1]}`")
            return


def _indent_of_key(line: str) -> int:
    return len(line) - len(re.sub(r"\A\s*(?:- +)?", "", line))


def outdented(*, whole: bool) -> Mistakes:
    """All that stands below a key, or the first entry of it, begins where the key does."""

    def mistakes(source: Source) -> Iterator[Typo]:
        lines = source.text.splitlines(keepends=True)
        for word in source.values:
            is_block = isinstance(word.value, dict) and source.text[word.start] != "{"
            if not is_block or isinstance(word.path[-1], int):
                continue
            first = source.line_of(word.start)
            last = source.line_of(word.start + len(source.text[word.start : word.end].rstrip()) - 1)
            below = [source.line_of(key.start) for key in source.keys if key.path[:-1] == word.path]
            if not whole and len(below) > 1:
                last = below[1] - 1
            moved = [line.removeprefix("  ") for line in lines[first - 1 : last]]
            text = "".join(lines[: first - 1] + moved + lines[last:])
            yield Typo(text, (first - 1, first, last + 1), (f"below `{word.key}`", "indent"))

    return mistakes


def dashed(source: Source) -> Iterator[Typo]:
    """A key with the dash of an item before it, in line with the others or in place of two blanks."""
    for number, line in source.lines:
        indent = len(line) - len(line.lstrip())
        if indent and not line.lstrip().startswith("- "):
            for by in (0, 2):
                wrong = f"{' ' * (indent - by)}- {line.lstrip()}"
                mends = ("without the dash", "without dashes", "in place of the dash")
                yield Typo(_line_changed(source, number, wrong), (number, _after(source, number)), mends)


def listed_without_blanks(source: Source) -> Iterator[Typo]:
    """A list in lines of its own, each with a dash and no blank."""
    for word in source.values:
        number = source.line_of(word.start)
        line = source.text.splitlines()[number - 1]
        if isinstance(word.value, list) and line.endswith(source.text[word.start : word.end]):
            indent = " " * (_indent_of_key(line) + 2)
            items = "".join(f"\n{indent}-{item}" for item in word.value)
            text = source.text[: word.start].rstrip(" ") + items + source.text[word.end :]
            yield Typo(text, (number + 1,), (f"- {word.value[0]}",))


def without_dash(source: Source) -> Iterator[Typo]:
    """An item whose dash is missing, the blanks in place of it too."""
    for number, line in source.lines:
        if found := re.match(r"(\s*)- (.*)", line):
            yield Typo(_line_changed(source, number, f"{found[1]}  {found[2]}"), (number,), ("- ", "dash"))
            yield Typo(_line_changed(source, number, f"{found[1]}{found[2]}"), (number,), ("- ", "dash"))


def dash_without_blank(source: Source) -> Iterator[Typo]:
    """One item without the blank behind its dash."""
    for number, line in source.lines:
        if found := re.match(r"(\s*)- (.*)", line):
            item = found[2].split("#")[0].strip()
            yield Typo(_line_changed(source, number, f"{found[1]}-{found[2]}"), (number,), (f"- {item}",))


def colon(instead: str) -> Mistakes:
    """A colon and blank written as ``instead``, in lines and between brackets."""

    def mistakes(source: Source) -> Iterator[Typo]:
        for key in source.keys:
            found = re.compile(r":( +|$)", re.MULTILINE).match(source.text, key.end)
            if found and (instead.strip() or found[1]):
                text = source.text[: key.end] + instead + source.text[found.end() :]
                yield Typo(text, (source.line_of(key.start),), (f"{key.value}:",))

    return mistakes


def twice(source: Source) -> Iterator[Typo]:
    """A line with a key that stands twice."""
    for key in source.keys:
        number = source.line_of(key.start)
        line = source.text.splitlines()[number - 1]
        if re.match(rf"\s+{key.value}: +[^\s#]", line):
            lines = source.text.splitlines(keepends=True)
            lines.insert(number, lines[number - 1])
            yield Typo("".join(lines), (number, number + 1), ("remove one", "a new step begins"))


def deleted(source: Source) -> Iterator[Typo]:
    """A line that is missing, and the lines below that belong to it."""
    lines = source.text.splitlines(keepends=True)
    for key in source.keys:
        number = source.line_of(key.start)
        indent = len(lines[number - 1]) - len(lines[number - 1].lstrip())
        if not lines[number - 1].lstrip().startswith(str(key.value)):
            continue
        end = number
        while end < len(lines) and (
            not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent
        ):
            end += 1
        if key.path[-1] not in source.required(key.path[:-1]):
            continue
        owner = source.owner_line(key.path[:-1])
        owners = (owner, *(other - (end - number + 1) for other in [owner] if other > number))
        yield Typo("".join(lines[: number - 1] + lines[end:]), owners, (str(key.value),))


def tabbed(source: Source) -> Iterator[Typo]:
    """A line that is indented with tabs."""
    for number, line in source.lines:
        indent = len(line) - len(line.lstrip())
        if indent:
            wrong = "\t" * max(indent // 2, 1) + line.lstrip()
            yield Typo(_line_changed(source, number, wrong), (number,), ("spaces",))
