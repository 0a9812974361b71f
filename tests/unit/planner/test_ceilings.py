"""Limits that an input leaves open: rules that bound nothing."""

import pytest

from engine.planner.ceilings import without_ceiling


@pytest.mark.parametrize(
    ("limit", "about", "is_open"),
    [
        (100, {}, False),
        ("none", {}, False),
        ("{{ inputs.cap }}", {"type": "integer"}, True),
        ("{{inputs.cap}}", {"type": "integer", "minimum": 1}, True),
        ("{{ inputs.cap }}", {"type": "integer", "maximum": 500}, False),
        ("{{ inputs.cap }}", {"type": "integer", "choices": [10, 20]}, False),
    ],
)
def test_a_limit_by_an_input_needs_a_maximum(
    limit: object, about: dict[str, object], *, is_open: bool
) -> None:
    """Or choices; a limit that is written was reviewed."""
    rules = {"runbook": {"inputs": {"cap": about}, "steps": [{"id": "remind", "limit": limit}]}}
    assert bool(without_ceiling(rules)) == is_open
