"""The engine's own channels keep the contract of channels, and each of its tests can fail."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar

import pytest

from engine.channels import (
    TRUTH,
    Channel,
    Json,
    Request,
    Step,
    closed,
    described,
    initiate,
    many,
    ref,
    text,
    whole,
    words,
)
from engine.runbook.channels import REGISTRY
from engine.testing.channel_contract import ChannelContract

TALK = {"agent": "a1", "disposition": "d1"}


class TestWhatsApp(ChannelContract):
    """WhatsApp."""

    channel = REGISTRY["whatsapp"]
    example: ClassVar[Mapping[str, Any]] = {"template": "t1", "conversation": TALK}
    body_keys = frozenset(("templateId", "conversationSettings"))


class TestSms(ChannelContract):
    """SMS."""

    channel = REGISTRY["sms"]
    example: ClassVar[Mapping[str, Any]] = {"template": "t1"}
    body_keys = frozenset(("templateId",))


class TestCall(ChannelContract):
    """Calls."""

    channel = REGISTRY["call"]
    example: ClassVar[Mapping[str, Any]] = {"conversation": TALK}
    body_keys = frozenset(("agentId", "dispositionId"))


class TestEveryKindOfField(ChannelContract):
    """A channel with a field of every kind that there is."""

    channel = Channel(
        name="pigeon",
        label="Pigeon",
        fields={
            "loft": described(ref("filled_line"), "Where it comes from.", "north"),
            "code": described(text("^[A-Z]{2}$", 2, "two capital letters"), "Its ring.", "AB"),
            "breed": described(words(["homing", "racing"]), "What it is.", "homing"),
            "height_m": described(whole(1, 500), "How high it flies.", 90),
            "returns": described(TRUTH, "Whether it comes back.", True),
            "stops": described(many(ref("value"), 5), "Where it rests.", ["pune"]),
            "cargo": described(
                closed({"weight_g": described(whole(1, 50), "Its weight.", 5)}, ["weight_g"]),
                "What it carries.",
                {"weight_g": 5},
            ),
        },
        required=("loft", "height_m"),
        request=lambda campaign, step: initiate(
            campaign, "pigeons", {"loft": step.fields["loft"], **step.fields}, step
        ),
    )
    example: ClassVar[Mapping[str, Any]] = {
        "loft": "south", "code": "XY", "breed": "racing", "height_m": 500, "returns": False,
        "stops": ["pune", "goa"], "cargo": {"weight_g": 1},
    }  # fmt: skip
    body_keys = frozenset(channel.fields)


# ---------------------------------------------------------------- channels that break a promise


def _request(campaign: str, step: Step) -> Request:
    return initiate(campaign, "rcs", {"agent": step.fields["agent"]}, step)


LINE = described(ref("filled_line"), "The agent that sends.", "agent-1")
SOUND = Channel("rcs", "RCS", {"agent": LINE}, ("agent",), _request)
EXAMPLE: Mapping[str, Any] = {"agent": "agent-1"}
NUMBERS = count()


def suite(channel: Channel, example: Mapping[str, Any] = EXAMPLE) -> ChannelContract:
    """Make the contract of a channel, to call its tests one by one."""
    about = {"channel": channel, "example": example, "body_keys": frozenset(("agent",))}
    made: ChannelContract = type("Suite", (ChannelContract,), about)()
    return made


def fields(**schemas: Json) -> Channel:
    """Make a channel with other fields beside the agent."""
    return replace(SOUND, fields={"agent": LINE, **schemas})


def with_body(change: Callable[[dict[str, Json], Step], dict[str, Json]]) -> Channel:
    """Make a channel that spoils its own sound body."""

    def request(campaign: str, step: Step) -> Request:
        sound = _request(campaign, step)
        return replace(sound, body=change(dict(sound.body), step))

    return replace(SOUND, request=request)


def forgetting(body: dict[str, Json], step: Step) -> dict[str, Json]:
    """Change the step that a request is made for."""
    object.__setattr__(step, "title", "changed")
    return body


def without(key: str) -> Channel:
    """Make a channel that drops a key of the body."""
    return with_body(lambda body, _: {name: value for name, value in body.items() if name != key})


def promises_of(contract: type[ChannelContract]) -> list[str]:
    """Name the tests of the contract."""
    return [name for name in vars(contract) if name.startswith("test_")]


BROKEN: dict[str, list[tuple[ChannelContract, str]]] = {
    "test_it_is_a_channel": [
        (suite(replace(SOUND, name="Rcs")), "name is not made of"),
        (suite(replace(SOUND, label="")), "label is not"),
        (suite(replace(SOUND, name="sms")), "the engine has one of this name"),
        (suite(fields(limit=LINE)), "key of every step"),
        (suite(fields(colour={"type": "string"})), "no description"),
        (suite(fields(colour=described({"type": "string"}, "Any.", "x"))), "is not described by"),
        (suite(fields(colour=described(text("^.*$", 9, "any"), "Any.", "x"))), "admits ''"),
        (suite(fields(colour=described(whole(1, 9), "Few.", 10))), "example that may not stand"),
        (suite(fields(colour=described(closed({"a": LINE}), "Any.", {"a": "b"}))), "may be empty"),
        (suite(fields(colour=described(ref("note"), "Any.", "x"))), "is not described by"),
        (suite(replace(SOUND, required=("agnet",))), "not among its fields"),
    ],
    "test_the_example_gives_every_key": [(suite(fields(more=LINE)), "more")],
    "test_the_example_is_sound": [(suite(SOUND, {"agent": " agent-1"}), "RB108")],
    "test_what_is_required_is_missed": [(suite(replace(SOUND, required=("agnet",))), "agnet")],
    "test_what_is_not_required_may_be_left_out": [(suite(replace(SOUND, required=())), "agent")],
    "test_nothing_empty_is_taken": [
        (suite(fields(more=described({}, "Any.", "x")), {**EXAMPLE, "more": "x"}), "more")
    ],
    "test_a_misspelt_key_is_found": [(suite(fields(agent_=LINE)), "agent_: no finding")],
    "test_the_request_lies_below_the_campaign": [
        (
            suite(replace(SOUND, request=lambda _, step: _request("other", step))),
            "is not POST /initiate/camp",
        ),
        (
            suite(replace(SOUND, request=lambda c, step: replace(_request(c, step), method="PUT"))),
            "is not POST /initiate/camp",
        ),
        (suite(with_body(lambda body, _: {**body, "limit": 9})), "limit of the request are not"),
        (suite(with_body(lambda body, _: {**body, "extra": []})), "extra is empty"),
    ],
    "test_the_body_has_documented_keys_only": [
        (suite(with_body(lambda body, _: {**body, "priority": 1})), "priority: not among body_keys")
    ],
    "test_the_bounds_go_through_unchanged": [
        (suite(with_body(lambda body, _: {**body, "limit": 9})), "became"),
        (suite(with_body(lambda body, _: {**body, "filters": {"ids": ["L-1"]}})), "became"),
    ],
    "test_nobody_is_messaged_by_omission": [
        (
            suite(with_body(lambda body, _: {"filters": {"ids": ["L-1"]}, **body})),
            "`filters: everyone` is sent as",
        ),
        (suite(with_body(lambda body, _: {"limit": 500, **body})), "`limit: none` is sent as 500"),
        (suite(without("limit")), "limit is lost"),
        (suite(without("filters")), "filters is lost"),
    ],
    "test_the_same_step_gives_the_same_bytes": [
        (suite(with_body(lambda body, _: {**body, "number": next(NUMBERS)})), "gives two requests"),
        (suite(with_body(forgetting)), "the step was changed"),
    ],
    "test_the_request_does_not_hang_on_the_id_of_the_step": [
        (suite(with_body(lambda body, step: {**body, "name": step.id})), "another id gives")
    ],
    "test_every_field_tells": [(suite(without("agent")), "agent is not in the request")],
    "test_the_plan_shows_the_request": [
        (suite(with_body(lambda body, _: {**body, "number": next(NUMBERS)})), "the plan has another request")
    ],
}
CASES = [(name, contract, said) for name, broken in BROKEN.items() for contract, said in broken]


@pytest.mark.parametrize(("name", "contract", "said"), CASES)
def test_a_broken_promise_is_noticed(name: str, contract: ChannelContract, said: str) -> None:
    """The test of that promise fails, and says why."""
    with pytest.raises((AssertionError, KeyError), match=re.escape(said)):
        getattr(contract, name)()


@pytest.mark.parametrize("name", promises_of(ChannelContract))
def test_the_sound_channel_keeps_every_promise(name: str) -> None:
    """What the broken ones are made from is sound itself."""
    getattr(suite(SOUND), name)()


def test_every_promise_has_a_channel_that_breaks_it() -> None:
    """A test that is added to the contract is shown to fail here."""
    assert {*BROKEN} == {*promises_of(ChannelContract)}
