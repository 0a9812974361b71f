"""The locks beside a log: ``<log>.locks/``, one file a campaign and account, and one for making the log."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from engine.record.entry import Holder
from engine.record.instant import instant_of, text_of
from engine.runlog.lock import FileLock, note_of_holder, take
from engine.runlog.sqlite import fault

_CREATE_TRIES = 500
"""Making a log takes some milliseconds; after 10 s something is wrong with who does it."""


def hold(log: Path, account: str, campaign: str, now: Callable[[], datetime]) -> FileLock:
    """Take the lock of a campaign; ``Refusal`` (14) that names the living holder."""
    try:
        _make_folder(_folder(log))
        mine = take(_path(log, account, campaign))
    except OSError as error:
        raise fault.of_system(error, log, "locked") from None
    if mine is None:
        raise fault.held(campaign, holder(log, account, campaign, now))
    return mine


def sign(mine: FileLock, log: Path, who: Holder) -> None:
    """Leave the holder's name in the lock that it holds."""
    said = {"owner": who.owner, "run": who.run, "since": text_of(who.since)}
    try:
        mine.note(json.dumps(said, ensure_ascii=False).encode())
    except OSError as error:
        raise fault.of_system(error, log, "written") from None


def holder(log: Path, account: str, campaign: str, now: Callable[[], datetime]) -> Holder | None:
    """Give the living process that holds a campaign, None where it is free."""
    try:
        note = note_of_holder(_path(log, account, campaign))
    except OSError as error:
        raise fault.of_system(error, log, "read") from None
    if note is None:
        return None
    with suppress(ValueError, KeyError, TypeError):
        said = json.loads(note)
        return Holder(said["owner"], said["run"], instant_of(said["since"]))
    # It holds the lock and has not signed it yet.
    return Holder("a process that has just begun", "", now())


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
