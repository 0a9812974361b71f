"""One run as people read it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from engine.diagnostics import Json
from engine.frozen import replace
from engine.machine import fold
from engine.record.entry import EventEntry, RunEntry, SendEntry
from engine.record.event import (
    Event,
    Overreached,
    Reconciled,
    Resolution,
    RunFinished,
    RunStarted,
    SendIntended,
    SendResolved,
    SendSettled,
    StepSkipped,
)
from engine.record.need import Need
from engine.record.outcome import NOBODY, Counts, Outcome, SendStatus
from engine.record.settlement import settlements
from engine.report.evidence import guide
from engine.report.happened import happened
from engine.report.lists import runs_table, sends_table
from engine.report.runs import in_short, need_text, summary
from engine.report.story import Story, run_json
from tests.factories import NOW, outcome

GOA: dict[str, Json] = {"payment_status": ["bounced", "pending"], "custom": {"branch": ["goa"]}}
UNMATCHED = Outcome(SendStatus.NO_MATCH, NOBODY, "no customer fits")


def plan(filters: Mapping[str, Json] | None = None, **inputs: Json) -> dict[str, Any]:
    """Give what a view reads of a program/v1."""
    body: Json = {} if filters is None else {"filters": dict(filters)}
    return {
        "inputs": {name: {"value": value} for name, value in inputs.items()},
        "steps": [{"id": "a", "sends": [{"address": "a/c1", "at_most": 100, "body": body}]}],
    }


def story(
    came_to: Outcome,
    *more: Event,
    about: Mapping[str, Any] | None = None,
    environment: str | None = None,
    account: str = "http://127.0.0.1:8001 -",
    contradicted: bool = False,
) -> Story:
    """Tell of a run whose one send came to that."""
    events = [
        RunStarted(NOW, "run-1"),
        SendIntended(NOW, "a", "a/c1", 1),
        SendSettled(NOW, "a", "a/c1", 1, came_to),
        *more,
    ]
    state = fold(events)
    occasion = f'["{account}","camp_demo","remind",{{"branch":"pune"}}]'
    named = ("run-1", "remind", None, account, "camp_demo", occasion, environment, "r", "p")
    entry = RunEntry(*named, state.status, NOW, None, state.initiated, None)
    now = state.steps["a"].sends["a/c1"]
    attempt = ("run-1", "a", "a/c1", 1, now.status, account, "camp_demo", "sms", 100, "h", NOW, NOW, NOW)
    counts = now.outcome.counts if now.outcome else None
    send = SendEntry(*attempt, counts, "", reaches=now.status is not SendStatus.NOT_SENT or contradicted)
    entries = [EventEntry("run-1", seq, NOW, "asha", event, "", "") for seq, event in enumerate(events)]
    return Story(entry, about or plan(GOA, branch="goa", cap=5), state, (send,), settlements(entries))


def resolved(word: str) -> Sequence[Event]:
    """Let a person settle the send, and the run come to its end."""
    return SendResolved(NOW, "a", "a/c1", Resolution(word), "the page shows it"), RunFinished(NOW)


# ---------------------------------------------------------------- nobody was messaged


def test_a_run_that_reached_nobody_says_what_was_asked_for() -> None:
    """And which value to check: a slip in it would end green."""
    said = summary(story(UNMATCHED, RunFinished(NOW)))
    assert said.startswith("Run run-1: finished, and nobody was messaged\n")
    assert '  no customer has payment_status "bounced" or "pending" and branch "goa"\n' in said
    assert said.endswith("  messages: 0\n  next: check branch=goa: upper and lower case count")


@pytest.mark.parametrize(
    "told",
    [
        story(UNMATCHED),
        story(UNMATCHED, RunFinished(NOW), about=plan(None)),
        story(outcome("rejected"), RunFinished(NOW)),
        story(outcome("succeeded"), RunFinished(NOW)),
        story(outcome("in_doubt"), *resolved("sent")),
    ],
    ids=["goes on", "everyone", "rejected", "somebody", "perhaps somebody"],
)
def test_only_a_filter_that_nobody_fits_is_to_be_checked(told: Story) -> None:
    """Elsewhere there is another reason, or another step to come."""
    assert "check" not in summary(told)


def test_a_step_left_out_is_no_reason_to_check() -> None:
    """A run of nothing but skipped steps reached nobody, and says so."""
    events: list[Event] = [RunStarted(NOW, "run-1"), StepSkipped(NOW, "a", "false"), RunFinished(NOW)]
    told = story(UNMATCHED, RunFinished(NOW))
    skipped = Story(told.entry, told.plan, fold(events))
    assert summary(skipped).splitlines()[0].endswith("nobody was messaged")
    assert "check" not in summary(skipped)


def test_values_stand_in_one_order() -> None:
    """A run's log gives its keys back sorted: what is said when it ends is what is said afterwards."""
    filters: dict[str, Json] = {"payment_status": ["bounced"], "language": ["hindi"]}
    custom: Json = {"dpd": ["0"], "branch": ["goa"]}
    written = plan({**filters, "custom": custom}, ids=["1"], branch="goa")
    read = json.loads(json.dumps(written, sort_keys=True))
    first, second = (summary(story(UNMATCHED, RunFinished(NOW), about=each)) for each in (written, read))
    assert first == second
    assert 'payment_status "bounced", language "hindi", branch "goa" and dpd "0"' in first
    assert '  inputs: branch=goa, ids=["1"]\n' in first


