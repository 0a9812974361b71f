"""``runbook resume``: take a run further that stopped."""

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from engine.api.orders import campaign_name, left
from engine.api.planning import ZONE
from engine.api.reviewed import Review, refuse_digests, refuse_more
from engine.cli import reviewed
from engine.cli.asking import ask, refuse_other_campaign, refuse_switched_off, refuse_unasked
from engine.cli.chosen import Chosen, choose
from engine.cli.runlog import ENV, FORMAT_OF_EVENTS, LOG, RUN, letting_go, no_run, open_to_run, refuse_lost
from engine.cli.running import session
from engine.cli.screen import emit
from engine.config import headline
from engine.record.plan import Program
from engine.record.state import RunState
from engine.refusal import Refusal
from engine.runner.start import Resumption, resume


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
    if accept is not None and not accept.strip():
        raise Refusal("--accept needs a reason", "say why it is right to go on behind the step")
    return _resume(run, chosen, Review(expect, within, at_most), accept, form, yes=yes)


def _resume(run: str, chosen: Chosen, review: Review, accept: str | None, form: str, *, yes: bool) -> int:
    here = chosen.found.here
    if here is None:
        raise Refusal("there is nowhere to send to", "choose the environment that the run was started in")
    refuse_unasked(here, yes=yes, is_reviewed=review.is_said)
    if not chosen.log.exists():
        raise no_run(run, chosen.log)
    with letting_go(open_to_run(here, chosen.log)) as log, session(chosen, log, form) as running:
        entry = log.find(run)
        refuse_digests(review, entry.rules_digest, entry.plan_digest)

        def agree(state: RunState, program: Program) -> None:
            refuse_switched_off()
            refuse_lost(here, chosen.log)
            most = left(state, program)
            refuse_more(review, most, "what is left of this run")
            name = campaign_name(log, entry.run)
            refuse_other_campaign(running.connected, entry.campaign, name, here.org)
            if not yes:
                ask(here, most)
            running.signals.begin()

        emit(headline(here, entry.campaign), err=form != "text")
        wanted = Resumption(entry, here.account, ZoneInfo(ZONE), agree, accept)
        return running.carry_out(entry.run, lambda around: resume(wanted, around))
