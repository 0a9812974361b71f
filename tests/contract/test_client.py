"""What the client makes of every answer and every failure, counted at a server of bytes."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.record.outcome import SendStatus
from engine.refusal import Exit, Refusal
from engine.timepay.messages import MOST_BYTES
from tests.contract.clients import (
    BIG,
    PARTIAL,
    REFUSAL,
    REQUEST,
    SECRET,
    SOON_S,
    WELL,
    WRONG,
    Leaving,
    client,
    sent,
)
from tests.contract.wire import Script, Server, Talk, answer, answering, does, drips, free_port, says, serving

BODIES: dict[str, Callable[[int], bytes]] = {
    "none": lambda status: answer(status, b""),
    "garbage": lambda status: answer(status, b"<html>Bad day</html>"),
    "counts": lambda status: answer(status, PARTIAL),
    "wrong": lambda status: answer(status, WRONG),
    "refusal": lambda status: answer(status, REFUSAL),
    "cut": lambda status: answer(status, REFUSAL[:-5], length=len(REFUSAL)),
    "cut counts": lambda status: answer(status, PARTIAL[:-5], length=len(PARTIAL)),
    "huge": lambda status: answer(status, b" " * (MOST_BYTES + 1)),
    "gzip": lambda status: answer(status, gzip.compress(REFUSAL), "Content-Encoding: gzip"),
}

# d in doubt, p partial, r rejected, R rejected and fatal, n not sent.
TABLE = """
      none garbage counts wrong refusal cut cut_counts huge gzip
