"""How a run ends or stands: the event that says so, and the exit code (DESIGN, section 7); pure."""

from datetime import datetime
from typing import assert_never

from engine.machine.decide import Ask, Decision, Finish, Halt
from engine.machine.verdict import failure
from engine.record.event import Event, Question, RunFinished, RunHalted, RunPaused
from engine.record.outcome import RunStatus, SendStatus, StepStatus
from engine.record.plan import PlannedStep, Program
from engine.record.state import RunState
from engine.refusal import Exit

MAYBE_SENT = frozenset(
    {
        SendStatus.INTENDED,
        SendStatus.IN_DOUBT,
        SendStatus.SENT_UNKNOWN,
        SendStatus.SUCCEEDED,
        SendStatus.PARTIAL,
        SendStatus.FAILED,
    }
)
"""Something of the send was taken, or may have been."""

ENDS = (
    *(Exit.WELL, Exit.GUARDED, Exit.STANDS),
    *(Exit.FINISHED_WITH_FAULTS, Exit.HALTED, Exit.IN_DOUBT, Exit.STANDS_AFTER_SENDS),
)
"""Every exit code that the way of a run alone can give."""

_WELL = {StepStatus.SUCCEEDED, StepStatus.NO_MATCH, StepStatus.SKIPPED}


def ending(decision: Decision, now: datetime) -> Event | None:
    """Give the event by which a run ends or stands; None where it goes on."""
    match decision:
        case Ask(step=step, question=question, reason=reason):
            return RunPaused(now, step, question, reason)
        case Halt(step=step, reason=reason, final=final):
            return RunHalted(now, step, reason, final)
        case Finish():
            return RunFinished(now)
        case _:
            return None


def anything_sent(state: RunState) -> bool:
    """Say whether anybody was messaged by the run, or may have been."""
    # Who has a number of messages need not look at every step for one.
    return state.initiated > 0 or any(
        send.status in MAYBE_SENT for step in state.steps.values() for send in step.sends.values()
    )


def exit_code(program: Program, state: RunState, *, sent_here: bool) -> Exit | None:
    """Give the exit code; ``sent_here``: this process had a send accepted, or may have. None: it goes on."""
    match state.status:
        case RunStatus.FINISHED:
            return _finished(program, state)
        case RunStatus.HALTED:
            return Exit.HALTED if anything_sent(state) else Exit.GUARDED
        case RunStatus.IN_DOUBT:
            return Exit.IN_DOUBT
        case RunStatus.PAUSED if state.stopped_by is Question.GUARD and not sent_here:
            return Exit.GUARDED
        case RunStatus.PAUSED | RunStatus.WAITING | RunStatus.CANCELLED:
            return Exit.STANDS_AFTER_SENDS if sent_here else Exit.STANDS
        case RunStatus.RUNNING:
            return None
        case _:
            assert_never(state.status)


def _finished(program: Program, state: RunState) -> Exit:
    """Well, unless something failed; where nothing went out because all was refused, that is said."""
    if all(_went_well(program, state, step) for step in program.steps):
        return Exit.WELL
    return Exit.FINISHED_WITH_FAULTS if anything_sent(state) else Exit.GUARDED


def _went_well(program: Program, state: RunState, step: PlannedStep) -> bool:
    now = state.steps[step.id]
    return now.status in _WELL and (now.status is StepStatus.SKIPPED or not failure(program, state, step))
