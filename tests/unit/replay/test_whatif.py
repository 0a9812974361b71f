"""``--what-if``: another answer, that the API could have given, in the place of a recorded one."""

import pytest

from engine.frozen import replace
from engine.record.event import LateAnswer, SendSettled
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.refusal import Refusal
from engine.replay.whatif import Edit
from tests.factories import outcome
from tests.unit.replay.conftest import RUNBOOK, Records, decided_again
from tests.unit.runner.fakes import Answer

GOOD = outcome("succeeded", (1200, 1000, 0))


def edit_of(records: Records, *what_if: str, answer: Answer = GOOD) -> Edit:
    """Give the one edit of a recorded run."""
    (edit,) = decided_again(records(answer), None, *what_if).edits
    return edit


@pytest.mark.parametrize(
    ("said", "status", "counts", "changed"),
    [
        (["failed=900"], "partial", (1200, 1000, 100, 900), ["errors", "initiated"]),
        (["failed=1000"], "failed", (1200, 1000, 0, 1000), ["errors", "initiated"]),
        (["failed_pct=50"], "partial", (1200, 1000, 500, 500), ["errors", "failed", "initiated"]),
        (["initiated=10"], "partial", (1200, 1000, 10, 990), ["errors", "failed"]),
        (["selected=700"], "succeeded", (1200, 700, 700, 0), ["initiated"]),
        (["matched=400"], "succeeded", (400, 400, 400, 0), ["selected", "initiated"]),
        (["matched=5000"], "succeeded", (5000, 1000, 1000, 0), []),
        (["status=partial", "failed=1"], "partial", (1200, 1000, 999, 1), ["errors", "initiated"]),
        (["status=failed", "selected=5"], "failed", (1200, 5, 0, 5), ["errors", "failed", "initiated"]),
        (["failed=4", "initiated=6"], "partial", (1200, 10, 6, 4), ["selected", "errors"]),
        (["errors=0"], "succeeded", (1200, 1000, 1000, 0), []),
    ],
)
def test_numbers_stay_coherent(
    records: Records, said: list[str], status: str, counts: tuple[int, ...], changed: list[str]
) -> None:
    """As many of the recorded ones stay as can; those that had to change are named."""
    edit = edit_of(records, *(f"a.{each}" for each in said))
    now = edit.after.counts
    assert now is not None
    assert (edit.after.status.value, (now.matched, now.selected, now.initiated, now.failed)) == (
        status,
        counts,
    )
    assert ([name.value for name in edit.changed], edit.made_up) == (changed, ())


def test_no_decision_hangs_on_what_was_made_up(records: Records) -> None:
    """What nobody said or recorded may be read by no condition, unless it can be nothing else."""
    third = "  - {id: c, channel: sms, template: tplC, when: WHEN, filters: {language: hindi}, limit: 100}\n"
    events = records(outcome("failed"))
    reads = (
        (RUNBOOK + third)
        .replace("failed_pct <= 50", "failed_pct <= 100")
        .replace("failed <= 20", "failed > 0")
    )
    for when, said, is_open in [
        ("steps.b.failed > 0", ["b.status=partial"], True),
        ("steps.b.failed > 0", ["b.failed=3"], False),
        ("steps.b.failed > 0", ["b.status=succeeded"], False),
        ("steps.b.initiated > 9", ["b.failed=3"], True),
        ("steps.b.initiated > 9", ["b.failed=3", "b.selected=3"], False),
        ("steps.b.status == 'partial'", ["b.failed=3"], True),
        ("steps.b.status == 'partial'", ["b.failed=3", "b.initiated=9"], False),
    ]:
        changed = reads.replace("WHEN", when)
        if is_open:
            with pytest.raises(Refusal, match="hangs on what is not said"):
                decided_again(events, changed, *said)
        else:
            decided_again(events, changed, *said)


