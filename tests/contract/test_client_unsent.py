"""What never leaves: no connection, no word in time, no certificate, no way through a proxy."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from engine.record.outcome import Counts, SendStatus
from engine.record.plan import Account
from engine.refusal import Exit, Refusal
from engine.timepay.client import Client
from engine.timepay.token import Token
from tests.contract.clients import REQUEST, SECRET, SOON_S, WELL, Leaving, client, unsent
from tests.contract.nameservers import NameServer, name_server
from tests.contract.wire import (
    LONGEST_S,
    Script,
    Server,
    Talk,
    answer,
    answering,
    does,
    drips,
    free_port,
    says,
    serving,
)


def test_nobody_listens() -> None:
    """A refused connection carried nothing."""
    outcome, asked = unsent(client(free_port()))
    assert "127.0.0.1 refuses connections: start the sandbox in another terminal" in outcome.reason
    assert (asked, outcome.counts, outcome.http_status) == (0, Counts(), None)


def test_a_request_can_be_held_back() -> None:
    """The last word before the first byte is the caller's: the connection stands, and its reason stays."""
    with serving(answering(answer(200, WELL))) as server:

        def leaving() -> str:
            return "stopped by Asha" if server.taken.wait(LONGEST_S) else "nobody came"

        speaking = client(server)
        outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=leaving)
        speaking.close()
    assert (outcome.status, outcome.reason) == (SendStatus.NOT_SENT, "stopped by Asha")
    assert (speaking.departed, server.requests) == (False, [])


