"""The locks beside a log: ``<log>.locks/``, one file a campaign and account, and one for making the log."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from engine.record.entry import Holder
from engine.record.instant import instant_of, text_of
from engine.record.plan import without_org
from engine.runlog.lock import FileLock, note_of_holder, take
from engine.runlog.sqlite import fault

_CREATE_TRIES = 500
"""Making a log takes some milliseconds; after 10 s something is wrong with who does it."""


class Hold:
    """The locks that hold a campaign for this process."""

    def __init__(self) -> None:
        self.locks: list[FileLock] = []

    def release(self) -> None:
        """Give them back."""
        while self.locks:
            self.locks.pop().release()


def hold(log: Path, account: str, campaign: str, now: Callable[[], datetime]) -> Hold:
    """Take a campaign; ``Refusal`` (14) that names the living holder.

    Whoever names an organisation shares the lock of those that name none: theirs may be the same one.
    """
    mine = Hold()
    try:
        _make_folder(_folder(log))
        for each in dict.fromkeys((account, without_org(account))):
            if (lock := take(_path(log, each, campaign), is_shared=each != account)) is not None:
                mine.locks.append(lock)
                continue
            mine.release()
            raise fault.held(campaign, holder(log, each, campaign, now))
    except OSError as error:
        mine.release()
        raise fault.of_system(error, log, "locked") from None
    return mine


def sign(mine: Hold, log: Path, who: Holder) -> None:
    """Leave the holder's name in the lock that is its own: another one may outlive it, held by others."""
    said = {"owner": who.owner, "run": who.run, "since": text_of(who.since)}
    try:
        mine.locks[0].note(json.dumps(said, ensure_ascii=False).encode())
    except OSError as error:
        raise fault.of_system(error, log, "written") from None


def holder(log: Path, account: str, campaign: str, now: Callable[[], datetime]) -> Holder | None:
    """Give the living process that holds a campaign, None where it is free."""
    try:
        note = note_of_holder(_path(log, account, campaign))
    except OSError as error:
        raise fault.of_system(error, log, "read") from None
    # Who has not signed the lock that it holds has just begun.
    return None if note is None else _signed(note) or Holder("a process that has just begun", "", now())


def _signed(note: bytes) -> Holder | None:
    with suppress(ValueError, KeyError, TypeError):
        said = json.loads(note)
        return Holder(said["owner"], said["run"], instant_of(said["since"]))
    return None


def hold_making(log: Path) -> FileLock:
    """Take the lock under which a log is made; raises ``OSError``, ``Refusal`` (14)."""
    _make_folder(_folder(log))
    mine = take(_folder(log) / "create.lock", tries=_CREATE_TRIES)
    if mine is None:
        raise fault.told(
            f"another process has been making the run log {log} for long", "end it, then try again"
        )
    return mine


def _path(log: Path, account: str, campaign: str) -> Path:
    name = sha256(json.dumps([account, campaign]).encode()).hexdigest()[:16]
    return _folder(log) / f"{name}.lock"


def _folder(log: Path) -> Path:
    return log.with_name(f"{log.name}.locks")


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)  # whatever the umask said
