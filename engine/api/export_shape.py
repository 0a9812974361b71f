"""The shape of a line of an export as JSON; schemas/export.v1.schema.json is its published copy."""

from engine.audit.export import FORMAT
from engine.diagnostics import Json
from engine.record.event import Source
from engine.runbook.leaves import Schema, described, one_of, ref, words

_AT = "2026-03-02T05:30:00.000000+00:00"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_RUN = "20260302-0530-emi-bounce-recovery"
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "integer", "minimum": 0}
_TEXT_OR_NONE = one_of(_TEXT, {"type": "null"})

_LINK = {
    "run": described(_TEXT, "The chain: the run's id, or `log`.", _RUN),
    "seq": described({"type": "integer", "minimum": 1}, "Its number in its chain.", 7),
    "at": described(_TEXT, "When it happened, in UTC.", _AT),
    "actor": described(_TEXT, "Who stands behind it.", "asha@desk"),
    "kind": described(_TEXT, "What happened: a kind of event/v1.", "send_intended"),
    "before": described(_TEXT, "The hash of the event before it in its chain.", "0" * 64),
    "hash": described(_TEXT, "The sha256 of this event with its place in its chain.", _HASH),
}
_ABOUT_TEXT = "The event's body as it is stored, where that cannot be made from its fields: it was damaged."
_SEND = {
    "address": described(_TEXT, "The address of the send.", "remind/c1"),
    "attempt": described({"type": "integer", "minimum": 1}, "Which attempt of this address.", 1),
    "customer": described(_TEXT, "The customer's id.", "LOANID-2043154"),
}


def build() -> Schema:
    """Give the JSON Schema (2020-12) of a line of an export."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:campaign-runbooks:schema:export.v1",
        "title": "Line of an export",
        "description": (
            "`runbook export RUN` gives a run as lines of JSON: a header, the log's own chain with its "
            "seals, the run's events, its contacts, the rows of the API's logs that are kept of it, and "
            "an end, so that a file that was cut off shows. Keys are added within export/v1, never changed."
        ),
        "oneOf": [
            ref("header"),
            *(_only(name) for name in ("seal", "own", "event", "contact", "reached", "end")),
        ],
        "$defs": {
            "header": _header(),
            "event": _event(),
            "seal": _event(),
            "own": _event(),
            "contact": _record(_SEND, "A customer whom an attempt named."),
            "reached": _reached(),
            "end": _end(),
        },
    }


def _only(name: str) -> Schema:
    return {
        "type": "object",
        "required": [name],
        "properties": {name: {**ref(name), **_told(name)}},
        "additionalProperties": False,
    }


_EVENT: dict[str, Json] = {
    "run": _RUN,
    "seq": 9,
    "at": _AT,
    "actor": "asha@desk",
    "kind": "run_finished",
    "before": _HASH,
    "hash": _HASH,
}
_SEALED: Json = {**_EVENT, "run": "log", "kind": "sealed"}
_STOPPED: Json = {**_EVENT, "run": "log", "kind": "stop_set"}
_SAID: dict[str, tuple[str, Json]] = {
    "seal": ("A seal, an event of the log's own chain.", _SEALED),
    "own": ("An event of the log's own chain that is no seal: a stop, for example.", _STOPPED),
    "event": ("An event of the run, as schemas/event.v1.schema.json describes it.", _EVENT),
    "contact": (
        "A customer whom an attempt named.",
        {"address": "remind/c1", "attempt": 1, "customer": "LOANID-2043154"},
    ),
    "reached": (
        "A row of the API's logs that fits an attempt.",
        {
            "address": "remind/c1",
            "attempt": 1,
            "row": "log_8f2c",
            "customer": "LOANID-2043154",
            "at": _AT,
            "status": "completed",
            "template": None,
            "phone": None,
            "source": "api",
        },
    ),
    "end": (
        "How much the export holds.",
        {"seals": 1, "own": 0, "events": 9, "contacts": 1, "reached": 0, "seal": f"sha256:{_HASH}"},
    ),
}


def _told(name: str) -> Schema:
    description, example = _SAID[name]
    return {"description": description, "examples": [example]}


def _header() -> Schema:
    whose = "Of whom customers' ids stand in it: all, one customer alone, none."
    properties = {
        "format": described({"const": FORMAT}, "The format.", FORMAT),
        "run": described(_TEXT, "The run's id; `log`: the log's own chain alone, in an evidence.", _RUN),
        "log_id": described(_TEXT, "What tells the run log from any other.", "e99754a544b83bb1"),
        "customers": described(words(("all", "one", "none")), whose, "all"),
        "engine": described(_TEXT, "The version that made it.", "0.1.0"),
        "exported_at": described(_TEXT, "When it was made; absent in an evidence.", _AT),
    }
    required: list[Json] = [name for name in properties if name != "exported_at"]
    return {**_record(properties, "The first line."), "required": required}


def _event() -> Schema:
    """Any event: another schema says what the fields of each kind are."""
    made = _record({**_LINK, "text": described(_TEXT, _ABOUT_TEXT, "{}")}, "An event in its chain.")
    return {**made, "required": [*_LINK], "additionalProperties": True}


def _reached() -> Schema:
    known: tuple[Json, ...] = tuple(each.value for each in Source)
    properties = {
        **_SEND,
        "row": described(_TEXT, "The row's id in the API's logs.", "log_8f2c"),
        "at": described(_TEXT_OR_NONE, "When it began, in UTC.", _AT),
        "status": described(_TEXT, "The API's own word.", "completed"),
        "template": described(_TEXT_OR_NONE, "The template that it names.", "smsTpl01"),
        "phone": described(_TEXT_OR_NONE, "The keyed hash of the telephone number.", _HASH),
        "source": described({"enum": [*known]}, "Where the row comes from.", "api"),
    }
    return _record(properties, "A row of the API's logs that fits an attempt.")


def _end() -> Schema:
    counted = {
        name: described(_NUMBER, f"How many lines are {said}.", 1)
        for name, said in {
            "seals": "seals",
            "own": "other events of the log's own chain",
            "events": "events",
            "contacts": "contacts",
            "reached": "rows of the API's logs",
        }.items()
    }
    seal = described(_TEXT_OR_NONE, "The latest seal in it.", f"sha256:{_HASH}")
    return _record({**counted, "seal": seal}, "The last line.")


def _record(properties: dict[str, Schema], description: str) -> Schema:
    return {
        "description": description,
        "type": "object",
        "required": [*properties],
        "properties": {**properties},
        "additionalProperties": False,
    }
