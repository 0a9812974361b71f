"""``runbook verify``: whether the log, a run, or what was handed on of one is as it was written."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from engine.api.files import refused
from engine.api.verifying import Told, verify
from engine.audit.check import Report
from engine.audit.export import Unreadable, verify_path
from engine.audit.told import told
from engine.cli.chosen import choose_to_look
from engine.cli.completing import started_runs
from engine.cli.runlog import ENV, FORMAT, LOG, looking, no_run
from engine.cli.screen import emit, emit_json, is_watched
from engine.refusal import Exit, Refusal

_MANY = 20_000
"""Events that are read before anybody wonders what takes so long."""

_HASH_LENGTH = 64


def _a_hash(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Take the hash of a seal as ``runbook run`` prints it."""
    if value is None:
        return None
    digits = value.strip().lower().removeprefix("seal").strip().removeprefix("sha256:")
    if len(digits) != _HASH_LENGTH or not set(digits) <= set("0123456789abcdef"):
        raise Refusal(
            f"--seal takes the whole hash of a seal, and {value!r} is none",
            "copy it from the end of a run: seal sha256:… (64 digits)",
        )
    return digits


@click.command("verify")
@click.argument("what", metavar="[RUN|FILE]", required=False, shell_complete=started_runs)
@click.option("--seal", callback=_a_hash, help="The hash of a seal that you kept: it must be there.")
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
    if what is not None and os.path.lexists(what):
        report = _of_file(Path(what), seal)
    else:
        chosen = choose_to_look(environment_name, log_option)
        with looking(chosen) as log, _progress() as tell:
            if log is None:
                raise no_run(what or "last", chosen.log)
            run = None if what is None else log.find(what).run
            report = verify(log, run, seal=seal, told=tell)
    return _show(report, form, is_sealed=seal is not None)


def _of_file(path: Path, seal: str | None) -> Report:
    try:
        return verify_path(path, seal)
    except Unreadable as error:
        cure = "name what `runbook export` or `runbook evidence` made; without a name the run log is checked"
        raise Refusal(f"{path}: {error}", cure) from None
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


def _show(report: Report, form: str, *, is_sealed: bool) -> int:
    if form == "json":
        emit_json(report.to_json())
    else:
        emit(told(report))
        if report.faults:
            emit(
                "Keep it as it is and send nothing by it until somebody has looked: compare it with a copy, "
                "and ask who could write to it.",
                err=True,
            )
        elif not is_sealed:
            emit(
                "Whether something was cut off at its end, only a seal shows that somebody kept elsewhere: "
                "runbook verify --seal HASH",
                err=True,
            )
    return Exit.UNPROVEN if report.faults else 0
