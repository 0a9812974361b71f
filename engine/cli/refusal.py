"""What the system has against a path, as a refusal with its cure."""

import errno
from pathlib import Path

from engine.refusal import Refusal

_LONGEST = 200
_SAID = {
    errno.ENOENT: ("does not exist", "check the path"),
    errno.ENOTDIR: ("does not exist", "check the path: a file is named in it as if it were a folder"),
    errno.ELOOP: ("is a link that leads back to itself", "make the link lead to a file or a folder"),
    errno.ENAMETOOLONG: ("has a name longer than the system allows", "check the path, or shorten the name"),
}


def refused(error: OSError, path: Path, what: str = "read") -> Refusal:
    """Say what the system has against a path; ``what`` was to be done with it."""
    name = str(path) if len(str(path)) <= _LONGEST else f"{str(path)[:_LONGEST]}…"
    if isinstance(error, PermissionError):
        return Refusal(f"{name} may not be {what}", _allowing(path, name, what))
    said, cure = _SAID.get(
        error.errno or 0, (f"cannot be {what}: {error.strerror}", "check the path and the disk")
    )
    return Refusal(f"{name} {said}", cure)


def _allowing(path: Path, name: str, what: str) -> str:
    try:
        is_folder = path.is_dir()
    except OSError:
        return f"the folder {path.parent} is closed to you: ask its owner, or work in another one"
    return f"allow it: chmod u+{what[0]}{'x' if is_folder else ''} {name}"
