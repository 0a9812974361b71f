"""What a channel is, and the one way in which any of them asks the API to message customers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.diagnostics import Json
from engine.record.request import Request
from engine.runbook.leaves import CAMPAIGN_ID, closed, described, fits, ref
from engine.runbook.model import Step


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """One way to reach customers.

    ``fields`` are the keys that a step of this channel has beside those of every step, each with
    its JSON Schema; ``required`` names those that must be given. ``request`` gives the body exactly
    as the API's page documents it, from a campaign's id and a step. ``origin`` is the distribution
    that it was installed with; the engine says it, empty for its own.
    """

    name: str
    label: str
    fields: Mapping[str, Json]
    required: tuple[str, ...]
    request: Callable[[str, Step], Request]
    origin: str = ""

    def __reduce__(self) -> tuple[Callable[[str], "Channel"], tuple[str]]:
        # A channel is code: between processes, and into copies, it passes by its name.
        from engine.runbook.channels import named  # noqa: PLC0415  (that module knows this one)

        return named, (self.name,)


def initiate(campaign_id: str, endpoint: str, content: dict[str, Json], step: Step) -> Request:
    """Give ``POST /initiate/{campaignId}/{endpoint}``: what is sent, to at most how many, to whom.

    To the API a body without ``limit`` has no limit and one without ``filters`` means everyone, so
    each is left out only where the step says ``none`` or ``everyone`` (DESIGN, rule 2).
    """
    if not fits(CAMPAIGN_ID, campaign_id):
        raise AssertionError(f"{campaign_id!r} cannot be a part of a URL")
    body = dict(content)
    if step.limit is not None:
        body["limit"] = step.limit
    if step.filters is not None:
        body["filters"] = step.filters.to_json()
    return Request("POST", f"/initiate/{campaign_id}/{endpoint}", guarded(body, step))


def guarded(body: dict[str, Json], step: Step) -> dict[str, Json]:
    """Give the body back, if it bounds what the step bounds and nothing in it is empty or null.

    To the API any of these may mean everyone (DESIGN, rule 2). They are refused long before, so
    one that arrives here is a bug: it raises ``AssertionError``, also where Python drops asserts.
    """
    for key, is_given in {"limit": step.limit is not None, "filters": step.filters is not None}.items():
        if (key in body) is not is_given:
            raise AssertionError(f"{key} of step {step.id} is {'missing' if is_given else 'not asked for'}")
    limit = body.get("limit", 1)
    if type(limit) is not int or limit < 1:
        raise AssertionError(f"{limit!r} is no limit")
    _refuse_empty(body, "the body")
    return body


def _refuse_empty(value: Json, place: str) -> None:
    if value is None or (isinstance(value, str) and not value.strip()) or value in ([], {}):
        raise AssertionError(f"{place} is empty")
    if isinstance(value, dict):
        for key, each in value.items():
            if not key.strip():
                raise AssertionError(f"a name in {place} is empty")
            _refuse_empty(each, key)
    elif isinstance(value, list):
        inside = f"an item of {place}"
        for each in value:
            _refuse_empty(each, inside)


def template_field(example: str) -> Json:
    """The key ``template`` of the channels that send a text written beforehand."""
    return described(
        ref("filled_line"),
        "The template to send: its id at the API, or its name in the catalog; the API fills its blanks from "
        "the customer's row, for a request has no place for them.",
        example,
    )


def conversation_field(description: str) -> Json:
    """The key ``conversation``: the agent that talks, and what it files the outcome under."""
    keys: dict[str, Json] = {
        "agent": described(
            ref("filled_line"), "The id of the agent that talks, sent as `agentId`.", "PPTnLQAvGlLtVgRbpcFn"
        ),
        "disposition": described(
            ref("filled_line"),
            "The id of the disposition that outcomes are filed under, sent as `dispositionId`.",
            "XaYnpMfmTumXNSgOSIZB",
        ),
    }
    example: Json = {"agent": "PPTnLQAvGlLtVgRbpcFn", "disposition": "XaYnpMfmTumXNSgOSIZB"}
    return described(closed(keys, ["agent", "disposition"]), description, example)


def conversation_of(step: Step) -> tuple[Json, Json] | None:
    """Give a step's agent and disposition, or None where it has no conversation."""
    conversation = step.fields.get("conversation")
    if conversation is None:
        return None
    assert isinstance(conversation, dict)
    return conversation["agent"], conversation["disposition"]
