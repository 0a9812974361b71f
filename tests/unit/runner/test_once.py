"""*Once*: a button pressed twice messages nobody twice (DESIGN, section 7)."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.record.entry import Standing
from engine.record.event import OverrideUsed, RunFinished, RunStarted, SendIntended, SendSettled
from engine.record.outcome import RunStatus
from engine.record.plan import Account, Once
from engine.refusal import Exit, Refusal
from engine.runner.once import occasions, period_start
from tests.factories import outcome
from tests.unit.runner.fakes import (
    HERE,
    NOW,
    ONE,
    SECOND,
    TWO,
    ZONE,
    Desk,
    after_leaving,
    code_of,
    document_of,
    planned,
)

KEYED = ONE.replace(
    "campaign:", "inputs: {branch: {type: string, key: true}, cap: {type: integer, default: 5}}\ncampaign:"
)


def per(period: str) -> str:
    """Give a runbook that messages people once in a period."""
    return ONE.replace("owner:", f"once: {{per: {period}}}\nowner:")


def india(text: str) -> datetime:
    """Read a time of day in India."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


# ---------------------------------------------------------------- what an occasion is


def name_of(text: str, account: Account = HERE, **given: str) -> str:
    """Name the occasion of a plan."""
    plan = planned(text, tuple(given.items()), account)
    return occasions(account, document_of(plan))[0]


@pytest.mark.parametrize(
    "changed",
    [
        ONE.replace("owner:", "revision: 7\nowner:"),
        ONE.replace("limit: 100", "limit: 50"),
        ONE.replace("tplA", "tplB"),
        ONE.replace("hindi", "english"),
        ONE.replace("owner:", "description: mended\nowner:"),
        per("day"),
    ],
)
def test_a_mended_plan_is_the_same_occasion(changed: str) -> None:
    """Revision and digest are not in it: a plan that was mended and merged again sends nothing twice."""
    assert planned(changed).digest != planned(ONE).digest
    assert name_of(changed) == name_of(ONE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (name_of(ONE), name_of(ONE.replace("name: remind", "name: remind-again"))),
        (name_of(ONE), name_of(ONE.replace("camp_demo", "camp_else"))),
        (name_of(ONE), name_of(ONE, Account("https://api.example.com/api/v1"))),
        (name_of(ONE), name_of(ONE, Account(HERE.base_url, "org_acme"))),
        (name_of(KEYED, branch="pune"), name_of(KEYED, branch="nashik")),
    ],
    ids=["another runbook", "another campaign", "another address", "another organisation", "another key"],
)
def test_another_occasion(one: str, other: str) -> None:
    """Account, campaign, name and the inputs marked `key` make an occasion."""
    assert one != other


def test_an_input_that_is_no_key_is_the_same_occasion() -> None:
    """A higher cap does not message the same people again."""
    assert name_of(KEYED, branch="pune", cap="9") == name_of(KEYED, branch="pune")


def test_another_path_of_the_same_api_is_the_same_occasion() -> None:
    """Two versions of the API reach the same people."""
    assert name_of(ONE, Account(f"{HERE.base_url[:-2]}v2")) == name_of(ONE)


LISTED = ONE.replace("campaign:", "inputs: {l: {type: list, key: true, default: [a, b]}}\ncampaign:")


def test_a_list_is_the_same_occasion_in_any_order(desk: Desk) -> None:
    """Who is in it counts, not where."""
    desk.run(LISTED)
    assert code_of(lambda: desk.run(LISTED, "run-2", l="b,a")) == Exit.NOT_AS_REVIEWED
    assert code_of(lambda: desk.run(LISTED, "run-3", l="a,c")) == Exit.WELL


def test_a_list_as_an_earlier_version_kept_it_counts(desk: Desk) -> None:
    """In the order in which it was given."""
    own, as_given = occasions(HERE, document := document_of(planned(LISTED, (("l", "b,a"),))))
    assert own.endswith('"l":["a","b"]}]')
    assert as_given.endswith('"l":["b","a"]}]')
    with desk.log.writing() as writer:
        writer.append("run-old", RunStarted(NOW, "run-old", as_given, document))
        writer.append("run-old", SendIntended(NOW, "a", "a/c1", 1))
        writer.append("run-old", SendSettled(NOW, "a", "a/c1", 1, outcome("succeeded")))
        writer.append("run-old", RunFinished(NOW), Standing(RunStatus.FINISHED, 10, 0))
    assert code_of(lambda: desk.run(LISTED, l="b,a")) == Exit.NOT_AS_REVIEWED


# ---------------------------------------------------------------- when its period began


