"""Opening the run log of a command: to look, to write a person's word, to run."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from engine.api.files import SUFFIXES, working_directory
from engine.cli.chosen import Chosen
from engine.cli.completing import environments, started_runs
from engine.cli.files import CONFIG, PATH, named
from engine.cli.identity import actor, owner
from engine.cli.outliving import only_complaining
from engine.cli.screen import emit, warn
from engine.config import Environment, environment_of, headline
from engine.record.entry import RunEntry
from engine.record.wallclock import date_and_time
from engine.refusal import Exit, Refusal, reason_of
from engine.runlog.names import LAST, refuse_empty
from engine.runlog.phone import key_of, key_path
from engine.runlog.port import RunLog
from engine.runlog.sqlite import look_at, open_log

_PATIENCE_S = 40.0

LOG = click.option(
    "--log", "log_option", type=PATH, callback=named, help="The run log's file.  [env: RUNBOOK_LOG]"
)
ENV = click.option(
    "--env",
    "environment_name",
    shell_complete=environments,
    help="Environment of .runbook/config.yaml.  [env: RUNBOOK_ENV]",
)
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
FORMAT_OF_EVENTS = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl"]),
    default="text",
    show_default=True,
    help="jsonl: each event as a line of JSON.",
)
RUN = click.argument("run", shell_complete=started_runs)


def a_reason(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    """Take a reason that says something."""
    return reason_of("--reason", value)


REASON = click.option("--reason", required=True, callback=a_reason, help="Why; it stands in the log.")


@contextmanager
def letting_go(log: RunLog) -> Iterator[RunLog]:
    """Let go of a log behind the block; that this fails changes nothing of what was written."""
    try:
        yield log
    finally:
        with only_complaining("the run log could not be closed"):
            log.close()


@contextmanager
def looking(chosen: Chosen, patience_s: float = _PATIENCE_S) -> Iterator[RunLog | None]:
    """Open the log to look at it; None where there is none. Nothing is written."""
    with chosen.completing():
        log = look_at(chosen.log, patience_s=patience_s)
        if log is None:
            yield None
            return
        with letting_go(log):
            if log.copied_at:
                made = date_and_time(log.copied_at)
                warn(f"{chosen.log} is a copy of {made}; it knows nothing of what came after")
            if why := log.lost:
                warn(f"{why.message}; {chosen.completed(why.cure)}")
            yield log


def say_where(entry: RunEntry) -> None:
    """Say on a screen's first line where a run sends to."""
    emit(headline(environment_of(entry.account, entry.environment), entry.campaign))


def say_lost_key(log: RunLog) -> None:
    """Warn where rows are kept without their telephone numbers, for the key of those in the log is gone."""
    if log.path is not None and log.keeps_phones() and key_of(log.path, make=False) is None:
        warn(
            f"the key for telephone numbers, {key_path(log.path)}, is not there: the rows are kept without "
            "theirs; put it back from its backup: numbers in the log are found with that one alone"
        )


@contextmanager
def looking_at_one(chosen: Chosen, run: str) -> Iterator[tuple[RunLog, RunEntry]]:
    """Open the log to look at one run."""
    with looking(chosen) as log:
        if log is None:
            raise no_run(run, chosen.log)
        yield log, found(log, run)


@contextmanager
def writing_to(chosen: Chosen, run: str) -> Iterator[tuple[RunLog, RunEntry]]:
    """Open the log to write a person's word on one run."""
    if not chosen.log.exists():
        raise no_run(run, chosen.log)
    with chosen.completing():
        log = open_log(chosen.log, actor=actor(), owner=owner(), create=False)
        with letting_go(log):
            yield log, found(log, run)


def found(log: RunLog, run: str) -> RunEntry:
    """Find the run that is named; where a file stands in its place, the refusal shows the order."""
    try:
        return log.find(run)
    except Refusal as refusal:
        if context := click.get_current_context(silent=True):
            _show_order(context, run, refusal)
        raise


def _show_order(context: click.Context, run: str, refusal: Refusal) -> None:
    """Say where RUN stands, if the words of the line changed places, or a file stands in its place."""
    names = [each.name for each in context.command.params if isinstance(each, click.Argument)]
    behind = [str(context.params.get(str(name))) for name in names if name != "run"]
    if LAST in behind:
        refusal.cure = f"RUN comes first: `{context.command_path} {LAST} {shlex.quote(run)}`"
    elif os.path.lexists(run) or run.endswith(SUFFIXES):
        refusal.cure = f"{run} is a file; RUN is an id, or `last`: `{context.command_path} last`"


def nowhere(chosen: Chosen, run: str, what: str) -> Refusal:
    """Say that nothing names the API that a run belongs to; its log knows which that is."""
    # Only a refusal needs it.
    from engine.cli.showing import plan_of  # noqa: PLC0415
    from engine.planner.load import account_of  # noqa: PLC0415

    with looking_at_one(chosen, run) as (log, entry):
        there = account_of(plan_of(log.events(entry.run)[0].event))
    said = f"TIMEPAY_BASE_URL={shlex.quote(there.base_url)}"
    said += f" TIMEPAY_ORG_ID={shlex.quote(there.org)}" if there.org else ""
    return Refusal(
        f"nothing says where {what}: there is no {CONFIG} here or above, and TIMEPAY_BASE_URL is not set",
        f"run {entry.run} belongs to this: export {said}; or stand where a {CONFIG} names it, for --env",
    )


def no_run(run: str, path: Path) -> Refusal:
    """Say that there is no such run, for there is no log."""
    refuse_empty(run)
    return Refusal(
        f"there is no run log {path}: no run is known here",
        "choose another environment with --env, or another log with --log",
    )


def open_to_run(here: Environment, path: Path) -> RunLog:
    """Open the log that a run is written to. A live one is never created on the quiet (14)."""
    if here.is_live and not path.exists():
        raise Refusal(
            f"there is no run log {path}, and without the past nobody knows what was sent already",
            f"check --log; if this is the first run ever: runbook log init --log {shlex.quote(str(path))}",
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
