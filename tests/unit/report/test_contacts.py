"""Whom messages were sent to, as people read it."""

import pytest

from engine.record.contact import Contact, Planned, Unnamed
from engine.record.entry import EventEntry, ReachedEntry, SendEntry
from engine.record.event import Erased
from engine.record.outcome import Counts, SendStatus
from engine.record.request import Request
from engine.report.contacts import contacts_text, erased_text, people_table, unnamed_text
from tests.factories import NOW

PLANNED = Planned(
    "t1",
    "pay_now",
    "Dear {{name}},\npay.",
    "a.yaml",
    "c" * 40,
    "b" * 40,
    "production",
    Request("POST", "/x", {"filters": {"ids": ["L-1", "L-2", "L-3"]}}),
)
ROW = ReachedEntry("L-1", "run-1", "a/c1", 1, "row-1", NOW, "delivered", "t1", None)


def send(status: str = "succeeded", counts: Counts | None = None, at_most: int | None = 20) -> SendEntry:
    """Make an attempt as the log gives it."""
    live = status not in ("not_sent", "rejected", "no_match")
    about = (
        "run-1",
        "a",
        "a/c1",
        1,
        SendStatus(status),
        "https://api.example.invalid org_a",
        "camp_demo",
        "sms",
    )
    return SendEntry(*about, at_most, "h", NOW, None, NOW, counts, "", reaches=live)


def test_a_message_with_its_text_its_run_and_its_reviewer() -> None:
    """All that whoever answers a complaint needs."""
    assert contacts_text([Contact("L-1", send(counts=Counts(3, 3, 3)), PLANNED)]).splitlines() == [
        "2026-03-02 11:00:00 IST · sms · L-1",
        "  sent",
        "  run run-1, a/c1 · PRODUCTION · camp_demo",
        f"  reviewed as a.yaml (blob {'b' * 12}), at commit {'c' * 40}",
        "  template pay_now (t1)",
        "  | Dear {{name}},",
        "  | pay.",
    ]


def test_what_a_plan_does_not_know_is_said() -> None:
    """No commit outside git, no text outside the catalog."""
    shown = contacts_text([Contact("L-1", send("in_doubt"), Planned("t1", file="a.yaml"))])
    assert "reviewed as a.yaml, commit not known" in shown
    assert "template t1; its text is not in the catalog" in shown


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        (
            Contact("L-1", send("sent_unknown"), PLANNED, (ROW,)),
            'reached: row row-1 of the API says "delivered" at',
        ),
        (
            Contact("L-1", send("partial", Counts(3, 3, 2, 1)), PLANNED),
            "may have been sent: to 2 of 3 customers it was, and nobody knows to which",
        ),
        (
            Contact("L-1", send("succeeded", Counts(0, 0, 0)), PLANNED),
            "the API took 0 of those whom the request names, and nobody knows which",
        ),
        (
            Contact("L-1", send("succeeded", Counts(30, 3, 3)), PLANNED),
            "the API took 3 customers, others than those named, and nobody knows whom",
        ),
        (Contact("L-1", send("in_doubt"), PLANNED), "nobody knows whether its request was taken (in doubt)"),
        (Contact("L-1", send("sent_unknown"), PLANNED), "it is taken as sent, and nobody knows to whom"),
        (Contact("L-1", send("intended"), PLANNED), "about to leave, and no outcome is recorded yet"),
        (Contact("L-1", send("rejected", Counts()), PLANNED), "nothing was sent: rejected"),
    ],
)
def test_what_is_known_is_said_plainly(contact: Contact, said: str) -> None:
    """And why no more is known."""
    assert said in contacts_text([contact])


@pytest.mark.parametrize(
    ("unnamed", "said"),
    [
        (Unnamed(send(counts=Counts(9, 5, 5))), "among the 5 of a/c1, run run-1"),
        (Unnamed(send("in_doubt")), "among the at most 20 of a/c1"),
        (Unnamed(send("in_doubt", at_most=None)), "among the customers (nobody knows how many) of a/c1"),
        (
            Unnamed(send(counts=Counts(9, 5, 5)), PLANNED, frozenset({"L-2"})),
            "rows name 1 of these",
        ),
        (Unnamed(send(at_most=1), PLANNED, frozenset({"L-2"})), "rows name all of these"),
        (
            Unnamed(send(at_most=1), PLANNED, frozenset({"L-2", "L-3"})),
            "rows name 2, more than that: some are of another send",
        ),
        (Unnamed(send(counts=Counts(30, 3, 3)), PLANNED), "the API took others than it was asked for"),
    ],
)
def test_a_send_by_filter_is_a_perhaps(unnamed: Unnamed, said: str) -> None:
    """With how many it may have reached."""
    assert said in unnamed_text([unnamed], "them")


def test_no_text_of_theirs_is_taken_for_emphasis_of_ours() -> None:
    """An id, a template and the API's words are whatever somebody wrote."""
    red = "\x1b[31m"
    row = ReachedEntry(f"{red}L", "run-1", "a/c1", 1, f"{red}row", None, f"{red}read")
    contact = Contact(f"{red}L", send("sent_unknown"), Planned("t1", text=f"{red}Dear"), (row,))
    assert "\x1b" not in contacts_text([contact]) + people_table([contact])


def test_a_narrow_terminal_breaks_the_lines() -> None:
    """Nothing is wider than it."""
    contact = Contact("L-1", send("partial", Counts(3, 3, 2, 1)), PLANNED)
    shown = f"{contacts_text([contact], width=40)}\n{unnamed_text([Unnamed(send())], 'them', width=40)}"
    assert max(len(line) for line in shown.splitlines() if "c" * 40 not in line) <= 40


def test_the_people_of_a_run_stand_in_a_table() -> None:
    """A line each, with the API's own word where there is one."""
    shown = people_table(
        [Contact("L-1", send("sent_unknown"), PLANNED, (ROW,)), Contact("L-2", send("in_doubt"))]
    )
    assert shown.splitlines()[1].split() == [
        "L-1",
        "reached",
        "sms",
        "a/c1",
        "1",
        "taken",
        "as",
        "sent",
        "delivered",
    ]
    assert shown.splitlines()[2].split() == ["L-2", "unknown", "sms", "a/c1", "1", "in", "doubt"]


def test_erasures_are_told_with_their_day_and_reason() -> None:
    """Each reason once."""
    event = Erased(NOW, 10, 2, "180 days")
    entries = [EventEntry(run, 9, NOW, "asha", event, "", "") for run in ("run-1", "run-2")]
    assert erased_text(entries) == (
        "Customer ids of 2 runs were erased, last on 2026-03-02 11:00:00 IST (180 days): "
        "what they were sent cannot be told any more."
    )
