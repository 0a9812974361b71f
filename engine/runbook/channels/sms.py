"""SMS: a template message and nothing else."""

from engine.record.request import Request
from engine.runbook.channels.channel import Channel, initiate, template_field
from engine.runbook.model import Step


def _request(campaign_id: str, step: Step) -> Request:
    return initiate(campaign_id, "sms", {"templateId": step.template}, step)


SMS = Channel(
    name="sms",
    label="SMS",
    fields={"template": template_field("smsTpl01")},
    required=("template",),
    request=_request,
)
