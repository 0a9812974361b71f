"""What a distribution needs to bring a channel of its own: one file, and one entry point.

The entry point stands in the group ``campaign_runbooks.channels``, under the channel's name, and is a
``Channel``. The page docs/how-to/add-a-channel.md makes one.
"""

from engine.diagnostics import Json
from engine.record.request import Request
from engine.runbook.channels.channel import (
    Channel,
    conversation_field,
    conversation_of,
    initiate,
    template_field,
)
from engine.runbook.channels.form import TRUTH
from engine.runbook.leaves import closed, described, many, one_of, ref, text, whole, words
from engine.runbook.model import Filters, Step

__all__ = [
    "TRUTH",
    "Channel",
    "Filters",
    "Json",
    "Request",
    "Step",
    "closed",
    "conversation_field",
    "conversation_of",
    "described",
    "initiate",
    "many",
    "one_of",
    "ref",
    "template_field",
    "text",
    "whole",
    "words",
]
