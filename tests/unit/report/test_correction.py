"""A runbook that corrects what a run sent: to whom it goes, and that nobody can send it as it stands."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
import yaml

from engine.frozen import replace
from engine.record.contact import Contact, Planned, Unnamed
from engine.record.entry import ReachedEntry, RunEntry, SendEntry
from engine.record.outcome import Counts, RunStatus, SendStatus
from engine.record.request import Request
from engine.report.correction import Correction, correct, correction_text
from engine.runbook.draft import read
from tests.factories import NOW

PLAN = {"runbook": {"owner": "yes", "campaign": {"id": "camp_demo", "name": "PL Mumbai: 2"}}}


def entry(run: str = "20260302-093000-two-steps-7e4aef") -> RunEntry:
    """Make the run that is corrected."""
    about = (run, "two-steps", 1, "http://127.0.0.1:1 -", "camp_demo", "occ", None, "sha256:a", "sha256:b")
    return RunEntry(*about, RunStatus.FINISHED, NOW, NOW, 3, 0)


def send(status: str = "in_doubt", channel: str = "sms", at_most: int | None = 100) -> SendEntry:
    """Make an attempt of it."""
    live = status not in ("not_sent", "rejected", "no_match")
    about = (
        "run-1",
        channel,
        f"{channel}/c1",
        1,
        SendStatus(status),
        "http://127.0.0.1:1 -",
        "camp_demo",
        channel,
    )
    return SendEntry(*about, at_most, "h", NOW, None, NOW, None, "", reaches=live)


def contacts(attempt: SendEntry, ids: Iterable[str]) -> list[Contact]:
    """Make those whom an attempt named."""
    return [Contact(each, attempt) for each in ids]


def ids(number: int, first: int = 1) -> list[str]:
    """Name so many customers."""
    return [f"L-{each}" for each in range(first, first + number)]


def written(correction: Correction, *, filled: bool = True) -> str:
    """Write it, with its blanks filled in."""
    text = correction_text(correction, NOW)
    return re.sub("FILL_IN_[A-Z]+", "smsTpl01", text) if filled else text


def told(text: str) -> dict[str, list[str]]:
    """Give the customers whom each channel's steps name, as YAML reads them."""
    runbook = yaml.safe_load(text)
    found: dict[str, list[str]] = {}
    for step in runbook["steps"]:
        named = runbook["audiences"][step["audience"]]["filters"]["ids"]
        assert step["limit"] == len(named)
        found.setdefault(step["channel"], []).extend(named)
    return found


def test_it_goes_to_whom_the_run_reached_or_may_have_reached() -> None:
    """Each once by each channel; to nobody of whom it is sure that nothing was sent."""
    people = [
        *contacts(send(), ["L-1", "L-2"]),
        *contacts(send("rejected"), ["L-3"]),
        *contacts(send("succeeded"), ["L-2", "L-4"]),
        *contacts(send(channel="whatsapp"), ["L-1"]),
        Contact("L-5", send("not_sent"), Planned(), (ReachedEntry("L-5", "run-1", "sms/c1", 1, "row-1"),)),
    ]
    text = written(correct(entry(), PLAN, people, ()))
    assert told(text) == {"sms": ["L-1", "L-2", "L-4", "L-5"], "whatsapp": ["L-1"]}


SIZES: list[Mapping[str, list[str]]] = [
    {"sms": ids(1)},
    {"sms": ids(10)},
    {"sms": ids(11)},
    {"sms": ids(500), "whatsapp": ids(500)},
    {"sms": ids(501), "whatsapp": ids(501, 400), "call": ids(3)},
    {"sms": ids(6), "whatsapp": ids(6, 7)},
    {"sms": ids(6), "whatsapp": ids(6, 2), "call": ids(6, 100)},
]


@pytest.mark.parametrize("people", SIZES)
def test_filled_in_it_is_a_runbook_without_a_finding(people: Mapping[str, list[str]]) -> None:
    """However many they are; and it goes to all of them."""
    named = [each for channel, names in people.items() for each in contacts(send(channel=channel), names)]
    text = written(correct(entry(), PLAN, named, ()))
    assert read(text.encode(), "correction.yaml").diagnostics == ()
    assert told(text) == people


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "call"])
def test_as_it_stands_validate_warns_of_its_blanks(channel: str) -> None:
    """Nobody takes it for finished; that a run is refused, the plan's own test holds."""
    text = written(correct(entry(), PLAN, contacts(send(channel=channel), ["L-1"]), ()), filled=False)
    found = read(text.encode(), "correction.yaml").diagnostics
    assert {(each.kind.code, "FILL_IN" in each.message) for each in found} == {("RB505", True)}


