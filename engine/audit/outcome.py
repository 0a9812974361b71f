"""What came of a request: reading it, and whether its numbers say what its status says."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from engine.audit.canonical import exact_fields_of
from engine.audit.known import COUNTS, OUTCOME, STATUSES, TAKEN

Body = Mapping[str, Any]

NOBODY: Body = dict.fromkeys(COUNTS, 0)
UNREADABLE = (AttributeError, KeyError, RecursionError, TypeError, ValueError)

_MOST_KEPT = 10_000
_COUNTS_TEXT = ", ".join(f'"{name}": %s' for name in COUNTS).join("{}")
_numbers_of = itemgetter(*COUNTS)


class Newer(Exception):  # noqa: N818  (a fact about an event)
    """An event of a newer version: what follows from it is not known here."""


class Plain(NamedTuple):
    """An outcome of which nothing is to be said: whoever was asked for got a message, and no others."""

    selected: int
    messages: int
    counts: str
    """As the tables hold them."""
    reason: str


class Outcomes:
    """Reads outcomes by their texts; one that comes again and again is read once."""

    def __init__(self) -> None:
        self._kept: dict[str, Plain | None] = {}

    def plain(self, text: str) -> Plain | None:
        """Read an outcome if it is a plain one."""
        kept = self._kept
        if text not in kept:
            if len(kept) > _MOST_KEPT:
                kept.clear()
            kept[text] = _plain(text)
        return kept[text]


def _plain(text: str) -> Plain | None:
    try:
        status, counts, outcome = outcome_of(exact_fields_of(text))
    except (Newer, *UNREADABLE):
        return None
    if status != "succeeded" or counts is None or outcome.get("overreached"):
        return None
    selected, initiated = counts["selected"], counts["initiated"]
    if not 0 < selected == initiated <= counts["matched"] or counts["failed"] != 0:
        return None
    return Plain(selected, initiated, counts_text(counts), outcome.get("reason", ""))


def outcome_of(outcome: Body) -> tuple[str, Body | None, Body]:
    """Read an outcome: its status, its numbers, all of it."""
    status = outcome["status"]
    if status not in STATUSES or not outcome.keys() <= OUTCOME:
        raise Newer("an outcome that this version does not know")
    counts = outcome.get("counts", NOBODY)
    if counts is not None and len(counts) != len(COUNTS):
        counts = {**NOBODY, **counts}
    return status, counts, outcome


def counts_text(counts: Body) -> str:
    """Write numbers as the tables hold them."""
    text: str = _COUNTS_TEXT % _numbers_of(counts)
    return text


def incoherent(status: str, counts: Body | None) -> str | None:
    """Say what is wrong with the numbers of an outcome."""
    if counts is None or status in _UNKNOWN:
        if counts is None and status in _UNKNOWN:
            return None
        return f"it is {status}, and its numbers are {'not ' if counts is None else ''}known"
    selected, initiated, failed = counts["selected"], counts["initiated"], counts["failed"]
    if initiated + failed != selected:
        return f"{initiated} initiated and {failed} failed are not the {selected} selected"
    if selected > counts["matched"] or initiated < 0 or failed < 0:
        return f"{selected} were selected of {counts['matched']} that matched"
    told = _TOLD[initiated > 0, failed > 0]
    if told == status or (told == "nobody" and status not in TAKEN):
        return None
    return f"it is {status}, but {initiated} were initiated and {failed} failed"


_UNKNOWN = ("in_doubt", "sent_unknown")
_TOLD = {
    (True, True): "partial",
    (True, False): "succeeded",
    (False, True): "failed",
    (False, False): "nobody",
}
"""What numbers say, by whether somebody was initiated, and whether somebody failed."""