def test_a_connection_that_is_too_slow() -> None:
    """A host that drops every packet is given up."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        port = deaf.getsockname()[1]
        crowd = [socket.socket() for _ in range(4)]
        for each in crowd:  # fills the queue, so that the next connection is dropped without a word
            each.setblocking(False)
            each.connect_ex(("127.0.0.1", port))
        outcome, asked = unsent(client(port), timeout_s=SOON_S)
        for each in crowd:
            each.close()
    assert "127.0.0.1 does not answer in time" in outcome.reason
    assert asked == 0


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """Stand in for DNS."""
    with name_server(monkeypatch) as server:
        yield server


@pytest.mark.usefixtures("names")
def test_a_host_that_nobody_knows() -> None:
    """DNS fails: nothing left, and the reason says what to look at."""
    speaking = Client(Account("https://api.example.test/api/v1"), Token(SECRET))
    outcome, asked = unsent(speaking)
    assert "cannot find the host api.example.test (DNS)" in outcome.reason
    assert asked == 0


def test_slow_dns_eats_the_time(names: NameServer) -> None:
    """What comes after it is not even asked."""
    clock_s = [0.0]

    def slow() -> str:
        clock_s[0] += 31
        return "127.0.0.1"

    names.known["localhost"] = slow
    with serving(answering(answer(200, WELL))) as server:
        speaking = Client(
            Account(f"http://localhost:{server.port}"), Token(SECRET), boottime_s=lambda: clock_s[0]
        )
        _, asked = unsent(speaking, timeout_s=30)
    assert (asked, server.requests) == (0, [])


@pytest.mark.parametrize("has_proxy", [False, True])
def test_a_silent_name_server_is_given_up_on_time(names: NameServer, has_proxy: bool) -> None:
    """The reason names the cure, and what is said later leads to no connection."""
    names.known["localhost"] = names.silent("127.0.0.1")
    with serving(answering(answer(200, WELL))) as server:
        far = "https://api.example.test" if has_proxy else f"https://localhost:{server.port}"
        proxy = f"http://localhost:{server.port}" if has_proxy else None
        began_s = time.monotonic()
        outcome, asked = unsent(Client(Account(far), Token(SECRET), proxy=proxy), timeout_s=SOON_S)
        assert SOON_S <= time.monotonic() - began_s < SOON_S + 1
        names.speak()
    assert "localhost is (DNS): check this machine's network and its name servers" in outcome.reason
    assert ("the proxy localhost" in outcome.reason) is has_proxy
    assert (asked, server.connections, names.asked) == (0, 0, ["localhost"])


def test_a_name_is_looked_up_for_a_new_connection_only(names: NameServer) -> None:
    """A connection that stands needs no name."""
    names.known["localhost"] = lambda: "127.0.0.1"
    with serving(answering(answer(200, WELL), answer(200, WELL))) as server:
        speaking = Client(Account(f"http://localhost:{server.port}"), Token(SECRET))
        for _ in range(2):
            outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
            assert outcome.status is SendStatus.SUCCEEDED
        speaking.close()
    assert (names.asked, server.connections, len(server.requests)) == (["localhost"], 1, 2)


def test_an_address_that_fails_is_followed_by_the_next(names: NameServer) -> None:
    """A host may have several addresses, and the first may be dead."""
    names.known["localhost"] = lambda: "127.0.0.99 127.0.0.1"
    with serving(answering(answer(200, WELL))) as server:
        speaking = Client(Account(f"http://localhost:{server.port}"), Token(SECRET))
        outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
        speaking.close()
    assert (outcome.status, len(server.requests)) == (SendStatus.SUCCEEDED, 1)


def test_a_question_that_takes_too_long_is_too_late() -> None:
    """Whoever is asked may wait for a lock; past the deadline nothing leaves."""
    clock_s = [0.0]

    def leaving() -> None:
        clock_s[0] += 31

    with serving(answering(answer(200, WELL))) as server:
        speaking = client(server, boottime_s=lambda: clock_s[0])
        outcome = speaking.send(REQUEST, timeout_s=30, leaving=leaving)
        speaking.close()
    assert (outcome.status, speaking.departed, server.requests) == (SendStatus.NOT_SENT, False, [])


def test_what_the_question_raises_passes_through() -> None:
    """A log that cannot be read is the caller's to tell."""

    def leaving() -> None:
        raise Refusal("the log is gone", "", Exit.LEASE_OR_LOG)

    with serving(answering(answer(200, WELL))) as server:
        speaking = client(server)
        with pytest.raises(Refusal, match="the log is gone"):
            speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=leaving)
        speaking.close()
    assert (speaking.departed, server.requests) == (False, [])


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Make an authority that only these tests know."""
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path) -> str:
    """Give a file with the authority's certificate."""
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def certified(leaf: trustme.LeafCert) -> ssl.SSLContext:
    """Make a server's context."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def test_https_with_a_good_certificate(authority: trustme.CA, trusted: str) -> None:
    """A server that proves who it is is spoken to."""
    with serving(
        answering(answer(200, WELL), answer(200, WELL)), certified(authority.issue_cert("127.0.0.1"))
    ) as server:
        speaking = client(server, ca_file=trusted)
        outcomes = [speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving()) for _ in range(2)]
        speaking.close()
    assert [each.status for each in outcomes] == [SendStatus.SUCCEEDED] * 2
    assert (len(server.requests), server.connections) == (2, 1)


def test_drips_under_tls_end_on_time(authority: trustme.CA, trusted: str) -> None:
    """Encryption makes no difference to the deadline."""
    script = does(Talk.request, drips(answer(200, WELL)))
    with serving(script, certified(authority.issue_cert("127.0.0.1"))) as server:
        speaking = client(server, ca_file=trusted)
        began_s = time.monotonic()
        outcome = speaking.send(REQUEST, timeout_s=SOON_S, leaving=Leaving())
        assert time.monotonic() - began_s < SOON_S + 1
        speaking.close()
    assert outcome.status is SendStatus.IN_DOUBT


EARLY: dict[str, Callable[[Talk], object]] = {
    "a whole answer": says(answer(429, b"{}")),
    "its first byte": says(b"H"),
    "its end": Talk.end,
    "a reset": Talk.reset,
}


@pytest.mark.parametrize("is_https", [False, True])
@pytest.mark.parametrize("case", EARLY)
def test_what_comes_before_the_request(
    case: str, is_https: bool, authority: trustme.CA, trusted: str
) -> None:
    """It is no answer to it: nothing leaves, and the next send has a connection of its own."""
    asked, said = threading.Event(), threading.Event()
    turns: Iterator[Script] = iter(
        [
            does(lambda _: asked.wait(LONGEST_S), EARLY[case], lambda _: said.set(), Talk.stall),
            answering(answer(200, WELL)),
        ]
    )

    def take_turns(talk: Talk) -> None:
        next(turns)(talk)

    def leaving() -> str | None:
        asked.set()
        return None if said.wait(LONGEST_S) else "nothing came"

    context = certified(authority.issue_cert("127.0.0.1")) if is_https else None
    with serving(take_turns, context) as server:
        speaking = client(server, ca_file=trusted)
        stayed = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=leaving)
        assert (stayed.status, speaking.departed) == (SendStatus.NOT_SENT, False), stayed
        sent = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
        speaking.close()
    says_why = "127.0.0.1 spoke before it was asked anything: check", "127.0.0.1 closed the connection: try"
    assert stayed.reason.startswith(says_why[case in ("its end", "a reset")])
    assert (sent.status, server.connections, len(server.requests)) == (SendStatus.SUCCEEDED, 2, 1)


def test_news_of_the_encryption_is_no_answer(authority: trustme.CA, trusted: str) -> None:
    """After a handshake a server sends tickets, which nobody asked for either."""
    ready = threading.Event()
    script = does(lambda _: ready.set(), answering(answer(200, WELL)))

    def leaving() -> str | None:
        return None if ready.wait(LONGEST_S) else "nobody shook hands"

    with serving(script, certified(authority.issue_cert("127.0.0.1"))) as server:
        speaking = client(server, ca_file=trusted)
        outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=leaving)
        speaking.close()
    assert (outcome.status, server.connections) == (SendStatus.SUCCEEDED, 1)


CERTIFICATES = {
    "nobody vouches for it": ("127.0.0.1", None, False, "signed by nobody whom this machine trusts"),
    "another host": ("other.example", None, True, "is not that of 127.0.0.1"),
    "expired": (
        "127.0.0.1",
        datetime(2020, 1, 1, tzinfo=UTC),
        True,
        "has expired: check this machine's clock",
    ),
}


@pytest.mark.parametrize("case", CERTIFICATES)
def test_a_bad_certificate(case: str, authority: trustme.CA, trusted: str) -> None:
    """Nothing is said to a server that cannot prove who it is, and the reason names the cure."""
    name, not_after, is_known, said = CERTIFICATES[case]
    leaf = authority.issue_cert(name, not_after=not_after, not_before=not_after and not_after - timedelta(1))
    with serving(answering(answer(200, WELL)), certified(leaf)) as server:
        outcome, asked = unsent(client(server, ca_file=trusted if is_known else None))
    assert said in outcome.reason
    assert (asked, server.requests) == (0, [])


def test_the_environment_vouches_for_nobody(
    authority: trustme.CA, trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom to trust is said to the client, not around it."""
    monkeypatch.setenv("SSL_CERT_FILE", trusted)
    with serving(answering(answer(200, WELL)), certified(authority.issue_cert("127.0.0.1"))) as server:
        unsent(client(server))
    assert server.requests == []


