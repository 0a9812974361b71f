"""``runbook stop`` and ``runbook allow``: nothing more is sent, from this very moment; and again."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from engine.api.files import refused
from engine.api.stops import NO_REASON, STOP_FILE, stop_files, stop_of
from engine.cli.chosen import Chosen, choose, choose_leniently
from engine.cli.completing import campaigns
from engine.cli.identity import actor, owner
from engine.cli.outliving import only_complaining
from engine.cli.runlog import ENV, LOG, REASON, letting_go
from engine.cli.screen import emit, paint, warn
from engine.cli.standstill import say_what_is_stopped, say_what_stands, say_what_waits
from engine.cli.stopped import lifting_files, lifting_line, places_to_stop
from engine.clock import now
from engine.record.entry import StopEntry
from engine.record.event import Event, StopLifted, StopSet
from engine.refusal import Refusal
from engine.report.runs import sealed
from engine.runlog.chain import seal_of
from engine.runlog.port import LOG as CHAIN
from engine.runlog.sqlite import look_at, open_log


def _any_reason(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    return value.strip() or NO_REASON


_CAMPAIGN = click.option("--campaign", metavar="ID", shell_complete=campaigns, help="Only this campaign.")
_WHY = click.option("--reason", default="", callback=_any_reason, help="Why; it stands in the log.")
_ALL = click.option("--all", "everything", is_flag=True, help="Every campaign; the same as naming none.")
_PATIENCE_S = 40.0
_STOP_PATIENCE_S = 1.0
"""A log that is locked longer is gone by: whoever stops cannot wait while messages leave."""


@click.command("stop")
@_CAMPAIGN
@_ALL
@_WHY
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

    Runs that go on at this moment stop before their next request. A campaign is stopped in every
    account of the log; with --env, in that environment's alone.
    """
    _refuse_unclear(campaign, everything)
    chosen = choose_leniently(environment_name, log_option)
    account = chosen.account_said if campaign is not None else None
    event = StopSet(now(), campaign, reason, account)
    seal, why_not = _written_to_log(chosen, event)
    if why_not is None:
        with only_complaining("the stop is set, but that cannot be shown"):
            say_what_is_stopped(chosen, StopEntry(account, campaign, event.at, actor(), reason))
            _show_seal(seal)
    else:
        _stop_by_file(chosen, reason, f"{why_not}; so a file stops everything{_wider(campaign)}")
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
    """Lift a stop: that of one campaign, or the one of everything. It says which stops still stand.

    What stops a campaign in one environment's account alone is lifted with that --env.
    """
    _refuse_unclear(campaign, everything)
    chosen = choose(environment_name, log_option)
    stops, files = _stops(chosen.log), stop_files(chosen.log)
    standing = [file for file in files if campaign is None and stop_of((file,))]
    lifted = [stop for stop in stops if _is_meant(stop, campaign, chosen)]
    if not lifted and not standing:
        raise _nothing_to_lift(chosen, campaign, stops, stop_of(files))
    events = [StopLifted(now(), campaign, reason, stop.account) for stop in lifted]
    seal = _append(chosen.log, events, _PATIENCE_S) if lifted else None
    for file in standing:
        _remove(file)
    with only_complaining("the stop is lifted, but that cannot be shown"):
        say_what_stands(chosen, campaign, [stop for stop in stops if stop not in lifted], stop_of(files))
        say_what_waits(chosen)
        _show_seal(seal)
    return 0


def _nothing_to_lift(
    chosen: Chosen, campaign: str | None, stops: Sequence[StopEntry], by_file: str | None
) -> Refusal:
    lines = [lifting_line(each, chosen) for each in stops] + ([lifting_files(chosen)] if by_file else [])
    if not lines:
        return Refusal(
            "nothing is stopped, so there is nothing to lift", "`runbook status` lists whatever needs you"
        )
    what = (
        f"campaign {campaign} has no stop of its own here" if campaign else "there is no stop of everything"
    )
    return Refusal(what, f"this lifts what is stopped: {'; or '.join(lines)}")


