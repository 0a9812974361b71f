"""What differs from one hour to the next in what a command shows: ids, digests, instants, ports."""

import re
from collections.abc import Collection, Iterator

_FORMS = {
    "run": (r"\d{8}-\d{6}-[a-z0-9-]+?-[0-9a-f]{6}(?![0-9a-z-])", "20260302-093000-{}-4f1c08"),
    "digest": (r"sha256:[0-9a-f]{8,64}", "sha256:"),
    "expiry": (r"(?<=must start before )20\d\d-\d\d-\d\d", "2026-03-03"),
    "date": (r"20\d\d-\d\d-\d\d", "2026-03-02"),
    "clock": (r"(?<![\d:])\d\d:\d\d(?::\d\d)?(?![\d:])", "09:30:00"),
    "seconds": (r"(?<![\d.])\d+\.\d+ s\b", "0.8 s"),
    "wait": (r"(?<=waiting )\d+ s\b", "8 s"),
    "port": (r"(?<=127\.0\.0\.1:)\d+", "8001"),
    "actor": (r"(?<!\S)[a-z_][\w.-]*@[\w-]+", "asha@desk"),
    "hash": (r"\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b", ""),
    "process": (r"\bprocess \d+(?: on [\w.-]+)?", "process 4711"),
    "python": (r"(?<=Python )3\.\d+\.\d+", "3.11.7"),
}
_ANY = re.compile("|".join(f"(?P<{name}>{form})" for name, (form, _) in _FORMS.items()))
_HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_BOUND = ("run", "digest")
"""Those of which two that are the same in one text are the same in another."""


def fixed(line: str, *, is_told_apart: bool = False) -> str:
    """Put what always stands there in the place of what varies, as long as it was.

    ``is_told_apart``: two ids, digests or lengths of time that differ go on to do so.
    """
    kept = (*_BOUND, "seconds", "wait") if is_told_apart else ()
    return _ANY.sub(lambda match: _example(str(match.lastgroup), match[0], kept), line)


def differences(shown: list[str], wanted: list[str], bound: dict[str, str]) -> Iterator[str]:
    """Say where two texts differ in more than what varies.

    ``bound`` holds which id or digest of ``wanted`` stands for which of ``shown``; it grows.
    """
    for count in range(max(len(shown), len(wanted))):
        ours, theirs = ("\n".join(each[count : count + 1]) or "(nothing)" for each in (shown, wanted))
        if _masked(ours) != _masked(theirs) or not _agree(ours, theirs, bound):
            yield f"line {count + 1}: shown {ours!r}, wanted {theirs!r}"


def _masked(line: str) -> str:
    """Name what varies; how wide a column of it is varies too."""
    named = _ANY.sub(lambda match: f"<{match.lastgroup}>", line)
    return re.sub(r"(?<=\S) {2,}", "  ", named)


def _agree(ours: str, theirs: str, bound: dict[str, str]) -> bool:
    pairs = zip(_ANY.finditer(ours), _ANY.finditer(theirs), strict=True)
    kept = [(one[0], other[0]) for one, other in pairs if one.lastgroup in _BOUND]
    return all(bound.setdefault(other, one) == one for one, other in kept)


def _example(kind: str, found: str, kept: Collection[str]) -> str:
    example = _FORMS[kind][1]
    if kind == "run":
        example = example.format(found[16:-7])
        return example[:-6] + found[-6:] if kind in kept else example
    if kind in kept:
        return found
    if kind in ("digest", "hash"):
        return (example + _HEX)[: len(found)]
    return example[: len(found)].ljust(len(found)) if kind == "actor" else example[: len(found)]
