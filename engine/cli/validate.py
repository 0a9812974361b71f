"""``runbook validate``: every finding in every runbook, at its line and column."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.api.files import read_bytes, working_directory
from engine.cli.completing import runbook_files
from engine.cli.files import CONFIG, PATH, named, upward
from engine.cli.screen import complain, emit, emit_json, paint
from engine.cli.walk import runbooks_of
from engine.diagnostics import Diagnostic, in_order
from engine.refusal import Exit, Refusal
from engine.report import findings
from engine.runbook import schema
from engine.runbook.characters import MAX_BYTES
from engine.runbook.document import Document
from engine.runbook.draft import Draft, read

if TYPE_CHECKING:
    from engine.cli.environment import Found
    from engine.config import Config


@click.command("validate")
@click.argument(
    "paths", nargs=-1, type=PATH, callback=named, shell_complete=runbook_files, metavar="[PATH]..."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(paths: tuple[Path, ...], form: str) -> int:
    """Check runbooks: files, or folders with all *.yaml below them.

    Without PATH the folders that .runbook/config.yaml names are checked. Exits with 0 if nothing
    but warnings was found, with 10 if a runbook has an error, with 64 if a path cannot be read.
    """
    wrong: list[Refusal] = []
    here = _environment(wrong, is_text=form == "text")
    files, closed = runbooks_of(paths or _existing(_folders(here, wrong), wrong))
    checked, documents, found = _check(files, closed, here.config if here else None)
    if form == "json":
        emit_json({"findings": [one.to_json() for one in found], "files": [*checked]})
    elif checked:
        if found:
            emit(findings.render(found, lambda file, line: documents[file].lines.line(line), paint()))
        emit(findings.summary(found, len(checked)), err=True)
    wrong += closed
    for refusal in wrong:
        complain(refusal.message, refusal.cure)
    invalid = Exit.INVALID if any(one.is_error for one in found) else 0
    return max(invalid, *(refusal.code for refusal in wrong), 0)


def _check(
    files: list[Path], closed: list[Refusal], config: "Config | None"
) -> tuple[list[str], dict[str, Document], list[Diagnostic]]:
    """Read the files: those that could be, the documents of findings, and the findings."""
    checked: list[str] = []
    documents: dict[str, Document] = {}
    found: list[Diagnostic] = []
    for file in files:
        try:
            draft = read(read_bytes(file, MAX_BYTES), str(file))
        except Refusal as refusal:
            closed.append(refusal)
            continue
        checked.append(str(file))
        if here := in_order((*draft.diagnostics, *_misnamed(draft, config))):
            found += here
            documents[str(file)] = draft.document
    return checked, documents, found


def _misnamed(draft: Draft, config: "Config | None") -> list[Diagnostic]:
    """Find what is wrong with templates that the catalog names, or nearly."""
    if config is None or not config.catalog or not draft.is_sound:
        return []
    from engine.config.catalog import misnamed  # noqa: PLC0415  (only who has a catalog pays for it)

    return schema.diagnostics(draft.document, misnamed(draft.document.data or {}, config))


def _environment(wrong: list[Refusal], *, is_text: bool) -> "Found | None":
    """Say first where this is, if anything says it; None where nothing can be told."""
    try:
        if upward(CONFIG) is None and not os.environ.get("TIMEPAY_BASE_URL"):
            return None
        # Only where there is an environment it is paid for.
        from engine.cli.environment import find_environment  # noqa: PLC0415
        from engine.config import headline  # noqa: PLC0415

        found = find_environment()
    except Refusal as refusal:
        wrong.append(refusal)
        return None
    if is_text:
        emit(headline(found.here), err=True)
    return found


def _folders(found: "Found | None", wrong: list[Refusal]) -> list[Path] | None:
    """Give the folders that are configured; None where nothing is."""
    if found is None or found.root is None:
        return [] if wrong else None
    here = working_directory()
    return [Path(os.path.relpath(found.root / folder, here)) for folder in found.config.runbooks]


def _existing(configured: list[Path] | None, wrong: list[Refusal]) -> list[Path]:
    """Give the configured folders that are there; say which are not."""
    if configured is None:
        raise Refusal("which runbooks?", "name a file or a folder: runbook validate runbooks/")
    there = [folder for folder in configured if os.path.lexists(folder)]
    cure = "name a file or a folder, or set paths: in .runbook/config.yaml"
    for folder in configured:
        if folder not in there:
            where = "" if folder.parts[:1] == ("..",) else " here"
            wrong.append(Refusal(f"there is no folder {folder}/{where}", cure))
    return there
