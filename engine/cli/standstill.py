"""What a stop keeps back: said when one is set, and when it is lifted."""

import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from engine.api.stops import NO_REASON, STOP_FILE, stop_files, stop_of
from engine.cli.chosen import Chosen
from engine.cli.outliving import only_complaining
from engine.cli.runlog import looking
from engine.cli.screen import columns, emit, paint, warn
from engine.cli.showing import as_it_is
from engine.cli.stopped import (
    IN_PASSING_S,
    Seen,
    Standing,
    is_free,
    is_stopped,
    look_for_stops,
    what_stands,
)
from engine.cli.stopping import Placed
from engine.frozen import replace
from engine.record.entry import RunEntry, StopEntry
from engine.record.outcome import RunStatus
from engine.refusal import Refusal
from engine.report import runs as view
from engine.report.messages import messages_so_far
from engine.runbook.spelling import listed, nearest
from engine.runlog.port import RunLog

_MOST = 10
"""How many runs are named; thousands may be stopped at once."""


def say_what_is_stopped(chosen: Chosen, stop: StopEntry, placed: Sequence[Placed]) -> None:
    """Say what a stop covers that was set just now: which runs it ends, where, and how it is lifted."""
    in_logs = [each.chosen for each in placed if each.is_in_log]
    if in_logs:
        less = f" in {chosen.by_log().in_words}" if chosen.is_narrowed and stop.account is None else ""
        less = f" ({chosen.env_said})" if stop.account is not None and chosen.env_said else less
        less = ", but not everywhere" if any(each.refusal for each in placed) else less
        emit(f"Stopped: {view.stopped(stop.campaign, stop.account)}{less}.")
        _say_which_runs_end(stop, in_logs, is_one=len(placed) == 1)
    if chosen in in_logs and chosen.found.fault:
        warn(f"{chosen.found.fault}; the stop stands in {chosen.in_words} all the same")
    for each in placed:
        if each.file:
            wider = f", and not only campaign {stop.campaign}" if stop.campaign else ""
            warn(f"{each.why_not}; so a file stops it instead{wider}")
    for file in dict.fromkeys(each.file for each in placed if each.file):
        _say_what_a_file_stops(file)
    for before in dict.fromkeys(each.before for each in placed if each.before):
        emit(f"There was a stop already, {before}; this takes its place.")
    if lines := [*_lifting(chosen, stop, placed)]:
        emit("\n".join(["This lifts it:", *(f"    {line}" for line in dict.fromkeys(lines))]))


def _lifting(chosen: Chosen, stop: StopEntry, placed: Sequence[Placed]) -> Iterator[str]:
    """Give the lines that lift a stop that was set just now, and no other one."""
    files = {each.file for each in placed if each.file}
    for each in what_stands([(there, _stops_of(there)) for there in chosen.all_meant()]):
        if each.file in files or (each.stop and replace(each.stop, at=stop.at) == stop):
            yield each.line


def _say_which_runs_end(stop: StopEntry, logs: Sequence[Chosen], *, is_one: bool) -> None:
    known: set[str] = set()
    is_covered = False
    for there in logs:
        if not is_one:
            emit(f"  In {there.narrowed().in_words}:")
        with (
            only_complaining("the stop is set; which runs it ends cannot be shown"),
            looking(there, IN_PASSING_S) as log,
        ):
            assert log is not None, "the stop was written to it"
            runs = log.runs()
            covered = [each for each in runs if stop.covers(each.account, each.campaign)]
            _list_going(log, [each for each in covered if as_it_is(log, each)[1]], "  " if is_one else "    ")
            known |= {each.campaign for each in runs}
            is_covered = is_covered or bool(covered)
    if stop.campaign is not None and not is_covered:
        _warn_of_stranger(stop.campaign, known, "this log" if is_one else "these logs")


def _list_going(log: RunLog, going: Sequence[RunEntry], indent: str) -> None:
    for each in going[:_MOST]:
        number = messages_so_far(each, log.sends(each.run))
        waits = " while that stands" if each.status is RunStatus.WAITING else ""
        emit(f"{indent}Run {each.run} sends nothing more{waits}; {number} messages so far.")
    if not going:
        emit(f"{indent}No run was going on.")
    elif going[_MOST:]:
        emit(f"{indent}And {len(going) - _MOST:,} more runs.")


def _say_what_a_file_stops(file: Path) -> None:
    holds = f"whatever is run with a log in {file.parent}"
    if file.parent.name == STOP_FILE.parent.name:
        holds += f", or from {file.parent.parent} or below it"
    emit(f"Stopped by the file {file}: {holds}.")


def _warn_of_stranger(campaign: str, known: Collection[str], where: str) -> None:
    """Warn of a campaign that no run was on: where its name is mistyped, the right one goes on."""
    meant = nearest(campaign, known)
    instead = f"; did you mean `runbook stop --campaign {shlex.quote(meant)}`?" if meant else ""
    warn(f"no run of {where} was ever on campaign {campaign}{instead}")


