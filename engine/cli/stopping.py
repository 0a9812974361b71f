"""One stop in one place: in the run log, or in a file where the log does not take it."""

import os
import shlex
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from engine.api.files import refused
from engine.api.stops import STOP_FILE, standing_files, stop_of
from engine.cli.chosen import NAME, Chosen, repository
from engine.cli.identity import actor, owner
from engine.cli.runlog import letting_go
from engine.cli.stopped import places_to_stop, removing, words_of
from engine.clock import boottime_s, now
from engine.frozen import dataclass, replace
from engine.record.entry import StopEntry
from engine.record.event import StopLifted, StopSet
from engine.refusal import Exit, Refusal
from engine.runlog.chain import seal_of
from engine.runlog.port import LOG as CHAIN
from engine.runlog.sqlite import Locked, open_log

_PATIENCE_S = 40.0
_ASIDE_S = 0.05
"""A log that is locked longer is left for later: messages may leave by the next one."""
_STOP_PATIENCE_S = 1.0
"""What those are waited for together, and then gone by: whoever stops cannot wait while messages leave."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a stop of one log stands: in the log itself, or, for ``why_not`` there, in a ``file``.

    ``refusal``: in neither. ``before``: the stop that it took the place of, in words.
    """

    chosen: Chosen
    seal: str | None = None
    why_not: str = ""
    file: Path | None = None
    refusal: Refusal | None = None
    before: str = ""
    is_locked: bool = False

    @property
    def is_in_log(self) -> bool:
        """Whether the log itself holds it."""
        return not self.why_not and not self.refusal


def place(meant: Sequence[Chosen], event: StopSet) -> Sequence[Placed]:
    """Set a stop in each log, and in files for those that do not take it.

    Nothing that stands in the way is raised; after Ctrl-C, what was not placed by then is a refusal.
    """
    placed = [Placed(each, refusal=_given_up(each, event)) for each in meant]
    first = meant[0]
    if first.found.is_guess and first.is_log_said and not first.is_narrowed:
        beyond = replace(first, log=(first.found.root or repository()) / STOP_FILE.parent / NAME)
        why_not = f"{first.found.fault}, so no other run log can be told"
        placed.append(Placed(beyond, None, why_not, None, _given_up(beyond, event)))
    with suppress(KeyboardInterrupt):
        for number, each in enumerate(placed):
            if not each.why_not:
                placed[number] = _in_log(each, event)
        ends_at = boottime_s() + _STOP_PATIENCE_S
        while any(each.is_locked for each in placed) and boottime_s() < ends_at:
            for number, each in enumerate(placed):
                placed[number] = _in_log(each, event) if each.is_locked else each
        for number, each in enumerate(placed):
            if each.refusal:
                placed[number] = _in_file(each, event)
    return placed


def append(
    path: Path, event: StopSet, patience_s: float = _PATIENCE_S
) -> tuple[str | None, Sequence[StopEntry]]:
    """Write a stop to the log's own chain; gives the seal over it, and the stops that stood there before."""
    log = open_log(path, actor=actor(), owner=owner(), create=False, patience_s=patience_s)
    with letting_go(log), log.writing() as writer:
        before = log.stops()
        writer.append(CHAIN, event)
        return seal_of(writer.seal(now())), before


def lift(path: Path, stops: Iterable[StopEntry], reason: str) -> tuple[str | None, Sequence[StopEntry]]:
    """Lift stops of a log; gives the seal over that, and those that were lifted.

    One that was set since somebody looked stands still, also in the place of one of these: while a locked
    log is waited for, somebody may stop again.
    """
    log = open_log(path, actor=actor(), owner=owner(), create=False)
    with letting_go(log), log.writing() as writer:
        standing = log.stops()
        lifted = [each for each in stops if each in standing]
        for each in lifted:
            writer.append(CHAIN, StopLifted(now(), each.campaign, reason, each.account))
        return (seal_of(writer.seal(now())) if lifted else None), lifted


