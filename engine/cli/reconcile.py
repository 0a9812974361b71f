"""``runbook reconcile``: settle what is in doubt by what the API's own logs show."""

import os
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.chosen import Chosen, choose
from engine.cli.identity import WITHOUT_ONE
from engine.cli.outliving import only_complaining
from engine.cli.runlog import ENV, FORMAT, LOG, RUN, looking_at_one, no_run, nowhere, say_lost_key, writing_to
from engine.cli.running import Connected
from engine.cli.screen import complain, emit, emit_json, is_watched, paint
from engine.cli.showing import needed, show_run, story_of
from engine.clock import Steady
from engine.config import Environment, headline
from engine.diagnostics import Json
from engine.record.entry import RunEntry
from engine.record.outcome import RunStatus
from engine.record.wallclock import time_of_day
from engine.refusal import Exit, Refusal
from engine.report.reconciled import reconciled
from engine.report.runs import sealed
from engine.runbook.leaves import seconds
from engine.runlog.port import RunLog
from engine.runlog.sqlite import why_closed
from engine.runner.reconcile import Bounds, Report, reconcile

if TYPE_CHECKING:
    from engine.timepay.client import Client

_NOTHING_OPEN = "Nothing of this run is unknown, so nothing was looked for."
_EVERY = 50
"""Where nobody watches, every so many pages a line says how far it is."""


def _duration(_context: click.Context, _parameter: click.Parameter, value: str) -> int:
    if value == "0":
        return 0
    if not re.fullmatch("[1-9][0-9]{0,4}[smh]", value):
        raise Refusal(f"--wait {value!r} is no length of time", "write it as in --wait 90s, or --wait 10m")
    return seconds(value)


@click.command("reconcile")
@RUN
@click.option(
    "--wait",
    "wait_s",
    metavar="TIME",
    default="2m",
    show_default=True,
    callback=_duration,
    help="How long to wait for rows of a send in doubt; 0: one look.",
)
@click.option(
    "--pages",
    type=click.IntRange(1),
    default=1000,
    show_default=True,
    help="Pages to read at most, of ten rows each.",
)
@click.option("--dry-run", is_flag=True, help="Only show what the logs tell; write nothing.")
@ENV
@LOG
@FORMAT
def command(
    *,
    run: str,
    wait_s: int,
    pages: int,
    dry_run: bool,
    environment_name: str | None,
    log_option: Path | None,
    form: str,
) -> int:
    """Look for the sends of RUN in the API's own logs, and settle what they show. Sends nothing.

    A row that fits a send in doubt shows that it went out: it is not made again. That there is no row
    proves nothing: rows may come late, so look again, or settle it with `runbook resolve`. RUN is an id,
    a unique beginning of one, or `last`.
    """
    chosen = choose(environment_name, log_option)
    if chosen.found.here is None:
        raise nowhere(chosen, run, "to look")
    if not chosen.log.exists():
        raise no_run(run, chosen.log)
    closed = None if dry_run else why_closed(Path(os.path.realpath(chosen.log)), to="write")
    writes = not dry_run and closed is None
    opened = writing_to(chosen, run) if writes else looking_at_one(chosen, run)
    with opened as (log, entry):
        emit(headline(chosen.found.here, entry.campaign), err=form != "text")
        report = _looked(log, entry, chosen.found.here, Bounds(wait_s, pages), writes=writes)
        if report.seal:
            say_lost_key(log)
        with only_complaining("what the logs show cannot be shown", f"runbook show {entry.run}"):
            _show(log, entry, chosen, report, form, closed, writes=writes)
            if closed and form == "json":
                complain(f"nothing was written: {closed.message}", closed.cure)
        return _exit_code(log.find(entry.run), report)


def _looked(log: RunLog, entry: RunEntry, here: Environment, bounds: Bounds, *, writes: bool) -> Report:
    connected, told = Connected(here), _Telling()
    try:
        return reconcile(
            entry,
            log,
            _client(connected),
            Steady(),
            here=here.account,
            bounds=bounds,
            told=told,
            writes=writes,
        )
    finally:
        told.end()
        with only_complaining("the connection could not be closed"):
            connected.close()


