"""What is checked out where a runbook lies, from git's own files: asking git takes longer than a plan."""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from engine.runbook.characters import MAX_BYTES

_COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_MARK = b"\xef\xbb\xbf"
_MOST_LINKS = 5
"""So often git itself follows a name that leads to another name."""
_MOST_BYTES = 1 << 26


class Origin(NamedTuple):
    """Where a runbook's text comes from.

    ``commit`` is what is checked out around its file, None outside git. ``blob`` is git's own name for the
    text, so that ``git ls-tree COMMIT`` tells whether it is the one that was committed.
    """

    commit: str | None
    blob: str


def origin(file: str, text: str, told: str | None = None) -> Origin:
    """Say where a text comes from; one that does not stand in the file now has no commit.

    ``told`` is the commit of a job that unpacked the files without their history: it counts outside git.
    """
    written, said = _read(Path(file), MAX_BYTES), text.encode()
    if written is None or written.removeprefix(_MARK) != said:
        return Origin(None, _blob(said, None))
    commit = _commit(Path(os.path.realpath(file)).parent, told)
    return Origin(commit, _blob(written, commit))


def _blob(content: bytes, commit: str | None) -> str:
    """Name a content as git does: by SHA-256 in the few repositories whose commits are named so, too."""
    is_long = commit is not None and len(commit) == 64  # noqa: PLR2004
    named = hashlib.sha256() if is_long else hashlib.sha1(usedforsecurity=False)
    named.update(b"blob %d\0" % len(content) + content)
    return named.hexdigest()


def _commit(folder: Path, told: str | None) -> str | None:
    for place in (folder, *folder.parents):
        if os.path.lexists(place / ".git"):
            return _head(_git_folder(place / ".git"))
    return told if told and _COMMIT.fullmatch(told) else None


def _git_folder(place: Path) -> Path:
    """Give the folder of a repository: in a further worktree and in a submodule a file leads there."""
    leads = _line(place) if place.is_file() else None
    return place.parent / leads.removeprefix("gitdir:").strip() if leads else place


def _head(folder: Path) -> str | None:
    shared = folder / (_line(folder / "commondir") or "")
    said = _line(folder / "HEAD")
    for _ in range(_MOST_LINKS):
        name = said.removeprefix("ref:").strip() if said and said.startswith("ref:") else ""
        if not name.startswith("refs/") or ".." in name:
            break
        said = _line(folder / name) or _line(shared / name) or _packed(shared, name)
    return said if said and _COMMIT.fullmatch(said) else None


def _packed(folder: Path, name: str) -> str | None:
    lines = _read(folder / "packed-refs", _MOST_BYTES) or b""
    before, found, _ = lines.partition(f" {name}\n".encode())
    return before.rpartition(b"\n")[2].decode("ascii", "replace") if found else None


def _line(path: Path) -> str | None:
    content = _read(path, _MOST_BYTES)
    return None if content is None else content.decode("utf-8", "replace").strip()


def _read(path: Path, most: int) -> bytes | None:
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                return file.read(most)
    return None
