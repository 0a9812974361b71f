"""Starting a run, and taking one further: hold the campaign, refuse in order, go (DESIGN, section 7)."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, tzinfo
from typing import Any

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.machine import Ask, Facts, Halt, decide, evolve, fold
from engine.machine.evolve import START
from engine.machine.exits import exit_code
from engine.planner.load import account_of, campaign_of, once_of, program_of
from engine.record.entry import EventEntry, Lease, RunEntry, SendEntry, Standing
from engine.record.event import (
    Event,
    LeaseLost,
    LeaseReleased,
    LeaseTaken,
    OverrideUsed,
    Question,
    RunCancelled,
    RunResumed,
    RunStarted,
)
from engine.record.need import need_of
from engine.record.outcome import RunStatus
from engine.record.plan import Account, Program
from engine.record.state import RunState
from engine.record.wallclock import date_and_time
from engine.refusal import Exit, Refusal
from engine.runlog.chain import seal_of, verify
from engine.runner.broken import Broken
from engine.runner.gate import Gate, Running, standing_stop
from engine.runner.loop import advance, write
from engine.runner.once import occasions
from engine.runner.ports import GaveUp, Surroundings
from engine.runner.refusals import (
    last_owner,
    refuse_doubt,
    refuse_once,
    refuse_other_account,
    refuse_overtaken,
    refuse_stop,
    settle_the_dead,
)


@dataclass(frozen=True, slots=True)
class Result:
    """How a run stands when its process lets go of it. ``sent``: this process had a send accepted, or may.

    ``seal`` is the hash of the seal that it left in the log, None where nothing was written, or the seal
    could not be.
    """

    run: str
    document: Mapping[str, Any]
    program: Program
    state: RunState
    sent: bool
    seal: str | None = None

    @property
    def status(self) -> RunStatus:
        """How the run stands."""
        return self.state.status

    @property
    def exit_code(self) -> Exit:
        """The exit code of the process; an interrupt before any send is the caller's to say."""
        code = exit_code(self.program, self.state, sent_here=self.sent)
        assert code is not None, "a process lets go only of a run that stands or has ended"
        return code


@dataclass(frozen=True, slots=True)
class Order:
    """A run that is to be started. ``document`` is its program/v1; ``agree`` raises what else refuses it.

    ``again`` is a person's reason to send once more on an occasion; ``zone`` is where its days begin.
    From ``expires_at`` on what was reviewed does not hold any more.
    """

    run: str
    document: Mapping[str, Json]
    program: Program
    zone: tzinfo
    agree: Callable[[], None]
    again: str | None = None
    expires_at: datetime | None = None


def start(order: Order, around: Surroundings) -> Result:
    """Start a run and go on until it ends or stands; a refusal leaves no run behind."""
    document: Mapping[str, Any] = order.document
    account = account_of(document)
    log = around.log
    with log.lease(account.key, campaign_of(document), order.run) as lease:
        running = _running(order.run, order.program, document, lease, order.zone, order.again is not None)
        settle_the_dead(log, lease, around.clock)
        _refuse(running, around)
        order.agree()
        state = _begin(order, running, around)
        return _go(running, document, state, around)


@dataclass(frozen=True, slots=True)
class Resumption:
    """A run that is to go on; with ``accept``, a reason, behind the step that halted it."""

    entry: RunEntry
    here: Account
    zone: tzinfo
    agree: Callable[[RunState, Program], None]
    accept: str | None = None


def resume(wanted: Resumption, around: Surroundings) -> Result:
    """Go on with a run as its log says it was planned; a finished one gives its result again."""
    log, entry = around.log, wanted.entry
    with log.lease(entry.account, entry.campaign, entry.run) as lease:
        settle_the_dead(log, lease, around.clock)
        entries = log.events(entry.run)
        document = _document(entries)
        refuse_other_account(entry.run, account_of(document), wanted.here)
        program = program_of(document)
        again = any(isinstance(each.event, OverrideUsed) for each in entries)
        running = _running(entry.run, program, document, lease, wanted.zone, again)
        state = fold(each.event for each in entries)
        is_over = state.status in (RunStatus.FINISHED, RunStatus.CANCELLED, RunStatus.IN_DOUBT)
        if is_over or (state.halted_for_good and state.status is RunStatus.HALTED):
            return Result(entry.run, document, program, state, sent=False)
        _refuse(running, around, is_resumed=True)
        now = around.clock.now()
        resumed = RunResumed(now, wanted.accept)
        _refuse_standing(entry, program, state, resumed, log.sends(entry.run))
        wanted.agree(state, program)
        lost = last_owner(entries)
        before: tuple[Event, ...] = (LeaseLost(now, lost),) if lost else ()
        taken = LeaseTaken(now, lease.owner, lease.fence)
        state = write(running, around, state, *before, taken, resumed)
        return _go(running, document, state, around)


