"""Writing what the user asked for: a file whole or not at all, and never over something else."""

import os
import shlex
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from engine.api.files import refuse_leading_out, refused
from engine.durable import making
from engine.refusal import Refusal

_SQLITE = b"SQLite format 3\0"
_OF_LOG = ("", "-wal", "-shm", "-journal", ".key", ".locks")


def save(
    path: Path, text: str, *, sparing: Iterable[Path], refuse_to_lose: Callable[[Path], None] | None = None
) -> None:
    """Write a file, through a link if it stays in its repository; those in ``sparing``, and a log, stay.

    ``refuse_to_lose`` looks at a file with something in it that would be replaced, and may refuse.
    """
    refuse_leading_out(path)
    target = Path(os.path.realpath(path))
    with _said(path, target):
        about = _replaced(path, target, sparing)
        if refuse_to_lose is not None and about is not None and about.st_size:
            refuse_to_lose(path)
        with making(target, 0o666, replaces=True) as file:
            if about is not None:
                _hand_over(file.fileno(), about)
            file.write(_bytes(text))


def save_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, for its owner's eyes; what stands there, if only a link, stays."""
    _refuse_log(path, path.parent.resolve() / path.name, None)
    with _said(path, path), making(path, 0o600, replaces=False) as file:
        file.write(_bytes(text))


def save_private(
    path: Path, write: Callable[[IO[bytes]], object], *, log: Path, sparing: Iterable[Path], may_replace: bool
) -> None:
    """Have a file written for its owner's eyes, by what is read from ``log``: that, and ``sparing``, stay."""
    refuse_leading_out(path)
    target = Path(os.path.realpath(path))
    with _said(path, target):
        _replaced(path, target, sparing, log)
        if not may_replace and os.path.lexists(path):
            raise Refusal(f"{path} is there already", "name another file, or say --force")
        with making(target, 0o600, replaces=may_replace) as file:
            write(file)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


@contextmanager
def _said(path: Path, target: Path) -> Iterator[None]:
    """Say in plain words why a file cannot be written."""
    try:
        yield
    except FileExistsError:
        raise Refusal(f"{path} is there already", "name another file, or move that one away") from None
    except FileNotFoundError:
        raise Refusal(
            f"{path} cannot be written: there is no folder {target.parent}", "make it first"
        ) from None
    except PermissionError as error:
        # A file is replaced, so its folder is what must allow it.
        raise refused(error, target.parent, "written") from None
    except OSError as error:
        raise refused(error, path, "written") from None


def _replaced(
    path: Path, target: Path, sparing: Iterable[Path], log: Path | None = None
) -> os.stat_result | None:
    """Look at the file that is replaced; None if there is none."""
    _refuse_log(path, target, log)
    try:
        about = path.stat()  # not of the target: /dev/stdout of a pipe resolves to a name that is not there
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(about.st_mode):
        what = "a directory" if stat.S_ISDIR(about.st_mode) else "not a regular file"
        raise Refusal(f"{path} is {what}", "name a file to write")
    if _is_one_of(target, sparing):
        raise Refusal(f"{path} is what this command reads", "write to another file")
    if about.st_nlink > 1:
        name = shlex.quote(str(path))
        message = f"{path} has {about.st_nlink} names (hard links), and only this one would change"
        raise Refusal(message, f"make it a file of its own: cp {name} {name}.new && mv {name}.new {name}")
    return about


def _refuse_log(path: Path, target: Path, log: Path | None) -> None:
    """Refuse a run log, or any other database, and what belongs to one."""
    for named in map(str, (target, target.parent)):  # locks lie in a folder beside it
        for suffix in filter(named.endswith, _OF_LOG):
            whose = Path(named.removesuffix(suffix))
            if is_database(whose, log):
                what = "a run log, or another database" if whose == target else f"part of {whose}, a database"
                raise Refusal(f"{path} is {what}: it is never written over", "name another file")


def is_database(path: Path, log: Path | None = None) -> bool:
    """Say whether a file is a database of SQLite; into ``log``, which is one, it does not look.

    Closing it again would take from this process the locks that SQLite holds on it.
    """
    if log is not None and _is_one_of(path, [log]):
        return True
    with suppress(OSError):
        if path.is_file():
            with path.open("rb") as file:
                return file.read(len(_SQLITE)) == _SQLITE
    return False


def _is_one_of(path: Path, others: Iterable[Path]) -> bool:
    for each in others:
        with suppress(OSError):
            if path.samefile(each):
                return True
    return False


def _hand_over(file: int, about: os.stat_result) -> None:
    """Give a file the owner, group and permissions of another one, as far as the system lets us."""
    made = os.fstat(file)
    if (made.st_uid, made.st_gid) != (about.st_uid, about.st_gid):
        for owner in (about.st_uid, -1):
            with suppress(PermissionError):
                os.fchown(file, owner, about.st_gid)
                break
    os.fchmod(file, stat.S_IMODE(about.st_mode))
