"""What keeps a run log from being read or written, as refusals with their cures (exit code 14)."""

import errno
import os
import shlex
from datetime import datetime
from pathlib import Path

from engine.record.entry import Holder
from engine.record.wallclock import date_and_time
from engine.refusal import Exit, Refusal
from engine.runlog.port import LeaseGone

IS_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")
"""How the names of those errors begin after which the same may be tried again."""

IS_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_FORMAT")


class Locked(Refusal):
    """Another process holds the log; a moment later it may not."""


def told(message: str, cure: str) -> Refusal:
    """Make a refusal under the exit code of lease and log."""
    return Refusal(message, cure, Exit.LEASE_OR_LOG)


# ------------------------------------------------ the file

_KEEP = "nothing is sent without it: keep the file, and go on with a copy that is whole"
_ALLOW = "allow it, for the file and for its folder: the run log must belong to whoever runs runbooks"
_ELSEWHERE = "name a run log on a disk of this machine, with --log or RUNBOOK_LOG"
_MORE_FILES = "allow this process more of them, such as with `ulimit -n 1024`, then try again"
_MAKE_ROOM = "make room, then try again; what is recorded in it stays as it is"


def missing(path: Path) -> Refusal:
    """There is no run log."""
    return told(
        f"there is no run log at {path}",
        "`runbook log init` makes one; where there was one before, name it with --log, or make it again "
        'from a copy: `runbook log init --from COPY --reason "WHY"`',
    )


def there_already(path: Path) -> Refusal:
    """A log is never made in the place of another one."""
    return told(f"there is a run log already: {path}", "keep it; it knows what was sent")


def left_beside(path: Path, left: Path) -> Refusal:
    """SQLite would play what is left into whatever is put there, and both would be lost."""
    return told(
        f"{path} is not there, and {left} is: it holds what was written last to the file that lay there",
        "put that file back; if it is to stay away, move both into one folder, under their own names, "
        "and remove neither",
    )


def stranger(path: Path) -> Refusal:
    """The file is something else than a run log."""
    return told(f"{path} is no run log", "name the run log with --log or RUNBOOK_LOG")


def damaged(path: Path, how: str) -> Refusal:
    """What was sent before cannot be told from the file."""
    return told(f"the run log {path} is damaged: {how}", _KEEP)


def older(path: Path, run: str) -> Refusal:
    """It does not know whom the run messaged."""
    return told(
        f"the run log {path} is older than run {run} left it: it is an older copy, or its end was lost",
        f"put back the file that was there last, and {path.name}-wal if you have it; if they are lost, move "
        f'{path.name}, and its -wal, away, then `runbook log init --from COPY --reason "WHY"`',
    )


def other_version(path: Path, version: str, known: int) -> Refusal:
    """The tables are not those that this version knows."""
    if not (version.isascii() and version.isdigit() and int(version) > known):
        return damaged(path, f"its version is {version}")
    return told(
        f"the run log {path} is of a newer version of runbook (format {version}; this one knows {known})",
        "go on with that version, or a later one",
    )


def moved(path: Path) -> Refusal:
    """The file that is open is not the one at the path any more."""
    return told(
        f"the run log {path} was moved, removed or replaced while it was in use",
        "put back the one that was there, then resume; nothing is written until then",
    )


def removed_beside(path: Path) -> Refusal:
    """SQLite goes on with files that have no name any more, where nobody else finds what is written."""
    return told(
        f"the files beside the run log {path} (-wal, -shm) were removed or replaced while it was in use",
        "let every process that uses it end, then look at `runbook status`; never remove what lies beside it",
    )


def second_name(path: Path) -> Refusal:
    """Locks, and what is written last, lie beside each name: nobody sees those of the other."""
    return told(
        f"the run log {path} has a second name (a hard link), and could be written under both at once",
        f"remove the other name: `find {_disk_of(path)} -xdev -samefile {shlex.quote(str(path))}` has both "
        "(in a container, those of its own); `runbook log copy` makes a copy",
    )


def _disk_of(path: Path) -> str:
    return shlex.quote(next((str(each) for each in path.parents if os.path.ismount(each)), "/"))


def mounted(path: Path) -> Refusal:
    """Locks, and what is written last, lie beside it, where no other container sees them."""
    return told(
        f"the run log {path} is mounted as a single file, so nobody else sees its locks",
        "mount the folder that it lies in, not the file",
    )


def no_shared_memory(path: Path) -> Refusal:
    """Its file system cannot do what several processes at one log need."""
    return told(f"the run log {path} lies on a disk that processes cannot share", _ELSEWHERE)


def on_network(path: Path, kind: str) -> Refusal:
    """Its file system is one that several machines may reach."""
    return told(
        f"the run log {path} lies on a network file system ({kind}), where a lock is no lock", _ELSEWHERE
    )


# ------------------------------------------------ its copies


