"""``runbook validate``: every finding in every runbook, at its line and column."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.api.checking import Checked, check
from engine.api.files import typed
from engine.cli import configured
from engine.cli.checked import FORMATS, show
from engine.cli.completing import runbook_files
from engine.cli.files import PATH, STDIN, named, standard_input
from engine.cli.screen import complain, say
from engine.cli.walk import is_config, is_scenario, runbook_file, runbooks_of
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

    Without PATH the folders that .runbook/config.yaml names are checked; that file itself can be named
    too. Scenario files are left to `runbook test`. Exits with 0 if nothing but warnings was found, with
    10 if a file has an error, with 64 if a path or a git revision cannot be read. Any --format is the
    same on a terminal and in a pipeline.
    """
    wrong: list[Refusal] = []
    texts = _texts(paths, name)
    before = _revision(against)
    configs = [path for path in paths if is_config(path)]
    # A configuration that is checked itself is not looked at a second time.
    is_all = bool(configs) and len(configs) == len(paths)
    found = None if is_all else configured.look(wrong, aloud=form == "text", checked=configs)
    is_alone = bool(wrong)
    others = (STDIN, *configs, *_scenarios(paths))
    given = [path for path in paths if path not in others]
    files, closed = runbooks_of(given if paths else configured.folders(found, wrong))
    checked = check([*texts, *files], found.config if found else None, texts=texts, against=before)
    if configs:
        checked = _with_configs(configs, checked)
    wrong += [*closed, *checked.closed]
    show(checked, form, wrong, against, what="file" if configs else "runbook", is_alone=is_alone)
    for refusal in wrong:
        complain(refusal.message, refusal.cure)
    is_bad = any(one.is_error or fails_from == "warning" for one in checked.findings)
    invalid = Exit.INVALID if is_bad and fails_from != "never" else 0
    return max(invalid, *(refusal.code for refusal in wrong), 0)


def _scenarios(paths: tuple[Path, ...]) -> list[Path]:
    """Give the scenario files that a shell's * named beside others, and say who checks them."""
    found = [each for each in paths if is_scenario(each) and os.path.isfile(each)]  # noqa: PTH113  (never raises)
    if len(found) == len(paths):
        return []  # nothing would be left to check: what they are is refused
    if len(found) == 1:
        say(f"{found[0]} is a scenario file: `runbook test {typed(found[0])}` checks it")
    elif found:
        say(f"{len(found)} scenario files are left out: `runbook test` checks them")
    return found


def _with_configs(files: list[Path], checked: Checked) -> Checked:
    from engine.api.config import with_configs  # noqa: PLC0415  (only who names one pays for its schema)

    return with_configs(files, checked)


def _texts(paths: tuple[Path, ...], name: Path | None) -> dict[Path, bytes]:
    """Read the text on standard input, where it is named."""
    if STDIN in paths:
        return {runbook_file(name or Path("<stdin>")): standard_input(MAX_BYTES)}
    if name is not None:
        cure = f"runbook validate - --stdin-name {name} < FILE"
        raise Refusal("--stdin-name is for the text on standard input, which is not named", cure)
    return {}


def _revision(against: str | None) -> "Revision | None":
    if against is None:
        return None
    from engine.api.revisions import Revision  # noqa: PLC0415  (only who compares pays for it)

    return Revision(against, os.environ)
