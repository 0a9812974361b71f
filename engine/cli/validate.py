"""``runbook validate``: every finding in every runbook, at its line and column."""

from pathlib import Path

import click

from engine.cli.files import read_bytes, runbooks_in
from engine.cli.refusal import INVALID, Refusal
from engine.cli.screen import emit, emit_json, paint
from engine.diagnostics import Diagnostic
from engine.report import findings
from engine.runbook.characters import MAX_BYTES
from engine.runbook.document import Document
from engine.runbook.draft import read


@click.command("validate")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(paths: tuple[Path, ...], form: str) -> int:
    """Check runbooks: files, or folders with all *.yaml below them.

    Without PATH the folders that .runbook/config.yaml names are checked. Exits with 0 if nothing
    but warnings was found, with 10 if a runbook has an error.
    """
    files = list(_files(paths))
    documents: dict[str, Document] = {}
    found: list[Diagnostic] = []
    for file in files:
        draft = read(read_bytes(file, MAX_BYTES), str(file))
        found += draft.diagnostics
        if draft.diagnostics:
            documents[str(file)] = draft.document
    if form == "json":
        emit_json({"findings": [one.to_json() for one in found], "files": [str(file) for file in files]})
    else:
        if found:
            emit(findings.render(found, lambda file, line: documents[file].lines.line(line), paint()))
        emit(findings.summary(found, len(files)), err=True)
    return INVALID if any(one.is_error for one in found) else 0


def _files(paths: tuple[Path, ...]) -> dict[Path, None]:
    """List each file once, in the order given."""
    files: dict[Path, None] = {}
    for path in paths or _configured():
        if not path.is_dir():
            files[path] = None
            continue
        below = dict.fromkeys(runbooks_in(path))
        if not below:
            raise Refusal(f"there is no *.yaml below {path}", "name a folder that holds runbooks")
        files |= below
    return files


def _configured() -> list[Path]:
    """Give the folders that the repository's configuration names."""
    # Only a call without paths needs it.
    from engine.cli.environment import find_environment  # noqa: PLC0415

    found = find_environment()
    if found.root is None:
        raise Refusal("which runbooks?", "name a file or a folder: runbook validate runbooks/")
    return [found.root / folder for folder in found.config.runbooks]
