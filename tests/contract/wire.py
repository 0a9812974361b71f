"""A server of bytes on loopback: it plays every way in which an answer can go wrong, and counts."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

LONGEST_S = 10.0
"""No conversation lasts longer, whatever a test has forgotten."""


@dataclass
class Server:
    """What was seen: every connection that was taken, every request that arrived whole."""

    port: int
    tls: ssl.SSLContext | None = None
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)
    taken: threading.Event = field(default_factory=threading.Event)
    closing: threading.Event = field(default_factory=threading.Event)
    turns: list["Talk"] = field(default_factory=list)


class Talk:
    """One connection, as its script sees it."""

    def __init__(self, taken: socket.socket, server: Server) -> None:
        self._socket = taken
        self._server = server
        self._read = b""
        taken.settimeout(LONGEST_S)
        # What is written has arrived when the next thing is done, even behind what TLS had to say.
        taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self) -> bytes | None:
        """Read one request to its end and count it; None if the client left before."""
        while b"\r\n\r\n" not in self._read and self._more():
            pass
        head, found, rest = self._read.partition(b"\r\n\r\n")
        while found and len(rest) < _length(head) and self._more():
            rest = self._read.partition(b"\r\n\r\n")[2]
        if not found or len(rest) < _length(head):
            return None
        whole, self._read = head + found + rest[: _length(head)], rest[_length(head) :]
        self._server.requests.append(whole)
        return whole

    def begin(self) -> None:
        """Wait for the first bytes of a request, and read no further."""
        self._more()

    def send(self, content: bytes) -> None:
        """Write; a client that left is none of our business."""
        with contextlib.suppress(OSError):
            self._socket.sendall(content)

    def drip(self, content: bytes, every_s: float = 0.05) -> None:
        """Write a byte at a time."""
        for at in range(len(content)):
            if self._server.closing.wait(every_s):
                return
            self.send(content[at : at + 1])

    def stall(self) -> None:
        """Say nothing until the client leaves or the test ends."""
        while not self._server.closing.is_set() and self._more():
            pass

    def idle(self) -> None:
        """Read nothing, say nothing, until the test ends."""
        self._server.closing.wait(LONGEST_S)

    def reset(self) -> None:
        """Close so that the other side sees a reset."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def secure(self, context: ssl.SSLContext) -> None:
        """Go on under TLS, as after a proxy's CONNECT."""
        self._socket = context.wrap_socket(self._socket, server_side=True)

    def end(self) -> None:
        """Leave, which wakes whoever waits in this conversation."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _more(self) -> bool:
        try:
            received = self._socket.recv(65536)
        except OSError:
            return False
        self._read += received
        return bool(received)


Script = Callable[[Talk], None]


@contextlib.contextmanager
def serving(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve on loopback, a thread a connection, until the block ends; its script's faults come out."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1], tls)
        accepting = threading.Thread(target=_accept, args=(listening, server, script))
        accepting.start()
        try:
            yield server
        finally:
            server.closing.set()
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            accepting.join(LONGEST_S)
    assert not server.faults, server.faults


def free_port() -> int:
    """Give a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def answer(status: int, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """Write an answer; ``length`` is what it says of its body, if that is not the truth."""
    about = [
        f"HTTP/1.1 {status} Said",
        f"Content-Length: {len(body) if length is None else length}",
        *headers,
    ]
    return "\r\n".join([*about, "", ""]).encode() + body


def does(*parts: Callable[[Talk], object]) -> Script:
    """Do these things in a conversation, then leave."""

    def script(talk: Talk) -> None:
        for part in parts:
            part(talk)

    return script


def says(content: bytes) -> Script:
    """Write this."""
    return lambda talk: talk.send(content)


def drips(content: bytes, every_s: float = 0.05) -> Script:
    """Write this, a byte at a time."""
    return lambda talk: talk.drip(content, every_s)


def answering(*answers: bytes) -> Script:
    """Answer the requests of a connection in order, then stay silent."""

    def script(talk: Talk) -> None:
        for each in answers:
            if talk.request() is None:
                return
            talk.send(each)
        talk.stall()

    return script


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


def _accept(listening: socket.socket, server: Server, script: Script) -> None:
    threads = []
    while not server.closing.is_set():
        try:
            taken, _ = listening.accept()
        except OSError:
            break
        server.connections += 1
        server.taken.set()
        threads.append(threading.Thread(target=_talk, args=(taken, server, script)))
        threads[-1].start()
    for talk in list(server.turns):
        talk.end()
    for thread in threads:
        thread.join(LONGEST_S)


def _talk(taken: socket.socket, server: Server, script: Script) -> None:
    try:
        if server.tls is not None:
            taken = server.tls.wrap_socket(taken, server_side=True)
    except OSError:  # the client does not like the certificate
        taken.close()
        return
    talk = Talk(taken, server)
    server.turns.append(talk)
    try:
        script(talk)
    except (OSError, AssertionError) as fault:
        server.faults.append(fault)
    finally:
        talk.end()
