"""A plan as ``plan/v1`` JSON."""

from engine.diagnostics import Json
from engine.planner.analysis import Fate
from engine.planner.answers import Answer
from engine.planner.model import Making, Plan
from engine.planner.program import about_runbook, inputs, made, said
from engine.planner.tree import Branch, TreeNode
from engine.planner.unknowns import unknowns
from engine.record.plan import PlannedStep
from engine.runbook.model import Step


def document(plan: Plan, making: Making) -> dict[str, Json]:
    """Give the whole plan; schemas/plan.v1.schema.json says what each key means."""
    return {
        "format": "plan/v1",
        "digests": {"rules": plan.rules_digest, "plan": plan.digest},
        "made": made(making),
        "runbook": about_runbook(plan),
        "rules": plan.rules,
        "inputs": inputs(plan),
        "messages": _messages(plan),
        "steps": [
            _step(plan, step, planned)
            for step, planned in zip(plan.runbook.steps, plan.program.steps, strict=True)
        ],
        "accepted_warnings": [each.to_json() for each in plan.accepted],
        "outcomes": _outcomes(plan),
        "assumed": {
            step: {name.value: _json(value) for name, value in fixed.items()}
            for step, fixed in plan.assumed.items()
        },
        "unknown": list(unknowns(plan)),
    }


def _messages(plan: Plan) -> Json:
    most = plan.analysis.messages
    return {
        "at_most": most.number,
        "without_limit": list(most.unbounded),
        "per_customer_at_most": plan.analysis.per_customer,
    }


def _step(plan: Plan, step: Step, planned: PlannedStep) -> Json:
    fate = plan.analysis.fates[step.id]
    as_said = said(plan, step, planned)
    first = ("id", "title", "channel", "purpose")
    return {
        **{key: as_said[key] for key in first},
        "fate": fate.fate.value,
        "after": list(fate.after),
        "why": why(plan, step),
        **{key: value for key, value in as_said.items() if key not in first},
    }


def why(plan: Plan, step: Step) -> str:
    """Say in plain words why a step's fate is what it is."""
    fate = plan.analysis.fates[step.id]
    unless = "" if fate.always else ", unless a person takes a stopped run further"
    match fate.fate:
        case Fate.WILL_RUN if step.when is None:
            is_first = plan.program.positions[step.id] == 0
            return "it has no condition" + ("" if is_first else "; a run that has stopped does not reach it")
        case Fate.WILL_RUN:
            return f"its condition is always true here{unless}"
        case Fate.WILL_SKIP:
            return "its condition is always false here"
        case Fate.NEVER:
            return "every way stops before it"
        case Fate.BY_PERSON_ONLY:
            return "no way leads to it by itself"
        case Fate.KNOWN_AFTER:
            return f"its condition reads {' and '.join(fate.after)}" if fate.after else "not worked out"


def _outcomes(plan: Plan) -> Json:
    analysis = plan.analysis
    return {
        "exhaustive": plan.tree.exhaustive,
        "proved": not analysis.possible_only,
        "ways": analysis.ways,
        "dead_steps": list(analysis.dead_steps),
        "constant_conditions": [
            {"step": step, "condition": condition, "always": always}
            for (step, condition), always in sorted(analysis.constant_conditions.items())
        ],
        "nodes": [_node(index, node) for index, node in enumerate(plan.tree.nodes)],
    }


def _node(index: int, node: TreeNode) -> Json:
    return {
        "id": index,
        "step": node.step,
        "move": node.move.value,
        "reason": node.reason,
        "question": node.question.value if node.question else None,
        "for_good": node.final,
        "branches": [_branch(branch) for branch in node.branches],
    }


def _branch(branch: Branch) -> Json:
    return {
        "to": branch.to,
        "proved": branch.proved,
        "person": branch.person or None,
        "answers": [_answer(answer) for answer in branch.answers],
    }


def _answer(answer: Answer) -> Json:
    outcome = answer.outcome
    return {
        "status": "overreached" if answer.overreached else outcome.status.value,
        "fatal": outcome.fatal,
        "where": [words for name, cell in answer.cells.items() if (words := cell.words(name.value))],
        "example": outcome.counts.to_json() if outcome.counts and not answer.overreached else None,
    }


def _json(value: object) -> Json:
    return value if isinstance(value, bool | int | float | str) else str(value)
