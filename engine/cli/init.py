"""``runbook init``: a repository that validates, tests and plans as it stands."""

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

import click

from engine.api.files import refused, working_directory
from engine.cli.chosen import NAME as LOG_NAME
from engine.cli.chosen import choose_to_look
from engine.cli.completing import started_runs
from engine.cli.files import CONFIG, PATH, named
from engine.cli.runlog import ENV, LOG
from engine.cli.save import save
from engine.cli.screen import emit, width
from engine.durable import closed
from engine.refusal import Refusal
from engine.shipped import shipped

RUNBOOK = "runbooks/emi-reminder.yaml"
SCENARIOS = "runbooks/emi-reminder.test.yaml"
_SCHEMAS = (
    ("runbook.v1.schema.json", "a runbook"),
    ("scenario.v1.schema.json", "scenarios"),
    ("config.v1.schema.json", "config.yaml"),
)
FILES = {
    str(CONFIG): ("starter/config.yaml", "where runbooks may be run, and names for templates"),
    RUNBOOK: ("starter/emi-reminder.yaml", "a reminder by WhatsApp, then by SMS"),
    SCENARIOS: ("starter/emi-reminder.test.yaml", "scenarios: what that runbook must do"),
    **{
        f"schemas/{name}": (f"schemas/{name}", f"for editors: what {what} may say") for name, what in _SCHEMAS
    },
    "policies/README.md": ("starter/policies.md", "a placeholder, for a later version"),
    "README.md": ("starter/README.md", "for the team: how a change goes, what to do in doubt"),
    ".gitignore": ("starter/gitignore", "keeps secrets and customers out of git"),
    ".runbook/.gitignore": ("starter/runbook.gitignore", f"keeps the run log ({LOG_NAME}) out of git"),
}
"""Each file of a new repository: its name in the package, and what it is for."""


@click.command("init")
@click.argument("folder", type=PATH, callback=named, required=False)
@click.option(
    "--correction",
    "run",
    metavar="RUN",
    shell_complete=started_runs,
    help="Write a runbook for those whom RUN reached, or may have reached.",
)
@click.option("--out", type=PATH, callback=named, help="With --correction: the file to write.")
@click.option("--known-only", is_flag=True, help="With --correction: leave out whom the log does not know.")
@ENV
@LOG
def command(
    *,
    folder: Path | None,
    run: str | None,
    out: Path | None,
    known_only: bool,
    environment_name: str | None,
    log_option: Path | None,
) -> int:
    """Make a repository of runbooks in FOLDER, which is this one unless you name another.

    What is there already is left as it is; what is missing is added. With --correction, make one runbook:
    it goes to exactly those whom a run reached or may have reached, and its texts are yours to fill in.
    """
    if run is not None:
        if folder is not None:
            raise Refusal("--correction makes a file, not a folder", "name the file with --out")
        # Only who corrects something reads the run log.
        from engine.cli.correction import write_correction  # noqa: PLC0415

        write_correction(choose_to_look(environment_name, log_option), run, out, known_only=known_only)
        return 0
    if known_only or any((out, environment_name, log_option)):
        raise Refusal("--out, --known-only, --env and --log go with --correction", "leave them out")
    _make_all(folder or Path())
    return 0


def _make_all(folder: Path) -> None:
    _refuse_inside_another(folder)
    there = [name for name in FILES if _is_there(folder, name)]
    written = [name for name in FILES if name not in there]
    for name in written:
        _make(folder, name)
    _tell(folder, written, there)


def _refuse_inside_another(folder: Path) -> None:
    """Refuse a folder that belongs to a repository of runbooks: whoever stands in it means that one."""
    here = Path(os.path.realpath(folder))
    for each in (here, *here.parents):
        is_one = (each / CONFIG).exists()
        if is_one and each != here:
            raise Refusal(
                f"{each} is a repository of runbooks already, and {here} lies in it",
                f"add what is missing: runbook init {shlex.quote(str(each))}; or name a folder elsewhere",
            )
        if is_one or (each / ".git").exists():
            return


def _is_there(folder: Path, name: str) -> bool:
    """Say whether a file is there; ``Refusal`` where it is not and cannot be written."""
    path = folder / name
    if os.path.lexists(path):
        return True
    above = next(each for each in path.parents if os.path.lexists(each))
    try:
        if not stat.S_ISDIR(above.stat().st_mode):
            raise Refusal(f"{above} is a file, and {name} needs a folder there", "name another folder")
        if not os.access(above, os.W_OK | os.X_OK):
            raise refused(closed(above), above, "written")
    except OSError as error:
        raise refused(error, above) from None
    return False


def _make(folder: Path, name: str) -> None:
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(error, path.parent, "made") from None
    save(path, source(name).read_text("utf-8"), sparing=())


def source(name: str) -> Path:
    """Give the path in the package of what a file of a new repository begins with."""
    kind, _, file = FILES[name][0].partition("/")
    return shipped(kind, file)


def _tell(folder: Path, written: list[str], there: list[str]) -> None:
    where = Path(os.path.realpath(folder))
    if not written:
        emit(f"Everything is there already in {where}; nothing was written.")
    else:
        emit(f"Made in {where}:")
        emit("".join(f"{_line(name)}\n" for name in written), end="")
    if there and written:
        emit("Left as they were:\n" + "".join(f"  {name}{_lacks(folder, name)}\n" for name in there), end="")
    emit("\nNext:\n" + "".join(f"    {line}\n" for line in _next(folder, where)), end="")
    emit("\nThen write your own where FILL_IN stands: `runbook doctor` lists it.")


def _line(name: str) -> str:
    line = f"  {name:<{max(map(len, FILES))}}  {FILES[name][1]}"
    return line if len(line) <= width() else f"  {name}\n      {FILES[name][1]}"


def _lacks(folder: Path, name: str) -> str:
    """Say what somebody else's file lacks for the rest to do what it should."""
    if name == str(CONFIG):
        return f"  (the templates of {RUNBOOK} may not be in its catalog)"
    if name != ".gitignore":
        return ""
    try:
        known = (folder / name).read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    wanted = source(name).read_text("utf-8").splitlines()
    missing = [line for line in wanted if line and not line.startswith("#") and line not in known]
    return f"  (it lacks: {' '.join(missing)})" if missing else ""


def _next(folder: Path, where: Path) -> Iterator[str]:
    if where != working_directory():
        yield f"cd {shlex.quote(str(folder))}"
    if not any((each / ".git").exists() for each in (where, *where.parents)):
        yield "git init"
    for variable in ("TIMEPAY_BASE_URL", "TIMEPAY_ORG_ID"):
        if os.environ.get(variable):
            yield f"unset {variable}"
    yield "runbook validate"
    yield "runbook test"
    yield f"runbook try {RUNBOOK}"
    yield f"runbook plan {RUNBOOK}"
