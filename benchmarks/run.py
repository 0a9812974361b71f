"""Measures what is meant to be fast: ``python benchmarks/run.py``; ``--write`` puts it into docs/."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # a script finds only what lies beside it

from benchmarks import contacts, costs, looking, page, running, verifying  # noqa: E402  (after the line above)
from benchmarks.contacts_page import Contacts  # noqa: E402
from benchmarks.looking_page import Looking  # noqa: E402
from benchmarks.measure import Bench, FailedError, Sample  # noqa: E402
from benchmarks.running import OURS, Course, environment_for  # noqa: E402
from benchmarks.running_page import Running  # noqa: E402
from benchmarks.stub import answer_times_s, answering  # noqa: E402
from benchmarks.subject import (  # noqa: E402
    NEEDED,
    Subject,
    bare_environment,
    file_system,
    fresh,
    installed,
    machine,
)
from benchmarks.validators import Beside, beside, validators  # noqa: E402
from benchmarks.verifying_page import Verifying  # noqa: E402
from benchmarks.workload import runbook  # noqa: E402

Measured = TypeVar("Measured")

PAGE = ROOT / "docs" / "benchmarks.md"
STEPS = 10
ASKED = 2000
"""How often the stub is asked to see how quickly it answers."""


def main() -> int:
    """Measure as the options say, and print or write the page."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name).resolve()
        subject = fresh(folder) if options.fresh else installed(Path(sys.executable))
        # Away from the repository, whose .runbook/config.yaml would otherwise be read, too.
        os.chdir(folder)
        try:
            results = _measured(subject, options, folder)
        except FailedError as failed:
            print(f"error: {failed}", file=sys.stderr)
            return 1
    text = page.page(results)
    print(text, end="")
    if options.write:
        PAGE.write_text(text, "utf-8")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25, help="rounds of the start-up (default 25)")
    parser.add_argument("--warm-up", type=int, default=3, help="rounds before, not counted (default 3)")
    parser.add_argument("--size-rounds", type=int, default=5, help="rounds over the sizes (default 5)")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[10, 100, 1000, 10000], help="steps that validate reads"
    )
    parser.add_argument(
        "--beside",
        type=int,
        nargs="+",
        metavar="STEPS",
        help="steps that ajv-cli and check-jsonschema read, too, over as many rounds as the sizes; "
        "installs ajv-cli where there is node (network; a usual choice is 10 1000 10000)",
    )
    parser.add_argument("--run-rounds", type=int, default=15, help="rounds over runs (default 15)")
    parser.add_argument(
        "--run-steps", type=int, nargs=2, default=[100, 1000], help="steps of the short and the long run"
    )
    parser.add_argument("--resumed", type=int, default=2000, help="sends of the run that is gone on with")
    parser.add_argument(
        "--memory-steps", type=int, nargs="+", default=[100, 1000, 10000], help="steps of runs for memory"
    )
    parser.add_argument(
        "--contacts", type=int, default=1_000_000, help="contacts of the log that is asked about a customer"
    )
    parser.add_argument(
        "--events", type=int, default=1_000_000, help="events of the log that is checked (default 1000000)"
    )
    parser.add_argument(
        "--customers", type=int, default=5000, help="customers of the send that the API's logs are asked for"
    )
    parser.add_argument("--profile", action="store_true", help="show where the time goes, too")
    parser.add_argument(
        "--fresh", action="store_true", help="measure a wheel in a new virtual environment (network)"
    )
    parser.add_argument("--write", action="store_true", help="profile, and write docs/benchmarks.md, too")
    return parser.parse_args()


def _measured(subject: Subject, options: argparse.Namespace, folder: Path) -> page.Results:
    environment = bare_environment()
    files = _written({STEPS, *options.sizes}, folder)
    script = str(subject.script)
    commands = {
        "--version": (script, "--version"),
        "--help": (script, "--help"),
        "validate": (script, "validate", files[STEPS]),
        "plan": (script, "plan", files[STEPS]),
        "the floor without httpx": (str(subject.python), "-c", NEEDED),
    }
    by_size = {size: (script, "validate", files[size]) for size in sorted(options.sizes)}
    starts = Bench(environment, folder, options.rounds, options.warm_up).beside(subject.floor, commands)
    results = page.Results(
        facts=_facts(subject),
        command=_command(options),
        starts=_told("start-up", options.rounds, starts),
        sizes=_told(
            "sizes", options.size_rounds, Bench(environment, folder, options.size_rounds, 1).each(by_size)
        ),
    )
    if options.beside:
        results.beside = _beside(subject, options, folder)
    results.running = _running(subject, options, folder)
    asked = contacts.rounds(subject, Bench(environment, folder, options.run_rounds, 1), options.contacts)
    results.contacts = Contacts(options.contacts, _told("contacts", options.run_rounds, asked))
    results.verifying = _verifying(subject, options, folder)
    looked = looking.looks(subject, Bench(environment, folder, 1, 0), options.customers)
    results.looking = Looking(options.customers, _told("looking", len(looking.LOGS), looked))
    if options.profile or options.write:
        called = {"floor": subject.floor[1:], **{name: commands[name] for name in page.GOALS}}
        results.shares = {name: costs.imports(subject, one, environment) for name, one in called.items()}
        results.shares["run"] = results.running.imports
        longest = by_size[max(by_size)]
        results.functions = costs.functions(longest, subject.python, environment, folder)
    return results


