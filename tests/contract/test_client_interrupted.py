"""A signal in the middle of a send: heard at once, whatever is waited for, and nothing stays open."""

import signal
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest
import trustme

from engine.record.outcome import SendStatus
from engine.record.plan import Account
from engine.runner.ports import GaveUp
from engine.timepay.client import Client
from engine.timepay.token import Token
from tests.contract.clients import REQUEST, SECRET, WELL, Leaving, client
from tests.contract.nameservers import NameServer, name_server
from tests.contract.wire import LONGEST_S, Script, Talk, answer, answering, does, says, serving

AT_ONCE_S = 2.0


def give_up() -> None:
    """Tell the main thread, as a second Ctrl-C does."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)


@pytest.fixture(autouse=True)
def _hears() -> Iterator[None]:
    """Raise ``GaveUp`` where the signal is heard."""

    def heard(_number: int, _frame: FrameType | None) -> None:
        raise GaveUp

    before = signal.signal(signal.SIGUSR1, heard)
    yield
    signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """Stand in for DNS."""
    with name_server(monkeypatch) as server:
        yield server


@contextmanager
def torn_off(speaking: Client) -> Iterator[Leaving]:
    """Send, and expect to be torn off soon."""
    leaving = Leaving()
    began_s = time.monotonic()
    with pytest.raises(GaveUp) as raised:
        speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=leaving)
    assert time.monotonic() - began_s < AT_ONCE_S
    yield leaving
    # Until here its frames hold whatever was not closed, as they do where it is handled.
    assert raised.value


def test_while_a_name_is_looked_up(names: NameServer) -> None:
    """What the name server says later leads nowhere."""
    names.known["localhost"] = names.silent("127.0.0.1", meanwhile=give_up)
    with serving(answering(answer(200, WELL))) as server:
        speaking = Client(Account(f"http://localhost:{server.port}"), Token(SECRET))
        with torn_off(speaking) as leaving:
            names.speak()
            assert (leaving.asked, speaking.departed, server.connections) == (0, False, 0)
        names.known["localhost"] = lambda: "127.0.0.1"
        outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=leaving)
        speaking.close()
    assert (outcome.status, server.connections, len(server.requests)) == (SendStatus.SUCCEEDED, 1, 1)


def test_while_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that drops every packet is waited for no longer."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
        crowd = [socket.socket() for _ in range(4)]
        for each in crowd:  # fills the queue, so that the next connection is dropped without a word
            each.setblocking(False)
            each.connect_ex(deaf.getsockname())
        made: list[socket.socket] = []

        class Seen(socket.socket):
            def __init__(self, *how: int) -> None:
                super().__init__(*how)
                made.append(self)

        monkeypatch.setattr(socket, "socket", Seen)
        alarm = threading.Timer(0.2, give_up)
        alarm.start()
        speaking = client(deaf.getsockname()[1])
        with torn_off(speaking) as leaving:
            assert (leaving.asked, speaking.departed) == (0, False)
            assert [each.fileno() for each in made] == [-1]
        alarm.join()
        for each in crowd:
            each.close()


class Left:
    """Sees that the client has closed its end."""

    def __init__(self) -> None:
        self._seen = threading.Event()

    def __call__(self, talk: Talk) -> None:
        """Wait for it."""
        talk.stall()
        self._seen.set()

    def seen(self) -> bool:
        """Say whether it came to that in time."""
        return self._seen.wait(AT_ONCE_S)


def telling(_: Talk) -> None:
    """Tell the client to give up."""
    give_up()


MOMENTS: dict[str, tuple[Callable[[Talk], object], ...]] = {
    "an answer": (Talk.request, telling),
    "the rest of the headers": (Talk.request, says(b"HTTP/1.1 200 OK\r\nA: "), telling),
    "the rest of the body": (Talk.request, says(answer(200, WELL[:9], length=99)), telling),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_while_waiting_for(moment: str) -> None:
    """The request has left, the connection is closed, and the next send has one of its own."""
    left = Left()
    turns: Iterator[Script] = iter([does(*MOMENTS[moment], left), answering(answer(200, WELL))])

    def take_turns(talk: Talk) -> None:
        next(turns)(talk)

    with serving(take_turns) as server:
        speaking = client(server)
        with torn_off(speaking) as leaving:
            assert (leaving.asked, speaking.departed) == (1, True)
            assert left.seen()
        outcome = speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=Leaving())
        speaking.close()
    assert (outcome.status, server.connections, len(server.requests)) == (SendStatus.SUCCEEDED, 2, 2)


def test_while_shaking_hands() -> None:
    """TLS has not begun, so nothing was said."""
    left = Left()
    with serving(does(Talk.begin, telling, left)) as server:
        speaking = Client(Account(f"https://127.0.0.1:{server.port}"), Token(SECRET))
        with torn_off(speaking) as leaving:
            assert (leaving.asked, speaking.departed) == (0, False)
            assert left.seen()


def test_while_a_proxy_is_silent() -> None:
    """What was said to the proxy is no departure."""
    left = Left()
    with serving(does(Talk.request, telling, left)) as server:
        proxy = f"http://127.0.0.1:{server.port}"
        speaking = Client(Account("https://api.example.test"), Token(SECRET), proxy=proxy)
        with torn_off(speaking) as leaving:
            assert (leaving.asked, speaking.departed) == (0, False)
            assert left.seen()
        assert server.requests[0].startswith(b"CONNECT ")


def test_while_an_answer_under_tls_is_awaited(tmp_path: Path) -> None:
    """Encryption makes no difference."""
    authority, context, left = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), Left()
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with serving(does(Talk.request, telling, left), context) as server:
        speaking = client(server, ca_file=str(tmp_path / "ca.pem"))
        with torn_off(speaking) as leaving:
            assert (leaving.asked, speaking.departed) == (1, True)
            assert left.seen()


def test_while_it_is_asked_whether_it_may_leave() -> None:
    """The question was not answered, so nothing left."""
    left = Left()

    def leaving() -> None:
        give_up()
        pytest.fail("nobody heard the signal")

    with serving(left) as server:
        speaking = client(server)
        with pytest.raises(GaveUp) as raised:
            speaking.send(REQUEST, timeout_s=LONGEST_S, leaving=leaving)
        assert left.seen()
        assert raised.value
    assert (speaking.departed, server.requests) == (False, [])
