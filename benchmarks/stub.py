"""A stand-in for the API: one answer to every request, at once. It prints its port, and ends with its stdin.

``python benchmarks/stub.py [NUMBER FILE]``: before it answers the request of that number, it makes the file.
"""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread
from time import perf_counter

BODY = (
    b'{"success":true,"message":"SMS messages initiated for 100 customers","results":{"totalMatched":120,'
    b'"customersSelected":100,"initiated":100,"failed":0,"batchesProcessed":1,"errors":[]}}'
)
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    + b"%d\r\n\r\n" % len(BODY)
    + BODY
)
_HEAD_ENDS = b"\r\n\r\n"
_MOST_BYTES = 65536


@contextmanager
def answering(python: Path, *alarm: str) -> Iterator[str]:
    """Give the address of a stub that runs in a process of its own for the length of the block."""
    command = [str(python), __file__, *alarm]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None, "it prints its port"
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/api/v1"


def answer_times_s(address: str, request: bytes, times: int) -> list[float]:
    """Measure how long the stub takes to answer, system calls of both sides included."""
    host, _, port = address.removeprefix("http://").partition("/")[0].partition(":")
    taken = []
    with socket.create_connection((host, int(port))) as asking:
        asking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(times):
            begin = perf_counter()
            asking.sendall(request)
            received = len(asking.recv(_MOST_BYTES))
            taken.append(perf_counter() - begin)
            assert received == len(ANSWER), "the answer comes in one piece"
    return taken


def _main(arguments: list[str]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    Thread(target=_accept, args=(listener, _alarm(*arguments)), daemon=True).start()
    sys.stdin.read()


def _alarm(number: str = "0", file: str = "") -> Callable[[], None]:
    """Give what is called at every request, and makes the file at the one of that number."""
    requests = count(1)

    def heard() -> None:
        if next(requests) == int(number):
            Path(file).touch()

    return heard


def _accept(listener: socket.socket, heard: Callable[[], None]) -> None:
    while True:
        asking, _ = listener.accept()
        Thread(target=_answer, args=(asking, heard), daemon=True).start()


def _answer(asking: socket.socket, heard: Callable[[], None]) -> None:
    asking.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    while part := asking.recv(_MOST_BYTES):
        received += part
        while (left := _after_request(received)) is not None:
            received = left
            heard()
            asking.sendall(ANSWER)


def _after_request(received: bytes) -> bytes | None:
    """Give what follows a whole request; None while it is not whole."""
    head, ends, rest = received.partition(_HEAD_ENDS)
    if not ends:
        return None
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    body_bytes = int(length or 0)
    return rest[body_bytes:] if len(rest) >= body_bytes else None


if __name__ == "__main__":
    _main(sys.argv[1:])