def say_what_goes_on(chosen: Chosen, stop: StopEntry) -> None:
    """Say on stderr which processes a stop did not reach, for it could be written nowhere."""
    with only_complaining("which runs go on cannot be told"), looking(chosen, IN_PASSING_S) as log:
        for each in log.runs() if log else ():
            holder = log.holder(each.account, each.campaign) if log else None
            if holder and holder.run == each.run and stop.covers(each.account, each.campaign):
                emit(f"Run {each.run} goes on, {view.held_by(holder)}.", err=True)


def say_what_is_not_meant(chosen: Chosen, stop: StopEntry, placed: Sequence[Placed]) -> None:
    """Say what a stop is not about: an option names another log, or nothing here leads to it."""
    only = f" --campaign {shlex.quote(stop.campaign)}" if stop.campaign else ""
    files = {each.file for each in placed if each.file}
    for each in chosen.all_meant() if stop.campaign else ():
        if not each.is_there and files.isdisjoint(stop_files(each.log)):
            emit(
                f"Not stopped: campaign {stop.campaign} with {each.in_words}, which is not made yet. "
                f"This makes it; then stop again:\n    runbook log init{each.options()}"
            )
    for each in chosen.left_out():
        emit(
            f"Not stopped: whatever is run with the run log {each.log}, outside of the repository. "
            f"This stops it, too:\n    runbook stop{only}{each.by_log().options()}"
        )
    if chosen.found.is_guess and not (chosen.is_narrowed and chosen.is_log_said):
        emit(
            "Whatever is run from elsewhere, with another run log, cannot be told, so this does not stop it."
        )
        return
    if not chosen.is_narrowed:
        return
    others = [each for each in chosen.others() if each.is_there and not _is_stopped_there(each)]
    is_alone = stop.account is not None and not files
    sharing = [f"{chosen.by_log().in_words} ({each})" for each in chosen.sharing() if is_alone]
    for where in (*sharing, *(each.in_words for each in others)):
        emit(f"Not stopped: whatever is run with {where}.")
    if chosen.found.is_guess:
        emit("Whatever is run with other logs of this repository cannot be told, so this does not stop it.")
    if others or sharing or chosen.found.is_guess:
        why = f" --reason {shlex.quote(stop.reason)}" if stop.reason != NO_REASON else ""
        emit(f"This stops it, too:\n    runbook stop{only}{why}")


def _stops_of(chosen: Chosen) -> Sequence[StopEntry] | None:
    """Give the stops of a log; None where it cannot be read."""
    try:
        return look_for_stops(chosen.log)
    except Refusal:
        return None


def _is_stopped_there(chosen: Chosen) -> bool:
    """Say whether everything stands still with a log already."""
    is_row = any(each.account is None and each.campaign is None for each in _stops_of(chosen) or ())
    return is_row or stop_of(stop_files(chosen.log)) is not None


def say_what_is_lifted(stops: Sequence[tuple[Chosen, StopEntry]], files: Sequence[str], *, of: int) -> None:
    """Name each stop that was lifted, who had set it, and why; ``of`` so many logs."""
    for stop in dict.fromkeys(stop for _, stop in stops):
        where = [there.narrowed().in_words for there, each in stops if each == stop]
        emit(
            f"Lifted: {view.stop_words(stop)}" + (f" (in {listed(where, 'and')})" if len(where) < of else "")
        )
    for said in files:
        emit(f"Lifted: what was {said}" if said.startswith("stopped") else f"Lifted: a STOP file, {said}")


def say_what_stands(campaign: str | None, left: Seen, *, is_whole: bool) -> None:
    """Say that a stop was lifted, and which stand still in these logs; ``is_whole``: all could be read."""
    what = view.stopped(campaign, None)
    standing = [*what_stands(left)]
    if standing:
        emit("These still stand:")
    elif is_whole:
        emit(f"Sending is allowed again: {what}.")
    show_stops(standing)


def show_stops(standing: Iterable[Standing], end: str = "") -> None:
    """List stops, each with what lifts it."""
    for each in standing:
        if each.stop:
            where = each.where.narrowed().in_words if each.where else ""
            emit(view.stop_line(each.stop, each.line, columns(), where) + end)
        else:
            emit(view.stop_file_line(each.said, each.line, columns()) + end)


def show_seals(seals: Iterable[str | None]) -> None:
    """Show what was left in each log."""
    for seal in seals:
        if seal:
            emit(view.sealed(seal, paint()))


def say_what_waits(chosen: Chosen, lifted: Sequence[StopEntry], files: Sequence[str]) -> None:
    """List the runs that a stop kept back, and none does any more; and which of them go on by themselves."""
    with looking(chosen, IN_PASSING_S) as log:
        runs = log.runs() if log else ()
        free = [each for each in runs if log and is_free(log, each, chosen)]
        going = [
            each
            for each in runs
            if (files or any(stop.covers(each.account, each.campaign) for stop in lifted))
            and log
            and as_it_is(log, each)[1]
            and not is_stopped(log.stops(), each, chosen)
        ]
    for each in going[:_MOST]:
        emit(f"Run {each.run} goes on by itself; to end it: Ctrl-C where it runs.")
    if free:
        emit("What was kept back does not go on by itself:")
    for each in free[:_MOST]:
        emit(f"    runbook resume {each.run}{chosen.options(each.environment)}")
    if free[_MOST:]:
        emit(f"And {len(free) - _MOST:,} more: `runbook status{chosen.options()}` lists them.")
