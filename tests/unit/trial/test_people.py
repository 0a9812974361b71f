"""Customers made up for a plan: every request finds some, judged by how the sandbox reads a request."""

import json
from time import process_time

import pytest

from engine.record.plan import PlannedStep
from engine.refusal import Refusal
from engine.sandbox import Call, Campaign
from engine.sandbox.asked import read
from engine.sandbox.customers import campaign_from
from engine.trial.people import people_for
from tests.unit.runner.fakes import planned

HEAD = """\
format: runbook/v1
name: people
owner: collections-ops
purpose: overdue
campaign: {id: camp_demo}
steps:
"""
STEP = "  - {{id: {0}, channel: sms, template: t, filters: {1}, limit: {2}}}\n"
FILTERS = {
    "a status": "{payment_status: [bounced, pending]}",
    "a language": "{language: tamil}",
    "a column": '{custom: {branch: [pune, "north east"], tier: gold}}',
    "all of them": "{payment_status: paid, language: hindi, custom: {branch: pune}}",
    "some ids": "{ids: [L-1, L-2, LOANID-2043153]}",
    "ids of a status": "{ids: [L-1, L-2], payment_status: paid}",
    "all but some": "{exclude_ids: [LOANID-2043153, L-9]}",
    "everyone": "everyone",
}


def crowd(text: str, seed: int = 0) -> tuple[Campaign, tuple[PlannedStep, ...]]:
    """Make the people of a runbook, as a campaign of the sandbox."""
    program = planned(text).program
    rows = people_for(program, seed)
    return campaign_from({"id": "camp_demo", "customers": list(rows)}), program.steps


def found(campaign: Campaign, step: PlannedStep) -> list[str]:
    """Give the ids that the sandbox selects for a step, before its limit."""
    body = json.dumps(step.sends[0].request.body).encode()
    asked = read(Call("POST", "", body=body), step.channel, strict=True)
    return [each.id for each in asked.selects(campaign)]


@pytest.mark.parametrize("filters", FILTERS)
def test_a_step_finds_people(filters: str) -> None:
    """More than its limit, or all whom it names."""
    campaign, (step,) = crowd(HEAD + STEP.format("a", FILTERS[filters], 20))
    names = found(campaign, step)
    assert len(names) > 20 or set(names) >= {"L-1", "L-2"}


def test_some_are_found_by_nobody() -> None:
    """Else a filter that is ignored would look like one that is not."""
    campaign, (step,) = crowd(HEAD + STEP.format("a", "{payment_status: bounced, language: hindi}", 20))
    assert len(campaign.customers) - len(found(campaign, step)) >= 10


def test_those_left_out_are_there() -> None:
    """Who is excluded would be found otherwise."""
    campaign, (step,) = crowd(HEAD + STEP.format("a", "{language: hindi, exclude_ids: [L-9]}", 20))
    assert campaign.customers["L-9"].language == "hindi"
    assert "L-9" not in found(campaign, step)


def test_limits_bite_in_turn() -> None:
    """The first step finds more than it may take, the second fewer."""
    text = HEAD + STEP.format("a", "{language: hindi}", 100) + STEP.format("b", "{language: tamil}", 100)
    campaign, (a, b) = crowd(text)
    assert len(found(campaign, a)) > 100
    assert 10 < len(found(campaign, b)) < 100


@pytest.mark.parametrize(("low", "high"), [(300, 400), (5, 40)])
def test_what_a_step_expects_is_made_so(low: int, high: int) -> None:
    """A trial of a sound runbook does not halt because the wrong number was made up."""
    expects = f"    filters: {{language: hindi}}\n    expect: {{matched: {{min: {low}, max: {high}}}}}\n"
    campaign, (step,) = crowd(
        f"{HEAD}  - id: a\n    channel: sms\n    template: t\n    limit: 100\n{expects}"
    )
    assert low <= len(found(campaign, step)) <= high


def test_some_are_found_by_two_steps() -> None:
    """Overlaps are what somebody wants to see before customers do."""
    text = (
        HEAD + STEP.format("a", "{language: tamil}", 100) + STEP.format("b", "{custom: {branch: goa}}", 100)
    )
    campaign, (a, b) = crowd(text)
    assert {*found(campaign, a)} & {*found(campaign, b)}


def test_the_seed_decides() -> None:
    """The same people each time, others for another seed."""
    text = HEAD + STEP.format("a", "{language: hindi}", 20)
    assert crowd(text, 1)[0] == crowd(text, 1)[0]
    assert crowd(text, 1)[0] != crowd(text, 2)[0]


def test_a_large_plan_has_bounded_people() -> None:
    """A limit of a million makes no million people."""
    campaign, _ = crowd(
        HEAD + "".join(STEP.format(f"s{n}", f"{{language: l{n}}}", 1_000_000) for n in range(30))
    )
    assert len(campaign.customers) < 30_000


def test_more_than_a_trial_makes_up_is_refused() -> None:
    """Nobody waits for a million rows: real ones can be given."""
    text = HEAD + STEP.format("a", "{language: hindi}", 5).replace(
        "limit", "expect: {matched: {min: 20001}}, limit"
    )
    with pytest.raises(Refusal, match="step a expects 20001 customers or more") as refused:
        crowd(text)
    assert "--roster" in refused.value.cure


@pytest.mark.slow
def test_many_steps_with_filters_of_their_own_find_people_in_time() -> None:
    """A thousand steps: looking at every row for each of them took 28 s."""
    steps = [STEP.format(f"s{n}", f"{{custom: {{branch: b{n}}}}}", 10) for n in range(1_000)]
    program = planned(HEAD + "".join(steps)).program
    began_s = process_time()
    assert len(people_for(program, 0)) >= 1_000 * 6
    assert process_time() - began_s < 10
