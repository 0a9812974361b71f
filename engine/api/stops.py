"""The STOP file: a stop that needs no log, and that everything which sends looks for."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.api.files import working_directory

STOP_FILE = Path(".runbook", "STOP")
NO_REASON = "no reason given"
_MOST_BYTES = 1000


def stop_files(log: Path | None) -> tuple[Path, ...]:
    """Give the places of the STOP file: beside the log, in the working directory and in each one above.

    The log lies where its path says, and where a link on that path leads.
    """
    here = working_directory()
    beside = (log.absolute().parent, Path(os.path.realpath(log)).parent) if log else ()
    above = (folder / STOP_FILE.parent for folder in (here, *here.parents))
    return tuple(dict.fromkeys(folder / STOP_FILE.name for folder in (*beside, *above)))


def stop_of(files: Iterable[Path]) -> str | None:
    """Give what the first STOP file says; one that cannot be looked at is a stop, too."""
    return next((said for _, said in standing_files(files)), None)


def standing_files(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Give each STOP file that is there, or cannot be looked at, with what it says."""
    for file in files:
        try:
            mode = os.stat(file).st_mode  # noqa: PTH116  (asked twice a send)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield file, f"whether {file} is there cannot be told: {error.strerror}"
        else:
            # Nobody writes to a pipe of that name: it would be waited for without an end.
            said = _first_line(file) if stat.S_ISREG(mode) else NO_REASON
            yield file, f"stopped by the file {file}: {said}"


def _first_line(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_BYTES).decode(errors="replace").partition("\n")[0].strip() or NO_REASON
    except OSError:
        return NO_REASON
