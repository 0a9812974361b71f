"""Whole processes, timed one after the other: the clock, the processor, the memory."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Command = Sequence[str]
_LAUNCHER = Path(__file__).with_name("launcher.py")


@dataclass(frozen=True)
class Sample:
    """What one process took: seconds by the clock, seconds of processor, its peak of memory."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True)
class Spread:
    """The middle of some numbers, the least and the most of them."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> "Spread":
        """Sum up numbers; there is at least one."""
        return cls(median(numbers), min(numbers), max(numbers))


class FailedError(Exception):
    """A process that was to be measured did not end well, so its time means nothing."""


def run(command: Command, environment: Mapping[str, str], errors: Path, *, code: int = 0) -> Sample:
    """Run a command to its end, its output thrown away; what it says in ``errors`` is kept.

    Raises FailedError where it ends with another exit code.
    """
    launcher = [sys.executable, "-ISE", str(_LAUNCHER), str(errors), *command]
    done = subprocess.run(launcher, env=environment, check=True, stdout=subprocess.PIPE)
    ended, wall_s, cpu_s, peak = json.loads(done.stdout)
    if ended != code:
        said = errors.read_text("utf-8", "replace").strip()
        raise FailedError(f"{' '.join(command)} ended with {ended}: {said}")
    unit = 1 if sys.platform == "darwin" else 1024  # Linux counts the peak in KiB
    return Sample(wall_s, cpu_s, peak * unit)


@dataclass(frozen=True)
class Pair:
    """A command and the floor, measured one after the other."""

    own: Sample
    floor: Sample

    @property
    def ratio(self) -> float:
        """How many times the floor the command took, by the clock."""
        return self.own.wall_s / self.floor.wall_s

    @property
    def cpu_ratio(self) -> float:
        """How many times the floor's processor time it took: the same, but blind to a busy machine."""
        return self.own.cpu_s / self.floor.cpu_s


@dataclass(frozen=True)
class Bench:
    """Where processes are measured: in which environment, how often, after how many rounds of warming."""

    environment: Mapping[str, str]
    folder: Path
    rounds: int
    warm_up: int

    def once(self, command: Command, *, code: int = 0) -> Sample:
        """Measure one process, which ends with that exit code."""
        return run(command, self.environment, self.folder / "errors.txt", code=code)

    def each(self, commands: Mapping[int, Command]) -> Iterator[dict[int, Sample]]:
        """Give rounds in which every command is measured once, in their order."""
        for number in range(self.warm_up + self.rounds):
            samples = {name: self.once(command) for name, command in commands.items()}
            if number >= self.warm_up:
                yield samples

    def beside(self, floor: Command, commands: Mapping[str, Command]) -> Iterator[dict[str, Pair]]:
        """Give rounds in which the floor is measured right beside every command.

        In every other round it comes after the command, so that neither gains from its place.
        """
        for number in range(self.warm_up + self.rounds):
            pairs = {name: self._pair(floor, one, number % 2) for name, one in commands.items()}
            if number >= self.warm_up:
                yield pairs

    def _pair(self, floor: Command, command: Command, floor_last: int) -> Pair:
        first, second = (self.once(one) for one in ((command, floor) if floor_last else (floor, command)))
        return Pair(first, second) if floor_last else Pair(second, first)
