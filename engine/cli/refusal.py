"""Why a command does nothing: said in a line, with the cure, under an exit code (DESIGN, section 7)."""

import errno
from pathlib import Path

USAGE = 64
INVALID = 10
FAILED = 1
UNREAD = 141
"""As the shell says it of a program that SIGPIPE ended: 128 + 13."""

_LONGEST = 200
_SAID = {
    errno.ENOENT: ("does not exist", "check the path"),
    errno.ENOTDIR: ("does not exist", "check the path: a file is named in it as if it were a folder"),
    errno.ELOOP: ("is a link that leads back to itself", "make the link lead to a file or a folder"),
    errno.ENAMETOOLONG: ("has a name longer than the system allows", "check the path, or shorten the name"),
}


class Refusal(Exception):  # noqa: N818  (a refusal is no error of the program)
    """Ends a command; ``help`` says what to do instead."""

    def __init__(self, message: str, cure: str = "", code: int = USAGE) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure
        self.code = code


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
