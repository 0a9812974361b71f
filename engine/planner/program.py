"""The part of a plan by which a run goes, as JSON; it needs nothing that grows the outcome tree."""

from engine.diagnostics import Json
from engine.planner.build import plain, send_json
from engine.planner.digest import digest
from engine.planner.model import Making, Plan
from engine.record.plan import PlannedStep
from engine.runbook.model import Step


def program_document(plan: Plan, making: Making) -> dict[str, Json]:
    """Give the part of a plan by which a run goes, whatever becomes of the runbook's file.

    It is the plan without what was worked out for the reviewer: ways, fates, bounds. ``load`` reads it.
    """
    return {
        "format": "program/v1",
        "digests": {"rules": plan.rules_digest, "plan": plan.digest},
        "made": made(making),
        "runbook": about_runbook(plan),
        "rules": plan.rules,
        "inputs": inputs(plan),
        "steps": [
            said(plan, step, planned)
            for step, planned in zip(plan.runbook.steps, plan.program.steps, strict=True)
        ],
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


def made(making: Making) -> Json:
    """Say where a plan comes from, and how long it holds."""
    return {
        "created_at": making.created_at.isoformat(timespec="seconds"),
        "expires_at": making.expires_at.isoformat(timespec="seconds"),
        "file": making.file,
        "engine": making.engine,
        "environment": making.environment,
        "commit": making.commit,
        "blob": making.blob,
    }


def about_runbook(plan: Plan) -> Json:
    """Give what the runbook says of itself."""
    runbook = plan.runbook
    return {
        "name": runbook.name,
        "formerly": list(runbook.formerly),
        "revision": runbook.revision,
        "owner": runbook.owner,
        "purpose": runbook.purpose.value,
        "once": runbook.once.value,
        "description": runbook.description,
        "campaign": {"id": runbook.campaign.id, "name": runbook.campaign.name},
        "account": plan.account.to_json() if plan.account else None,
    }


def inputs(plan: Plan) -> dict[str, Json]:
    """Give each input's value with its origin."""
    return {
        value.name: {"value": plain(value), "origin": value.origin.value, "detail": value.detail}
        for value in plan.inputs
    }


def said(plan: Plan, step: Step, planned: PlannedStep) -> dict[str, Json]:
    """Give a step as it will be run, whatever is known of its fate."""
    template = plan.templates.get(step.id)
    expect = step.expect_matched
    return {
        "id": step.id,
        "title": step.title,
        "channel": step.channel,
        "purpose": step.purpose.value,
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
