"""What a path leads to: bounded reads, never blocking, and what the system has against it, with its cure."""

import errno
import os
import shlex
import stat
from pathlib import Path

from engine.refusal import Exit, Refusal

SUFFIXES = (".yaml", ".yml")

_AS_NEAR = 0.75
_LONGEST = 200
_SAID = {
    errno.ENOENT: ("does not exist", "check the path"),
    errno.ENOTDIR: ("does not exist", "check the path: a file is named in it as if it were a folder"),
    errno.ELOOP: ("is a link that leads back to itself", "make the link lead to a file or a folder"),
    errno.EROFS: (
        "lies on a disk that can only be read",
        "mount that disk for writing, or work in a folder on another one",
    ),
    errno.ENAMETOOLONG: ("has a name longer than the system allows", "check the path, or shorten the name"),
}


def read_bytes(path: Path, most: int) -> bytes:
    """Read a regular file, at most one byte more than ``most``, so that its reader can refuse it."""
    refuse_leading_out(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            what = "a directory" if path.is_dir() else "not a regular file"
            raise Refusal(f"{path} is {what}", "name a file, for example runbooks/first.yaml")
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        raise missing(path) from None
    except OSError as error:
        raise refused(error, path) from None


def refuse_leading_out(path: Path, named_in: Path | None = None) -> None:
    """Refuse a path that lies in a repository and leads out of it; ``named_in``: the file that names it.

    Links travel with a repository, and so do the names in its files: whoever proposes a change could have
    others read a secret and show it, or write over what is none of it. A person may name any file itself.
    """
    real = os.path.realpath(path)
    lies_at = os.path.abspath(named_in or path)  # noqa: PTH100  (links stay)
    if named_in is None and lies_at == real:
        return
    root = repository_of(Path(lies_at).parent)
    if root is not None and not Path(real).is_relative_to(os.path.realpath(root)):
        raise Refusal(
            f"{path} leads out of the repository {root}, to {real}",
            "name that file itself, or put it into the repository",
        )


def repository_of(folder: Path) -> Path | None:
    """Give the nearest folder, upward from this one, that holds ``.runbook`` or ``.git``.

    One in which there is a STOP file at most is none: who stops something must not lead runs to another log.
    """
    for each in (folder, *folder.parents):
        own = each / ".runbook"
        if (each / ".git").exists() or (own.is_dir() and not is_planted(own) and not _stops_at_most(own)):
            return each
    return None


def _stops_at_most(folder: Path) -> bool:
    try:
        return all(each.startswith("STOP") for each in os.listdir(folder))  # noqa: PTH208  (names alone)
    except OSError:
        return False


def is_planted(path: Path) -> bool:
    """Say whether somebody else could have put a path before this person: into a folder open to everybody."""
    try:
        owner, open_to = path.lstat().st_uid, path.parent.stat().st_mode
    except OSError:
        return False
    return bool(open_to & stat.S_IWOTH) and owner not in (os.geteuid(), 0)


def typed(path: Path) -> str:
    """Give a path as one word of a command line, which no shell and no program takes for anything else."""
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def working_directory() -> Path:
    """Give the folder that the user stands in."""
    try:
        return Path.cwd()
    except OSError:
        message = "the folder that you stand in does not exist any more, or is closed to you"
        raise Refusal(message, "change to another one", Exit.FAILED) from None


def missing(path: Path) -> Refusal:
    """Say that there is no such file, and which one was probably meant."""
    if path.is_symlink():
        return Refusal(f"{path} is a link that leads nowhere", "mend the link, or remove it")
    # Only a mistake needs it.
    from difflib import get_close_matches  # noqa: PLC0415

    try:
        known = {entry.name.partition(".")[0].lower(): entry.name for entry in _beside(path)}
    except OSError:
        return Refusal(f"{path} does not exist", f"there is no folder {path.parent}: check the path")
    # What all names share, their ending, is no likeness.
    stem = path.name.partition(".")[0].lower()
    close = get_close_matches(stem, known, n=1, cutoff=_AS_NEAR)
    cure = f"did you mean {path.parent / known[close[0]]}?" if close else "check the path"
    return Refusal(f"{path} does not exist", cure)


def refused(error: OSError, path: Path, what: str = "read") -> Refusal:
    """Say what the system has against a path; ``what`` was to be done with it."""
    name = str(path) if len(str(path)) <= _LONGEST else f"{str(path)[:_LONGEST]}…"
    if isinstance(error, PermissionError):
        return Refusal(f"{name} may not be {what}", _allowing(path, what))
    said, cure = _SAID.get(
        error.errno or 0, (f"cannot be {what}: {error.strerror}", "check the path and the disk")
    )
    return Refusal(f"{name} {said}", cure)


def _beside(path: Path) -> list["os.DirEntry[str]"]:
    with os.scandir(path.parent) as entries:
        known = sorted(entries, key=lambda entry: entry.name)
    if path.suffix:
        return [entry for entry in known if entry.name.lower().endswith(SUFFIXES)]
    return [entry for entry in known if not entry.name.startswith(".")]


def _allowing(path: Path, what: str) -> str:
    try:
        is_folder = path.is_dir()
    except OSError:
        return f"the folder {path.parent} is closed to you: ask its owner, or work in another one"
    return f"allow it: chmod u+{what[0]}{'x' if is_folder else ''} {typed(path)}"
