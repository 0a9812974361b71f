"""A replay as people and programs read it."""

import json

from engine.replay.view import text
from tests.factories import outcome
from tests.unit.replay.conftest import RUNBOOK, Records, decided_again

SOME_FAILED = outcome("partial", (1200, 970, 30))


def test_the_same_decisions_with_their_reasons(records: Records) -> None:
    """One a line, what the condition saw, what came of each send."""
    shown = text(decided_again(records(SOME_FAILED)))
    assert "Run run-1: 3 decisions, and this version makes the same, byte for byte" in shown
    assert "2  b     skip      its condition is false: steps.a.failed <= 20 (a.failed is 30)" in shown
    assert "970 of 1,000 customers" in shown
    assert shown.endswith("Nothing is sent by replay, and nothing is written.")


def test_what_differs_and_where_the_recording_ends(records: Records) -> None:
    """As recorded, as it would be now, and from where on nobody knows."""
    shown = text(decided_again(records(SOME_FAILED), RUNBOOK.replace("failed <= 20", "failed <= 30"))).split(
        "\n"
    )
    assert shown == [
        "Run run-1, decided again by b.yaml: other decisions about 1 step",
        "What differs in the plan",
        "  b: the condition: recorded steps.a.failed <= 20, now steps.a.failed <= 30",
        "Decisions that differ",
        "  b",
        "    recorded: skip: its condition is false: steps.a.failed <= 20 (a.failed is 30)",
        "    now:      send: its condition is true: steps.a.failed <= 30 (a.failed is 30)",
        "As recorded: finished, 970 messages, and at most 30 that failed, of which nobody knows",
        "The recording ends at b: no answer to its request is recorded.",
        "  What would come of it is unknown; --what-if b.status=succeeded supposes an answer.",
        "Nothing is sent by replay, and nothing is written.",
    ]


def test_a_supposed_answer_beside_the_recorded_one(records: Records) -> None:
    """With each number that had to change, from what to what."""
    shown = text(decided_again(records(SOME_FAILED), None, "a.failed=900"))
    assert "What if a came to: partly sent: 100 of 1,000 customers" in shown
    assert "    recorded: partly sent: 970 of 1,000 customers" in shown
    assert "    changed with it: initiated 970 → 100\n" in shown
    assert "  a, after 1 decision that is the same\n    recorded: goes on\n    now:      halt: " in shown
    assert (
        "Now:         halted at a, 100 messages, and at most 900 that failed, of which nobody knows\n"
        in shown
    )


def test_a_sum_with_a_number_that_was_made_up_says_so(records: Records) -> None:
    """Nobody takes it for what would have been sent."""
    events = records(outcome("partial", (10, 4, 6)))
    shown = text(decided_again(events, RUNBOOK.replace("failed_pct <= 50", "failed_pct <= 90"), "b.failed=3"))
    assert "    made up, for nobody stated them: " in shown
    assert "messages (the number for b is made up), and at most " in shown
    assert "is made up" not in text(decided_again(events, None, "a.failed=3"))


def test_messages_of_which_nobody_knows_are_told(records: Records) -> None:
    """They are no zero."""
    shown = text(decided_again(records(SOME_FAILED), None, "a.status=in_doubt"))
    assert "As recorded: finished, 970 messages, and at most 30 that failed, of which nobody knows\n" in shown
    assert "Now:         in doubt at a, 0 messages, and those of a, of which nobody knows\n" in shown


def test_what_another_version_decided_is_set_beside_it(records: Records) -> None:
    """The first decision that is not made again, and what to think of it."""
    events = records(SOME_FAILED)
    shown = text(decided_again([*events[:-3], *events[-2:]]))
    assert "decision 2 of 2 is not made again" in shown
    assert "    recorded: finish" not in shown
    assert "  recorded: finish\n  now:      skip: its condition is false" in shown


def test_a_narrow_terminal_breaks_lines(records: Records) -> None:
    """Sentences wrap; nothing is cut."""
    again = decided_again(records(SOME_FAILED), RUNBOOK.replace("failed <= 20", "failed <= 30"))
    assert max(len(line) for line in text(again, width=40).split("\n")) <= 40


def test_json_tells_all_of_it(records: Records) -> None:
    """Moves as they were and would be, differences, edits, the end."""
    again = decided_again(records(SOME_FAILED), RUNBOOK.replace("failed <= 20", "failed <= 30"))
    told = json.loads(json.dumps(again.to_json()))
    assert (told["identical"], told["first_difference"], told["file"]) == (False, 1, "b.yaml")
    assert [each["kind"] for each in told["recorded"]] == ["send", "skip", "finish"]
    assert [(each["step"], each["now"][0]["kind"]) for each in told["differences"]] == [("b", "send")]
    assert told["recording_ends_at"]["address"] == "b/c1"
    assert told["status"] == {"recorded": "finished", "now": "running"}
