"""The logs: rows, windows, pages, and the faults of rows."""

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest

from engine.diagnostics import Json
from engine.sandbox import Call, Fault, Kind, Options, Sandbox
from tests.sandboxes import HEADERS, SimulatedClock, sandbox

WHATSAPP = {"type": "whatsapp", "campaign_id": "camp_demo"}


def send(to: Sandbox, channel: str = "whatsapp", limit: int = 3) -> None:
    """Send to the first customers."""
    body = {"templateId": "t", "agentId": "a", "dispositionId": "d", "limit": limit}
    to.answer(Call("POST", f"/initiate/camp_demo/{channel}", {}, HEADERS, json.dumps(body).encode()))


def look(at: Sandbox, query: Mapping[str, str] = WHATSAPP) -> dict[str, Json]:
    """Give a page of the logs."""
    data = at.answer(Call("GET", "/logs", query, HEADERS)).json()
    assert isinstance(data, dict)
    return data


def shown(at: Sandbox, query: Mapping[str, str] = WHATSAPP) -> list[str]:
    """Give the customers of a page's rows."""
    found = look(at, query)["data"]
    assert isinstance(found, list)
    return [str(row["loan_id"]) for row in found if isinstance(row, dict)]


def test_a_message_has_a_row() -> None:
    """The fields that the reference expects of a WhatsApp row; times are Indian, without an offset."""
    judge = sandbox(3)
    send(judge, limit=1)
    found = look(judge)["data"]
    assert isinstance(found, list)
    assert isinstance(found[0], dict)
    row = found[0]
    expected = {
        "type": "whatsapp",
        "campaign_id": "camp_demo",
        "loan_id": "L-1",
        "to": "9000000001",
        "template_id": "t",
    }
    assert expected.items() <= row.items()
    assert str(row["start_time"]).startswith("2026-03-02T10:30:")


def test_a_call_has_the_documented_row() -> None:
    """Calls have ids, durations and dispositions of their own."""
    judge = sandbox(3)
    send(judge, "calls", 1)
    found = look(judge, {"type": "call"})["data"]
    assert isinstance(found, list)
    assert isinstance(found[0], dict)
    assert {"call_id", "duration", "disposition", "end_time", "agent_id", "recording_id"} <= found[0].keys()


def test_newest_rows_come_first() -> None:
    """So that rows shift between pages while new ones arrive."""
    judge = sandbox(3)
    send(judge)
    assert shown(judge) == ["L-3", "L-2", "L-1"]


def test_ten_rows_are_a_page() -> None:
    """Page by page, until there is no next one."""
    judge = sandbox(25)
    send(judge, limit=25)
    assert [len(shown(judge, {**WHATSAPP, "page": str(page)})) for page in (1, 2, 3, 4)] == [10, 10, 5, 0]
    assert look(judge, {**WHATSAPP, "page": "2"})["pagination"] == {
        "page": 2,
        "per_page": 10,
        "total": 25,
        "total_pages": 3,
        "has_next": True,
        "has_prev": True,
    }


def test_rows_can_be_counted() -> None:
    """count_only gives the total alone."""
    judge = sandbox(25)
    send(judge, limit=25)
    assert look(judge, {**WHATSAPP, "count_only": "true"}) == {"success": True, "total": 25}


@pytest.mark.parametrize(
    ("start", "end", "rows"),
    [
        ("2026-03-02T10:30:00", None, 2),
        ("2026-03-02T10:30:01", None, 1),
        ("2026-03-02T10:35:01", None, 0),
        (None, "2026-03-02T10:30:00", 1),
        (None, "2026-03-02T10:29:59", 0),
        ("2026-03-02T10:30:00", "2026-03-02T10:35:00", 2),
        ("2026-03-02T05:00:01+00:00", None, 1),
        ("0001-01-01T00:00:00", "9999-12-31T23:59:59", 2),
    ],
)
def test_the_window_is_of_queue_time_and_holds_both_ends(
    start: str | None, end: str | None, rows: int
) -> None:
    """One call is queued at 10:30:00 Indian time, one at 10:35:00, whenever each of them began."""
    clock = SimulatedClock()
    judge = sandbox(1, clock=clock)
    send(judge, "calls")
    clock.advance(300.9)
    send(judge, "calls")
    given = {"start_time": start, "end_time": end}
    assert len(shown(judge, {name: value for name, value in given.items() if value})) == rows


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({}, 4),
        ({"type": "call"}, 1),
        ({"campaign_id": "other"}, 0),
        ({"phone": "9000000001"}, 2),
        ({"phone": "919000000001"}, 0),
        ({"from_phone": "+918000000000"}, 4),
        ({"agent_id": "a"}, 1),
        ({"status": "DELIVERED", "phone": "9000000001"}, 1),
        ({"size": "1"}, 4),
    ],
)
def test_rows_can_be_filtered(query: Mapping[str, str], number: int) -> None:
    """By the documented parameters; an unknown one is ignored."""
    judge = sandbox(3)
    send(judge)
    send(judge, "calls", 1)
    assert len(shown(judge, query)) == number


