"""The API's logs through the client, in the process and on a socket."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from engine.record.request import Request
from engine.sandbox import Fault, Kind, Sandbox
from engine.timepay.client import Client
from engine.timepay.logs import LogQuery, LogsUnread
from tests.contract.test_client_sandbox import in_process, on_a_socket

SENT = Request("POST", "/initiate/camp_demo/whatsapp", {"templateId": "tplA", "limit": 10})
CALLED = Request("POST", "/initiate/camp_demo/calls", {"agentId": "ag1", "dispositionId": "d1", "limit": 3})


@pytest.fixture(params=[in_process, on_a_socket], ids=["in the process", "on a socket"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[Client, Sandbox]]:
    """Give a client, and the sandbox that it has sent thirteen messages and calls to, twice the messages."""
    way: Callable[[], Iterator[tuple[Client, Sandbox]]] = request.param
    for speaking, where in way():
        for sent in (SENT, SENT, CALLED):
            speaking.send(sent, timeout_s=2, leaving=lambda: None)
        yield speaking, where


def query(where: Sandbox, channel: str | None = "whatsapp", **shift: float) -> LogQuery:
    """Ask for the minutes around the first message."""
    at = where.outbox[0].at + timedelta(**shift)
    return LogQuery("camp_demo", channel, at - timedelta(minutes=5), at + timedelta(minutes=5))


def test_counts_and_pages_agree(pair: tuple[Client, Sandbox]) -> None:
    """As many rows as counted, ten a page, each of somebody who got something."""
    speaking, where = pair
    assert speaking.log_count(query(where)) == 20
    pages = [speaking.logs(query(where), number) for number in (1, 2)]
    assert [(len(page.rows), page.has_next, page.total) for page in pages] == [
        (10, True, 20),
        (10, False, 20),
    ]
    rows = [row for page in pages for row in page.rows]
    assert len({row.id for row in rows}) == 20
    assert {row.customer for row in rows} == {each.customer for each in where.outbox if each.template}
    assert {row.template for row in rows} == {"tplA"}


def test_calls_have_their_agent(pair: tuple[Client, Sandbox]) -> None:
    """And no template."""
    speaking, where = pair
    rows = speaking.logs(query(where, "call"), 1).rows
    assert {(row.agent, row.template) for row in rows} == {("ag1", None)}


def test_other_times_hold_nothing(pair: tuple[Client, Sandbox]) -> None:
    """The window is one of Indian time: an hour off, there is no row, and no page of one."""
    speaking, where = pair
    assert speaking.log_count(query(where, hours=1)) == 0
    assert speaking.logs(query(where, hours=1), 1).rows == ()


def test_without_a_channel_all_are_counted(pair: tuple[Client, Sandbox]) -> None:
    """Messages and calls together."""
    speaking, where = pair
    assert speaking.log_count(query(where, None)) == 23


def test_a_channel_that_they_do_not_hold(pair: tuple[Client, Sandbox]) -> None:
    """It is refused as the page has it (400), in the API's words."""
    speaking, where = pair
    with pytest.raises(LogsUnread, match="type must be one of call, whatsapp") as refused:
        speaking.log_count(query(where, "sms"))
    assert refused.value.status == 400
    assert not refused.value.may_pass


FAULTS = {
    "500": Fault(Kind.STATUS, path="/logs", status=500),
    "429": Fault(Kind.STATUS, path="/logs", status=429, retry_after="2"),
    "reset": Fault(Kind.RESET, path="/logs"),
    "stall": Fault(Kind.STALL, path="/logs"),
    "truncated": Fault(Kind.TRUNCATED, path="/logs"),
    "garbled": Fault(Kind.GARBLED, path="/logs"),
    "empty": Fault(Kind.EMPTY, path="/logs"),
    "oversized": Fault(Kind.OVERSIZED, path="/logs"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_page_that_does_not_come_is_said_and_not_repeated(pair: tuple[Client, Sandbox], fault: str) -> None:
    """The client asks once; whoever called may ask again."""
    speaking, where = pair
    where.script(FAULTS[fault])
    before = len(where.requests)
    with pytest.raises(LogsUnread) as refused:
        speaking.logs(query(where), 1, timeout_s=0.5)
    assert refused.value.may_pass
    assert len(where.requests) == before + 1
    assert len(speaking.logs(query(where), 1).rows) == 10
