"""Why the machine decided so: the reason, with the values that it saw; pure."""

from collections.abc import Iterable

from engine.machine.seen import seen
from engine.record.condition import Condition
from engine.record.event import Question, Verdict
from engine.record.plan import PlannedStep, Program
from engine.record.state import RunState, StepState
from engine.replay.moves import Kind, Move


def why(program: Program, state: RunState, move: Move) -> str:
    """Say why a move was made in this state, before it."""
    if move.step is None or move.step not in program.positions:
        return move.reason
    step = program.steps[program.positions[move.step]]
    now = state.steps.get(step.id) or StepState()
    if move.kind is Kind.SEND:
        return _why_sent(program, state, step, now, move)
    conditions = (step.when,) if _is_before(move) else step.success
    return move.reason + _saw(program, state, move, (each for each in conditions if each))


def _why_sent(program: Program, state: RunState, step: PlannedStep, now: StepState, move: Move) -> str:
    before = now.sends.get(move.address or "")
    if before is not None:
        return "a person let it be tried again" if before.reopened else "the attempt before did not go out"
    if now.verdict is Verdict.RUN:
        return "a person said so"
    if step.when is None or now.sends:
        return "it has no condition" if step.when is None else "it goes on with the step"
    return f"its condition is true: {step.when.text}{seen(program, state, step.when)}"


def _is_before(move: Move) -> bool:
    return move.kind is Kind.SKIP or move.question is Question.WHEN


def _saw(program: Program, state: RunState, move: Move, conditions: Iterable[Condition]) -> str:
    """Say what the conditions saw that the reason names."""
    named = [each for each in conditions if each.text in move.reason]
    return "".join(dict.fromkeys(seen(program, state, each) for each in named))
