"""What scenarios show of a runbook, and what they do not."""

import pytest

from engine.scenario.coverage import Coverage, measure
from tests.scenarios import RUNBOOK, checked, played

HALF = "{status: partial, selected: 100, failed: 50}"
REMIND = {
    "succeeded",
    "partial",
    "failed",
    "no_match",
    "rejected",
    "rejected (fatal)",
    "not_sent",
    "in_doubt",
}


def of(*given: str, runbook: str = RUNBOOK) -> Coverage:
    """Measure some scenarios."""
    return measure((), [played(each, runbook) for each in given])


def test_one_scenario_shows_one_way() -> None:
    """Of the condition one value, of the step one outcome; the rest is named."""
    coverage = of("{outcomes: {remind: succeeded}}")
    assert {truth for truth, is_seen in coverage.truths.items() if is_seen} == {("by_sms", "when", False)}
    assert {name for name, is_seen in coverage.classes.items() if is_seen} == {("remind", "succeeded")}
    assert {name for step, name in coverage.classes if step == "remind"} == {*REMIND, "overreached"}
    assert coverage.is_whole
    assert coverage.missing[0] == "by_sms: `when` is never true: steps.remind.failed_pct > inputs.share"


def test_expect_and_success_count_as_conditions() -> None:
    """Both values of each, as far as an answer can give them."""
    sent = f"remind: {HALF}, by_sms: "
    coverage = of(
        f"{{outcomes: {{{sent}{{status: succeeded, matched: 9}}}}}}",
        f"{{outcomes: {{{sent}{{status: partial, failed_pct: 40}}}}}}",
    )
    own = {
        (which, value): is_seen
        for (step, which, value), is_seen in coverage.truths.items()
        if step == "by_sms"
    }
    assert own == {
        ("when", True): True,
        ("when", False): False,
        ("expect", True): True,
        ("expect", False): True,
        ("success.0", True): True,
        ("success.0", False): True,
    }


@pytest.mark.parametrize(("least", "can_be"), [(0, [True]), (1, [True, False]), (10, [True, False])])
def test_an_expectation_that_cannot_be_broken_is_not_asked_for(least: int, can_be: list[bool]) -> None:
    """That nobody matches is an answer too, and breaks one that asks for somebody."""
    coverage = of(
        f"{{outcomes: {{remind: {HALF}, by_sms: no_match}}}}",
        runbook=RUNBOOK.replace("10, max: 400", f"{least}"),
    )
    own = {value: is_seen for (_, which, value), is_seen in coverage.truths.items() if which == "expect"}
    assert own == dict.fromkeys(can_be, False) | {can_be[-1]: True}


def test_the_share_of_all_that_can_be() -> None:
    """Each value of a condition and each outcome of a step counts once."""
    coverage = of("{outcomes: {remind: succeeded}}")
    assert len(coverage.truths) + len(coverage.classes) == 24
    assert round(coverage.percent, 2) == round(100 * 2 / 24, 2)
    assert Coverage().percent == 100


def test_what_no_way_shows_is_not_asked_for() -> None:
    """A condition that cannot be true has no such value, and its step no outcomes."""
    runbook = RUNBOOK.replace("steps.remind.failed_pct > inputs.share", "steps.remind.failed_pct > 100")
    coverage = of(
        "{outcomes: {remind: succeeded}}",
        runbook=runbook.replace("  share: {type: number, default: 20}\n", ""),
    )
    assert ("by_sms", "when", True) not in coverage.truths
    assert {step for step, _ in coverage.classes} == {"remind"}


def test_scenarios_with_other_inputs_add_up() -> None:
    """What one shows with its inputs is shown."""
    coverage = of(
        "{outcomes: {remind: succeeded}}", f"{{inputs: {{share: 10}}, outcomes: {{remind: {HALF}}}}}"
    )
    assert coverage.truths["by_sms", "when", True]
    assert coverage.truths["by_sms", "when", False]


def test_a_scenario_that_was_not_played_shows_nothing() -> None:
    """Its findings keep it from being counted."""
    text = "scenarios:\n  - name: one\n    given: {inputs: {cap: 0}}\n    expect: {exit_code: 0}\n"
    (result,) = checked(text).results
    assert result.played is None
    assert not result.passed
