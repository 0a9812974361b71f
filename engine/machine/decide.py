"""``decide(program, state, facts) -> Decision``: the one place where a run's next move is chosen."""

from datetime import datetime, timedelta
from typing import TypeAlias, assert_never

from engine.frozen import dataclass
from engine.machine.aggregate import read
from engine.machine.retry import next_try
from engine.machine.verdict import failure, truth
from engine.record.condition import UNKNOWN, Condition, step_fields
from engine.record.event import Question, Verdict
from engine.record.outcome import RunStatus, SendStatus, StepStatus
from engine.record.plan import OnFailure, PlannedSend, PlannedStep, Program
from engine.record.state import RunState, SendState, StepState


@dataclass(frozen=True, slots=True)
class Facts:
    """What the machine may know of the world: values, read by the shell."""

    now: datetime


@dataclass(frozen=True, slots=True)
class Send:
    """Make this request; ``attempt`` counts from 1 for each address."""

    step: str
    address: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave this step out."""

    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing before ``until``."""

    step: str
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Stop until a person answers."""

    step: str
    question: Question
    reason: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Halt:
    """Stop because the step went wrong; ``final``: no resume sends."""

    step: str
    reason: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to do."""


Decision: TypeAlias = Send | Skip | Wait | Ask | Halt | Finish


def decide(program: Program, state: RunState, facts: Facts) -> Decision:
    """Choose what the run does next."""
    if state.status in (RunStatus.FINISHED, RunStatus.CANCELLED):
        return Finish()
    position = 0
    if state.last is not None:
        position = program.positions[state.last]
        unfinished = _conclude(program, state, program.steps[position], facts)
        if unfinished is not None:
            return unfinished
        position += 1
    if position == len(program.steps):
        return Finish()
    return _begin(program, state, program.steps[position])


def _begin(program: Program, state: RunState, step: PlannedStep) -> Decision:
    """Decide about a step of which nothing has happened yet."""
    verdict = state.steps[step.id].verdict if step.id in state.steps else None
    if verdict is Verdict.SKIP:
        return Skip(step.id, "a person said so")
    if step.when is None or verdict is Verdict.RUN:
        return Send(step.id, step.sends[0].address, 1)
    holds = truth(program, state, step.when)
    if holds is UNKNOWN:
        return Ask(step.id, Question.WHEN, _undecided(state, step.id, step.when))
    if not holds:
        return Skip(step.id, f"its condition is false: {step.when.text}")
    return Send(step.id, step.sends[0].address, 1)


def _undecided(state: RunState, step: str, when: Condition) -> str:
    """Ask a person to decide what a condition cannot, for numbers that nobody knows."""
    unknown = dict.fromkeys(
        field.step
        for field in step_fields(when.tree)
        if read(state.steps.get(field.step) or StepState(), field.name) is UNKNOWN
    )
    why = f"what came of {' and '.join(unknown)} is not known" if unknown else "its condition has no answer"
    return f"{why}, so you decide: send {step} or skip it? ({when.text})"


def _conclude(program: Program, state: RunState, step: PlannedStep, facts: Facts) -> Decision | None:
    """Decide about the step that was touched last; None when the run may go on behind it."""
    now = state.steps[step.id]
    for send in now.sends.values():
        if send.status in (SendStatus.IN_DOUBT, SendStatus.INTENDED):
            reason = "nobody knows whether it went out"
            return Ask(step.id, Question.DOUBT, reason, send.address)
    if state.halted_for_good:
        return Halt(step.id, state.halted_for_good, final=True)
    if now.accepted is not None or now.status is StepStatus.SKIPPED:
        return None
    for planned in step.sends:
        send_state = now.sends.get(planned.address)
        if _is_open(send_state):
            return _send(step, planned, send_state, state.run, facts)
        if send_state and send_state.status in (SendStatus.FAILED, SendStatus.REJECTED):
            break
    return _judge(program, state, step)


def _is_open(send: SendState | None) -> bool:
    """Say whether a request is still to be made: never made, or surely not taken and allowed again."""
    return send is None or send.status is SendStatus.NOT_SENT or send.reopened


def _send(
    step: PlannedStep, planned: PlannedSend, before: SendState | None, run: str, facts: Facts
) -> Decision:
    if before is None:
        return Send(step.id, planned.address, 1)
    again = Send(step.id, planned.address, before.attempt + 1)
    if before.reopened:
        return again
    why = before.outcome.reason if before.outcome else ""
    due = next_try(step.retry, before, run)
    if isinstance(due, Question):
        later = "the API asks to wait longer than retry.within allows"
        reason = later if due is Question.RETRY_LATER else f"not sent in {before.tries} tries: {why}"
        return Ask(step.id, due, reason, planned.address)
    # No wait lies so far ahead, unless the date was set back since the last try.
    is_due = facts.now >= due or due - facts.now > timedelta(seconds=step.retry.within_s)
    return again if is_due else Wait(step.id, due, why)


def _judge(program: Program, state: RunState, step: PlannedStep) -> Decision | None:
    """All of the step's sends are settled: go on, ask, or stop."""
    if reason := _fatal(state.steps[step.id]):
        return Halt(step.id, reason)
    reason_or_unknown = failure(program, state, step)
    if reason_or_unknown is None:
        return None
    if reason_or_unknown is UNKNOWN:
        criteria = "; ".join(criterion.text for criterion in step.success)
        return Ask(step.id, Question.SUCCESS, f"whether it went well cannot be told: {criteria}")
    match step.on_failure:
        case OnFailure.HALT:
            return Halt(step.id, reason_or_unknown)
        case OnFailure.PAUSE:
            return Ask(step.id, Question.FAILED, reason_or_unknown)
        case OnFailure.CONTINUE:
            return None
        case _:
            assert_never(step.on_failure)


def _fatal(step: StepState) -> str | None:
    """Give the reason of a refusal that no setting lets pass: wrong token, organisation, campaign."""
    for send in step.sends.values():
        if send.outcome is not None and send.outcome.fatal:
            return send.outcome.reason or "the API refused the account or the campaign"
    return None
