"""The judge of a schedule: what arrived at the outbox, and whether the run log tells the same."""

from collections import Counter
from collections.abc import Iterator

from engine.machine import fold
from engine.machine.exits import anything_sent
from engine.record.event import OverrideUsed
from engine.record.outcome import RunStatus
from engine.refusal import Exit
from engine.runlog.chain import verify
from engine.sandbox import Kind
from tests.properties.random_runbooks import ROWS
from tests.properties.schedules import ZONE, Schedule
from tests.replays import decided_otherwise

_BY_ID = {row["loan_id"]: row for row in ROWS}


def faults(schedule: Schedule) -> Iterator[str]:
    """Name whatever must not be; nothing where all is well."""
    yield from schedule.found
    yield from doubles(schedule)
    yield from _strangers(schedule)
    yield from _exits(schedule)
    yield from _occasions(schedule)
    for run in schedule.known:
        yield from _log(schedule, run)
    yield from decided_otherwise(schedule.look, schedule.known)


def doubles(schedule: Schedule) -> Iterator[str]:
    """Name every address that was accepted more than once."""
    times = Counter((each.run, each.address) for each in schedule.accepted())
    for (run, address), number in times.items():
        if number > 1:
            yield f"{address} of {run} was accepted {number} times"


def _strangers(schedule: Schedule) -> Iterator[str]:
    """Name messages outside the plan; what the API takes beyond the request is its own fault."""
    if len(schedule.arrived) != len(schedule.sandbox.requests):
        yield "a request arrived that nobody made"
    for each in schedule.accepted():
        received = schedule.sandbox.requests[each.number - 1]
        if received.fault == Kind.OVERREACH:
            continue
        reached = [
            message.customer for message in schedule.sandbox.outbox if message.request == received.accepted
        ]
        strangers = [name for name in reached if not each.spec.may_reach(_BY_ID[name])]
        if strangers or len(set(reached)) != len(reached):
            yield f"{each.address} of {each.run} reached {reached}"
        if each.spec.limit is not None and len(reached) > each.spec.limit:
            yield f"{each.address} of {each.run} reached {len(reached)}, and not {each.spec.limit}"


def _exits(schedule: Schedule) -> Iterator[str]:
    """Below 20 a process had nothing accepted, but for the 0 of a finished run."""
    sent = {each.session for each in schedule.accepted()}
    for number, session in enumerate(schedule.sessions):
        is_low = session.code is not None and session.code < Exit.FINISHED_WITH_FAULTS
        is_finished = session.code == Exit.WELL and session.status is RunStatus.FINISHED
        if number in sent and is_low and not is_finished:
            yield f"{session.what} ended with {session.code}, after something was accepted"


def _occasions(schedule: Schedule) -> Iterator[str]:
    """Nothing is sent behind another run of the occasion, under whatever name, unless a person said so."""
    book = schedule.books[0]
    if book.once == "run" or schedule.date_was_set:
        return
    senders: dict[object, set[str]] = {}
    for each in schedule.accepted():
        if schedule.known[each.run].book is not book:
            continue
        at = schedule.sandbox.requests[each.number - 1].at
        period = at.astimezone(ZONE).date() if book.once == "day" else "ever"
        others = senders.setdefault(period, set()) - {each.run}
        if others and not _overrides(schedule, each.run):
            yield f"{each.address} of {each.run} was sent behind {sorted(others)} ({period})"
        senders[period].add(each.run)


def _overrides(schedule: Schedule, run: str) -> bool:
    return any(isinstance(entry.event, OverrideUsed) for entry in schedule.look.events(run))


def _log(schedule: Schedule, run: str) -> Iterator[str]:
    """The log is whole, and its tables say what its events say."""
    entries, entry = schedule.look.events(run), schedule.look.find(run)
    state = fold(each.event for each in entries)
    if (bad := verify(entries)) is not None:
        yield f"the chain of {run} is broken at {bad}"
    if (entry.status, entry.messages) != (state.status, state.initiated):
        yield f"{run} is {state.status} with {state.initiated} messages, and listed as {entry}"
    latest = {send.address: send.status for send in schedule.look.sends(run)}
    folded = {name: send.status for step in state.steps.values() for name, send in step.sends.items()}
    if latest != folded:
        yield f"the sends of {run} are {folded}, and listed as {latest}"
    if state.status is RunStatus.FINISHED and entry.exit_code == Exit.GUARDED and anything_sent(state):
        yield f"{run} finished and is listed with {entry.exit_code}"
