"""The STOP file, a stop that needs no log; and the finished command lines that lift stops."""

import os
import shlex
from pathlib import Path

from engine.api import stops
from engine.api.stops import STOP_FILE
from engine.cli.chosen import Chosen, repository
from engine.cli.files import working_directory
from engine.record.entry import StopEntry
from engine.record.need import WHY


def stop_files(log: Path) -> tuple[Path, ...]:
    """Give the places of the STOP file that counts for a log, seen from this folder."""
    return stops.stop_files(log, working_directory())


def places_to_stop(chosen: Chosen) -> tuple[Path, ...]:
    """Give where a STOP file is written, the farthest-reaching first: beside the log, and in the repository.

    Where the log is a guess, the repository comes first: whatever log is meant, runs from there see it.
    """
    beside = Path(os.path.realpath(chosen.log)).parent / STOP_FILE.name
    root = chosen.found.root or repository()
    is_guess = chosen.found.is_guess and not chosen.is_log_said
    return tuple(dict.fromkeys((root / STOP_FILE, beside) if is_guess else (beside, root / STOP_FILE)))


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
    return line + (chosen.options(name, narrows=True) if name else f" --env NAME{chosen.options()}")


def lifting_files(chosen: Chosen) -> str:
    """Give the command line that removes STOP files."""
    return f"runbook allow --reason {WHY}{chosen.options()}"
