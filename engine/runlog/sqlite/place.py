"""Where a run log lies: what may stand at its path, and who may read it."""

import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.durable import closed, sync
from engine.refusal import Refusal
from engine.runlog.sqlite.fault import (
    damaged,
    left_beside,
    mounted,
    of_system,
    on_network,
    second_name,
    told,
)

_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = " \t\n\\"
"""A list of mounts names these by their numbers, in octal."""

_NETWORKS = ("nfs", "cifs", "smb", "afs", "ceph", "lustre", "glusterfs", "fuse.sshfs", "fuse.gluster")


def true_path(path: Path) -> Path:
    """Follow every link: a log under two names would have two sets of locks."""
    return Path(os.path.realpath(path))


def is_there(path: Path, *, to: str = "read") -> bool:
    """Say whether there is a log to read, or ``to="write"``; ``Refusal`` where it cannot be one, or may not.

    It does not open the file: closing it again would take from this process all locks that SQLite
    holds on it for another connection.
    """
    try:
        about = path.stat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise of_system(error, path, "read") from None
    if not stat.S_ISREG(about.st_mode):
        what = "a folder" if stat.S_ISDIR(about.st_mode) else "not a regular file"
        raise told(f"{path} is {what}", "name a file as the run log, such as .runbook/runlog.db")
    if about.st_size == 0:
        raise damaged(path, "it is empty")
    if why := why_closed(path, to=to):
        raise why
    if to == "write" and about.st_nlink > 1:
        raise second_name(path)
    return True


def why_closed(path: Path, *, to: str) -> Refusal | None:
    """Say why a log that is there may not be read, or written (``to="write"``); None where it may."""
    needed = {"read": {path: os.R_OK}, "write": {path: os.R_OK | os.W_OK, path.parent: os.W_OK | os.X_OK}}
    for each, how in needed[to].items():
        if not os.access(each, how):
            return of_system(closed(each), path, _DONE[to])
    return None


_DONE = {"read": "read", "write": "written"}


def make_folder(folder: Path, path: Path) -> None:
    """Make a folder that only its owner may enter, durably, if there is none; ``Refusal`` for ``path``."""
    try:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        for each in reversed(missing):
            each.mkdir(mode=0o700, exist_ok=True)
            each.chmod(0o700)  # whatever the umask said
            sync(each.parent)
    except OSError as error:
        raise of_system(error, path, "made") from None


def empty_file(path: Path) -> None:
    """Make an empty file that only its owner may read, in place of any that was left; raises ``OSError``."""
    remove(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.fchmod(descriptor, 0o600)  # whatever the umask said
    os.close(descriptor)


def remove(path: Path) -> None:
    """Remove a file that was to become a log, and what SQLite keeps beside it; raises ``OSError``."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def refuse_left(path: Path) -> None:
    """Refuse to put a file where the last writes of another one are left: a process was killed in them.

    An empty one is left by whoever only looked, and holds nothing.
    """
    for suffix in ("-wal", "-journal"):
        left = path.with_name(path.name + suffix)
        with suppress(FileNotFoundError):
            if left.lstat().st_size > 0:
                raise left_beside(path, left)


def has_wal(path: Path) -> bool:
    """Say whether writes are left beside a log that are not in it yet."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except OSError:
        return False


def tighten(path: Path) -> None:
    """Take the log away from everybody but its owner: a copy that was restored may be open to all."""
    for suffix in ("", "-wal", "-shm"):
        each = path.with_name(path.name + suffix)
        with suppress(OSError):
            if stat.S_IMODE(each.stat().st_mode) & 0o077:
                each.chmod(0o600)


def refuse_network(path: Path, refusal: Callable[[Path, str], Refusal] = on_network) -> None:
    """Refuse a log that others may reach to whom SQLite's locks say nothing.

    They are on other machines, or in other containers that were given the file alone.
    """
    try:
        device, mounts = path.parent.stat().st_dev, _MOUNTS.read_text("utf-8", "replace")
    except OSError:
        return  # no such list on this system, or no such folder yet
    kind = file_system(mounts, f"{os.major(device)}:{os.minor(device)}")
    if kind.startswith(_NETWORKS):
        raise refusal(path, kind)
    if is_mounted(mounts, path):
        raise mounted(path)


def file_system(mounts: str, device: str) -> str:
    """Give a device's (``8:1``) kind of file system by a list like /proc/self/mountinfo; "" if unknown."""
    for line in mounts.splitlines():
        about, _, kind = line.partition(" - ")
        if about.split()[2:3] == [device]:
            return kind.partition(" ")[0]
    return ""


def is_mounted(mounts: str, path: Path) -> bool:
    """Say whether something is mounted at a path itself, by such a list."""
    name = "".join(f"\\{ord(each):03o}" if each in _ESCAPED else each for each in str(path))
    return f" {name} " in mounts and any(line.split()[4:5] == [name] for line in mounts.splitlines())
