"""What checking a long log costs, beside reading its rows and working out their hashes."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from benchmarks import long_log, reading_floor
from benchmarks.measure import Bench, Pair
from benchmarks.subject import Subject

VERIFY = "runbook verify"


def written(subject: Subject, bench: Bench, address: str, events: int) -> Path:
    """Write a log of so many events with the engine that is measured; it stays as long as the folder."""
    file = bench.folder / "long.db"
    command = [str(subject.python), str(long_log.__file__), str(events), str(file), address]
    subprocess.run(command, check=True, capture_output=True, env=bench.environment, cwd=bench.folder)
    return file


def rounds(subject: Subject, bench: Bench, file: Path) -> Iterator[dict[str, Pair]]:
    """Give rounds in which the log is checked right beside the floor, by turns before and after it."""
    floor = (str(subject.python), str(reading_floor.__file__), str(file))
    return bench.beside(floor, {VERIFY: (str(subject.script), "verify", "--log", str(file))})
