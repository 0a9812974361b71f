"""What anybody would write to send: ``python benchmarks/floors.py WAY SENDS URL FOLDER``.

The same requests as those of the measured runbook, and as many bytes to remember of each, without anything
that the engine does besides.
"""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

PATH = "/initiate/camp_demo/sms"
BODY = {
    "filters": {"language": ["english"], "payment_status": ["bounced", "pending"]},
    "limit": 100,
    "templateId": "smsTpl00001",
}
TOKEN = "benchmark-token"  # noqa: S105  (opens nothing)
ORG = "org_benchmark"
HEADERS = {
    "Authorization": f"Bearer {TOKEN}",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "campaign-runbooks/0.1.0",
    "x-org-id": ORG,
    "Content-Type": "application/json",
}
_HASH = "44e6fbb76a0c5ae9cb0ce6aee6c15fc57a34d4ea6fb6c0bc536d9126a33a6f25"
_AT = "2026-03-02T05:30:00.000000+00:00"

Event: TypeAlias = Mapping[str, object]
Write: TypeAlias = Callable[[Event], None]


def bare(_folder: Path) -> Write:
    """Remember nothing."""
    return lambda _event: None


def lines(folder: Path) -> Write:
    """Append each event to a file, and sync it."""
    file = (folder / "log.jsonl").open("ab")

    def write(event: Event) -> None:
        file.write(json.dumps(event).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())

    return write


def commits(folder: Path) -> Write:
    """Insert each event into a table, in a transaction of its own."""
    database = sqlite3.connect(folder / "log.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, event TEXT NOT NULL)")

    def write(event: Event) -> None:
        database.execute("INSERT INTO events (event) VALUES (?)", (json.dumps(event),))

    return write


WAYS: Mapping[str, Callable[[Path], Write]] = {"bare": bare, "lines": lines, "commits": commits}


def intended(number: int) -> Event:
    """Give what is remembered before a request leaves."""
    return {
        **_about("send_intended", number),
        "at_most": 100,
        "deadline_at": _AT,
        "request_hash": f"sha256:{_HASH}",
    }


def settled(number: int, answer: Mapping[str, object]) -> Event:
    """Give what is remembered once it was answered."""
    outcome = {"status": "succeeded", "http_status": 200, "answer_hash": _HASH, "counts": answer["results"]}
    return {**_about("send_settled", number), "outcome": outcome}


def _about(kind: str, number: int) -> Event:
    return {
        "run": "20260302-053000-benchmark-1a2b",
        "at": _AT,
        "kind": kind,
        "step": f"step_{number}",
        "address": f"step_{number}/c1",
        "attempt": 1,
        "hash": _HASH,
    }


def send(way: str, sends: int, address: str, folder: Path) -> None:
    """Send one after the other, and remember it in one of the ways."""
    # Whoever only reads what stands above needs none of it, and is measured by its memory.
    import httpx  # noqa: PLC0415

    write = WAYS[way](folder)
    with httpx.Client(headers=HEADERS) as client:
        for number in range(1, sends + 1):
            write(intended(number))
            answer = client.post(address + PATH, json=BODY).json()
            write(settled(number, answer))


if __name__ == "__main__":
    send(sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
