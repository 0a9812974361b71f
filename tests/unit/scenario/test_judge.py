"""What is expected and did not come: where, what instead, and why."""

import pytest

from engine.scenario.judge import Failure
from tests.scenarios import of_one

HALF = "{status: partial, selected: 100, failed: 50}"
GIVEN = f"{{outcomes: {{remind: {HALF}, by_sms: {{status: succeeded, selected: 50}}}}}}"
RIGHT = [
    "{exit_code: 20, status: finished, messages: 100, requests: 2}",
    "{requests: [remind, by_sms]}",
    "{requests: [remind, {step: by_sms}]}",
    "{requests: [remind, {step: by_sms, body: {limit: 50, filters: {language: hindi}}}]}",
    "{requests: [{step: remind, body: {filters: {payment_status: [bounced, pending]}}}, by_sms]}",
    "{requests: [remind, {step: by_sms, body: {filters: {ids: null, custom: null}}}]}",
    "{requests: [{step: remind, body: {limit: 100, filters: {language: hindi}}}, by_sms]}",
    "{steps: {remind: partial, by_sms: succeeded}}",
    "{steps: {by_sms: {status: succeeded, run: true, attempts: 1, because: REMIND.failed_pct is 50}}}",
    "{steps: {x-why: agreed in March, remind: {run: true}}}",
]
SEEN = "remind.failed_pct is 50, inputs.share is 20"
WHY = f"its condition is true: steps.remind.failed_pct > inputs.share ({SEEN})"
RAN = "remind partial, by_sms succeeded"


@pytest.mark.parametrize("expect", RIGHT)
def test_what_came_as_expected(expect: str) -> None:
    """Nothing is said of it."""
    assert of_one(GIVEN, expect).passed


@pytest.mark.parametrize(
    ("expect", "what", "expected", "got", "why"),
    [
        ("{exit_code: 0}", "exit code", "0", "20", RAN),
        ("{status: halted}", "the run's status", "halted", "finished", RAN),
        ("{messages: 99}", "messages", "99", "100", RAN),
        ("{requests: 1}", "requests", "1", "2 (remind, by_sms)", RAN),
        ("{requests: [by_sms, remind]}", "requests", "by_sms, remind", "remind, by_sms", RAN),
        ("{requests: [remind]}", "requests", "remind", "remind, by_sms", RAN),
        (
            "{requests: [remind, {step: by_sms, body: {limit: 60}}]}",
            "request of by_sms",
            "limit 60",
            "limit 50",
            "so it would go out",
        ),
        (
            "{requests: [remind, {step: by_sms, body: {filters: {language: [tamil]}}}]}",
            "request of by_sms",
            "filters.language [tamil]",
            "filters.language [hindi]",
            "so it would go out",
        ),
        (
            "{requests: [remind, {step: by_sms, body: {sendAt: now}}]}",
            "request of by_sms",
            "sendAt now",
            "no sendAt",
            "so it would go out",
        ),
        ("{steps: {by_sms: skipped}}", "status of by_sms", "skipped", "succeeded", WHY),
        ("{steps: {by_sms: {run: false}}}", "run of by_sms", "false", "true", WHY),
        ("{steps: {by_sms: {attempts: 2}}}", "attempts of by_sms", "2", "1", WHY),
        ("{steps: {by_sms: {because: matched}}}", "reason at by_sms", "words with matched", WHY, WHY),
    ],
)
def test_what_came_otherwise(expect: str, what: str, expected: str, got: str, why: str) -> None:
    """One failure, with both values and the reason."""
    (failure,) = of_one(GIVEN, expect).failures
    assert (failure.what, failure.expected, failure.got, failure.why) == (what, expected, got, why)
    assert failure.path[:3] == ("scenarios", 0, "expect")