def test_a_server_without_tls() -> None:
    """The wrong port, perhaps."""
    with serving(does(Talk.begin, says(b"HTTP/1.1 400 Bad Request\r\n\r\n"))) as server:
        speaking = Client(Account(f"https://127.0.0.1:{server.port}"), Token(SECRET))
        outcome, asked = unsent(speaking)
    assert "no TLS connection to 127.0.0.1" in outcome.reason
    assert (asked, server.requests) == (0, [])


def test_a_handshake_that_never_ends() -> None:
    """A server that accepts and says nothing."""
    with serving(Talk.idle) as server:
        speaking = Client(Account(f"https://127.0.0.1:{server.port}"), Token(SECRET))
        outcome, asked = unsent(speaking, timeout_s=SOON_S)
    assert "127.0.0.1 does not answer in time" in outcome.reason
    assert asked == 0


def test_certificates_that_are_none(tmp_path: Path) -> None:
    """A file to trust that cannot be read is said so."""
    with serving(Talk.idle) as server:
        speaking = Client(
            Account(f"https://127.0.0.1:{server.port}"), Token(SECRET), ca_file=str(tmp_path / "none.pem")
        )
        outcome, _ = unsent(speaking)
    assert "none.pem cannot be read: name a file of certificates" in outcome.reason


def tunnelled(authority: trustme.CA, *parts: Callable[[Talk], object]) -> Script:
    """Play a proxy that lets a connection through, and the host behind it."""
    context = certified(authority.issue_cert("api.example.test"))
    through = says(b"HTTP/1.1 200 Connection established\r\n\r\n")
    return does(Talk.request, through, lambda talk: talk.secure(context), *parts)


