"""A plan as ``plan/v1`` JSON, and its digests recomputed from that JSON alone."""

from engine.diagnostics import Json
from engine.plan.analysis import Fate
from engine.plan.answers import Answer
from engine.plan.build import plain, send_json
from engine.plan.digest import digest
from engine.plan.model import Making, Plan
from engine.plan.tree import Branch, TreeNode
from engine.plan.unknowns import unknowns
from engine.record.plan import PlannedStep
from engine.runbook.model import Step


def document(plan: Plan, making: Making) -> dict[str, Json]:
    """Give the whole plan; schemas/plan.v1.schema.json says what each key means."""
    return {
        "format": "plan/v1",
        "digests": {"rules": plan.rules_digest, "plan": plan.digest},
        "made": _made(making),
        "runbook": _runbook(plan),
        "rules": plan.rules,
        "inputs": {
            value.name: {"value": plain(value), "origin": value.origin.value, "detail": value.detail}
            for value in plan.inputs
        },
        "messages": _messages(plan),
        "steps": [
            _step(plan, step, planned)
            for step, planned in zip(plan.runbook.steps, plan.program.steps, strict=True)
        ],
        "outcomes": _outcomes(plan),
        "assumed": {
            step: {name.value: _json(value) for name, value in fixed.items()}
            for step, fixed in plan.assumed.items()
        },
        "unknown": list(unknowns(plan)),
    }


def digests_of(plan_json: dict[str, Json]) -> tuple[str, str]:
    """Recompute the rules digest and the plan digest from a plan's content; raises KeyError, TypeError."""
    content: dict[str, Json] = {"rules": digest(plan_json["rules"])}
    inputs, steps = plan_json["inputs"], plan_json["steps"]
    if not isinstance(inputs, dict) or not isinstance(steps, list):
        raise TypeError("inputs is a mapping and steps is a list")
    content["inputs"] = {name: value["value"] for name, value in inputs.items() if isinstance(value, dict)}
    content["steps"] = [
        {"id": step["id"], "sends": step["sends"]} for step in steps if isinstance(step, dict)
    ]
    return str(content["rules"]), digest(content)


def _made(making: Making) -> Json:
    return {
        "created_at": making.created_at.isoformat(timespec="seconds"),
        "expires_at": making.expires_at.isoformat(timespec="seconds"),
        "file": making.file,
        "engine": making.engine,
        "environment": making.environment,
    }


def _runbook(plan: Plan) -> Json:
    runbook = plan.runbook
    return {
        "name": runbook.name,
        "revision": runbook.revision,
        "owner": runbook.owner,
        "purpose": runbook.purpose.value,
        "once": runbook.once.value,
        "description": runbook.description,
        "campaign": {"id": runbook.campaign.id, "name": runbook.campaign.name},
        "account": plan.account.to_json() if plan.account else None,
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
    template = plan.templates.get(step.id)
    expect = step.expect_matched
    return {
        "id": step.id,
        "title": step.title,
        "channel": step.channel,
        "purpose": step.purpose.value,
        "fate": fate.fate.value,
        "after": list(fate.after),
        "why": why(plan, step),
        "template": template.to_json() if template else ({"id": step.template} if step.template else None),
        "audience": step.audience,
        "people": {
            "by": "filter",
            "everyone": step.filters is None,
            "at_most": planned.sends[0].at_most,
            "known": "only after sending",
        },
        "sends": [send_json(send) for send in planned.sends],
        "when": step.when.text if step.when else None,
        "success": [criterion.text for criterion in step.success],
        "expect": {"matched": {"min": expect.min, "max": expect.max}} if expect else None,
        "on_failure": step.on_failure.value,
        "timeout_s": step.timeout_s,
        "retry": {"attempts": step.retry.attempts, "within_s": step.retry.within_s},
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