@pytest.mark.parametrize(
    ("period", "at", "began"),
    [
        ("day", "2026-03-02 11:00", "2026-03-02 00:00"),
        ("day", "2026-03-02 00:00", "2026-03-02 00:00"),
        ("day", "2026-03-01 23:59:59", "2026-03-01 00:00"),
        ("day", "2026-03-02 05:29", "2026-03-02 00:00"),  # still yesterday in UTC
        ("week", "2026-03-02 00:00", "2026-03-02 00:00"),  # a Monday
        ("week", "2026-03-08 23:59", "2026-03-02 00:00"),  # the Sunday behind it
        ("week", "2027-01-01 12:00", "2026-12-28 00:00"),  # week 53 of 2026
        ("month", "2026-03-31 23:59", "2026-03-01 00:00"),
        ("month", "2026-03-01 00:00", "2026-03-01 00:00"),
    ],
)
def test_a_period_begins_by_the_calendar_of_its_zone(period: str, at: str, began: str) -> None:
    """Days of the zone, ISO weeks, calendar months."""
    assert period_start(Once(period), india(at), ZONE) == india(began)


def test_ever_has_no_beginning() -> None:
    """There never was another period."""
    assert period_start(Once.EVER, NOW, ZONE) is None


@pytest.mark.parametrize(
    ("period", "first", "second", "code"),
    [
        ("ever", "2026-03-02 11:00", "2029-01-01 11:00", Exit.NOT_AS_REVIEWED),
        ("run", "2026-03-02 11:00", "2026-03-02 11:00", Exit.WELL),
        ("run", "2026-03-02 11:00", "2026-03-02 10:00", Exit.WELL),  # the date was set back
        ("day", "2026-03-02 00:00", "2026-03-02 23:59", Exit.NOT_AS_REVIEWED),
        ("day", "2026-03-02 23:59", "2026-03-03 00:00", Exit.WELL),
        ("day", "2026-03-02 04:00", "2026-03-02 06:00", Exit.NOT_AS_REVIEWED),  # two days in UTC
        ("week", "2026-03-02 00:00", "2026-03-08 23:59", Exit.NOT_AS_REVIEWED),
        ("week", "2026-03-08 23:59", "2026-03-09 00:00", Exit.WELL),
        ("month", "2026-03-01 00:00", "2026-03-31 23:59", Exit.NOT_AS_REVIEWED),
        ("month", "2026-03-31 23:59", "2026-04-01 00:00", Exit.WELL),
    ],
)
def test_a_second_run_waits_for_the_next_period(
    desk: Desk, period: str, first: str, second: str, code: int
) -> None:
    """13 within the period, and the edge is that of the zone."""
    desk.clock.at = india(first)
    assert desk.run(per(period)).exit_code == Exit.WELL
    desk.clock.at = india(second)
    assert code_of(lambda: desk.run(per(period), "run-2")) == code


def test_a_run_that_went_past_midnight_is_of_both_days(desk: Desk) -> None:
    """Whatever it sent on a day keeps another run of that day back."""
    two = per("day") + SECOND
    desk.clock.at = india("2026-03-02 23:59:50")

    desk.api.answers = [after_leaving(lambda: desk.clock.advance(20))]
    desk.run(two)
    assert [send.intended_at for send in desk.log.sends("run-1")][1] > india("2026-03-03 00:00")
    assert code_of(lambda: desk.run(two, "run-2")) == Exit.NOT_AS_REVIEWED
    desk.clock.at = india("2026-03-04 00:00:01")
    assert code_of(lambda: desk.run(two, "run-2")) == Exit.WELL


def test_a_run_that_was_overtaken_is_not_resumed(desk: Desk) -> None:
    """Another run has sent on purpose once more: going on with the first would send its rest twice."""
    two = per("day") + SECOND
    desk.api.answers = [outcome("succeeded"), outcome("rejected")]
    desk.run(two)
    desk.run(two, "run-2", again="the first one stopped")
    assert code_of(lambda: desk.resume("run-1")) == Exit.NOT_AS_REVIEWED
    assert len(desk.api.left) == 4


# ---------------------------------------------------------------- refused, and set aside


def test_the_refusal_names_the_first_run_and_what_to_do(desk: Desk) -> None:
    """Whom it messaged and how often it may; look at it, or send a second time on purpose."""
    weekly = KEYED.replace("owner:", "once: {per: week}\nowner:")
    desk.run(weekly, branch="pune")
    with pytest.raises(Refusal) as refused:
        desk.run(weekly, "run-2", branch="pune", cap="9")
    assert (
        "remind messages branch=pune once a week, and run run-1 did, or may have (" in refused.value.message
    )
    assert "runbook show run-1" in refused.value.cure
    assert "--again REASON" in refused.value.cure


def test_a_refusal_without_a_key_names_the_campaign(desk: Desk) -> None:
    """All of it is what the runbook messages."""
    desk.run()
    with pytest.raises(Refusal, match="remind messages campaign camp_demo only once, and run run-1 did"):
        desk.run(ONE, "run-2")


def test_a_first_run_that_has_no_end_yet_is_to_be_resumed(desk: Desk) -> None:
    """Nobody should begin anew what can go on."""
    desk.api.answers = [outcome("partial"), outcome("failed")]
    desk.run(TWO)
    with pytest.raises(Refusal) as refused:
        desk.run(TWO, "run-2")
    assert "runbook resume run-1" in refused.value.cure