def _client(connected: Connected) -> "Client":
    try:
        return connected.client()
    except Refusal as refusal:
        by_hand = "without one: look in the dashboard, and say what you find with `runbook resolve`"
        refusal.cure = refusal.cure.replace(WITHOUT_ONE, by_hand)
        raise


def _show(
    log: RunLog,
    entry: RunEntry,
    chosen: Chosen,
    report: Report,
    form: str,
    closed: Refusal | None,
    *,
    writes: bool,
) -> None:
    if form == "json":
        emit_json(_json(log, entry, chosen, report, writes=writes))
        return
    emit(reconciled(report.seen, entry.run) if report.seen else f"  {_NOTHING_OPEN}")
    if report.others:
        emit(f"  Of other runs on this campaign the rows show{', and that is kept' if writes else ''}:")
        emit(reconciled(report.others, entry.run))
    if report.trouble:
        emit(f"  Not all could be read: {report.trouble.message}. To look again: {report.trouble.cure}.")
    elif not all(each.complete for each in report.seen if each.is_kept):
        emit("  Not all rows could be read, so there may be more: look again, or read more with --pages.")
    elif any(each.may_have_more for each in report.seen):
        emit("  Rows may come late: to find the rest, look again in a while.")
    fitted = _fitted(report)
    if not writes:
        shown = f", so not-sent of {' and '.join(fitted)} is not refused: do not say it" if fitted else ""
        again = f"runbook reconcile {entry.run}{chosen.options(entry.environment)}"
        why = f": {closed.message}" if closed else ""
        first = f"{closed.cure}; then " if closed else ""
        emit(f"  Nothing was written{why}{shown}. Before you resolve anything: {first}{again}")
    emit("")
    show_run(log, log.find(entry.run), "text", chosen, fitted=fitted)
    if report.seal:
        emit(sealed(report.seal, paint()))


def _json(log: RunLog, entry: RunEntry, chosen: Chosen, report: Report, *, writes: bool) -> dict[str, Json]:
    story, is_alive = story_of(log, log.find(entry.run))
    need = needed(log, story, chosen, is_alive=is_alive, fitted=_fitted(report))
    return {
        **story.entry.to_json(),
        "sends": [each.to_json() for each in report.seen],
        "others": [{"run": each.attempt.send.run, **each.to_json()} for each in report.others],
        "trouble": report.trouble.message if report.trouble else None,
        "written": writes and report.seal is not None,
        "seal": report.seal,
        "needs": need.what if need else None,
        "commands": list(need.commands) if need else [],
    }


def _fitted(report: Report) -> list[str]:
    """Give the sends that were in doubt and that rows fit, be they kept or not."""
    return [
        each.attempt.send.address
        for each in report.seen
        if each.attempt.is_doubtful and (each.reached or each.disputed)
    ]


def _exit_code(entry: RunEntry, report: Report) -> int:
    """Say whether the run has a doubt left; one that the logs contradict has halted for good.

    Be it another run: no run sends to the campaign any more.
    """
    if any(each.contradicts for each in (*report.seen, *report.others)):
        return Exit.HALTED
    is_open = any(not each.is_settled for each in report.seen)
    return Exit.IN_DOUBT if is_open or entry.status is RunStatus.IN_DOUBT else Exit.WELL


class _Telling:
    """Says on stderr how far the reading is: one line where somebody watches, else one now and then."""

    def __init__(self) -> None:
        self._is_watched = is_watched()
        self._is_open = False

    def page(self, number: int, of: int) -> None:
        """Say that so many pages were read of so many."""
        said = f"  page {number:,} of {of:,} of the API's logs"
        if self._is_watched:
            click.echo(f"\r\x1b[K{said}", err=True, nl=False)
            self._is_open = True
        elif number % _EVERY == 0:
            emit(said, err=True)

    def waits(self, until: datetime, why: str) -> None:
        """Say that nothing is asked before an instant."""
        self.end()
        emit(f"  {why}; looking again at {time_of_day(until)}", err=True)

    def end(self) -> None:
        """Leave the line that changes."""
        if self._is_open:
            click.echo(err=True)
        self._is_open = False
