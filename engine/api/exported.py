"""A run as an export holds it, for whoever has no run log."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.api.files import refused
from engine.audit.check import Report
from engine.audit.export import ENDING, RUNS, Unreadable, raw_of, verify_path
from engine.record.entry import EventEntry
from engine.record.event_json import from_json
from engine.record.instant import instant_of
from engine.refusal import Exit, Refusal


def events_of(path: Path) -> tuple[EventEntry, ...]:
    """Give the chain of the run that a file of ``runbook export`` holds.

    Raises ``Refusal``: 64 where it is no export of a run, 14 where it is not as it was written.
    """
    try:
        report = verify_path(path)
        entries = tuple(_events(path)) if path.is_file() and report.is_sound else ()
    except Unreadable as error:
        raise _no_export(path, str(error)) from None
    except (KeyError, TypeError, ValueError):
        raise _no_export(path, "its events cannot be read") from None
    except OSError as error:
        raise refused(error, path) from None
    if not report.is_sound:
        raise Refusal(
            f"{path} is not as it was written{_first(report)}",
            f"`runbook verify {shlex.quote(str(path))}` tells all; keep the file for whoever looks into it",
            Exit.LEASE_OR_LOG,
        )
    if not entries:
        raise _no_export(path, "it is not that of one run")
    return entries


def _events(path: Path) -> Iterator[EventEntry]:
    with path.open("rb") as file:
        for line in file:
            if (raw := raw_of(json.loads(line).get("event"))) is not None:
                yield _entry(*raw)


def _entry(*raw: Any) -> EventEntry:  # noqa: ANN401  (as it is stored)
    run, seq, at, actor, kind, body, before, digest = raw
    return EventEntry(run, seq, instant_of(at), actor, from_json(kind, at, json.loads(body)), before, digest)


def _first(report: Report) -> str:
    return f": {report.faults[0]}" if report.faults else ", or by a later version"


def _no_export(path: Path, why: str) -> Refusal:
    return Refusal(
        f"{path}: {why}",
        f"name what `runbook export RUN` made; an evidence has one a run, under {RUNS}RUN{ENDING}",
    )
