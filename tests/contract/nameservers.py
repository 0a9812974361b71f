"""A name server as the client meets it: what it knows, how long it is silent, how often it is asked."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.contract.wire import LONGEST_S


class NameServer:
    """Stands in for the system's look-up of names; addresses are left to the system."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.known: dict[str, Callable[[], str]] = {}
        self.asked: list[str] = []
        self._system = socket.getaddrinfo
        self._speaks = threading.Event()
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)

    def silent(self, addresses: str, meanwhile: Callable[[], object] = lambda: None) -> Callable[[], str]:
        """Make an answer that does not come before ``speak``."""

        def wait() -> str:
            meanwhile()
            assert self._speaks.wait(LONGEST_S), "nobody let the name server speak"
            return addresses

        return wait

    def speak(self) -> None:
        """Let what was kept back be said, and wait until nobody is left who could hear it."""
        self._speaks.set()
        for thread in threading.enumerate():
            if thread.name == "look-up":
                thread.join(LONGEST_S)
                assert not thread.is_alive()

    def _look_up(self, host: str, port: int, *how: Any, **more: Any) -> Any:  # noqa: ANN401  (as the system has it)
        if host.replace(".", "").isdigit():
            return self._system(host, port, *how, **more)
        if more.get("flags"):
            raise socket.gaierror(socket.EAI_NONAME, "this is no address")
        self.asked.append(host)
        if host not in self.known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        found = self.known[host]().split()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]


@contextmanager
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    """Stand in for DNS; at the end nothing is looked up any more."""
    server = NameServer(monkeypatch)
    yield server
    server.speak()
