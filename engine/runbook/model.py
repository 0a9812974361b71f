"""A runbook as types: what is left of the text once it is checked and its templates are rendered."""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.record.condition import Condition, Scalar
from engine.record.plan import TIMEOUT_S, Once, OnFailure, Purpose, Range, Retry

STEP_KEYS = frozenset(
    (
        "id", "title", "channel", "template", "purpose", "audience", "filters", "limit", "expect",
        "when", "success", "timeout", "on_failure", "retry", "accept_warnings",
    )
)  # fmt: skip
"""Keys that mean the same on every channel; what a step has beside them belongs to its channel."""


class InputType(StrEnum):
    """The types an input may have; a list holds texts."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    LIST = "list"


SAMPLES: Mapping[InputType, Scalar | tuple[str, ...]] = {
    InputType.STRING: "example",
    InputType.INTEGER: 1,
    InputType.NUMBER: 1,
    InputType.BOOLEAN: True,
    InputType.DATE: "2026-03-31",
    InputType.LIST: ("example",),
}
"""A value of each type, for where one is wanted and nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """The campaign whose customers are addressed; ``name`` is a pin checked against the API."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Who is addressed: every key given narrows (AND), every value within a key widens (OR).

    An empty tuple means that the key is not given; at least one key always is, because to the
    API no filters mean everyone (DESIGN, rule 2).
    """

    ids: tuple[str, ...] = ()
    exclude_ids: tuple[str, ...] = ()
    payment_status: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    custom: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """Give the filters as they go on the wire: always lists, only the keys that are given."""
        lists = {
            "ids": self.ids,
            "exclude_ids": self.exclude_ids,
            "payment_status": self.payment_status,
            "language": self.language,
        }
        wire: dict[str, Json] = {key: list(values) for key, values in lists.items() if values}
        if self.custom:
            wire["custom"] = {column: list(values) for column, values in self.custom.items()}
        return wire


@dataclass(frozen=True, slots=True)
class Step:
    """One step, defaults applied and audience put in its place.

    ``filters`` is None where the runbook says ``everyone``; ``limit`` is None where it says
    ``none``. ``fields`` holds the keys that only the step's channel knows.
    """

    id: str
    channel: str
    purpose: Purpose
    filters: Filters | None
    limit: int | None
    title: str = ""
    template: str | None = None
    fields: Mapping[str, Json] = field(default_factory=dict)
    audience: str | None = None
    expect_matched: Range | None = None
    when: Condition | None = None
    success: tuple[Condition, ...] = ()
    timeout_s: int = TIMEOUT_S
    on_failure: OnFailure = OnFailure.HALT
    retry: Retry = field(default_factory=Retry)


@dataclass(frozen=True, slots=True)
class Runbook:
    """A whole runbook with its templates rendered: nothing in it is text to be filled in."""

    name: str
    owner: str
    purpose: Purpose
    campaign: Campaign
    steps: tuple[Step, ...]
    revision: int | None = None
    once: Once = Once.EVER
    description: str = ""
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InputSpec:
    """An input as the runbook declares it; ``default`` None means that it must be given.

    The default of a date may be ``today``, ``yesterday`` or ``+3d``; it is resolved when planning.
    """

    name: str
    type: InputType
    default: Json = None
    choices: tuple[Json, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    description: str = ""
    key: bool = False
