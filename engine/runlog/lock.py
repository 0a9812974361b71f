"""One campaign, one process: a lock of the operating system, which ends with its holder.

A living process holds it, also one that is frozen; a dead one cannot. The file stays when the lock
is given back, so that nobody locks a file that somebody else removes.
"""

import fcntl
import os
from pathlib import Path
from threading import Event as Pause

_TRIES = 25
_PAUSE_S = 0.02
"""Whoever asks who holds a lock holds it for an instant himself: taking it waits that long, 0.5 s."""

_NOTE_BYTES = 4096


class FileLock:
    """A lock that this process holds."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def note(self, text: bytes) -> None:
        """Leave a word for whoever finds the lock held; raises ``OSError``."""
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text[:_NOTE_BYTES], 0)

    def release(self) -> None:
        """Give the lock back, also where a process that was forked meanwhile has it open."""
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)


def take(path: Path, *, tries: int = _TRIES, is_shared: bool = False) -> FileLock | None:
    """Take the lock at a path whose folder exists; None where another one holds it; raises ``OSError``.

    One that ``is_shared`` is held with others that are, and with nobody else.
    """
    for _ in range(tries):
        # Not through a link: what it leads to would be cut to nothing.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        if _is_held(path, descriptor, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX):
            return FileLock(descriptor)
        os.close(descriptor)
        Pause().wait(_PAUSE_S)
    return None


def note_of_holder(path: Path) -> bytes | None:
    """Read what the holder of a lock left; None where nobody holds it; raises ``OSError``."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    try:
        return None if _locked(descriptor, fcntl.LOCK_SH) else os.pread(descriptor, _NOTE_BYTES, 0)
    finally:
        os.close(descriptor)


def _is_held(path: Path, descriptor: int, how: int) -> bool:
    """Take the lock; the path must still name what is locked, for somebody may have removed the file."""
    try:
        if not _locked(descriptor, how):
            return False
        os.fchmod(descriptor, 0o600)  # whatever the umask said
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
    except OSError:
        os.close(descriptor)
        raise


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
