"""The API's logs: what is asked for, and what any answer says."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from engine.timepay.logs import LogQuery, LogsUnread, count_of, instant_of, page_of, row_of
from engine.timepay.messages import Unreadable

NOW = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
ROW: dict[str, Any] = {
    "type": "whatsapp",
    "message_id": "w-1",
    "campaign_id": "camp_demo",
    "loan_id": "L-1",
    "start_time": "2026-03-02T11:04:10",
    "to": "9000000001",
    "status": "Delivered",
    "template_id": "tplA",
    "agent_id": None,
}


def body(**keys: object) -> bytes:
    """Make an answer's body."""
    return json.dumps({"success": True, **keys}).encode()


def page(number: int = 1, **keys: object) -> Any:  # noqa: ANN401  (a page)
    """Read a page."""
    return page_of(200, {}, body(**{"data": [ROW], **keys}), NOW, number)


def test_a_question_is_in_indian_time_without_an_offset() -> None:
    """Both ends are in it: fractions are cut off at the beginning, and filled up at the end."""
    since = NOW + timedelta(milliseconds=700)
    asked = LogQuery("camp_demo", "whatsapp", since, since).text(page=3)
    assert parse_qs(asked) == {
        "type": ["whatsapp"],
        "campaign_id": ["camp_demo"],
        "start_time": ["2026-03-02T11:00:00"],
        "end_time": ["2026-03-02T11:00:01"],
        "page": ["3"],
    }


def test_a_count_asks_for_no_page() -> None:
    """The number alone is asked for; without a channel, of any."""
    asked = parse_qs(LogQuery("c&d=1", None, NOW, NOW).text())
    assert asked["count_only"] == ["true"]
    assert asked["campaign_id"] == ["c&d=1"]
    assert not {"page", "type"} & asked.keys()


NEXT: dict[str, tuple[dict[str, Any], bool]] = {
    "has_next": ({"pagination": {"has_next": True}}, True),
    "hasNext": ({"pagination": {"hasNext": True}}, True),
    "the end": ({"pagination": {"has_next": False, "total_pages": 9}}, False),
    "either says so": ({"pagination": {"has_next": False, "hasNext": True}}, True),
    "total_pages": ({"pagination": {"total_pages": 2}}, True),
    "totalPages": ({"pagination": {"totalPages": 1}}, False),
    "total alone": ({"pagination": {"total": 11}}, True),
    "total at the end": ({"pagination": {"total": 10}}, False),
    "nothing, and a full page": ({"data": [ROW] * 10}, True),
    "nothing, and a part of one": ({"data": [ROW] * 9}, False),
    "no object": ({"pagination": "no"}, False),
}


@pytest.mark.parametrize("name", NEXT)
def test_whether_there_is_a_next_page(name: str) -> None:
    """By whichever flag an answer has, then by its numbers."""
    keys, expected = NEXT[name]
    assert page(**keys).has_next is expected


@pytest.mark.parametrize("keys", [{"total": 43}, {"pagination": {"total": 43}}])
def test_a_count_stands_in_either_place(keys: dict[str, Any]) -> None:
    """At the top, or among the pages."""
    assert count_of(200, {}, body(**keys), NOW) == 43


COUNTLESS = [
    body(),
    body(total="43"),
    body(total=-1),
    body(total=True),
    b"[]",
    b"",
    b"<html>",
    body(total=None),
]


@pytest.mark.parametrize("answer", COUNTLESS)
def test_a_count_that_is_none_is_no_answer(answer: bytes) -> None:
    """It is refused, never taken for nobody."""
    with pytest.raises(LogsUnread) as refused:
        count_of(200, {}, answer, NOW)
    assert refused.value.may_pass


@pytest.mark.parametrize("data", [None, {}, "rows"])
def test_a_page_without_rows_is_no_page(data: object) -> None:
    """An answer without its list is not an empty one."""
    with pytest.raises(LogsUnread):
        page(data=data)


def test_an_answer_that_says_no_is_none() -> None:
    """`success: false` under 200 is not an empty page."""
    with pytest.raises(LogsUnread):
        page_of(200, {}, json.dumps({"success": False, "data": []}).encode(), NOW, 1)


@pytest.mark.parametrize(
    ("status", "may_pass"), [(400, False), (401, False), (403, False), (404, False), (429, True), (503, True)]
)
def test_which_refusals_may_pass(status: int, may_pass: bool) -> None:
    """Faults of the moment are worth another try; a token that is wrong is not."""
    with pytest.raises(LogsUnread) as refused:
        count_of(status, {"Retry-After": "7"}, b"{}", NOW)
    assert refused.value.may_pass is may_pass
    assert refused.value.status == status
    assert refused.value.retry_at == NOW + timedelta(seconds=7)


