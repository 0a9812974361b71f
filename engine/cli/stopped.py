"""The STOP file, a stop that needs no log; and the finished command lines that lift stops."""

import os
import shlex
from pathlib import Path

from engine.cli.chosen import Chosen, repository
from engine.cli.files import working_directory
from engine.record.entry import StopEntry
from engine.record.need import WHY

STOP_FILE = Path(".runbook", "STOP")


def stop_files(log: Path) -> tuple[Path, ...]:
    """Give the places of the STOP file: beside the log, in this folder and in each one above.

    The log lies where its path says, and where a link on that path leads.
    """
    here = working_directory()
    beside = (log.absolute().parent, Path(os.path.realpath(log)).parent)
    above = (folder / STOP_FILE.parent for folder in (here, *here.parents))
    return tuple(dict.fromkeys(folder / STOP_FILE.name for folder in (*beside, *above)))


def places_to_stop(chosen: Chosen) -> tuple[Path, ...]:
    """Give where a STOP file is written, the farthest-reaching first: beside the log, and in the repository.

    Where the log is a guess, the repository comes first: whatever log is meant, runs from there see it.
    """
    beside = Path(os.path.realpath(chosen.log)).parent / STOP_FILE.name
    root = chosen.found.root or repository()
    is_guess = chosen.found.is_guess and not chosen.is_log_said
    return tuple(dict.fromkeys((root / STOP_FILE, beside) if is_guess else (beside, root / STOP_FILE)))


def stop_of(files: tuple[Path, ...]) -> str | None:
    """Give what the first STOP file says; one that cannot be looked at is a stop, too."""
    for file in files:
        try:
            os.stat(file)  # noqa: PTH116  (asked twice a send)
        except (FileNotFoundError, NotADirectoryError):
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


def lifting_line(stop: StopEntry, chosen: Chosen) -> str:
    """Give the command line that lifts a stop of the log; NAME stands in it where no name is known here."""
    line = (
        f"runbook allow{f' --campaign {shlex.quote(stop.campaign)}' if stop.campaign else ''} --reason {WHY}"
    )
    if stop.account is None:
        return line + chosen.options()
    name, here = chosen.environment_of(stop.account), chosen.found.here
    if name is None and here is not None and here.name is None and here.account.key == stop.account:
        return line + chosen.options()
    return line + (chosen.options(name) if name is not None else f" --env NAME{chosen.options()}")


def lifting_files(chosen: Chosen) -> str:
    """Give the command line that removes STOP files."""
    return f"runbook allow --reason {WHY}{chosen.options()}"
