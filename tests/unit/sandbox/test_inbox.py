"""The page for people."""

import json

from engine.sandbox import Call, Fault, Kind, Sandbox
from engine.sandbox.inbox import page
from tests.sandboxes import HEADERS, rows, sandbox


def send(to: Sandbox, template: str = "t", channel: str = "whatsapp") -> None:
    """Send to everybody."""
    body = {"templateId": template, "agentId": "agent", "dispositionId": "d"}
    to.answer(Call("POST", f"/initiate/camp_demo/{channel}", {}, HEADERS, json.dumps(body).encode()))


def test_messages_are_grouped_by_customer() -> None:
    """One card a customer, with every message in it and the time in India."""
    judge = sandbox(2)
    send(judge, "first")
    send(judge, "second")
    shown = page(judge)
    assert shown.count("<article>") == 2
    assert shown.count("2 messages") == 2
    assert shown.index("second") < shown.index("first")
    assert "10:30:00 IST" in shown


def test_nothing_that_was_sent_in_is_markup() -> None:
    """Templates, ids, names, campaigns and agents are text."""
    evil = "<script>alert(1)</script>"
    judge = sandbox(rows(1, loan_id=f"L{evil}", first_name=evil, phone_number=evil, language=evil))
    judge.load({"id": f"c{evil}", "name": evil})
    send(judge, evil)
    send(judge, evil, "calls")
    assert evil not in page(judge)
    assert "&lt;script&gt;" in page(judge)


def test_braces_do_not_break_the_page() -> None:
    """The frame is filled in once: braces of a template stay as they are."""
    judge = sandbox(1)
    send(judge, "{cards}{0}")
    assert "{cards}{0}" in page(judge)


def test_an_empty_inbox_says_so() -> None:
    """And names the faults that wait."""
    judge = sandbox(1)
    judge.script(Fault(Kind.RESET), Fault(Kind.RESET), Fault(Kind.EMPTY))
    shown = page(judge)
    assert "Nothing was sent yet" in shown
    assert "2 reset, empty" in shown


def test_many_customers_are_cut_off() -> None:
    """The page stays readable, and says how many more there are."""
    judge = sandbox(320)
    send(judge)
    shown = page(judge)
    assert shown.count("<article>") == 300
    assert "and 20 more customers" in shown
