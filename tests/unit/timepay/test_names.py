"""Names of hosts: looked up beside the thread that waits, and never waited for too long."""

import socket
import threading
import time
from collections.abc import Iterator
from itertools import chain, repeat

import pytest

from engine.clock import boottime_s
from engine.timepay.departure import Deadline
from engine.timepay.names import addresses_of
from engine.timepay.trouble import NameUnanswered
from tests.contract.nameservers import NameServer, name_server


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """Stand in for DNS."""
    with name_server(monkeypatch) as server:
        yield server


def within(timeout_s: float) -> Deadline:
    """Give a deadline that is so far away."""
    deadline = Deadline(boottime_s)
    deadline.start(timeout_s)
    return deadline


def test_a_name_has_its_addresses_in_order(names: NameServer) -> None:
    """As the name server gives them."""
    names.known["a.example"] = lambda: "127.0.0.2 127.0.0.1"
    assert addresses_of("a.example", 443, within(10)) == [
        (socket.AF_INET, ("127.0.0.2", 443)),
        (socket.AF_INET, ("127.0.0.1", 443)),
    ]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", (socket.AF_INET, ("127.0.0.1", 443))),
        ("::1", (socket.AF_INET6, ("::1", 443, 0, 0))),
    ],
)
def test_an_address_needs_no_thread(host: str, address: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor any time: there is nothing to look up."""
    monkeypatch.setattr("engine.timepay.names.Thread", None)
    assert addresses_of(host, 443, within(0)) == [address]


def test_a_name_that_nobody_knows(names: NameServer) -> None:
    """What the system raises is raised where it is waited for."""
    with pytest.raises(socket.gaierror, match="not known"):
        addresses_of("b.example", 443, within(10))
    assert names.asked == ["b.example"]


def test_a_silent_name_server_is_given_up_at_the_deadline(names: NameServer) -> None:
    """Whatever it says later, nobody hears it."""
    names.known["a.example"] = names.silent("127.0.0.1")
    began_s = time.monotonic()
    with pytest.raises(NameUnanswered):
        addresses_of("a.example", 443, within(0.3))
    assert 0.3 <= time.monotonic() - began_s < 1.3


def test_a_name_that_is_found_too_late_is_not_used(names: NameServer) -> None:
    """The machine may sleep while it waits: the deadline is looked at again behind it."""
    names.known["a.example"] = lambda: "127.0.0.1"
    moments_s = chain([0.0, 0.0], repeat(31.0))
    deadline = Deadline(lambda: next(moments_s))
    deadline.start(30)
    with pytest.raises(NameUnanswered):
        addresses_of("a.example", 443, deadline)


def test_past_the_deadline_nobody_waits(names: NameServer) -> None:
    """Not even for a moment."""
    names.known["a.example"] = names.silent("127.0.0.1")
    with pytest.raises(NameUnanswered):
        addresses_of("a.example", 443, within(0))


def test_who_looks_up_keeps_no_process_alive(names: NameServer) -> None:
    """A run that has ended does not wait for a name server."""
    seen: list[threading.Thread] = []

    def look() -> str:
        seen.append(threading.current_thread())
        return "127.0.0.1"

    names.known["a.example"] = look
    addresses_of("a.example", 443, within(10))
    assert [thread.daemon for thread in seen] == [True]
    assert seen[0] is not threading.current_thread()
