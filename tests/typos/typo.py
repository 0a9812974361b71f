"""One mistake, and what a finding about it must say."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from tests.typos.source import Source


class Typo(NamedTuple):
    """One mistake in one runbook.

    ``lines``: where a finding stands right; ``mends``: of these, one must stand in the finding's words.
    """

    text: str
    lines: tuple[int, ...]
    mends: tuple[str, ...]


Mistakes: TypeAlias = Callable[[Source], Iterator[Typo]]
