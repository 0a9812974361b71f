"""A send costs two syncs: one for its intent, one for its outcome."""

import gc
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.runlog.sqlite import SqliteLog
from tests.contract.runlogs import ACCOUNT, CAMPAIGN, ROOT, RUN, SqliteStore, put, send, started

SENDS = 100
MARK = "between-the-marks"
_SENDING = f"""\
import os, sys
from pathlib import Path
from tests.contract.runlogs import *
log = SqliteStore(Path(sys.argv[1])).open()
put(log, started())
with log.lease(ACCOUNT, CAMPAIGN, RUN) as lease:
    send(log, lease, 0)
    os.access({MARK!r}, os.R_OK)
    for number in range(1, {SENDS + 1}):
        send(log, lease, number)
    os.access({MARK!r}, os.R_OK)
"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteLog]:
    """Give a log with one run."""
    store = SqliteStore(tmp_path / "runlog.db")
    log = store.open()
    put(log, started())
    yield log
    store.close()


def test_a_send_is_two_commits(log: SqliteLog, tmp_path: Path) -> None:
    """And nothing else: SQLite syncs its write-ahead log once a commit, and did not fold it meanwhile."""
    statements: list[str] = []
    with log.lease(ACCOUNT, CAMPAIGN, RUN) as lease:
        send(log, lease, 0)
        log._database._connection.set_trace_callback(statements.append)
        before = (tmp_path / "runlog.db").read_bytes()
        for number in range(1, SENDS + 1):
            send(log, lease, number)
        log._database._connection.set_trace_callback(None)
    assert statements.count("COMMIT") == statements.count("BEGIN IMMEDIATE") == 2 * SENDS
    assert (tmp_path / "runlog.db").read_bytes() == before


def test_a_send_is_two_syncs(tmp_path: Path) -> None:
    """As the system counts them, where it can be asked (by strace)."""
    strace = shutil.which("strace")
    if strace is None:
        return  # the test above has counted what leads to them
    trace = tmp_path / "trace"
    calls = "trace=fsync,fdatasync,sync_file_range,msync,sync,syncfs,access,faccessat,faccessat2"
    command = [strace, "-f", "-e", calls, "-o", str(trace), sys.executable, "-c", _SENDING]
    subprocess.run([*command, str(tmp_path / "log.db")], cwd=ROOT, check=True, timeout=120)
    _, between, _ = re.split(rf".*{MARK}.*\n", trace.read_text("utf-8"))
    assert len(re.findall(r"\w*sync\w*\(", between)) == 2 * SENDS


def test_memory_does_not_grow_with_sends(log: SqliteLog) -> None:
    """Nothing of a send stays behind in the process."""
    with log.lease(ACCOUNT, CAMPAIGN, RUN) as lease:
        for number in range(50):
            send(log, lease, number)
        gc.collect()
        before = len(gc.get_objects())
        for number in range(50, 250):
            send(log, lease, number)
        gc.collect()
        after = len(gc.get_objects())
    assert after - before < 20