def test_texts_are_read_back_as_they_are() -> None:
    """An id may look like a number, a date or a word of YAML's own."""
    odd = ["007", "1_000", "yes", "2026-03-02", "a: b", '"', "ü", "null"]
    text = written(correct(entry(), PLAN, contacts(send(), odd), ()))
    runbook: Any = yaml.safe_load(text)
    assert told(text) == {"sms": odd}
    assert (runbook["owner"], runbook["campaign"]["name"]) == ("yes", "PL Mumbai: 2")


def test_its_name_is_that_of_the_run() -> None:
    """As far as a name may be long: else what tells the run from others."""
    long = entry(f"20260302-093000-{'x' * 63}-7e4aef")
    names = [correct(each, PLAN, (), ()).name for each in (entry(), long)]
    assert names == ["correction-20260302-093000-two-steps-7e4aef", "correction-20260302-093000-7e4aef"]


@pytest.mark.parametrize(
    ("counts", "at_most", "known", "is_unknown"),
    [
        (Counts(9, 2, 2), 100, 2, False),
        (Counts(9, 2, 2), 100, 1, True),
        (Counts(9, 2, 1, 1), 100, 1, True),
        (None, 2, 2, False),
        (None, 2, 1, True),
        (None, None, 2, True),
        (Counts(9, 2, 2), 100, 0, True),
    ],
)
def test_whether_all_of_a_send_by_filter_are_known(
    counts: Counts | None, at_most: int | None, known: int, *, is_unknown: bool
) -> None:
    """Failed ones count: the API does not say that they got nothing."""
    attempt = replace(send("sent_unknown", at_most=at_most), counts=counts)
    unnamed = Unnamed(attempt, Planned(), frozenset(ids(known)))
    correction = correct(entry(), PLAN, contacts(attempt, ids(known)), [unnamed])
    assert bool(correction.unknown) is is_unknown
    assert ("NOT EVERYBODY IS IN THIS FILE" in written(correction)) is is_unknown


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (2, "a row may be of\n# another send, though, and somebody missing: sms/c1."),
        (3, "STRANGERS ARE IN THIS FILE."),
    ],
)
def test_rows_are_no_proof_of_who_is_missing(known: int, said: str) -> None:
    """As many as were taken may be others; with more than that some surely are."""
    attempt = replace(send("succeeded"), counts=Counts(9, 2, 2))
    unnamed = Unnamed(attempt, Planned(), frozenset(ids(known)))
    correction = correct(entry(), PLAN, contacts(attempt, ids(known)), [unnamed])
    text = written(correction)
    assert said in text
    assert "NOT EVERYBODY" not in text
    assert bool(correction.unknown) is (known == 3)


def test_an_overreach_goes_to_whom_it_names_and_whom_rows_name() -> None:
    """The API took others than it was asked for: nobody is left out, and the head says why these."""
    attempt = replace(send("succeeded"), counts=Counts(30, 2, 2))
    asked = Planned(request=Request("POST", "/x", {"filters": {"ids": ["L-8", "L-9"]}, "limit": 2}))
    rows = tuple(ReachedEntry(each, "run-1", "sms/c1", 1, each) for each in ids(2))
    people = [Contact(each, attempt, asked) for each in ("L-8", "L-9")]
    people += [Contact(row.customer, attempt, asked, (row,)) for row in rows]
    text = written(correct(entry(), PLAN, people, [Unnamed(attempt, asked, frozenset(ids(2)))]))
    assert told(text) == {"sms": ["L-8", "L-9", "L-1", "L-2"]}
    assert "it reached 2, others than it was asked for; here are 4, whom it names or rows do" in text


def test_its_head_says_what_each_send_came_to() -> None:
    """So that a reviewer sees in the file itself why these people."""
    unnamed = Unnamed(send(channel="whatsapp"), Planned(), frozenset(ids(1)))
    people = [*contacts(send("succeeded"), ids(3)), *contacts(send("rejected", "call"), ids(2))]
    text = written(correct(entry(), PLAN, people, [unnamed]))
    assert "#   sms/c1 · sms · sent: 3 customers\n" in text
    assert "#   call/c1 · call · rejected: 0 customers\n" in text
    assert "#   whatsapp/c1 · whatsapp · in doubt: 0 of at most 100 customers\n" in text
