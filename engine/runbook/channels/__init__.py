"""The channels that runbooks may use: ours, one file each, and those that other distributions bring."""

from collections.abc import Iterable, Mapping

from engine.refusal import Exit, Refusal
from engine.runbook.channels.call import CALL
from engine.runbook.channels.channel import Channel
from engine.runbook.channels.sms import SMS
from engine.runbook.channels.whatsapp import WHATSAPP

REGISTRY: Mapping[str, Channel] = {
    "whatsapp": WHATSAPP,
    "sms": SMS,
    "call": CALL,
}
"""Our own channels under their names, in the order in which people read them."""


def known(names: Iterable[str]) -> Mapping[str, Channel]:
    """Give our channels, and beside them the installed ones of these names.

    Only a name that is not ours has the installation looked through, and only what it names is
    imported; where nothing has the name, everything installed, for one of them may be meant.
    Raises Refusal (1) for a channel that cannot be used.
    """
    foreign = frozenset(names) - REGISTRY.keys()
    if not foreign:
        return REGISTRY
    from engine.runbook.channels import installed  # noqa: PLC0415  (it imports importlib.metadata)

    return {**REGISTRY, **installed.load(foreign)}


def named(name: str) -> Channel:
    """Give the channel that has a name here; raises Refusal (1) where none has it."""
    if (channel := known([name]).get(name)) is None:
        raise Refusal(
            f"the channel {name} is not installed here", "install it, or plan where it is", Exit.FAILED
        )
    return channel


def every() -> Mapping[str, Channel]:
    """Give our channels and all that are installed; raises Refusal (1) for one that cannot be used."""
    from engine.runbook.channels import installed  # noqa: PLC0415  (it imports importlib.metadata)

    return {**REGISTRY, **installed.load_all(REGISTRY)}


__all__ = ["REGISTRY", "Channel", "every", "known", "named"]
