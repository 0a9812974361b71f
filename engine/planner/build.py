"""From a runbook, its inputs and an account to a plan; pure, so the same on any machine."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.diagnostics import Json
from engine.frozen import replace
from engine.planner.digest import digest
from engine.planner.model import Plan
from engine.record.plan import Account, PlannedSend, PlannedStep, Program, Template
from engine.runbook.channels import Channel, known
from engine.runbook.inputs import InputValue
from engine.runbook.meaning import canonical
from engine.runbook.model import Runbook, Step

if TYPE_CHECKING:
    from engine.planner.answers import Assumptions


def build(
    runbook: Runbook,
    authored: Mapping[str, Any],
    *,
    inputs: tuple[InputValue, ...] = (),
    keys: tuple[str, ...] = (),
    account: Account | None = None,
    templates: Mapping[str, Template] | None = None,
    assumed: "Assumptions | None" = None,
    channels: Mapping[str, Channel] | None = None,
) -> Plan:
    """Plan a runbook whose templates are rendered.

    ``authored`` is the runbook as written, before rendering: the rules digest covers it, so that
    tomorrow's date or another branch leaves the reviewed rules what they are. ``templates`` gives
    the catalog's entry for each step whose template it names. Without ``channels`` those count that
    this installation has; where one comes from is a rule, for it decides what is sent.
    """
    templates = templates or {}
    channels = known(step.channel for step in runbook.steps) if channels is None else channels
    steps = tuple(_planned(step, runbook, templates.get(step.id), channels) for step in runbook.steps)
    program = Program(steps, {value.name: value.value for value in inputs})
    rules: dict[str, Json] = {
        "account": account.to_json() if account else None,
        "policy": None,
        "runbook": canonical(authored),
        "templates": {step: template.to_json() for step, template in sorted(templates.items())},
        **_origins(runbook, channels),
    }
    rules_digest = digest(rules)
    return Plan(
        runbook=runbook,
        program=program,
        rules=rules,
        rules_digest=rules_digest,
        digest=digest(exact(rules_digest, program, inputs)),
        account=account,
        inputs=inputs,
        keys=keys,
        templates=templates,
        channels=channels,
        assumed=assumed or {},
    )


def _origins(runbook: Runbook, channels: Mapping[str, Channel]) -> dict[str, Json]:
    """Say which distribution makes the requests of a channel; nothing where all channels are ours."""
    used = sorted({step.channel for step in runbook.steps})
    origins: dict[str, Json] = {name: channels[name].origin for name in used if channels[name].origin}
    return {"channels": origins} if origins else {}


def exact(rules_digest: str, program: Program, inputs: tuple[InputValue, ...]) -> dict[str, Json]:
    """Give what the plan digest covers: the rules, the values of the inputs, every request."""
    return {
        "rules": rules_digest,
        "inputs": {value.name: plain(value) for value in inputs},
        "steps": [
            {"id": step.id, "sends": [send_json(send) for send in step.sends]} for step in program.steps
        ],
    }


def plain(value: InputValue) -> Json:
    """Give an input's value as JSON: lists for lists."""
    return list(value.value) if isinstance(value.value, tuple) else value.value


def send_json(send: PlannedSend) -> dict[str, Json]:
    """Give one send as plans carry it: its address, its request, the most customers it may take."""
    return {"address": send.address, **send.request.to_json(), "at_most": send.at_most}


def _planned(
    step: Step, runbook: Runbook, template: Template | None, channels: Mapping[str, Channel]
) -> PlannedStep:
    on_wire = replace(step, template=template.id) if template else step
    request = channels[step.channel].request(runbook.campaign.id, on_wire)
    return PlannedStep(
        id=step.id,
        channel=step.channel,
        sends=(PlannedSend(f"{step.id}/c1", request, _at_most(step)),),
        when=step.when,
        success=step.success,
        expect_matched=step.expect_matched,
        on_failure=step.on_failure,
        retry=step.retry,
        timeout_s=step.timeout_s,
    )


def _at_most(step: Step) -> int | None:
    """Bound a request by its limit and by the customers that it names."""
    named = set(step.filters.ids) - set(step.filters.exclude_ids) if step.filters else set()
    bounds = [bound for bound in (step.limit, len(named)) if bound]
    return min(bounds, default=None)
