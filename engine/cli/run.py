"""``runbook run``: start a run of a reviewed runbook."""

import os
import secrets
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from engine import __version__
from engine.cli import reviewed
from engine.cli.asking import ask, looks, refuse_other_campaign, refuse_switched_off, refuse_unasked
from engine.cli.environment import Found, find_environment
from engine.cli.files import PATH, named
from engine.cli.inputs import ZONE
from engine.cli.planning import HOLDS, fill_in, make
from engine.cli.reviewed import Review, refuse_more, refuse_unreviewed
from engine.cli.runlog import ENV, FORMAT, LOG, log_path, open_to_run, refuse_lost
from engine.cli.running import surrounded
from engine.cli.screen import emit, paint, width
from engine.cli.showing import finish, torn
from engine.clock import now
from engine.config import Environment, headline
from engine.plan.model import Making, Plan
from engine.plan.program import program_document
from engine.refusal import Refusal
from engine.run.broken import Broken
from engine.run.start import Order, start


@click.command("run")
@click.argument("file", type=PATH, callback=named)
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
@FORMAT
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
    if dry_run:
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
    review = Review(expect, within, at_most, plan_file)
    found = find_environment(environment_name)
    here = _environment(found)
    refuse_unasked(here, yes=yes, is_reviewed=review.is_said)
    if again is not None and not again.strip():
        raise Refusal("--again needs a reason", "say why people are to be messaged once more")
    filled = fill_in(file, given, input_file, os.environ)
    emit(headline(here, filled.campaign), err=form == "json")
    plan = make(filled, found)
    del filled  # the text with its positions: a fifth of all memory where there are thousands of steps
    at = now()
    making = Making(at, at + HOLDS, str(file), __version__, here.name)
    refuse_unreviewed(review, plan, making)
    return _run(plan, making, found, log_path(found, log_option), _Wish(review, yes, again, form))


class _Wish:
    """What the person wants of this run, beside the plan."""

    def __init__(self, review: Review, yes: bool, again: str | None, form: str) -> None:
        self.review, self.yes, self.again, self.form = review, yes, again, form


def _run(plan: Plan, making: Making, found: Found, path: Path, wish: _Wish) -> int:
    here = _environment(found)
    log = open_to_run(here, path)
    try:
        with surrounded(found, log, path) as (around, signals, connected):

            def agree() -> None:
                refuse_switched_off()
                refuse_lost(here, path)
                if wish.review.at_most is not None:
                    refuse_more(wish.review, plan.analysis.messages.number)
                campaign = plan.runbook.campaign
                refuse_other_campaign(connected, campaign.id, campaign.name, here.org)
                if not wish.yes:
                    _show_and_ask(plan, making, here)
                signals.begin()

            document = program_document(plan, making)
            run = _name(making.created_at, plan.runbook.name)
            order = Order(run, document, plan.program, ZoneInfo(ZONE), agree, wish.again)
            try:
                result = start(order, around)
            except Broken as broken:
                raise torn(broken) from broken
            return finish(result, log, signals, wish.form)
    finally:
        log.close()


def _show_and_ask(plan: Plan, making: Making, here: Environment) -> None:
    from engine.report import plan as view  # noqa: PLC0415  (only a person reads it)

    assert looks(), "where nobody looks, --yes was said"
    emit(view.render(plan, making, paint(), width()) + "\n", err=True)
    ask(here, plan.analysis.messages.number)


def _environment(found: Found) -> Environment:
    if found.here is None:
        raise Refusal(
            "there is nowhere to send to",
            "set TIMEPAY_BASE_URL, or write .runbook/config.yaml; `runbook sandbox` gives a place to try it",
        )
    return found.here


def _name(at: datetime, runbook: str) -> str:
    """Name a run: readable, in the order of time, and no two alike."""
    return f"{at:%Y%m%d-%H%M%S}-{runbook}-{secrets.token_hex(2)}"
