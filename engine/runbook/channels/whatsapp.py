"""WhatsApp: a template message, with an agent that answers replies if a conversation is given."""

from engine.diagnostics import Json
from engine.record.request import Request
from engine.runbook.channels.channel import (
    Channel,
    conversation_field,
    conversation_of,
    initiate,
    template_field,
)
from engine.runbook.model import Step


def _request(campaign_id: str, step: Step) -> Request:
    content: dict[str, Json] = {"templateId": step.template}
    if (conversation := conversation_of(step)) is not None:
        agent, disposition = conversation
        content["conversationSettings"] = {"agentId": agent, "dispositionId": disposition}
    return initiate(campaign_id, "whatsapp", content, step)


WHATSAPP = Channel(
    name="whatsapp",
    label="WhatsApp",
    fields={
        "template": template_field("hfu7VL6sBhI6NPm"),
        "conversation": conversation_field(
            "Lets an agent answer replies, sent as `conversationSettings`; the API takes it with both the "
            "agent and the disposition, and without it no agent answers."
        ),
    },
    required=("template",),
    request=_request,
)
