"""What the user named: paths, and where they lead; each failure with its cure."""

import os
import stat
import sys
from pathlib import Path
from typing import Any

import click

from engine.api.files import is_planted, missing, refused, working_directory
from engine.cli.screen import emit
from engine.refusal import Refusal

CONFIG = Path(".runbook", "config.yaml")
STDIN = Path("-")
"""Stands for the text on standard input."""

PATH = click.Path(readable=False)
"""The type of an argument or option that is a path; ``named`` is its callback."""


def named(_context: click.Context, _parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401  (Click's)
    """Turn texts into paths; an empty one would be taken for the folder that one stands in."""
    if isinstance(value, tuple):
        return tuple(named(_context, _parameter, each) for each in value)
    if value == "":
        raise Refusal("a path is empty", "name a file or a folder; is a variable of your shell not set?")
    return None if value is None else Path(value)


def named_to_write(context: click.Context, parameter: click.Parameter, value: str | None) -> Path | None:
    """Turn a text into the path of a file to write, which is none for a terminal."""
    if value == "-":
        raise Refusal("- is no name of a file, nor does it stand for stdout here", "name a file; ./- is one")
    path: Path | None = named(context, parameter, value)
    return path


def is_folder(path: Path) -> bool:
    """Say whether a path is a folder; one that cannot be looked at is refused."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except FileNotFoundError:
        raise missing(path) from None
    except OSError as error:
        raise refused(error, path) from None


def standard_input(most: int) -> bytes:
    """Read the text on standard input: at most one byte more than ``most``, for its reader to refuse."""
    if sys.stdin is None:
        raise Refusal("there is no standard input to read - from", "name a file, or pipe a text in")
    if sys.stdin.isatty():
        emit("Reading from the terminal; Ctrl-D ends the text.", err=True)
    return sys.stdin.buffer.read(most + 1)


def from_root(file: str) -> str:
    """Give a file's path as a code host knows it: from the repository's root, else from here.

    The root is what GITHUB_WORKSPACE names, or the nearest folder around the file that holds ``.git``.
    """
    here = Path(os.path.realpath(working_directory()))
    whole = Path(os.path.realpath(here / Path(file).parent), Path(file).name)
    workspace = os.environ.get("GITHUB_WORKSPACE")
    roots = [Path(os.path.realpath(workspace))] if workspace else []
    roots += [folder for folder in whole.parents if (folder / ".git").exists()]
    root = next((folder for folder in roots if whole.is_relative_to(folder)), here)
    return Path(os.path.relpath(whole, root)).as_posix()


def upward(name: Path) -> Path | None:
    """Find a file in this folder or the nearest one above; what cannot be looked at is refused."""
    for folder in (here := working_directory(), *here.parents):
        try:
            (folder / name).stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise refused(error, folder / name) from None
        if is_planted(folder / name.parent):
            raise Refusal(
                f"{folder / name} belongs to somebody else, and lies where everybody may put files",
                "work in a folder of your own; what it says would decide where your token is sent",
            )
        return folder / name
    return None
