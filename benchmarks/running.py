"""What running costs: a step, a short run, going on with a long one, memory, syncs."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks import costs, floors
from benchmarks.measure import Bench, Command, FailedError, Pair, Sample
from benchmarks.stub import answering
from benchmarks.subject import Subject
from benchmarks.workload import chain

FLOORS = Path(floors.__file__)
OURS = "runbook run"
UNSENT = "as far as its first send"
WAYS = (*floors.WAYS, UNSENT, OURS)
"""What is measured in each round; ``UNSENT`` reads, plans, and is refused before anything is written."""

SHORT = 10
BEGUN = 10
"""After so many sends, and then as often again, somebody looks at what memory a run holds."""

REQUEST = "\r\n".join(
    [
        f"POST /api/v1{floors.PATH} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in floors.HEADERS.items()),
        f"Content-Length: {len(json.dumps(floors.BODY))}",
        "",
        json.dumps(floors.BODY),
    ]
).encode()
"""A request such as all ways make it, for whoever asks the stub without any library."""

_REFUSED, _STOPPED = 11, 23
_SENDING = b"about to be sent"
_HELD = re.compile(rb"VmRSS:\s+(\d+) kB")
_SYNC = re.compile(r"\bf(?:data)?sync\(\d+<(.*?)>")


@dataclass(frozen=True)
class Course:
    """Where runs are measured: which installation sends to which address, with its log in which folder."""

    subject: Subject
    bench: Bench
    address: str

    @property
    def place(self) -> Path:
        """The folder of the log, and of whatever else is remembered."""
        return self.bench.folder / "remembered"

    @property
    def log(self) -> Path:
        """The run log."""
        return self.place / "run.db"

    def command(self, way: str, sends: int) -> Command:
        """Give the command line that sends so often in one of ``WAYS``."""
        if way in floors.WAYS:
            python = str(self.subject.python)
            return (python, str(FLOORS), way, str(sends), self.address, str(self.place))
        file = self.bench.folder / f"chain-{sends}.yaml"
        if not file.exists():
            file.write_text(chain(sends), "utf-8")
        return (str(self.subject.script), "run", str(file), "--yes", "--log", str(self.log))

    def clear(self) -> None:
        """Forget all that was sent."""
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()

    def once(self, way: str, sends: int) -> Sample:
        """Measure one process that sends so often and remembers nothing from before."""
        self.clear()
        if way != UNSENT:
            return self.bench.once(self.command(way, sends))
        switched_off = {**self.bench.environment, "RUNBOOK_SENDS": "off"}
        return replace(self.bench, environment=switched_off).once(self.command(way, sends), code=_REFUSED)

    def profiled(self, sends: int) -> dict[str, float]:
        """Give the seconds that each package takes in a run of so many steps."""
        self.clear()
        bench = self.bench
        return costs.packages(self.command(OURS, sends), self.subject.python, bench.environment, bench.folder)


def environment_for(address: str, bare: Mapping[str, str]) -> dict[str, str]:
    """Give the environment in which runs are sent to an address."""
    about = {"TIMEPAY_BASE_URL": address, "TIMEPAY_TOKEN": floors.TOKEN, "TIMEPAY_ORG_ID": floors.ORG}
    return {**bare, **about}


@dataclass(frozen=True)
class Slope:
    """The same with few sends and with many: what one more takes is the difference, shared out."""

    few: Sample
    many: Sample
    sends: int

    @property
    def wall_us(self) -> float:
        """What one more send takes by the clock."""
        return (self.many.wall_s - self.few.wall_s) / self.sends * 1e6

    @property
    def cpu_us(self) -> float:
        """What one more send takes of the processor."""
        return (self.many.cpu_s - self.few.cpu_s) / self.sends * 1e6


def slopes(course: Course, few: int, many: int) -> Iterator[dict[str, Slope]]:
    """Give rounds in which every way is measured with few and with many sends, by turns in both orders."""
    for number in range(course.bench.warm_up + course.bench.rounds):
        ways = WAYS if number % 2 else WAYS[::-1]
        samples = {way: Slope(course.once(way, few), course.once(way, many), many - few) for way in ways}
        if number >= course.bench.warm_up:
            yield {way: samples[way] for way in WAYS}


def short_runs(course: Course) -> Iterator[dict[str, Pair]]:
    """Give rounds of short runs that are written to a log which is there, each beside the imports."""
    course.clear()
    command = course.command(OURS, SHORT)
    course.bench.once(command)
    return course.bench.beside(course.subject.floor, {OURS: command})


@dataclass(frozen=True)
class Peaks:
    """The peak of memory of a run, of one that is refused before its first send, and the plan it keeps.

    ``kept_bytes`` is the length of the first event, in which the whole plan stands.
    """

    unsent: Sample
    sent: Sample
    kept_bytes: int

    @property
    def added_bytes(self) -> int:
        """What running takes beyond reading and planning."""
        return self.sent.peak_bytes - self.unsent.peak_bytes


def packages(course: Course, few: int, many: int) -> dict[str, float]:
    """Give the microseconds of one step more in each package under the profiler, the dearest first."""
    less, more = course.profiled(few), course.profiled(many)
    each_us = {name: (own_s - less.get(name, 0.0)) / (many - few) * 1e6 for name, own_s in more.items()}
    return dict(sorted(each_us.items(), key=lambda share: share[1], reverse=True))


def memory(course: Course, sizes: Sequence[int]) -> Iterator[dict[int, Peaks]]:
    """Give rounds of runs of every size."""
    for _ in range(course.bench.rounds):
        yield {size: _peaks(course, size) for size in sizes}


def _peaks(course: Course, size: int) -> Peaks:
    unsent, sent = course.once(UNSENT, size), course.once(OURS, size)
    with closing(sqlite3.connect(course.log)) as log:
        ((kept_bytes,),) = log.execute("SELECT length(body) FROM events WHERE kind = 'run_started'")
    return Peaks(unsent, sent, kept_bytes)


@dataclass(frozen=True)
class Resident:
    """The memory that a run holds after its first few sends, and the most that it held at any later one."""

    begun_bytes: int
    most_bytes: int


def resident(course: Course, size: int) -> Resident | None:
    """Look at a run of so many steps while it sends; None where the system does not tell (``/proc``)."""
    course.clear()
    command = course.command(OURS, size)
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=course.bench.environment
    ) as going:
        assert going.stdout is not None, "its lines are read"
        sends = (line for line in going.stdout if _SENDING in line)
        looks = [_held_bytes(going.pid) for number, _ in enumerate(sends, start=1) if number % BEGUN == 0]
    seen = [held for held in looks if held]  # the last lines may be read when it has ended
    if going.returncode:
        raise FailedError(f"{' '.join(command)} ended with {going.returncode}")
    return Resident(seen[0], max(seen)) if seen else None


def _held_bytes(pid: int) -> int | None:
    try:
        found = _HELD.search(Path(f"/proc/{pid}/status").read_bytes())
    except FileNotFoundError:
        return None
    return int(found[1]) * 1024 if found else None


@contextmanager
def interrupted(course: Course, sends: int) -> Iterator[Course]:
    """Give a course whose log holds a run that was stopped before its last step, after so many sends."""
    course.clear()
    stop = course.place / "STOP"
    with answering(course.subject.python, str(sends), str(stop)) as address:
        bench = replace(course.bench, environment=environment_for(address, course.bench.environment))
        course = replace(course, bench=bench, address=address)
        bench.once(course.command(OURS, sends + 1), code=_STOPPED)
        stop.unlink()
        yield course


def resumes(course: Course) -> Iterator[Sample]:
    """Give samples of going on with the same interrupted run, each with a copy of its log as it was."""
    kept = course.bench.folder / "interrupted.db"
    shutil.copy(course.log, kept)
    command = (str(course.subject.script), "resume", "last", "--yes", "--log", str(course.log))
    for number in range(course.bench.warm_up + course.bench.rounds):
        course.clear()
        shutil.copy(kept, course.log)
        sample = course.bench.once(command)
        if number >= course.bench.warm_up:
            yield sample


@dataclass(frozen=True)
class Syncs:
    """How often something was synced for each send: in all, and what of it came of folding a ``-wal``."""

    each: float
    folding: float


def syncs(course: Course, few: int, many: int) -> dict[str, Syncs] | None:
    """Count the syncs of each way with strace; None where there is none."""
    tracer = shutil.which("strace")
    if tracer is None:
        return None
    counted = {}
    for way in (*floors.WAYS, OURS):
        less, more = (_synced(tracer, course, way, sends) for sends in (few, many))
        each, folds = ((after - before) / (many - few) for before, after in zip(less, more, strict=True))
        counted[way] = Syncs(each, folds * FOLD_SYNCS)
    return counted


FOLD_SYNCS = 3
"""Folding a ``-wal`` syncs it twice and the file of the database once."""


def _synced(tracer: str, course: Course, way: str, sends: int) -> tuple[int, int]:
    """Count all syncs, and those of a database's file, which come once for each folding."""
    course.clear()
    out = course.bench.folder / "strace.txt"
    command = [tracer, "-f", "-y", "-e", "trace=fsync,fdatasync", "-o", str(out), *course.command(way, sends)]
    subprocess.run(command, check=True, capture_output=True, env=course.bench.environment)
    files = _SYNC.findall(out.read_text("utf-8", "replace"))
    return len(files), sum(file.endswith(".db") for file in files)


def sync_time_s(folder: Path, times: int = 200) -> float:
    """Measure how long it takes to append a line to a file and to sync it; the median."""
    taken = []
    with (folder / "synced").open("ab", buffering=0) as file:
        for _ in range(times):
            begin = perf_counter()
            file.write(b"x" * 100 + b"\n")
            os.fsync(file.fileno())
            taken.append(perf_counter() - begin)
    return median(taken)
