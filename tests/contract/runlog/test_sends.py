"""What a run log promises of sends, once, stops and contacts."""

from datetime import timedelta

import pytest

from engine.record.entry import Standing, StopEntry
from engine.record.event import (
    LateAnswer,
    Overreached,
    Resolution,
    SendResolved,
    StepSkipped,
    StopLifted,
    StopSet,
)
from engine.record.outcome import Counts, RunStatus, SendStatus
from engine.runlog.chain import verify
from engine.runlog.port import LOG, AlreadyOpen, NotOpen, RunLog
from tests.contract.runlogs import (
    ACCOUNT,
    CAMPAIGN,
    ENDS,
    RUN,
    intended,
    later,
    put,
    result,
    settled,
    started,
)
from tests.factories import NOW

# ------------------------------------------------ sends


def test_an_intent_is_a_send_that_is_not_settled(log: RunLog) -> None:
    """With all that is known of the request before it leaves."""
    put(log, intended())
    (send,) = log.sends(RUN)
    assert (send.run, send.step, send.address, send.attempt) == (RUN, "remind", "remind/c1", 1)
    assert (send.status, send.account, send.campaign) == (SendStatus.INTENDED, ACCOUNT, CAMPAIGN)
    assert (send.channel, send.at_most, send.request_hash) == ("sms", 100, "ab" * 32)
    assert (send.intended_at, send.deadline_at) == (NOW, NOW + timedelta(seconds=30))
    assert (send.settled_at, send.counts, send.reason, send.blocks) == (None, None, "", False)
    assert log.unsettled(ACCOUNT, CAMPAIGN) == (send,)


LIVE = ("no_match", "succeeded", "partial", "failed", "in_doubt", "sent_unknown")
UNSENT = ("not_sent", "rejected")


def test_sends_stand_in_the_order_of_their_intents(log: RunLog) -> None:
    """Not by their names, nor by the clock, which may be set back."""
    for minutes, address in ((3, "remind/c2"), (1, "remind/c1"), (2, "a/c1")):
        put(log, intended(address=address, at=later(minutes)))
    assert [send.address for send in log.sends(RUN)] == ["remind/c2", "remind/c1", "a/c1"]


@pytest.mark.parametrize("status", [*LIVE, *UNSENT])
def test_an_outcome_settles_its_send(log: RunLog, status: str) -> None:
    """The status, the numbers where they are known, the reason, the instant."""
    put(log, intended())
    put(log, settled(status, at=later(1)))
    (send,) = log.sends(RUN)
    assert (send.status.value, send.settled_at, send.reason) == (status, later(1), f"it is {status}")
    assert send.counts == result(status).counts
    assert bool(log.unsettled(ACCOUNT, CAMPAIGN)) == (status == "in_doubt")


@pytest.mark.parametrize("status", LIVE)
def test_an_address_has_one_live_attempt(log: RunLog, status: str) -> None:
    """What was taken, or may have been, is never tried again."""
    put(log, intended(), settled(status))
    with pytest.raises(AlreadyOpen), log.writing() as writer:
        writer.append(RUN, intended(2))
    assert len(log.sends(RUN)) == 1
    assert len(log.events(RUN)) == 3


def test_an_open_intent_is_a_live_attempt(log: RunLog) -> None:
    """The same attempt again is refused as well as another one."""
    put(log, intended())
    for attempt in (1, 2):
        with pytest.raises(AlreadyOpen), log.writing() as writer:
            writer.append(RUN, intended(attempt))


@pytest.mark.parametrize("status", UNSENT)
def test_what_was_surely_not_taken_may_be_tried_again(log: RunLog, status: str) -> None:
    """Each attempt keeps its place."""
    put(log, intended(), settled(status), intended(2, at=later(1)))
    assert [(send.attempt, send.status.value) for send in log.sends(RUN)] == [(1, status), (2, "intended")]


