"""The shape of a runbook: the JSON Schema of the format, as authored and as rendered.

One source gives the pair. As authored, ``{{ inputs.x }}`` may stand where ``may_hold_template``
says; as rendered, no text holds braces any more.
"""

from collections.abc import Mapping

from engine.diagnostics import Json, Path
from engine.record.plan import Once
from engine.runbook.channels.channel import Channel
from engine.runbook.leaves import (
    MAX_STEPS,
    NAME,
    Schema,
    closed,
    described,
    explained,
    leaves,
    many,
    named,
    ref,
    spelled,
    whole,
    words,
)
from engine.runbook.model import STEP_KEYS
from engine.runbook.shape import inputs, people, steps

FORMATS = ("runbook/v1",)
_ID = "urn:campaign-runbooks:schema:runbook.v1"
_PERIODS: Mapping[str, str] = {
    Once.RUN: "Each run is an occasion of its own: a second one messages the same customers again.",
    Once.DAY: "The calendar day.",
    Once.WEEK: "The calendar week, from Monday.",
    Once.MONTH: "The calendar month.",
    Once.EVER: "There is one occasion only, for good.",
}
_EXAMPLE_STEP: Json = {
    "id": "remind",
    "channel": "sms",
    "template": "smsTpl01",
    "filters": {"payment_status": ["bounced", "pending"]},
    "limit": 100,
}


def build(channels: Mapping[str, Channel], *, templates: bool = True) -> Schema:
    """Give the JSON Schema (2020-12) of a runbook: as authored, or as rendered."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": _ID if templates else f"{_ID}.rendered",
        "title": "Campaign runbook",
        "description": "Who is messaged in a campaign, how, in which order, and under which conditions.",
        **closed(_top(), ["format", "name", "owner", "purpose", "campaign", "steps"]),
        "$defs": {
            **leaves(templates=templates),
            **people.definitions(),
            **{f"input_{kind}": form for kind, form in inputs.variants().items()},
            "input_undecided": inputs.undecided(),
            **steps.definitions(channels),
        },
    }


def may_hold_template(path: Path) -> bool:
    """Whether the text at a path may hold ``{{ inputs.x }}`` and is rendered.

    Notes (``x-``) never are, except below ``custom``, where such a key is a column.
    """
    match path:
        case ("campaign", "id" | "name"):
            return True
        case ("steps", int(), *below):
            return _is_filled(below)
        case ("audiences", str(name), *below):
            return not name.startswith("x-") and _is_filled(below)
        case _:
            return False


def _is_filled(below: list[str | int]) -> bool:
    match below:
        case ["template" | "title" | "limit"] | ["expect", "matched", "min" | "max"]:
            return True
        case ["filters", str(key), *_]:
            return key in people.FILTER_KEYS
        case [key, *_] if key not in STEP_KEYS:
            # A channel's own key: its schema says whether braces may stand in it.
            return not any(isinstance(part, str) and part.startswith("x-") for part in below)
        case _:
            return False


def _top() -> Schema:
    return {**_identity(), **_content()}


def _identity() -> Schema:
    """The keys that say what the runbook is."""
    once = closed(
        {"per": described(explained(_PERIODS), "The period of an occasion; `ever` unless said.", "day")},
        ["per"],
    )
    return {
        "format": described(
            words(FORMATS), "The version of the language that this file is written in.", *FORMATS
        ),
        "name": described(
            spelled(NAME),
            "The runbook's name; with the campaign and the period of `once` it says what counts as the same "
            "occasion, so that under another name the same customers may be messaged again.",
            "emi-bounce-recovery",
        ),
        "formerly": described(
            many(spelled(NAME), 20),
            "Names that this runbook had before. What was sent under one of them counts as sent "
            "under the present one, so that a renamed runbook messages nobody a second time.",
            ["emi-bounce"],
        ),
        "revision": described(
            whole(1, 1_000_000), "Your own version of this runbook, shown in plans and runs.", 3
        ),
        "owner": described(
            ref("line"), "The team or person who answers for this runbook, shown in plans.", "collections-ops"
        ),
        "purpose": steps.purpose(
            "Why these customers are messaged; reviewers go by it, and a step may say its own."
        ),
        "once": described(
            once,
            "How long an occasion lasts, on which this runbook messages its customers once; a second run is "
            "refused, for the API would send again.",
            {"per": "day"},
        ),
        "description": described(
            ref("paragraph"),
            "What the runbook does, for the people who review it.",
            "Remind customers whose EMI bounced.",
        ),
    }


def _content() -> Schema:
    """The keys that say who gets what."""
    campaign_keys: Schema = {
        "id": described(
            ref("campaign_id"),
            "The campaign's id at the API, where it is part of every address: `/initiate/camp_demo/sms`.",
            "camp_demo",
        ),
        "name": described(
            ref("filled_line"),
            "The name that the campaign has at the API, which is asked for it before a run; under another "
            "name nothing is sent.",
            "PL Mumbai",
        ),
    }
    one_input = described(
        steps.dispatch(
            "type",
            inputs.TYPES,
            {kind: ref(f"input_{kind}") for kind in inputs.variants()},
            ref("input_undecided"),
        ),
        "A value that is given when the runbook is planned: by `--input`, a file, or the environment.",
        {"type": "integer", "minimum": 1, "maximum": 5000, "default": 250},
    )
    return {
        "inputs": described(
            named(one_input, 100),
            "Values that are given when the runbook is planned; they stand in texts as `{{ inputs.NAME }}`, "
            "and the API gets the text with the value in it.",
            {"branch": {"type": "string", "key": True}, "day": {"type": "date", "default": "yesterday"}},
        ),
        "campaign": described(
            closed(campaign_keys, ["id"]),
            "The campaign whose customers are messaged; the API has it, and nobody outside of it is reached.",
            {"id": "camp_demo", "name": "PL Mumbai"},
        ),
        "audiences": people.audiences(),
        "defaults": described(
            closed(steps.HANDLING, minProperties=1),
            "How the requests of steps are handled that do not say it themselves.",
            {"timeout": "30s", "on_failure": "halt", "retry": {"attempts": 3, "within": "30s"}},
        ),
        "steps": described(
            {"type": "array", "items": ref("step"), "minItems": 1, "maxItems": MAX_STEPS},
            "What is done, in this order; each step that is not skipped is one request to the API.",
            [_EXAMPLE_STEP],
        ),
    }
