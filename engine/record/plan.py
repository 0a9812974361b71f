"""A plan: every request that a run may make, and the rules by which it decides (DESIGN, section 6)."""

import json
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.record.condition import Condition, Value
from engine.record.request import Request


class Purpose(StrEnum):
    """Why customers are messaged; guards will depend on it."""

    PRE_DUE = "pre_due"
    OVERDUE = "overdue"
    MICROFINANCE = "microfinance"
    RECEIPT = "receipt"
    SERVICE = "service"
    PROMOTION = "promotion"


class Once(StrEnum):
    """The calendar period in which one occasion messages people at most once."""

    RUN = "run"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    EVER = "ever"


class OnFailure(StrEnum):
    """What a failed step does to the run."""

    HALT = "halt"
    CONTINUE = "continue"
    PAUSE = "pause"


NO_ORG = "-"
"""Stands in an account's key where no organisation was named: the API chooses one, nobody knows which."""

TIMEOUT_S = 30
"""How long the answer to a request is waited for, unless the runbook says otherwise."""


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how long a send that surely did not go out is tried again."""

    attempts: int = 3
    within_s: int = 30


@dataclass(frozen=True, slots=True)
class Range:
    """A closed range of whole numbers; None leaves that side open."""

    min: int | None = None
    max: int | None = None

    def __str__(self) -> str:
        if self.min is None or self.max is None:
            return f"at least {self.min}" if self.max is None else f"at most {self.max}"
        return f"from {self.min} to {self.max}"

    def holds(self, number: int) -> bool:
        """Say whether the number lies in the range."""
        return (self.min is None or number >= self.min) and (self.max is None or number <= self.max)


@dataclass(frozen=True, slots=True)
class PlannedSend:
    """One request under its address; ``at_most`` customers, None where nothing bounds them."""

    address: str
    request: Request
    at_most: int | None


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step as the machine runs it."""

    id: str
    channel: str
    sends: tuple[PlannedSend, ...]
    when: Condition | None = None
    success: tuple[Condition, ...] = ()
    expect_matched: Range | None = None
    on_failure: OnFailure = OnFailure.HALT
    retry: Retry = Retry()
    timeout_s: int = TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Program:
    """What the machine needs of a plan: the steps in order and the values of the inputs."""

    steps: tuple[PlannedStep, ...]
    inputs: Mapping[str, Value] = field(default_factory=dict)
    positions: Mapping[str, int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        positions = {step.id: index for index, step in enumerate(self.steps)}
        object.__setattr__(self, "positions", positions)


@dataclass(frozen=True, slots=True)
class Account:
    """Whose customers are addressed: the API's base URL and the organisation there."""

    base_url: str
    org: str | None = None

    @property
    def key(self) -> str:
        """What leases, doubt, *once* and contacts are keyed by: the API's origin and the organisation.

        The path is left out: two versions of the API reach the same people.
        """
        scheme, _, rest = self.base_url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]} {self.org or NO_ORG}"

    def to_json(self) -> dict[str, Json]:
        """Give the account as digests and plans carry it."""
        return {"base_url": self.base_url, "org": self.org}


def may_be_one(account: str, other: str) -> bool:
    """Say whether two accounts, by their keys, may be one: unless each names an organisation of its own."""
    (origin, _, org), (there, _, other_org) = account.partition(" "), other.partition(" ")
    return origin == there and (org == other_org or NO_ORG in (org, other_org))


def without_org(account: str) -> str:
    """Give the key of the account at the same origin that names no organisation."""
    return f"{account.partition(' ')[0]} {NO_ORG}"


def why_one(here: str, there: str) -> str:
    """Say why a run under another account's key counts here: ``; …``; "" under the same one."""
    if here == there:
        return ""
    org, other = here.partition(" ")[2], there.partition(" ")[2]
    if org == NO_ORG:
        return f"; that run was for organisation {other}, and none is named here, so it may be the same"
    return f"; that run named no organisation, so it may have been {org}"


@dataclass(frozen=True, slots=True)
class Template:
    """A template that the catalog names: its id here, and its text as last recorded."""

    name: str
    id: str
    channel: str
    language: str | None = None
    category: str | None = None
    text: str | None = None

    def to_json(self) -> dict[str, Json]:
        """Give the template as digests and plans carry it, without what is not recorded."""
        known = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in known.items() if value is not None}


def inputs_said(inputs: Mapping[str, Json]) -> str:
    """Say inputs with their values as on a command line, by name: ``branch=pune, cap=20``."""
    said = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in sorted(inputs.items())
    }
    return ", ".join(f"{name}={text}" for name, text in said.items())
