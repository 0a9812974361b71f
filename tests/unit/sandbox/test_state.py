"""The sandbox as the judge: what is accepted, what is answered, and what faults do to both."""

import json
from collections.abc import Mapping

import pytest

from engine.diagnostics import Json
from engine.sandbox import Break, Call, Fault, Kind, Options, Reply, Sandbox
from tests.sandboxes import HEADERS, SimulatedClock, initiate, rows, sandbox, told

PATH = "/initiate/camp_demo/sms"
BODY: Mapping[str, Json] = {"templateId": "t", "limit": 4}


def send(to: Sandbox, body: Mapping[str, Json] = BODY) -> Reply:
    """Send an initiate request."""
    return initiate(to, body, PATH)


def test_a_sound_request_is_accepted_and_counted() -> None:
    """The first four of ten, in the API's words, each with one message under request 1."""
    judge = sandbox(10)
    reply = send(judge)
    assert (reply.status, reply.json()) == (
        200,
        {
            "success": True,
            "message": "SMS messages initiated for 4 customers",
            "results": {
                "totalMatched": 10,
                "customersSelected": 4,
                "initiated": 4,
                "failed": 0,
                "batchesProcessed": 1,
                "errors": [],
            },
        },
    )
    assert [message.customer for message in judge.outbox] == ["L-1", "L-2", "L-3", "L-4"]
    assert {(message.channel, message.template, message.request) for message in judge.outbox} == {
        ("sms", "t", 1)
    }


def test_the_same_request_sends_again() -> None:
    """Nothing in the API keeps anybody from being messaged twice; the outbox shows it."""
    judge = sandbox(1)
    send(judge)
    send(judge)
    assert [each.request for each in told(judge)["L-1"]] == [1, 2]


@pytest.mark.parametrize(
    ("headers", "options", "status"),
    [
        ({}, Options(), 401),
        ({"authorization": ""}, Options(), 401),
        ({"authorization": "Bearer "}, Options(), 401),
        ({"authorization": "Basic abc"}, Options(), 401),
        ({"authorization": "Bearer other"}, Options(token="mine"), 401),  # noqa: S106  (a made-up token)
        ({"authorization": "Bearer mine"}, Options(token="mine"), 200),  # noqa: S106  (the same)
        ({"authorization": "bearer anything"}, Options(), 200),
        ({"authorization": "Bearer x", "x-org-id": "other"}, Options(org="mine"), 403),
        ({"authorization": "Bearer x", "x-org-id": "mine"}, Options(org="mine"), 200),
        ({"authorization": "Bearer x"}, Options(org="mine"), 200),
        ({"authorization": "Bearer x", "x-org-id": "any"}, Options(), 200),
    ],
)
def test_who_may_come_in(headers: Mapping[str, str], options: Options, status: int) -> None:
    """Any token unless one is named; another organisation only where none is named."""
    judge = sandbox(1, options=options)
    assert judge.answer(Call("POST", PATH, {}, headers, b'{"templateId":"t"}')).status == status
    assert len(judge.outbox) == (status == 200)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("POST", "/initiate/nowhere/sms", {"templateId": "t"}, 404, "Campaign not found"),
        (
            "POST",
            PATH,
            {"templateId": "t", "filters": {"ids": ["x"]}},
            404,
            "No customers found matching the given filters",
        ),
        ("POST", "/initiate/camp_demo/calls", {"agentId": "x", "dispositionId": "d"}, 404, "Agent not found"),
        ("POST", "/initiate/camp_demo/pigeon", {"templateId": "t"}, 404, "Not found"),
        ("POST", PATH, {}, 400, "Validation failed"),
        ("GET", PATH, {}, 405, "Method Not Allowed"),
        ("POST", "/logs", {}, 405, "Method Not Allowed"),
        ("GET", "/campaigns/nowhere", {}, 404, "Campaign not found"),
    ],
)
def test_what_is_refused_sends_nothing(
    method: str, path: str, body: Mapping[str, Json], status: int, message: str
) -> None:
    """Documented statuses and words; the outbox stays empty."""
    judge = sandbox(10, options=Options(agents=frozenset({"known"})))
    reply = judge.answer(Call(method, path, {}, HEADERS, json.dumps(body).encode()))
    said = reply.json()
    assert isinstance(said, dict)
    assert (reply.status, said["success"], said["message"]) == (status, False, message)
    assert judge.outbox == ()
    assert [each.accepted for each in judge.requests] == [None]


