"""``runbook stop`` and ``runbook allow``: nothing more is sent, from this very moment; and again."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from engine.cli.environment import Found, find_environment
from engine.cli.identity import actor, owner
from engine.cli.refusal import refused
from engine.cli.runlog import ENV, LOG, REASON, log_path
from engine.cli.screen import emit
from engine.cli.stopped import STOP_FILE, stop_files
from engine.clock import now
from engine.frozen import replace
from engine.record.event import StopLifted, StopSet
from engine.refusal import Refusal
from engine.runlog.port import LOG as CHAIN
from engine.runlog.port import RunLog
from engine.runlog.sqlite import open_log

_CAMPAIGN = click.option("--campaign", metavar="ID", help="Only this campaign.")
_ALL = click.option("--all", "everything", is_flag=True, help="Every campaign; the same as naming none.")


@click.command("stop")
@_CAMPAIGN
@_ALL
@REASON
@ENV
@LOG
def stop(
    *,
    campaign: str | None,
    everything: bool,
    reason: str,
    environment_name: str | None,
    log_option: Path | None,
) -> int:
    """Stop all sending, or that to one campaign, until `runbook allow`.

    Runs that go on at this moment stop before their next request.
    """
    _refuse_both(campaign, everything)
    found = find_environment(environment_name)
    path = log_path(found, log_option)
    if not path.exists():
        _write_file(path.parent / STOP_FILE.name, reason)
        return 0
    _append(path, StopSet(now(), campaign, reason, _account(found, campaign)))
    what = f"campaign {campaign}" if campaign else "everything"
    emit(f"Stopped: {what}. `runbook status` says how it is lifted.")
    return 0


@click.command("allow")
@_CAMPAIGN
@_ALL
@REASON
@ENV
@LOG
def allow(
    *,
    campaign: str | None,
    everything: bool,
    reason: str,
    environment_name: str | None,
    log_option: Path | None,
) -> int:
    """Lift a stop: of one campaign, or the one for everything."""
    _refuse_both(campaign, everything)
    found = find_environment(environment_name)
    path = log_path(found, log_option)
    removed = [_remove(file) for file in stop_files(found, path)] if campaign is None else []
    was_file = any(removed)
    if path.exists():
        _lift(path, StopLifted(now(), campaign, reason, _account(found, campaign)), was_file=was_file)
    elif not was_file:
        raise Refusal("nothing is stopped here: there is no run log", "choose it with --env or --log")
    emit(f"Sending is allowed again: {f'campaign {campaign}' if campaign else 'everything'}.")
    return 0


def _account(found: Found, campaign: str | None) -> str | None:
    """A campaign's id means something in its account only; a stop for everything is for every account."""
    return found.here.account.key if campaign is not None and found.here is not None else None


def _refuse_both(campaign: str | None, everything: bool) -> None:
    if campaign is not None and everything:
        raise Refusal("--campaign and --all contradict each other", "say one of them")


def _append(path: Path, event: StopSet | StopLifted) -> None:
    with _opened(path) as log, log.writing() as writer:
        writer.append(CHAIN, event)


def _lift(path: Path, event: StopLifted, *, was_file: bool) -> None:
    with _opened(path) as log:
        stops = log.stops()
    lifted = [
        stop for stop in stops if stop.campaign == event.campaign and stop.account in (None, event.account)
    ]
    for stop in lifted:
        _append(path, replace(event, account=stop.account))
    if not lifted and not was_file:
        known = ", ".join(f"--campaign {each.campaign}" if each.campaign else "--all" for each in stops)
        raise Refusal("there is no such stop", f"what is stopped: {known or 'nothing'}")


def _remove(file: Path) -> bool:
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise refused(error, file, "removed") from None
    return True


@contextmanager
def _opened(path: Path) -> Iterator[RunLog]:
    log = open_log(path, actor=actor(), owner=owner(), create=False)
    try:
        yield log
    finally:
        log.close()


def _write_file(file: Path, reason: str) -> None:
    """Without a log, a file stops everything that is run from here: stopping is always allowed."""
    try:
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"{reason} (by {actor()})\n", "utf-8")
    except OSError as error:
        raise refused(error, file, "written") from None
    emit(f"Stopped: everything, by the file {file}. `runbook allow --reason WHY` lifts it.")