def through(server: Server, **options: Any) -> Client:  # noqa: ANN401
    """Make a client of a far host behind a proxy."""
    proxy = f"http://asha:p%40ss@127.0.0.1:{server.port}"
    return Client(Account("https://api.example.test/api/v1"), Token(SECRET), proxy=proxy, **options)


def test_a_proxy_that_was_asked_for(authority: trustme.CA, trusted: str) -> None:
    """The tunnel is no departure: the question comes once, before the request itself."""
    leaving = Leaving()
    with serving(tunnelled(authority, Talk.request, says(answer(200, WELL)))) as server:
        speaking = through(server, ca_file=trusted)
        outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=leaving)
        speaking.close()
    connect, request = server.requests
    assert connect.startswith(b"CONNECT api.example.test:443 HTTP/1.1")
    assert b"Proxy-Authorization: Basic YXNoYTpwQHNz" in connect
    assert SECRET.encode() not in connect
    assert request.startswith(b"POST /api/v1/initiate/camp_demo/sms HTTP/1.1")
    assert b"Proxy-Authorization" not in request
    assert (outcome.status, leaving.asked) == (SendStatus.SUCCEEDED, 1)


@pytest.mark.parametrize(("second", "connections"), [(b"", 1), (b"HTTP/1.1 429", 2)])
def test_behind_a_proxy_a_second_answer_is_not_taken_for_the_next(
    authority: trustme.CA, trusted: str, second: bytes, connections: int
) -> None:
    """The tunnel is used again, unless more came through it than was asked for."""
    parts = says(answer(200, WELL) + second), Talk.request, says(answer(200, WELL)), Talk.stall
    with serving(tunnelled(authority, Talk.request, *parts)) as server:
        speaking = through(server, ca_file=trusted)
        outcomes = [speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving()) for _ in range(2)]
        speaking.close()
    assert [each.status for each in outcomes] == [SendStatus.SUCCEEDED] * 2
    assert server.connections == connections


def test_held_back_behind_a_proxy(authority: trustme.CA, trusted: str) -> None:
    """The tunnel stands, and the request stays."""
    with serving(tunnelled(authority, Talk.request)) as server:
        outcome, asked = unsent(through(server, ca_file=trusted), reason="stopped")
    assert (outcome.reason, asked, len(server.requests)) == ("stopped", 1, 1)


PROXIES: dict[str, tuple[Script, str]] = {
    "wants a password": (does(Talk.request, says(answer(407, b""))), "give the proxy's user and password"),
    "refuses": (
        does(Talk.request, says(answer(403, b""))),
        "lets no connection through to api.example.test (403)",
    ),
    "is silent": (does(Talk.request, Talk.stall), "the proxy 127.0.0.1 does not answer in time"),
    "leaves": (does(Talk.request), "no connection to the proxy 127.0.0.1"),
}


@pytest.mark.parametrize("case", PROXIES)
def test_a_proxy_that_fails(case: str) -> None:
    """Nothing left, and the proxy is named; its password is not."""
    script, said = PROXIES[case]
    with serving(script) as server:
        outcome, asked = unsent(through(server), timeout_s=SOON_S)
    assert said in outcome.reason
    assert "p@ss" not in outcome.reason
    assert (asked, len(server.requests)) == (0, 1)


@pytest.mark.parametrize(
    "proxy", ["proxy:3128", "https://p:1", "socks5://p:1", "http://u:s3cret@[p", "http://p/x"]
)
def test_a_proxy_that_is_none(proxy: str) -> None:
    """Only plain HTTP proxies are spoken to, and a password is not repeated."""
    with pytest.raises(Refusal) as refused:
        Client(Account("https://api.example.test"), Token(SECRET), proxy=proxy)
    assert "http://HOST:PORT" in refused.value.cure
    assert "s3cret" not in f"{refused.value.message}{refused.value.cure}"


def test_this_machine_is_reached_directly() -> None:
    """The sandbox is never asked for through a proxy: the request would leave the machine."""
    with serving(answering(answer(200, WELL))) as server:
        speaking = client(server, proxy=f"http://127.0.0.1:{free_port()}")
        outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
        speaking.close()
    assert (outcome.status, len(server.requests)) == (SendStatus.SUCCEEDED, 1)