def test_a_body_that_broke_off_may_pass() -> None:
    """Half a page is asked for again."""
    with pytest.raises(LogsUnread) as refused:
        page_of(200, {}, Unreadable("its answer broke off"), NOW, 1)
    assert refused.value.may_pass


def test_what_must_not_be_shown_is_hidden() -> None:
    """The API's words pass through what hides the token."""
    told = json.dumps({"success": False, "message": "bad s3cret-token"}).encode()
    with pytest.raises(LogsUnread) as refused:
        count_of(401, {}, told, NOW, lambda text: text.replace("s3cret-token", "[token]"))
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("field", ["message_id", "loan_id", "status", "to"])
def test_what_is_kept_of_a_row_is_hidden_and_nothing_else_is_looked_at(field: str) -> None:
    """A text of a message takes as long as all the rest, and is not kept."""
    seen = []

    def hide(text: str) -> str:
        seen.append(text)
        return text.replace("s3cret", "[token]")

    row = {**ROW, field: f"a s3cret {ROW[field]}", "message": "Dear customer" * 100}
    (read,) = page_of(200, {}, body(data=[row]), NOW, 1, hide).rows
    assert "s3cret" not in str(read)
    assert "[token]" in str(read)
    assert row["message"] not in seen


def test_a_row_as_the_page_shows_it() -> None:
    """Its time is Indian where it names no zone."""
    row = row_of(ROW)
    assert row is not None
    assert (row.id, row.customer, row.channel, row.template) == ("w-1", "L-1", "whatsapp", "tplA")
    assert row.at == datetime(2026, 3, 2, 5, 34, 10, tzinfo=UTC)
    assert (row.phone, row.agent, row.status) == ("9000000001", None, "Delivered")


UNREADABLE: dict[str, dict[str, Any]] = {
    "nobody": {"loan_id": None},
    "an empty name": {"loan_id": " "},
    "a name that is a list": {"loan_id": ["L-1"]},
    "a time that is none": {"start_time": "yesterday"},
    "a number as time": {"start_time": 1_700_000_000},
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_rows_that_cannot_be_read_are_counted(name: str) -> None:
    """They are neither lost on the quiet nor taken for somebody's."""
    read = page(data=[ROW, {**ROW, **UNREADABLE[name]}, "no row"])
    assert len(read.rows) == 1
    assert read.unread == 2


LENIENT: dict[str, tuple[dict[str, Any], str, object]] = {
    "lead_id": ({"loan_id": None, "lead_id": "LD-1"}, "customer", "LD-1"),
    "a number as name": ({"loan_id": 2043154}, "customer", "2043154"),
    "no time": ({"start_time": None}, "at", None),
    "no template": ({"template_id": ""}, "template", None),
    "no type": ({"type": None}, "channel", None),
    "another case": ({"type": "WhatsApp"}, "channel", "whatsapp"),
    "a call": ({"message_id": None, "call_id": "c-77"}, "id", "c-77"),
    "any status": ({"status": "Bounced by carrier"}, "status", "Bounced by carrier"),
}


@pytest.mark.parametrize("name", LENIENT)
def test_rows_are_read_leniently(name: str) -> None:
    """What is missing or new spoils no row."""
    changed, field, expected = LENIENT[name]
    row = row_of({**ROW, **changed})
    assert row is not None
    assert getattr(row, field) == expected


def test_a_row_without_an_id_is_named_by_what_stays() -> None:
    """Its status may change between two looks; it is the same row all the same."""
    bare = {**ROW, "message_id": None}
    changes: tuple[dict[str, Any], ...] = ({}, {"status": "Read"}, {"loan_id": "L-2"})
    first, later, other = (getattr(row_of({**bare, **each}), "id", None) for each in changes)
    assert first
    assert first == later != other


INSTANTS = {
    "2026-03-02T11:00:00": NOW,
    "2026-03-02 11:00:00": NOW,
    "2026-03-02T05:30:00Z": NOW,
    "2026-03-02T05:30:00.000Z": NOW,
    "2026-03-02T00:30:00-05:00": NOW,
    "0001-01-01T00:00:00": None,
    "noon": None,
}


@pytest.mark.parametrize("text", INSTANTS)
def test_times_with_and_without_a_zone(text: str) -> None:
    """A label wins; without one it is Indian time; beyond the calendar is none."""
    assert instant_of(text) == INSTANTS[text]
