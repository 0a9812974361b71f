"""Reading what the user named: bounded, never blocking, each failure with its cure."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from engine.cli.refusal import Refusal

SUFFIXES = (".yaml", ".yml")


def read_bytes(path: Path, most: int) -> bytes:
    """Read a regular file, at most one byte more than ``most``, so that its reader can refuse it."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            what = "a directory" if path.is_dir() else "not a regular file"
            raise Refusal(f"{path} is {what}", "name a runbook's file, for example runbooks/first.yaml")
        with path.open("rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        raise Refusal(f"{path} does not exist", _nearby(path)) from None
    except PermissionError:
        raise Refusal(f"{path} may not be read", f"allow it: chmod u+r {path}") from None
    except (OSError, ValueError) as error:
        raise Refusal(f"{path} cannot be read: {error}", "check the path and the disk") from None


def runbooks_in(directory: Path) -> Iterator[Path]:
    """Walk over the runbooks below a directory in a fixed order, hidden files and folders left out."""
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            is_scenario = name.endswith((".test.yaml", ".test.yml"))
            if name.endswith(SUFFIXES) and not name.startswith(".") and not is_scenario:
                yield Path(folder) / name


def _nearby(path: Path) -> str:
    """Name a file that was probably meant."""
    # Only a mistake needs it.
    from difflib import get_close_matches  # noqa: PLC0415

    try:
        names = [entry.name for entry in os.scandir(path.parent) if entry.name.endswith(SUFFIXES)]
    except OSError:
        return f"there is no directory {path.parent}: check the path"
    close = get_close_matches(path.name, names, n=1)
    return f"did you mean {path.parent / close[0]}?" if close else "check the path"


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Refusal(
            f"{path} cannot be written: {error.strerror}", "check the folder and the disk"
        ) from None
