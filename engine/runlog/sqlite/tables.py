"""The tables of the run log in SQLite.

All follow from ``events``, but for ``contacts``, ``reached`` and ``leases``.
"""

SCHEMA_VERSION = 1

APPLICATION_ID = 0x52554E4C
"""Marks the file as a run log (``RUNL``) in SQLite's own header."""

CREATE = """\
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE events (
  run TEXT NOT NULL,
  seq INTEGER NOT NULL,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  before TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (run, seq)
) WITHOUT ROWID;

CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;

-- INSERT OR REPLACE would go past the trigger above.
CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE run = NEW.run AND seq = NEW.seq)
BEGIN SELECT RAISE(ABORT, 'events are never replaced'); END;

CREATE TABLE runs (
  run TEXT PRIMARY KEY,
  runbook TEXT NOT NULL,
  revision INTEGER,
  account TEXT NOT NULL,
  campaign TEXT NOT NULL,
  occasion TEXT NOT NULL,
  environment TEXT,
  rules_digest TEXT NOT NULL,
  plan_digest TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  messages INTEGER NOT NULL,
  exit_code INTEGER
) WITHOUT ROWID;

CREATE INDEX runs_by_occasion ON runs (occasion);

CREATE TABLE steps (
  run TEXT NOT NULL REFERENCES runs,
  step TEXT NOT NULL,
  channel TEXT NOT NULL,
  template TEXT,
  PRIMARY KEY (run, step)
) WITHOUT ROWID;

-- intended_seq is the number of the intent in the run's chain. live: the API took the attempt, or may
-- have. reaches: somebody got a message by it, or may have.
CREATE TABLE sends (
  run TEXT NOT NULL REFERENCES runs,
  address TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  step TEXT NOT NULL,
  account TEXT NOT NULL,
  campaign TEXT NOT NULL,
  status TEXT NOT NULL,
  intended_seq INTEGER NOT NULL,
  at_most INTEGER,
  request_hash TEXT NOT NULL,
  intended_at TEXT NOT NULL,
  deadline_at TEXT,
  settled_at TEXT,
  counts TEXT,
  reason TEXT NOT NULL DEFAULT '',
  live INTEGER NOT NULL DEFAULT 1,
  reaches INTEGER NOT NULL DEFAULT 1,
  blocks INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run, address, attempt),
  CHECK (live = (status NOT IN ('not_sent', 'rejected')))
) WITHOUT ROWID;

-- What makes a second send of an address impossible.
CREATE UNIQUE INDEX one_live_attempt ON sends (run, address) WHERE live;

CREATE INDEX unsettled_sends ON sends (account, campaign) WHERE status IN ('intended', 'in_doubt') OR blocks;

CREATE TABLE contacts (
  customer TEXT NOT NULL,
  run TEXT NOT NULL,
  address TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  PRIMARY KEY (customer, run, address, attempt),
  FOREIGN KEY (run, address, attempt) REFERENCES sends
) WITHOUT ROWID;

-- An empty text stands for any account, any campaign: two NULLs would not be the same to the key.
CREATE TABLE stops (
  account TEXT NOT NULL,
  campaign TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (account, campaign)
) WITHOUT ROWID;

CREATE TABLE leases (
  account TEXT NOT NULL,
  campaign TEXT NOT NULL,
  fence INTEGER NOT NULL,
  owner TEXT NOT NULL,
  run TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (account, campaign)
) WITHOUT ROWID;
"""

FORMER = """\
CREATE TABLE IF NOT EXISTS former_occasions (
  occasion TEXT NOT NULL,
  run TEXT NOT NULL REFERENCES runs,
  PRIMARY KEY (occasion, run)
) WITHOUT ROWID;
"""
"""The occasions that a run would have had under its runbook's former names: most runs have none."""

REACHED = """\
CREATE TABLE IF NOT EXISTS reached (
  account TEXT NOT NULL,
  row TEXT NOT NULL,
  run TEXT NOT NULL,
  address TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  customer TEXT NOT NULL,
  at TEXT,
  status TEXT NOT NULL,
  template TEXT,
  phone TEXT,
  source TEXT NOT NULL,
  PRIMARY KEY (account, row),
  FOREIGN KEY (run, address, attempt) REFERENCES sends
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS reached_by_send ON reached (run, address, attempt);
CREATE INDEX IF NOT EXISTS reached_by_customer ON reached (customer);
CREATE INDEX IF NOT EXISTS reached_by_phone ON reached (phone) WHERE phone IS NOT NULL;
"""
"""Rows of the API's logs that fit an attempt; each is kept for one."""

UNSEALED = """\
CREATE TABLE IF NOT EXISTS unsealed (run TEXT PRIMARY KEY) WITHOUT ROWID;
"""
"""The chains that have events which no seal covers."""

UNSEAL = """\
CREATE TRIGGER IF NOT EXISTS events_are_unsealed AFTER INSERT ON events WHEN NEW.run <> 'log'
BEGIN INSERT OR IGNORE INTO unsealed VALUES (NEW.run); END;
INSERT OR IGNORE INTO unsealed SELECT run FROM runs;
"""
"""The file itself notes them: an earlier version that writes to it meanwhile knows nothing of seals.

What was written before the file did so may be in none: the next seal covers every run.
"""

CONTACTS_BY_SEND = "CREATE INDEX IF NOT EXISTS contacts_by_send ON contacts (run, address, attempt);\n"

ERASURES = "CREATE INDEX IF NOT EXISTS erasures ON events (at) WHERE kind = 'erased';\n"

ADDED = {
    "former_occasions": FORMER,
    "reached": REACHED,
    "unsealed": UNSEALED,
    "events_are_unsealed": UNSEAL,
    "contacts_by_send": CONTACTS_BY_SEND,
    "erasures": ERASURES,
}
"""What a log of an earlier version lacks: it gets it when it is next opened for writing."""
