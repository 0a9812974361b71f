"""``runbook verify``: whether the log, a run, or what was handed on of one is as it was written."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from engine.api.files import refused
from engine.api.verifying import Told, verify
from engine.audit.check import ABSENT, Report, seal_hash
from engine.audit.export import Unreadable, verify_path
from engine.audit.told import is_twice_alone, told
from engine.cli.chosen import choose_to_look
from engine.cli.completing import runs_and_files
from engine.cli.handed_on import is_file
from engine.cli.runlog import ENV, FORMAT, LOG, looking, no_run
from engine.cli.save import is_database
from engine.cli.screen import emit, emit_json, is_watched
from engine.refusal import Exit, Refusal

_MANY = 20_000
"""Events that are read before anybody wonders what takes so long."""


def _a_seal(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Take a seal as ``runbook run`` prints it."""
    if value is not None and seal_hash(value) is None:
        raise Refusal(
            f"--seal takes a whole seal, and {value!r} is none",
            "copy it from the end of what a run printed: seal: sha256:… (64 digits)",
        )
    return seal_hash(value) if value else None


@click.command("verify")
@click.argument("what", metavar="[RUN|FILE]", required=False, shell_complete=runs_and_files)
@click.option("--seal", callback=_a_seal, help="A seal that you kept, as a run printed it: it must be there.")
@ENV
@LOG
@FORMAT
def command(
    *, what: str | None, seal: str | None, environment_name: str | None, log_option: Path | None, form: str
) -> int:
    """Check that the run log is as it was written: all of it, one RUN, or a FILE that was handed on.

    FILE is what `runbook export` or `runbook evidence` made, or the folder it was unpacked in; it needs no
    run log. Ends with 17 where something is wrong, and names where it shows first.
    """
    if what is not None and is_file(what, environment_name, log_option):
        report = _of_file(Path(what), seal)
    else:
        chosen = choose_to_look(environment_name, log_option)
        with looking(chosen) as log, _progress() as tell:
            if log is None:
                raise no_run(what or "last", chosen.log)
            run = None if what is None else log.find(what).run
            report = verify(log, run, seal=seal, told=tell)
    return _show(report, form)


def _of_file(path: Path, seal: str | None) -> Report:
    try:
        return verify_path(path, seal)
    except Unreadable as error:
        if path.is_file() and is_database(path):
            by = f"`runbook verify --log {shlex.quote(str(path))}` checks it"
            raise Refusal(f"{path} is a run log, and no part of one", by) from None
        cure = "name what `runbook export` or `runbook evidence` made; without a name the run log is checked"
        raise Refusal(f"{path}: {error}", cure) from None
    except FileNotFoundError:
        raise Refusal(
            f"there is no file {path}", "check the path; a RUN is named by its id, or `last`"
        ) from None
    except OSError as error:
        raise refused(error, path) from None


@contextmanager
def _progress() -> Iterator[Told]:
    """Count events on a terminal, where there are many; the line is gone in the end."""
    if not is_watched():
        yield lambda _: None
        return
    shown = 0

    def tell(events: int) -> None:
        nonlocal shown
        if events - shown >= _MANY:
            shown = events
            click.echo(f"\r\x1b[K{events:,} events are checked …", err=True, nl=False)

    try:
        yield tell
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def _show(report: Report, form: str) -> int:
    if form == "json":
        emit_json(report.to_json())
    else:
        emit(told(report))
        if advice := _advice(report):
            emit(advice, err=True)
    return 0 if report.is_sound else Exit.UNPROVEN


def _advice(report: Report) -> str | None:
    """Say what to do next; None where nothing is left to do."""
    if report.is_sound:
        return None
    if not report.faults:
        return (
            "Check it with the version that wrote it, or a later one: `runbook --version` says which this is."
        )
    if [fault.rule for fault in report.faults] == [ABSENT]:
        return "Hold the seal against the log that the file is of: runbook verify --seal SEAL"
    if is_twice_alone(report):
        return "Look at the send (runbook show RUN), and tell whoever answers for these customers."
    return (
        "Keep it as it is and send nothing by it until somebody has looked: compare it with a copy, "
        "and ask who could write to it."
    )
