"""Everything that somebody may do to a log who can write to its file."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from tests.properties.random_runbooks import Dice

Change: TypeAlias = Callable[[sqlite3.Connection, Dice], str | None]
"""Changes something and says what; None: there was nothing of the kind to change."""

_EVENT = ("run", "seq", "at", "actor", "kind", "body", "before", "hash")
_FOLLOWING = ("runs", "sends", "steps", "former_occasions", "stops", "contacts")
CHECKED = ("events", *_FOLLOWING)
"""The tables that follow from the events, and these."""

_OF_RUN = ("events", *_FOLLOWING, "reached", "unsealed")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a log past everything that protects it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        yield connection


def _pick(log: sqlite3.Connection, dice: Dice, table: str) -> dict[str, Any] | None:
    found = log.execute(f"SELECT * FROM {table}")  # noqa: S608  (a name of ours)
    names = [column[0] for column in found.description]
    rows = found.fetchall()
    return dict(zip(names, dice.pick(rows), strict=True)) if rows else None


def _other(value: object) -> object:
    if isinstance(value, int):
        return value + 1000
    return f"{value}x" if isinstance(value, str) else "x"


def _where(row: dict[str, Any]) -> tuple[str, Sequence[Any]]:
    return " AND ".join(f"{name} IS ?" for name in row), [*row.values()]


def edit(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Change any column of any event."""
    row = _pick(log, dice, "events")
    assert row is not None
    column = dice.pick(_EVENT)
    new = _edited_body(row["body"], dice) if column == "body" else _other(row[column])
    log.execute(
        f"UPDATE events SET {column} = ? WHERE run = ? AND seq = ?",  # noqa: S608  (a name of ours)
        (new, row["run"], row["seq"]),
    )
    return f"{column} of {row['run']} {row['seq']} ({row['kind']}): {new!r:.60}"


def _edited_body(body: str, dice: Dice) -> str:
    """Change a value in a body, or a single character of it."""
    fields = json.loads(body)
    if fields and dice.chance(50):
        name = dice.pick(sorted(fields))
        fields[name] = None if dice.chance(20) and fields[name] is not None else _other(str(fields[name]))
        return json.dumps(fields, sort_keys=True, separators=(",", ":"))
    at = dice.below(len(body))
    return body[:at] + ("0" if body[at] != "0" else "1") + body[at + 1 :]


