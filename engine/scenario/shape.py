"""The shape of a scenario file; schemas/scenario.v1.schema.json is its published copy."""

from engine.diagnostics import Json
from engine.record.outcome import RunStatus, SendStatus, StepStatus
from engine.runbook.leaves import IDENTIFIER as NAME_OF_STEP
from engine.runbook.leaves import (
    MAX_LIMIT,
    Schema,
    closed,
    described,
    keyed,
    leaves,
    named,
    one_of,
    ref,
    spelled,
    text,
    titled,
    whole,
    words,
)

FORMATS = ("runbook-test/v1",)
HOMES = {
    **dict.fromkeys(("inputs", "now", "outcomes"), "given"),
    **dict.fromkeys(("steps", "requests", "messages", "status", "exit_code"), "expect"),
}
"""Under which key each of these stands, wherever else it was written."""

OUTCOMES = (
    SendStatus.SUCCEEDED,
    SendStatus.PARTIAL,
    SendStatus.FAILED,
    SendStatus.NO_MATCH,
    SendStatus.REJECTED,
    SendStatus.NOT_SENT,
    SendStatus.IN_DOUBT,
)
"""What the answer to a request can come to."""

_ENDS = (RunStatus.FINISHED, RunStatus.HALTED, RunStatus.PAUSED, RunStatus.IN_DOUBT)
_STEPS = tuple(status for status in StepStatus if status is not StepStatus.SENT_UNKNOWN)
_ADDRESS = "^[a-z][a-z0-9_]{0,62}(?:/c[1-9][0-9]{0,6})?$"
_NOW = "^2[0-9]{3}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?$"
_FILE = r"^(?!/)[^\u0000-\u001f]{1,300}$"
_LONGEST_NAME = 120
_NUMBERS = {
    "matched": "How many customers fitted the filters.",
    "selected": "How many of them were taken, after the limit.",
    "initiated": "How many messages were accepted.",
    "failed": "How many messages were reported failed.",
    "batches": "In how many batches the API worked.",
    "errors": "How many error objects the answer held.",
}
_EXAMPLES = {"initiated": 60, "failed": 40, "batches": 1, "errors": 1}
_GIVEN: Json = {"outcomes": {"remind": {"status": "partial", "selected": 100, "failed": 50}}}
_EXPECTED: Json = {"steps": {"sms_english": "succeeded"}, "exit_code": 20}


def build() -> Schema:
    """Give the JSON Schema (2020-12) of a scenario file."""
    kept = {"line", "note", "within"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:campaign-runbooks:schema:scenario.v1",
        "title": "Scenarios of a runbook",
        "description": "What a run of a runbook must decide when the API answers so or so.",
        **closed(_top(), ["format", "runbook", "scenarios"]),
        "$defs": {
            **{name: leaf for name, leaf in leaves(templates=False).items() if name in kept},
            "given": _given(),
            "outcome": _outcome(),
            "expect": _expect(),
            "decision": _decision(),
            "request": _request(),
            "scenario": _scenario(),
        },
    }


def _top() -> Schema:
    return {
        "format": described(words(FORMATS), "The version of this file's language.", *FORMATS),
        "runbook": described(
            text(_FILE, 300, "the path of a runbook, from the folder of this file"),
            "The runbook that is tested, from the folder of this file.",
            "emi-bounce-recovery.yaml",
        ),
        "given": described(
            ref("given"), "What holds in every scenario that does not say it otherwise.", _GIVEN
        ),
        "scenarios": described(
            {"type": "array", "items": ref("scenario"), "minItems": 1, "maxItems": 1_000},
            "The scenarios, each on its own; none sends anything.",
            [{"name": "half of the reminders fail", "given": _GIVEN, "expect": _EXPECTED}],
        ),
    }


def _scenario() -> Schema:
    return closed(
        {
            "name": described(
                {**ref("line"), "maxLength": _LONGEST_NAME},
                "What this scenario is about, in words; no other one of the file has the same.",
                "half of the reminders fail",
            ),
            "given": described(ref("given"), "The world: inputs, time, what the API answers.", _GIVEN),
            "expect": described(ref("expect"), "What must come of it.", _EXPECTED),
        },
        ["name", "expect"],
    )