def test_another_run_may_use_the_same_address(log: RunLog) -> None:
    """An address belongs to its run."""
    put(log, started("run-2"), run="run-2")
    put(log, intended())
    put(log, intended(), run="run-2")
    assert len(log.unsettled(ACCOUNT, CAMPAIGN)) == 2


def test_a_refused_intent_leaves_the_transaction_usable(log: RunLog) -> None:
    """The gate writes that it was refused, in the same transaction if it likes."""
    put(log, intended())
    with log.writing() as writer:
        with pytest.raises(AlreadyOpen):
            writer.append(RUN, intended(2), customers=["L-1"])
        writer.append(RUN, StepSkipped(NOW, "x", "instead"))
    assert len(log.events(RUN)) == 3
    assert log.contacts("L-1") == ()
    assert verify(log.events(RUN)) is None


def test_an_outcome_that_comes_too_late_settles_nothing(log: RunLog) -> None:
    """What was settled, or never was intended, stays as it is."""
    put(log, intended())
    put(log, SendResolved(later(1), "remind", "remind/c1", Resolution.NOT_SENT, "seen"))
    before = log.sends(RUN), log.events(RUN)
    for late in (
        settled("succeeded"),
        settled("succeeded", attempt=2),
        settled("succeeded", address="other/c1"),
    ):
        with pytest.raises(NotOpen), log.writing() as writer:
            writer.append(RUN, late, Standing(RunStatus.RUNNING, 10))
    assert (log.sends(RUN), log.events(RUN)) == before
    assert log.runs()[0].messages == 0


WORDS = [
    (Resolution.SENT, "sent_unknown", None),
    (Resolution.NEVER_KNOWN, "sent_unknown", None),
    (Resolution.NOT_SENT, "not_sent", Counts()),
]


@pytest.mark.parametrize("open_as", ["intended", "in_doubt"])
@pytest.mark.parametrize(("word", "status", "counts"), WORDS)
def test_a_person_settles_a_doubt(
    log: RunLog, open_as: str, word: Resolution, status: str, counts: Counts | None
) -> None:
    """Only *not sent* allows another attempt."""
    put(log, intended(), *([settled("in_doubt")] if open_as == "in_doubt" else []))
    put(log, SendResolved(later(1), "remind", "remind/c1", word, "looked"))
    (send,) = log.sends(RUN)
    assert (send.status.value, send.counts, send.reason, send.settled_at) == (
        status,
        counts,
        "looked",
        later(1),
    )
    assert log.unsettled(ACCOUNT, CAMPAIGN) == ()
    assert (log.sent_before(("occ",), None, but_not="") is None) == (status == "not_sent")
    if status == "not_sent":
        put(log, intended(2))
    else:
        with pytest.raises(AlreadyOpen), log.writing() as writer:
            writer.append(RUN, intended(2))


def test_an_overreach_blocks_the_campaign_until_a_person_lifts_it(log: RunLog) -> None:
    """Its outcome stands; the word that lifts it changes nothing but the block."""
    put(log, intended(), settled("succeeded", overreached=True), Overreached(NOW, "remind", "remind/c1"))
    (send,) = log.unsettled(ACCOUNT, CAMPAIGN)
    assert (send.status, send.blocks) == (SendStatus.SUCCEEDED, True)
    put(log, SendResolved(later(1), "remind", "remind/c1", Resolution.SENT, "looked"))
    assert log.unsettled(ACCOUNT, CAMPAIGN) == ()
    assert (log.sends(RUN)[0].status, log.sends(RUN)[0].blocks) == (SendStatus.SUCCEEDED, False)


def test_an_overreach_is_of_the_latest_attempt(log: RunLog) -> None:
    """Earlier ones were surely not taken."""
    put(log, intended(), settled("not_sent"), intended(2), settled("partial", 2))
    put(log, Overreached(NOW, "remind", "remind/c1"))
    assert [send.blocks for send in log.sends(RUN)] == [False, True]


