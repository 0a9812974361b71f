"""From a runbook's file to its plan, as ``plan`` and ``demo`` go; whatever is wrong ends the command."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.cli.environment import Found
from engine.cli.files import read_bytes
from engine.cli.inputs import gather
from engine.cli.screen import emit
from engine.config.catalog import templates_of
from engine.diagnostics import Diagnostic
from engine.planner.build import build
from engine.planner.model import Plan
from engine.refusal import Exit, Refusal
from engine.report import findings
from engine.runbook import schema
from engine.runbook.characters import MAX_BYTES
from engine.runbook.document import Document
from engine.runbook.draft import Draft, fill, read
from engine.runbook.inputs import InputValue
from engine.runbook.model import Runbook

if TYPE_CHECKING:
    from engine.planner.answers import Assumptions

HOLDS = timedelta(hours=24)
"""How long after a plan is made a run may start from it, unless a policy says otherwise."""


class Filled(NamedTuple):
    """A runbook with its inputs, or (``runbook`` is None) what keeps it from being filled in."""

    draft: Draft
    inputs: tuple[InputValue, ...] = ()
    runbook: Runbook | None = None
    found: tuple[Diagnostic, ...] = ()

    @property
    def campaign(self) -> str | None:
        """What people call the campaign, where the runbook says it without a mistake."""
        about = self.runbook.campaign if self.runbook else None
        return (about.name or about.id) if about else None


def fill_in(
    file: Path, given: tuple[str, ...], input_file: Path | None, variables: Mapping[str, str]
) -> Filled:
    """Read a runbook and fill its inputs in; nothing is said yet."""
    draft = read(read_bytes(file, MAX_BYTES), str(file))
    if not draft.is_sound:
        return Filled(draft)
    inputs = gather(draft.inputs, given, input_file, variables)
    filling = fill(draft, {value.name: value.value for value in inputs})
    return Filled(draft, inputs, filling.runbook, filling.diagnostics)


def make(filled: Filled, environment: Found, assumed: tuple[str, ...] = ()) -> Plan:
    """Plan a runbook; whatever is wrong ends the command with its findings."""
    draft, inputs, runbook, found = filled
    _stop_at_errors((*draft.diagnostics, *found), draft.document)
    assert runbook is not None, "what cannot be filled in has an error"
    templates, faults = templates_of(runbook, environment.config, environment.here)
    _stop_at_errors(schema.diagnostics(draft.document, faults), draft.document)
    assumptions = _assumptions(runbook, assumed) if assumed else {}
    plan = build(
        runbook,
        draft.document.data or {},
        inputs=inputs,
        keys=tuple(spec.name for spec in draft.inputs if spec.key),
        account=environment.here.account if environment.here else None,
        templates=templates,
        assumed=assumptions,
    )
    for step in assumptions:
        if not any(node.step == step and any(b.answers for b in node.branches) for node in plan.tree.nodes):
            raise Refusal(f"no answer to {step} fits what --assume says of it", "assume less")
    return plan


def _assumptions(runbook: Runbook, assumed: tuple[str, ...]) -> "Assumptions":
    # Only who assumes something pays for what reads it.
    from engine.planner.assume import read_assumptions  # noqa: PLC0415

    assumptions, problems = read_assumptions(runbook, assumed)
    if problems:
        raise Refusal("\n       ".join(problems), "write --assume STEP.FIELD=VALUE, such as remind.failed=50")
    return assumptions


def _stop_at_errors(found: Sequence[Diagnostic], document: Document) -> None:
    """Show findings beside the result; errors end the command."""
    if found:
        emit(findings.render(found, lambda _, line: document.lines.line(line)) + "\n", err=True)
    if any(one.is_error for one in found):
        errors = sum(one.is_error for one in found)
        raise Refusal(
            f"{document.file} cannot be planned: {errors} error{'' if errors == 1 else 's'}, see above",
            "mend the runbook, or the inputs that these errors come from",
            Exit.INVALID,
        )
