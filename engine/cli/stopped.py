"""The STOP file, a stop that needs no log; and the finished command lines that lift stops."""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from engine.api.stops import STOP_FILE, stop_files, stop_of
from engine.cli.chosen import Chosen, repository
from engine.record.entry import RunEntry, StopEntry
from engine.record.event import GuardRefused, RunPaused
from engine.record.need import WHY, stopped_because
from engine.record.outcome import RunStatus
from engine.runlog.port import RunLog
from engine.runlog.sqlite import look_at


def places_to_stop(chosen: Chosen) -> tuple[Path, ...]:
    """Give where a STOP file is written, the farthest-reaching first: beside the log, and in the repository.

    Where the log is a guess, the repository comes first: whatever log is meant, runs from there see it.
    """
    beside = Path(os.path.realpath(chosen.log)).parent / STOP_FILE.name
    root = chosen.found.root or repository()
    is_guess = chosen.found.is_guess and not chosen.is_log_said
    return tuple(dict.fromkeys((root / STOP_FILE, beside) if is_guess else (beside, root / STOP_FILE)))


def lifting_line(stop: StopEntry, chosen: Chosen) -> str:
    """Give the command line that lifts a stop of the log; NAME stands in it where no name is known here."""
    line = (
        f"runbook allow{f' --campaign {shlex.quote(stop.campaign)}' if stop.campaign else ''} --reason {WHY}"
    )
    if stop.account is None:
        return line + chosen.options()
    name, here = chosen.environment_of(stop.account), chosen.found.here
    if name is None and here is not None and here.name is None and here.account.key == stop.account:
        return line + chosen.options()
    return line + (chosen.options(name, narrows=True) if name else f" --env NAME{chosen.options()}")


Seen = Sequence[tuple[Chosen, Sequence[StopEntry]]]
"""The stops of several logs; the first of them is what the command is about."""


def look_for_stops(path: Path) -> Sequence[StopEntry]:
    """Give the stops that stand in a log; none where there is no log."""
    log = look_at(path)
    if log is None:
        return ()
    with closing(log):
        return log.stops()


def what_stands(seen: Seen) -> Iterator[tuple[StopEntry | str, str]]:
    """Give each stop, or what a STOP file says, with the command line that lifts it and no other one.

    One that was set everywhere at once stands there once.
    """
    told: set[object] = set()
    for there, stops in seen:
        for stop in stops:
            line = lifting_line(stop, _as_wide(seen, there, stop.account, stop.campaign))
            if (stop, line) not in told:
                yield stop, line
            told.add((stop, line))
    for there, _ in seen:
        by_file = stop_of(stop_files(there.log))
        if by_file and by_file not in told:
            yield by_file, lifting_files(_as_wide(seen, there, None, None))
        told.add(by_file)


def _as_wide(seen: Seen, there: Chosen, account: str | None, campaign: str | None) -> Chosen:
    """Choose all logs, where the same stop stands in each that has one; else the one log."""
    alike = {stop for _, stops in seen for stop in stops if (stop.account, stop.campaign) == (None, campaign)}
    if len(seen) == 1 or (account is None and len(alike) <= 1 and not seen[0][0].is_narrowed):
        return seen[0][0]
    return there if account is not None else there.narrowed()


def reason_now(log: RunLog, entry: RunEntry, chosen: Chosen) -> str:
    """Give why a run stands; where a stop kept it back that was lifted since, with that."""
    reason = stopped_because(each.event for each in log.events(entry.run))
    return f"{reason}; that is lifted, so it can go on" if is_free(log, entry, chosen) else reason


def lifting_lines(log: RunLog, entry: RunEntry, chosen: Chosen) -> tuple[str, ...]:
    """Give the command lines that lift what keeps a run back by now."""
    stops = [stop for stop in log.stops() if stop.covers(entry.account, entry.campaign)]
    return tuple(dict.fromkeys(line for _, line in what_stands([(chosen, stops)])))


def is_free(log: RunLog, entry: RunEntry, chosen: Chosen) -> bool:
    """Say whether a run is paused that a stop kept back, and none does any more."""
    if entry.status is not RunStatus.PAUSED:
        return False
    happened = [each.event for each in log.events(entry.run)]
    last = [event for event in happened if isinstance(event, GuardRefused | RunPaused)][-2:]
    was_stopped = any(isinstance(event, GuardRefused) and event.guard == "stop" for event in last)
    if not was_stopped or any(stop.covers(entry.account, entry.campaign) for stop in log.stops()):
        return False
    return stop_of(stop_files(chosen.log)) is None


def lifting_files(chosen: Chosen) -> str:
    """Give the command line that removes STOP files."""
    return f"runbook allow --reason {WHY}{chosen.options()}"
