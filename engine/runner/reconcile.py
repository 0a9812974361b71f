"""Reconciling a run: reading what the API's logs show of its sends, and writing down whom they reached."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from engine.frozen import dataclass
from engine.machine import evolve, fold
from engine.planner.load import account_of, program_of
from engine.reconciler.attempt import AFTER, STARTS_WITHIN, Attempt, Key, attempt_of, said_unsent
from engine.reconciler.matching import matched
from engine.reconciler.seen import Seen, customers_of
from engine.record.entry import EventEntry, ReachedEntry, RunEntry, SendEntry, Standing
from engine.record.event import Erased, Reconciled, RunStarted, Source
from engine.record.plan import Account
from engine.refusal import Exit, Refusal
from engine.runlog.chain import reached_digest
from engine.runlog.phone import hashed, key_of
from engine.runlog.port import RunLog
from engine.runner.look import Looking, known_of
from engine.runner.pages import Logs, Pages, Told
from engine.runner.ports import Clock
from engine.runner.refusals import refuse_other_account, settle_the_dead
from engine.timepay.logs import LogRow, LogsUnread


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long rows of a doubtful send are waited for, and how many pages are read at most."""

    wait_s: float = 120
    pages: int = 1000


@dataclass(frozen=True, slots=True)
class Report:
    """What a look at the logs came to. ``trouble`` ended it early; ``seal`` is that of what was written."""

    seen: tuple[Seen, ...]
    trouble: LogsUnread | None = None
    seal: str | None = None


def reconcile(
    entry: RunEntry,
    log: RunLog,
    logs: Logs,
    clock: Clock,
    *,
    here: Account,
    bounds: Bounds,
    told: Told,
    writes: bool = True,
) -> Report:
    """Look for a run's sends in the API's logs, and write down what they show, if anything is new.

    Without ``writes`` nothing is written. Raises ``LogsUnread`` (11) where the logs told nothing at all.
    """
    _refuse_living(log, entry, writes=writes)
    entries = log.events(entry.run)
    _refuse_erased(entries)
    refuse_other_account(entry.run, account_of(_document(entries)), here)
    attempts = _attempts(log, entry, entries)
    sought = [each for each in attempts if each.may_tell_more]
    looking = Looking(log, [*attempts, *_rivals(log, entry, sought)], Pages(logs, clock, bounds.pages, told))
    seen = looking.look(sought, clock, clock.now() + timedelta(seconds=bounds.wait_s), told)
    seal = _write(log, clock, entry, seen, Source.API) if writes and seen else None
    return Report(seen, looking.pages.trouble, seal)


def shown_by(log: RunLog, entry: RunEntry, send: SendEntry, rows: Sequence[LogRow]) -> Seen | None:
    """Find what rows that the dashboard gave show of a send; None where nothing of it can have gone out."""
    entries = log.events(entry.run)
    _refuse_erased(entries)
    attempts = _attempts(log, entry, entries)
    own = next((each for each in attempts if each.key == (send.run, send.address, send.attempt)), None)
    if own is None:
        return None
    attempts += _rivals(log, entry, [own])
    known = known_of(log, attempts, rows)
    found = matched(rows, attempts, known)[own.key]
    reached = known.reached.get(own.key, frozenset()) | customers_of(found)
    return Seen(own, own.since, own.until, tuple(found), len(reached), len(rows))


def settle_by(log: RunLog, clock: Clock, entry: RunEntry, seen: Seen) -> None:
    """Settle a send by what ``shown_by`` found; ``Refusal`` (14) while a process holds the campaign."""
    _write(log, clock, entry, [seen], Source.EXPORT)


def _refuse_living(log: RunLog, entry: RunEntry, *, writes: bool) -> None:
    """Refuse while a process holds the campaign (14): what it has in flight is not in doubt."""
    holder = log.holder(entry.account, entry.campaign)
    if holder is not None and (writes or holder.run == entry.run):
        raise Refusal(
            f"campaign {entry.campaign} is held by {holder.owner}: run {holder.run or 'not known'} goes on",
            f"wait until it ends, then: runbook reconcile {entry.run}",
            Exit.LEASE_OR_LOG,
        )


def _refuse_erased(entries: Sequence[EventEntry]) -> None:
    """Refuse to bring ids back whose time was over (11); no send of such a run is in doubt."""
    for each in entries:
        if isinstance(each.event, Erased):
            raise Refusal(
                f"the ids of customers were removed from run {each.run}: {each.event.reason}",
                f"they are not brought back; `runbook show {each.run}` says what is left",
                Exit.GUARDED,
            )


