"""What is handed on of a run: its events as JSON lines, and the log's own chain, in which seals stand."""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any, TypeAlias

from engine import __version__
from engine.audit.export import COUNTED, FORMAT, raw_of
from engine.diagnostics import Json
from engine.record.instant import text_of
from engine.runlog.port import LOG, RunLog

_Line: TypeAlias = tuple[str, Any]
_REACHED = ("address", "attempt", "row", "customer", "at", "status", "template", "phone", "source")


def export(
    log: RunLog,
    run: str,
    *,
    at: datetime | None = None,
    customers: bool | str = True,
    own: bool = True,
) -> Iterator[bytes]:
    """Give a run as lines of JSON (schemas/export.v1.schema.json), each as it is asked for.

    ``own``: whether the log's own chain comes with it, all of it: without a gap it leads from any seal
    that somebody kept to the one that covers the run. That chain alone: ``run`` is ``LOG``.
    ``customers``: whether the contacts and the rows of the API's logs come with it; or the id of the only
    customer of whom they do. ``at`` is the instant that the export names as its own. Whoever takes the
    lines reads the log as of the first.
    """
    whose = "one" if isinstance(customers, str) else "all" if customers else "none"
    header: dict[str, Json] = {"format": FORMAT, "run": run, "log_id": log.log_id, "customers": whose}
    header |= {"engine": __version__} | ({"exported_at": text_of(at)} if at else {})
    yield _written(header)
    counted = dict.fromkeys(COUNTED.values(), 0)
    seal = None
    of_run = chain(_events(log, run), _people(log, run, customers)) if run != LOG else ()
    for what, held in chain(_own(log) if own else (), of_run):
        counted[COUNTED[what]] += 1
        seal = f"sha256:{held['hash']}" if what == "seal" else seal
        yield _written({what: held})
    yield _written({"end": {**counted, "seal": seal}})


def _own(log: RunLog) -> Iterator[_Line]:
    """Give the log's own chain: its seals, and what stands between them."""
    return (("seal" if row[4] == "sealed" else "own", _event(*row)) for row in log.stored("events", LOG))


def _events(log: RunLog, run: str) -> Iterator[_Line]:
    return (("event", _event(*row)) for row in log.stored("events", run))


def _people(log: RunLog, run: str, customers: bool | str) -> Iterator[_Line]:
    if customers is False:
        return
    for _, address, attempt, customer in log.stored("contacts", run):
        if customers in (True, customer):
            yield "contact", {"address": address, "attempt": attempt, "customer": customer}
    for row in log.stored("reached", run):
        held = dict(zip(_REACHED, row[1:-1], strict=True))
        if customers in (True, held["customer"]):
            yield "reached", held


def _event(*row: Any) -> dict[str, Any]:  # noqa: ANN401  (as it is stored)
    """Give an event as ``events --format jsonl`` does; its own text where that could not be made from it."""
    run, seq, at, actor, kind, body, before, digest = row
    about = {"run": run, "seq": seq, "at": at, "actor": actor, "kind": kind, "before": before, "hash": digest}
    try:
        event = {**json.loads(body), **about}
    except (TypeError, ValueError):
        return {**about, "text": body}
    return event if raw_of(event) == row else {**about, "text": body}


def _written(line: dict[str, Any]) -> bytes:
    return json.dumps(line, sort_keys=True).encode() + b"\n"