LATE = [
    ("not_sent", "succeeded", True),
    ("not_sent", "failed", True),
    ("not_sent", "in_doubt", False),
    ("not_sent", "rejected", False),
    ("not_sent", "no_match", False),
    ("sent_unknown", "succeeded", False),
    ("sent_unknown", "rejected", False),
    ("in_doubt", "succeeded", False),
    ("rejected", "partial", True),
]


@pytest.mark.parametrize(("stands", "late", "blocks"), LATE)
def test_a_late_answer_is_evidence(log: RunLog, stands: str, late: str, blocks: bool) -> None:
    """What stands stays; where it says *nobody* and the answer says *somebody*, the campaign is blocked."""
    put(log, intended(), settled(stands))
    put(log, LateAnswer(later(1), "remind", "remind/c1", 1, result(late)))
    (send,) = log.sends(RUN)
    assert (send.status.value, send.blocks) == (stands, blocks)
    assert len(log.events(RUN)) == 4


def test_a_contradiction_counts_as_sent_even_when_it_is_lifted(log: RunLog) -> None:
    """Somebody got a message on this occasion, whatever a person said."""
    put(log, intended(), settled("not_sent"))
    put(log, LateAnswer(later(1), "remind", "remind/c1", 1, result("succeeded")))
    put(log, SendResolved(later(2), "remind", "remind/c1", Resolution.SENT, "looked"))
    assert log.unsettled(ACCOUNT, CAMPAIGN) == ()
    assert log.sent_before(("occ",), None, but_not="") == log.find(RUN)


def test_only_the_campaign_itself_is_unsettled(log: RunLog) -> None:
    """Neither another campaign, nor the same one of another account."""
    put(log, started("run-2", campaign="other"), run="run-2")
    put(log, intended(), run="run-2")
    assert log.unsettled(ACCOUNT, CAMPAIGN) == log.unsettled("https://elsewhere org", "other") == ()
    assert len(log.unsettled(ACCOUNT, "other")) == 1
    assert len(log.unsettled("http://127.0.0.1:8001 -", "other")) == 1  # no organisation may be any
    assert log.unsettled("http://127.0.0.1:8001 org_others", "other") == ()


# ------------------------------------------------ once


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("intended", True),
        ("in_doubt", True),
        ("sent_unknown", True),
        ("succeeded", True),
        ("partial", True),
        ("failed", True),
        ("not_sent", False),
        ("rejected", False),
        ("no_match", False),
    ],
)
def test_what_went_out_or_may_have_counts_for_once(log: RunLog, status: str, counts: bool) -> None:
    """A run of which surely nothing was taken does not stand in the way; it is still to be cancelled."""
    put(log, intended(), *([] if status == "intended" else [settled(status)]))
    assert (log.sent_before(("occ",), None, but_not="") is not None) == counts
    assert bool(log.unsent("occ", None, but_not="")) != counts


def test_a_run_counts_by_its_sends(log: RunLog) -> None:
    """Not by its start; what was not taken is no send."""
    put(log, intended(at=later(10)), settled("not_sent"), intended(2, at=later(20)), settled("succeeded", 2))
    assert log.sent_before(("occ",), later(20), but_not="") is not None
    assert log.sent_before(("occ",), later(20.1), but_not="") is None
    put(log, intended(address="more/c1", at=later(60)))
    assert log.sent_before(("occ",), later(60), but_not="") is not None
    assert log.sent_before(("occ",), later(60.1), but_not="") is None