def test_another_key_is_another_occasion_to_the_log(desk: Desk) -> None:
    """Pune today does not keep Nashik from being messaged."""
    desk.run(KEYED, branch="pune")
    assert code_of(lambda: desk.run(KEYED, "run-2", branch="nashik")) == Exit.WELL
    assert code_of(lambda: desk.run(KEYED, "run-3", branch="pune")) == Exit.NOT_AS_REVIEWED


@pytest.mark.parametrize("status", ["failed", "partial", "succeeded"])
def test_whatever_may_have_reached_somebody_uses_the_occasion(desk: Desk, status: str) -> None:
    """Failed customers are unknown: the API does not say that nobody was reached."""
    desk.api.answers = [outcome(status)]
    desk.run()
    assert code_of(lambda: desk.run(ONE, "run-2")) == Exit.NOT_AS_REVIEWED


@pytest.mark.parametrize("status", ["rejected", "no_match"])
def test_what_reached_nobody_does_not(desk: Desk, status: str) -> None:
    """A run that was refused throughout is begun again."""
    desk.api.answers = [outcome(status)]
    desk.run()
    assert code_of(lambda: desk.run(ONE, "run-2")) == Exit.WELL


def test_again_sends_once_more_and_stands_in_the_log(desk: Desk) -> None:
    """The reason is there for whoever asks why somebody got two messages."""
    desk.run()
    assert desk.run(ONE, "run-2", again="the first text was wrong").exit_code == Exit.WELL
    overrides = [e.event for e in desk.log.events("run-2") if isinstance(e.event, OverrideUsed)]
    assert [(each.override, each.reason) for each in overrides] == [("again", "the first text was wrong")]


def test_again_never_sets_a_doubt_aside(desk: Desk) -> None:
    """16 stays 16."""
    desk.dies()
    assert code_of(lambda: desk.run(ONE, "run-2", again="now")) == Exit.OTHER_IN_DOUBT


def test_again_holds_for_resume_and_at_the_gate(desk: Desk) -> None:
    """What a person allowed once need not be allowed again."""
    desk.run()
    desk.interrupts.asked = True
    assert desk.run(ONE, "run-2", again="wrong text").exit_code == Exit.STANDS
    desk.interrupts.asked = False
    assert desk.resume("run-2").exit_code == Exit.WELL


def test_again_after_the_date_was_set_back(desk: Desk) -> None:
    """A send that lies in the future by this machine's date is set aside like any other."""
    desk.run()
    desk.clock.at -= timedelta(hours=1)
    assert desk.run(ONE, "run-2", again="wrong text").exit_code == Exit.WELL


# ---------------------------------------------------------------- older runs that sent nothing


def unsent(desk: Desk, text: str = ONE, run: str = "run-old", *, branch: str | None = None) -> None:
    """Leave a run that stands before its first send."""
    desk.interrupts.asked = True
    if branch is None:
        desk.run(text, run)
    else:
        desk.run(text, run, branch=branch)
    desk.interrupts.asked = False


def test_a_new_run_cancels_older_ones_that_sent_nothing(desk: Desk) -> None:
    """Otherwise a forgotten one could be resumed behind it."""
    unsent(desk)
    desk.run()
    assert desk.runs() == {"run-1": "finished", "run-old": "cancelled"}
    assert code_of(lambda: desk.resume("run-old")) == Exit.STANDS


def test_again_cancels_them_too(desk: Desk) -> None:
    """It sends once more, not twice more."""
    unsent(desk)
    desk.run(again="quickly")
    assert desk.runs()["run-old"] == "cancelled"


def test_runs_of_another_occasion_stay_as_they_are(desk: Desk) -> None:
    """Another branch, another day."""
    daily = KEYED.replace("owner:", "once: {per: day}\nowner:")
    unsent(desk, daily, "run-nashik", branch="nashik")
    unsent(desk, daily, "run-yesterday", branch="pune")
    desk.clock.advance(24 * 3600)
    unsent(desk, daily, "run-today", branch="pune")
    desk.run(daily, branch="pune")
    assert desk.runs() == {
        "run-1": "finished",
        "run-today": "cancelled",
        "run-nashik": "paused",
        "run-yesterday": "paused",
    }


def test_resume_checks_the_occasion_again(desk: Desk) -> None:
    """Yesterday's run that sent nothing is not taken up behind today's that did."""
    unsent(desk, per("day"))
    desk.clock.advance(24 * 3600)
    desk.run(per("day"))
    before = desk.kinds("run-old")
    assert code_of(lambda: desk.resume("run-old")) == Exit.NOT_AS_REVIEWED
    assert desk.kinds("run-old") == before


def test_resume_of_a_run_that_has_sent_is_no_second_time(desk: Desk) -> None:
    """Its own sends are no reason to refuse it."""

    def to_end() -> None:
        desk.interrupts.asked = True

    desk.api.answers = [after_leaving(to_end)]
    assert desk.run(TWO).exit_code == Exit.STANDS_AFTER_SENDS
    desk.interrupts.asked = False
    assert desk.resume().exit_code == Exit.WELL
