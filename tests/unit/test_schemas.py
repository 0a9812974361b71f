"""The published schemas are those that the engine checks by, and their examples hold."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.cli.schema import SCHEMAS, printed

FOLDER = Path(__file__).parents[2] / "schemas"


def published(name: str) -> dict[str, Any]:
    """Read a published schema."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.v1.schema.json").read_text("utf-8"))
    return content


def properties(schema: object) -> list[tuple[str, dict[str, Any]]]:
    """List every property at any depth."""
    found: list[tuple[str, dict[str, Any]]] = []
    if isinstance(schema, dict):
        named = schema.get("properties")
        if isinstance(named, dict) and schema.get("type") == "object":
            found += named.items()
        for value in schema.values():
            found += properties(value)
    elif isinstance(schema, list):
        for value in schema:
            found += properties(value)
    return found


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_published_is_what_is_printed(name: str) -> None:
    """After a change: ``runbook schema NAME > schemas/NAME.v1.schema.json``."""
    assert published(name) == printed(name)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    """Each is JSON Schema 2020-12 itself."""
    jsonschema.Draft202012Validator.check_schema(published(name))


@pytest.mark.parametrize("name", ["config", "scenario", "plan", "event", "export"])
def test_every_property_has_a_description_and_examples_that_fit(name: str) -> None:
    """Hovers say what a key is for, and what they show may be copied."""
    schema: Any = SCHEMAS[name]()  # in what is printed, some examples stand within the Markdown
    assert properties(schema)
    for key, about in properties(schema):
        assert about.get("description"), key
        assert about.get("examples"), key
        whole = {**about, "$defs": schema["$defs"]}
        if name != "plan":  # whose examples are excerpts
            for example in about["examples"]:
                jsonschema.Draft202012Validator(whole).validate(example)