def test_the_first_run_of_the_occasion_is_named(log: RunLog) -> None:
    """The first by its send; neither the asking run, nor other occasions."""
    for number, minutes in ((2, 1), (3, 5), (4, 3)):
        put(log, started(f"run-{number}"), intended(at=later(minutes)), run=f"run-{number}")
    put(log, started("run-5", "other"), intended(at=later(0)), run="run-5")
    first = log.sent_before(("occ",), None, but_not="run-2")
    assert first is not None
    assert first.run == "run-4"


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        (("new",), True),
        (("old",), True),  # an old copy of its file
        (("older",), True),
        (("newest", "new"), True),  # it was renamed once more
        (("twin", "old"), True),  # both were split from one
        (("newest", "twin"), False),
        (("occ",), False),
    ],
)
def test_a_run_is_of_its_former_occasions_too(log: RunLog, asked: tuple[str, ...], *, is_found: bool) -> None:
    """Whichever of them is asked for, and however many."""
    put(log, started("run-2", "new", formerly=("old", "older")), intended(), run="run-2")
    found = log.sent_before(asked, None, but_not=RUN)
    assert (found is not None) == is_found
    assert found is None or (found.run, found.occasion) == ("run-2", "new")
    assert log.sent_before(asked, None, but_not="run-2") is None
    assert log.sent_before(asked, later(1), but_not=RUN) is None


def test_only_runs_of_the_very_occasion_are_named_as_unsent(log: RunLog) -> None:
    """One that had it under a former name may be another runbook's."""
    put(log, started("run-2", "new", formerly=("occ",)), run="run-2")
    assert [run.run for run in log.unsent("occ", None, but_not="")] == [RUN]


def test_runs_that_sent_nothing_are_named_until_they_end(log: RunLog) -> None:
    """A halted one can be resumed, so it is among them; finished and cancelled ones are not."""
    for name, (event, standing) in ENDS.items():
        put(log, started(name), run=name)
        put(log, event, run=name, standing=standing)
    put(log, started("old", at=later(-5)), run="old")
    assert {run.run for run in log.unsent("occ", NOW, but_not="")} == {RUN, "halted"}
    assert {run.run for run in log.unsent("occ", None, but_not=RUN)} == {"halted", "old"}


# ------------------------------------------------ stops and contacts


def test_a_stop_stands_until_the_same_is_allowed_again(log: RunLog) -> None:
    """For everything, for a campaign of an account, or for a campaign anywhere: each is lifted by itself."""
    for campaign, account in ((None, None), (CAMPAIGN, ACCOUNT), (CAMPAIGN, None)):
        put(log, StopSet(NOW, campaign, "audit", account), run=LOG)
    assert len(log.stops()) == 3
    put(log, StopLifted(later(1), CAMPAIGN, "done", ACCOUNT), run=LOG)
    put(log, StopLifted(later(1), None, "done"), run=LOG)
    assert log.stops() == (StopEntry(None, CAMPAIGN, NOW, "asha", "audit"),)


def test_a_stop_that_is_set_again_says_the_latest_reason(log: RunLog) -> None:
    """One stop, however often it is set."""
    put(log, StopSet(NOW, None, "first"), StopSet(later(1), None, "second"), run=LOG)
    assert log.stops() == (StopEntry(None, None, later(1), "asha", "second"),)


def test_contacts_are_the_attempts_that_named_a_customer(log: RunLog) -> None:
    """Newest first, each as it stands now; a customer who is named twice in a request is named once."""
    with log.writing() as writer:
        writer.append(RUN, intended(), customers=["L-1", "L-2", "L-1"])
        writer.append(RUN, settled("not_sent"))
        writer.append(RUN, intended(2, at=later(1)), customers=["L-1"])
    newest, oldest = log.contacts("L-1")
    assert (newest.attempt, newest.status.value, newest.at) == (2, "intended", later(1))
    assert (oldest.attempt, oldest.status.value, oldest.at) == (1, "not_sent", NOW)
    assert (newest.customer, newest.run, newest.step, newest.address) == ("L-1", RUN, "remind", "remind/c1")
    assert (newest.channel, newest.template) == ("sms", "smsTpl01")
    assert (newest.campaign, newest.account) == (CAMPAIGN, ACCOUNT)
    assert len(log.contacts("L-2")) == 1
    assert log.contacts("L-3") == ()
