"""What the user named: paths, and where they lead; each failure with its cure."""

import stat
from pathlib import Path
from typing import Any

import click

from engine.api.files import missing, refused, working_directory
from engine.refusal import Refusal

CONFIG = Path(".runbook", "config.yaml")
PATH = click.Path(readable=False)
"""The type of an argument or option that is a path; ``named`` is its callback."""


def named(_context: click.Context, _parameter: click.Parameter, value: Any) -> Any:  # noqa: ANN401  (Click's)
    """Turn texts into paths; an empty one would be taken for the folder that one stands in."""
    if isinstance(value, tuple):
        return tuple(named(_context, _parameter, each) for each in value)
    if value == "":
        raise Refusal("a path is empty", "name a file or a folder; is a variable of your shell not set?")
    return None if value is None else Path(value)


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
