"""The STOP file, a stop that needs no log; and the finished command lines that lift stops."""

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from engine.api.stops import STOP_FILE, standing_files, stop_files, stop_of
from engine.cli.chosen import Chosen, repository
from engine.frozen import dataclass
from engine.record.entry import RunEntry, StopEntry
from engine.record.event import Event, GuardRefused, Question, RunPaused
from engine.record.need import WHY, stopped_because
from engine.record.outcome import RunStatus
from engine.refusal import Refusal
from engine.runlog.port import RunLog
from engine.runlog.sqlite import look_at

_MOST_REASON, _MOST_NAME = 120, 60
"""Characters: of the first line of a STOP file so much is always shown."""

IN_PASSING_S = 1.0
"""How long a locked log is waited for that is looked at beside others."""


def places_to_stop(chosen: Chosen) -> tuple[Path, ...]:
    """Give where a STOP file is written, the farthest-reaching first: beside the log, and in the repository.

    Where the log is a guess, the repository comes first: whatever log is meant, runs from there see it.
    """
    beside = Path(os.path.realpath(chosen.log)).parent / STOP_FILE.name
    try:
        root = chosen.found.root or repository()
    except Refusal:  # the folder that one stands in is gone
        return (beside,)
    is_guess = chosen.found.is_guess and not chosen.is_log_said
    return tuple(dict.fromkeys((root / STOP_FILE, beside) if is_guess else (beside, root / STOP_FILE)))


def lifting_line(stop: StopEntry, chosen: Chosen) -> str:
    """Give the command line that lifts a stop of the log."""
    line = (
        f"runbook allow{f' --campaign {shlex.quote(stop.campaign)}' if stop.campaign else ''} --reason {WHY}"
    )
    if stop.account is None:
        # What stops another environment, too, is not what `--env` is about.
        is_wider = chosen.env_said is not None and (chosen.sharing() or chosen.leads_out)
        return line + (chosen.by_log() if is_wider else chosen).options()
    name, here = chosen.environment_of(stop.account), chosen.found.here
    if name is None and here is not None and here.name is None and here.account.key == stop.account:
        return line + chosen.options()
    return line + (chosen.options(name, narrows=True) if name else chosen.by_log().options())


Seen = Sequence[tuple[Chosen, Sequence[StopEntry] | None]]
"""The stops of several logs, None for one that cannot be read; the first is what the command is about."""


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
        for stop in stops or ():
            about = _as_wide(seen, there, stop)
            line = lifting_line(stop, about)
            if (stop, line) not in told:
                where = there if about.is_narrowed and stop.account is None else None
                yield Standing(line, stop, where)
            told.add((stop, line))
    first = seen[0][0]
    files = {
        _true(file): (file, said) for there, _ in seen for file, said in standing_files(stop_files(there.log))
    }
    for file, said in files.values():
        # `allow` would lift whatever else stands somewhere, too.
        is_alone = is_whole(seen) and not told and len(files) == 1 and not is_of_others(file, first)
        line = f"runbook allow --reason {WHY}" if is_alone else removing(file)
        yield Standing(line, file=file, said=said)


def is_whole(seen: Seen) -> bool:
    """Say whether these are all logs that a command without an option is about."""
    first = seen[0][0]
    return not first.is_narrowed and len(seen) > len([*first.others()])


def _as_wide(seen: Seen, there: Chosen, stop: StopEntry) -> Chosen:
    """Choose all logs where the same stop, or a file that says the same, holds in each, and no other one."""
    if stop.account is not None:
        return there
    first = seen[0][0]
    if is_whole(seen) and all(_holds(*each, stop) for each in seen):
        return first
    stops = next(stops for each, stops in seen if each is there)
    is_ambiguous = any(each.campaign == stop.campaign and each.account is not None for each in stops or ())
    return there.by_log() if is_ambiguous else there.narrowed()


def _holds(there: Chosen, stops: Sequence[StopEntry] | None, stop: StopEntry) -> bool:
    """Say whether that stop is what a line without an option would lift here, and all that it would."""
    if stops is None:
        return False
    says = f": {words_of(stop)}"
    files = [said for _, said in standing_files(stop_files(there.log))] if stop.campaign is None else []
    alike = [each for each in stops if (each.account, each.campaign) == (None, stop.campaign)]
    is_alone = all(each == stop for each in alike) and all(said.endswith(says) for said in files)
    return is_alone and bool(alike or files)


def words_of(stop: StopEntry) -> str:
    """Give what a STOP file says of a stop, in one line that its reader sees whole."""
    return f"{stop.reason[:_MOST_REASON]} (by {stop.by[:_MOST_NAME]})"


def reason_now(log: RunLog, entry: RunEntry, chosen: Chosen) -> str:
    """Give why a run stands; where a stop kept it back that was lifted since, with that."""
    reason = stopped_because(each.event for each in log.events(entry.run))
    return f"{reason}; that is lifted, so it can go on" if is_free(log, entry, chosen) else reason


def lifting_lines(log: RunLog, entry: RunEntry, chosen: Chosen) -> tuple[str, ...]:
    """Give the command lines that lift what keeps a run back by now, and nothing in another log."""
    standing = what_stands([(of_this_log(chosen), log.stops())])
    lines = (
        each.line for each in standing if each.stop is None or each.stop.covers(entry.account, entry.campaign)
    )
    return tuple(dict.fromkeys(lines))


def of_this_log(chosen: Chosen) -> Chosen:
    """Choose so that a line lifts nothing in another log, where there are several."""
    return chosen.narrowed() if any(True for _ in chosen.others()) else chosen


def is_free(log: RunLog, entry: RunEntry, chosen: Chosen) -> bool:
    """Say whether a run is paused that a stop kept back, and none does any more."""
    if entry.status is not RunStatus.PAUSED:
        return False
    happened = [each.event for each in log.events(entry.run)]
    last = [event for event in happened if isinstance(event, GuardRefused | RunPaused)][-2:]
    return any(map(_is_by_stop, last)) and not is_stopped(log.stops(), entry, chosen)


def _is_by_stop(event: Event) -> bool:
    """Say whether a stop kept a run back: before the intent, or at a try that was the last one."""
    if isinstance(event, RunPaused):
        return event.question is Question.RETRIES_SPENT and ": stopped by " in event.reason
    return isinstance(event, GuardRefused) and event.guard == "stop"


def is_stopped(stops: Iterable[StopEntry], entry: RunEntry, chosen: Chosen) -> bool:
    """Say whether one of the stops of its log, or a STOP file, keeps a run back."""
    is_covered = any(stop.covers(entry.account, entry.campaign) for stop in stops)
    return is_covered or stop_of(stop_files(chosen.log)) is not None


def removing(file: Path) -> str:
    """Give the command line that removes a STOP file and lifts nothing else."""
    return f"rm {'-r ' if os.path.isdir(file) else ''}{shlex.quote(str(file))}"  # noqa: PTH112  (never raises)


def is_of_others(file: Path, chosen: Chosen) -> bool:
    """Say whether a STOP file stops other repositories, too."""
    root = os.path.realpath(chosen.found.root or repository())
    return _true(file) in {_true(each) for each in stop_files(None)} and not _true(file).is_relative_to(root)


def _true(file: Path) -> Path:
    return Path(os.path.realpath(file.parent)) / file.name