def test_many_values_are_counted() -> None:
    """Three are named."""
    about = plan({"custom": {"branch": [f"b{number}" for number in range(9)]}})
    assert 'branch "b0", "b1", "b2" or 6 more' in summary(story(UNMATCHED, RunFinished(NOW), about=about))


# ---------------------------------------------------------------- what a person said of a send


@pytest.mark.parametrize(
    ("word", "status", "messages"),
    [
        ("sent", "sent, as asha said", "0, and at most 100 of a/c1 by a person's word"),
        (
            "never_known",
            "never known, as asha said",
            "0, and at most 100 of a/c1, of which nobody will ever know",
        ),
    ],
)
def test_a_settled_send_says_by_whose_word(word: str, status: str, messages: str) -> None:
    """In the summary and in the list of sends, with the reason; JSON keeps its status."""
    told = story(outcome("in_doubt"), *resolved(word))
    said = summary(told)
    assert f"  a  {status}  the page shows it\n" in said
    assert said.endswith(f"  messages: {messages}")
    assert status in sends_table(told)
    assert run_json(told)["steps"][0]["status"] == "sent_unknown"  # type: ignore[index, call-overload]


def test_a_doubt_is_not_called_settled() -> None:
    """As long as nobody has said anything."""
    assert "0, and at most 100 of a/c1, of which nobody knows" in summary(story(outcome("in_doubt")))


def test_what_may_have_been_sent_is_counted_in_lists() -> None:
    """A run of one unsettled send has not sent 0 messages."""
    told = story(outcome("in_doubt"))
    assert "  0 to 100  " in runs_table([(told.entry, told.sends)])
    assert "0 to 100 messages so far" in in_short(told)
    assert "messages 0 to 100" in runs_table([(told.entry, told.sends)], width=40)


# ---------------------------------------------------------------- what failed may have gone out


FAILED = outcome("failed", (274, 0, 20))


@pytest.mark.parametrize(
    ("came_to", "shown", "messages"),
    [
        (FAILED, 0, "0, and at most 20 that failed, of which nobody knows"),
        (FAILED, 15, "0, and at most 20 that failed, of which at least 15 did go out"),
        (FAILED, 20, "0, and at most 20 that failed, of which all did go out"),
        (outcome("partial"), 6, "6, and at most 4 that failed, of which nobody knows"),
        (outcome("partial"), 9, "6, and at most 4 that failed, of which at least 3 did go out"),
    ],
)
def test_whoever_failed_may_have_got_it(came_to: Outcome, shown: int, messages: str) -> None:
    """Failed customers are unknown, and what a look at the API's logs found is not forgotten."""
    rows = Reconciled(NOW, "a", "a/c1", 1, shown, 40, NOW, NOW)
    said = summary(story(came_to, RunFinished(NOW), rows))
    assert said.startswith("Run run-1: finished\n")
    assert said.endswith(f"  messages: {messages}")