@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-1"},
        {"page": "x"},
        {"page": "9" * 40},
        {"start_time": "now"},
        {"end_time": ""},
        {"type": "mail"},
    ],
)
def test_queries_that_make_no_sense_are_refused(query: Mapping[str, str]) -> None:
    """With 400, as the contract has it."""
    assert sandbox(1).answer(Call("GET", "/logs", query, HEADERS)).status == 400


@pytest.mark.parametrize(
    ("how", "status", "number"), [("refused", 400, 0), ("ignored", 200, 2), ("shown", 200, 3)]
)
def test_text_messages_in_the_logs_are_an_open_question(how: str, status: int, number: int) -> None:
    """Refused, or the type is ignored and SMS have no rows, or they have."""
    judge = sandbox(3, options=Options(sms_logs=how))
    send(judge, "sms", 3)
    send(judge, "whatsapp", 2)
    reply = judge.answer(Call("GET", "/logs", {"type": "sms", "count_only": "true"}, HEADERS))
    said = reply.json()
    assert isinstance(said, dict)
    assert (reply.status, said.get("total", 0)) == (status, number)


def test_slow_logs_show_rows_later() -> None:
    """Absent in the first minute, there afterwards."""
    clock = SimulatedClock()
    judge = sandbox(3, clock=clock)
    judge.script(Fault(Kind.LATE_LOGS, seconds=60))
    send(judge)
    assert shown(judge) == []
    clock.advance(60)
    assert len(shown(judge)) == 3


@pytest.mark.parametrize(
    ("fault", "customers"),
    [
        (Fault(Kind.MISSING_LOGS, customers=("L-2",)), ["L-3", "L-1"]),
        (Fault(Kind.DOUBLED_LOGS, customers=("L-2",)), ["L-3", "L-2", "L-2", "L-1"]),
        (Fault(Kind.FOREIGN_LOGS, customers=("L-2",)), ["L-2", "L-3", "L-2", "L-1"]),
        (Fault(Kind.FOREIGN_LOGS, customers=("L-2",), number=2), ["L-2", "L-2", "L-3", "L-2", "L-1"]),
    ],
)
def test_rows_are_missing_doubled_or_foreign(fault: Fault, customers: list[str]) -> None:
    """For the customers that are named; the same at each look."""
    judge = sandbox(3)
    judge.script(fault)
    send(judge)
    assert shown(judge) == customers
    assert shown(judge) == customers


def test_chance_chooses_rows_where_nobody_is_named() -> None:
    """As many as were asked for, and the same ones at each look."""
    judge = sandbox(9)
    judge.script(Fault(Kind.MISSING_LOGS, number=4))
    send(judge, limit=9)
    assert len(shown(judge)) == 5
    assert shown(judge) == shown(judge)


def test_foreign_rows_are_of_another_send() -> None:
    """Same campaign, same time, same people; another id, and the template that the fault names."""
    judge = sandbox(3)
    judge.script(Fault(Kind.FOREIGN_LOGS, template="from_the_dashboard"))
    send(judge)
    found = look(judge)["data"]
    assert isinstance(found, list)
    rows = [row for row in found if isinstance(row, dict)]
    assert [row["template_id"] for row in rows] == ["from_the_dashboard", "t", "t", "t"]
    assert len({str(row["message_id"]) for row in rows}) == 4


def pages(judge: Sandbox) -> list[str]:
    """Read all pages as a client does, and give the ids of the rows."""
    ids: list[str] = []
    page = 1
    while True:
        data = look(judge, {**WHATSAPP, "page": str(page)})
        rows, pagination = data["data"], data["pagination"]
        assert isinstance(rows, list)
        assert isinstance(pagination, dict)
        ids += [str(row["message_id"]) for row in rows if isinstance(row, dict)]
        if not pagination["has_next"]:
            return ids
        page += 1


def test_rows_that_come_in_push_others_to_the_next_page() -> None:
    """A row is seen twice; none is lost."""
    judge = sandbox(25)
    send(judge, limit=25)
    sound = pages(judge)
    judge.script(Fault(Kind.SHIFTING_LOGS, number=2))
    shifted = pages(judge)
    assert set(sound) <= set(shifted)
    assert len(shifted) > len(set(shifted))


def test_rows_that_go_pull_others_past_the_reader() -> None:
    """A reader of pages misses rows that are there."""
    judge = sandbox(25)
    send(judge, limit=25)
    sound = pages(judge)
    judge.script(Fault(Kind.SHIFTING_LOGS, number=-2))
    assert len(set(sound) - set(pages(judge))) == 4


def test_logs_can_fail() -> None:
    """A status fault with the path of the logs."""
    judge = sandbox(1)
    judge.script(Fault(Kind.STATUS, path="/logs", status=500))
    assert judge.answer(Call("GET", "/logs", {}, HEADERS)).status == 500
    assert judge.answer(Call("GET", "/logs", {}, HEADERS)).status == 200


def test_a_row_begins_after_it_was_queued() -> None:
    """Calls up to thirteen minutes later: who filters by start_time misses them."""
    judge = sandbox(50)
    send(judge, "calls", 50)
    begun = [row.started_at - row.queued_at for row in judge._world._rows]
    assert max(begun) > timedelta(minutes=5)
    assert max(begun) <= timedelta(minutes=13)
