"""Rules over conditions: what is looked at, and what is left alone."""

import re
from unittest.mock import Mock

import pytest

from engine.runbook.answers import surveys
from engine.runbook.answers.survey import survey
from engine.runbook.draft import read
from engine.runbook.rules import MOST

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


STATUS = "steps.s0.status"
SKIPPED = "when: steps.s0.failed > 9"
TWINS: dict[str, tuple[list[str], list[str]]] = {
    "RB551": ([f"when: {STATUS} == 'partial' and {STATUS} == 'no_match'"],
              [f"when: {STATUS} == 'partial' and {STATUS} != 'no_match'"]),
    "RB552": ([f"when: {STATUS} != 'partial' or {STATUS} != 'no_match'"],
              [f"when: {STATUS} != 'partial' and {STATUS} != 'no_match'"]),
    "RB553": (["when: steps.s0.failed > 9 and (steps.s0.initiated < 5 or steps.s0.initiated >= 5)"],
              ["when: steps.s0.failed > 9 and (steps.s0.initiated < 5 or steps.s0.initiated > 5)"]),
    "RB557": ([SKIPPED, "when: steps.s1.failed_pct < 5"], [SKIPPED, "when: steps.s1.failed_pct > 5"]),
    "RB560": (["success: failed_pct <= 50 or initiated < 60, limit: 100"],
              ["success: failed_pct <= 50 or initiated < 40, limit: 100"]),
    "RB561": (["success: failed == 0 and failed_pct > 5"], ["success: failed == 1 and failed_pct > 5"]),
}  # fmt: skip


@pytest.mark.parametrize("code", TWINS)
def test_what_comes_near_is_silent(code: str) -> None:
    """Of two conditions that differ in a sign, one has the finding."""
    wrong, near = TWINS[code]
    assert [each[:5] for each in found("", *wrong)] == [code]
    assert found("", *near) == []


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("failed_pct > 0.05", ["RB556 s1"]),
        ("failed_pct >= 0.5", ["RB556 s1"]),
        ("0.5 < failed_pct", ["RB556 s1"]),
        ("failed_pct >= 1", []),
        ("failed_pct > 1.5", []),
        ("failed_pct > 0", []),
    ],
)
def test_more_than_a_fraction_of_a_per_cent_is_asked_about(condition: str, code: list[str]) -> None:
    """As a rule a share of a whole was meant."""
    assert found("", f"when: {condition.replace('failed_pct', 'steps.s0.failed_pct')}") == code


@pytest.mark.parametrize(
    ("criterion", "by_expect"), [("selected > 0", True), ("failed_pct <= 5 or failed_pct > 5", False)]
)
def test_what_only_expect_makes_certain_is_said_so(criterion: str, by_expect: bool) -> None:
    """Whoever deletes the one has to know of the other."""
    text = f"{HEAD}  - {{id: a, channel: sms, template: t, filters: everyone, limit: none, "
    text += f"expect: {{matched: {{min: 1}}}}, success: {criterion}}}\n"
    (one,) = read(text.encode(), "a.yaml").diagnostics
    assert one.kind.code == "RB560"
    assert ("`expect`" in one.message) is by_expect


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
    monkeypatch.setattr(surveys, "survey", looked)
    steps = [f"when: steps.s{n - 1}.failed < 5" for n in range(1, 40)]
    assert found("", *steps) == [f"RB557 s{n}" for n in range(2, 40)]
    assert looked.call_count <= len(
        ("behind a step without when", "behind one with", "behind one that was told")
    )


def test_there_is_an_end_to_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """When very much was looked at, only single comparisons are judged."""
    monkeypatch.setattr(surveys, "MOST_DEAR", 0)
    monkeypatch.setattr(surveys, "MOST_CHEAP", 0)
    never = "when: steps.s0.failed == 3 and steps.s0.failed == 1"
    assert found("", never, "when: steps.s0.failed < 0") == ["RB555 s2"]


NEVER = "steps.s0.failed > 50 and steps.s0.failed < 40"


