"""What a schema admits, where our own schemas do not ask for it today."""

import pytest

from engine.diagnostics import Json
from engine.runbook.accept import acceptor
from engine.runbook.leaves import Schema


@pytest.mark.parametrize(
    ("schema", "sound", "unsound"),
    [
        ({"type": "number"}, [1, 1.5], [True, "1", None]),
        ({"type": "integer"}, [1, -3], [True, 1.5]),
        ({"minimum": 3}, [3, 3.5, "a", True, None, []], [2, -1.5]),
        ({"minItems": 1}, [[0], {}, ""], [[]]),
        ({"minLength": 2}, ["ab", 1, []], ["a"]),
        ({"properties": {"a": {"type": "string"}}}, [{"a": "b"}, {"b": 1}, "a", 1], [{"a": 1}]),
        ({"type": "array", "uniqueItems": False}, [[1, 1], []], [{}]),
        ({"enum": ["a", "bc"], "maxLength": 1}, ["a"], ["bc", "c", 1, ["a"], {}]),
        ({"anyOf": [{"enum": [word]} for word in "abcd"]}, ["a", "d"], ["e", 1]),
        ({"type": "string", "minItems": 1, "minimum": 3, "minLength": 2}, ["ab"], ["a", 5, [1]]),
        ({"type": "string", "anyOf": [{"minLength": 9}, {"pattern": "^a"}]}, ["ab"], ["b", 1]),
    ],
)
def test_a_keyword_judges_values_of_its_own_type_alone(
    schema: Schema, sound: list[Json], unsound: list[Json]
) -> None:
    """What else a value may be, ``type`` says."""
    accepts = acceptor(schema)
    assert [each for each in sound if not accepts(each)] == []
    assert [each for each in unsound if accepts(each)] == []


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "date"},
        {"contains": {"type": "string"}},
        {"type": "object", "properties": {}, "additionalProperties": True},
        {"oneOf": [{"type": "string"}, {"type": "integer"}]},
        {"allOf": [{"type": "string"}]},
        {"allOf": [{"if": {"type": "object", "required": ["a"]}, "then": {"required": ["b"]}}]},
    ],
)
def test_a_schema_of_another_kind_is_refused(schema: Schema) -> None:
    """It would be admitted or not by chance."""
    with pytest.raises(AssertionError):
        acceptor(schema)
