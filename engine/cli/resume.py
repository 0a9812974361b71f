"""``runbook resume``: take a run further that stopped."""

from functools import partial
from pathlib import Path

import click

from engine.api.orders import to_resume
from engine.api.reviewed import Review
from engine.cli import reviewed
from engine.cli.asking import ask, refuse_unasked
from engine.cli.chosen import Chosen, choose
from engine.cli.runlog import ENV, FORMAT_OF_EVENTS, LOG, RUN, found, letting_go, no_run, nowhere, open_to_run
from engine.cli.running import Session
from engine.cli.screen import emit
from engine.config import headline
from engine.record.entry import RunEntry
from engine.record.event import RunCancelled
from engine.record.outcome import RunStatus
from engine.record.wallclock import date_and_time
from engine.refusal import Exit, Refusal
from engine.runlog.port import RunLog
from engine.runner.start import resume


@click.command("resume")
@RUN
@ENV
@LOG
@reviewed.EXPECT
@reviewed.WITHIN
@reviewed.AT_MOST
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option("--accept", metavar="REASON", help="Go on behind the step that halted the run.")
@FORMAT_OF_EVENTS
def command(  # noqa: PLR0913  (one an option)
    *,
    run: str,
    environment_name: str | None,
    log_option: Path | None,
    expect: str | None,
    within: str | None,
    at_most: int | None,
    yes: bool,
    accept: str | None,
    form: str,
) -> int:
    """Go on with RUN where it stopped, by the plan that it was started with.

    RUN is an id, a unique beginning of one, or `last`. What may have gone out is never sent again.
    """
    chosen = choose(environment_name, log_option)
    return _resume(run, chosen, Review(expect, within, at_most), accept, form, yes=yes)


def _resume(run: str, chosen: Chosen, review: Review, accept: str | None, form: str, *, yes: bool) -> int:
    here = chosen.found.here
    if here is None:
        raise nowhere(chosen, run, "to send to")
    refuse_unasked(here, yes=yes, is_reviewed=review.is_said)
    if not chosen.log.exists():
        raise no_run(run, chosen.log)
    running = Session(chosen, form)
    terms = running.terms(review, None if yes else lambda most: ask(here, most()))
    with letting_go(open_to_run(here, chosen.log)) as log, running.listening():
        entry = found(log, run)
        _refuse_ended(log, entry)
        wanted = to_resume(entry, log, terms, accept)
        emit(headline(here, entry.campaign), err=form != "text")
        return running.carry_out(log, entry.run, partial(resume, wanted))


def _refuse_ended(log: RunLog, entry: RunEntry) -> None:
    """Refuse to take a run further that a person ended (15); of a finished one, say only that it is."""
    if entry.status is RunStatus.FINISHED:
        emit(f"Run {entry.run} is finished already: nothing is sent.\n", err=True)
    if entry.status is not RunStatus.CANCELLED:
        return
    for each in log.events(entry.run):
        if isinstance(each.event, RunCancelled):
            raise Refusal(
                f"run {entry.run} was cancelled by {each.actor} at {date_and_time(each.at)}: "
                f"{each.event.reason}; nothing more of it is sent",
                f"`runbook show {entry.run}` says what went out before; `runbook run FILE` starts anew",
                Exit.STANDS,
            )
