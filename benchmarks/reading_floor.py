"""The least that a check of a log can do: ``python benchmarks/reading_floor.py FILE``.

It reads every event in order and works out its hash, and looks at nothing that any of them says.
"""

import hashlib
import sqlite3
import sys

_EVENTS = "SELECT run, seq, at, actor, kind, body, before, hash FROM events ORDER BY run, seq"


def read(file: str) -> int:
    """Read all events, and give how many there are; a wrong hash ends it."""
    number = 0
    for number, row in enumerate(sqlite3.connect(f"file:{file}?mode=ro", uri=True).execute(_EVENTS), 1):
        text = "\n".join(map(str, row[:7]))
        if hashlib.sha256(text.encode()).hexdigest() != row[7]:
            sys.exit(f"event {number} was changed")
    return number


if __name__ == "__main__":
    sys.stdout.write(f"{read(sys.argv[1])}\n")