def _given() -> Schema:
    return closed(
        {
            "inputs": described(
                named({}, 100),
                "Values of the runbook's inputs; those that are not given have their defaults.",
                {"branch": "pune"},
            ),
            "now": described(
                text(
                    _NOW,
                    19,
                    'a date and a time in quotes, from the year 2000 to 2999, such as "2026-04-01T10:00"',
                ),
                "When the run starts, in Indian time (IST); inputs such as yesterday count from it.",
                "2026-04-01T10:00",
            ),
            "outcomes": described(
                keyed(_ADDRESS, ref("outcome"), 10_000, "a step's id, or an address such as remind/c1"),
                "What each step's request comes to; a step that is not named succeeds.",
                {"remind": {"status": "partial", "selected": 100, "failed": 50}, "sms_english": "in_doubt"},
            ),
        },
        minProperties=1,
    )


def _outcome() -> Schema:
    one = [words(OUTCOMES), _answer()]
    attempts: Schema = {"type": "array", "items": one_of(*one), "minItems": 1, "maxItems": 100}
    about = "What a request comes to; of a list each is for one attempt, the last for all further ones."
    return {"description": about, **one_of(*one, attempts)}


def _answer() -> Schema:
    numbers: Schema = {
        name: described(whole(0, MAX_LIMIT), about, _EXAMPLES.get(name, 100))
        for name, about in _NUMBERS.items()
    }
    return closed(
        {
            "status": described(words(OUTCOMES), "What the request comes to.", "partial"),
            **numbers,
            "failed_pct": described(
                {"type": "number", "minimum": 0, "maximum": 100},
                "100 · failed / selected, instead of the numbers themselves.",
                60,
            ),
            "fatal": described(
                {"type": "boolean"},
                "With rejected: the API refuses the account or the campaign, which halts whatever "
                "`on_failure` says.",
                True,
            ),
            "overreached": described(
                {"type": "boolean"},
                "With succeeded or partial: the API took more customers than the request allowed, or matched "
                "more than it names.",
                True,
            ),
            "retry_after": described(
                ref("within"), "With not_sent: how long the API asks not to be called again.", "20s"
            ),
        },
        ["status"],
    )


def _expect() -> Schema:
    requests: Schema = {
        "type": "array",
        "items": one_of(spelled(NAME_OF_STEP), ref("request")),
        "minItems": 1,
        "maxItems": 10_000,
    }
    return closed(
        {
            "steps": described(
                named(one_of(words(_STEPS), ref("decision")), 10_000),
                "What becomes of steps, and why; those that are not named are not looked at.",
                {"remind": "partial", "sms_english": {"status": "skipped", "because": "failed_pct"}},
            ),
            "requests": described(
                one_of(titled("How many", whole(0, 1_000_000)), titled("Which", requests)),
                "How many requests are made; or which, all of them in order, by their steps.",
                2,
                ["remind", {"step": "sms_english", "body": {"limit": 100}}],
            ),
            "messages": described(whole(0, MAX_LIMIT), "How many messages are accepted in all.", 50),
            "status": described(words(_ENDS), "How the run ends, or where it stands.", "finished"),
            "exit_code": described(
                whole(0, 143), "The exit code that `runbook run` would have ended with.", 20
            ),
        },
        minProperties=1,
    )


def _decision() -> Schema:
    return closed(
        {
            "status": described(words(_STEPS), "How the step stands at the end.", "skipped"),
            "run": described({"type": "boolean"}, "Whether a request of it was made.", False),
            "because": described(
                ref("line"), "Words that stand in the reason for what was decided there.", "failed_pct > 20"
            ),
            "attempts": described(whole(0, 1_000), "How many requests it made, tries included.", 3),
        },
        minProperties=1,
    )


def _request() -> Schema:
    return closed(
        {
            "step": described(spelled(NAME_OF_STEP), "The step whose request it is.", "remind"),
            "body": described(
                {"type": "object", "minProperties": 1},
                "Parts that the request's body must hold, null for a key that it must not have; what is not "
                "named may be anything.",
                {"limit": 100, "filters": {"language": ["english"]}},
            ),
        },
        ["step"],
    )
