"""Writing what the user asked for: a file whole or not at all, and never over something else."""

import os
import secrets
import shlex
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
        _replace(target, text, _replaced(path, target, sparing))
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


def _replace(target: Path, text: str, about: os.stat_result | None) -> None:
    beside = target.with_name(f".runbook.{secrets.token_hex(8)}")
    with beside.open("x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        try:
            if about is not None:
                _hand_over(file.fileno(), about)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
            beside.replace(target)
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
