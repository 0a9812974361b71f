"""A step: the keys that all channels share, and one closed form for each channel."""

from collections.abc import Mapping

from engine.diagnostics import Json
from engine.record.plan import OnFailure, Purpose
from engine.runbook.channels.channel import Channel
from engine.runbook.leaves import (
    IDENTIFIER,
    Schema,
    closed,
    described,
    let_be,
    many,
    one_of,
    ref,
    spelled,
    whole,
    words,
)
from engine.runbook.shape.people import EXPECT, FILTERS, LIMIT

_PURPOSE_EXAMPLES = ("overdue", "pre_due")
# More than ten attempts at an address that does not answer only delay the halt.
_MAX_ATTEMPTS = 10

HANDLING: Schema = {
    "timeout": described(
        ref("timeout"),
        "How long one whole request may take, from 1s to 10m; past it nobody waits any more "
        "and a request that may have left is in doubt. 30s unless said.",
        "30s",
        "2m",
    ),
    "on_failure": described(
        words(OnFailure),
        "What a failed step does to the run: stop it for good, go on, or wait for a person. "
        "halt unless said.",
        *OnFailure,
    ),
    "retry": described(
        ref("retry"),
        "How often a request that surely did not leave is tried again; "
        "one that may have left is never repeated.",
        {"attempts": 3, "within": "30s"},
    ),
}


def purpose(description: str) -> Schema:
    """Give the property ``purpose``, which stands on the runbook and on steps."""
    return described(words(Purpose), description, *_PURPOSE_EXAMPLES)


def _common() -> Schema:
    """Every key that any step may have, but for ``channel`` and what only some channels know."""
    success = one_of(ref("condition"), many(ref("condition"), 20))
    return {
        "id": described(
            spelled(IDENTIFIER), "The step's name in conditions, in the run log and on screens.", "remind"
        ),
        "title": described(ref("filled_line"), "What people read instead of the id.", "First reminder"),
        "purpose": purpose("Why these customers are messaged, where it differs from the runbook's purpose."),
        "audience": described(
            spelled(IDENTIFIER),
            "The name of one of the `audiences`; a step has either this or `filters`.",
            "bounced_hindi",
        ),
        "filters": FILTERS,
        "limit": LIMIT,
        "expect": EXPECT,
        "when": described(
            ref("condition"),
            "The step is skipped unless this holds; it may read `inputs` and the steps before.",
            "steps.remind.status == 'partial'",
        ),
        "success": described(
            success,
            "What must hold of this step's own result, or it has failed; a list must hold throughout.",
            ["failed_pct <= 5"],
            "failed == 0",
        ),
        **HANDLING,
    }


def _exactly_one() -> list[Json]:
    return [{"required": ["audience"]}, {"required": ["filters"]}]


def _form(channels: list[Channel], fields: Mapping[str, Json], required: tuple[str, ...]) -> Schema:
    """The closed form of a step; id and channel come first, as a reader expects them."""
    labels = ", ".join(channel.label for channel in channels)
    names = [channel.name for channel in channels]
    channel = described(words(names), f"How the customers are reached: {labels}.", *names)
    common = _common()
    keys = {"id": common.pop("id"), "title": common.pop("title"), "channel": channel, **fields, **common}
    title = f"{labels} step" if len(channels) == 1 else "Step"
    return closed(keys, ["id", "channel", *required, "limit"], oneOf=_exactly_one(), title=title)


def definitions(channels: Mapping[str, Channel]) -> Schema:
    """Give the definition of a step, of its form for each channel, and of ``retry``.

    The channel is judged first. Where it is missing or unknown, a form that knows the keys of all
    channels stands in, so that editors complete them and the keys in common are still checked.
    """
    every = [*channels.values()]
    fields = {key: let_be(part) for channel in every for key, part in channel.fields.items()}
    return {
        "retry": _retry(),
        "step": dispatch("channel", {name: ref(f"step_{name}") for name in channels}, ref("step_undecided")),
        **{f"step_{each.name}": _form([each], each.fields, each.required) for each in every},
        "step_undecided": _form(every, fields, ()),
    }


def dispatch(key: str, variants: Mapping[str, Json], undecided: Json) -> Schema:
    """Give the schema of a group whose form depends on the word under one of its keys."""
    kinds = [*variants]

    def among(allowed: list[str]) -> Schema:
        word = described({"enum": [*allowed]}, "Decides which keys may follow.", *allowed)
        return {"type": "object", "required": [key], "properties": {key: word}}

    chosen: list[Json] = [{"if": among([kind]), "then": variants[kind]} for kind in kinds]
    return {"type": "object", "allOf": [*chosen, {"if": among(kinds), "else": undecided}]}


def _retry() -> Schema:
    keys: Schema = {
        "attempts": described(
            whole(1, _MAX_ATTEMPTS),
            "How many requests there may be in all, the first one counted; at most 10, "
            "for more of them only delay the halt. 3 unless said.",
            3,
        ),
        "within": described(
            ref("within"),
            "No new attempt later than this after the first one; at most 1h, "
            "for a reviewed hour of sending must not drift into another. 30s unless said.",
            "30s",
            "5m",
        ),
    }
    return closed(keys, minProperties=1)