def delete(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Remove any event."""
    row = _pick(log, dice, "events")
    assert row is not None
    log.execute("DELETE FROM events WHERE run = ? AND seq = ?", (row["run"], row["seq"]))
    return f"{row['run']} {row['seq']} ({row['kind']})"


def reorder(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Let two events of a chain change places."""
    row = _pick(log, dice, "events")
    assert row is not None
    run, one = row["run"], row["seq"]
    (length,) = log.execute("SELECT max(seq) FROM events WHERE run = ?", (run,)).fetchone()
    if length == 1:
        return None
    other = dice.pick([seq for seq in range(1, length + 1) if seq != one])
    for was, becomes in ((one, -1), (other, one), (-1, other)):
        log.execute("UPDATE events SET seq = ? WHERE run = ? AND seq = ?", (becomes, run, was))
    return f"{run}: {one} and {other}"


def truncate(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Cut off the end of any chain."""
    row = _pick(log, dice, "events")
    assert row is not None
    log.execute("DELETE FROM events WHERE run = ? AND seq >= ?", (row["run"], row["seq"]))
    return f"{row['run']} from {row['seq']} on"


def drop(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Remove all that there is of a run, from every table."""
    row = _pick(log, dice, "runs")
    assert row is not None
    for table in _OF_RUN:
        if table != "stops":
            log.execute(f"DELETE FROM {table} WHERE run = ?", (row["run"],))  # noqa: S608  (a name of ours)
    return str(row["run"])


def rewrite(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Change an event's actor and work out anew every hash behind it, as somebody would who knows how."""
    row = _pick(log, dice, "events")
    assert row is not None
    if row["run"] == "log":
        return None
    forge(log, row["run"], row["seq"])
    return f"{row['run']} from {row['seq']} on"


def forge(log: sqlite3.Connection, run: str, first: int) -> str:
    """Put another actor into an event, and give the chain hashes that fit; the last one."""
    head = ""
    chain = "SELECT seq, at, actor, kind, body, before FROM events WHERE run = ? AND seq >= ? ORDER BY seq"
    for seq, at, actor, kind, body, before in log.execute(chain, (run, first)).fetchall():
        who, follows = ("mallory", before) if seq == first else (actor, head)
        text = f"{run}\n{seq}\n{at}\n{who}\n{kind}\n{body}\n{follows}"
        head = hashlib.sha256(text.encode()).hexdigest()
        log.execute(
            "UPDATE events SET actor = ?, before = ?, hash = ? WHERE run = ? AND seq = ?",
            (who, follows, head, run, seq),
        )
    return head


def rewrite_and_reseal(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Write a run anew from some event on, and seal what came of it, wherever it was sealed before."""
    row = _pick(log, dice, "events")
    assert row is not None
    if row["run"] == "log":
        return None
    forge(log, row["run"], row["seq"])
    hashes = dict(log.execute("SELECT seq, hash FROM events WHERE run = ?", (row["run"],)).fetchall())
    for (body,) in log.execute("SELECT body FROM events WHERE run = 'log' AND kind = 'sealed'").fetchall():
        seq = json.loads(body)["heads"].get(row["run"], {}).get("seq")
        if seq is not None:
            append(log, "log", "sealed", {"heads": {row["run"]: {"hash": hashes[seq], "seq": seq}}})
    return f"{row['run']} from {row['seq']} on"


def hide_behind_a_newer_event(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Add what no version knows, and change how much the run seems to have sent."""
    row = _pick(log, dice, "runs")
    assert row is not None
    append(log, row["run"], "moon_rose", {})
    log.execute("UPDATE runs SET messages = messages + 1 WHERE run = ?", (row["run"],))
    return str(row["run"])


def erase_unseen(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Remove contacts, and say that they were erased: none of them, or too few."""
    row = _pick(log, dice, "contacts")
    if row is None:
        return None
    (number,) = log.execute("SELECT count(*) FROM contacts WHERE run = ?", (row["run"],)).fetchone()
    log.execute("DELETE FROM contacts WHERE run = ?", (row["run"],))
    said = dice.below(number)
    append(log, row["run"], "erased", {"contacts": said, "reached": 0, "reason": "old"})
    return f"{number} contacts of {row['run']}, said to be {said}"


def append(log: sqlite3.Connection, run: str, kind: str, fields: dict[str, Any]) -> None:
    """Put an event behind a chain, as its next one."""
    last = "SELECT seq, at, hash FROM events WHERE run = ? ORDER BY seq DESC LIMIT 1"
    seq, at, before = log.execute(last, (run,)).fetchone()
    body = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    row = (run, seq + 1, at, "mallory", kind, body, before)
    digest = hashlib.sha256("\n".join(map(str, row)).encode()).hexdigest()
    log.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, digest))
    if run != "log":
        log.execute("INSERT OR IGNORE INTO unsealed VALUES (?)", (run,))


def edit_table(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Change any column of any row that follows from the events, contacts included."""
    table = dice.pick(_FOLLOWING)
    row = _pick(log, dice, table)
    return None if row is None else change_cell(log, dice, table, dice.pick(sorted(row)))


def change_cell(log: sqlite3.Connection, dice: Dice, table: str, column: str) -> str:
    """Change a column in some row of a table."""
    row = _pick(log, dice, table)
    assert row is not None
    where, values = _where(row)
    new = _other(row[column])
    log.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (new, *values))  # noqa: S608  (ours)
    return f"{table}.{column} of {values}: {new!r}"


def delete_row(log: sqlite3.Connection, dice: Dice) -> str | None:
    """Remove any row that follows from the events, contacts included."""
    table = dice.pick(_FOLLOWING)
    row = _pick(log, dice, table)
    if row is None:
        return None
    where, values = _where(row)
    log.execute(f"DELETE FROM {table} WHERE {where}", values)  # noqa: S608  (names of ours)
    return f"{table}: {values}"


CHANGES: dict[str, Change] = {
    each.__name__: each
    for each in (
        *(edit, delete, reorder, truncate, drop, rewrite, edit_table, delete_row),
        *(rewrite_and_reseal, hide_behind_a_newer_event, erase_unseen),
    )
}
"""What may be done, by its name."""
