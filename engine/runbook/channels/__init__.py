"""The channels that runbooks may use: one file each, and one line each below."""

from collections.abc import Mapping
from types import MappingProxyType

from engine.runbook.channels.call import CALL
from engine.runbook.channels.channel import Channel
from engine.runbook.channels.sms import SMS
from engine.runbook.channels.whatsapp import WHATSAPP

REGISTRY: Mapping[str, Channel] = MappingProxyType(
    {
        "whatsapp": WHATSAPP,
        "sms": SMS,
        "call": CALL,
    }
)
"""Every channel under its name, in the order in which people read them."""

__all__ = ["REGISTRY", "Channel"]
