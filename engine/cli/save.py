"""Writing what the user asked for: a file whole or not at all, and never over something else."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from engine.api.files import refused
from engine.refusal import Refusal


def save(path: Path, text: str, *, sparing: Iterable[Path]) -> None:
    """Write a file, through a link if it is one; the files in ``sparing`` are never written over."""
    target = Path(os.path.realpath(path))
    try:
        mode = _mode(path, target, sparing)
        _replace(target, text, mode)
    except FileNotFoundError:
        raise Refusal(
            f"{path} cannot be written: there is no folder {target.parent}", "make it first"
        ) from None
    except PermissionError as error:
        # A file is replaced, so its folder is what must allow it.
        raise refused(error, target.parent, "written") from None
    except OSError as error:
        raise refused(error, path, "written") from None


def _mode(path: Path, target: Path, sparing: Iterable[Path]) -> int | None:
    """Give the permissions of the file that is replaced; None if there is none."""
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
    return stat.S_IMODE(about.st_mode)


def _replace(target: Path, text: str, mode: int | None) -> None:
    beside = target.with_name(f".runbook.{os.getpid()}")
    try:
        with beside.open("x", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            beside.chmod(mode)
        beside.replace(target)
    finally:
        with suppress(OSError):
            beside.unlink()
