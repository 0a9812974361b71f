import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine.diagnostics import Json
from engine.record.condition import Condition, Literal
from engine.record.plan import Purpose
from engine.record.request import Request
from engine.runbook.channels import REGISTRY, Channel
from engine.runbook.channels.channel import guarded, initiate
from engine.runbook.decode import decode
from engine.runbook.model import Filters, Step
from engine.runbook.source import read

RUNBOOKS = Path(__file__).parents[3] / "runbooks"
IDS: Json = ["LOANID-2043153", "LOANID-2043154"]
TEMPLATE = {"templateId": "hfu7VL6sBhI6NPm"}
UNPAID: Json = {"payment_status": ["bounced", "pending"]}
TALK: Json = {"agentId": "PPTnLQAvGlLtVgRbpcFn", "dispositionId": "XaYnpMfmTumXNSgOSIZB"}

DOCUMENTED: dict[str, tuple[str, dict[str, Json]]] = {
    "whatsapp-everyone": ("whatsapp", {**TEMPLATE}),
    "whatsapp-chosen-customers": (
        "whatsapp",
        {**TEMPLATE, "conversationSettings": TALK, "filters": {"ids": IDS}},
    ),
    "whatsapp-bounced-and-pending": ("whatsapp", {**TEMPLATE, "filters": UNPAID}),
    "whatsapp-all-but-some": ("whatsapp", {**TEMPLATE, "filters": {"exclude_ids": IDS}}),
    "sms-everyone": ("sms", {**TEMPLATE}),
    "sms-chosen-customers": ("sms", {**TEMPLATE, "filters": {"ids": IDS}}),
    "sms-bounced-and-pending": ("sms", {**TEMPLATE, "filters": UNPAID}),
    "sms-all-but-some": ("sms", {**TEMPLATE, "filters": {"exclude_ids": IDS}}),
}
STEP = Step("remind", "sms", Purpose.OVERDUE, Filters(ids=("L-1",)), 10, template="smsTpl01")
CONVERSATION: dict[str, Json] = {"conversation": {"agent": "a1", "disposition": "d1"}}


def first_request(name: str) -> Request:
    """Give the request of a runbook's first step."""
    document = read((RUNBOOKS / f"{name}.yaml").read_bytes(), name)
    runbook = decode(document.data, {("steps", 0, "success"): Condition("true", Literal(value=True))})
    step = runbook.steps[0]
    return REGISTRY[step.channel].request(runbook.campaign.id, step)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_examples_go_out_as_documented(name: str) -> None:
    """Each usage example of the API's two pages is the body of a runbook, byte for byte."""
    endpoint, body = DOCUMENTED[name]
    request = first_request(name)
    assert (request.method, request.path) == ("POST", f"/initiate/camp_demo/{endpoint}")
    assert json.dumps(request.body, sort_keys=True) == json.dumps(body, sort_keys=True)


def test_calls_name_agent_and_disposition_at_the_top() -> None:
    """A call's body has no conversationSettings and no templateId."""
    request = first_request("calls")
    assert request.path == "/initiate/camp_demo/calls"
    assert request.body == {
        "agentId": "PPTnLQAvGlLtVgRbpcFn",
        "dispositionId": "XaYnpMfmTumXNSgOSIZB",
        "limit": 50,
        "filters": {
            "payment_status": ["bounced"],
            "language": ["hindi", "english"],
            "custom": {"dpd_bucket": ["30"]},
        },
    }


@pytest.mark.parametrize("name", REGISTRY)
def test_a_channel_is_registered_under_its_own_name(name: str) -> None:
    """The key of the registry and the channel's name never differ."""
    assert REGISTRY[name].name == name
    assert set(REGISTRY[name].required) <= REGISTRY[name].fields.keys()


@pytest.mark.parametrize("channel", REGISTRY.values(), ids=lambda channel: channel.name)
def test_bounds_are_left_out_only_where_the_step_says_so(channel: Channel) -> None:
    """Without filters and limit the body has neither; with them it has both."""
    step = replace(STEP, channel=channel.name, fields=CONVERSATION)
    bounded = channel.request("camp", step).body
    assert (bounded["limit"], bounded["filters"]) == (10, {"ids": ["L-1"]})
    unbounded = channel.request("camp", replace(step, limit=None, filters=None)).body
    assert not {"limit", "filters"} & unbounded.keys()


@pytest.mark.parametrize("channel", REGISTRY.values(), ids=lambda channel: channel.name)
@pytest.mark.parametrize(
    "broken",
    [
        replace(STEP, fields=CONVERSATION, filters=Filters()),
        replace(STEP, fields=CONVERSATION, filters=Filters(custom={"branch": ()})),
        replace(STEP, fields=CONVERSATION, filters=Filters(custom={" ": ("pune",)})),
        replace(STEP, fields=CONVERSATION, filters=Filters(ids=("L-1", ""))),
        replace(STEP, fields=CONVERSATION, filters=Filters(language=("\u00a0",))),
        replace(STEP, fields=CONVERSATION, limit=0),
        replace(STEP, fields=CONVERSATION, limit=True),
        replace(STEP, template=None, fields={"conversation": {"agent": "a1", "disposition": ""}}),
        replace(STEP, template="", fields={}),
    ],
)
def test_nothing_empty_ever_goes_out(channel: Channel, broken: Step) -> None:
    """Whatever slipped through, a body that might mean everyone is a bug, not a request."""
    with pytest.raises(AssertionError):
        channel.request("camp", broken)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"filters": {"ids": ["L-1"]}},
        {"limit": 10},
        {"limit": 10, "filters": {"ids": ["L-1"]}, "templateId": None},
        {"limit": 10, "filters": {"ids": ["L-1"]}, "extra": {}},
        {"limit": 10, "filters": None},
        {"limit": 10.0, "filters": {"ids": ["L-1"]}},
    ],
)
def test_a_body_without_what_the_step_bounds_is_refused(body: dict[str, Json]) -> None:
    """The guard compares the body with the step: no bound gets lost on the way."""
    with pytest.raises(AssertionError):
        guarded(body, STEP)


def test_a_body_with_more_bounds_than_the_step_is_refused() -> None:
    """A limit that nobody asked for is a bug, too: the plan would not show it."""
    with pytest.raises(AssertionError, match="limit of step remind is not asked for"):
        guarded({"limit": 1, "filters": {"ids": ["L-1"]}}, replace(STEP, limit=None))


@pytest.mark.parametrize("campaign", ["", "a/b", "..", "a?b", "a b", "camp\n", "a%2fb", "é"])
def test_a_campaign_id_cannot_leave_its_part_of_the_url(campaign: str) -> None:
    """An id that would need an escape, or change the path, never becomes a request."""
    with pytest.raises(AssertionError, match=re.escape("part of a URL")):
        initiate(campaign, "sms", {"templateId": "t"}, STEP)
