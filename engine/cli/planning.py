"""From a runbook's file to its plan, as commands go; whatever is wrong ends them with its findings."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.api.files import read_bytes
from engine.api.invalid import Invalid
from engine.api.planning import Filled, filled, making, planned
from engine.cli.environment import Found
from engine.cli.inputs import gather
from engine.cli.screen import emit
from engine.cli.walk import runbook_file
from engine.clock import now
from engine.diagnostics import Diagnostic
from engine.planner.model import Making, Plan
from engine.refusal import Exit, Refusal
from engine.report import findings
from engine.runbook.characters import MAX_BYTES
from engine.runbook.document import Document
from engine.runbook.draft import read


def fill_in(
    file: Path, given: tuple[str, ...], input_file: Path | None, variables: Mapping[str, str]
) -> Filled:
    """Read a runbook and fill its inputs in; nothing is said yet."""
    draft = read(read_bytes(runbook_file(file), MAX_BYTES), str(file))
    if not draft.is_sound:
        return Filled(draft)
    return filled(draft, gather(draft.inputs, given, input_file, variables))


def make(filled: Filled, environment: Found, assumed: tuple[str, ...] = ()) -> Plan:
    """Plan a runbook; whatever is wrong ends the command with its findings."""
    document = filled.draft.document
    try:
        plan = planned(filled, environment.here, environment.config, assumed)
    except Invalid as invalid:
        _show(invalid.findings, document)
        errors = sum(one.is_error for one in invalid.findings)
        raise Refusal(
            f"{document.file} cannot be planned: {errors} error{'' if errors == 1 else 's'}, see above",
            "mend the runbook, or the inputs that these errors come from",
            Exit.INVALID,
        ) from None
    _show(plan.findings, document)
    return plan


def made_from(filled: Filled, environment: Found, variables: Mapping[str, str]) -> Making:
    """Say where a plan that is made now comes from; a job without a repository still names its commit."""
    commit = variables.get("GITHUB_SHA") or variables.get("CI_COMMIT_SHA")
    return making(now(), filled.draft.document, environment.here, commit)


def _show(found: Sequence[Diagnostic], document: Document) -> None:
    """Show findings beside the result."""
    if found:
        emit(findings.render(found, lambda _, line: document.lines.shown(line)) + "\n", err=True)
