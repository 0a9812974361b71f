"""Reconciling a run: reading what the API's logs show of its sends, and writing down whom they reached."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from engine.frozen import dataclass
from engine.machine import evolve, fold
from engine.planner.load import account_of
from engine.reconciler.attempt import Attempt
from engine.reconciler.matching import matched
from engine.reconciler.seen import Seen, seen_of
from engine.record.entry import EventEntry, ReachedEntry, RunEntry, SendEntry, Standing
from engine.record.event import Erased, Event, Reconciled, Source
from engine.record.plan import Account
from engine.refusal import Exit, Refusal
from engine.runlog.chain import reached_digest, seal_of
from engine.runlog.phone import check_of, hashed, key_of
from engine.runlog.port import RunLog, Writer
from engine.runner.attempts import attempts_of, document_of, is_erased, kept_name, known_of, rivals_of
from engine.runner.look import Looking
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
    """What a look at the logs came to. ``trouble`` ended it early; ``seal`` is that of what was written.

    ``others`` are sends of other runs on the campaign: rows that went to them fit a send in doubt.
    """

    seen: tuple[Seen, ...]
    trouble: LogsUnread | None = None
    seal: str | None = None
    others: tuple[Seen, ...] = ()


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

    Without ``writes`` nothing is written. Raises ``LogsUnread`` (11) where the logs told nothing at all,
    and ``Refusal`` (14) where something was settled or sent while it looked.
    """
    _refuse_living(log, entry, writes=writes)
    entries = log.events(entry.run)
    _refuse_erased(entries)
    refuse_other_account(entry.run, account_of(document_of(entries)), here)
    attempts, sought = _around(log, entry)
    looking = Looking(log, attempts, sought, Pages(logs, clock, bounds.pages, told))
    seen = looking.look(clock, clock.now() + timedelta(seconds=bounds.wait_s), told)
    seal = None
    if writes and _worth(log, entry, seen):
        seen, seal = _write(log, clock, entry, looking.seen, attempts)
    own = tuple(each for each in seen if each.attempt.send.run == entry.run)
    others = tuple(each for each in seen if each.attempt.send.run != entry.run)
    return Report(own, looking.trouble, seal, others)


def shown_by(log: RunLog, entry: RunEntry, send: SendEntry, rows: Sequence[LogRow]) -> Seen | None:
    """Find what rows that the dashboard gave show of a send; None where nothing of it can have gone out."""
    _refuse_erased(log.events(entry.run))
    attempts, own = _around(log, entry, send)
    return _shown(log, attempts, own[0], rows) if own else None


def settle_by(log: RunLog, clock: Clock, entry: RunEntry, seen: Seen, rows: Sequence[LogRow]) -> str | None:
    """Settle a send by what ``shown_by`` found in rows, and give the seal.

    ``Refusal`` (14) while a process holds the campaign.
    """
    send = seen.attempt.send
    attempts, (own,) = _around(log, entry, send)
    return _write(log, clock, entry, lambda: (_shown(log, attempts, own, rows),), attempts, of=send)[1]


def _shown(log: RunLog, attempts: Sequence[Attempt], own: Attempt, rows: Sequence[LogRow]) -> Seen:
    matches = matched(rows, attempts, known_of(log, attempts))
    return seen_of(own, matches, own.since, own.until, rows=len(rows))


def _around(
    log: RunLog, entry: RunEntry, send: SendEntry | None = None
) -> tuple[list[Attempt], list[Attempt]]:
    """Give all attempts that rows may belong to, and those sought: of one send, or whatever is open."""
    attempts = attempts_of(log, entry.run)
    if send is None:
        # Whose rows may be those of a send in doubt is kept, too: no word goes past them.
        alike = {(each.send.channel, each.template) for each in attempts if each.is_doubtful}
        sought = [
            each for each in attempts if each.may_tell_more or (each.send.channel, each.template) in alike
        ]
    else:
        key = send.run, send.address, send.attempt
        sought = [each for each in attempts if each.key == key]
    return attempts + rivals_of(log, entry, sought), sought


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


