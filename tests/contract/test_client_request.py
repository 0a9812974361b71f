"""What exactly the client sends, and to whom: never more than one request."""

import json
import threading
from pathlib import Path

import httpx
import pytest

from engine.record.outcome import SendStatus
from engine.record.plan import Account
from engine.record.request import Request
from engine.refusal import Refusal
from engine.timepay.client import Client
from engine.timepay.token import Token
from tests.contract.clients import REFUSAL, REQUEST, SECRET, SOON_S, WELL, Leaving, client, sent
from tests.contract.wire import LONGEST_S, Talk, answer, answering, does, free_port, says, serving


def test_the_request_to_the_byte() -> None:
    """Method, path, headers and body are these and no others."""
    with serving(answering(answer(200, WELL))) as server:
        speaking = Client(Account(f"http://127.0.0.1:{server.port}/api/v1", "org_demo"), Token(SECRET))
        speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
        speaking.close()
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.decode().split("\r\n") == [
        "POST /api/v1/initiate/camp_demo/sms HTTP/1.1",
        f"Host: 127.0.0.1:{server.port}",
        f"Authorization: Bearer {SECRET}",
        "Accept: application/json",
        "Accept-Encoding: identity",
        "User-Agent: campaign-runbooks/0.1.0",
        "x-org-id: org_demo",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    assert body == REQUEST.wire()
    assert body == '{"filters":{"language":["हिन्दी"]},"limit":10,"templateId":"smsTpl01"}'.encode()


def test_a_path_that_is_not_ascii_is_escaped() -> None:
    """As browsers write it; what is escaped already stays."""
    with serving(answering(answer(200, WELL))) as server:
        speaking = Client(Account(f"http://127.0.0.1:{server.port}/\u0926%20a/v1"), Token(SECRET))
        speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
        speaking.close()
    assert server.requests[0].startswith(b"POST /%E0%A4%A6%20a/v1/initiate/camp_demo/sms HTTP/1.1\r\n")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    """A second request could message people twice, or carry the token elsewhere."""
    with serving(answering(answer(200, WELL))) as elsewhere:
        location = f"Location: http://127.0.0.1:{elsewhere.port}/api/v1/initiate/camp_demo/sms"
        outcome, server, *_ = sent(answering(answer(status, b"", location)))
    assert (outcome.status, len(server.requests)) == (SendStatus.IN_DOUBT, 1)
    assert elsewhere.connections == 0


def test_no_cookie_is_kept() -> None:
    """What one answer sets, no later request carries."""
    with serving(answering(answer(200, WELL, "Set-Cookie: a=b; Path=/"), answer(200, WELL))) as server:
        speaking = client(server)
        for _ in range(2):
            speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
        speaking.close()
    assert len(server.requests) == 2
    assert b"cookie" not in server.requests[1].lower()


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Proxies and passwords of the shell are for other programs."""
    (tmp_path / "netrc").write_text("default login a password b\n", "utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    outcome, server, *_ = sent(answering(answer(200, WELL)))
    assert outcome.status is SendStatus.SUCCEEDED
    assert f"Authorization: Bearer {SECRET}\r\n".encode() in server.requests[0]


@pytest.mark.parametrize(("idle_s", "connections"), [(4.9, 1), (5.1, 2)])
def test_a_connection_idle_for_five_seconds_is_not_used_again(idle_s: float, connections: int) -> None:
    """The other side may be about to close it, and a request that meets that is in doubt."""
    clock_s = [0.0]
    with serving(answering(answer(200, WELL), answer(200, WELL))) as server:
        speaking = client(server, boottime_s=lambda: clock_s[0])
        for _ in range(2):
            outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
            assert outcome.status is SendStatus.SUCCEEDED
            clock_s[0] += idle_s
        speaking.close()
    assert (server.connections, len(server.requests)) == (connections, 2)


def test_a_connection_that_the_other_side_closed_is_not_used_again() -> None:
    """A request that meets a closed door would be in doubt."""
    gone = threading.Event()

    def leaving(talk: Talk) -> None:
        answering_once(talk)
        talk.end()
        gone.set()

    answering_once = does(Talk.request, says(answer(200, WELL)))
    with serving(leaving) as server:
        speaking = client(server)
        for _ in range(2):
            outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
            assert outcome.status is SendStatus.SUCCEEDED
            assert gone.wait(LONGEST_S)
            gone.clear()
        speaking.close()
    assert (server.connections, len(server.requests)) == (2, 2)


@pytest.mark.parametrize("length", [1, 20, 40, 1000])
def test_a_second_answer_is_not_taken_for_the_next(length: int) -> None:
    """Whatever came of it: a connection on which it was begun carries no other request."""
    second = answer(429, b"{}")
    parts = says(answer(200, WELL) + second[:length]), Talk.request, says(second[length:]), Talk.stall
    with serving(does(Talk.request, *parts)) as server:
        speaking = client(server)
        outcomes = [speaking.send(REQUEST, timeout_s=1, leaving=Leaving()) for _ in range(2)]
        speaking.close()
    assert [each.status for each in outcomes] == [SendStatus.SUCCEEDED] * 2
    assert (server.connections, len(server.requests)) == (2, 2)


def test_after_a_doubt_the_next_send_has_a_new_connection() -> None:
    """A late answer must not be read as that of the next request."""
    turns = iter([does(Talk.request, Talk.stall), answering(answer(200, WELL))])

    def take_turns(talk: Talk) -> None:
        next(turns)(talk)

    with serving(take_turns) as server:
        speaking = client(server)
        outcomes = [speaking.send(REQUEST, timeout_s=SOON_S, leaving=Leaving()) for _ in range(2)]
        speaking.close()
    assert [each.status for each in outcomes] == [SendStatus.IN_DOUBT, SendStatus.SUCCEEDED]
    assert (server.connections, len(server.requests)) == (2, 2)


def test_an_echo_of_the_token_stays_out_of_the_reason() -> None:
    """A careless server repeats what it was sent."""
    body = json.dumps({"success": False, "message": f"no such token: {SECRET.upper()}"}).encode()
    outcome, *_ = sent(answering(answer(401, body)))
    assert "no such token: [token]" in outcome.reason
    assert SECRET not in repr(outcome)


@pytest.mark.parametrize(
    "path", ["initiate/c/sms", "/initiate/../sms", "/a//b", "/a?b", "/a#b", "/a%2e", "//host/a", "/a b", ""]
)
def test_a_path_that_a_url_would_read_otherwise(path: str) -> None:
    """Such a request is a fault of the program; nothing leaves."""
    leaving = Leaving()
    with pytest.raises(AssertionError):
        client(free_port()).send(Request("POST", path, {"a": 1}), timeout_s=1, leaving=leaving)
    assert leaving.asked == 0


@pytest.mark.parametrize(
    "address",
    ["http://api.example.test", "http://192.168.0.1", "ftp://127.0.0.1", "https://u:p@api.example.test"],
)
def test_only_https_but_for_this_machine(address: str) -> None:
    """A token does not cross a network in the clear."""
    with pytest.raises(Refusal, match=r"encrypted|alone|no address"):
        Client(Account(address), Token(SECRET))


@pytest.mark.parametrize("org", ["", " org", "org\n", "ऑर्ग", "a\r\nX: y"])
def test_an_organisation_that_no_header_carries(org: str) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(Refusal, match="organisation"):
        Client(Account("https://api.example.test", org), Token(SECRET))


class Interrupted(httpx.BaseTransport):
    """Is interrupted before or after the request left."""

    def __init__(self, *, leaves: bool) -> None:
        self.leaves = leaves

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raise what Ctrl-C raises."""
        if self.leaves:
            assert isinstance(request.stream, httpx.SyncByteStream)
            b"".join(request.stream)
        raise KeyboardInterrupt


@pytest.mark.parametrize("leaves", [True, False])
def test_an_interruption_passes_through(leaves: bool) -> None:
    """Whoever catches it can ask whether a byte may have left."""
    speaking = client(free_port(), transport=Interrupted(leaves=leaves))
    with pytest.raises(KeyboardInterrupt):
        speaking.send(REQUEST, timeout_s=1, leaving=Leaving())
    assert speaking.departed is leaves


class Watched(httpx.BaseTransport):
    """Tells how far a request is, as httpx's own transport does."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, once the request may leave."""
        request.extensions["trace"]("http11.send_request_headers.started", {"request": request})
        return httpx.Response(200, content=WELL)


def test_departed_is_of_the_latest_send() -> None:
    """A send that stays behind clears what an earlier one left."""
    speaking = client(free_port(), transport=Watched())
    departed = [speaking.departed]
    for reason in (None, "no"):
        speaking.send(REQUEST, timeout_s=1, leaving=Leaving(reason))
        departed.append(speaking.departed)
    assert departed == [False, True, False]


@pytest.mark.parametrize("raises", [True, False])
def test_who_never_tells_is_not_believed(raises: bool) -> None:
    """A transport that does not say when a request leaves may have sent it."""

    def unseen(_: httpx.Request) -> httpx.Response:
        if raises:
            raise httpx.ConnectError("so it says")
        return httpx.Response(400, content=REFUSAL)

    leaving = Leaving()
    speaking = client(free_port(), transport=httpx.MockTransport(unseen))
    outcome = speaking.send(REQUEST, timeout_s=1, leaving=leaving)
    assert (outcome.status, leaving.asked, speaking.departed) == (SendStatus.IN_DOUBT, 0, True)
