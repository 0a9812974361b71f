"""Names of hosts to addresses, without a wait that outlasts the deadline or keeps a signal waiting."""

import socket
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeAlias

from engine.timepay.departure import Deadline
from engine.timepay.trouble import NameUnanswered

Address: TypeAlias = tuple[
    socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
]
"""What ``socket`` connects to: a family, and the place in it."""

# The clock that goes on while the machine sleeps is looked at so often, and signals are heard even where
# the system keeps them from a thread that waits.
_LOOK_S = 0.1

_Found: TypeAlias = list[Address] | Exception


def addresses_of(host: str, port: int, deadline: Deadline) -> list[Address]:
    """Look a host up: at once if it is an address, else while there is time.

    Raises ``OSError`` if nobody knows the name, ``NameUnanswered`` if nobody said so in time. What a
    signal's handler raises passes through at once.
    """
    with suppress(socket.gaierror):
        return _asked(host, port, socket.AI_NUMERICHOST)
    found = _awaited(lambda: _asked(host, port), deadline)
    if deadline.left_s() <= 0:
        raise NameUnanswered
    if isinstance(found, Exception):
        raise found
    return found


def _awaited(look_up: Callable[[], list[Address]], deadline: Deadline) -> _Found:
    """Look up in a thread: the system's own look-up hears neither a deadline nor a signal.

    One that is given up goes on until the system ends it; whatever it finds then, nobody takes it.
    """
    found: SimpleQueue[_Found] = SimpleQueue()

    def ask() -> None:
        try:
            found.put(look_up())
        except Exception as error:  # noqa: BLE001  (raised where it is waited for)
            found.put(error)

    Thread(target=ask, name="look-up", daemon=True).start()
    while (left_s := deadline.left_s()) > 0:
        with suppress(Empty):
            return found.get(timeout=min(left_s, _LOOK_S))
    raise NameUnanswered


def _asked(host: str, port: int, flags: int = 0) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, place) for family, *_, place in found]
