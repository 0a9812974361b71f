"""Every error of SQLite's is said in plain words, with the file and the cure."""

import errno
import os
from pathlib import Path

import pytest

from engine.refusal import Exit
from engine.runlog.sqlite import fault

LOG = Path("/srv/{odd}/runlog.db")
SAID = {
    "SQLITE_BUSY": "has been locked by another process for 40 s",
    "SQLITE_BUSY_SNAPSHOT": "has been locked",
    "SQLITE_PROTOCOL": "has been locked",
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR_WRITE": "does not read or write as it should",
    "SQLITE_IOERR": "does not read or write as it should",
    "SQLITE_CORRUPT": "is damaged",
    "SQLITE_CORRUPT_INDEX": "is damaged",
    "SQLITE_NOTADB": "is no run log",
    "SQLITE_READONLY_DIRECTORY": "may not be written",
    "SQLITE_CANTOPEN": "cannot be opened",
    "SQLITE_NOMEM": "cannot be used: out of memory",
    "no code": "cannot be used: out of memory",
}


@pytest.mark.parametrize("name", SAID)
def test_an_error_of_sqlite_is_a_refusal(name: str) -> None:
    """By its name; what is not foreseen is said as SQLite says it."""
    refusal = fault.of_sqlite(LOG, name, "out of memory", 40.0)
    assert SAID[name] in refusal.message
    assert str(LOG) in refusal.message
    assert refusal.cure
    assert refusal.code == Exit.LEASE_OR_LOG


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.EACCES, "allow it"),
        (errno.EROFS, "mount its disk for writing"),
        (errno.ENOSPC, "make room"),
        (errno.EMFILE, "ulimit -n"),
        (errno.ENFILE, "ulimit -n"),
        (errno.ELOOP, "check the path"),
        (None, "check the path"),
    ],
)
def test_an_error_of_the_system_is_a_refusal(number: int | None, cure: str) -> None:
    """By its number; with none it is still said."""
    error = OSError() if number is None else OSError(number, os.strerror(number))
    refusal = fault.of_system(error, LOG, "written")
    assert refusal.message.startswith(f"the run log {LOG} cannot be written: ")
    assert cure in refusal.cure
    assert refusal.code == Exit.LEASE_OR_LOG


def test_a_log_is_made_elsewhere_where_the_disk_can_only_be_read() -> None:
    """There is no past yet that another one would not know."""
    refusal = fault.of_system(OSError(errno.EROFS, os.strerror(errno.EROFS)), LOG, "made")
    assert "name a run log on a disk of this machine" in refusal.cure


def test_a_holder_without_a_name_is_still_told() -> None:
    """It ended, or has just begun, while somebody asked."""
    assert "until now" in fault.held("camp_demo", None).message
