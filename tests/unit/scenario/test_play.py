"""A scenario is a run of the machine: what it decides, asks for, and comes to."""

import pytest

from tests.scenarios import NAMED, RUNBOOK, of_one, played

HALF = "{status: partial, selected: 100, failed: 50}"
"""More than the condition of the second step asks for."""
WHEN = "steps.remind.failed_pct > inputs.share"


@pytest.mark.parametrize(
    ("outcomes", "statuses", "requests", "status", "code"),
    [
        ("{remind: succeeded}", ["succeeded", "skipped"], 1, "finished", 0),
        (f"{{remind: {HALF}}}", ["partial", "succeeded"], 2, "finished", 20),
        ("{remind: failed}", ["failed", "succeeded"], 2, "finished", 20),
        ("{remind: no_match}", ["no_match", "skipped"], 1, "finished", 0),
        ("{remind: rejected}", ["rejected", "skipped"], 1, "finished", 11),
        ("{remind: {status: rejected, fatal: true}}", ["rejected", "pending"], 1, "halted", 11),
        ("{remind: not_sent}", ["not_sent", "pending"], 3, "paused", 15),
        ("{remind: [not_sent, succeeded]}", ["succeeded", "skipped"], 2, "finished", 0),
        ("{remind: {status: not_sent, retry_after: 50s}}", ["not_sent", "pending"], 1, "paused", 15),
        (
            "{remind: [{status: not_sent, retry_after: 20s}, failed]}",
            ["failed", "succeeded"],
            3,
            "finished",
            20,
        ),
        ("{remind: in_doubt}", ["in_doubt", "pending"], 1, "in_doubt", 22),
        ("{remind/c1: in_doubt}", ["in_doubt", "pending"], 1, "in_doubt", 22),
        ("{remind: {status: succeeded, overreached: true}}", ["succeeded", "pending"], 1, "halted", 21),
        (f"{{remind: {HALF}, by_sms: not_sent}}", ["partial", "not_sent"], 3, "paused", 23),
        (
            f"{{remind: {HALF}, by_sms: {{status: partial, failed_pct: 40}}}}",
            ["partial", "partial"],
            2,
            "halted",
            21,
        ),
        (
            f"{{remind: {HALF}, by_sms: {{status: succeeded, matched: 9}}}}",
            ["partial", "succeeded"],
            2,
            "halted",
            21,
        ),
    ],
)
def test_each_outcome(outcomes: str, statuses: list[str], requests: int, status: str, code: int) -> None:
    """Statuses of both steps, requests with their tries, how the run ends and under which code."""
    came = played(f"{{outcomes: {outcomes}}}")
    assert [came.step(name).status.value for name in ("remind", "by_sms")] == statuses
    assert (len(came.requests), came.state.status.value, came.exit_code) == (requests, status, code)


@pytest.mark.parametrize(
    ("numbers", "counts"),
    [
        ("", (4, 4)),
        (", matched: 30", (30, 4)),
        (", matched: 30, selected: 3", (30, 3)),
        (", selected: 3", (4, 3)),
    ],
)
def test_an_overreach_shows_in_two_ways(numbers: str, counts: tuple[int, int]) -> None:
    """More are taken than the request allows; or more match than it names, and as many are taken."""
    came = played(f"{{outcomes: {{remind: {{status: succeeded, overreached: true{numbers}}}}}}}", NAMED)
    ((_, outcome),) = came.answered
    assert outcome.counts is not None
    assert (outcome.counts.matched, outcome.counts.selected) == counts
    assert came.program.steps[0].sends[0].request.is_overreached_by(outcome.counts)
    assert (came.state.status.value, came.exit_code) == ("halted", 21)


def test_a_run_waits_in_time_that_passes_at_once() -> None:
    """The second try is made no earlier than the API asked, by the scenario's own clock."""
    given = '{now: "2026-04-01T10:00", outcomes: {remind: [{status: not_sent, retry_after: 20s}, succeeded]}}'
    send = played(given).step("remind").sends["remind/c1"]
    assert send.settled_at is not None
    assert send.since.isoformat() == "2026-04-01T10:00:00+05:30"
    assert (send.settled_at - send.since).total_seconds() >= 20


@pytest.mark.parametrize(
    ("outcomes", "step", "reasons"),
    [
        ("{remind: succeeded}", "remind", ["it has no condition"]),
        (
            "{remind: succeeded}",
            "by_sms",
            [
                f"its condition is false: {WHEN} (remind.failed_pct is 0, inputs.share is 20)",
            ],
        ),
        (
            f"{{remind: {HALF}, by_sms: {{status: partial, failed_pct: 40}}}}",
            "by_sms",
            [
                f"its condition is true: {WHEN} (remind.failed_pct is 50, inputs.share is 20)",
                "failed_pct <= 30 is false (success) (by_sms.failed_pct is 40)",
            ],
        ),
        ("{remind: {status: rejected, fatal: true}}", "by_sms", []),
    ],
)
def test_reasons_have_the_values_that_were_seen(outcomes: str, step: str, reasons: list[str]) -> None:
    """Why a step was sent or left out, and why it stopped the run."""
    assert list(played(f"{{outcomes: {outcomes}}}").reasons.get(step, ())) == reasons


