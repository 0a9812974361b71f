"""What is asked of the tables, and how their rows become entries."""

# ruff: noqa: S608  (the questions are put together from constants of this module alone)

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from engine.record.entry import ContactEntry, EventEntry, ReachedEntry, RunEntry, SendEntry, StopEntry
from engine.record.event import Source
from engine.record.event_json import from_json
from engine.record.instant import instant_of
from engine.record.outcome import Counts, RunStatus, SendStatus

Row: TypeAlias = Sequence[Any]

_RUN = """\
runs.run, runbook, revision, runs.account, runs.campaign, occasion, environment, rules_digest, plan_digest,
runs.status, started_at, finished_at, messages, exit_code"""

RUNS = f"SELECT {_RUN} FROM runs ORDER BY started_at DESC, run DESC"

RUNS_NAMED = f"""\
SELECT {_RUN} FROM runs WHERE run >= ?1 AND substr(run, 1, length(?1)) = ?1
ORDER BY run <> ?1, started_at DESC, run DESC LIMIT ?2"""

RUNS_LAST = f"{RUNS} LIMIT 1"

_SENT_BEFORE = f"""\
SELECT {_RUN}, (
  SELECT min(intended_at) FROM sends WHERE sends.run = runs.run AND reaches AND intended_at >= ?2
) AS first_at
FROM runs WHERE run <> ?1 AND first_at IS NOT NULL AND run IN (
  SELECT run FROM runs WHERE occasion IN (%s)
  UNION SELECT run FROM former_occasions WHERE occasion IN (%s)
) ORDER BY first_at, run LIMIT 1"""

UNSENT = f"""\
SELECT {_RUN} FROM runs
WHERE occasion = ? AND run <> ? AND started_at >= ? AND status NOT IN ('finished', 'cancelled')
AND NOT EXISTS (SELECT 1 FROM sends WHERE sends.run = runs.run AND reaches)
ORDER BY started_at, run"""

EVENTS = """\
SELECT run, seq, at, actor, kind, body, before, hash FROM events WHERE run = ? ORDER BY seq"""

HEAD = "SELECT seq, hash FROM events WHERE run = ? ORDER BY seq DESC LIMIT 1"

HAS_EVENT = "SELECT 1 FROM events WHERE run = ? AND seq = ? AND hash = ?"

ADD_EVENT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)"

_SEND = """\
sends.run, sends.step, address, attempt, status, account, campaign, coalesce(channel, ''), at_most,
request_hash, intended_at, deadline_at, settled_at, counts, reason, blocks, reaches
FROM sends LEFT JOIN steps ON steps.run = sends.run AND steps.step = sends.step"""

SENDS = f"SELECT {_SEND} WHERE sends.run = ? ORDER BY intended_seq"

UNSETTLED = f"""\
SELECT {_SEND} WHERE account >= ? AND account < ? AND campaign = ?
AND (status IN ('intended', 'in_doubt') OR blocks)
ORDER BY intended_at, sends.run, intended_seq"""

CONTACTS = """\
SELECT customer, sends.run, sends.step, sends.address, sends.attempt, coalesce(channel, ''), template,
campaign, account, intended_at, status
FROM contacts JOIN sends USING (run, address, attempt)
LEFT JOIN steps ON steps.run = sends.run AND steps.step = sends.step
WHERE customer = ? AND intended_at >= ? ORDER BY intended_at DESC, intended_seq DESC, sends.run"""

CONTACTS_OF = (
    "SELECT address, attempt, customer FROM contacts WHERE run = ? ORDER BY address, attempt, customer"
)

_NAMED = """\
SELECT {} FROM contacts
WHERE (contacts.run, contacts.address, contacts.attempt) = (sends.run, sends.address, sends.attempt)"""

NAMELESS = f"""\
SELECT {_SEND} WHERE reaches AND intended_at >= ? AND (
  NOT EXISTS ({_NAMED.format("1")})
  OR (json_extract(counts, '$.matched') > at_most AND (
    json_extract(counts, '$.selected') > at_most
    OR json_extract(counts, '$.matched') > ({_NAMED.format("count(*)")})
  ))
)
ORDER BY sends.run DESC, intended_seq DESC"""

_REACHED = """\
SELECT customer, reached.run, reached.address, reached.attempt, row, at, reached.status, template, phone,
  source
FROM reached JOIN sends USING (run, address, attempt)"""

REACHED, REACHED_BY = (
    f"""\
{_REACHED} WHERE {column} = ? AND intended_at >= ?
ORDER BY intended_at DESC, run, address, attempt, row"""
    for column in ("customer", "phone")
)

HAS_PHONES = "SELECT 1 FROM reached WHERE phone IS NOT NULL LIMIT 1"

PHONE_KEY = "SELECT value FROM meta WHERE key = 'phone_key'"

NOTE_PHONE_KEY = "INSERT OR REPLACE INTO meta VALUES ('phone_key', ?)"

# Without their sends: a row counts, too, where somebody has changed the send that it is kept for.
REACHED_OF = """\
SELECT customer, run, address, attempt, row, at, status, template, phone, source
FROM reached WHERE run = ? ORDER BY address, attempt, row"""

CLAIMED = "SELECT run, address, attempt FROM reached WHERE account = ? AND row = ?"

ADD_REACHED = """\
INSERT INTO reached (account, row, run, address, attempt, customer, at, status, template, phone, source)
SELECT account, ?, run, address, attempt, ?, ?, ?, ?, ?, ? FROM sends
WHERE run = ? AND address = ? AND attempt = ?
ON CONFLICT (account, row) DO NOTHING"""

