"""A note beside a log of the intent that was recorded in it last: a log that lacks it has lost something.

SQLite says nothing where the end of a ``-wal`` is cut off or gone, nor of an older copy in the log's
place. The note is written once the intent is on disk, and is not synced: a power cut may leave an older
one, or none.
"""

import os
import re
from contextlib import suppress
from pathlib import Path

from engine.runlog.chain import Link

_MOST_BYTES = 4096
_SAID = re.compile(rb"(\S+) (\S+) ([0-9]{1,18}) ([0-9a-f]{64})\n")


class Latest:
    """The note of one log."""

    def __init__(self, log: Path) -> None:
        self._path = log.with_name(f"{log.name}.locks") / "latest"
        self._descriptor: int | None = None

    def note(self, log_id: str, intent: Link) -> None:
        """Note an intent; where that cannot be, there is none to compare with."""
        with suppress(OSError):
            if self._descriptor is None:
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
                self._descriptor = os.open(self._path, flags, 0o600)
                os.fchmod(self._descriptor, 0o600)  # whatever the umask said
            said = f"{log_id} {intent.run} {intent.seq} {intent.hash}\n"
            os.pwrite(self._descriptor, said.encode(), 0)

    def of(self, log_id: str) -> tuple[str, int, str] | None:
        """Give run, number and hash of the intent that was recorded last in the log of that id, if known."""
        said = b""
        with suppress(OSError):
            # What was planted there, such as a pipe, is not waited for.
            flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
            descriptor = os.open(self._path, flags)
            try:
                said = os.pread(descriptor, _MOST_BYTES, 0)
            finally:
                os.close(descriptor)
        # Only its beginning: behind the line may stand the end of a longer one.
        with suppress(UnicodeDecodeError):
            if found := _SAID.match(said):
                of_log, run, seq, digest = (each.decode("ascii") for each in found.groups())
                return (run, int(seq), digest) if of_log == log_id else None
        return None

    def forget(self) -> None:
        """Forget it: the log is made again from a copy, which need not have it; raises ``OSError``."""
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
