"""Scenarios for what none shows yet: they are sound, they pass, and together they show all that can be."""

import pytest

from engine.record.condition import Field
from engine.record.plan import Program
from engine.runbook import draft
from engine.runbook.channels import REGISTRY
from engine.scenario.check import START, program_of, values_of
from engine.scenario.coverage import measure
from engine.scenario.outcomes import Stated
from engine.scenario.play import Played
from engine.scenario.read import Scenario
from engine.scenario.suggest import Suggestion, file_of, sample_inputs, suggest
from engine.scenario.trials import MOST_STEPS, trials
from tests.scenarios import HEAD, RUNBOOK, checked, played

BASE = Scenario("", (), {}, {"cap": (60, ())}, {}, START)
THREE = (
    RUNBOOK.replace("on_failure: continue", "on_failure: pause")
    + """\
  - id: call
    channel: call
    conversation: {agent: a1, disposition: d1}
    when: steps.by_sms.ran and (steps.by_sms.failed > 3 or steps.remind.matched > 70)
    audience: bounced
    limit: 20
"""
)


def program(runbook: str) -> Program:
    """Plan a runbook with the inputs of the base."""
    read = draft.read(runbook.encode(), "two.yaml", REGISTRY)
    values, faults = values_of(BASE, read)
    made = program_of(read, values)
    assert not faults
    assert isinstance(made, Program)
    return made


def suggested(runbook: str, *known: Played) -> list[Suggestion]:
    """Suggest what the known scenarios do not show."""
    made = program(runbook)
    return suggest(made, BASE, measure([made], known), ["remind: rejected"])


@pytest.mark.parametrize("runbook", [RUNBOOK, THREE], ids=["two", "three"])
def test_what_is_suggested_passes_and_shows_all(runbook: str) -> None:
    """Written, read again and played: each passes, no finding, and nothing is left to show."""
    text = file_of("two.yaml", BASE, suggested(runbook))
    came = checked(text.partition(HEAD)[2], runbook)
    assert text.startswith("# What the run does today")
    assert not came.findings
    assert all(result.passed for result in came.results)
    assert not measure((), [each.played for each in came.results if each.played]).missing


def test_what_is_shown_already_is_not_suggested() -> None:
    """Only what is left, and names that nobody has."""
    known = [played("{inputs: {cap: 60}, outcomes: {remind: succeeded}}")]
    names = [each.name for each in suggested(RUNBOOK, *known)]
    assert "remind: succeeded" not in names
    assert "remind: rejected (2)" in names
    assert len(names) == len(set(names))


def test_plain_days_come_first() -> None:
    """What an answer usually is stands before what hardly ever happens."""
    names = [each.name for each in suggested(RUNBOOK)]
    assert names[0] == "remind: succeeded with failed_pct <= 20"
    assert names.index("remind: failed with failed_pct > 20") < names.index("remind: no_match")
    assert not [name for name in names if "matched < 10" in name], "that nobody matches shows the same"


def test_all_that_the_way_rests_on_is_stated() -> None:
    """Errors too, which may come with every status; behind a condition on them nothing is left dark."""
    runbook = RUNBOOK.replace("steps.remind.failed_pct > inputs.share", "steps.remind.errors == 0")
    runbook = runbook.replace("  share: {type: number, default: 20}\n", "")
    found = suggested(runbook)
    assert not measure([program(runbook)], [each.played for each in found]).missing
    (last,) = [each for each in found if each.name == "by_sms: in_doubt"]
    assert last.outcomes["remind"] == Stated(numbers={Field.ERRORS: 0})


def test_of_a_long_runbook_only_what_it_is_about_is_expected() -> None:
    """Twenty lines for each scenario would be read by nobody."""
    more = "".join(
        f"  - id: more_{number}\n    channel: sms\n    template: smsTpl{number:02}\n"
        "    filters: {language: tamil}\n    limit: 10\n"
        for number in range(20)
    )
    text = file_of("two.yaml", BASE, suggested(RUNBOOK + more))
    (last,) = [each for each in text.split("  - name: ") if each.startswith('"more_19: failed"')]
    assert "      steps:\n        more_19: failed\n      requests: " in last


def test_an_open_comparison_is_left_out_where_it_is_not_met() -> None:
    """What the tree cannot prove is played; where it comes out otherwise, nothing false is suggested."""
    runbook = RUNBOOK.replace(
        "steps.remind.failed_pct > inputs.share", "steps.remind.failed * 2 > steps.remind.initiated * 1000"
    ).replace("  share: {type: number, default: 20}\n", "")
    came = checked(file_of("two.yaml", BASE, suggested(runbook)).partition(HEAD)[2], runbook)
    assert all(result.passed for result in came.results)


@pytest.mark.parametrize(
    "condition",
    [
        "steps.remind.failed / steps.remind.selected > 0.5",
        "steps.remind.failed > steps.remind.initiated",
        "steps.remind.matched > steps.remind.selected",
        "steps.remind.errors > steps.remind.failed",
        "steps.remind.failed * 3 > steps.remind.selected and steps.remind.errors > 20",
    ],
)
def test_a_condition_that_joins_numbers_is_shown_both_ways(condition: str) -> None:
    """No answer stands for all others there: some of every sort are tried, and what is behind them, too."""
    runbook = RUNBOOK.replace("steps.remind.failed_pct > inputs.share", condition)
    runbook = runbook.replace("  share: {type: number, default: 20}\n", "")
    found = suggested(runbook)
    came = checked(file_of("two.yaml", BASE, found).partition(HEAD)[2], runbook)
    assert not came.findings
    assert all(result.passed for result in came.results)
    assert not measure([program(runbook)], [each.played for each in found]).missing


def test_conditions_that_join_numbers_of_two_steps_are_shown_both_ways() -> None:
    """One step's outcome is changed at a time, from what led to something new."""
    runbook = THREE.replace("steps.by_sms.failed > 3 or", "steps.by_sms.failed > steps.remind.failed and")
    runbook = runbook.replace("steps.remind.matched > 70", "steps.by_sms.failed_pct > 60")
    found = suggested(runbook)
    assert not measure([program(runbook)], [each.played for each in found]).missing


def test_trials_of_a_long_runbook_end() -> None:
    """So many steps are played at most, however much could still be tried."""
    more = "".join(
        f"  - {{id: more_{number}, channel: sms, template: T{number}, filters: {{language: tamil}},"
        " limit: 10, when: steps.remind.failed * 2 > steps.remind.selected}\n"
        for number in range(98)
    )
    tried = [*trials(program(RUNBOOK + more), START)]
    assert len(tried) <= MOST_STEPS // 100


def test_inputs_without_a_default_are_made_up() -> None:
    """From what their declaration says."""
    runbook = RUNBOOK.replace(
        "inputs:\n",
        "inputs:\n  who: {type: string, choices: [pune, nashik]}\n  least: {type: integer, minimum: 7}\n"
        "  on: {type: boolean}\n  at: {type: date}\n  names: {type: list}\n".replace("  on:", "  live:"),
    )
    read = draft.read(runbook.encode(), "two.yaml", REGISTRY)
    assert sample_inputs(read.inputs) == {
        "who": "pune",
        "least": 7,
        "live": True,
        "at": "2026-03-31",
        "names": ["example"],
    }
