"""``runbook run``: start a run of a reviewed runbook."""

import os
from functools import partial
from pathlib import Path

import click

from engine.api.orders import Most, to_start
from engine.api.reviewed import Review
from engine.cli import reviewed
from engine.cli.asking import ask, looks, refuse_unasked
from engine.cli.chosen import choose
from engine.cli.completing import runbook_files
from engine.cli.environment import Found
from engine.cli.files import PATH, named
from engine.cli.inputs import INPUT
from engine.cli.planning import fill_in, made_from, make
from engine.cli.runlog import ENV, FORMAT_OF_EVENTS, LOG, letting_go, open_to_run
from engine.cli.running import Session
from engine.cli.screen import emit, paint, width
from engine.config import Environment, headline
from engine.planner.model import Making, Plan
from engine.refusal import Refusal
from engine.runner.start import start


@click.command("run")
@click.argument("file", type=PATH, callback=named, shell_complete=runbook_files)
@INPUT
@click.option("--input-file", type=PATH, callback=named, help="YAML or JSON with inputs.")
@ENV
@LOG
@reviewed.EXPECT
@reviewed.PLAN
@reviewed.WITHIN
@reviewed.AT_MOST
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option(
    "--again", metavar="REASON", help="Message people a second time whom this runbook messages once."
)
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
    filled = fill_in(file, given, input_file, os.environ)
    emit(headline(here, filled.campaign), err=form != "text")
    plan = make(filled, chosen.found)
    made = made_from(filled, chosen.found, os.environ)
    del filled  # the text with its positions: a fifth of all memory where there are thousands of steps
    running = Session(chosen, form)
    terms = running.terms(review, None if yes else partial(_show_and_ask, plan, made, here))
    order = to_start(plan, made, made.created_at, terms, again)
    del plan  # the order holds what a run goes by: a third of what is left
    with letting_go(open_to_run(here, chosen.log)) as log, running.listening():
        return running.carry_out(log, order.run, partial(start, order))


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


def _show_and_ask(plan: Plan, made: Making, here: Environment, most: Most) -> None:
    from engine.report import plan as view  # noqa: PLC0415  (only a person reads it)

    assert looks(), "where nobody looks, --yes was said"
    emit(view.render(plan, made, paint(), width()) + "\n", err=True)
    ask(here, most())


def _environment(found: Found) -> Environment:
    if found.here is None:
        raise Refusal(
            "there is nowhere to send to",
            "`runbook init` makes a configuration that says where, or set TIMEPAY_BASE_URL; "
            "to see it work, sending nothing: `runbook try FILE`",
        )
    return found.here