@pytest.mark.parametrize(
    ("fault", "wire", "status", "accepted"),
    [
        (Fault(Kind.REFUSE), Break.REFUSED, 0, False),
        (Fault(Kind.RESET), Break.RESET, 200, False),
        (Fault(Kind.RESET, accepted=True), Break.RESET, 200, True),
        (Fault(Kind.STALL), Break.STALLED, 0, False),
        (Fault(Kind.STALL, accepted=True), Break.STALLED, 200, True),
        (Fault(Kind.DRIP), Break.DRIPPED, 200, True),
        (Fault(Kind.TRUNCATED), Break.TRUNCATED, 200, True),
        (Fault(Kind.TRUNCATED, accepted=False), Break.TRUNCATED, 200, False),
        (Fault(Kind.GARBLED), Break.NONE, 200, True),
        (Fault(Kind.GARBLED, accepted=False), Break.NONE, 200, False),
        (Fault(Kind.EMPTY), Break.NONE, 200, True),
        (Fault(Kind.OVERSIZED, size_bytes=1_000), Break.NONE, 200, True),
        (Fault(Kind.WRONG_TYPE), Break.NONE, 200, True),
        (Fault(Kind.STATUS), Break.NONE, 500, False),
        (Fault(Kind.STATUS, accepted=True), Break.NONE, 500, True),
        (Fault(Kind.STATUS, status=503, accepted=True), Break.NONE, 503, True),
        (Fault(Kind.STATUS, status=429), Break.NONE, 429, False),
        (Fault(Kind.PARTIAL), Break.NONE, 207, True),
        (Fault(Kind.ALL_FAILED, reached="all"), Break.NONE, 500, True),
        (Fault(Kind.WRONG_COUNTS), Break.NONE, 200, True),
        (Fault(Kind.OVERREACH), Break.NONE, 200, True),
    ],
)
def test_faults_say_whether_messages_go_out(fault: Fault, wire: Break, status: int, accepted: bool) -> None:
    """Before acceptance nothing is in the outbox, after it everything is, whatever the client learns."""
    judge = sandbox(10)
    judge.script(fault)
    reply = send(judge)
    assert (reply.wire.kind, reply.status) == (wire, status)
    assert bool(judge.outbox) == accepted
    assert [each.accepted for each in judge.requests] == (
        [] if wire is Break.REFUSED else [1 if accepted else None]
    )


@pytest.mark.parametrize("kind", [Kind.RESET, Kind.GARBLED, Kind.STALL, Kind.PARTIAL])
def test_a_fault_accepts_nothing_that_is_refused(kind: Kind) -> None:
    """After acceptance means after a sound request: a bad one stays refused."""
    judge = sandbox(10)
    judge.script(Fault(kind, accepted=True))
    send(judge, {})
    assert judge.outbox == ()


@pytest.mark.parametrize(
    ("fault", "size", "why"),
    [
        (Fault(Kind.EMPTY), 0, "empty"),
        (Fault(Kind.OVERSIZED, size_bytes=5_000), 5_000, "oversized"),
    ],
)
def test_bodies_have_the_size_that_was_asked_for(fault: Fault, size: int, why: str) -> None:
    """Nothing at all, or far too much."""
    judge = sandbox(10)
    judge.script(fault)
    assert len(send(judge).body) == size, why


def test_a_garbled_body_is_no_json() -> None:
    """It looks like an answer for the first half."""
    judge = sandbox(10)
    judge.script(Fault(Kind.GARBLED))
    with pytest.raises(ValueError, match="decode"):
        send(judge).json()


def test_a_stall_is_carried_out_when_it_is_over() -> None:
    """The messages go out late, at the time that it then is."""
    clock = SimulatedClock()
    judge = sandbox(10, clock=clock)
    judge.script(Fault(Kind.STALL, seconds=30))
    reply = send(judge)
    assert list(judge.outbox) == []
    clock.advance(30)
    assert reply.later is not None
    assert reply.later().status == 200
    assert {message.at for message in judge.outbox} == {clock.at}
    assert [(each.accepted, each.status) for each in judge.requests] == [(1, 200)]


def test_a_reset_forgets_what_a_stall_still_holds() -> None:
    """A late request of one test does not land in the outbox of the next."""
    judge = sandbox(10)
    judge.script(Fault(Kind.STALL, seconds=30))
    reply = send(judge)
    judge.reset()
    send(judge)
    assert reply.later is not None
    reply.later()
    assert {message.request for message in judge.outbox} == {1}
    assert len(judge.outbox) == 4