def _beside(subject: Subject, options: argparse.Namespace, folder: Path) -> Beside:
    found = validators(subject, folder)
    bench = Bench(bare_environment(), folder, options.size_rounds, 1)
    rounds = beside(found, bench, sorted(options.beside))
    return Beside(found, _told("other validators", options.size_rounds, rounds))


def _running(subject: Subject, options: argparse.Namespace, folder: Path) -> Running:
    few, many = sorted(options.run_steps)
    with answering(subject.python) as address:
        environment = environment_for(address, bare_environment())

        def course(rounds: int, warm_up: int = 1) -> Course:
            return Course(subject, Bench(environment, folder, rounds, warm_up), address)

        usual, starts = course(options.run_rounds), course(options.rounds, options.warm_up)
        measured = Running(
            few=few,
            many=many,
            stub_us=[each * 1e6 for each in answer_times_s(address, running.REQUEST, ASKED)],
            sync_us=running.sync_time_s(folder) * 1e6,
            disk=file_system(folder),
            steps=_told("a step", options.run_rounds, running.slopes(usual, few, many)),
            syncs=running.syncs(usual, few, many),
            short=_told("a short run", options.rounds, running.short_runs(starts)),
            resumed=options.resumed,
            resumes=_resumes(usual, options),
            memory=_told(
                "memory",
                options.size_rounds,
                running.memory(course(options.size_rounds), sorted(options.memory_steps)),
            ),
            resident=running.resident(usual, max(options.memory_steps)),
        )
        if options.profile or options.write:
            measured.packages = running.packages(usual, few, many)
            measured.imports = costs.imports(subject, usual.command(OURS, STEPS), environment)
    return measured


def _resumes(course: Course, options: argparse.Namespace) -> list[Sample]:
    with running.interrupted(course, options.resumed) as stopped:
        return _told("going on", options.run_rounds, running.resumes(stopped))


def _verifying(subject: Subject, options: argparse.Namespace, folder: Path) -> Verifying:
    bench = Bench(bare_environment(), folder, options.size_rounds, 1)
    with answering(subject.python) as address:
        file = verifying.written(subject, bench, address, options.events)
    rounds = verifying.rounds(subject, bench, file)
    return Verifying(options.events, _told("checking a log", options.size_rounds, rounds))


def _written(sizes: set[int], folder: Path) -> dict[int, str]:
    files = {size: folder / f"{size}-steps.yaml" for size in sizes}
    for size, file in files.items():
        file.write_text(runbook(size), "utf-8")
    return {size: str(file) for size, file in files.items()}


def _told(what: str, rounds: int, measured: Iterator[Measured]) -> list[Measured]:
    """Collect the rounds, and tell on stderr how far it is."""
    collected = []
    for number, one in enumerate(measured, 1):
        print(f"{what}: round {number} of {rounds}", file=sys.stderr)
        collected.append(one)
    return collected


def _facts(subject: Subject) -> dict[str, str]:
    how = "an editable install" if subject.is_editable else "a wheel"
    libraries = ", ".join(f"{name} {version}" for name, version in subject.versions.items())
    return {
        **machine(),
        "Python": subject.python_version,
        "measured": f"the console script of {how}, bytecode written beforehand",
        "libraries": libraries,
    }


def _command(options: argparse.Namespace) -> str:
    flags = [
        f"--{name.replace('_', '-')}" for name in ("fresh", "profile", "write") if getattr(options, name)
    ]
    sizes = " ".join(map(str, options.sizes))
    rounds = f"--rounds {options.rounds} --size-rounds {options.size_rounds} --sizes {sizes}"
    if options.beside:
        rounds += f" --beside {' '.join(map(str, options.beside))}"
    runs = f"--run-rounds {options.run_rounds}"
    for name in ("run_steps", "resumed", "memory_steps", "contacts", "events", "customers"):
        given = getattr(options, name)
        numbers = " ".join(map(str, given if isinstance(given, list) else [given]))
        runs += f" --{name.replace('_', '-')} {numbers}"
    return " ".join(["python benchmarks/run.py", *flags, rounds, runs])


if __name__ == "__main__":
    sys.exit(main())
