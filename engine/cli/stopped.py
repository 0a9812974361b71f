"""The STOP file: a stop that needs no log."""

import os
from pathlib import Path

from engine.cli.environment import Found
from engine.cli.files import working_directory

STOP_FILE = Path(".runbook", "STOP")


def stop_files(found: Found, log: Path) -> tuple[Path, ...]:
    """Give the places of the STOP file: beside the log, in the repository, and where one stands."""
    folders = [log.absolute().parent, working_directory() / STOP_FILE.parent]
    folders += [found.root / STOP_FILE.parent] if found.root else []
    return tuple(dict.fromkeys(folder / STOP_FILE.name for folder in folders))


def stop_of(files: tuple[Path, ...]) -> str | None:
    """Give what the first STOP file says; one that cannot be looked at is a stop, too."""
    for file in files:
        try:
            os.stat(file)  # noqa: PTH116  (asked twice a send)
        except FileNotFoundError:
            continue
        except OSError as error:
            return f"whether {file} is there cannot be told: {error.strerror}"
        return f"stopped by the file {file}: {_first_line(file)}"
    return None


def _first_line(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(200).decode(errors="replace").partition("\n")[0].strip() or "no reason given"
    except OSError:
        return "no reason given"
