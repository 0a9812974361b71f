"""Reading a runbook as a whole: what one stage could not judge, no later one takes for granted."""

import pytest

from engine.runbook.draft import read
from engine.runbook.schema import MAX_FAULTS

HEAD = "format: runbook/v1\nname: a\nowner: b\npurpose: overdue\ncampaign: {id: c}\n"


def codes(text: str) -> list[str]:
    """Give the codes of what is found."""
    return [one.kind.code for one in read(text.encode(), "a.yaml").diagnostics]


@pytest.mark.parametrize("rest", ["steps: 3", "steps: [{id: a, when: b}, 1]", "audiences: [1]\nsteps: {}"])
def test_a_format_that_is_not_known_is_all_that_is_said(rest: str) -> None:
    """Of what stands below it, whatever its shape, nothing is known."""
    assert codes(f"format: runbook/v9\n{rest}\n") == ["RB101"]


def test_steps_behind_too_many_findings_are_not_taken_for_sound() -> None:
    """They were not looked at."""
    steps = "".join(f"  - {{id: s{number}, channel: sms, template: t}}\n" for number in range(MAX_FAULTS))
    broken = "  - {id: [], chanel: sms, limit: none, when: 3, filters: 7}\n" * 3
    found = codes(f"{HEAD}steps:\n{steps}{broken}")
    assert len(found) == MAX_FAULTS + 1
    assert found.count("RB149") == 1
