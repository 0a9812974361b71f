"""``runbook validate``: every finding in every runbook, at its line and column."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.api.checking import check
from engine.cli import configured
from engine.cli.checked import FORMATS, show
from engine.cli.completing import runbook_files
from engine.cli.files import PATH, named, standard_input
from engine.cli.screen import complain
from engine.cli.walk import not_scenario, runbooks_of
from engine.refusal import Exit, Refusal
from engine.runbook.characters import MAX_BYTES

if TYPE_CHECKING:
    from engine.api.revisions import Revision


@click.command("validate")
@click.argument(
    "paths", nargs=-1, type=PATH, callback=named, shell_complete=runbook_files, metavar="[PATH]..."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="github: lines that GitHub Actions shows in the pull request.",
)
@click.option(
    "--fail-severity",
    "fails_from",
    type=click.Choice(["error", "warning", "never"]),
    default="error",
    show_default=True,
    help="Exit with 10 from this severity on.",
)
@click.option(
    "--against", metavar="REV", help="Leave out warnings that stood there; find what changes break."
)
@click.option(
    "--stdin-name", "name", type=PATH, callback=named, metavar="PATH", help="What the text of - is called."
)
def command(
    paths: tuple[Path, ...], form: str, fails_from: str, against: str | None, name: Path | None
) -> int:
    """Check runbooks: files, or folders with all *.yaml below them; - is the text on standard input.

    Without PATH the folders that .runbook/config.yaml names are checked. Exits with 0 if nothing
    but warnings was found, with 10 if a runbook has an error, with 64 if a path or a revision
    cannot be read. Any --format is the same on a terminal and in a pipeline.
    """
    wrong: list[Refusal] = []
    texts = _texts(paths, name)
    before = _revision(against)
    found = configured.look(wrong, aloud=form == "text")
    given = [path for path in paths if path != _STDIN] if paths else configured.folders(found, wrong)
    files, closed = runbooks_of(given)
    checked = check([*texts, *files], found.config if found else None, texts=texts, against=before)
    wrong += [*closed, *checked.closed]
    show(checked, form, wrong, against)
    for refusal in wrong:
        complain(refusal.message, refusal.cure)
    is_bad = any(one.is_error or fails_from == "warning" for one in checked.findings)
    invalid = Exit.INVALID if is_bad and fails_from != "never" else 0
    return max(invalid, *(refusal.code for refusal in wrong), 0)


_STDIN = Path("-")


def _texts(paths: tuple[Path, ...], name: Path | None) -> dict[Path, bytes]:
    """Read the text on standard input, where it is named."""
    if _STDIN in paths:
        return {not_scenario(name or Path("<stdin>")): standard_input(MAX_BYTES)}
    if name is not None:
        cure = f"runbook validate - --stdin-name {name} < FILE"
        raise Refusal("--stdin-name is for the text on standard input, which is not named", cure)
    return {}


def _revision(against: str | None) -> "Revision | None":
    if against is None:
        return None
    from engine.api.revisions import Revision  # noqa: PLC0415  (only who compares pays for it)

    return Revision(against, os.environ)