def a_copy(path: Path, copied_at: datetime) -> Refusal:
    """The file is a copy: nobody knows from it what was sent since."""
    return told(
        f"{path} is a copy of a run log, made at {date_and_time(copied_at)}: "
        "it does not know what was sent since, so nothing is written to it",
        "name the run log itself; if that is lost: "
        f'runbook log init --from {shlex.quote(str(path))} --log FILE --reason "WHY"',
    )


def copied_over(path: Path) -> Refusal:
    """A copy never takes the place of anything."""
    return Refusal(f"there is {path} already, and a copy never takes its place", "name another file")


def copied_to_nowhere(path: Path) -> Refusal:
    """No folder is made on the quiet: a disk may not be mounted."""
    return Refusal(f"the copy {path} cannot be made: there is no folder {path.parent}", "make it first")


def copied_at_once(path: Path) -> Refusal:
    """Another process makes a copy of that name."""
    return told(f"another process is making the copy {path}", "wait for it, or name another file")


def copied_to_network(path: Path, kind: str) -> Refusal:
    """SQLite cannot write a file on such a disk safely, nor check it there."""
    return told(
        f"the copy {path} would lie on a network file system ({kind}), where it cannot be made safely",
        "make it on a disk of this machine, then move it there as any other file",
    )


def of_copy(refusal: Refusal) -> Refusal:
    """Say of a copy what was said of a run log."""
    return told(refusal.message.replace("the run log", "the copy", 1), refusal.cure)


# ------------------------------------------------ the campaign


def held(campaign: str, holder: Holder | None, why: str = "") -> Refusal:
    """Another process holds the campaign; ``why`` that counts here."""
    if holder is None:
        return told(f"campaign {campaign} was held by another process until now", "try again")
    return told(
        f"campaign {campaign} is held by {holder.owner}: run {holder.run or 'not known'}, "
        f"since {date_and_time(holder.since)}{why}",
        f"wait until that process ends, then try again; `runbook stop --campaign {shlex.quote(campaign)}` "
        "keeps it from sending more; if it hangs, end it: its run can be resumed",
    )


def lost(campaign: str) -> LeaseGone:
    """The lease was taken over."""
    return LeaseGone(
        f"campaign {campaign} is held by another process by now; this one may not write any more",
        "`runbook status` shows how its runs stand",
        Exit.LEASE_OR_LOG,
    )


# ------------------------------------------------ SQLite and the system

_SAID: tuple[tuple[str | tuple[str, ...], str, str], ...] = (
    (
        IS_BUSY,
        "the run log {path} has been locked by another process for {patience_s} s",
        "a process that hangs holds it: `fuser {path}` names it; once it goes on or ends, try again",
    ),
    ("SQLITE_FULL", "the disk is full: nothing can be written to the run log {path}", _MAKE_ROOM),
    (
        "SQLITE_IOERR",
        "the disk does not read or write as it should at the run log {path}",
        "look after the disk (full, over its quota, gone?), then try again; what is recorded stays as it is",
    ),
    (IS_DAMAGED, "the run log {path} is damaged", _KEEP),
    ("SQLITE_NOTADB", "{path} is no run log", "name the run log with --log or RUNBOOK_LOG"),
    (
        ("SQLITE_READONLY", "SQLITE_PERM", "SQLITE_AUTH"),
        "the run log {path} may not be written",
        _ALLOW,
    ),
    (
        "SQLITE_CANTOPEN",
        "the run log {path} cannot be opened",
        "check that its folder may be written, that its path is short, and that more files may be open",
    ),
)


def of_sqlite(path: Path, name: str, said: str, patience_s: float) -> Refusal:
    """Give the refusal for an error of SQLite's, by its name (such as ``SQLITE_FULL``) and its words."""
    for beginnings, message, cure in _SAID:
        if name.startswith(beginnings):
            kind = Locked if beginnings == IS_BUSY else Refusal
            said = message.format(path=path, patience_s=f"{patience_s:g}")
            return kind(said, cure.format(path=path), Exit.LEASE_OR_LOG)
    return told(f"the run log {path} cannot be used: {said} ({name})", _KEEP)


_CURES = {
    errno.EACCES: _ALLOW,
    errno.EPERM: _ALLOW,
    errno.EROFS: "mount its disk for writing: another run log would not know what was sent",
    errno.ENOSPC: _MAKE_ROOM,
    errno.EDQUOT: _MAKE_ROOM,
    errno.EMFILE: _MORE_FILES,
    errno.ENFILE: _MORE_FILES,
}


def of_system(error: OSError, path: Path, what: str) -> Refusal:
    """Say what the system has against the run log or its folder; ``what`` was to be done with it."""
    why = (error.strerror or "no reason given").lower()
    cure = _CURES.get(error.errno or 0, "check the path and the disk")
    if error.errno == errno.EROFS and what == "made":
        cure = _ELSEWHERE
    return told(f"the run log {path} cannot be {what}: {why}", cure)