ERASE_CONTACTS, ERASE_REACHED = (f"DELETE FROM {table} WHERE run = ?" for table in ("contacts", "reached"))

HAS_TRACES = "SELECT 1 FROM meta WHERE key = 'traces'"

LEAVES_TRACES = "INSERT OR REPLACE INTO meta VALUES ('traces', 'of removed ids')"

NO_TRACES = "DELETE FROM meta WHERE key = 'traces'"

ERASURES = """\
SELECT run, seq, at, actor, kind, body, before, hash FROM events WHERE kind = 'erased'
ORDER BY at, run, seq"""

CHAINS = """\
WITH RECURSIVE chain (run) AS (
  SELECT min(run) FROM events
  UNION ALL SELECT (SELECT min(run) FROM events WHERE run > chain.run) FROM chain WHERE run IS NOT NULL
) SELECT run FROM chain WHERE run IS NOT NULL"""

UNSEALED = "SELECT run FROM unsealed ORDER BY run"

SEALED = "DELETE FROM unsealed"

ENDS_OPEN = """\
SELECT 1 FROM events
WHERE run = ?1 AND kind <> 'sealed' AND seq = (SELECT max(seq) FROM events WHERE run = ?1)"""
"""Answers for a chain with seals, the log's own, that ends with something else."""

LOG_ID = "SELECT value FROM meta WHERE key = 'log_id'"

_STORED = {
    "events": ("run, seq, at, actor, kind, body, before, hash", "run, seq"),
    "runs": (_RUN, "run"),
    "steps": ("run, step, channel, template", "run, step"),
    "sends": (
        (
            "run, address, attempt, step, account, campaign, status, intended_seq, at_most, request_hash, "
            "intended_at, deadline_at, settled_at, counts, reason, live, reaches, blocks"
        ),
        "run, address, attempt",
    ),
    "former_occasions": ("run, occasion", "run, occasion"),
    "contacts": ("run, address, attempt, customer", "run, address, attempt, customer"),
    "reached": (
        "run, address, attempt, row, customer, at, status, template, phone, source, account",
        "run, address, attempt, row",
    ),
    "unsealed": ("run", "run"),
    "stops": ("account, campaign, at, by, reason", "account, campaign"),
}
STORED = {
    table: tuple(f"SELECT {columns} FROM {table}{of} ORDER BY {order}" for of in ("", " WHERE run = ?"))
    for table, (columns, order) in _STORED.items()
}
"""The rows of a table in order, as they are: of all runs, and of one."""

ADD_CONTACT = "INSERT OR IGNORE INTO contacts VALUES (?, ?, ?, ?)"

STOPS = "SELECT account, campaign, at, by, reason FROM stops"

LEASED = "SELECT account, campaign FROM leases"

HOLDERS = "SELECT account FROM leases WHERE account >= ? AND account < ? AND campaign = ? ORDER BY account"
"""Of one origin: each that ever held a campaign has a row."""

FENCE = "SELECT fence FROM leases WHERE account = ? AND campaign = ?"

TAKE = "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?)"


def of_origin(account: str) -> tuple[str, str]:
    """Give the first key of an account's origin, and the first one behind all of them."""
    origin = account.partition(" ")[0]
    return f"{origin} ", f"{origin}!"


def sent_before(occasions: int) -> str:
    """Ask for the run that sent first since the second value, but not the first; then come its occasions."""
    asked = ", ".join(f"?{place}" for place in range(3, 3 + occasions))
    return _SENT_BEFORE % (asked, asked)


def run_entry(row: Row) -> RunEntry:
    """Read a row of ``_RUN``; what follows in it is left alone."""
    *about, status, started_at, finished_at, messages, code = row[:14]
    ended_at = None if finished_at is None else instant_of(finished_at)
    values = [*about, RunStatus(status), instant_of(started_at), ended_at, messages, code]
    return RunEntry(*values)


def event_entry(row: Row) -> EventEntry:
    """Read a row of ``EVENTS``; ``Refusal`` (14) where the event cannot be read."""
    run, seq, at, actor, kind, body, before, digest = row
    return EventEntry(run, seq, instant_of(at), actor, from_json(kind, at, json.loads(body)), before, digest)


def send_entry(row: Row) -> SendEntry:
    """Read a row of ``_SEND``."""
    *address, status, account, campaign, channel, at_most, request_hash = row[:10]
    intended_at, deadline_at, settled_at, counts, reason, blocks, reaches = row[10:]
    values = [
        *address,
        SendStatus(status),
        *(account, campaign, channel, at_most, request_hash, instant_of(intended_at)),
        None if deadline_at is None else instant_of(deadline_at),
        None if settled_at is None else instant_of(settled_at),
        None if counts is None else Counts(**json.loads(counts)),
        *(reason, bool(blocks), bool(reaches)),
    ]
    return SendEntry(*values)


def contact_entry(row: Row) -> ContactEntry:
    """Read a row of ``CONTACTS``."""
    *about, at, status = row
    values = [*about, instant_of(at), SendStatus(status)]
    return ContactEntry(*values)


def reached_entry(row: Row) -> ReachedEntry:
    """Read a row of ``_REACHED``."""
    *send, name, at, status, template, phone, source = row
    values = [*send, name, None if at is None else instant_of(at), status, template, phone, Source(source)]
    return ReachedEntry(*values)


def stop_entry(row: Row) -> StopEntry:
    """Read a row of ``STOPS``."""
    account, campaign, at, by, reason = row
    return StopEntry(account or None, campaign or None, instant_of(at), by, reason)
