"""``runbook log``: the upkeep of the run log."""

import os
import shlex
from pathlib import Path

import click

from engine.cli.chosen import Chosen, choose, choose_to_look
from engine.cli.erase import erase
from engine.cli.files import PATH, named, named_to_write
from engine.cli.identity import actor, owner
from engine.cli.outliving import only_complaining
from engine.cli.runlog import ENV, LOG, a_reason
from engine.cli.screen import emit, paint
from engine.clock import Steady
from engine.record.need import WHY
from engine.record.outcome import counted
from engine.record.wallclock import date_and_time
from engine.refusal import Exit, Refusal
from engine.report.runs import sealed
from engine.runlog.sqlite import open_log


@click.group("log")
def command() -> None:
    """Keep the run log, the memory of everything that was sent."""


command.add_command(erase)


def _said_reason(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else a_reason(context, parameter, value)


@command.command("init")
@click.option(
    "--from", "copy", type=PATH, callback=named, help="Make it from a copy, where the log itself is lost."
)
@click.option("--reason", callback=_said_reason, help="With --from: why; it stands in the log.")
@ENV
@LOG
def init(
    *, copy: Path | None, reason: str | None, environment_name: str | None, log_option: Path | None
) -> int:
    """Make the run log: empty, or from a copy where it was lost.

    A live account needs one before its first run. An empty log knows no past: make it once, and keep it.
    What was sent before it is not in it.

    Where the log was lost, --from makes it again from what `runbook log copy` made. What was sent after
    the copy is not in it, so nothing is sent until somebody has looked and lifted the stop that it sets.
    """
    chosen = choose(environment_name, log_option)
    if copy is not None:
        _restore(chosen, copy, reason)
        return 0
    if os.path.lexists(chosen.log):
        raise Refusal(
            f"there is a run log already: {chosen.log}", "keep it; it knows what was sent", Exit.LEASE_OR_LOG
        )
    if reason is not None:
        raise Refusal("--reason goes with --from", "leave it out, or name the copy with --from")
    open_log(chosen.log, actor=actor(), owner=owner(), create=True).close()
    emit(f"Made the run log {chosen.log}. Keep it: it is what prevents sending twice.")
    return 0


@command.command("copy")
@click.argument("file", type=PATH, callback=named_to_write)
@ENV
@LOG
def copy(*, file: Path, environment_name: str | None, log_option: Path | None) -> int:
    """Copy the run log into a new FILE, as a backup.

    FILE is a whole log, as of one instant, whoever writes to the log meanwhile: `runbook runs --log FILE`
    looks at it. Nothing is written to it, so no run goes on from it; if the log itself is lost,
    `runbook log init --from FILE` makes it anew.
    """
    from engine.runlog.sqlite.copy import copy_log  # noqa: PLC0415  (only who copies pays for it)

    chosen = choose_to_look(environment_name, log_option)
    with chosen.completing():
        made = copy_log(chosen.log, file)
    with only_complaining("the copy is made, but that cannot be shown"):
        emit(
            f"Copied the run log {chosen.log} to {made.path}: {counted(made.runs, 'run')}, "
            f"as of {date_and_time(made.copied_at)}, {made.size_bytes:,} bytes, checked.\n"
            "It holds ids of customers: keep it where only those may read it who may read the log.\n"
            f"This looks at it:\n    runbook runs --log {shlex.quote(str(file))}"
        )
    return 0


def _restore(chosen: Chosen, copy: Path, reason: str | None) -> None:
    """Make the log from a copy, and say what a person has to look after before anything is sent."""
    from engine.runlog.sqlite.copy import restoring  # noqa: PLC0415  (only who lost a log pays for it)
    from engine.runner.restoring import hold_back  # noqa: PLC0415

    if reason is None:
        raise Refusal("--from needs a reason", f"add --reason {WHY}: it stands in the log")
    with restoring(copy, chosen.log, actor=actor(), owner=owner()) as (log, copied_at, lost):
        ended, seal = hold_back(log, Steady(), copied_at, reason)
    since = date_and_time(copied_at) if copied_at else "it was made"
    with only_complaining("the run log is made, but what to do next cannot be shown"):
        emit(f"Made the run log {chosen.log} from {copy}. What was sent after {since} is not in it.")
        if lost:
            emit(f"Nor is all of run {lost}, which sent last: look from its start on, if that is earlier.")
        if ended:
            emit("Cancelled, for they may have sent more since; plan anew what they left:")
            emit("\n".join(f"  {entry.run}" for entry in ended))
        emit(
            "Nothing is sent from this log until somebody has looked:\n"
            f"  1. In TimePay's dashboard, see what was sent after {since}, and to whom.\n"
            "  2. Plan no run that would message the same people again: this log would not refuse it.\n"
            f"  3. Lift the stop:\n    runbook allow --reason {WHY}{chosen.options()}"
        )
        if seal:
            emit("Seals that were made after the copy are not in this log. Keep this one from now on:")
            emit(sealed(seal, paint()))
