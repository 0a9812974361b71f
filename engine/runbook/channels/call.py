"""Voice calls: an agent talks, so there is a conversation and no template."""

from engine.record.request import Request
from engine.runbook.channels.channel import Channel, conversation_field, conversation_of, initiate
from engine.runbook.model import Step


def _request(campaign_id: str, step: Step) -> Request:
    agent, disposition = conversation_of(step) or (None, None)
    return initiate(campaign_id, "calls", {"agentId": agent, "dispositionId": disposition}, step)


CALL = Channel(
    name="call",
    label="Call",
    fields={
        "conversation": conversation_field(
            "The agent that talks, and the disposition for its outcomes; the API wants both. A call has no "
            "template."
        )
    },
    required=("conversation",),
    request=_request,
)
