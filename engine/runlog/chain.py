"""The chain of a run: each event's hash covers the event and the hash of the one before it; pure."""

import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple

from engine.record.entry import EventEntry, ReachedEntry
from engine.record.event import Event
from engine.record.event_json import body_text, kind_of
from engine.record.instant import text_of

_PIECE = 1 << 16

START = "0" * 64
"""What stands before the first event of a chain; the run's id is in every hash, so no two chains fit."""


class Link(NamedTuple):
    """An event as the run log holds it: texts, but for its number."""

    run: str
    seq: int
    at: str
    actor: str
    kind: str
    body: str
    before: str
    hash: str


def link(run: str, seq: int, actor: str, event: Event, before: str) -> Link:
    """Give the event its place behind the one whose hash is ``before``.

    Its hash is the sha256 of the other seven as lines, in this order, joined by line feeds: none of
    them holds one (JSON writes it as an escape), so no two events give the same text.
    """
    assert "\n" not in run, "an id is one line"
    assert "\n" not in actor, "a name is one line"
    at, kind, body = text_of(event.at), kind_of(event), body_text(event)
    hashed = hashlib.sha256(f"{run}\n{seq}\n{at}\n{actor}\n{kind}\n".encode())
    for start in range(0, len(body), _PIECE):  # that of a start may be long: no second copy of it is made
        hashed.update(body[start : start + _PIECE].encode())
    hashed.update(f"\n{before}".encode())
    return Link(run, seq, at, actor, kind, body, before, hashed.hexdigest())


def reached_digest(entries: Iterable[ReachedEntry]) -> str:
    """Give the sha256 of the rows that are kept for an attempt, as its latest ``Reconciled`` names it.

    A line each, sorted: the customer, the attempt (``remind/c1#1``), the row, and what the API said of it,
    as the log keeps them; with tabs between them as JSON's own texts, so that no name can hold a tab or
    the end of a line.
    """
    lines = sorted("\t".join(map(_stored_text, _cells(each))) for each in entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _cells(each: ReachedEntry) -> tuple[str | None, ...]:
    at = None if each.at is None else text_of(each.at)
    send = f"{each.address}#{each.attempt}"
    return each.customer, send, each.row, at, each.status, each.template, each.phone, each.source.value


def _stored_text(cell: str | None) -> str:
    return json.dumps(cell and cell.encode("utf-8", "backslashreplace").decode())


def seal_of(sealed: EventEntry | None) -> str | None:
    """Give the hash of a seal as people keep it; None where there is no seal."""
    return f"sha256:{sealed.hash}" if sealed else None


def verify(entries: Iterable[EventEntry]) -> int | None:
    """Check one run's chain from its beginning: the number of the first bad event, None if it is whole.

    Events that were cut off at the end leave no trace in it.
    """
    run, before = None, START
    for seq, entry in enumerate(entries, 1):
        run = run or entry.run
        made = link(run, seq, entry.actor, entry.event, before)
        if (entry.run, entry.seq, entry.before, entry.hash) != (run, seq, before, made.hash):
            return seq
        before = entry.hash
    return None
