"""The shape of an event as JSON; schemas/event.v1.schema.json is its published copy.

Kinds, fields and words are those of the classes themselves; only descriptions and examples stand here.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args

from engine.diagnostics import Json
from engine.record.event_json import KINDS, TEXTS
from engine.record.outcome import Counts, Outcome
from engine.runbook.leaves import Schema, described, one_of, ref, words

_INSTANT = "2026-03-02T05:30:00.000000+00:00"
_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_COUNTS: Json = {"matched": 120, "selected": 100, "initiated": 97, "failed": 3, "batches": 1, "errors": 1}
_OUTCOME: Json = {"status": "succeeded", "counts": _COUNTS, "http_status": 200, "answer_hash": _HASH}

_FIELDS: Mapping[str, tuple[str, Json]] = {
    "at": ("When it happened, in UTC.", _INSTANT),
    "kind": ("What happened.", "send_intended"),
    "actor": ("Who stands behind it: a person at the machine, or whoever set the CI job off.", "asha@desk"),
    "before": ("The hash of the event before it in its chain; zeros before the first.", "0" * 64),
    "hash": ("The sha256 of this event with its place in its chain, and of the hash before it.", _HASH),
    "seq": ("Its number in its chain, from 1.", 7),
    "accept": ("Why somebody lets the run go on behind the step that stopped it.", "agreed with the branch"),
    "account": ("The API's origin and the organisation there.", "https://api.agents.timepay.ai org_acme"),
    "address": ("The address of the send: its step and chunk.", "remind/c1"),
    "answer_hash": ("The sha256 of the answer's body, as it came.", _HASH),
    "at_most": ("The most customers that the request may reach; null: nothing bounds them.", 100),
    "attempt": ("Which attempt of this address it is, from 1.", 1),
    "batches": ("Batches that the API made.", 1),
    "campaign": ("The campaign's id; null: every campaign.", "camp_demo"),
    "complete": ("Whether every row was looked through that the API counted.", True),
    "contacts": ("Contacts whose customers' ids were removed.", 120),
    "counts": ("The numbers of the answer; null: nobody knows them; absent: nobody was messaged.", _COUNTS),
    "deadline_at": ("After this instant no byte of the request leaves any more.", _INSTANT),
    "digest": ("The sha256 of the rows that are kept for the attempt.", _HASH),
    "errors": ("Error objects in the answer.", 1),
    "failed": ("Customers whom the API could not hand on.", 3),
    "fatal": ("Whether the run halts for it whatever `on_failure` says.", True),
    "fence": ("Grows with every taking of the lease.", 7),
    "final": ("Whether the run can never be resumed.", True),
    "former_occasions": (
        "Those that it would have had under former names, or by older words; they count just the same.",
        ['["…","camp_demo","bounce"]'],
    ),
    "guard": ("The name of the guard.", "stop"),
    "heads": (
        "Where chains end: the number and the hash of the last event of each that no earlier seal covers.",
        {"20260302-0530-emi-bounce-recovery": {"seq": 7, "hash": _HASH}},
    ),
    "http_status": ("The status of the answer.", 200),
    "initiated": ("Customers who were sent a message.", 97),
    "matched": ("Customers whom the filters matched.", 120),
    "occasion": ("That on which the runbook messages its customers once.", '["…","camp_demo","recovery"]'),
    "outcome": ("What the attempt came to.", _OUTCOME),
    "overreached": ("Whether the API took more customers than the request allowed.", True),
    "override": ("The option that set a refusal aside.", "again"),
    "owner": ("Who holds the campaign: machine, process, the CI job's address.", "runner-3, process 4711"),
    "plan": ("What the run carries out: its plan, without the outcome tree.", {"format": "program/v1"}),
    "question": ("What a person is asked.", "doubt"),
    "reached": ("Customers of whom a fitting row is kept; in an erasure: rows that were removed.", 97),
    "reason": ("Why, in words.", "the API says: no such agent"),
    "request_hash": ("The sha256 of the exact body of the request.", _HASH),
    "resolution": ("What a person says became of the send.", "not_sent"),
    "retry_at": ("The instant before which the API asked not to be called again.", _INSTANT),
    "run": ("The run's id.", "20260302-0530-emi-bounce-recovery"),
    "rows": ("Rows that were looked through.", 110),
    "selected": ("Customers whom the API chose of those matched.", 100),
    "since": ("The beginning of the time that was looked at, in UTC.", _INSTANT),
    "source": ("Whether the rows are of the API's own logs, or of a file from the dashboard.", "api"),
    "status": ("How the send stands.", "succeeded"),
    "step": ("The step's id.", "remind"),
    "until": ("The instant before which nothing happens, or up to which was looked.", _INSTANT),
    "verdict": ("What a person decides about the step.", "run"),
}


_LINK: Mapping[str, type] = {"run": str, "seq": int, "actor": str, "before": str, "hash": str}
"""An event's place in its chain: ``events --format json`` gives it beside the event's own fields."""


def build() -> Schema:
    """Give the JSON Schema (2020-12) of an event."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:campaign-runbooks:schema:event.v1",
        "title": "Event of a run",
        "description": (
            "One thing that happened in a run, as the run log keeps it. A key that is absent has the default "
            "that is named here; keys and kinds are added within event/v1, never changed. `run`, `seq`, "
            "`actor`, `before` and `hash` stand beside an event where its chain is listed."
        ),
        "oneOf": [ref(kind) for kind in KINDS],
        "$defs": {
            **{kind: _event(kind, made) for kind, made in KINDS.items()},
            "outcome": _record(Outcome, "What one attempt came to."),
            "counts": _record(Counts, "The numbers of an answer: customers, batches, error objects."),
        },
    }


