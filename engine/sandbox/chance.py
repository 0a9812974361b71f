"""Chance that is the same every time: numbers drawn from a seed and a label, without any state."""

from collections.abc import Iterable
from hashlib import blake2b

_SPAN = 2**64


def draw(seed: int, *label: object) -> float:
    """Give a number from 0 up to 1, always the same for a seed and a label."""
    text = ":".join(str(part) for part in (seed, *label))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) / _SPAN


def shuffled(seed: int, names: Iterable[str], *label: object) -> list[str]:
    """Give the names in an order that the seed and the label alone decide."""
    return sorted(names, key=lambda name: draw(seed, *label, name))
