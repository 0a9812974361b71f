"""``evolve(state, event) -> state``: total, pure; a run's state is the fold of its events."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import assert_never

from engine.frozen import replace
from engine.machine.aggregate import settled
from engine.record.event import (
    Erased,
    Event,
    GuardRefused,
    LateAnswer,
    LeaseLost,
    LeaseReleased,
    LeaseTaken,
    Overreached,
    OverrideUsed,
    Question,
    Reconciled,
    Resolution,
    RunCancelled,
    RunFinished,
    RunHalted,
    RunPaused,
    RunResumed,
    RunStarted,
    Sealed,
    SendIntended,
    SendResolved,
    SendSettled,
    StepDecided,
    StepSkipped,
    StopLifted,
    StopSet,
    WaitEnded,
    WaitStarted,
)
from engine.record.layered import with_item
from engine.record.outcome import SURELY_TAKEN, SURELY_UNSENT, Outcome, RunStatus, SendStatus, StepStatus
from engine.record.settlement import found
from engine.record.state import RunState, SendState, StepState

START = RunState()

_OVERREACHED = "the API took more customers, or others, than the request allowed"
_CONTRADICTED = "an answer came after a person had said that it was not sent"
_SHOWN = "the API's logs show a send of which a person had said that it was not sent"


def fold(events: Iterable[Event], start: RunState = START) -> RunState:
    """Fold events onto a state; from ``START`` they give how the run stands."""
    return reduce(evolve, events, start)


def evolve(state: RunState, event: Event) -> RunState:  # noqa: C901, PLR0911, PLR0912  (one case an event)
    """Give the state after the event."""
    match event:
        # Nearly all events are these two, and the cases are tried in their order.
        case SendIntended():
            return _intended(state, event)
        case SendSettled(at=at, step=step, address=address, outcome=outcome):
            return _settled(state, step, address, outcome, at)
        case RunStarted(run=run):
            return replace(state, run=run, status=RunStatus.RUNNING)
        case RunResumed(accept=accept):
            return _resumed(state, accept)
        case RunPaused(step=step, question=question):
            doubt = question is Question.DOUBT
            status = RunStatus.IN_DOUBT if doubt else RunStatus.PAUSED
            return replace(state, status=status, stopped_at=step, stopped_by=question)
        case RunHalted(step=step, reason=reason, final=final):
            for_good = state.halted_for_good or (reason if final else None)
            halted = replace(state, status=RunStatus.HALTED, halted_for_good=for_good)
            return replace(halted, stopped_at=step, stopped_by=None)
        case RunCancelled():
            return replace(state, status=RunStatus.CANCELLED)
        case RunFinished():
            return replace(state, status=RunStatus.FINISHED)
        case WaitStarted(until=until):
            return replace(state, status=RunStatus.WAITING, until=until)
        case WaitEnded():
            return replace(state, status=RunStatus.RUNNING, until=None)
        case StepSkipped(step=step, reason=reason):
            skipped = replace(_step(state, step), status=StepStatus.SKIPPED, reason=reason)
            return _with_step(state, step, skipped, last=step)
        case StepDecided(step=step, verdict=verdict):
            return _with_step(state, step, replace(_step(state, step), verdict=verdict), last=state.last)
        case SendResolved():
            return _resolved(state, event)
        case Overreached():
            return replace(state, halted_for_good=_OVERREACHED)
        case LateAnswer():
            return _late(state, event)
        case Reconciled():
            return _reconciled(state, event)
        case (
            GuardRefused()
            | OverrideUsed()
            | LeaseTaken()
            | LeaseLost()
            | LeaseReleased()
            | StopSet()
            | StopLifted()
            | Erased()
            | Sealed()
        ):
            return state
        case _:
            assert_never(event)


def _step(state: RunState, step: str) -> StepState:
    return state.steps.get(step) or StepState()


def _with_step(state: RunState, step: str, new: StepState, *, last: str | None) -> RunState:
    return replace(state, steps=with_item(state.steps, step, new), last=last)


def _with_send(
    state: RunState, step: str, send: SendState, *, intended: bool = False, gained: int = 0
) -> RunState:
    before = _step(state, step)
    sends = {**before.sends, send.address: send}
    status, counts = settled(sends.values())
    new = replace(before, sends=sends, status=status, counts=counts)
    return replace(
        state,
        steps=with_item(state.steps, step, new),
        last=step,
        status=RunStatus.RUNNING if intended else state.status,
        until=None if intended else state.until,
        initiated=state.initiated + gained,
    )


def _intended(state: RunState, event: SendIntended) -> RunState:
    before = _step(state, event.step).sends.get(event.address)
    goes_on = before is not None and not before.reopened
    send = SendState(
        address=event.address,
        attempt=event.attempt,
        tries=before.tries + 1 if before is not None and goes_on else 1,
        since=before.since if before is not None and goes_on else event.at,
    )
    return _with_send(state, event.step, send, intended=True)


def _settled(state: RunState, step: str, address: str, outcome: Outcome, at: datetime) -> RunState:
    before = _step(state, step).sends[address]
    send = replace(before, outcome=outcome, settled_at=at, reopened=False)
    gained = outcome.counts.initiated if outcome.counts else 0
    return _with_send(state, step, send, gained=gained)


def _resolved(state: RunState, event: SendResolved) -> RunState:
    """A person's word: only *not sent* opens a new attempt; the rest leaves the numbers unknown.

    Said of a send that was never in doubt, it lifts the block of an overreach, and changes nothing here.
    """
    step, address, is_unsent = event.step, event.address, event.resolution is Resolution.NOT_SENT
    if _step(state, step).sends[address].status not in (SendStatus.IN_DOUBT, SendStatus.INTENDED):
        return state
    if is_unsent:
        outcome = Outcome(SendStatus.NOT_SENT, reason="a person said that it was not sent")
    else:
        outcome = Outcome(SendStatus.SENT_UNKNOWN, counts=None, reason=event.reason)
    state = _settled(state, step, address, outcome, event.at)
    send = replace(_step(state, step).sends[address], reopened=is_unsent)
    return _undoubted(_with_send(state, step, send))


def _reconciled(state: RunState, event: Reconciled) -> RunState:
    """Take a send in doubt as sent if anybody was reached; who has none of it in the logs is not known."""
    if not event.reached:
        return state
    send = _step(state, event.step).sends[event.address]
    if send.attempt == event.attempt and send.status in (SendStatus.IN_DOUBT, SendStatus.INTENDED):
        outcome = Outcome(SendStatus.SENT_UNKNOWN, counts=None, reason=found(event))
        return _undoubted(_settled(state, event.step, event.address, outcome, event.at))
    if send.attempt > event.attempt or send.status is SendStatus.NOT_SENT:
        return replace(state, halted_for_good=_SHOWN)
    return _shown(state, event, send)


def _shown(state: RunState, event: Reconciled, send: SendState) -> RunState:
    """Keep how many rows show where some have failed: their step stands as it did."""
    if send.status not in (SendStatus.PARTIAL, SendStatus.FAILED):
        return state
    before = _step(state, event.step)
    new = replace(before, sends={**before.sends, event.address: replace(send, reached=event.reached)})
    return _with_step(state, event.step, new, last=state.last)


def _undoubted(state: RunState) -> RunState:
    is_settled = state.status is RunStatus.IN_DOUBT and not _doubtful(state)
    return replace(state, status=RunStatus.PAUSED) if is_settled else state


def _doubtful(state: RunState) -> bool:
    return any(step.status is StepStatus.IN_DOUBT for step in state.steps.values())


def _late(state: RunState, event: LateAnswer) -> RunState:
    """Keep the word that stands; an answer that contradicts *not sent* ends the run for good."""
    send = _step(state, event.step).sends[event.address]
    was_said_unsent = send.attempt > event.attempt or send.status is SendStatus.NOT_SENT
    contradicts = was_said_unsent and event.outcome.status in SURELY_TAKEN
    return replace(state, halted_for_good=_CONTRADICTED) if contradicts else state


def _resumed(state: RunState, accept: str | None) -> RunState:
    """Let the step at which the run stands be passed, or its unsent requests be tried again.

    A run that crashed stands at no step: resuming it is going on, nothing more. Nor does a stop at
    a step that has not begun reopen the one before it.
    """
    stopped_at, stopped_by = state.stopped_at, state.stopped_by
    running = replace(state, status=RunStatus.RUNNING, stopped_at=None, stopped_by=None, until=None)
    if stopped_at is None or stopped_at != state.last:
        return running
    step = _step(state, stopped_at)
    if accept is not None:
        return _with_step(running, stopped_at, replace(step, accepted=accept), last=stopped_at)
    may_reopen = stopped_by not in (Question.SUCCESS, Question.DOUBT)
    again = {
        address: replace(send, reopened=True) if may_reopen and send.status in SURELY_UNSENT else send
        for address, send in step.sends.items()
    }
    tried_again = again != dict(step.sends)
    passed = stopped_by is Question.FAILED and not tried_again
    new = replace(step, sends=again, accepted="resumed" if passed else step.accepted)
    return _with_step(running, stopped_at, new, last=stopped_at)
