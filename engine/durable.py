"""Files and their names made durable: whole or not at all, whenever the process or the machine ends."""

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_LEFT = re.compile(r"\.runbook\.[0-9a-f]{16}")


@contextmanager
def making(path: Path, mode: int, *, replaces: bool) -> Iterator[IO[bytes]]:
    """Give a file to write to; it gets its name when the block ends, and is gone where that fails.

    Raises ``OSError``: ``FileExistsError`` where something has the name already, unless it ``replaces``
    that. A process that is killed leaves its file under a name of ours; the next one to make a file in that
    folder removes it, for customers may stand in it.
    """
    _remove_left(path.parent)
    beside, descriptor = _opened(path.parent, mode)
    with open(descriptor, "wb") as file:  # noqa: PTH123  (no Path has these flags)
        try:
            yield file
            file.flush()
            os.fsync(descriptor)
            (_replace if replaces else _link)(beside, path)
        finally:
            with suppress(OSError):
                beside.unlink()


def give_name(made: Path, path: Path) -> None:
    """Give a file its name, both durably; raises ``OSError``."""
    sync(made)
    _replace(made, path)


def give_new_name(made: Path, path: Path) -> None:
    """Give a file a name that nothing has, both durably; raises ``FileExistsError``, ``OSError``."""
    sync(made)
    _link(made, path)


def sync(path: Path) -> None:
    """Make a file, or the names in a folder, durable; raises ``OSError``."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def closed(path: Path) -> OSError:
    """Give why a path may not be written: its disk can only be read, or the right to is missing."""
    try:
        is_read_only = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        is_read_only = False
    why = errno.EROFS if is_read_only else errno.EACCES
    return OSError(why, os.strerror(why))


def _replace(made: Path, path: Path) -> None:
    made.replace(path)
    sync(path.parent)


def _link(made: Path, path: Path) -> None:
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:  # a disk without second names
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path) from None
        made.rename(path)
    made.unlink(missing_ok=True)
    sync(path.parent)


def _opened(folder: Path, mode: int) -> tuple[Path, int]:
    """Make a file under a name of ours; it is locked for as long as it is open."""
    while True:
        beside = folder / f".runbook.{os.urandom(8).hex()}"
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with suppress(OSError):  # a disk without locks, where nobody removes what is left, either
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if beside.exists():
            return beside, descriptor
        os.close(descriptor)  # somebody took it for left, in the instant before it was locked


def _remove_left(folder: Path) -> None:
    """Remove what dead processes left."""
    with suppress(OSError):
        for name in filter(_LEFT.fullmatch, os.listdir(folder)):  # noqa: PTH208  (names alone)
            with suppress(OSError):
                _remove_dead(folder / name)


def _remove_dead(left: Path) -> None:
    descriptor = os.open(left, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        left.unlink()
    finally:
        os.close(descriptor)