def _attempts(log: RunLog, entry: RunEntry, entries: Sequence[EventEntry]) -> list[Attempt]:
    """Give the attempts of a run by which anybody may have been reached."""
    steps = program_of(_document(entries)).steps
    requests = {planned.address: planned.request for step in steps for planned in step.sends}
    unsent = said_unsent(each.event for each in entries)
    made = (
        attempt_of(send, requests[send.address], said_unsent=(send.address, send.attempt) in unsent)
        for send in log.sends(entry.run)
    )
    return [each for each in made if each is not None]


def _rivals(log: RunLog, entry: RunEntry, sought: Sequence[Attempt]) -> list[Attempt]:
    """Give the attempts of other runs that rows of these times may belong to."""
    if not sought:
        return []
    since, until = min(each.since for each in sought), max(each.until for each in sought)
    found = []
    for other in log.runs():
        # The rows of a run that has ended may still come: only its attempts say up to when.
        is_near = other.started_at <= until and (
            other.finished_at is None or other.finished_at + AFTER + STARTS_WITHIN >= since
        )
        if is_near and other.run != entry.run and _is_beside(other, entry):
            found += [
                each
                for each in _attempts_of(log, other)
                if each.until + STARTS_WITHIN >= since and each.since <= until
            ]
    return found


def _is_beside(other: RunEntry, entry: RunEntry) -> bool:
    return (other.account, other.campaign) == (entry.account, entry.campaign)


def _attempts_of(log: RunLog, other: RunEntry) -> list[Attempt]:
    try:
        return _attempts(log, other, log.events(other.run))
    except Refusal:  # another version wrote its plan, or it was changed: what it sent cannot be told
        return []


def _document(entries: Sequence[EventEntry]) -> Mapping[str, Any]:
    first = entries[0].event
    assert isinstance(first, RunStarted), "a run's chain begins with its start"
    return first.plan


def _write(log: RunLog, clock: Clock, entry: RunEntry, seen: Iterable[Seen], source: Source) -> str | None:
    """Write down what is new, and each first look; the hash of the seal, None where nothing is new."""
    looked = _looked_at(log, entry)
    worth = [each for each in seen if each.is_kept and (each.found or each.attempt.key not in looked)]
    if not worth:
        return None
    key = key_of(log.path, make=any(row.phone for each in worth for row in each.found))
    with log.lease(entry.account, entry.campaign, entry.run) as lease:
        settle_the_dead(log, lease, clock)
        now = clock.now()
        with log.writing(lease) as writer:
            entries = log.events(entry.run)
            _refuse_erased(entries)  # nobody asks for the campaign to remove ids: it may have come in between
            state = fold(each.event for each in entries)
            for each in worth:
                rows = _unclaimed(log, each)
                if each.found and not rows:  # another process was quicker
                    continue
                kept = _kept(each.attempt.key, rows, key, source)
                event = _event(log, each, now, kept, source)
                state = evolve(state, event)
                standing = Standing(state.status, state.initiated, log.find(entry.run).exit_code)
                writer.append(entry.run, event, standing, reached=kept)
            sealed = writer.seal(now)
    return f"sha256:{sealed.hash}" if sealed else None


def _looked_at(log: RunLog, entry: RunEntry) -> set[Key]:
    events = (each.event for each in log.events(entry.run))
    return {(entry.run, each.address, each.attempt) for each in events if isinstance(each, Reconciled)}


def _unclaimed(log: RunLog, seen: Seen) -> list[LogRow]:
    claimed = log.claimed(seen.attempt.send.account, [row.id for row in seen.found])
    return [row for row in seen.found if row.id not in claimed]


def _kept(key: Key, rows: Iterable[LogRow], phone_key: bytes | None, source: Source) -> list[ReachedEntry]:
    return [
        ReachedEntry(
            row.customer,
            *key,
            row=row.id,
            at=row.at,
            status=row.status,
            template=row.template,
            phone=hashed(phone_key, row.phone) if phone_key else None,
            source=source,
        )
        for row in rows
    ]


def _event(log: RunLog, seen: Seen, now: datetime, new: Sequence[ReachedEntry], source: Source) -> Reconciled:
    run, address, attempt = seen.attempt.key
    old = [each for each in log.reached_of(run) if (each.address, each.attempt) == (address, attempt)]
    return Reconciled(
        now,
        seen.attempt.send.step,
        address,
        attempt,
        reached=len({each.customer for each in (*old, *new)}),
        rows=seen.rows,
        since=seen.since,
        until=seen.until,
        source=source,
        complete=seen.complete,
        digest=reached_digest((*old, *new)),
    )
