"""A run log of many contacts, and a question to it: ``python benchmarks/contacts_log.py make LOG CONTACTS``.

``answer LOG`` asks it about one customer as ``runbook contacts`` does, ``bare LOG`` asks SQLite alone; both
print how many sends named them, and the seconds that it took.
"""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

IDS = 500
"""Customers whom one request names: no request takes more."""

EACH = 20
"""So often each customer is named."""

CUSTOMER = "L-1"
ANSWER, BARE = "answer", "bare"

_BEGAN = datetime(2026, 3, 2, 5, 30, tzinfo=UTC)
_PLACE = "IDS"
_RUNBOOK = f"""\
format: runbook/v1
name: benchmark
owner: collections-ops
purpose: overdue
campaign: {{id: camp_demo}}
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {{ids: [{_PLACE}], payment_status: [bounced, pending]}}
    limit: {IDS}
"""
_QUESTION = """\
SELECT customer, run, address, attempt, intended_at, status
FROM contacts JOIN sends USING (run, address, attempt) WHERE customer = ? ORDER BY intended_at DESC"""


def make(file: Path, contacts: int) -> None:
    """Write a log of so many contacts, and of as many sends by filter as there are sends that name people."""
    # Whoever measures imports this file for its numbers alone, and stays small.
    import engine  # noqa: PLC0415
    from engine.planner.program import program_document  # noqa: PLC0415
    from engine.record.entry import Standing  # noqa: PLC0415
    from engine.record.event import RunFinished, RunStarted, SendIntended, SendSettled  # noqa: PLC0415
    from engine.record.outcome import Counts, Outcome, RunStatus, SendStatus  # noqa: PLC0415

    engine.make_log(file, actor="benchmark")
    log = engine.open_log(file, actor="benchmark")
    here = engine.Environment("http://127.0.0.1:1/api/v1", "org_benchmark")
    plan = engine.plan(engine.load(_RUNBOOK), environment=here)
    assert plan.making is not None
    text = json.dumps(program_document(plan, plan.making))
    outcome = Outcome(SendStatus.SUCCEEDED, Counts(IDS, IDS, IDS, 0, 1), http_status=200)
    with log.writing() as writer:
        for number, ids in enumerate(_requests(contacts)):
            at, run = _BEGAN + timedelta(minutes=number), f"20260302-053000-benchmark-{number:06}"
            document = json.loads(text.replace(f'"{_PLACE}"', json.dumps(ids)[1:-1]))
            writer.append(run, RunStarted(at, run, "", document))
            intended = SendIntended(at, "remind", "remind/c1", 1, "ab" * 32, IDS, at)
            writer.append(run, intended, customers=ids)
            writer.append(run, SendSettled(at, "remind", "remind/c1", 1, outcome))
            writer.append(run, RunFinished(at), Standing(RunStatus.FINISHED, IDS, 0))
        writer.seal(_BEGAN)
    log.close()


def _requests(contacts: int) -> Iterator[list[str]]:
    """Give whom each request names, in turn with one that names nobody."""
    pool = max(IDS, contacts // EACH)
    for first in range(0, contacts, IDS):
        yield [f"L-{1 + (first + each) % pool}" for each in range(IDS)]
        yield []


def answer(file: Path) -> int:
    """Answer as ``runbook contacts`` does: open the log, read, write the text."""
    from engine.api.contacts import people_called  # noqa: PLC0415
    from engine.report.contacts import contacts_text, unnamed_text  # noqa: PLC0415
    from engine.runlog.sqlite import look_at  # noqa: PLC0415

    def asked() -> int:
        log = look_at(file)
        assert log is not None
        people = people_called(log, [CUSTOMER], most=20)
        text = contacts_text(people.contacts) + unnamed_text(people.unnamed, "them")
        log.erasures()
        log.close()
        assert text.count(f"· {CUSTOMER}\n") == len(people.contacts)
        return len(people.contacts)

    return _timed(asked)


def bare(file: Path) -> int:
    """Ask SQLite itself which sends named the customer: nothing else is read."""

    def asked() -> int:
        connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
        found: Sequence[object] = connection.execute(_QUESTION, (CUSTOMER,)).fetchall()
        connection.close()
        return len(found)

    return _timed(asked)


def _timed(asked: Callable[[], int]) -> int:
    begin = perf_counter()
    found = asked()
    sys.stdout.write(f"{found} {perf_counter() - begin}\n")
    return 0


if __name__ == "__main__":
    name, log_file, *rest = sys.argv[1:]
    if name == "make":
        make(Path(log_file), int(rest[0]))
    else:
        sys.exit({ANSWER: answer, BARE: bare}[name](Path(log_file)))
