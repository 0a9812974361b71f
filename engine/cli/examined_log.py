"""The run log as ``runbook doctor`` looks at it: it leaves nothing behind, not even what SQLite would."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.api.files import refused, typed
from engine.cli.chosen import Chosen, is_log_said
from engine.cli.runlog import letting_go, refuse_lost
from engine.cli.showing import ENDED, as_it_is
from engine.cli.stopped import lifting_line, of_this_log
from engine.config import Environment
from engine.durable import closed
from engine.machine import fold
from engine.record.entry import RunEntry
from engine.record.outcome import RunStatus
from engine.refusal import Exit, Refusal
from engine.report import checks
from engine.report.checks import RUNS, Check, warning, wrong
from engine.report.runs import held_by, stop_line
from engine.runlog.port import RunLog
from engine.runlog.sqlite import fault, look_at, place

_PATIENCE_S = 2.0


def log_checks(chosen: Chosen, here: Environment) -> Iterator[Check]:
    """Look at the log, its runs and its stops; raises ``Refusal`` as a run would."""
    path = place.true_path(chosen.log)
    if not place.is_there(path, to="write"):
        yield _without_log(chosen, here, path)
        return
    place.refuse_network(path)
    with _looked_at(path) as log:
        if log.copied_at:
            yield wrong("run log", fault.a_copy(path, log.copied_at))
            return
        if log.lost:
            yield wrong("run log", log.lost)
            return
        runs, stops = log.runs(), log.stops()
        yield Check("run log", f"{path}: {len(runs)} run{'' if len(runs) == 1 else 's'}{_chosen_by(chosen)}")
        others = checks.open_to_others("run log", str(path), path.stat().st_mode, f"chmod 600 {typed(path)}")
        yield from [others] if others else []
        yield from _runs(log, runs)
        for stop in stops:
            said = stop_line(stop, "").strip()
            is_all = stop.campaign is None and stop.account in (None, here.account.key)
            line = lifting_line(stop, of_this_log(chosen))
            yield (
                wrong("stops", Refusal(said, line, Exit.GUARDED)) if is_all else warning("stops", said, line)
            )
    refuse_lost(here, path)


def _without_log(chosen: Chosen, here: Environment, path: Path) -> Check:
    if here.is_live:
        message = f"there is none at {path}, and for a live account it is never made on the quiet"
        return wrong("run log", Refusal(message, chosen.completed("`runbook log init`"), Exit.LEASE_OR_LOG))
    folder = next(each for each in path.parents if each.exists())
    if not os.access(folder, os.W_OK | os.X_OK):
        why = refused(closed(folder), folder, "written")
        cure = f"name another place with --log, or {why.cure}"
        return wrong("run log", Refusal(why.message, cure, Exit.LEASE_OR_LOG))
    return Check("run log", f"none yet; the first run makes it at {path}{_chosen_by(chosen)}")


def _chosen_by(chosen: Chosen) -> str:
    if chosen.log_said is not None:
        return " (--log)"
    return " (RUNBOOK_LOG)" if is_log_said(None) else ""


@contextmanager
def _looked_at(path: Path) -> Iterator[RunLog]:
    """Look at the log; at a copy where nobody has it open, for SQLite would make files beside it."""
    with tempfile.TemporaryDirectory(prefix="runbook-") as folder:
        seen = path
        if not all(path.with_name(path.name + suffix).exists() for suffix in ("-wal", "-shm")):
            seen = Path(os.path.realpath(folder), path.name)
            for suffix in ("", "-wal"):
                if path.with_name(path.name + suffix).exists():
                    shutil.copyfile(path.with_name(path.name + suffix), seen.with_name(seen.name + suffix))
            beside, noted = (each.with_name(f"{each.name}.locks") for each in (path, seen))
            noted.mkdir()
            with suppress(OSError):  # there is none yet
                shutil.copyfile(beside / "latest", noted / "latest")
        try:
            log = look_at(seen, patience_s=_PATIENCE_S)
        except Refusal as refusal:
            refusal.message = refusal.message.replace(str(seen), str(path))
            raise
        assert log is not None, "it was there an instant ago"
        with letting_go(log):
            yield log


def _runs(log: RunLog, runs: Iterable[RunEntry]) -> Iterator[Check]:
    """Say which runs stand, which campaigns are held, and where a doubt keeps others from sending."""
    runs = list(runs)
    standing = [entry.run for entry in runs if _stands(log, entry)]
    for account, campaign in sorted({(entry.account, entry.campaign) for entry in runs}):
        if holder := log.holder(account, campaign):
            yield Check("lease", f"campaign {campaign} is {held_by(holder)}: run {holder.run}")
        elif doubtful := {send.run for send in log.unsettled(account, campaign)}:
            standing = [run for run in standing if run not in doubtful]
            named = " and ".join(sorted(doubtful))
            message = f"nothing is sent to campaign {campaign} until it is settled what {named} sent"
            yield warning(RUNS, message, "`runbook status` says how to settle it")
    if standing:
        message = f"{', '.join(standing[:3])}{', …' if standing[3:] else ''}: stopped before the end"
        yield warning(RUNS, message, "`runbook status` says what each of them needs")


def _stands(log: RunLog, entry: RunEntry) -> bool:
    if entry.status in ENDED or as_it_is(log, entry)[1]:
        return False
    is_halted = entry.status is RunStatus.HALTED
    return not (is_halted and fold(each.event for each in log.events(entry.run)).halted_for_good)
