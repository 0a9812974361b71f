"""``runbook plan``: the dry run. It opens no connection."""

import json
import os
from pathlib import Path

import click

from engine.api.files import typed
from engine.api.reviewed import is_plan
from engine.cli.completing import environments, runbook_files
from engine.cli.environment import find_environment
from engine.cli.files import CONFIG, PATH, named, upward
from engine.cli.inputs import INPUT
from engine.cli.planning import fill_in, made_from, make
from engine.cli.save import save
from engine.cli.screen import emit, emit_json, paint, warn, width
from engine.config import headline
from engine.planner.document import document
from engine.refusal import Exit, Refusal
from engine.report import plan as view


@click.command("plan")
@click.argument("file", type=PATH, callback=named, shell_complete=runbook_files)
@INPUT
@click.option("--input-file", type=PATH, callback=named, help="YAML or JSON with inputs.")
@click.option(
    "--env",
    "environment_name",
    shell_complete=environments,
    help="Environment of .runbook/config.yaml.  [env: RUNBOOK_ENV]",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--out",
    type=PATH,
    callback=named,
    help="Also write the plan as JSON to this file, in place of a plan that is there.",
)
@click.option(
    "--assume",
    "assumed",
    multiple=True,
    metavar="STEP.FIELD=VALUE",
    help="Follow only the ways in which a step ends so, for example remind.failed=50; repeatable.",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there is something to send.")
def command(
    file: Path,
    given: tuple[str, ...],
    input_file: Path | None,
    environment_name: str | None,
    form: str,
    out: Path | None,
    assumed: tuple[str, ...],
    detailed_exitcode: bool,
) -> int:
    """Show what a run of the runbook FILE would do: every request, every way it can go.

    Sends nothing and opens no connection. Exits with 0, with 10 if the runbook is invalid, with 64
    if an input or option is wrong.
    """
    environment = find_environment(environment_name)
    is_json = form == "json"
    below = "" if is_json else "\n"
    try:
        filled = fill_in(file, given, input_file, os.environ)
    except Refusal:
        emit(headline(environment.here) + below, err=is_json)
        raise
    emit(headline(environment.here, filled.campaign) + below, err=is_json)
    plan = make(filled, environment, assumed)
    if plan.unfilled and is_json:
        warn(f"not filled in yet: {', '.join(plan.unfilled)}; a run is refused")
    made = made_from(filled, environment, os.environ)
    if out is not None:
        read_here = [each for each in (file, input_file, upward(CONFIG)) if each]
        text = json.dumps(document(plan, made), indent=2, ensure_ascii=False) + "\n"
        save(out, text, sparing=read_here, refuse_to_lose=_refuse_no_plan)
    if is_json:
        emit_json(document(plan, made))
    else:
        emit(view.render(plan, made, paint(), width()))
    if out is not None:
        told = f"a run with `--plan {typed(out)}` sends nothing beyond it."
        emit(f"\nThe plan is kept in {out}; {told}", err=True)
    return Exit.SOMETHING_TO_SEND if detailed_exitcode and plan.analysis.sends else 0


def _refuse_no_plan(file: Path) -> None:
    """Refuse to write over anything but a plan, which a pipeline writes under one name again and again."""
    if not is_plan(file):
        raise Refusal(f"{file} is there already, and is no plan: it is not written over", "name another file")
