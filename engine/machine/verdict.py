"""Whether a step that was answered went well, by its status, its ``expect`` and its ``success``."""

from engine.machine.aggregate import read
from engine.record.condition import UNKNOWN, Condition, Field, Truth, Unknown, Value
from engine.record.event import Verdict
from engine.record.outcome import StepStatus
from engine.record.plan import PlannedStep, Program
from engine.record.state import RunState, StepState
from engine.runbook.expressions.evaluate import evaluate

_COUNTED = {StepStatus.SUCCEEDED, StepStatus.PARTIAL, StepStatus.FAILED, StepStatus.NO_MATCH}


def truth(program: Program, state: RunState, condition: Condition) -> Truth:
    """Evaluate a condition over the inputs and the results of the steps so far."""

    def field_of(step: str, name: Field) -> Value:
        return read(state.steps.get(step) or StepState(), name)

    value = evaluate(condition.tree, program.inputs, field_of)
    assert isinstance(value, bool | Unknown), "conditions are checked to be true or false when read"
    return value


def failure(program: Program, state: RunState, step: PlannedStep) -> str | Unknown | None:
    """Say why the step has failed, None if it has not, UNKNOWN if nobody can tell.

    ``expect`` and ``success`` are evaluated only on an answer whose numbers are known; a person's
    word stands above ``success`` alone.
    """
    now = state.steps[step.id]
    if now.status in (StepStatus.FAILED, StepStatus.REJECTED):
        return _refusal(now) or "the API reports every message as failed"
    if now.status not in _COUNTED or now.counts is None:
        return None
    if step.expect_matched is not None and not step.expect_matched.holds(now.counts.matched):
        return f"matched is not {step.expect_matched} (expect)"
    if now.verdict is Verdict.OK:
        return None
    if now.verdict is Verdict.FAILED:
        return "a person said that it failed"
    return _broken(program, state, step.success)


def _broken(program: Program, state: RunState, success: tuple[Condition, ...]) -> str | Unknown | None:
    """Name the first criterion that is false; an unknown one counts only if none is false."""
    verdicts = [(criterion, truth(program, state, criterion)) for criterion in success]
    for criterion, holds in verdicts:
        if holds is False:
            return f"{criterion.text} is false (success)"
    return UNKNOWN if any(holds is UNKNOWN for _, holds in verdicts) else None


def _refusal(step: StepState) -> str | None:
    for send in step.sends.values():
        if send.outcome is not None and send.outcome.reason:
            return send.outcome.reason
    return None
