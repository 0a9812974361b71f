"""One stop in one place: in the run log, or in a file where the log does not take it."""

import os
from collections.abc import Iterable
from pathlib import Path

from engine.api.files import refused
from engine.api.stops import STOP_FILE
from engine.cli.chosen import Chosen
from engine.cli.identity import actor, owner
from engine.cli.runlog import letting_go
from engine.cli.stopped import places_to_stop
from engine.clock import now
from engine.frozen import dataclass
from engine.record.event import Event, StopSet
from engine.refusal import Exit, Refusal
from engine.runlog.chain import seal_of
from engine.runlog.port import LOG as CHAIN
from engine.runlog.sqlite import open_log

_PATIENCE_S = 40.0
_STOP_PATIENCE_S = 1.0
"""A log that is locked longer is gone by: whoever stops cannot wait while messages leave."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a stop of one log stands: in the log itself, or, for ``why_not`` there, in a ``file``.

    ``refusal``: in neither.
    """

    chosen: Chosen
    seal: str | None = None
    why_not: str = ""
    file: Path | None = None
    refusal: Refusal | None = None


def place(chosen: Chosen, event: StopSet) -> Placed:
    """Set a stop where a command is about; nothing that stands in the way is raised."""
    seal, why_not = _written_to_log(chosen, event)
    if not why_not:
        return Placed(chosen, seal)
    try:
        return Placed(chosen, None, why_not, _written(chosen, event.reason))
    except Refusal as refusal:
        return Placed(chosen, None, why_not, None, refusal)


def append(path: Path, events: Iterable[Event], patience_s: float = _PATIENCE_S) -> str | None:
    """Write to the log's own chain; gives the seal over it."""
    log = open_log(path, actor=actor(), owner=owner(), create=False, patience_s=patience_s)
    with letting_go(log), log.writing() as writer:
        for event in events:
            writer.append(CHAIN, event)
        return seal_of(writer.seal(now()))


def remove(file: Path) -> None:
    """Remove a STOP file."""
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise refused(error, file, "removed") from None


def _written_to_log(chosen: Chosen, event: StopSet) -> tuple[str | None, str]:
    """Write a stop to the log; give the seal, and why it cannot be written, "" where it stands there."""
    if chosen.found.is_guess and not chosen.is_log_said:
        return None, f"{chosen.found.fault}, so the run log cannot be told"
    try:
        if not chosen.log.exists():
            return None, f"there is no run log {chosen.log}"
        return append(chosen.log, [event], _STOP_PATIENCE_S), ""
    except Refusal as refusal:
        return None, refusal.message
    except Exception as error:  # noqa: BLE001  (whatever keeps the log from taking it, the file does)
        return None, f"the run log {chosen.log} does not take it: {error}"


def _write(file: Path, text: str) -> None:
    """Write a STOP file, in place of a link, which a repository may have brought along: not through it."""
    if file.is_symlink():
        file.unlink()
    how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with open(os.open(file, how, 0o666), "wb") as opened:  # noqa: PTH123  (no Path has these flags)
        opened.write(text.encode("utf-8", "backslashreplace"))


def _written(chosen: Chosen, reason: str) -> Path:
    """Write the first STOP file that can be written; ``Refusal`` where none can."""
    first: Refusal | None = None
    for file in places_to_stop(chosen):
        try:
            if file.parent.name == STOP_FILE.parent.name:  # no other folder: its disk may not be mounted
                file.parent.mkdir(exist_ok=True)
            _write(file, f"{reason} (by {actor()})\n")
        except OSError as error:
            # Empty, for the disk is full, or one that was there before: it stops all the same.
            if file.exists():
                return file
            first = first or refused(error, file, "written")
        else:
            return file
    assert first is not None, "there is at least one place"
    raise Refusal(
        f"what is run with {chosen.in_words} goes on: {first.message}",
        "end each process that sends (Ctrl-C, or `kill`), and set RUNBOOK_SENDS=off where others start",
        Exit.LEASE_OR_LOG,
    )
