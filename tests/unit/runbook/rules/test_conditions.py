"""Rules over conditions: what is looked at, and what is left alone."""

from unittest.mock import Mock

import pytest

from engine.runbook.answers.survey import survey
from engine.runbook.draft import read
from engine.runbook.rules import conditions

HEAD = "format: runbook/v1\nname: first\nowner: ops\npurpose: service\ncampaign: {id: camp_demo}\nsteps:\n"


USUAL = {"limit": "none", "filters": "{{custom: {{branch: b{n}}}}}"}


def found(*steps: str, head: str = HEAD) -> list[str]:
    """Give what is found in steps of which only the keys that matter are given: its code and step."""
    raw = head
    for n, keys in enumerate(steps):
        usual = [f"{key}: {value.format(n=n)}" for key, value in USUAL.items() if key not in keys]
        every = [f"id: s{n}", "channel: sms", f"template: t{n}", *usual, *([keys] if keys else [])]
        raw += f"  - {{{', '.join(every)}}}\n"
    first = len(head.splitlines()) + 1
    return [f"{one.kind.code} s{one.span.line - first}" for one in read(raw.encode(), "a.yaml").diagnostics]


def test_a_step_reaches_no_more_than_it_names() -> None:
    """Customers that are named bound the numbers like a limit; overreach stops a run for good."""
    assert found("", "when: steps.s0.initiated > 2") == []
    assert found("filters: {ids: [L1, L2]}", "when: steps.s0.initiated > 2") == ["RB555 s1"]


@pytest.mark.parametrize(
    "steps",
    [
        ("", "when: steps.s0.status == 'skipped'", "when: steps.s1.status != 'skipped'"),
        ("", "when: steps.s0.matched >= 0", "when: steps.s1.ran"),
    ],
)
def test_a_consequence_is_not_reported(steps: tuple[str, ...]) -> None:
    """Behind a condition with a finding nothing is concluded from it."""
    assert [each[-2:] for each in found(*steps)] == ["s1"]


@pytest.mark.parametrize(
    "first",
    [
        "on_failure: contniue",
        "when: steps.nobody.ran",
        "success: failed_pct <= five",
        "limit: many",
        "expect: 5",
    ],
)
def test_a_step_with_a_fault_says_nothing(first: str) -> None:
    """What it can come to is not known before it is mended."""
    assert {each[-2:] for each in found(first, "when: steps.s0.status == 'skipped'")} == {"s0"}


def test_defaults_with_a_fault_say_nothing() -> None:
    """On_failure may be meant otherwise."""
    head = HEAD.replace("steps:", "defaults: {on_failure: contniue}\nsteps:")
    assert [each[:5] for each in found("", "when: steps.s0.status == 'failed'", head=head)] == ["RB107"]


def test_defaults_count() -> None:
    """A step takes on_failure from the defaults, and its own wins."""
    head = HEAD.replace("steps:", "defaults: {on_failure: continue}\nsteps:")
    when = "when: steps.s0.status == 'failed'"
    assert found("", when, head=head) == []
    assert found("on_failure: halt", when, head=head) == ["RB559 s1"]


def test_a_condition_that_never_varies_by_itself_is_told_once() -> None:
    """A constant without a name has its own finding."""
    assert found("", "when: steps.s0.ran or 1 == 1") == ["RB327 s1"]


def test_a_finding_at_one_criterion_leaves_the_others_as_they_are() -> None:
    """The second criterion still guards the third."""
    success = "success: [failed_pct <= 0.05, selected > 0, failed / selected < 0.5]"
    assert found(f"limit: 50, {success}") == ["RB556 s0"]


def test_alike_conditions_are_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand steps of one kind cost one look, with the findings at each of them."""
    looked = Mock(wraps=survey)
    monkeypatch.setattr(conditions, "survey", looked)
    steps = [f"when: steps.s{n - 1}.failed < 5" for n in range(1, 40)]
    assert found("", *steps) == [f"RB557 s{n}" for n in range(2, 40)]
    assert looked.call_count <= len(
        ("behind a step without when", "behind one with", "behind one that was told")
    )


def test_there_is_an_end_to_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """When much was looked at, only single comparisons are judged."""
    monkeypatch.setattr(conditions, "MOST_WORK", -1)
    never = "when: steps.s0.failed == 3 and steps.s0.failed == 1"
    assert found("", never, "when: steps.s0.failed < 0") == ["RB555 s2"]
