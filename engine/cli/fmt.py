"""``runbook fmt``: files laid out alike; comments stay where they are, and what a file says is kept."""

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from engine.api.files import read_bytes, refused
from engine.cli import configured
from engine.cli.completing import runbook_files
from engine.cli.difference import difference
from engine.cli.files import CONFIG, PATH, STDIN, named, standard_input, upward
from engine.cli.save import save
from engine.cli.screen import complain, emit
from engine.cli.walk import yaml_files_of
from engine.config import shape as config
from engine.durable import closed
from engine.refusal import Exit, Refusal
from engine.report import findings
from engine.report.paint import printable
from engine.runbook import shape as runbook
from engine.runbook.characters import MAX_BYTES
from engine.runbook.document import Document
from engine.runbook.rewrite import UnfaithfulError, rewrite
from engine.runbook.source import read
from engine.scenario import shape as scenario

_SORTS = {name.partition("/")[0] for name in (*runbook.FORMATS, *scenario.FORMATS, *config.FORMATS)}
_FORMAT_LINE = re.compile(
    rf"""^["']?format["']?[ \t]*:[ \t]*["']?(?:{"|".join(sorted(_SORTS))})/""", re.MULTILINE
)


@click.command("fmt")
@click.argument(
    "paths", nargs=-1, type=PATH, callback=named, shell_complete=runbook_files, metavar="[PATH]..."
)
@click.option("--check", "is_check", is_flag=True, help="Write nothing; list the files that would change.")
@click.option("--diff", "is_diff", is_flag=True, help="Write nothing; show what would change.")
def command(paths: tuple[Path, ...], is_check: bool, is_diff: bool) -> int:
    """Lay files out alike: indents, empty lines, quotes, the order of keys. Comments stay where they are.

    PATH: files, or folders with all *.yaml below them, scenario files too; - is the text on standard
    input, which is printed. Without PATH: the folders that .runbook/config.yaml names, and that file.
    What a file says is not changed. A file that is not YAML as `validate` reads it is left as it is, and so
    is one without a `format:` of ours.

    Exits with 0; with 10 if a file is left as it is, or if --check or --diff finds one to change.
    """
    if STDIN in paths:
        return _filter(paths, is_check=is_check, is_diff=is_diff)
    wrong: list[Refusal] = []
    is_dry = is_check or is_diff
    files, closed = yaml_files_of(paths or _ours(wrong))
    wrong += closed
    changed: list[Path] = []
    foreign: list[Path] = []
    kept: list[Refusal] = []
    for file in files:
        try:
            if _lay_out(file, is_diff=is_diff, is_dry=is_dry):
                changed.append(file)
        except Refusal as refusal:
            if isinstance(refusal, _ForeignError) and file not in paths:
                foreign.append(file)
            else:
                kept.append(refusal)
    wrong += kept
    for one in wrong:
        _complain(one)
    if read_here := len(files) - len(kept) - len(foreign):
        emit(_summary(changed, read_here, paths, is_dry=is_dry), err=True)
    if foreign:
        emit(_passed_over(foreign), err=True)
    return max(Exit.INVALID if changed and is_dry else 0, *(one.code for one in wrong), 0)


def _ours(wrong: list[Refusal]) -> list[Path]:
    """Give the folders that the configuration names, and the configuration."""
    folders = configured.folders(configured.look(wrong, aloud=False), wrong, "fmt")
    config = upward(CONFIG)
    return [*folders, *([] if config is None else [Path(os.path.relpath(config))])]


def _filter(paths: Sequence[Path], *, is_check: bool, is_diff: bool) -> int:
    """Lay out what stands on standard input; only that stands on stdout."""
    if len(paths) > 1:
        raise Refusal("- is the text on standard input, and stands alone", "runbook fmt - < FILE")
    raw = standard_input(MAX_BYTES)
    try:
        new = _laid_out(raw, "<stdin>")
    except Refusal as refusal:
        _complain(refusal)
        return refusal.code
    if is_diff:
        emit(difference(raw, new, "<stdin>"), end="")
    elif not is_check:
        click.echo(new.encode(), nl=False)
    return Exit.INVALID if (is_check or is_diff) and new.encode() != raw else 0


def _lay_out(file: Path, *, is_diff: bool, is_dry: bool) -> bool:
    """Lay a file out, or show what that would change; say whether it changes anything."""
    raw = read_bytes(file, MAX_BYTES)
    new = _laid_out(raw, printable(str(file)))
    if new.encode() == raw:
        return False
    if not is_dry:
        if not os.access(file, os.W_OK):  # it is replaced, which its folder would allow
            raise refused(closed(file), file, "written")
        save(file, new, sparing=())
    if is_diff:
        emit(difference(raw, new, str(file)), end="")
    else:
        emit(printable(str(file)))
    return True


class _NotStrictError(Refusal):
    """A file in which things stand that no layout mends."""

    def __init__(self, document: Document) -> None:
        cure = "mend what is found above, then run fmt again"
        super().__init__(f"{document.file} is left as it is", cure, Exit.INVALID)
        self.document = document


class _ForeignError(Refusal):
    """A file that is for other programs, which may want it as it is."""

    def __init__(self, file: str) -> None:
        cure = f"a runbook begins with `format: {runbook.FORMATS[-1]}`; other files are for other formatters"
        super().__init__(f"{file} is left as it is: it has no format of ours", cure, Exit.INVALID)


def _is_ours(document: Document) -> bool:
    """Say whether a file is of a format of ours, whichever version, however wrong the rest of it is."""
    if document.data is None:
        return _FORMAT_LINE.search(document.text) is not None
    return str(document.data.get("format")).partition("/")[0] in _SORTS


def _laid_out(raw: bytes, file: str) -> str:
    document = read(raw, file)
    if not _is_ours(document):
        raise _ForeignError(file)
    if document.data is None or any(one.is_error for one in document.diagnostics):
        raise _NotStrictError(document)
    try:
        return rewrite(document)
    except UnfaithfulError:
        message = f"{file} is left as it is: the new layout would not say the same, which is a bug in runbook"
        raise Refusal(message, "please report it with the file", Exit.FAILED) from None


def _complain(refusal: Refusal) -> None:
    if isinstance(refusal, _NotStrictError):
        lines = refusal.document.lines
        emit(findings.render(refusal.document.diagnostics, lambda _, line: lines.shown(line)), err=True)
    complain(refusal.message, refusal.cure)


def _passed_over(foreign: Sequence[Path]) -> str:
    """Say which files below a folder were left as they are, because they are none of ours."""
    more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
    return f"Passed over, without a format of ours: {printable(str(foreign[0]))}{more}."


def _summary(changed: Sequence[Path], files: int, paths: Sequence[Path], *, is_dry: bool) -> str:
    said = f"{files} file{'' if files == 1 else 's'}"
    if not changed:
        return f"{said}: nothing to lay out."
    if is_dry:
        return f"{len(changed)} of {said} to lay out: {shlex.join(['runbook', 'fmt', *map(str, paths)])}"
    return f"{len(changed)} of {said} laid out."
