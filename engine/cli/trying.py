"""``runbook try``: one's own runbook on a sandbox inside the process; nothing is kept."""

import os
import shlex
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.completing import answers_of_steps, fault_kinds, runbook_files
from engine.cli.customers import customers_from
from engine.cli.environment import find_configured
from engine.cli.files import PATH, named
from engine.cli.inputs import INPUT
from engine.cli.leaving import leaving_nothing
from engine.cli.planning import fill_in, make
from engine.cli.runlog import ENV
from engine.cli.screen import columns, emit, emit_json, paint, warn
from engine.cli.telling import tell
from engine.config import Environment, headline
from engine.planner.model import Plan
from engine.refusal import Refusal

if TYPE_CHECKING:
    from engine.trial import Trial

SANDBOX = Environment("http://127.0.0.1/api/v1")


@click.command("try")
@click.argument("file", type=PATH, callback=named, shell_complete=runbook_files)
@INPUT
@click.option("--input-file", type=PATH, callback=named, help="YAML or JSON with inputs.")
@click.option(
    "--roster", type=PATH, callback=named, help="Customers from CSV or JSON, instead of made-up ones."
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="STEP=ANSWER",
    shell_complete=answers_of_steps,
    help="How the API answers a step: 207:failed=50, 429, lost, refused, timeout, nobody, failed. "
    "Repeatable; of several for one step, each is for one request.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="SPEC",
    shell_complete=fault_kinds,
    help="Misbehave, as `runbook sandbox --fault`, whose help lists the kinds.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Decides whatever is left to chance.")
@ENV
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(  # noqa: PLR0913  (one an option)
    *,
    file: Path,
    given: tuple[str, ...],
    input_file: Path | None,
    roster: Path | None,
    answers: tuple[str, ...],
    faults: tuple[str, ...],
    seed: int,
    environment_name: str | None,
    form: str,
) -> int:
    """Try the runbook FILE on a sandbox inside this process: nobody is reached, and nothing is kept.

    No token is needed, and TIMEPAY_* is not looked at. Customers are made up to match the runbook's
    filters, waits are skipped. Exits with the code that the run would have ended with.
    """
    emit(headline(SANDBOX), err=form == "json")
    filled = fill_in(file, given, input_file, os.environ)
    plan = make(filled, find_configured(environment_name))
    said = _answers(answers)
    rows = customers_from(roster, plan.runbook.campaign.id, _columns(plan)) if roster else None
    # The client and the log are imported only once the runbook is sound.
    from engine.trial import play  # noqa: PLC0415
    from engine.trial.summary import summary, trial_json, unheeded  # noqa: PLC0415

    with leaving_nothing():
        trial = play(plan, customers=rows, answers=said, faults=faults, seed=seed, on_event=tell)
    if form == "json":
        emit_json(trial_json(trial))
    else:
        emit(f"\nTried on {len(trial.customers):,} customers, {_who(plan, roster)}\n")
        emit(summary(trial, paint(), columns()))
        planned = _line(file, *(("--input", each) for each in given), ("--input-file", input_file))
        planned += _said(("--env", environment_name))
        tried = planned + _said(("--roster", roster), ("--seed", seed or None))
        emit("\n" + _next(planned, tried, _telling(plan, trial) if not said else ()))
    for about in unheeded(trial, said):
        warn(about)
    return int(trial.exit_code)


def _who(plan: Plan, roster: Path | None) -> str:
    """Say where the customers come from, and what they can therefore not show."""
    if roster:
        return f"from {roster}; waits were skipped."
    custom = [step.filters.custom for step in plan.runbook.steps if step.filters]
    asked = dict.fromkeys(f"{name} {' or '.join(values)}" for each in custom for name, values in each.items())
    untested = f"whether real ones have {', '.join(asked)} is not tested (upper and lower case count)"
    return f"made up to match its filters{f': {untested}' if asked else ''}. Waits were skipped."


def _answers(texts: Sequence[str]) -> dict[str, list[str]]:
    said: dict[str, list[str]] = {}
    for text in texts:
        step, equals, answer = text.partition("=")
        if not equals or not step or not answer:
            cure = "write, for example, --answer remind=207:failed=50"
            raise Refusal(f"--answer {text} is not of the form STEP=ANSWER", cure)
        said.setdefault(step.strip(), []).append(answer)
    return said


def _columns(plan: Plan) -> dict[str, str]:
    """Give each column that a step filters by, with the first such step."""
    columns: dict[str, str] = {}
    for step in plan.runbook.steps:
        filters = step.filters.to_json() if step.filters else {}
        custom = filters.pop("custom", {})
        for column in (*filters, *(custom if isinstance(custom, dict) else {})):
            if column not in ("ids", "exclude_ids"):
                columns.setdefault(column, step.id)
    return columns


def _telling(plan: Plan, trial: "Trial") -> Iterator[str]:
    """Give answers that show more: half of those fail at the step that conditions read; one is lost."""
    first = plan.runbook.steps[0].id
    step = next((name for fate in plan.analysis.fates.values() for name in fate.after), first)
    counts = trial.steps[step].counts
    if half := counts.selected // 2 if counts else 0:
        yield f"{step}=207:failed={half}"
    yield f"{first}=lost"


def _line(file: Path, *options: tuple[str, object]) -> str:
    return shlex.quote(str(file)) + _said(*options)


def _said(*options: tuple[str, object]) -> str:
    return "".join(f" {name} {shlex.quote(str(value))}" for name, value in options if value is not None)


def _next(planned: str, tried: str, answers: Iterable[str]) -> str:
    lines = [*(f"runbook try {tried} --answer {answer}" for answer in answers), f"runbook plan {planned}"]
    return "\n".join(["Nobody was messaged, and nothing is kept. Next:", *(f"  {each}" for each in lines)])