@pytest.mark.parametrize(
    ("fault", "header", "value"),
    [
        (Fault(Kind.STATUS, status=429, retry_after="30"), "retry-after", "30"),
        (Fault(Kind.STATUS, status=429, retry_after="soon"), "retry-after", "soon"),
        (
            Fault(Kind.STATUS, status=429, retry_after="date+30"),
            "retry-after",
            "Mon, 02 Mar 2026 05:00:30 GMT",
        ),
        (Fault(Kind.STATUS, status=302), "location", "/api/v1/initiate/camp_demo/sms"),
        (Fault(Kind.STATUS, status=307, location="https://example.com/"), "location", "https://example.com/"),
        (Fault(Kind.STATUS, status=502), "content-type", "text/html"),
        (Fault(Kind.STATUS, status=500, body="oops"), "content-type", "text/plain"),
        (Fault(Kind.WRONG_TYPE), "content-type", "text/html"),
    ],
)
def test_headers_are_those_of_the_fault(fault: Fault, header: str, value: str) -> None:
    """Retry-After in seconds, as a date, as garbage; where a redirect leads; what a gateway speaks."""
    judge = sandbox(10)
    judge.script(fault)
    assert send(judge).headers[header] == value


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (Fault(Kind.STATUS, status=400), "Validation failed"),
        (Fault(Kind.STATUS, status=401), "Missing or invalid authorization header"),
        (Fault(Kind.STATUS, status=403), "Access denied"),
        (Fault(Kind.STATUS, status=404), "Campaign not found"),
        (Fault(Kind.STATUS, status=404, about="customers"), "No customers found matching the given filters"),
        (Fault(Kind.STATUS, status=404, about="agent"), "Agent not found"),
        (Fault(Kind.STATUS, status=409), "Conflict"),
        (Fault(Kind.STATUS, status=429), "Too Many Requests"),
        (Fault(Kind.STATUS, status=500), "An unexpected error occurred"),
        (Fault(Kind.STATUS, status=599), "Unknown"),
        (Fault(Kind.STATUS, status=418, body={"message": "tea"}), "tea"),
        (Fault(Kind.STATUS, status=418, keep_body=True), "SMS messages initiated for 4 customers"),
    ],
)
def test_bodies_are_those_that_are_documented_or_given(fault: Fault, message: str) -> None:
    """A status without a body of its own gets the API's, or a plausible one."""
    judge = sandbox(10)
    judge.script(fault)
    reply = send(judge)
    if reply.status > 500:
        assert message in reply.body.decode()
        return
    said = reply.json()
    assert isinstance(said, dict)
    assert said["message"] == message


def test_requests_are_noted_without_the_token() -> None:
    """Everything else of a request can be looked up."""
    judge = sandbox(1)
    judge.answer(
        Call(
            "POST", PATH, {}, {"authorization": "Bearer s3cret", "x-api-key": "s3cret"}, b'{"templateId":"t"}'
        )
    )
    noted = judge.requests[0]
    assert (noted.method, noted.path, noted.accepted, noted.status) == ("POST", PATH, 1, 200)
    assert "s3cret" not in json.dumps(noted.to_json())
    assert noted.to_json()["body"] == {"templateId": "t"}


def test_refused_connections_are_no_requests() -> None:
    """Nothing of them arrived, so nothing is counted."""
    judge = sandbox(1)
    judge.script(Fault(Kind.REFUSE))
    assert judge.refuses(Call("POST", PATH))
    assert not judge.refuses(Call("POST", PATH))
    assert judge.requests == ()


def test_a_connection_is_asked_for_once() -> None:
    """The second connection is refused, not the first, although both asking and answering could count."""
    judge = sandbox(1)
    judge.script(Fault(Kind.REFUSE, skip=1))
    call = Call("POST", PATH, {}, HEADERS, b'{"templateId":"t"}')
    assert not judge.refuses(call)
    assert judge.answer(call, connected=True).status == 200
    assert judge.refuses(call)


def test_what_is_loaded_again_takes_the_place_of_the_old() -> None:
    """A campaign is known by its id."""
    judge = sandbox(10)
    judge.load({"id": "camp_demo", "customers": [*rows(2)]})
    assert len(judge.campaigns["camp_demo"].customers) == 2


def test_who_has_paid_is_no_longer_selected() -> None:
    """The lender's system changes a row between two requests."""
    judge = sandbox(1)
    judge.change("camp_demo", "L-1", payment_status="paid")
    assert send(judge, {"templateId": "t", "filters": {"payment_status": "bounced"}}).status == 404


def test_an_endpoint_beside_the_documented_ones() -> None:
    """It is a channel of its own, in the outbox and in no log; unless it was asked for, it is not there."""
    body: Mapping[str, Json] = {"anything": 1, "filters": {"payment_status": ["bounced"]}, "limit": 1}
    assert initiate(sandbox(10), body, "/initiate/camp_demo/rcs").status == 404
    known = sandbox(10, options=Options(endpoints=frozenset({"rcs", "calls"}), strict=True))
    assert initiate(known, body, "/initiate/camp_demo/rcs").status == 200
    assert [(message.channel, message.template) for message in known.outbox] == [("rcs", None)]
    logs = known.answer(Call("GET", "/logs", {"campaign_id": "camp_demo"}, HEADERS)).json()
    assert isinstance(logs, dict)
    assert logs["data"] == []
    assert initiate(known, {**body, "limit": 0}, "/initiate/camp_demo/rcs").status == 400
    assert initiate(known, {"agentId": "a", "dispositionId": "d"}, "/initiate/camp_demo/calls").status == 200
    assert known.outbox[-1].channel == "call"