def _running(
    run: str, program: Program, document: Mapping[str, Any], lease: Lease, zone: tzinfo, again: bool
) -> Running:
    own, *former = occasions(account_of(document), document)
    return Running(run, program, lease, own, once_of(document), zone, again, tuple(former))


def _document(entries: tuple[EventEntry, ...]) -> Mapping[str, Any]:
    """Give the plan that a run goes by; a chain that does not hold is not gone on with (14)."""
    first = entries[0].event
    if verify(entries) is not None or not isinstance(first, RunStarted):
        raise Refusal(
            f"the events of run {entries[0].run} were changed: their chain does not hold",
            "nothing more is sent by this run; keep the log for whoever looks into it",
            Exit.LEASE_OR_LOG,
        )
    return first.plan


def _refuse(running: Running, around: Surroundings, *, is_resumed: bool = False) -> None:
    """Refuse for doubt (16), for *once* (13) and for a stop (11), in this order."""
    log, lease = around.log, running.lease
    refuse_doubt(log, lease, but_of=running.run)
    other = running.sent_before(log, around.clock.now())
    if is_resumed:
        refuse_overtaken(other, running.run, running.occasion, lease.account)
    else:
        refuse_once(other, running.once, running.occasion, running.formerly, lease.account)
    refuse_stop(standing_stop(around, lease.account, lease.campaign))


def _refuse_expired(order: Order, now: datetime) -> None:
    """Refuse to start by a plan that held up to now (13)."""
    if order.expires_at is not None and now >= order.expires_at:
        raise Refusal(
            f"what was planned held until {date_and_time(order.expires_at)}, and nobody had said yes by then",
            "start it anew; if a plan was reviewed for it, plan again, and have that reviewed",
            Exit.NOT_AS_REVIEWED,
        )


def _begin(order: Order, running: Running, around: Surroundings) -> RunState:
    """Check again and write the start, in one transaction; older runs that sent nothing are cancelled."""
    now, lease, log = around.clock.now(), running.lease, around.log
    _refuse_expired(order, now)  # a person may have thought for days
    begun = RunStarted(now, order.run, running.occasion, order.document, running.formerly)
    events: list[Event] = [begun]
    if order.again is not None:
        events.append(OverrideUsed(now, "again", order.again))
    events.append(LeaseTaken(now, lease.owner, lease.fence))
    state, told = START, []
    with log.writing(lease) as writer:
        _refuse(running, around)
        for older in running.unsent_before(log, now):
            reason = f"run {order.run} was started in its place; this one had sent nothing"
            standing = Standing(RunStatus.CANCELLED, 0, Exit.STANDS)
            writer.append(older.run, RunCancelled(now, reason), standing)
        for event in events:
            state = evolve(state, event)
            writer.append(order.run, event, running.standing(state))
            told.append((event, state))
    for event, then in told:
        around.told(event, then)
    return state


def _refuse_standing(
    entry: RunEntry, program: Program, state: RunState, resumed: RunResumed, sends: Iterable[SendEntry]
) -> None:
    """Refuse to resume what would stand just as it stands: nothing is written then."""
    decision = decide(program, evolve(state, resumed), Facts(resumed.at))
    stands: tuple[RunStatus, str, Question | None]
    match decision:
        case Ask(step=step, question=question):
            stands = (RunStatus.PAUSED, step, question)
        case Halt(step=step):
            stands = (RunStatus.HALTED, step, None)
        case _:
            return
    if (state.status, state.stopped_at, state.stopped_by) != stands:
        return
    need = need_of(entry, state, sends, is_alive=False, because=decision.reason)
    raise Refusal(
        f"run {entry.run} is stopped at {decision.step}: {decision.reason}",
        need.commands[0] if need else "start a new run",
        Exit.GUARDED if isinstance(decision, Halt) else Exit.STANDS,
    )


def _go(running: Running, document: Mapping[str, Any], state: RunState, around: Surroundings) -> Result:
    """Run on, and give the campaign back in the log, whatever comes."""
    gate = Gate(running, around)
    try:
        state = advance(running, state, gate, around)
    except (Exception, GaveUp) as error:
        with suppress(Exception), around.log.writing() as writer:  # the lease may be what was lost
            writer.seal(around.clock.now())
        raise Broken(
            running.run, error, sent=gate.sent, is_open=gate.is_open, unwritten=gate.unwritten
        ) from error
    seal = None
    # All that matters is written by now: whatever fails here makes nothing undone.
    with suppress(Exception):
        seal = _let_go(running, state, around)
    return Result(running.run, document, running.program, state, gate.sent, seal)


def _let_go(running: Running, state: RunState, around: Surroundings) -> str | None:
    """Give the campaign back in the log, and seal what was written; the seal's hash."""
    released = LeaseReleased(around.clock.now(), running.lease.owner)
    with around.log.writing(running.lease) as writer:
        writer.append(running.run, released, running.standing(state))
        sealed = writer.seal(released.at)
    around.told(released, state)
    return seal_of(sealed)
