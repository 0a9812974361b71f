"""The STOP file, a stop that needs no log; and the finished command lines that lift stops."""

import os
import shlex
from pathlib import Path

from engine.api.stops import STOP_FILE, stop_files, stop_of
from engine.cli.chosen import Chosen, repository
from engine.record.entry import RunEntry, StopEntry
from engine.record.event import GuardRefused, RunPaused
from engine.record.need import WHY, stopped_because
from engine.record.outcome import RunStatus
from engine.runlog.port import RunLog


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


def reason_now(log: RunLog, entry: RunEntry, chosen: Chosen) -> str:
    """Give why a run stands; where a stop kept it back that was lifted since, with that."""
    reason = stopped_because(each.event for each in log.events(entry.run))
    return f"{reason}; that is lifted, so it can go on" if is_free(log, entry, chosen) else reason


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