def remove(file: Path, said: str) -> bool:
    """Remove a STOP file that still says the same; raises ``Refusal`` (14) where it cannot be removed."""
    if all(says != said for _, says in standing_files([file])):
        return False
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        why = refused(error, file, "removed")
        is_closed = isinstance(error, PermissionError)
        cure = f"its folder does not let you: `{removing(file)}` as its owner" if is_closed else why.cure
        raise Refusal(why.message, cure, Exit.LEASE_OR_LOG) from None
    return True


def _given_up(chosen: Chosen, event: StopSet) -> Refusal:
    only = f" --campaign {shlex.quote(event.campaign)}" if event.campaign else ""
    return Refusal(
        f"NOT stopped: whatever is run with {chosen.in_words}",
        f"`runbook stop{only}{chosen.options()}` again",
        Exit.INTERRUPTED,
    )


def _in_log(placed: Placed, event: StopSet) -> Placed:
    """Write a stop to the log; where it cannot be written there, ``why_not`` says it."""
    chosen, is_locked = placed.chosen, False
    try:
        if chosen.found.is_guess and not chosen.is_log_said:
            why_not = f"{chosen.found.fault}, so the run log cannot be told"
        elif not chosen.log.exists():
            why_not = f"there is no run log {chosen.log}"
        else:
            seal, stood = append(chosen.log, event, _ASIDE_S)
            return Placed(chosen, seal, before=_before(stood, event))
    except Locked:
        is_locked = True
        why_not = f"the run log {chosen.log} has been locked by another process for {_STOP_PATIENCE_S:g} s"
    except Refusal as refusal:
        why_not = refusal.message
    except Exception as error:  # noqa: BLE001  (whatever keeps the log from taking it, the file does)
        why_not = f"the run log {chosen.log} does not take it: {error}"
    return replace(placed, why_not=why_not, is_locked=is_locked)


def _before(stood: Iterable[StopEntry], event: StopSet) -> str:
    """Name the stop whose place is taken; "" where there was none, or it says the same."""
    for each in stood:
        is_same = (each.by, each.reason) == (actor(), event.reason)
        if (each.campaign, each.account) == (event.campaign, event.account) and not is_same:
            return f"by {each.by}: {each.reason}"
    return ""


def _write(file: Path, text: str) -> None:
    """Write a STOP file, in place of a link, which a repository may have brought along: not through it."""
    if file.is_symlink():
        file.unlink()
    # A pipe of that name is not waited for.
    how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK
    with open(os.open(file, how, 0o666), "wb") as opened:  # noqa: PTH123  (no Path has these flags)
        opened.write(text.encode("utf-8", "backslashreplace"))


def _in_file(placed: Placed, event: StopSet) -> Placed:
    """Write the first STOP file that can be written; ``refusal`` where none can."""
    why_not: list[str] = []
    said = words_of(StopEntry(event.account, event.campaign, event.at, actor(), event.reason))
    for file in places_to_stop(placed.chosen):
        before = stop_of((file,)) or ""
        done = Placed(placed.chosen, None, placed.why_not, file)
        try:
            if file.parent.name == STOP_FILE.parent.name:  # no other folder: its disk may not be mounted
                file.parent.mkdir(exist_ok=True)
            _write(file, f"{said}\n")
        except OSError as error:
            # Empty, for the disk is full, or one that was there before: it stops all the same.
            if os.path.lexists(file):
                return done
            why_not.append(refused(error, file, "written").message)
        else:
            return done if before.endswith(f": {said}") else replace(done, before=before)
    refusal = Refusal(
        f"what is run with {placed.chosen.in_words} goes on: {why_not[0]}",
        "end each process that sends (Ctrl-C, or `kill`), and set RUNBOOK_SENDS=off where others start",
        Exit.LEASE_OR_LOG,
    )
    return Placed(placed.chosen, None, placed.why_not, None, refusal)
