"""``runbook plan``: the dry run. It opens no connection."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from engine import __version__
from engine.cli.environment import Found, find_environment
from engine.cli.files import read_bytes, write
from engine.cli.inputs import gather
from engine.cli.refusal import INVALID, Refusal
from engine.cli.screen import emit, emit_json, paint
from engine.clock import now
from engine.config import headline
from engine.config.catalog import templates_of
from engine.diagnostics import Diagnostic
from engine.plan.assume import read_assumptions
from engine.plan.build import build
from engine.plan.document import document
from engine.plan.model import Making, Plan
from engine.report import findings
from engine.report import plan as view
from engine.runbook import schema
from engine.runbook.characters import MAX_BYTES
from engine.runbook.document import Document
from engine.runbook.draft import fill, read
from engine.runbook.model import Runbook

SOMETHING_TO_SEND = 2
HOLDS = timedelta(hours=24)
"""How long after a plan is made a run may start from it, unless a policy says otherwise."""


@click.command("plan")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--input", "given", multiple=True, metavar="NAME=VALUE", help="Give an input; repeatable.")
@click.option("--input-file", type=click.Path(path_type=Path), help="YAML or JSON with inputs.")
@click.option("--env", "environment_name", help="Environment of .runbook/config.yaml.  [env: RUNBOOK_ENV]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Also write the plan as JSON to this file.")
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
    plan = make(file, gather_from=(given, input_file), environment=environment, assumed=assumed)
    at = now()
    making = Making(
        at, at + HOLDS, str(file), __version__, environment.here.name if environment.here else None
    )
    content = document(plan, making)
    if out is not None:
        write(out, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    if form == "json":
        emit_json(content)
    else:
        campaign = plan.runbook.campaign
        emit(headline(environment.here, campaign.name or campaign.id) + "\n")
        emit(view.render(plan, making, paint()))
    return SOMETHING_TO_SEND if detailed_exitcode and plan.analysis.per_customer else 0


def make(
    file: Path,
    *,
    gather_from: tuple[tuple[str, ...], Path | None],
    environment: Found,
    assumed: tuple[str, ...] = (),
) -> Plan:
    """Read, fill and plan a runbook; whatever is wrong ends the command with its findings."""
    draft = read(read_bytes(file, MAX_BYTES), str(file))
    _stop_at_errors(draft.diagnostics, draft.document)
    inputs = gather(draft.inputs, *gather_from)
    filled = fill(draft, {value.name: value.value for value in inputs})
    if not isinstance(filled, Runbook):
        _stop_at_errors(filled, draft.document)
        raise AssertionError("what cannot be filled in has an error")  # noqa: TRY004  (a bug)
    templates, faults = templates_of(filled, environment.config, environment.here)
    _stop_at_errors(schema.diagnostics(draft.document, faults), draft.document)
    assumptions, problems = read_assumptions(filled, assumed)
    if problems:
        raise Refusal("\n       ".join(problems), "write --assume STEP.FIELD=VALUE, such as remind.failed=50")
    plan = build(
        filled,
        draft.document.data,
        inputs=inputs,
        account=environment.here.account if environment.here else None,
        templates=templates,
        assumed=assumptions,
    )
    for step in assumptions:
        if not any(node.step == step and any(b.answers for b in node.branches) for node in plan.tree.nodes):
            raise Refusal(f"no answer to {step} fits what --assume says of it", "assume less")
    return plan


def _stop_at_errors(found: Sequence[Diagnostic], document: Document) -> None:
    """Show findings beside the result; errors end the command."""
    if found:
        emit(findings.render(found, lambda _, line: document.lines.line(line)) + "\n", err=True)
    if any(one.is_error for one in found):
        errors = sum(one.is_error for one in found)
        raise Refusal(
            f"{document.file} cannot be planned: {errors} error{'' if errors == 1 else 's'}, see above",
            "mend the runbook, or the inputs that these errors come from",
            INVALID,
        )