@pytest.mark.parametrize("status", ["not_sent", "rejected", "no_match", "in_doubt"])
def test_answers_without_numbers(records: Records, status: str) -> None:
    """They are the answers that plans and scenarios know."""
    after = edit_of(records, f"a.status={status}").after
    assert after.status.value == status
    assert (after.counts is None) is (status == "in_doubt")


@pytest.mark.parametrize("said", ["a.matched=0", "a.selected=0"])
def test_nobody_is_no_match(records: Records, said: str) -> None:
    """An answer that nobody was selected has no other name."""
    assert edit_of(records, said).after == Outcome(SendStatus.NO_MATCH)


def test_a_step_without_an_answer_is_given_one(records: Records) -> None:
    """Numbers that nobody stated are named as made up."""
    half = outcome("partial", (10, 4, 6))
    more = RUNBOOK.replace("failed_pct <= 50", "failed_pct <= 90")
    again = decided_again(records(half), more, "b.failed=3")
    (edit,) = again.edits
    assert (edit.before, edit.after.counts) == (None, Counts(4, 4, 1, 3, 1, 1))
    assert {name.value for name in edit.made_up} == {"matched", "selected", "initiated", "errors"}
    assert again.now.state.initiated == 5


def test_a_supposed_answer_has_not_overreached(records: Records) -> None:
    """What the recorded one took too many goes with it."""
    again = decided_again(records(replace(GOOD, overreached=True)), None, "a.failed=0", "b.status=succeeded")
    assert again.now.made[-1].move.kind.value == "finish"


@pytest.mark.parametrize("status", ["not_sent", "in_doubt"])
def test_what_is_supposed_holds_for_each_further_try(records: Records, status: str) -> None:
    """A send that does not leave is tried again, and does not leave again."""
    again = decided_again(records(), None, f"b.status={status}")
    assert again.now.unrecorded is None
    assert again.now.made[-1].move.kind.value == "ask"


def test_the_latest_answer_of_a_step_is_edited(records: Records) -> None:
    """The tries before it stay as they are."""
    again = decided_again(records(outcome("not_sent"), GOOD), None, "a.failed=900")
    outcomes = [made.outcome.status.value for made in again.now.made if made.outcome]
    assert outcomes == ["not_sent", "partial"]


def test_a_request_on_its_way_is_given_an_answer(records: Records) -> None:
    """Where the recording ends with it."""
    events = records()
    cut = next(at for at, each in enumerate(events) if isinstance(each, SendSettled))
    again = decided_again(events[:cut], None, "a.status=succeeded", "b.status=succeeded")
    assert [made.move.kind.value for made in again.now.made] == ["send", "send", "finish"]


def test_a_late_answer_to_a_send_that_is_not_made_says_nothing(records: Records) -> None:
    """It was recorded on another way."""
    events = records()
    late = LateAnswer(events[-1].at, "b", "b/c1", 1, outcome("succeeded"))
    again = decided_again([*events, late], None, "a.failed=9")
    assert again.now.state.status.value == "halted"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("c.failed=1", 'there is no step "c"; use a or b'),
        ("a.fialed=1", "did you mean failed?"),
        ("a.status=sent", 'there is no status "sent"'),
        ("a.failed=many", "many is not a number that failed can be"),
        ("failed=1", "is not of the form STEP.FIELD=VALUE"),
        ("a.selected=1001", "no answer has selected 1001: .*, selected <= 1000"),
        ("a.failed=0 a.status=failed", "no answer has failed 0, status failed"),
        ("a.failed=2 a.status=not_sent", "an answer that is not_sent has no failed"),
        ("a.failed=2 a.failed=3", "a.failed is said twice"),
        ("a.status=partial", "hangs on what is not said; add --what-if a.failed=… --what-if a.failed_pct=…"),
    ],
)
def test_what_cannot_be_is_refused(records: Records, said: str, words: str) -> None:
    """64, naming what is wrong."""
    with pytest.raises(Refusal, match=words) as refused:
        decided_again(records(), None, *said.split())
    assert (refused.value.code, "--what-if" in refused.value.cure) == (64, True)
