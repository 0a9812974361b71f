"""Channels of other distributions: found by their entry points, checked, and held to what they may send."""

import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import redirect_stdout, suppress
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import NoReturn, TypeVar

from engine.record.request import Request
from engine.refusal import Exit, Refusal
from engine.runbook.channels.channel import Channel
from engine.runbook.channels.form import faults, own, trespass
from engine.runbook.model import Step

GROUP = "campaign_runbooks.channels"

_Result = TypeVar("_Result")


def load(names: Collection[str]) -> dict[str, Channel]:
    """Give those of these channels that are installed; if any is not, also all others that can be used."""
    installed = _points()
    channels = {name: _channel(name) for name in sorted(names) if name in installed}
    if len(channels) < len(names):
        for name in installed.keys() - channels.keys():
            with suppress(Refusal):  # nobody has named it: it is only offered
                channels[name] = _channel(name)
    return channels


def load_all(taken: Collection[str]) -> dict[str, Channel]:
    """Give every installed channel; none may have a name that is ``taken``."""
    for name in sorted(_points().keys() & {*taken}):
        _refuse(_points()[name][0], f"has the name of a channel of the engine, {name}")
    return {name: _channel(name) for name in sorted(_points())}


@lru_cache(maxsize=1)
def _points() -> Mapping[str, tuple[EntryPoint, ...]]:
    """List the entry points by name; looking through an installation takes some milliseconds."""
    found: dict[str, tuple[EntryPoint, ...]] = {}
    for point in entry_points(group=GROUP):
        found[point.name] = (*found.get(point.name, ()), point)
    return found


@lru_cache(maxsize=256)
def _channel(name: str) -> Channel:
    point, *others = _points()[name]
    if others:
        _refuse(point, f"is not the only one of its name: {_origin(others[0])} has one, too")
    channel = _done(point, "cannot be imported", point.load)
    if wrong := _done(point, "cannot be used", lambda: faults(channel)):
        _refuse(point, f"cannot be used: {'; '.join(wrong)}")
    if channel.name != name:
        _refuse(point, f"calls itself {channel.name}")
    return _bounded(channel, point)


def _bounded(channel: Channel, point: EntryPoint) -> Channel:
    """Give the channel with its origin, unable to ask for more than its step says (DESIGN, rule 2)."""

    def request(campaign_id: str, step: Step) -> Request:
        # Neither the step nor what goes out stays in hands that are not ours: both are copies.
        made = _done(
            point,
            f"makes no request for step {step.id}",
            lambda: own(channel.request(campaign_id, deepcopy(step))),
        )
        if wrong := trespass(made, campaign_id, step):
            _refuse(point, f"makes a request for step {step.id} that may not go out: {wrong}")
        return made

    return replace(channel, request=request, origin=_origin(point))


def _done(point: EntryPoint, otherwise: str, act: Callable[[], _Result]) -> _Result:
    """Let code run that is not ours: whatever it raises is a refusal, and what it prints is no result."""
    try:
        with redirect_stdout(sys.stderr):
            return act()
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  (SystemExit(0) would make every command succeed)
        _refuse(point, f"{otherwise}: {_said(error)}")


def _origin(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}".removesuffix(": ")


def _refuse(point: EntryPoint, what: str) -> NoReturn:
    owner = point.dist.name if point.dist else "its distribution"
    raise Refusal(
        f"the channel {point.name} of {_origin(point)} {what}",
        f"install another version of {owner}, or remove it: pip uninstall {owner}",
        Exit.FAILED,
    ) from None