def _worth(log: RunLog, entry: RunEntry, seen: Iterable[Seen]) -> list[Seen]:
    """Give what is new, and each first look at rows, or at their absence."""
    events = (each.event for each in log.events(entry.run))
    looked = {(entry.run, each.address, each.attempt) for each in events if isinstance(each, Reconciled)}
    return [
        each
        for each in seen
        if each.is_kept and (each.found or (each.is_read and each.attempt.key not in looked))
    ]


def _events(log: RunLog, run: str) -> list[Event]:
    return [each.event for each in log.events(run)]


def _write(
    log: RunLog,
    clock: Clock,
    entry: RunEntry,
    see: Callable[[], tuple[Seen, ...]],
    before: Sequence[Attempt],
    of: SendEntry | None = None,
) -> tuple[tuple[Seen, ...], str | None]:
    """Write down what is new, as it is by now; give it with the hash of the seal, None where nothing is new.

    ``before``: the attempts as they were known to who looked. ``of``: the send that an export is about.
    """
    source = Source.EXPORT if of else Source.API
    with log.lease(entry.account, entry.campaign, entry.run) as lease:
        settle_the_dead(log, lease, clock)
        _refuse_changed(entry, before, _around(log, entry, of)[0])
        seen, now = see(), clock.now()
        worth = _worth(log, entry, seen)
        has_phones = any(row.phone for each in worth for row in each.found)
        # A new one in the place of one that was lost would not find the numbers that are kept.
        makes = not log.keeps_phones()
        key = key_of(log.path, make=makes, check=log.phone_key()) if has_phones else None
        with log.writing(lease) as writer:
            # Nobody asks for the campaign to remove ids: it may have come in between.
            _refuse_erased(log.events(entry.run))
            if any(is_erased(log, each.attempt.send.run) for each in worth):
                raise _changed(entry)
            if key and not log.keeps_phones():
                writer.note_phone_key(check_of(key))
            _note(log, writer, worth, now, key, source)
            seal = seal_of(writer.seal(now)) if worth else None
    return seen, seal


def _note(
    log: RunLog, writer: Writer, worth: Sequence[Seen], now: datetime, key: bytes | None, source: Source
) -> None:
    names: set[str] = set()
    states = {run: fold(_events(log, run)) for run in {each.attempt.send.run for each in worth}}
    for each in worth:
        run = each.attempt.send.run
        kept = _kept(log, each, names, key, source)
        event = _event(log, each, now, kept, source)
        states[run] = state = evolve(states[run], event)
        standing = Standing(state.status, state.initiated, log.find(run).exit_code)
        writer.append(run, event, standing, reached=kept)


def _refuse_changed(entry: RunEntry, before: Iterable[Attempt], now: Iterable[Attempt]) -> None:
    """Refuse what was seen by an old picture (14): a row may be of what was sent since."""
    if {each.key: each.trust for each in before} != {each.key: each.trust for each in now}:
        raise _changed(entry)


def _changed(entry: RunEntry) -> Refusal:
    return Refusal(
        f"something was settled, sent or erased on campaign {entry.campaign} while the rows were looked at",
        f"nothing was written; look again: runbook reconcile {entry.run}",
        Exit.LEASE_OR_LOG,
    )


def _kept(
    log: RunLog, seen: Seen, names: set[str], phone_key: bytes | None, source: Source
) -> list[ReachedEntry]:
    return [
        ReachedEntry(
            row.customer,
            *seen.attempt.key,
            row=kept_name(log, seen.attempt.send.account, row.id, names),
            at=row.at,
            status=row.status,
            template=row.template,
            phone=hashed(phone_key, row.phone) if phone_key else None,
            source=source,
        )
        for row in seen.found
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
