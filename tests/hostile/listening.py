"""An API that says whatever it likes wherever it can: in statuses, headers, bodies and rows of its logs."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import urlsplit

from engine.clock import now
from engine.diagnostics import Json

_INDIA = timedelta(hours=5, minutes=30)


class Hostile:
    """What the server does: ``says`` gives its words for the header that came, ``ways`` how it answers.

    A way is the status of the next ``POST``, or ``garbled`` (an illegal status line), ``partial`` (a 207),
    ``silent`` (no answer before ``released``); the last one stays.
    """

    def __init__(self, says: Callable[[str], str], *ways: str) -> None:
        self.says = says
        self.ways = list(ways) or ["500"]
        self.reads = "200"
        self.met = Event()
        self.released = Event()
        self.address = ""
        self.asked: list[str] = []

    def way(self) -> str:
        """Give the way of the next ``POST``."""
        return self.ways.pop(0) if len(self.ways) > 1 else self.ways[0]


@contextmanager
def hostile(says: Callable[[str], str], *ways: str) -> Iterator[Hostile]:
    """Serve such an API on this machine."""
    plan = Hostile(says, *ways)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"plan": plan}))
    server.daemon_threads = True
    plan.address = f"http://127.0.0.1:{server.server_port}/api/v1"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield plan
    finally:
        plan.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    plan: Hostile
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer a question."""
        self.plan.asked.append(self.path)
        words = self._words()
        if self.plan.reads == "garbled":
            self._garble(words)
        elif self.plan.reads != "200":
            self._answer(int(self.plan.reads), _refusal(words), words)
        else:
            self._answer(200, _told(urlsplit(self.path).path, words), words)

    def do_POST(self) -> None:
        """Answer a send."""
        way, words = self.plan.way(), self._words()
        self.rfile.read(int(self.headers.get("content-length", "0")))
        self.plan.met.set()
        if way == "silent":
            self.plan.released.wait(30)
            self.close_connection = True
        elif way == "garbled":
            self._garble(words)
        elif way in ("partial", "200"):
            self._answer(207 if way == "partial" else 200, _results(words, way == "partial"), words)
        else:
            self._answer(int(way), _refusal(words), words)

    def _words(self) -> str:
        return self.plan.says(self.headers.get("authorization", ""))

    def _garble(self, words: str) -> None:
        self.wfile.write(f"{words} HTTP/1.1 {words}\r\n\r\n".encode())
        self.close_connection = True

    def _answer(self, status: int, body: Json, words: str) -> None:
        raw = json.dumps(body).encode()
        said = " ".join("".join(each if " " <= each <= "~" else " " for each in words).split())
        self.send_response(status, said)
        for name in ("X-Echo", "Retry-After", "Location", "Set-Cookie", "WWW-Authenticate"):
            self.send_header(name, said)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)


def _refusal(words: str) -> Json:
    return {"success": False, "error": words, "message": words, "errors": [words, {"reason": words}]}


def _results(words: str, is_partial: bool) -> Json:
    counts: Json = {
        "totalMatched": 2,
        "customersSelected": 2,
        "initiated": 2 - is_partial,
        "failed": int(is_partial),
    }
    errors: list[Json] = [{"batch": 1, "error": words, "reason": words, "affectedCustomers": 1}]
    assert isinstance(counts, dict)
    return {
        "success": not is_partial,
        "message": words,
        "results": {**counts, "errors": errors if is_partial else []},
    }


def _told(path: str, words: str) -> Json:
    if path.endswith("/logs"):
        return {
            "success": True,
            "message": words,
            "total": 2,
            "data": _rows(words),
            "pagination": {"total": 2},
        }
    campaign: Json = {"id": "camp_demo", "name": "PL Mumbai", "org_id": words, "status": words, "rowsLen": 50}
    if path.endswith("/campaigns"):
        return {"success": True, "message": words, "data": [campaign]}
    return {"success": True, "message": words, "data": campaign}


def _rows(words: str) -> list[Json]:
    at = (now() + _INDIA).replace(tzinfo=None)  # as the API writes it
    return [
        {
            "type": "whatsapp",
            "message_id": f"m-{number} {words}",
            "campaign_id": "camp_demo",
            "template_id": "t1",
            "loan_id": f"L-{number} {words}",
            "name": words,
            "to": "9000000001",
            "status": words,
            "disposition": words,
            "start_time": at.isoformat(timespec="seconds"),
        }
        for number in (1, 2)
    ]
