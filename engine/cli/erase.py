"""``runbook log erase``: the ids of customers leave the log when their time is over; what was sent stays."""

import re
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click

from engine.cli.asking import looks
from engine.cli.chosen import Chosen, choose
from engine.cli.completing import started_runs
from engine.cli.identity import actor, owner
from engine.cli.outliving import only_complaining
from engine.cli.runlog import ENV, LOG, letting_go, looking
from engine.cli.screen import emit, paint
from engine.clock import Steady, now
from engine.record.entry import RunEntry
from engine.record.outcome import counted
from engine.record.wallclock import date_and_time, zone
from engine.refusal import Exit, Refusal, reason_of
from engine.report.runs import sealed
from engine.runlog.port import RunLog
from engine.runlog.sqlite import open_log
from engine.runner.retention import Keep, Old, old_runs
from engine.runner.retention import erase as erase_old

_SHOWN = 20
"""So many runs are named one by one."""


def _days(_context: click.Context, _parameter: click.Parameter, value: str | None) -> timedelta | None:
    if value is None:
        return None
    if not re.fullmatch("[1-9][0-9]{0,4}d", value):
        lacks_unit = re.fullmatch("[1-9][0-9]*", value)
        what = "has no unit" if lacks_unit else "is no number of days"
        raise Refusal(
            f"--older-than {value!r} {what}",
            f"write it as in --older-than {value if lacks_unit else 180}d, for days",
        )
    return timedelta(days=int(value[:-1]))