def test_requests_are_those_of_the_plan() -> None:
    """With the inputs filled in; a template is called as the runbook calls it."""
    (asked,) = played("{inputs: {cap: 7}}").requests
    assert (asked.step, asked.address, asked.attempt) == ("remind", "remind/c1", 1)
    assert asked.body["limit"] == 7
    assert asked.body["templateId"] == "waTpl01"


def test_a_condition_that_reads_what_nobody_knows() -> None:
    """After an in-doubt send nothing is decided; what is decided is told with what is unknown."""
    assert played("{outcomes: {remind: in_doubt}}").state.stopped_at == "remind"


@pytest.mark.parametrize(
    ("outcome", "hangs"),
    [
        ("partial", True),
        ("{status: partial, selected: 100}", True),
        ("{status: partial, failed: 30}", True),
        ("{status: partial, failed_pct: 60}", False),
        ("{status: partial, initiated: 40, failed: 60}", False),
        ("succeeded", False),
        ("failed", False),
        ("rejected", False),
    ],
)
def test_no_decision_rests_on_a_made_up_number(outcome: str, *, hangs: bool) -> None:
    """Where a condition reads a number that is not stated, nor follows, the scenario fails and says so."""
    result = of_one(f"{{outcomes: {{remind: {outcome}}}}}", "{requests: 1}")
    told = [each for each in result.failures if each.what == "outcome of remind"]
    assert bool(told) is hangs
    if hangs:
        (failure,) = result.failures
        assert failure.expected == "failed_pct to be stated, and it is not"
        assert "`when` of by_sms rests on it" in failure.why
        assert "remind: {status: partial, selected:" in failure.help


def test_a_made_up_number_that_decides_nothing_is_none_of_its_business() -> None:
    """What is true whatever the number is does not rest on it."""
    runbook = RUNBOOK.replace(
        "when: steps.remind.failed_pct > inputs.share",
        "when: steps.remind.status == 'partial' or steps.remind.failed_pct > inputs.share",
    )
    assert not played("{outcomes: {remind: partial}}", runbook).hangs


@pytest.mark.parametrize(
    ("condition", "outcome", "hangs"),
    [
        ("steps.remind.errors > 0", "succeeded", True),
        ("steps.remind.errors > 0", "{status: succeeded, errors: 0}", False),
        ("10 / steps.remind.errors > 1", "succeeded", True),
        ("steps.remind.selected > 50", "{status: succeeded, failed_pct: 0}", True),
        ("steps.remind.selected > 50", "{status: failed, failed_pct: 100}", True),
        ("steps.remind.selected > 50", "{status: failed, initiated: 0, failed_pct: 100}", True),
        ("steps.remind.selected > 50", "{status: succeeded, initiated: 60}", False),
        ("steps.remind.selected > 50", "{status: partial, failed: 30, failed_pct: 50}", False),
        ("steps.remind.selected > 50", "{status: succeeded, matched: 1}", False),
        ("steps.remind.matched is known and steps.remind.matched > 50", "succeeded", True),
        ("steps.remind.failed is known and steps.remind.failed > 50", "succeeded", False),
    ],
)
def test_a_number_is_known_where_no_other_is_possible(condition: str, outcome: str, *, hangs: bool) -> None:
    """By what is stated, by the status and by the API's arithmetic; an error may come with every status."""
    runbook = RUNBOOK.replace("steps.remind.failed_pct > inputs.share", condition)
    runbook = runbook.replace("  share: {type: number, default: 20}\n", "")
    assert bool(played(f"{{outcomes: {{remind: {outcome}}}}}", runbook).hangs) is hangs


def test_reasons_do_not_tell_numbers_that_nobody_stated() -> None:
    """Or else `because` could rest on them."""
    runbook = RUNBOOK.replace(
        "when: steps.remind.failed_pct > inputs.share",
        "when: steps.remind.failed_pct > inputs.share or steps.remind.matched > 20",
    ).replace("success: failed_pct <= 30", "success: [matched > 20, failed_pct <= 30]")
    given = f"{{outcomes: {{remind: {HALF}, by_sms: {{status: partial, failed_pct: 40}}}}}}"
    began, broken = played(given, runbook).reasons["by_sms"]
    assert began.endswith("(remind.failed_pct is 50, inputs.share is 20, remind.matched is not stated)")
    assert broken == "failed_pct <= 30 is false (success) (by_sms.failed_pct is 40)"


def test_what_nobody_says_keeps_the_runbooks_promise() -> None:
    """A step that succeeds has as many customers as it expects."""
    counts = played(f"{{outcomes: {{remind: {HALF}}}}}").step("by_sms").counts
    assert counts is not None
    assert counts.matched == 10


@pytest.mark.parametrize(("share", "hangs"), [(40, False), (20, True)])
def test_one_criterion_that_is_surely_false_decides(share: int, *, hangs: bool) -> None:
    """Then the others may read what they like; where all others hold, the open one decides."""
    runbook = RUNBOOK.replace("success: failed_pct <= 30", "success: [failed_pct <= 30, matched > 20]")
    given = f"{{outcomes: {{remind: {HALF}, by_sms: {{status: partial, failed_pct: {share}}}}}}}"
    assert bool(played(given, runbook).hangs) is hangs
