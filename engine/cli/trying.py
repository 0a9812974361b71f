"""``runbook try``: one's own runbook on a sandbox inside the process; nothing is kept."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from engine.cli.customers import customers_from
from engine.cli.environment import find_configured
from engine.cli.files import PATH, named
from engine.cli.folded import folded
from engine.cli.leaving import leaving_nothing
from engine.cli.planning import fill_in, make
from engine.cli.runlog import ENV
from engine.cli.screen import emit, emit_json, paint, width
from engine.cli.telling import tell
from engine.config import Environment, headline
from engine.planner.model import Plan
from engine.refusal import Refusal

SANDBOX = Environment("http://127.0.0.1/api/v1")


@click.command("try")
@click.argument("file", type=PATH, callback=named)
@click.option("--input", "given", multiple=True, metavar="NAME=VALUE", help="Give an input; repeatable.")
@click.option("--input-file", type=PATH, callback=named, help="YAML or JSON with inputs.")
@click.option(
    "--roster", type=PATH, callback=named, help="Customers from CSV or JSON, instead of made-up ones."
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="STEP=ANSWER",
    help="How the API answers a step: 207:failed=50, 429, lost, refused, timeout, nobody, failed. "
    "Repeatable; of several for one step, each is for one request.",
)
@click.option(
    "--fault", "faults", multiple=True, metavar="SPEC", help="Misbehave, as `runbook sandbox --fault`."
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
    from engine.trial.summary import summary, trial_json  # noqa: PLC0415

    with leaving_nothing():
        trial = play(plan, customers=rows, answers=said, faults=faults, seed=seed, on_event=tell)
    if form == "json":
        emit_json(trial_json(trial))
        return int(trial.exit_code)
    who = f"from {roster}" if roster else "made up to match its filters"
    emit(f"\nTried on {len(trial.customers):,} customers, {who}; waits were skipped.\n")
    emit(folded(summary(trial, paint()), width()))
    emit("\n" + _next(file, given, plan, is_answered=bool(said)))
    return int(trial.exit_code)


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


def _next(file: Path, given: Sequence[str], plan: Plan, *, is_answered: bool) -> str:
    words = [shlex.quote(str(file)), *(f"--input {shlex.quote(each)}" for each in given)]
    line, step = " ".join(words), plan.runbook.steps[0].id
    lines = [f"runbook plan {line}"]
    if not is_answered:
        lines = [
            f"runbook try {line} --answer {step}={answer}" for answer in ("207:failed=5", "lost")
        ] + lines
    return "\n".join(["Nobody was messaged, and nothing is kept. Next:", *(f"  {each}" for each in lines)])
