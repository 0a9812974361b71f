"""A step: the keys that all channels share, and one closed form for each channel."""

from collections.abc import Iterable, Mapping

from engine.diagnostics import Json
from engine.record.plan import OnFailure, Purpose
from engine.runbook.channels.channel import Channel
from engine.runbook.leaves import (
    IDENTIFIER,
    WARNING,
    Schema,
    closed,
    described,
    explained,
    keyed,
    let_be,
    many,
    one_of,
    ref,
    spelled,
    titled,
    whole,
)
from engine.runbook.shape.people import EXPECT, FILTERS, LIMIT
from engine.runbook.spelling import listed

_PURPOSES: Mapping[str, str] = {
    Purpose.PRE_DUE: "A reminder before something is due.",
    Purpose.OVERDUE: "What was due is not paid.",
    Purpose.MICROFINANCE: "What was due on a microfinance loan is not paid.",
    Purpose.RECEIPT: "A payment has come.",
    Purpose.SERVICE: "Something that customers need to know of their account.",
    Purpose.PROMOTION: "An offer.",
}
_ON_FAILURE: Mapping[str, str] = {
    OnFailure.HALT: "The run ends there; `runbook resume --accept` takes it further, with a reason.",
    OnFailure.CONTINUE: "The run goes on with the next step.",
    OnFailure.PAUSE: "The run waits for a person's word.",
}
_CHANNEL = "How the customers are reached; it decides which keys the step has, and where the request goes."
# More than ten attempts at an address that does not answer only delay the halt.
_MAX_ATTEMPTS = 10

HANDLING: Schema = {
    "timeout": described(
        ref("timeout"),
        "How long one whole request may take, from 1s to 10m; past it the answer is not waited for, and "
        "since the API may have sent the messages all the same, the send is in doubt. 30s unless said.",
        "30s",
        "2m",
    ),
    "on_failure": described(
        explained(_ON_FAILURE),
        "What happens after this step if it fails: by the API's answer, by `expect` or by `success`. "
        "`halt` unless said.",
        "halt",
    ),
    "retry": described(
        ref("retry"),
        "How often a request is tried again that surely reached nobody: there was no connection, or the API "
        "answered that it takes no more just now (429). Any other is never repeated.",
        {"attempts": 3, "within": "30s"},
    ),
}


def purpose(description: str) -> Schema:
    """Give the property ``purpose``, which stands on the runbook and on steps."""
    return described(explained(_PURPOSES), description, "overdue")


def _common() -> Schema:
    """Every key that any step may have, but for ``channel`` and what only some channels know."""
    success = one_of(titled("A condition", ref("condition")), titled("All of", many(ref("condition"), 20)))
    return {
        "id": described(
            spelled(IDENTIFIER),
            "The step's name in conditions, in the run log and on screens, once in a runbook; the API never "
            "sees it.",
            "remind",
        ),
        "title": described(
            ref("filled_line"),
            "What people read beside the id, in plans and on screens; no customer sees it.",
            "First reminder",
        ),
        "purpose": purpose("Why these customers are messaged, where it differs from the runbook's purpose."),
        "audience": described(
            spelled(IDENTIFIER),
            "The name of one of the `audiences`, whose filters are sent; a step has this or `filters`.",
            "bounced_hindi",
        ),
        "filters": FILTERS,
        "limit": LIMIT,
        "expect": EXPECT,
        "when": described(
            ref("condition"),
            "The step is skipped unless this holds; it may read `inputs`, and of earlier steps `status`, "
            "`ran`, `matched`, `selected`, `initiated`, `failed`, `failed_pct`, `batches` and `errors`.",
            "steps.remind.status == 'partial'",
        ),
        "success": described(
            success,
            "What must hold of this step's own result, as the API counted it, or it has failed; of a list, "
            "every condition.",
            ["failed_pct <= 5"],
            "failed == 0",
        ),
        **HANDLING,
        "accept_warnings": described(
            _accepted(),
            "Warnings of `validate` that may stand at this step, by their codes, each with the reason; the "
            "plan shows them to the reviewer. Errors cannot be accepted.",
            {"RB502": "Whoever did not react is asked a second time, on purpose."},
        ),
    }


def _accepted() -> Schema:
    reason = described(ref("literal"), "Why the warning may stand.", "agreed with legal on 3 March")
    codes = keyed(WARNING, reason, 20, "the code of a warning, such as RB502")
    return {**codes, "patternProperties": {WARNING: reason, "^x-": ref("note")}}


def _exactly_one() -> list[Json]:
    return [{"required": ["audience"]}, {"required": ["filters"]}]


def _needs(channels: Iterable[Channel]) -> dict[str, str]:
    """Say of each channel which keys of its own a step of it must have."""
    return {each.name: f"{each.label}; needs {listed(each.required, 'and')}." for each in channels}


def _form(channels: list[Channel], fields: Mapping[str, Json], required: tuple[str, ...]) -> Schema:
    """The closed form of a step; id and channel come first, as a reader expects them."""
    channel = described(explained(_needs(channels)), _CHANNEL, channels[0].name)
    common = _common()
    keys = {"id": common.pop("id"), "title": common.pop("title"), "channel": channel, **fields, **common}
    title = f"{channels[0].label} step" if len(channels) == 1 else "Step"
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
        "step": dispatch(
            "channel", _needs(every), {name: ref(f"step_{name}") for name in channels}, ref("step_undecided")
        ),
        **{f"step_{each.name}": _form([each], each.fields, each.required) for each in every},
        "step_undecided": _form(every, fields, ()),
    }


def dispatch(key: str, about: Mapping[str, str], variants: Mapping[str, Json], undecided: Json) -> Schema:
    """Give the schema of a group whose form depends on the word under one of its keys.

    ``about`` says of each word what it means.
    """

    def among(*allowed: str) -> Schema:
        # The key is described in its form: what stood here, an editor would show instead.
        word = explained({each: about[each] for each in allowed})
        return {"type": "object", "required": [key], "properties": {key: word}}

    chosen: list[Json] = [{"if": among(kind), "then": variants[kind]} for kind in variants]
    return {"type": "object", "allOf": [*chosen, {"if": among(*variants), "else": undecided}]}


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