def test_dear_conditions_leave_cheap_ones_their_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands above a condition does not decide whether it is looked at."""
    monkeypatch.setattr(surveys, "MOST_DEAR", 0)
    assert found("", f"when: {NEVER}") == ["RB551 s1"]


@pytest.mark.parametrize(
    "dear",
    [
        " or ".join(f"steps.s{n}.failed > 20" for n in range(4)),
        " or ".join(f"steps.s{n}.failed > 20 and steps.s{n}.matched > 70" for n in range(4)),
        "steps.s0.failed + steps.s1.failed > steps.s2.failed + steps.s3.failed",
    ],
)
def test_conditions_over_many_steps_do_not_hide_what_is_below(dear: str) -> None:
    """To see that there are too many ways costs next to nothing."""
    above = [f"when: {dear.replace('20', str(20 + n))}" for n in range(30)]
    assert found("", "", "", "", *above, f"when: {NEVER}") == ["RB551 s34"]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (" or ".join(f"(steps.s{n}.failed > 50 and steps.s{n}.failed < 40)" for n in range(5)), "RB551"),
        (" and ".join(f"(steps.s{n}.failed < 50 or steps.s{n}.failed > 40)" for n in range(5)), "RB552"),
        (" or ".join([NEVER, *(f"steps.s{n}.failed > 30" for n in range(5))]), "RB553"),
        (" and ".join([*(f"steps.s{n}.failed > 30" for n in range(5)), "steps.s0.failed < 20"]), "RB551"),
        ("not (" + " and ".join(f"steps.s{n}.failed > 30" for n in range(5)) + ")", None),
        (" or ".join(f"steps.s{n}.failed > 30" for n in range(5)), None),
        (" and ".join(f"steps.s{n}.failed > steps.s{n + 1}.failed" for n in range(5)), None),
    ],
)
def test_a_condition_over_many_steps_is_looked_at_in_parts(condition: str, expected: str | None) -> None:
    """What its parts come to decides the whole, or is told of the part."""
    told = found("", "", "", "", "", "", f'when: "{condition}"')
    assert told == ([f"{expected} s6"] if expected else [])


@pytest.mark.parametrize("above", range(8))
def test_what_is_looked_at_hangs_on_no_name(above: int) -> None:
    """Where not all steps around a condition have room, the first do, whatever they are called."""
    whens = ("s0.failed > 10", "s2.ran", "s1.ran", "s3.ran and steps.s0.failed < 5 and steps.s4.ran")
    steps = [f"when: steps.{when}" for when in whens]
    moved = [re.sub(r"s(\d)", lambda name: f"s{int(name[1]) + above}", step) for step in steps]
    assert found(*[""] * (above + 2), *moved) == [f"RB551 s{above + 5}"]


def test_too_much_around_a_step_leaves_the_step_itself() -> None:
    """Where the steps that it depends on make too many ways, a condition is looked at without them."""
    open_ = " and ".join(f"steps.s{n}.failed > steps.s{n}.errors * {n + 1} + 1" for n in range(3))
    never = "steps.s3.failed > 50 and steps.s3.failed in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]"
    assert found("", "", "", f"when: {open_}", f'when: "{never}"') == ["RB551 s4"]


def test_a_skip_that_nobody_knows_has_no_zeros() -> None:
    """Whether a step is skipped whose own condition has a finding is not known."""
    assert found("", "when: steps.s0.matched >= 0", "when: steps.s1.matched == 0") == ["RB555 s1"]


def test_inputs_are_known_by_their_declaration() -> None:
    """An input without a sound declaration can have any value."""
    declared = "inputs: {few: {type: integer, maximum: 5}}\nsteps:"
    when = "when: inputs.few > 7"
    assert found("", when, head=HEAD.replace("steps:", declared)) == ["RB551 s1"]
    broken = declared.replace("maximum: 5", "maximum: five")
    assert not [each for each in found("", when, head=HEAD.replace("steps:", broken)) if each[-2:] == "s1"]


def test_of_very_many_findings_the_first_are_told() -> None:
    """A program wrote the file: the last of them says how many more there are."""
    steps = [f"id: s{n}, when: steps.s0.failed < 0" for n in range(1, MOST + 4)]
    raw = HEAD + "".join(
        f"  - {{channel: sms, template: t{n}, limit: none, filters: {{custom: {{branch: b{n}}}}}, {keys}}}\n"
        for n, keys in enumerate(["id: s0", *steps])
    )
    told = read(raw.encode(), "a.yaml").diagnostics
    assert [one.kind.code for one in told] == ["RB555"] * MOST
    assert [n for n, one in enumerate(told) if "And 3 more like this" in one.help] == [MOST - 1]
    accepting = raw.replace(f"id: s{MOST + 2},", f"id: s{MOST + 2}, accept_warnings: {{RB555: Known.}},")
    assert {one.kind.code for one in read(accepting.encode(), "a.yaml").diagnostics} == {"RB555"}


def test_of_very_many_trial_names_the_first_are_told() -> None:
    """So it is with rules that see no conditions."""
    steps = [f"template: dummy_{n}" for n in range(MOST + 2)]
    raw = HEAD + "".join(
        f"  - {{id: s{n}, channel: sms, limit: none, filters: {{custom: {{branch: b{n}}}}}, {keys}}}\n"
        for n, keys in enumerate(steps)
    )
    told = read(raw.encode(), "a.yaml").diagnostics
    assert len(told) == MOST
    assert [n for n, one in enumerate(told) if "more like this" in one.help] == [MOST - 1]


CHAIN = "steps.s1.failed < steps.s2.failed < steps.s3.failed"
OTHER = CHAIN.replace("s1", "s4").replace("s2", "s5").replace("s3", "s6")
LONG = f"{CHAIN} and steps.s4.ran and steps.s5.ran"


@pytest.mark.parametrize("whens", [(f"({OTHER})", f"({CHAIN})", LONG), (f"({OTHER})", LONG, f"({CHAIN})")])
def test_a_link_of_a_chain_is_not_taken_for_the_chain(whens: tuple[str, ...]) -> None:
    """A long condition is looked at part by part; its links stand at one place, and say two things."""
    assert found(*[""] * 7, *[f"when: {when}" for when in whens]) == []


def test_each_link_of_a_chain_is_looked_at() -> None:
    """The first can be nothing but true here, the second can be both."""
    chain = "when: 0 <= steps.s2.failed < steps.s1.failed and steps.s3.ran and steps.s4.ran and steps.s5.ran"
    assert found("", "", "when: steps.s1.ran", "", "", "", chain) == []


def test_a_division_within_a_chain() -> None:
    """Both links share it, and it is found once."""
    assert found("", "", "when: 0 < steps.s0.failed / steps.s1.failed < 5") == ["RB558 s2"]
