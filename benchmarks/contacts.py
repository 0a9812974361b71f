"""What it takes to say what a customer was sent, in a log of a million contacts."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import contacts_log
from benchmarks.contacts_log import ANSWER, BARE, CUSTOMER, EACH, IDS
from benchmarks.measure import Bench, FailedError, Sample
from benchmarks.subject import Subject

SCRIPT = Path(contacts_log.__file__)


@dataclass(frozen=True)
class Round:
    """The same question in its ways: seconds of the answer and of the bare question, the whole command.

    ``empty`` is the same command at a log in which nothing was run: what starting costs.
    """

    answer_s: float
    bare_s: float
    command: Sample
    empty: Sample


def rounds(subject: Subject, bench: Bench, contacts: int) -> Iterator[Round]:
    """Give rounds of asking a log of so many contacts about one customer, by turns in both orders."""
    full, empty = bench.folder / "contacts.db", bench.folder / "empty.db"
    for file, size in ((full, contacts), (empty, 0)):
        _child(subject, "make", str(file), str(size))
    script = (str(subject.script), "contacts", CUSTOMER, "--log")
    for number in range(bench.warm_up + bench.rounds):
        ways = (ANSWER, BARE) if number % 2 else (BARE, ANSWER)
        took_s = {way: _asked(subject, way, full, contacts) for way in ways}
        files = (full, empty) if number % 2 else (empty, full)
        samples = {file: bench.once((*script, str(file))) for file in files}
        if number >= bench.warm_up:
            yield Round(took_s[ANSWER], took_s[BARE], samples[full], samples[empty])


def _asked(subject: Subject, way: str, file: Path, contacts: int) -> float:
    named, took_s = _child(subject, way, str(file)).split()
    if int(named) != min(EACH, contacts // IDS):
        raise FailedError(f"{way} found {named} sends that name {CUSTOMER}")
    return float(took_s)


def _child(subject: Subject, *arguments: str) -> str:
    command = [str(subject.python), str(SCRIPT), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise FailedError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr}")
    return done.stdout