def test_what_failed_is_counted_in_lists_and_beside_a_doubt() -> None:
    """One word for both, where nobody knows either."""
    told = story(FAILED)
    assert "  0 to 20  " in runs_table([(told.entry, told.sends)])
    assert ", 0 to 20 messages, " in guide("run-1", "a1", [(told.entry, told.sends)], customer=False)
    assert "0 to 20 messages so far" in in_short(told)
    doubtful = replace(told.sends[0], status=SendStatus.IN_DOUBT, address="b/c1", counts=None)
    both = replace(told, sends=(*told.sends, doubtful))
    assert "0, and at most 20 that failed and at most 100 of b/c1, of which nobody knows" in summary(both)
    assert "0 to 120 messages so far" in in_short(both)


def test_what_was_said_not_to_be_sent_and_was_is_no_nobody() -> None:
    """Rows show a send of which a person had said that it was not sent."""
    word = SendResolved(NOW, "a", "a/c1", Resolution.NOT_SENT, "looked")
    rows = Reconciled(NOW, "a", "a/c1", 1, 5, 40, NOW, NOW)
    told = story(outcome("in_doubt"), word, RunFinished(NOW), rows, contradicted=True)
    assert "nobody was messaged" not in summary(told)
    assert summary(told).endswith(
        "  messages: 0, and at most 100 of a/c1, though a person had said that it was not sent"
    )
    assert "0 to 100 messages so far" in in_short(told)


# ---------------------------------------------------------------- what was taken too much


def test_an_overreach_tells_its_numbers() -> None:
    """In the line of its step, in that of its attempt, and in that of its event; after ``resolve``, too."""
    said = "the API took 274 customers, but was asked for 20 at most"
    came_to = Outcome(
        SendStatus.PARTIAL, Counts(274, 274, 270, 4), f"{said}; 4 of 274 customers failed", overreached=True
    )
    told = story(came_to, Overreached(NOW, "a", "a/c1"), *resolved("sent"))
    assert f"274 matched; {said}\n" in summary(told)
    assert f"274 matched; {said}  " in sends_table(told)
    settled = SendSettled(NOW, "a", "a/c1", 1, came_to)
    assert str(happened(settled)).endswith(f"274 matched; {said}")


# ---------------------------------------------------------------- where, and for whom


@pytest.mark.parametrize(
    ("account", "environment", "where"),
    [
        ("http://127.0.0.1:8001 -", "staging", "SANDBOX"),
        ("https://api.example.com org_acme", "production", "PRODUCTION"),
        ("https://api.example.com -", None, "LIVE api.example.com"),
    ],
)
def test_each_run_says_where_it_sent_to(account: str, environment: str | None, where: str) -> None:
    """One log may hold practice and the real thing."""
    told = story(outcome("succeeded"), account=account, environment=environment)
    assert f"  {where}  " in runs_table([(told.entry, ())])
    assert f"  {where} · campaign camp_demo · branch=goa, cap=5" in in_short(told)


def test_the_inputs_are_said() -> None:
    """All of them of one run, the key ones in the list; programs get them, too."""
    told = story(outcome("succeeded"))
    assert "\n  inputs: branch=goa, cap=5\n" in summary(told)
    assert run_json(told)["inputs"] == {"branch": "goa", "cap": 5}
    assert "  branch=pune  " in runs_table([(told.entry, ())])


def test_without_key_inputs_the_list_has_no_column_for_them() -> None:
    """Nor where another version worded them."""
    told = story(outcome("succeeded"))
    for occasion in ("", "some text", "[]", '"x"', "7", '["a","b","c",{}]'):
        entry = RunEntry(
            **{name: getattr(told.entry, name) for name in RunEntry.__slots__} | {"occasion": occasion}
        )
        assert " for " not in runs_table([(entry, ())]).splitlines()[0]


def test_each_command_has_its_note_before_it() -> None:
    """In the order of the commands."""
    need = Need("do it", ("runbook a", "runbook b"), ("if this:", "if that:"))
    assert need_text(need).splitlines() == [
        "  next: do it",
        "  if this:",
        "    runbook a",
        "  if that:",
        "    runbook b",
    ]
