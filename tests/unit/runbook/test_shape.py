import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.record.plan import Once, OnFailure, Purpose
from engine.runbook.accept import inlined
from engine.runbook.channels import REGISTRY
from engine.runbook.leaves import TIMEOUT, WITHIN, fits
from engine.runbook.model import InputType
from engine.runbook.published import published
from engine.runbook.shape import build, may_hold_template

PUBLISHED = Path(__file__).parents[3] / "schemas" / "runbook.v1.schema.json"
PAIR = [pytest.param(True, id="as authored"), pytest.param(False, id="as rendered")]


def subschemas(schema: Any, at: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401 (any JSON)
    """Walk over every schema within a schema, examples left out."""
    if isinstance(schema, list):
        for number, each in enumerate(schema):
            yield from subschemas(each, f"{at}/{number}")
    if isinstance(schema, dict):
        yield at, schema
        for key, each in schema.items():
            if key != "examples":
                yield from subschemas(each, f"{at}/{key}")


def properties(schema: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk over every property at any depth, those with names that the author chooses, too."""
    for at, each in subschemas(schema):
        if at.endswith(("/properties", "/patternProperties", "/$defs")):
            continue
        for keyword in ("properties", "patternProperties"):
            for key, below in each.get(keyword, {}).items():
                yield f"{at}/{keyword}/{key}", below


def authored(**step: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
    """Make the data of a runbook of one step."""
    least = {"id": "remind", "channel": "sms", "template": "t1", "limit": 5, "filters": {"ids": ["L-1"]}}
    return {
        "format": "runbook/v1",
        "name": "a",
        "owner": "ops",
        "purpose": "overdue",
        "campaign": {"id": "camp"},
        "steps": [{**least, **step}],
    }


def test_the_published_file_is_what_is_built() -> None:
    """Editors and the engine read the same; a change of one without the other is seen here."""
    built = json.dumps(published(build(REGISTRY)), indent=2, ensure_ascii=False)
    assert PUBLISHED.read_text("utf-8") == f"{built}\n"


@pytest.mark.parametrize("templates", PAIR)
def test_it_is_a_json_schema(templates: bool) -> None:
    """Both of the pair hold against the meta-schema of their draft."""
    Draft202012Validator.check_schema(build(REGISTRY, templates=templates))


def test_every_property_is_described_with_examples() -> None:
    """A hover shows what a key does and a value that may be copied."""
    bare = [
        at
        for at, schema in properties(build(REGISTRY))
        # A reference may bring its own, as notes do. What a condition said, a hover would show instead.
        if not (schema.get("description") and schema.get("examples"))
        and schema != {"$ref": "#/$defs/note"}
        and "/if/" not in at
    ]
    assert bare == []


@pytest.mark.parametrize("templates", PAIR)
def test_every_example_may_stand_where_it_is_shown(templates: bool) -> None:
    """No example would be refused in its own place."""
    schema = build(REGISTRY, templates=templates)
    wrong = [
        (at, example)
        for at, each in subschemas(schema)
        for example in each.get("examples", ())
        if not Draft202012Validator({**each, "$defs": schema["$defs"]}).is_valid(example)
    ]
    assert wrong == []


def test_every_mapping_is_closed() -> None:
    """A key that nobody reads is refused at any depth."""
    objects = [
        (at, each)
        for at, each in subschemas(build(REGISTRY))
        if each.get("type") == "object" and "/if" not in at
    ]
    # A step and an input take their form from the branch that their first word chooses.
    ajar = [at for at, each in objects if each.get("additionalProperties") is not False]
    assert [at for at in ajar if not at.endswith("/step") and not at.startswith("#/properties/inputs/")] == []
    assert len(ajar) == 2


def test_nothing_is_unbounded() -> None:
    """Every text, list and number has an upper bound, in the file as in the data."""
    bounds = {"string": "maxLength", "array": "maxItems", "integer": "maximum", "number": "maximum"}
    loose = [
        at
        for at, each in subschemas(build(REGISTRY))
        if isinstance(kind := each.get("type"), str)
        and kind in bounds
        and bounds[kind] not in each
        and "enum" not in each
    ]
    assert loose == []


def test_words_are_those_of_the_model() -> None:
    """What the schema admits, the model knows, and the other way round."""
    top = inlined(build(REGISTRY))["properties"]
    assert isinstance(top, dict)
    flat = json.dumps(top)
    for words in (Purpose, Once, OnFailure, InputType):
        assert json.dumps({"enum": [*words]})[1:-1] in flat


@pytest.mark.parametrize(
    "step",
    [
        {"limit": "{{ inputs.cap }}"},
        {"template": "{{ inputs.t }}"},
        {"title": "For {{ inputs.branch }}"},
        {"filters": {"ids": "{{ inputs.ids }}"}},
        {"filters": {"payment_status": ["{{ inputs.status }}", "paid"]}},
        {"filters": {"custom": {"branch": "{{ inputs.branch }}-north"}}},
        {"expect": {"matched": {"min": "{{ inputs.few }}"}}},
    ],
)
def test_templates_may_stand_in_what_is_authored_only(step: dict[str, Any]) -> None:
    """As rendered, braces are left-overs that would reach people."""
    assert Draft202012Validator(build(REGISTRY)).is_valid(authored(**step))
    assert not Draft202012Validator(build(REGISTRY, templates=False)).is_valid(authored(**step))


@pytest.mark.parametrize("key", ["id", "when", "channel", "purpose", "audience", "timeout", "on_failure"])
def test_what_decides_the_order_holds_no_templates(key: str) -> None:
    """A reader sees when a step acts without knowing the inputs (conditions are read elsewhere)."""
    assert not may_hold_template(("steps", 0, key))


@pytest.mark.parametrize(
    ("path", "may"),
    [
        (("campaign", "id"), True),
        (("campaign", "x-note"), False),
        (("name",), False),
        (("steps", 3, "limit"), True),
        (("steps", 3, "conversation", "agent"), True),
        (("steps", 3, "conversation", "x-note"), False),
        (("steps", 3, "filters"), False),
        (("steps", 3, "filters", "ids", 4), True),
        (("steps", 3, "filters", "custom", "x-zone"), True),
        (("steps", 3, "filters", "x-note"), False),
        (("audiences", "few", "filters", "language"), True),
        (("audiences", "few", "expect", "matched", "max"), True),
        (("audiences", "x-note", "filters", "language"), False),
        (("inputs", "cap", "default"), False),
        (("x-note", "limit"), False),
    ],
)
def test_only_texts_that_are_read_are_rendered(path: tuple[str | int, ...], may: bool) -> None:
    """Notes never are; a column may be called as a note is."""
    assert may_hold_template(path) is may


def test_a_channel_brings_its_own_part() -> None:
    """A new channel is one entry: its keys, its name among the words, its form closed."""
    channels = {**REGISTRY, "pigeon": replace(REGISTRY["sms"], name="pigeon", label="Pigeon")}
    validator = Draft202012Validator(build(channels))
    assert validator.is_valid(authored(channel="pigeon"))
    assert not validator.is_valid(authored(channel="pigeon", conversation={"agent": "a", "disposition": "d"}))
    assert not Draft202012Validator(build(REGISTRY)).is_valid(authored(channel="pigeon"))


@pytest.mark.parametrize(
    ("pattern", "limit_s"),
    [pytest.param(TIMEOUT, 600, id="timeout"), pytest.param(WITHIN, 3600, id="within")],
)
def test_durations_end_where_they_are_said_to(pattern: str, limit_s: int) -> None:
    """The patterns admit every whole second, minute and hour up to their bound, and none past it."""
    units = {"s": 1, "m": 60, "h": 3600}
    allowed = units if limit_s == 3600 else {"s": 1, "m": 60}
    for unit, seconds in units.items():
        for number in range(4000):
            may = unit in allowed and 0 < number * seconds <= limit_s
            assert fits(pattern, f"{number}{unit}") is may
            assert not fits(pattern, f"0{number}{unit}")


def test_references_are_followed_by_sharing() -> None:
    """Inlining copies nothing that is used alike, so ten thousand steps cost no more than one."""
    schema = inlined(build(REGISTRY))
    assert "$ref" not in json.dumps(schema)
    shared: list[int] = [id(each) for _, each in subschemas(schema) if each.get("maxLength") == 1000]
    assert len(shared) > len(set(shared))
