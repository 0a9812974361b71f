"""What a stop keeps back: said when one is set, and when it is lifted."""

import shlex
from collections.abc import Collection, Sequence

from engine.cli.chosen import Chosen
from engine.cli.runlog import looking
from engine.cli.screen import emit, warn
from engine.cli.showing import as_it_is
from engine.cli.stopped import is_free, lifting_files, lifting_line
from engine.record.entry import StopEntry
from engine.report import runs as view
from engine.runbook.spelling import nearest

_MOST = 10
"""How many runs are named; thousands may be stopped at once."""


def say_what_is_stopped(chosen: Chosen, stop: StopEntry) -> None:
    """Say what a stop covers that was set just now: which runs it ends, and how it is lifted."""
    emit(f"Stopped: {view.stopped(stop.campaign, stop.account)}.")
    with looking(chosen) as log:
        assert log is not None, "the stop was written to it"
        runs = log.runs()
        covered = [each for each in runs if stop.covers(each.account, each.campaign)]
        going = [each for each in covered if as_it_is(log, each)[1]]
    for each in going[:_MOST]:
        emit(f"  Run {each.run} sends nothing more; {each.messages:,} messages so far.")
    if not going:
        emit("  No run was going on.")
    elif going[_MOST:]:
        emit(f"  And {len(going) - _MOST:,} more runs.")
    emit(f"This lifts it:\n    {lifting_line(stop, chosen)}")
    if stop.campaign is not None and not covered:
        _warn_of_stranger(stop.campaign, {each.campaign for each in runs})


def _warn_of_stranger(campaign: str, known: Collection[str]) -> None:
    """Warn of a campaign that no run was on: where its name is mistyped, the right one goes on."""
    meant = nearest(campaign, known)
    instead = f"; did you mean `runbook stop --campaign {shlex.quote(meant)}`?" if meant else ""
    warn(f"no run of this log was ever on campaign {campaign}{instead}")


def say_what_stands(
    chosen: Chosen, campaign: str | None, stops: Sequence[StopEntry], by_file: str | None
) -> None:
    """Say that a stop was lifted, and which ones stand still."""
    what = view.stopped(campaign, None)
    if not stops and by_file is None:
        emit(f"Sending is allowed again: {what}.")
        return
    emit(f"Lifted: the stop of {what}. These still stand:")
    for stop in stops:
        emit(view.stop_line(stop, lifting_line(stop, chosen)))
    if by_file is not None:
        emit(view.stop_file_line(by_file, lifting_files(chosen)))


def say_what_waits(chosen: Chosen) -> None:
    """List the runs that a stop kept back, and none does any more."""
    with looking(chosen) as log:
        free = [each for each in log.runs() if is_free(log, each, chosen)] if log else []
    if free:
        emit("What was kept back does not go on by itself:")
    for each in free[:_MOST]:
        emit(f"    runbook resume {each.run}{chosen.options(each.environment)}")
    if free[_MOST:]:
        emit(f"And {len(free) - _MOST:,} more: `runbook status{chosen.options()}` lists them.")
