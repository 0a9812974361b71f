"""Writing what the user asked for: a file whole or not at all, and never over something else."""

import os
import shlex
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from engine.api.files import refuse_leading_out, refused
from engine.refusal import Refusal


def save(path: Path, text: str, *, sparing: Iterable[Path]) -> None:
    """Write a file, through a link if it stays in its repository; those in ``sparing`` stay."""
    refuse_leading_out(path)
    target = Path(os.path.realpath(path))
    with _said(path, target):
        about = _replaced(path, target, sparing)
        with _written(target, text, about) as beside:
            beside.replace(target)


def save_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, for its owner's eyes; what stands there, if only a link, stays."""
    with _said(path, path), _written(path, text, None, mode=0o600) as beside:
        path.hardlink_to(beside)  # unlike a new name for it, this takes nobody else's away


def save_pieces(path: Path, write: Callable[[IO[bytes]], None], *, may_replace: bool) -> None:
    """Have a file written for its owner's eyes, whole or not at all; ``write`` is given it, open."""
    refuse_leading_out(path)
    if not may_replace and os.path.lexists(path):
        raise Refusal(f"{path} is there already", "name another file, or say --force")
    with _said(path, path):
        beside = path.with_name(f".runbook.{os.urandom(8).hex()}")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123  (no Path has these flags)
            try:
                write(file)
                file.flush()
                os.fsync(file.fileno())
                if may_replace:
                    beside.replace(path)
                else:
                    path.hardlink_to(beside)
            finally:
                with suppress(OSError):
                    beside.unlink()


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


def _replaced(path: Path, target: Path, sparing: Iterable[Path]) -> os.stat_result | None:
    """Look at the file that is replaced; None if there is none."""
    try:
        about = target.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(about.st_mode):
        what = "a directory" if stat.S_ISDIR(about.st_mode) else "not a regular file"
        raise Refusal(f"{path} is {what}", "name a file to write, for example plan.json")
    for spared in sparing:
        if os.path.samestat(about, spared.stat()):
            raise Refusal(f"{path} is what this command reads", "write to another file, such as plan.json")
    if about.st_nlink > 1:
        name = shlex.quote(str(path))
        message = f"{path} has {about.st_nlink} names (hard links), and only this one would change"
        raise Refusal(message, f"make it a file of its own: cp {name} {name}.new && mv {name}.new {name}")
    return about


@contextmanager
def _written(target: Path, text: str, about: os.stat_result | None, mode: int = 0o666) -> Iterator[Path]:
    """Write a file under another name, whole and on disk; what the block does not give a name to is gone."""
    beside = target.with_name(f".runbook.{os.urandom(8).hex()}")
    opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(opened, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:  # noqa: PTH123  (the same)
        try:
            if about is not None:
                _hand_over(file.fileno(), about)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            yield beside
        finally:
            with suppress(OSError):
                beside.unlink()


def _hand_over(file: int, about: os.stat_result) -> None:
    """Give a file the owner, group and permissions of another one, as far as the system lets us."""
    made = os.fstat(file)
    if (made.st_uid, made.st_gid) != (about.st_uid, about.st_gid):
        for owner in (about.st_uid, -1):
            with suppress(PermissionError):
                os.fchown(file, owner, about.st_gid)
                break
    os.fchmod(file, stat.S_IMODE(about.st_mode))
