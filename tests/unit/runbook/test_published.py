import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from engine.runbook.channels import REGISTRY
from engine.runbook.leaves import IDENTIFIER, Schema, closed, described, keyed, many, named, text, words
from engine.runbook.published import published
from engine.runbook.shape import build
from engine.runbook.source import read

CASES = Path(__file__).parents[2] / "cases"
LINE = text("^[a-z]+$", 20, "small letters")


def keyed_by_names(value: Schema) -> Schema:
    """Make a group with names for keys, and nothing beside them."""
    return keyed(IDENTIFIER, value, 10, "a name")


def named_with_notes(value: Schema) -> Schema:
    """Make a group with names for keys, and notes."""
    return named(value, 10)


def test_code_in_a_description_is_given_as_markdown() -> None:
    """Editors write the backquotes of a plain description as they stand."""
    schema = published(described(LINE, "As `none` does.", "a"))
    assert schema["description"] == schema["markdownDescription"] == "As `none` does."


def test_plain_words_are_left_alone() -> None:
    """What Markdown would not change is not said twice."""
    schema = described(LINE, "A word.", "a")
    assert published(schema) == schema


def test_an_example_of_several_keys_is_shown_and_not_offered() -> None:
    """Among the examples, editors would offer it as [object Object]."""
    schema = published(described(closed({}), "A group.", {"a": ["b", "c"]}))
    assert schema["markdownDescription"] == "A group.\n\nExample:\n\n```yaml\n{a: [b, c]}\n```"
    assert "examples" not in schema


def test_an_example_of_a_list_of_groups_is_shown_a_line_each() -> None:
    """It would be written as [object Object], too."""
    schema = published(described(many(closed({}), 5), "A list.", ["a", {"b": 1}]))
    assert schema["markdownDescription"] == "A list.\n\nExample:\n\n```yaml\n- a\n- {b: 1}\n```"
    assert "examples" not in schema


@pytest.mark.parametrize("make", [keyed_by_names, named_with_notes])
def test_names_that_an_author_chooses_are_no_pattern(make: Callable[[Schema], Schema]) -> None:
    """Below a pattern editors complete nothing; what may be a name is the same."""
    ours: Schema = {"$defs": {"note": {}}, **make(words(["a", "b"]))}
    theirs = published(ours)
    assert theirs["additionalProperties"] == words(["a", "b"])
    for data in ({"one": "a"}, {"one": "c"}, {"One": "a"}, {"x-one": 5}, {"one": "a", "x-one": 5}, {}):
        assert Draft202012Validator(ours).is_valid(data) is Draft202012Validator(theirs).is_valid(data), data


def test_an_example_in_a_list_is_still_offered() -> None:
    """A list has a name that can be read."""
    assert published(described(many(LINE, 5), "A list.", ["a"]))["examples"] == [["a"]]


def test_properties_that_are_called_like_keywords_are_kept() -> None:
    """A format may have a key that is called description."""
    keys: Schema = {
        "description": described(LINE, "Of it.", "a"),
        "examples": described(LINE, "Of them.", "a"),
    }
    assert published(closed(keys))["properties"] == keys


@pytest.fixture(scope="module")
def pair() -> tuple[Draft202012Validator, Draft202012Validator]:
    """Make the judges of both: as the engine has it, and as it is published."""
    schema = build(REGISTRY)
    return Draft202012Validator(schema), Draft202012Validator(published(schema))


@pytest.mark.parametrize(
    "file", sorted(CASES.glob("*/*.yaml")), ids=lambda file: f"{file.parent.name}-{file.stem}"
)
def test_what_is_published_admits_the_same(
    file: Path, pair: tuple[Draft202012Validator, Draft202012Validator]
) -> None:
    """It only reads better."""
    ours, theirs = pair
    data: Any = read(file.read_bytes(), file.name).data
    assert ours.is_valid(data) is theirs.is_valid(data)


@pytest.mark.parametrize(
    ("keys", "is_sound"),
    [(["audience"], True), (["filters"], True), ([], False), (["audience", "filters"], False)],
)
def test_one_of_two_keys_is_still_wanted(keys: list[str], *, is_sound: bool) -> None:
    """In other words than oneOf, for which editors have none."""
    schema = published({"oneOf": [{"required": ["audience"]}, {"required": ["filters"]}]})
    assert "oneOf" not in json.dumps(schema)
    assert Draft202012Validator(schema).is_valid(dict.fromkeys(keys, "x")) is is_sound
