"""Which runbooks a command is about: the files that were named, and those below named folders."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from engine.api.files import SUFFIXES, refused, typed
from engine.cli.files import CONFIG, is_folder
from engine.refusal import Refusal

_SCENARIOS = tuple(f".test{suffix}" for suffix in SUFFIXES)


def runbooks_of(paths: Iterable[Path]) -> tuple[list[Path], list[Refusal]]:
    """List each file once, under the name that it is met by first, and why some paths give none."""
    return _files_of(paths, _is_runbook, lambda path: [runbook_file(path)], "*.yaml")


def scenarios_of(
    paths: Iterable[Path], named: Callable[[Path], list[Path]]
) -> tuple[list[Path], list[Refusal]]:
    """List each scenario file once, as ``runbooks_of`` does; ``named`` says what a named file stands for."""
    return _files_of(paths, is_scenario, named, "*.test.yaml")


def yaml_files_of(paths: Iterable[Path]) -> tuple[list[Path], list[Refusal]]:
    """List each file of either sort once, as ``runbooks_of`` does."""
    return _files_of(paths, lambda path: path.name.lower().endswith(SUFFIXES), lambda path: [path], "*.yaml")


def _files_of(
    paths: Iterable[Path], is_wanted: Callable[[Path], bool], named: Callable[[Path], list[Path]], form: str
) -> tuple[list[Path], list[Refusal]]:
    files: dict[tuple[int, int] | Path, Path] = {}
    wrong: list[Refusal] = []
    for path in paths:
        try:
            below = _below(path, wrong, is_wanted, form) if is_folder(path) else named(path)
        except Refusal as refusal:
            wrong.append(refusal)
        else:
            for file in below:
                files.setdefault(_identity(file), file)
    return list(files.values()), wrong


def is_scenario(path: Path) -> bool:
    """Say whether a file tells what a runbook does, by its name: it is no runbook itself."""
    return path.name.lower().endswith(_SCENARIOS)


def runbook_file(path: Path) -> Path:
    """Give the path of a file that may be a runbook; another file of ours is refused."""
    if is_scenario(path):
        message = f"{path} is a scenario file: it says what a runbook is to do, and is none itself"
        raise Refusal(message, f"runbook test {typed(path)}")
    if is_config(path):
        raise Refusal(f"{path} is a configuration, and no runbook", f"runbook validate {typed(path)}")
    return path


def is_config(path: Path) -> bool:
    """Say whether a file is the configuration of a repository, by its place."""
    return Path(os.path.realpath(path)).parts[-2:] == CONFIG.parts


def _identity(file: Path) -> tuple[int, int] | Path:
    """Know a file again under another name; one that cannot be looked at has its name alone."""
    try:
        about = file.stat()
    except OSError:
        return file
    return about.st_dev, about.st_ino


def _below(top: Path, wrong: list[Refusal], is_wanted: Callable[[Path], bool], form: str) -> list[Path]:
    before = len(wrong)
    files = [path for path in _walk(top, wrong) if is_wanted(path)]
    if not files and len(wrong) == before:
        raise Refusal(f"there is no {form} below {top}", "name a folder that holds some")
    return files


def _walk(top: Path, wrong: list[Refusal]) -> Iterator[Path]:
    """Walk over the files below a folder in a fixed order, hidden files and folders left out.

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
            yield from (place / name for name in sorted(names) if not name.startswith("."))


def _is_runbook(path: Path) -> bool:
    return path.name.lower().endswith(SUFFIXES) and not is_scenario(path)
