"""A run log of many runs: ``python benchmarks/long_log.py EVENTS FILE URL``, for what reads all of it.

Some runbooks of 10 steps are run once against the stub at the address. What their runs left in the log is
then written again under other ids, with hashes that fit, until there are so many events. So every row is as
the engine writes it; only who ran it, and when, is always the same.
"""

import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

STEPS = 10
BOOKS = 100
"""So many plans differ: 20 runbooks in 5 branches, say. What is more than these is run again and again."""

_TABLES = {"runs": 14, "steps": 4, "sends": 18}
_START = "0" * 64
_LOG = "log"


def write(events: int, file: Path, address: str) -> None:
    """Write a log of at least so many events."""
    _run(min(BOOKS, events // (10 * STEPS) + 1), file, address)
    with closing(sqlite3.connect(file, isolation_level=None)) as log:
        log.execute("PRAGMA synchronous = OFF")  # nothing here outlives the benchmark
        log.execute("PRAGMA cache_size = -200000")
        log.execute("BEGIN")
        _multiply(log, events)
        log.execute("COMMIT")
        log.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _run(books: int, file: Path, address: str) -> None:
    """Run each runbook once."""
    # Whoever measures imports this file for its numbers alone, and stays small.
    import engine  # noqa: PLC0415
    from benchmarks.workload import chain  # noqa: PLC0415

    engine.make_log(file, actor="benchmark")
    here = engine.Environment(address, org="org_benchmark")
    with engine.Client(here.account, "benchmark-token") as client:
        log = engine.open_log(file, actor="benchmark")
        for number in range(books):
            text = chain(STEPS).replace("name: benchmark", f"name: benchmark-{number}")
            text = text.replace("limit: 100", f"limit: {100 + number % 5}")
            plan = engine.plan(engine.load(text, name="chain.yaml"), environment=here)
            engine.run(plan, client=client, log=log)
        log.close()


def _multiply(log: sqlite3.Connection, events: int) -> None:
    chains = _chains(log)
    rows = {table: _rows(log, table) for table in _TABLES}
    ((seq, head),) = log.execute(
        "SELECT seq, hash FROM events WHERE run = ? ORDER BY seq DESC LIMIT 1", (_LOG,)
    ).fetchall()
    left = events - sum(map(len, chains.values())) - seq
    for number in range(1, left + 1):
        if left <= 0:
            break
        run = [*chains][number % len(chains)]
        copy = f"20260302-053000-benchmark-{number:07}"
        made = list(_copied(chains[run], run, copy))
        log.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", made)
        for table, width in _TABLES.items():
            marks = ", ".join("?" * width)
            held = [(copy, *row[1:]) for row in rows[table][run]]
            log.executemany(f"INSERT INTO {table} VALUES ({marks})", held)  # noqa: S608  (names of ours)
        seq += 1
        head = _seal(log, copy, made[-1], seq, head)
        left -= len(made) + 1


def _chains(log: sqlite3.Connection) -> dict[str, list[Sequence[Any]]]:
    return {run: rows for run, rows in _rows(log, "events").items() if run != _LOG}


def _rows(log: sqlite3.Connection, table: str) -> dict[str, list[Sequence[Any]]]:
    found: dict[str, list[Sequence[Any]]] = {}
    for row in log.execute(f"SELECT * FROM {table}"):  # noqa: S608  (names of ours)
        found.setdefault(row[0], []).append(row)
    return found


def _copied(chain: list[Sequence[Any]], run: str, copy: str) -> Iterator[Sequence[Any]]:
    before = _START
    for _, seq, at, actor, kind, body, _, _ in chain:
        own = body.replace(run, copy) if kind == "run_started" else body
        made = _link(copy, seq, at, actor, kind, own, before)
        before = str(made[-1])
        yield made


def _link(*told: Any) -> Sequence[Any]:  # noqa: ANN401  (the seven that a hash covers)
    return *told, hashlib.sha256("\n".join(map(str, told)).encode()).hexdigest()


def _seal(log: sqlite3.Connection, run: str, last: Sequence[Any], seq: int, before: str) -> str:
    body = json.dumps({"heads": {run: {"hash": last[-1], "seq": last[1]}}}, separators=(",", ":"))
    made = _link(_LOG, seq, last[2], last[3], "sealed", body, before)
    log.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", made)
    return str(made[-1])


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).resolve().parents[1]))  # behind the engine that is installed
    write(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
