"""What the user named: paths and bounded reads, never blocking, each failure with its cure."""

import os
import stat
from pathlib import Path
from typing import Any

import click

from engine.cli.refusal import refused
from engine.refusal import Exit, Refusal

CONFIG = Path(".runbook", "config.yaml")
SUFFIXES = (".yaml", ".yml")
PATH = click.Path(readable=False)
"""The type of an argument or option that is a path; ``named`` is its callback."""

_AS_NEAR = 0.75


def named(_context: click.Context, _parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401  (Click's)
    """Turn texts into paths; an empty one would be taken for the folder that one stands in."""
    if isinstance(value, tuple):
        return tuple(named(_context, _parameter, each) for each in value)
    if value == "":
        raise Refusal("a path is empty", "name a file or a folder; is a variable of your shell not set?")
    return None if value is None else Path(value)


def read_bytes(path: Path, most: int) -> bytes:
    """Read a regular file, at most one byte more than ``most``, so that its reader can refuse it."""
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


def is_folder(path: Path) -> bool:
    """Say whether a path is a folder; one that cannot be looked at is refused."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        raise missing(path) from None
    except OSError as error:
        raise refused(error, path) from None


def upward(name: Path) -> Path | None:
    """Find a file in this folder or the nearest one above; what cannot be looked at is refused."""
    for folder in (here := working_directory(), *here.parents):
        try:
            (folder / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise refused(error, folder / name) from None
        return folder / name
    return None


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


def _beside(path: Path) -> list["os.DirEntry[str]"]:
    with os.scandir(path.parent) as entries:
        known = sorted(entries, key=lambda entry: entry.name)
    if path.suffix:
        return [entry for entry in known if entry.name.lower().endswith(SUFFIXES)]
    return [entry for entry in known if not entry.name.startswith(".")]
