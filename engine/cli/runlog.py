"""Where the run log of a command is, and opening it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from engine.cli.environment import Found, find_environment
from engine.cli.files import PATH, named, working_directory
from engine.cli.identity import actor, owner
from engine.cli.screen import emit
from engine.config import Environment
from engine.record.entry import RunEntry
from engine.refusal import Exit, Refusal
from engine.runlog.port import RunLog
from engine.runlog.sqlite import look_at, open_log

NAME = "runlog.db"

LOG = click.option(
    "--log", "log_option", type=PATH, callback=named, help="The run log's file.  [env: RUNBOOK_LOG]"
)
ENV = click.option(
    "--env", "environment_name", help="Environment of .runbook/config.yaml.  [env: RUNBOOK_ENV]"
)
REASON = click.option("--reason", required=True, help="Why; it stands in the log.")
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


def log_path(found: Found, option: Path | None) -> Path:
    """Choose the log: ``--log``, then ``RUNBOOK_LOG``, then the environment's, then the repository's."""
    if option is not None:
        return option
    if told := os.environ.get("RUNBOOK_LOG"):
        return Path(told)
    if found.here is not None and found.here.log and found.root is not None:
        return found.root / ".runbook" / found.here.log
    here = working_directory()
    for folder in (here, *here.parents):
        if (folder / ".runbook").is_dir() or (folder / ".git").exists():
            return folder / ".runbook" / NAME
    return here / ".runbook" / NAME


@contextmanager
def looking(environment_name: str | None, option: Path | None) -> Iterator[RunLog | None]:
    """Open the log to look at it; None where there is none. Nothing is written."""
    log = look_at(log_path(find_environment(environment_name), option))
    try:
        yield log
    finally:
        if log is not None:
            log.close()


@contextmanager
def looking_at_one(
    environment_name: str | None, option: Path | None, run: str
) -> Iterator[tuple[RunLog, RunEntry]]:
    """Open the log to look at one run."""
    with looking(environment_name, option) as log:
        if log is None:
            raise no_run(run, log_path(find_environment(environment_name), option))
        yield log, log.find(run)


@contextmanager
def writing_to(
    environment_name: str | None, option: Path | None, run: str
) -> Iterator[tuple[RunLog, RunEntry]]:
    """Open the log to write a person's word on one run."""
    path = log_path(find_environment(environment_name), option)
    if not path.exists():
        raise no_run(run, path)
    log = open_log(path, actor=actor(), owner=owner(), create=False)
    try:
        yield log, log.find(run)
    finally:
        log.close()


def no_run(run: str, path: Path) -> Refusal:
    """Say that there is no such run, for there is no log."""
    return Refusal(
        f"there is no run {run}: there is no run log {path}",
        "choose the environment with --env, or the log with --log",
    )


def open_to_run(here: Environment, path: Path) -> RunLog:
    """Open the log that a run is written to. A live one is never created on the quiet (14)."""
    if here.is_live and not path.exists():
        raise Refusal(
            f"there is no run log {path}, and without the past nobody knows what was sent already",
            f"check --log; if this is the first run ever: runbook log init --log {path}",
            Exit.LEASE_OR_LOG,
        )
    return open_log(path, actor=actor(), owner=owner(), create=not here.is_live)


def refuse_lost(here: Environment, path: Path) -> None:
    """Refuse to send live from a CI job whose log dies with it (11)."""
    is_job = os.environ.get("CI", "").lower() not in ("", "0", "false", "no")
    if here.is_live and is_job and _is_lost_with_the_job(path):
        raise Refusal(
            f"the run log {path} lies on this job's own disk, and is lost when the job ends",
            "put it on a volume that outlives the job, and name it with --log or RUNBOOK_LOG",
            Exit.GUARDED,
        )


def _is_lost_with_the_job(path: Path) -> bool:
    """Say whether a file lies on the disk of the checkout or of the system: another volume may outlive it."""
    folder = path.absolute().parent
    own = {Path(place).stat().st_dev for place in ("/", working_directory(), "/tmp") if Path(place).is_dir()}  # noqa: S108
    return folder.stat().st_dev in own


def say_next(lines: str) -> None:
    """Say what to do next, on stderr."""
    emit(lines, err=True)