def _event(kind: str, made: type) -> Schema:
    about = _record(made, (made.__doc__ or kind).partition("\n")[0].replace("``", "`"))
    properties, required = about["properties"], about["required"]
    assert isinstance(properties, dict)
    assert isinstance(required, list)
    is_this: Schema = {"description": "What happened.", "examples": [kind], "const": kind}
    links = {name: _described(name, held) for name, held in _LINK.items() if name not in properties}
    return {**about, "required": ["kind", *required], "properties": {"kind": is_this, **properties, **links}}


def _record(made: type, description: str) -> Schema:
    return {
        "description": description,
        "type": "object",
        "required": [each.name for each in fields(made) if _is_required(each)],
        "properties": {each.name: _property(each) for each in fields(made)},
        "additionalProperties": False,
    }


def _is_required(about: Field[Any]) -> bool:
    return about.default is MISSING and about.default_factory is MISSING


def _property(about: Field[Any]) -> Schema:
    description, example = _FIELDS[about.name]
    options = get_args(about.type) if isinstance(about.type, UnionType) else (about.type,)
    forms = [_form(option) for option in options]
    return {**described(one_of(*forms), description, *_examples(about.type, example)), **_default(about)}


def _described(name: str, held: type) -> Schema:
    description, example = _FIELDS[name]
    return described(_form(held), description, example)


def _examples(kind: object, example: Json) -> list[Json]:
    """Give an example that fits: words are those of the field's own class."""
    if isinstance(kind, type) and issubclass(kind, StrEnum) and example not in [*kind]:
        return [next(iter(kind)).value]
    return [example]


def _default(about: Field[Any]) -> Schema:
    if _is_required(about):
        return {}
    if about.default_factory is not MISSING:
        return {"default": {}}
    held: Any = about.default
    if isinstance(held, tuple):
        return {"default": list(held)}
    return {"default": held.to_json() if isinstance(held, Counts) else held}


def _form(kind: Any) -> Schema:  # noqa: ANN401  (an annotation)
    if kind is datetime:
        return {"type": "string", "format": "date-time", "pattern": r"^[^+]{26}\+00:00$"}
    if kind == TEXTS:
        return {"type": "array", "items": {"type": "string"}}
    if kind is Outcome:
        return ref("outcome")
    if kind is Counts:
        return ref("counts")
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return words(word.value for word in kind)
    return {"type": _TYPES.get(kind, "object")}


_TYPES = {str: "string", int: "integer", bool: "boolean", NoneType: "null"}
