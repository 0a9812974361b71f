"""``runbook run``: start a run of a reviewed runbook."""

import os
from pathlib import Path

import click

from engine import __version__
from engine.api.orders import order_of
from engine.api.planning import HOLDS
from engine.api.reviewed import Review, refuse_more, refuse_unreviewed
from engine.cli import reviewed
from engine.cli.asking import ask, looks, refuse_other_campaign, refuse_switched_off, refuse_unasked
from engine.cli.chosen import Chosen, choose
from engine.cli.completing import runbook_files
from engine.cli.environment import Found
from engine.cli.files import PATH, named
from engine.cli.planning import fill_in, make
from engine.cli.runlog import ENV, FORMAT_OF_EVENTS, LOG, letting_go, open_to_run, refuse_lost
from engine.cli.running import session
from engine.cli.screen import emit, paint, width
from engine.clock import now
from engine.config import Environment, headline
from engine.planner.model import Making, Plan
from engine.refusal import Refusal
from engine.runner.start import start


@click.command("run")
@click.argument("file", type=PATH, callback=named, shell_complete=runbook_files)
@click.option("--input", "given", multiple=True, metavar="NAME=VALUE", help="Give an input; repeatable.")
@click.option("--input-file", type=PATH, callback=named, help="YAML or JSON with inputs.")
@ENV
@LOG
@reviewed.EXPECT
@reviewed.PLAN
@reviewed.WITHIN
@reviewed.AT_MOST
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option("--again", metavar="REASON", help="Send once more on an occasion on which something was sent.")
@click.option("--dry-run", is_flag=True, help="Show the plan, as `runbook plan` does, and send nothing.")
@FORMAT_OF_EVENTS
@click.pass_context
def command(  # noqa: PLR0913  (one an option)
    context: click.Context,
    *,
    file: Path,
    given: tuple[str, ...],
    input_file: Path | None,
    environment_name: str | None,
    log_option: Path | None,
    expect: str | None,
    plan_file: Path | None,
    within: str | None,
    at_most: int | None,
    yes: bool,
    again: str | None,
    dry_run: bool,
    form: str,
) -> int:
    """Send what the runbook FILE says, step by step, each request at most once.

    Everything that is sent, or may have been, stands in the run log before and after. A run that
    stopped is taken further with `runbook resume`, never by running it again.
    """
    review = Review(expect, within, at_most, plan_file)
    if dry_run:
        _refuse_idle(review, form)
        from engine.cli.plan import command as plan_command  # noqa: PLC0415

        code: int = context.invoke(
            plan_command,
            file=file,
            given=given,
            input_file=input_file,
            environment_name=environment_name,
            form=form,
        )
        return code
    chosen = choose(environment_name, log_option)
    here = _environment(chosen.found)
    refuse_unasked(here, yes=yes, is_reviewed=review.is_said)
    if again is not None and not again.strip():
        raise Refusal("--again needs a reason", "say why people are to be messaged once more")
    filled = fill_in(file, given, input_file, os.environ)
    emit(headline(here, filled.campaign), err=form != "text")
    plan = make(filled, chosen.found)
    del filled  # the text with its positions: a fifth of all memory where there are thousands of steps
    at = now()
    making = Making(at, at + HOLDS, str(file), __version__, here.name)
    refuse_unreviewed(review, plan, making)
    return _run(plan, making, chosen, _Wish(review, yes, again, form))


def _refuse_idle(review: Review, form: str) -> None:
    """Refuse options that promise what a dry run does not have: a check, events."""
    if form == "jsonl":
        raise Refusal(
            "--format jsonl lists events, and a dry run has none", "say --format json: it is the plan"
        )
    if review.options:
        named = " and ".join(review.options)
        raise Refusal(
            f"--dry-run only shows the plan: it does not check {named}",
            "leave it out; the plan shows its digests and the most messages",
        )


class _Wish:
    """What the person wants of this run, beside the plan."""

    def __init__(self, review: Review, yes: bool, again: str | None, form: str) -> None:
        self.review, self.yes, self.again, self.form = review, yes, again, form


def _run(plan: Plan, making: Making, chosen: Chosen, wish: _Wish) -> int:
    here = _environment(chosen.found)
    with letting_go(open_to_run(here, chosen.log)) as log, session(chosen, log, wish.form) as running:

        def agree() -> None:
            refuse_switched_off()
            refuse_lost(here, chosen.log)
            if wish.review.at_most is not None:  # else nobody need walk all ways to count messages
                refuse_more(wish.review, plan.analysis.messages.number)
            campaign = plan.runbook.campaign
            refuse_other_campaign(running.connected, campaign.id, campaign.name, here.org)
            if not wish.yes:
                _show_and_ask(plan, making, here)
            running.signals.begin()

        order = order_of(plan, making, making.created_at, agree, wish.again)
        return running.carry_out(order.run, lambda around: start(order, around))


def _show_and_ask(plan: Plan, making: Making, here: Environment) -> None:
    from engine.report import plan as view  # noqa: PLC0415  (only a person reads it)

    assert looks(), "where nobody looks, --yes was said"
    emit(view.render(plan, making, paint(), width()) + "\n", err=True)
    ask(here, plan.analysis.messages.number)


def _environment(found: Found) -> Environment:
    if found.here is None:
        raise Refusal(
            "there is nowhere to send to",
            "`runbook init` makes a configuration that says where, or set TIMEPAY_BASE_URL; "
            "to see it work, sending nothing: `runbook try FILE`",
        )
    return found.here
