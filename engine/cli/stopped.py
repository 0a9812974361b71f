"""The STOP file, a stop that needs no log; and the finished command lines that lift stops."""

import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from engine.api.stops import STOP_FILE, standing_files, stop_files, stop_of
from engine.cli.chosen import Chosen, repository
from engine.frozen import dataclass
from engine.record.entry import RunEntry, StopEntry
from engine.record.event import GuardRefused, RunPaused
from engine.record.need import WHY, stopped_because
from engine.record.outcome import RunStatus
from engine.runlog.port import RunLog
from engine.runlog.sqlite import look_at

IN_PASSING_S = 1.0
"""How long a locked log is waited for that is looked at beside others."""


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
    log = look_at(path, patience_s=IN_PASSING_S)
    if log is None:
        return ()
    with closing(log):
        return log.stops()


@dataclass(frozen=True, slots=True)
class Standing:
    """What stops runs, a stop of a log or a STOP ``file``, with the command line that lifts it.

    ``where``: the one log that it is about, if it does not stand in all of them.
    """

    line: str
    stop: StopEntry | None = None
    where: Chosen | None = None
    file: Path | None = None
    said: str = ""


def what_stands(seen: Seen) -> Iterator[Standing]:
    """Give each stop and each STOP file, with the command line that lifts it and no other one.

    One that was set everywhere at once stands there once.
    """
    told: set[object] = set()
    for there, stops in seen:
        for stop in stops:
            about = _as_wide(seen, there, stop)
            line = lifting_line(stop, about)
            if (stop, line) not in told:
                where = there if about.is_narrowed and stop.account is None else None
                yield Standing(line, stop, where)
            told.add((stop, line))
    for there, _ in seen:
        for file, said in standing_files(stop_files(there.log)):
            if _true(file) not in told:
                line = lifting_file(file, there if len(seen) == 1 else there.narrowed())
                yield Standing(line, file=file, said=said)
            told.add(_true(file))


def _as_wide(seen: Seen, there: Chosen, stop: StopEntry) -> Chosen:
    """Choose all logs, where the same stop, or a STOP file, holds in each; else the one log."""
    if len(seen) == 1 or stop.account is not None:
        return there
    is_everywhere = not seen[0][0].is_narrowed and all(
        stop in stops or stop_of(stop_files(each.log)) for each, stops in seen
    )
    return seen[0][0] if is_everywhere else there.narrowed()


def reason_now(log: RunLog, entry: RunEntry, chosen: Chosen) -> str:
    """Give why a run stands; where a stop kept it back that was lifted since, with that."""
    reason = stopped_because(each.event for each in log.events(entry.run))
    return f"{reason}; that is lifted, so it can go on" if is_free(log, entry, chosen) else reason


def lifting_lines(log: RunLog, entry: RunEntry, chosen: Chosen) -> tuple[str, ...]:
    """Give the command lines that lift what keeps a run back by now."""
    stops = [stop for stop in log.stops() if stop.covers(entry.account, entry.campaign)]
    return tuple(dict.fromkeys(each.line for each in what_stands([(chosen, stops)])))


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


def lifting_file(file: Path, chosen: Chosen) -> str:
    """Give the command line that removes a STOP file; options stand in it if the file stops one log alone."""
    if is_of_others(file, chosen):
        return f"rm {shlex.quote(str(file))}"
    return f"runbook allow --reason {WHY}{'' if reaches_further(file) else chosen.options()}"


def reaches_further(file: Path) -> bool:
    """Say whether a STOP file stops whatever is run from here, and not only what is run with one log."""
    return _true(file) in {_true(each) for each in stop_files(None)}


def is_of_others(file: Path, chosen: Chosen) -> bool:
    """Say whether a STOP file stops other repositories, too."""
    root = os.path.realpath(chosen.found.root or repository())
    return reaches_further(file) and not _true(file).is_relative_to(root)


def _true(file: Path) -> Path:
    return Path(os.path.realpath(file.parent)) / file.name
