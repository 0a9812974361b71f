"""``runbook stop`` and ``runbook allow``: nothing more is sent, from this very moment; and again."""

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from engine.api.stops import NO_REASON, standing_files, stop_files
from engine.cli.chosen import Chosen, choose, choose_leniently
from engine.cli.completing import campaigns
from engine.cli.identity import actor
from engine.cli.outliving import only_complaining
from engine.cli.runlog import ENV, LOG, REASON
from engine.cli.screen import complain, warn
from engine.cli.standstill import (
    say_what_goes_on,
    say_what_is_lifted,
    say_what_is_not_meant,
    say_what_is_stopped,
    say_what_stands,
    say_what_waits,
    show_seals,
)
from engine.cli.stopped import Seen, is_of_others, look_for_stops, what_stands
from engine.cli.stopping import lift, place, remove
from engine.clock import now
from engine.frozen import dataclass
from engine.record.entry import StopEntry
from engine.record.event import StopSet
from engine.refusal import Exit, Refusal


def _any_reason(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    return " ".join(value.split()) or NO_REASON


def _bare(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Take an id without the blanks that were pasted with it: no runbook has a campaign of that name."""
    return value and value.strip()


def _none_of(_context: click.Context, _parameter: click.Parameter, words: tuple[str, ...]) -> None:
    if words:
        told = shlex.join(words)
        raise Refusal(
            f"nothing is stopped yet: it cannot be told what {told} is",
            "`runbook stop` alone stops everything; one campaign: `runbook stop --campaign ID`; "
            "a reason of several words stands in quotes",
        )


_CAMPAIGN = click.option(
    "--campaign", metavar="ID", shell_complete=campaigns, callback=_bare, help="Only this campaign."
)
_WHY = click.option("--reason", default="", callback=_any_reason, help="Why; it stands in the log.")
_ALL = click.option("--all", "everything", is_flag=True, help="Every campaign; the same as naming none.")


@click.command("stop")
@click.argument("words", nargs=-1, metavar="", callback=_none_of, expose_value=False)
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

    Runs that go on at this moment stop before their next request, whichever run log of the configuration
    they use; with --log, those of that log alone; with --env, those of that environment alone.
    """
    _refuse_unclear(campaign, everything)
    try:
        chosen = choose_leniently(environment_name, log_option)
    except Refusal as refusal:
        raise Refusal(f"nothing is stopped yet: {refusal.message}", refusal.cure, refusal.code) from None
    account = chosen.account_said if campaign is not None or chosen.sharing() else None
    event = StopSet(now(), campaign, reason, account)
    every = [*chosen.all_meant()]
    # For a log that nobody has made yet, a file would stop more than the one campaign.
    there = [each for each in every if campaign is None or each.is_there]
    placed = place(there or [chosen], event)
    refused = [each for each in placed if each.refusal]
    entry = StopEntry(account, campaign, event.at, actor(), reason)
    with only_complaining("the stop is set, but that cannot be shown"):
        say_what_is_stopped(chosen, entry, placed)
        if not refused:
            say_what_is_not_meant(chosen, entry, placed)
        show_seals(each.seal for each in placed)
    for each in refused:
        if each.refusal and each.refusal.code != Exit.INTERRUPTED:  # whoever gave up waits for nothing more
            say_what_goes_on(each.chosen, entry)
    return _end([each.refusal for each in refused if each.refusal])


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

    It is lifted in every run log of the configuration; with --log, in that one alone; with --env, only what
    stops that environment and no other. Each stop that it lifts is named.
    """
    _refuse_unclear(campaign, everything)
    chosen = choose(environment_name, log_option)
    seen, unread = _looked(chosen)
    meant = [each for each in seen if each[0] is chosen or not chosen.is_narrowed]
    found = [(there, _meant(stops or (), campaign, chosen)) for there, stops in meant]
    # A file may stop more than an option is about; it has a line of its own.
    is_all = campaign is None and not chosen.is_narrowed
    files = _files([there.log for there, _ in meant], chosen) if is_all else []
    refusals = [refusal for there, refusal in unread if there is chosen or not chosen.is_narrowed]
    if not files and not any(stops for _, stops in found):
        if refusals:
            return _end(refusals)
        raise _nothing_to_lift(campaign, [each.line for each in what_stands(seen)])
    done = _lifted(found, files, reason)
    refusals += done.refusals
    with only_complaining("the stop is lifted, but that cannot be shown"):
        say_what_is_lifted(done.stops, done.files, of=len(seen))
        say_what_stands(campaign, _looked(chosen)[0], is_whole=not unread and not refusals)
        for there, _ in found:
            if all(there is not each for each, _ in unread):
                say_what_waits(there, [stop for where, stop in done.stops if where is there], done.files)
        show_seals(done.seals)
    for there, refusal in unread:
        if refusal not in refusals:
            warn(f"what stops the runs of {there.in_words} cannot be told: {refusal.message}")
    return _end(refusals)


def _end(refusals: Sequence[Refusal]) -> int:
    """Tell of each refusal; the last one is the end of the command."""
    for each in refusals[:-1]:
        complain(each.message, each.cure)
    if refusals:
        raise refusals[-1]
    return 0


def _looked(chosen: Chosen) -> tuple[Seen, Sequence[tuple[Chosen, Refusal]]]:
    """Give the stops of each log, and why one cannot be read: a file may stop its runs all the same."""
    seen: list[tuple[Chosen, Sequence[StopEntry] | None]] = []
    unread: list[tuple[Chosen, Refusal]] = []
    for there in (chosen, *chosen.others()):
        try:
            seen.append((there, look_for_stops(there.log)))
        except Refusal as refusal:
            seen.append((there, None))
            unread.append((there, refusal))
    return seen, unread


@dataclass(frozen=True, slots=True)
class _Done:
    """What was lifted: stops, each with its log, what STOP files said, the seals; and why the rest stands."""

    stops: list[tuple[Chosen, StopEntry]]
    files: list[str]
    seals: list[str]
    refusals: list[Refusal]


def _lifted(found: Seen, files: Sequence[tuple[Path, str]], reason: str) -> _Done:
    """Lift stops and remove files; Ctrl-C leaves the rest, and is a refusal."""
    done = _Done([], [], [], [])
    try:
        for there, stops in found:
            try:
                seal, lifted = lift(there.log, stops, reason) if stops else (None, ())
            except Refusal as refusal:
                done.refusals.append(refusal)
                continue
            done.stops.extend((there, stop) for stop in lifted)
            done.seals.extend([seal] if seal else [])
        for file, said in files:
            try:
                done.files.extend([said] if remove(file, said) else [])
            except Refusal as refusal:
                done.refusals.append(refusal)
    except KeyboardInterrupt:
        more = Refusal("not all is lifted", "`runbook status` says what still stands", Exit.INTERRUPTED)
        done.refusals.append(more)
    return done


def _files(logs: Iterable[Path], chosen: Chosen) -> Sequence[tuple[Path, str]]:
    """Give the STOP files that are removed; those of other repositories are not."""
    places = dict.fromkeys(file for log in logs for file in stop_files(log))
    return [(file, said) for file, said in standing_files(places) if not is_of_others(file, chosen)]


def _nothing_to_lift(campaign: str | None, lines: Sequence[str]) -> Refusal:
    if not lines:
        return Refusal(
            "nothing is stopped, so there is nothing to lift", "`runbook status` lists whatever needs you"
        )
    what = (
        f"campaign {campaign} has no stop of its own here" if campaign else "there is no stop of everything"
    )
    return Refusal(what, f"this lifts what is stopped: {'; or '.join(dict.fromkeys(lines))}")


def _meant(stops: Sequence[StopEntry], campaign: str | None, chosen: Chosen) -> Sequence[StopEntry]:
    """Give the stops that ``allow`` is about: with ``--env``, those of that environment and no other."""
    meant = [each for each in stops if each.campaign == campaign and _is_meant(each, chosen)]
    own = [each for each in meant if each.account is not None] if chosen.env_said else []
    return own or meant


def _is_meant(stop: StopEntry, chosen: Chosen) -> bool:
    here, is_by_log = chosen.found.here, chosen.log_said is not None and chosen.env_said is None
    if stop.account is None:
        return chosen.env_said is None or not chosen.sharing()
    # Variables name their one account as `--env` names its own; one that no name leads to goes by its log.
    is_own = here is not None and (chosen.env_said is not None or here.name is None)
    is_here = is_own and here is not None and stop.account == here.account.key
    return is_here or (is_by_log and chosen.environment_of(stop.account) is None)


def _refuse_unclear(campaign: str | None, everything: bool) -> None:
    if campaign is not None and everything:
        raise Refusal("--campaign and --all contradict each other", "say one of them")
    if campaign is not None and not campaign.strip():
        raise Refusal("--campaign is empty", "name it; is a variable of your shell not set?")