200   d    d       p      d     d       d   d          d    d
201   d    d       p      d     d       d   d          d    d
202   d    d       p      d     d       d   d          d    d
207   d    d       p      d     d       d   d          d    d
301   d    d       p      d     d       d   d          d    d
307   d    d       p      d     d       d   d          d    d
400   d    d       p      d     r       d   d          d    d
401   R    R       p      R     R       R   R          R    R
402   d    d       p      d     r       d   d          d    d
403   R    R       p      R     R       R   R          R    R
404   R    R       p      d     R       R   d          R    R
405   d    d       p      d     r       d   d          d    d
406   d    d       p      d     d       d   d          d    d
408   d    d       p      d     d       d   d          d    d
409   d    d       p      d     r       d   d          d    d
411   d    d       p      d     r       d   d          d    d
413   d    d       p      d     r       d   d          d    d
415   d    d       p      d     r       d   d          d    d
418   d    d       p      d     d       d   d          d    d
422   d    d       p      d     r       d   d          d    d
429   n    n       p      d     n       n   d          n    n
500   d    d       p      d     d       d   d          d    d
502   d    d       p      d     d       d   d          d    d
503   d    d       p      d     d       d   d          d    d
504   d    d       p      d     d       d   d          d    d
"""
MEANING = {
    "d": (SendStatus.IN_DOUBT, False),
    "p": (SendStatus.PARTIAL, False),
    "r": (SendStatus.REJECTED, False),
    "R": (SendStatus.REJECTED, True),
    "n": (SendStatus.NOT_SENT, False),
}


def rows() -> Iterator[tuple[int, str, str]]:
    """Read the table: status, body, what is expected."""
    head, *lines = TABLE.strip().splitlines()
    bodies = [name.replace("_", " ") for name in head.split()]
    for line in lines:
        status, *expected = line.split()
        yield from ((int(status), body, each) for body, each in zip(bodies, expected, strict=True))


@pytest.mark.parametrize(("status", "body", "expected"), [*rows()])
def test_the_outcome_table(status: int, body: str, expected: str) -> None:
    """Each status with each body comes to its row, from one request, after one question."""
    outcome, server, leaving, departed = sent(does(Talk.request, says(BODIES[body](status))))
    assert (outcome.status, outcome.fatal) == MEANING[expected], outcome.reason
    assert outcome.http_status == status
    assert (outcome.counts is None) == (expected == "d")
    assert (len(server.requests), leaving.asked, departed) == (1, 1, True)


LOST: dict[str, tuple[Script, int]] = {
    "reset before it was read": (does(Talk.begin, Talk.reset), 0),
    "reset after it was read": (does(Talk.request, Talk.reset), 1),
    "closed after it was read": (does(Talk.request), 1),
    "reset within the headers": (does(Talk.request, says(answer(200, WELL)[:25]), Talk.reset), 1),
    "not HTTP": (does(Talk.request, says(b"220 smtp ready\r\n\r\n")), 1),
    "endless headers": (does(Talk.request, says(b"HTTP/1.1 200 OK\r\nA: " + b"a" * 200_000)), 1),
    "a chunk cut short": (
        does(Talk.request, says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n" + WELL[:9])),
        1,
    ),
}


@pytest.mark.parametrize("moment", LOST)
def test_what_breaks_after_leaving_is_in_doubt(moment: str) -> None:
    """Nobody knows what became of it, so it is never repeated."""
    script, arrived = LOST[moment]
    outcome, server, leaving, departed = sent(script)
    assert (outcome.status, outcome.counts) == (SendStatus.IN_DOUBT, None), outcome
    assert outcome.reason
    assert (len(server.requests), server.connections) == (arrived, 1)
    assert (leaving.asked, departed) == (1, True)


@pytest.mark.parametrize("leave", [Talk.reset, Talk.end])
def test_a_connection_that_is_closed_on_arrival(leave: Script) -> None:
    """It may break before anything left or after it: that parts the two, not the exception."""
    outcome, server, leaving, departed = sent(leave)
    assert outcome.status is (SendStatus.IN_DOUBT if departed else SendStatus.NOT_SENT)
    assert server.requests == []
    assert leaving.asked or not departed


CHUNKED = b"HTTP/1.1 %d Said\r\nTransfer-Encoding: chunked\r\n\r\n"
GARBLED: dict[str, Callable[[int], Script]] = {
    "cut": lambda status: says(answer(status, WELL[:-1], length=len(WELL))),
    "stalled": lambda status: does(says(answer(status, WELL[:-1], length=len(WELL))), Talk.stall),
    "no chunk": lambda status: says(CHUNKED % status + b"ZZ\r\n" + WELL),
    "no second chunk": lambda status: says(CHUNKED % status + b"%x\r\n%b\r\nZZ\r\n" % (len(WELL), WELL)),
    "results in no second chunk": lambda status: says(CHUNKED % status + b"1\r\n{\r\nZZ\r\n" + WELL),
    "behind its end": lambda status: says(answer(status, WELL, length=0)),
    "in a second answer": lambda status: says(answer(status, REFUSAL) + answer(200, WELL)),
    "compressed": lambda status: says(answer(status, gzip.compress(WELL), "Content-Encoding: gzip")),
}


@pytest.mark.parametrize("status", [404, 429])
@pytest.mark.parametrize("way", GARBLED)
def test_a_refusal_that_speaks_of_results_is_in_doubt(way: str, status: int) -> None:
    """However little can be read of them."""
    outcome, server, _, departed = sent(does(Talk.request, GARBLED[way](status)), timeout_s=SOON_S)
    assert (outcome.status, outcome.http_status) == (SendStatus.IN_DOUBT, status), outcome
    assert (len(server.requests), departed) == (1, True)


SLOW: dict[str, tuple[Script, int | None]] = {
    "silent before reading": (Talk.idle, None),
    "silent after reading": (does(Talk.request, Talk.stall), None),
    "drips the status": (does(Talk.request, drips(answer(200, WELL))), None),
    "drips the headers": (does(Talk.request, says(b"HTTP/1.1 200 OK\r\n"), drips(b"A: b\r\n" * 99)), None),
    "drips the body": (does(Talk.request, says(answer(200, b"", length=500)), drips(b"{" * 500)), 200),
    "stalls within the body": (does(Talk.request, says(answer(200, WELL[:9], length=99)), Talk.stall), 200),
    "promises for ever": (does(Talk.request, drips(b"HTTP/1.1 102 Processing\r\n\r\n" * 99, 0.005)), None),
}


@pytest.mark.parametrize("way", SLOW)
def test_one_deadline_bounds_the_whole(way: str) -> None:
    """However an answer is drawn out, the send ends on time."""
    script, status = SLOW[way]
    began_s = time.monotonic()
    outcome, _, leaving, departed = sent(script, timeout_s=SOON_S)
    assert SOON_S <= time.monotonic() - began_s < SOON_S + 1
    assert (outcome.status, outcome.http_status) == (SendStatus.IN_DOUBT, status), outcome
    assert "in time" in outcome.reason or "within 0.4 s" in outcome.reason
    assert (leaving.asked, departed) == (1, True)


def test_a_refused_token_needs_no_whole_body() -> None:
    """401 says enough, even if its body never ends."""
    outcome, *_ = sent(does(Talk.request, says(answer(401, b"x", length=9)), Talk.stall), timeout_s=SOON_S)
    assert (outcome.status, outcome.fatal, outcome.answer_hash) == (SendStatus.REJECTED, True, None)


def test_time_that_passed_in_sleep_counts() -> None:
    """A machine that was suspended does not wait for the rest of the time when it wakes."""
    clock_s = [100.0]

    def suspended(talk: Talk) -> None:
        talk.request()
        clock_s[0] += 3600
        talk.stall()

    began_s = time.monotonic()
    with serving(suspended) as server:
        speaking = client(server, boottime_s=lambda: clock_s[0])
        outcome = speaking.send(REQUEST, timeout_s=600, leaving=Leaving())
        speaking.close()
    assert outcome.status is SendStatus.IN_DOUBT
    assert time.monotonic() - began_s < 3


def test_a_request_that_nobody_reads_ends_on_time() -> None:
    """Writing is bounded, too."""
    began_s = time.monotonic()
    with serving(Talk.idle) as server:
        speaking = client(server)
        outcome = speaking.send(BIG, timeout_s=SOON_S, leaving=Leaving())
        speaking.close()
    assert (outcome.status, len(server.requests)) == (SendStatus.IN_DOUBT, 0)
    assert time.monotonic() - began_s < SOON_S + 1


def asked(script: Script, campaign: str = "camp_demo") -> tuple[Any, Server]:
    """Ask about a campaign."""
    with serving(script) as server:
        speaking = client(server)
        try:
            return speaking.campaign(campaign, timeout_s=SOON_S), server
        finally:
            speaking.close()


def test_a_campaign_is_read() -> None:
    """One GET, without a body."""
    body = json.dumps(
        {"success": True, "data": {"id": "camp_demo", "name": "PL Mumbai", "rowsLen": 9}}
    ).encode()
    facts, server = asked(answering(answer(200, body)))
    assert (facts.id, facts.name, facts.org, facts.status, facts.rows) == (
        "camp_demo",
        "PL Mumbai",
        None,
        None,
        9,
    )
    assert server.requests[0].startswith(b"GET /api/v1/campaigns/camp_demo HTTP/1.1\r\n")
    assert server.requests[0].endswith(b"\r\n\r\n")
    assert b"content" not in server.requests[0].lower()


def test_a_campaign_that_repeats_the_token() -> None:
    """What is shown of a campaign holds no secret, whichever of its words has it."""
    about = {"id": "camp_demo", "name": f"PL {SECRET}", "org_id": SECRET.upper(), "status": f"{SECRET[:9]}…"}
    facts, _ = asked(answering(answer(200, json.dumps({"success": True, "data": about}).encode())))
    assert (facts.name, facts.org, facts.status) == ("PL [token]", "[token]", "[token]…")


UNREAD: dict[str, tuple[Script, str]] = {
    "401": (answering(answer(401, b"")), "TIMEPAY_TOKEN"),
    "403": (answering(answer(403, b"")), "organisation"),
    "404": (answering(answer(404, REFUSAL)), "campaign.id and base_url"),
    "500": (answering(answer(500, b"")), "try again later"),
    "301": (answering(answer(301, b"", "Location: /x")), "try again later"),
    "garbage": (answering(answer(200, b"<html>")), "base_url"),
    "another": (answering(answer(200, b'{"data": {"id": "other"}}')), "base_url"),
    "compressed": (answering(answer(200, gzip.compress(b"{}"), "Content-Encoding: gzip")), "base_url"),
    "cut": (answering(answer(200, b"{", length=9)), "try again later"),
    "silence": (does(Talk.request, Talk.stall), "check the network"),
    "reset": (does(Talk.request, Talk.reset), "try again later"),
}


@pytest.mark.parametrize("case", UNREAD)
def test_a_campaign_that_cannot_be_read(case: str) -> None:
    """A guard that cannot be evaluated is closed, and says what to do."""
    script, cure = UNREAD[case]
    with pytest.raises(Refusal) as refused:
        asked(script)
    assert refused.value.code == Exit.GUARDED
    assert refused.value.message.startswith("campaign camp_demo cannot be read: ")
    assert cure in refused.value.cure


def test_a_campaign_at_an_address_where_nobody_listens() -> None:
    """The same words as for a send."""
    with pytest.raises(Refusal, match="refuses connections") as refused:
        client(free_port()).campaign("camp_demo")
    assert (refused.value.code, refused.value.__cause__) == (Exit.GUARDED, None)


@pytest.mark.parametrize("campaign", ["", "..", "a/b", "a?b", "a b"])
def test_a_campaign_that_no_path_can_name(campaign: str) -> None:
    """Nothing is asked."""
    with pytest.raises(Refusal, match="cannot be read"):
        client(free_port()).campaign(campaign)
