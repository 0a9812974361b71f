"""Rows under their names; where a terminal is too narrow for that, one below the other."""

import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from engine.report.paint import Paint, columns, plain

StyleOf: TypeAlias = Callable[[str], str]
"""Gives the style of a cell."""

_GAP, _BETWEEN = "  ", " · "
LEAST_TO_WRAP = 24
"""Columns below which a sentence is not set in a column any more."""


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    paint: Paint = plain,
    width: int | None = None,
    *,
    wraps: str | None = None,
    styles: Mapping[str, StyleOf] | None = None,
) -> str:
    """Set rows in columns under their names, no wider than ``width`` (None: as wide as they are).

    The column named ``wraps`` is broken into lines where that helps; else each row stands as a block under
    its first cell. ``styles``: of the cells of a column, by its name.
    """
    widths = [max(columns(row[column]) for row in (head, *rows)) for column in range(len(head))]
    painted = {head.index(name): style for name, style in (styles or {}).items()}
    over = 0 if width is None else sum(widths) + len(_GAP) * (len(head) - 1) - width
    broken = None if wraps is None else head.index(wraps)
    if over > 0 and (broken is None or widths[broken] - over < LEAST_TO_WRAP):
        assert width is not None, "only a terminal is too narrow"
        return "\n".join(line for row in rows for line in _block(head, row, paint, width, painted))
    if over > 0 and broken is not None:
        widths[broken] -= over
    lines = [paint("strong", _line(head, widths, plain, {}))]
    return "\n".join(
        [*lines, *(line for row in rows for line in _lines(row, widths, paint, painted, broken))]
    )


def hanging(line: str, width: int | None) -> str:
    """Break a line that is too long for a terminal; what follows stands below it, further in."""
    if width is None or columns(line) <= width:
        return line
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _lines(
    row: Sequence[str],
    widths: Sequence[int],
    paint: Paint,
    painted: Mapping[int, StyleOf],
    broken: int | None,
) -> Iterator[str]:
    if broken is None or columns(row[broken]) <= widths[broken]:
        yield _line(row, widths, paint, painted)
        return
    first, *rest = textwrap.wrap(row[broken], widths[broken], break_on_hyphens=False)
    yield _line([*row[:broken], first, *row[broken + 1 :]], widths, paint, painted)
    indent = " " * (sum(widths[:broken]) + len(_GAP) * broken)
    yield from (f"{indent}{part}" for part in rest)


def _line(row: Sequence[str], widths: Sequence[int], paint: Paint, painted: Mapping[int, StyleOf]) -> str:
    last = len(row) - 1
    cells = []
    for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
        padding = "" if index == last else " " * (width - columns(cell))
        shown = paint(painted[index](cell), cell) if cell and index in painted else cell
        cells.append(f"{shown}{padding}")
    return _GAP.join(cells).rstrip()


def _block(
    head: Sequence[str], row: Sequence[str], paint: Paint, width: int, painted: Mapping[int, StyleOf]
) -> Iterator[str]:
    """Set a row as a block: its first cell alone, to be copied, and the others below it, numbers named."""
    named = [
        f"{name} {cell}".strip() if _is_number(cell) else cell for name, cell in zip(head, row, strict=True)
    ]
    yield paint("strong", named[0])
    line, filled = "", 0
    for index, cell in enumerate(named[1:], start=1):
        if not cell:
            continue
        if line and filled + len(_BETWEEN) + columns(cell) > width:
            yield line
            line, filled = "", 0
        if len(_GAP) + columns(cell) > width:  # torn apart, emphasis would be, too
            yield hanging(f"{_GAP}{cell}", width)
            continue
        shown = paint(painted[index](cell), cell) if index in painted else cell
        line += f"{_BETWEEN if line else _GAP}{shown}"
        filled += (len(_BETWEEN) if filled else len(_GAP)) + columns(cell)
    if line:
        yield line


def _is_number(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None


_NUMBER = re.compile(r"[0-9,]+( to [0-9,]+| or more)?")
