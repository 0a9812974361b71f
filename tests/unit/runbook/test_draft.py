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


def test_an_input_whose_type_has_a_tag_is_not_known() -> None:
    """Other programs write such tags; what is left without one declares nothing."""
    found = codes(f"{HEAD}inputs: {{d: {{type: !!str date}}}}\nsteps: [{{id: a, channel: sms}}]\n")
    assert found[0] == "RB021"


def test_a_success_that_cannot_be_judged_says_nothing_of_its_step() -> None:
    """Where one step has no id, a name that nobody has may be meant for it: what reads the step reads on."""
    sms = "channel: sms, template: {}, limit: 5, filters: {{payment_status: {}}}".format
    steps = [
        f"{{{sms('t', 'bounced')}}}",
        f"{{id: b, {sms('u', 'pending')}, success: steps.a.failed < 9}}",
        f"{{id: c, {sms('v', 'partial')}, when: steps.b.ran}}",
    ]
    assert codes(f"{HEAD}steps:\n" + "".join(f"  - {step}\n" for step in steps)) == ["RB102"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_text_in_quotes_that_reads_like_a_step_stays_itself(order: tuple[int, int]) -> None:
    """Of two conditions that differ in such a text alone, one can hold and the other cannot."""
    conditions = ["steps.b", "steps.a"]
    steps = "".join(
        f"  - {{id: s{number}, channel: sms, template: t{number}, limit: 5, filters: {{language: hindi}}, "
        f"when: \"inputs.x == '{conditions[number]}' and inputs.x in ['steps.a']\"}}\n"
        for number in order
    )
    ids = "  - {id: a, channel: sms, template: u, limit: 5, filters: {language: hindi}}\n"
    head = HEAD.replace("overdue", "service") + "inputs: {x: {type: string, choices: [steps.a, steps.b]}}\n"
    found = read(f"{head}steps:\n{ids}{steps}".encode(), "a.yaml").diagnostics
    assert [each.span.line for each in found if each.kind.code == "RB551"] == [9 + order.index(0)]
