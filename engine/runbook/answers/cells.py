"""Cuts and cells: the number line as conditions see it."""

import itertools
from collections.abc import Iterable
from fractions import Fraction

from engine.frozen import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Cut:
    """A place between two numbers: just before ``at``, or just behind it."""

    at: Fraction
    behind: bool

    def least_above(self) -> int:
        """Give the least whole number behind the cut."""
        floor = self.at.numerator // self.at.denominator
        is_above = self.at.denominator == 1 and not self.behind
        return floor if is_above else floor + 1


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of numbers between two cuts; None is open on that side."""

    low: Cut | None = None
    high: Cut | None = None

    def whole(self) -> tuple[int, int | None]:
        """Give the whole numbers from 0 in the cell: least and greatest; least > greatest if none."""
        low = 0 if self.low is None else max(0, self.low.least_above())
        return low, None if self.high is None else self.high.least_above() - 1

    def words(self, name: str) -> str:
        """Say where the cell lies, as a condition would; nothing where it holds every number."""
        low, high = self.low, self.high
        if low and high and low.at == high.at:
            return f"{name} == {_plain(low.at)}"
        if low and high:
            left = f"{_plain(low.at)} {'<' if low.behind else '<='}"
            return f"{left} {name} {'<=' if high.behind else '<'} {_plain(high.at)}"
        if low:
            return f"{name} {'>' if low.behind else '>='} {_plain(low.at)}"
        return f"{name} {'<=' if high.behind else '<'} {_plain(high.at)}" if high else ""


def cells(cuts: Iterable[Cut]) -> list[Cell]:
    """Give the stretches between the cuts, in order; without any, one that holds every number."""
    edges: list[Cut | None] = [None, *sorted(set(cuts)), None]
    return [Cell(low, high) for low, high in itertools.pairwise(edges)]


def joined(parts: Iterable[Cell]) -> list[Cell]:
    """Join cells of one number that touch; the rest stay apart, in order."""
    result: list[Cell] = []
    for cell in sorted(set(parts), key=lambda cell: (cell.low is not None, cell.low or cell.high)):
        if result and result[-1].high is not None and result[-1].high == cell.low:
            result[-1] = Cell(result[-1].low, cell.high)
        else:
            result.append(cell)
    return result


def _plain(number: Fraction) -> str:
    """Write a number exactly: as a decimal where it is one, else as a fraction."""
    if number.denominator == 1:
        return str(number.numerator)
    places = next((n for n in range(1, MOST_PLACES) if (number * 10**n).denominator == 1), None)
    if places is None:
        return f"{number.numerator}/{number.denominator}"
    sign, digits = "-" if number < 0 else "", str(abs(number * 10**places)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


MOST_PLACES = 30
