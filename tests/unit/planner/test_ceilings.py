"""Limits that an input leaves open: rules that bound nothing."""

import pytest

from engine.planner.ceilings import limiting, most_within, without_ceiling


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


@pytest.mark.parametrize(
    ("limits", "about", "most"),
    [
        ((50, "{{ inputs.cap }}"), {"maximum": 500}, 550),
        ((50, "{{inputs.cap}}"), {"choices": [700, 20]}, 750),
        ((50, "{{ inputs.cap }}"), {}, None),
        (("none", "{{ inputs.cap }}"), {"maximum": 500}, None),
    ],
)
def test_the_most_messages_with_other_inputs(
    limits: tuple[object, ...], about: dict[str, object], most: int | None
) -> None:
    """What an input can be at the most, for whoever reviews rules that are run with others."""
    steps = [{"id": f"s{number}", "limit": limit} for number, limit in enumerate(limits)]
    rules = {"runbook": {"inputs": {"cap": about}, "steps": steps}}
    assert most_within(rules) == most
    assert list(limiting(rules)) == ["cap"]