def _day(_context: click.Context, _parameter: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Refusal(f"--before {value!r} is no date", "write it as in --before 2026-03-31") from None
    begins_at = datetime.combine(day, time(), zone()).astimezone(UTC)
    if begins_at > now():
        raise Refusal(f"--before {value} lies ahead", "name a day that has begun")
    return begins_at


@click.command("erase")
@click.option("--older-than", metavar="DAYS", callback=_days, help="Of runs that ended so long ago: 180d.")
@click.option("--before", metavar="DATE", callback=_day, help="Of runs that ended before this day.")
@click.option("--run", metavar="RUN", shell_complete=started_runs, help="Of this run only, however old.")
@click.option("--reason", help="Why; it stands in the log.")
@click.option("--dry-run", is_flag=True, help="Only show what would go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@ENV
@LOG
def erase(
    *,
    older_than: timedelta | None,
    before: datetime | None,
    run: str | None,
    reason: str | None,
    dry_run: bool,
    yes: bool,
    environment_name: str | None,
    log_option: Path | None,
) -> int:
    """Remove customers' ids from runs that are over. What was sent, when and why stays.

    Without --older-than and --before, `keep_customer_ids` of each run's environment in
    .runbook/config.yaml says how long they are kept; --run alone asks for no age. Runs that are in doubt,
    block a campaign or have not ended keep theirs, and so do those of which a row fits another's doubt.
    With --env only that account's runs are looked at.
    """
    chosen = choose(environment_name, log_option)
    keep = _keep(chosen, older_than, before, is_any_age=run is not None)
    if not dry_run:
        reason = reason_of("--reason", reason)
    with looking(chosen) as log:
        run = log.find(run).run if log and run is not None else run
        old = old_runs(log, keep, run) if log else ()
    going = [each for each in old if not each.kept_for]
    _show(old, "These would lose" if dry_run else "These lose", run)
    if run is not None and old and not going:
        return Exit.GUARDED
    if dry_run:
        return 0
    if going and not yes:
        _ask(going)
    if chosen.log.exists():
        _erase(chosen, keep, reason or "", run)
    return 0


def _erase(chosen: Chosen, keep: Keep, reason: str, run: str | None) -> None:
    log = open_log(chosen.log, actor=actor(), owner=owner(), create=False)
    with chosen.completing(), letting_go(log):
        erasure = erase_old(log, Steady(), keep, reason, run)
        with only_complaining("the ids are removed, but that cannot be shown"):
            _show_done(erasure.gone, erasure.seal)
        _scrub(log)


def _show_done(gone: Sequence[Old], seal: str | None) -> None:
    if gone:
        emit(f"Removed {_ids(gone)} from {_runs(gone)}. Copies that were made before still hold them.")
    if seal:
        emit(sealed(seal, paint()))


def _scrub(log: RunLog) -> None:
    """Take the last traces from the file; also of an earlier command that could not."""
    try:
        is_clean = log.scrub()
    except Refusal as refusal:
        refusal.message = f"the ids are removed, but traces are left in the file: {refusal.message}"
        refusal.cure = f"{refusal.cure}; then give the same command again: it removes the traces"
        raise
    if not is_clean:
        raise Refusal(
            "the ids are removed, but traces are left in the file: another process sends, or reads the log",
            "give the same command again when none does (`runbook watch` is one who reads)",
            Exit.LEASE_OR_LOG,
        )


def _keep(chosen: Chosen, older_than: timedelta | None, before: datetime | None, *, is_any_age: bool) -> Keep:
    """Say how long ids are kept: as the options say, or as the environment of each run does."""
    if older_than is not None and before is not None:
        raise Refusal("--older-than and --before contradict each other", "say one of them")
    until = before if older_than is None else now() - older_than
    if until is None and is_any_age:
        until = now()
    days: dict[str, int] = {}
    for each in chosen.found.config.environments.values():
        if each.keep_customer_ids_d:  # two environments may be one account: the longer time counts
            days[each.account.key] = max(days.get(each.account.key, 0), each.keep_customer_ids_d)
    if until is None and not days:
        raise Refusal(
            "how long are ids of customers kept?",
            "say --older-than 180d, or `keep_customer_ids: 180d` in an environment of .runbook/config.yaml",
        )
    at = now()

    def keep(entry: RunEntry) -> datetime | None:
        if chosen.account_said not in (None, entry.account):
            return None
        if until is not None:
            return until
        return at - timedelta(days=days[entry.account]) if entry.account in days else None

    return keep


def _ask(going: Sequence[Old]) -> None:
    if not looks():
        raise Refusal("there is no terminal to ask you at", "add --yes to remove them without being asked")
    emit(f"Remove {_ids(going)} for good? [y/N]\n> ", err=True, end="")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        emit("Nothing was removed.", err=True)
        raise click.exceptions.Exit(Exit.GUARDED)


# ------------------------------------------------ what is shown


def _show(old: Sequence[Old], begin: str, run: str | None) -> None:
    going, kept = [each for each in old if not each.kept_for], [each for each in old if each.kept_for]
    if not going:
        emit(f"Run {run} has no ids that may go." if run else "No run is past its time with ids that may go.")
    else:
        emit(f"{begin} their ids of customers, {_ids(going)} in {_runs(going)}:")
        emit("\n".join(_lines(f"  {each.entry.run}  {_ended(each.entry)}: {_ids([each])}" for each in going)))
    if kept:
        emit(f"Kept all the same ({_runs(kept)}):")
        emit("\n".join(_lines(f"  {each.entry.run}  {each.kept_for}" for each in kept)))
        emit("  `runbook status` says what they need.")
    if naming := [each for each in going if each.names_people]:
        emit(
            f"The runbook itself names customers in {_runs(naming)}: those ids stand in the plan of the run, "
            "and stay there, as in git."
        )


def _lines(lines: Iterable[str]) -> list[str]:
    lines = list(lines)
    return [*lines[:_SHOWN], *([f"  and {len(lines) - _SHOWN:,} more"] if lines[_SHOWN:] else [])]


def _ended(entry: RunEntry) -> str:
    return f"ended {date_and_time(entry.finished_at)}" if entry.finished_at else "has no end"


def _ids(old: Iterable[Old]) -> str:
    return counted(sum(each.contacts + each.reached for each in old), "id")


def _runs(old: Sequence[Old]) -> str:
    return counted(len(old), "run")