def test_a_step_that_was_not_reached_says_where_the_run_ended() -> None:
    """Its reason is that of the step before it."""
    (failure,) = of_one("{outcomes: {remind: in_doubt}}", "{steps: {by_sms: skipped}}").failures
    assert failure.got == "pending"
    assert failure.why == "not reached, for the run is in_doubt at remind: nobody knows whether it went out"


def test_messages_cannot_be_judged_by_numbers_that_nobody_stated() -> None:
    """Not even where they would fit by chance."""
    (failure,) = of_one("", "{messages: 1}").failures
    assert (failure.expected, failure.got) == ("1", "no number")
    assert failure.help.startswith("state it under `outcomes`, for example `remind: {status: succeeded,")


def test_what_rests_on_nothing_is_told_alone() -> None:
    """No other expectation is looked at: all of them may come of the made-up number."""
    (failure,) = of_one("{outcomes: {remind: partial}}", "{exit_code: 20, requests: 7}").failures
    assert failure.path == ("scenarios", 0, "given", "outcomes", "remind")


def test_a_misspelt_part_of_a_body_is_told() -> None:
    """With the one that is there and was meant; nothing is meant by one that lies near none."""
    wanted = "{requests: [remind, {step: by_sms, body: {limt: 50, filters: {lnguage: hindi}, sendAt: 1}}]}"
    failures = of_one("{outcomes: {remind: {status: failed, failed: 3}}}", wanted).failures
    assert [(each.got, each.help) for each in failures] == [
        ("no limt", "did you mean limit?"),
        ("no filters.lnguage", "did you mean language?"),
        ("no sendAt", ""),
    ]


@pytest.mark.parametrize(
    ("body", "message", "mend"),
    [
        (
            "{filters: {}}",
            "expected filters {}, got filters {payment_status: [bounced, pending], language: [hindi]}",
            "an empty group is never sent: write `filters: null` where there is none.",
        ),
        (
            "{filters: null}",
            "expected no filters, got filters {payment_status: [bounced, pending], language: [hindi]}",
            "",
        ),
        ("{filters: {langauge: null}}", "expected no filters.langauge", "did you mean language?"),
        (
            "{filters: {custom: {branch: null}}}",
            "expected filters.custom {branch: null}, got no filters.custom",
            "",
        ),
        ("{zzzzz: null}", "expected no zzzzz", "delete it, or write its right name."),
        ("{limit: true}", "expected limit true, got limit 1", ""),
        ("{limit: [true]}", "expected limit [true], got limit 1", ""),
        ("{filters: {language: [hindi, hindi]}}", "expected filters.language [hindi, hindi], got", ""),
    ],
)
def test_every_part_of_a_body_can_fail(body: str, message: str, mend: str) -> None:
    """What is empty is compared as it is; null is said only of keys that there can be; true is not 1."""
    given = "{inputs: {cap: 1}}"
    (failure,) = of_one(given, f"{{requests: [{{step: remind, body: {body}}}]}}").failures
    assert failure.message.startswith(message)
    assert failure.help == mend


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("partial", "{status: partial, selected: 2, failed: 1}"),
        ("{status: partial, failed: 30}", "{status: partial, selected: 31, failed: 30}"),
        (
            "{status: partial, matched: 90, failed: 30, errors: 2}",
            "{status: partial, matched: 90, selected: 31, failed: 30, errors: 2}",
        ),
    ],
)
def test_what_is_stated_stays_in_the_example(outcome: str, wanted: str) -> None:
    """Whoever takes it over loses nothing."""
    (failure,) = of_one(f"{{outcomes: {{remind: {outcome}}}}}").failures
    assert failure.help == f"state it under `outcomes`, for example `remind: {wanted}`."


@pytest.mark.parametrize(("got", "message"), [("b", "expected a, got b"), ("", "expected a")])
def test_a_failure_in_a_sentence(got: str, message: str) -> None:
    """Without anything that came, what is missing is all there is to say."""
    assert Failure((), "x", "a", got, "why").message == message
