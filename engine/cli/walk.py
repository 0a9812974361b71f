"""Which runbooks a command is about: the files that were named, and those below named folders."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.api.files import SUFFIXES, refused
from engine.cli.files import is_folder
from engine.refusal import Refusal

_SCENARIOS = tuple(f".test{suffix}" for suffix in SUFFIXES)


def runbooks_of(paths: Iterable[Path]) -> tuple[list[Path], list[Refusal]]:
    """List each file once, in the order given, and why some paths give none."""
    files: dict[Path, None] = {}
    wrong: list[Refusal] = []
    for path in paths:
        try:
            below = _below(path, wrong) if is_folder(path) else [path]
        except Refusal as refusal:
            wrong.append(refusal)
        else:
            files |= dict.fromkeys(below)
    return list(files), wrong


def _below(top: Path, wrong: list[Refusal]) -> list[Path]:
    before = len(wrong)
    files = list(_walk(top, wrong))
    if not files and len(wrong) == before:
        raise Refusal(f"there is no *.yaml below {top}", "name a folder that holds runbooks")
    return files


def _walk(top: Path, wrong: list[Refusal]) -> Iterator[Path]:
    """Walk over the runbooks below a folder in a fixed order, hidden files and folders left out.

    Each folder is visited once. Links come last, so that a file is shown under its real name.
    """
    seen: set[tuple[int, int]] = set()
    waiting = [top]

    def closed(error: OSError) -> None:
        wrong.append(refused(error, Path(error.filename)))

    for start in waiting:
        for folder, folders, names in os.walk(start, onerror=closed):
            place = Path(folder)
            about = place.stat()
            if (about.st_dev, about.st_ino) in seen:
                folders.clear()
                continue
            seen.add((about.st_dev, about.st_ino))
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            waiting += [place / name for name in folders if (place / name).is_symlink()]
            yield from (place / name for name in sorted(names) if _is_runbook(name.lower()))


def _is_runbook(name: str) -> bool:
    return name.endswith(SUFFIXES) and not name.endswith(_SCENARIOS) and not name.startswith(".")
