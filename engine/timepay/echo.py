"""A secret that an answer repeats: where it stands, whole or in part, as it is or as something spells it."""

from binascii import b2a_base64
from collections.abc import Iterator
from urllib.parse import quote

HIDDEN = "[token]"

_TELLING = 8
"""So many characters in a row are as good as a name of the owner; shorter pieces are in any text."""


class Echo:
    """What a secret's echo is known by; ``repr`` shows none of it."""

    __slots__ = ("_is_short", "_pieces")

    def __init__(self, secret: str) -> None:
        self._is_short = len(secret) < _TELLING
        forms = [(secret, _TELLING)] if self._is_short else _forms(secret)
        self._pieces: dict[int, set[str]] = {}
        for form, telling in forms:
            size = min(telling, len(form))
            cut = (form[at : at + size] for at in range(len(form) - size + 1))
            self._pieces.setdefault(size, set()).update(map(_folded, cut))

    def hide(self, text: str) -> str:
        """Black it out of a text, also where blanks, line ends or invisible signs stand in between."""
        folded = _folded(text)
        # A short secret may well be letters of two words that stand together.
        places = [at for at, sign in enumerate(folded) if self._is_short or _is_seen(sign)]
        seen = "".join([folded[at] for at in places])
        kept, end = [], 0
        for first, behind in _joined(self._found(seen)):
            kept += [text[end : places[first]], HIDDEN]
            end = places[behind - 1] + 1
        return "".join([*kept, text[end:]])

    def _found(self, seen: str) -> list[tuple[int, int]]:
        return sorted(
            (at, at + size)
            for size, pieces in self._pieces.items()
            for at in range(len(seen) - size + 1)
            if seen[at : at + size] in pieces
        )


def _forms(secret: str) -> Iterator[tuple[str, int]]:
    """Give what a secret may be spelt as, and how much of it tells: as many of its own characters."""
    raw = secret.encode()
    yield secret, _TELLING
    yield quote(secret, safe=""), _TELLING
    yield raw.hex(), 2 * _TELLING
    yield "".join(f"%{each:02x}" for each in raw), 3 * _TELLING
    yield "".join(f"\\u{each:04x}" for each in raw), 6 * _TELLING
    for before in range(3):  # three bytes are four characters: it looks different behind one, two, none
        # The first and the last characters hold bits of what stands beside it.
        spelt = b2a_base64(bytes(before) + raw, newline=False).decode().rstrip("=")
        core = spelt[before and before + 1 : -1]
        yield core, _TELLING * 4 // 3 + 1
        yield core.replace("+", "-").replace("/", "_"), _TELLING * 4 // 3 + 1


def _folded(text: str) -> str:
    """Give a text in lower case, each character at its place: a letter such as İ would become two."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(one if len(one := each.lower()) == 1 else each for each in text)


def _is_seen(sign: str) -> bool:
    return sign.isprintable() and not sign.isspace()


def _joined(ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join ranges that overlap; those given are sorted."""
    held: tuple[int, int] | None = None
    for first, behind in ranges:
        if held is None or first >= held[1]:
            if held is not None:
                yield held
            held = first, behind
        else:
            held = held[0], max(held[1], behind)
    if held is not None:
        yield held
