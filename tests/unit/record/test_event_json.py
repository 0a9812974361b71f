"""An event is the same after it was written and read; what cannot be read is refused."""

import json
from datetime import UTC, datetime
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given

from engine.diagnostics import Json
from engine.record.event import Event, RunFinished, RunHalted, SendIntended, SendSettled
from engine.record.event_json import KINDS, body_text, from_json, kind_of, to_json
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.refusal import Exit, Refusal
from engine.runlog.shape import build
from tests.factories import NOW, outcome
from tests.properties.events import events

AT = "2026-03-02T05:30:00.000000+00:00"
INTENDED: dict[str, Json] = {"step": "remind", "address": "remind/c1", "attempt": 1}
SCHEMA = jsonschema.Draft202012Validator(build())


def read(written: dict[str, Any]) -> Event:
    """Read an event from all of its JSON."""
    body = {key: value for key, value in written.items() if key not in ("kind", "at")}
    return from_json(written["kind"], written["at"], body)


def settled(**about: Any) -> dict[str, Any]:  # noqa: ANN401  (whatever JSON holds)
    """Give the fields of a settled send with this outcome."""
    return {**INTENDED, "outcome": {"status": "succeeded", **about}}


@given(events())
def test_what_is_written_is_read(event: Event) -> None:
    """Every kind, every value, through the text that the run log keeps."""
    body = json.loads(body_text(event).encode())
    assert from_json(kind_of(event), to_json(event)["at"], body) == event  # type: ignore[arg-type]
    assert read(json.loads(json.dumps(to_json(event)))) == event


@given(events())
def test_what_is_written_fits_the_published_schema(event: Event) -> None:
    """The schema says what a reader of events may rely on."""
    SCHEMA.validate(json.loads(json.dumps(to_json(event))))


def test_every_event_has_a_kind() -> None:
    """The table follows the closed set of events."""
    assert set(KINDS.values()) == set(get_args(Event))
    assert kind_of(SendIntended(NOW, "remind", "remind/c1", 1)) == "send_intended"


def test_the_text_of_an_event_is_pinned() -> None:
    """Hashes cover it: keys in order, no blanks, defaults left out, scripts as they are."""
    said = Outcome(SendStatus.PARTIAL, Counts(10, 10, 6, 4, 1, 1), "आंशिक", http_status=207)
    assert body_text(SendSettled(NOW, "remind", "remind/c1", 2, said)) == (
        '{"address":"remind/c1","attempt":2,"outcome":{"counts":{"batches":1,"errors":1,"failed":4,'
        '"initiated":6,"matched":10,"selected":10},"http_status":207,"reason":"आंशिक","status":"partial"},'
        '"step":"remind"}'
    )
    assert body_text(RunFinished(NOW)) == "{}"


def test_unknown_numbers_are_not_no_numbers() -> None:
    """Nobody knows is written as null; nobody was messaged is the default."""
    doubt = to_json(SendSettled(NOW, "remind", "remind/c1", 1, outcome("in_doubt")))["outcome"]
    no_one = to_json(SendSettled(NOW, "remind", "remind/c1", 1, Outcome(SendStatus.NO_MATCH)))["outcome"]
    assert isinstance(doubt, dict)
    assert isinstance(no_one, dict)
    assert doubt["counts"] is None
    assert "counts" not in no_one


def test_a_half_of_a_character_is_written_as_an_escape() -> None:
    """UTF-8 cannot hold it, and the event must be written all the same."""
    text = body_text(RunHalted(NOW, "remind", "stray \udcff, पुणे"))
    assert text.isascii()
    assert "\\udcff" in text


NEWER: list[tuple[str, dict[str, Json]]] = [
    ("approval_given", {}),
    ("send_intended", {**INTENDED, "wave": 2}),
    ("send_settled", settled(delivered=3)),
    ("send_settled", settled(counts={"matched": 1, "delivered": 1})),
    ("run_paused", {"step": "remind", "question": "window", "reason": ""}),
    ("send_settled", settled(status="scheduled")),
]


@pytest.mark.parametrize(("kind", "body"), NEWER)
def test_what_a_newer_version_wrote_is_refused(kind: str, body: dict[str, Json]) -> None:
    """Nothing is guessed about an event that this version does not know in full."""
    with pytest.raises(Refusal, match="does not know") as refused:
        from_json(kind, AT, body)
    assert refused.value.code == Exit.LEASE_OR_LOG
    assert "newer version" in refused.value.cure


DAMAGED: list[tuple[str, Any]] = [
    ("send_intended", {"step": "remind"}),
    ("send_intended", {**INTENDED, "attempt": "1"}),
    ("send_intended", {**INTENDED, "attempt": True}),
    ("send_intended", {**INTENDED, "attempt": None}),
    ("send_intended", {**INTENDED, "deadline_at": "soon"}),
    ("send_intended", []),
    ("send_intended", None),
    ("send_settled", {**INTENDED, "outcome": None}),
    ("send_settled", settled(fatal="no")),
    ("send_settled", settled(status=["succeeded"])),
    ("run_started", {"run": "r", "plan": []}),
]


@pytest.mark.parametrize(("kind", "body"), DAMAGED)
def test_what_is_damaged_is_refused(kind: str, body: Any) -> None:  # noqa: ANN401  (whatever JSON holds)
    """A field that is missing or of another type is no event."""
    with pytest.raises(Refusal, match="cannot be read") as refused:
        from_json(kind, AT, body)
    assert refused.value.code == Exit.LEASE_OR_LOG


def test_a_damaged_instant_is_refused() -> None:
    """An event without its instant is none."""
    with pytest.raises(Refusal, match="cannot be read"):
        from_json("run_finished", "2026-03-02", {})


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "run_finished", "at": AT, "more": 1},
        {"kind": "run_finished"},
        {"kind": "send_intended", "at": AT, "step": "remind", "address": "remind/c1"},
        {"kind": "rain", "at": AT},
        {"kind": "run_finished", "at": "2026-03-02T05:30:00Z"},
    ],
)
def test_the_schema_is_closed(event: dict[str, Any]) -> None:
    """What no version of these classes writes does not fit it."""
    assert not SCHEMA.is_valid(event)


def test_an_instant_keeps_its_microseconds() -> None:
    """Two events of one second stay in their order."""
    at = datetime(2026, 3, 2, 5, 30, 0, 123456, tzinfo=UTC)
    assert to_json(RunFinished(at))["at"] == "2026-03-02T05:30:00.123456+00:00"