def _is_meant(stop: StopEntry, campaign: str | None, chosen: Chosen) -> bool:
    """Say whether ``allow`` is about a stop: variables name their one account as ``--env`` names its own."""
    here = chosen.found.here
    is_own = here is not None and (chosen.env_said is not None or here.name is None)
    return stop.campaign == campaign and (
        stop.account is None or (is_own and here is not None and stop.account == here.account.key)
    )


def _refuse_unclear(campaign: str | None, everything: bool) -> None:
    if campaign is not None and everything:
        raise Refusal("--campaign and --all contradict each other", "say one of them")
    if campaign is not None and not campaign.strip():
        raise Refusal("--campaign is empty", "name it; is a variable of your shell not set?")


def _stops(path: Path) -> tuple[StopEntry, ...]:
    log = look_at(path)
    if log is None:
        return ()
    with letting_go(log):
        return log.stops()


def _append(path: Path, events: Iterable[Event], patience_s: float) -> str | None:
    """Write to the log's own chain; gives the seal over it."""
    log = open_log(path, actor=actor(), owner=owner(), create=False, patience_s=patience_s)
    with letting_go(log), log.writing() as writer:
        for event in events:
            writer.append(CHAIN, event)
        return seal_of(writer.seal(now()))


def _show_seal(seal: str | None) -> None:
    if seal:
        emit(sealed(seal, paint()))


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise refused(error, file, "removed") from None


# ------------------------------------------------ where the log does not take it: stopping is always allowed


def _written_to_log(chosen: Chosen, event: StopSet) -> tuple[str | None, str | None]:
    """Write a stop to the log; give the seal, and why it cannot be written, None where it stands there."""
    if chosen.found.is_guess and not chosen.is_log_said:
        return None, f"{chosen.found.fault}, so the run log cannot be told"
    try:
        if not chosen.log.exists():
            return None, f"there is no run log {chosen.log}"
        seal = _append(chosen.log, [event], _STOP_PATIENCE_S)
    except Refusal as refusal:
        return None, refusal.message
    except Exception as error:  # noqa: BLE001  (whatever keeps the log from taking it, the file does)
        return None, f"the run log {chosen.log} does not take it: {error}"
    if chosen.found.fault:
        warn(f"{chosen.found.fault}; the stop stands in the run log {chosen.log} all the same")
    return seal, None


def _wider(campaign: str | None) -> str:
    return f", and not only campaign {campaign}" if campaign is not None else ""


def _stop_by_file(chosen: Chosen, reason: str, why: str) -> None:
    file = _written(places_to_stop(chosen), reason)
    warn(why)
    holds = f"whatever is run with a log in {file.parent}"
    if file.parent.name == STOP_FILE.parent.name:
        holds += f", or from {file.parent.parent} or below it"
    with only_complaining("the stop is set, but that cannot be shown"):
        emit(f"Stopped by the file {file}: {holds}.\nThis lifts it:\n    {lifting_files(chosen)}")


def _write(file: Path, text: str) -> None:
    """Write a STOP file, in place of a link, which a repository may have brought along: not through it."""
    if file.is_symlink():
        file.unlink()
    how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with open(os.open(file, how, 0o666), "wb") as opened:  # noqa: PTH123  (no Path has these flags)
        opened.write(text.encode("utf-8", "backslashreplace"))


def _written(places: Sequence[Path], reason: str) -> Path:
    """Write the first STOP file that can be written; ``Refusal`` where none can."""
    first: Refusal | None = None
    for file in places:
        try:
            file.parent.mkdir(exist_ok=True)
            _write(file, f"{reason} (by {actor()})\n")
        except OSError as error:
            # Empty, for the disk is full, or one that was there before: it stops all the same.
            if file.exists():
                return file
            first = first or refused(error, file, "written")
        else:
            return file
    assert first is not None, "there is at least one place"
    raise first
