"""Scenario files and the runbooks that they name: read, played, or the beginning of one that is not there."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.api.files import read_bytes
from engine.cli.walk import is_scenario
from engine.diagnostics import Json
from engine.diagnostics import Path as Place
from engine.record.plan import Program
from engine.refusal import Exit, Refusal
from engine.runbook import draft as drafts
from engine.runbook.characters import MAX_BYTES
from engine.runbook.draft import Draft
from engine.runbook.model import InputType
from engine.scenario.check import START, Checked, check, program_of, values_of
from engine.scenario.coverage import Coverage, measure
from engine.scenario.read import Scenario, Suite, read, unusable
from engine.scenario.suggest import file_of, sample_inputs, suggest


class Suites:
    """Plays scenario files; each runbook is read once."""

    def __init__(self, chosen: Callable[[str], bool]) -> None:
        self._chosen = chosen
        self._drafts: dict[Path, Draft] = {}
        self._of: dict[str, list[Checked]] = {}

    def play(self, file: Path) -> Checked:
        """Play the scenarios of a file; raises ``Refusal`` for one that cannot be read."""
        suite = read(read_bytes(file, MAX_BYTES), str(file))
        if suite.runbook is None:
            return Checked(suite, (), suite.findings)
        path = file.parent / suite.runbook
        try:
            draft = self.draft(path)
        except Refusal as refusal:
            return _unusable(unusable(suite, refusal.message, refusal.cure))
        if not draft.is_sound:
            errors = sum(each.is_error for each in draft.diagnostics)
            message = f"{path} has {errors} error{'' if errors == 1 else 's'}"
            return _unusable(unusable(suite, message, f"mend it: runbook validate {path}"))
        played = check(suite, draft, self._chosen)
        self._of.setdefault(os.path.normpath(path), []).append(played)
        return played

    def draft(self, path: Path) -> Draft:
        """Read a runbook; raises ``Refusal``."""
        key = Path(os.path.realpath(path))
        if key not in self._drafts:
            self._drafts[key] = drafts.read(read_bytes(path, MAX_BYTES), str(path))
        return self._drafts[key]

    def coverage(self) -> Mapping[str, Coverage]:
        """Measure by runbook what its scenarios show."""
        return {
            runbook: measure((), (each.played for one in checked for each in one.results if each.played))
            for runbook, checked in self._of.items()
            if any(one.played for each in checked for one in each.results)
        }


def _unusable(suite: Suite) -> Checked:
    return Checked(suite, (), suite.findings)


def scenario_file_of(path: Path) -> Path:
    """Give the scenario file that a path stands for: of a runbook the one beside it."""
    if is_scenario(path):
        return path
    beside = beside_runbook(path)
    if not beside.exists():
        raise Refusal(
            f"{path} has no scenario file {beside.name} beside it",
            f"begin one: runbook test {path} --suggest > {beside}",
        )
    return beside


def beside_runbook(path: Path) -> Path:
    """Give the name of the scenario file that belongs beside a runbook."""
    return path.with_name(f"{path.stem}.test{path.suffix}")


def suggested(path: Path) -> tuple[str, int, tuple[str, ...]]:
    """Write a file of scenarios for what none shows yet of a runbook, or of a scenario file's.

    Gives how many there are, and what not even they show. Raises ``Refusal`` where nothing can be played.
    """
    suites = Suites(lambda _: True)
    file = path if is_scenario(path) else beside_runbook(path)
    # `--suggest > FILE` has made the file, empty, before this process began.
    is_there = path == file or (file.exists() and file.stat().st_size > 0)
    checked = suites.play(file) if is_there else None
    if checked is not None and any(each.is_error for each in checked.findings):
        raise Refusal(f"{file} has errors", f"mend them first: runbook test {file}", Exit.INVALID)
    name = path.name if checked is None else str(checked.suite.runbook)
    draft = suites.draft(file.parent / name)
    if not draft.is_sound:
        at = draft.document.file
        raise Refusal(f"{at} has errors", f"mend them first: runbook validate {at}", Exit.INVALID)
    results = checked.results if checked else ()
    base = results[0].scenario if results else _base(draft)
    played = [each.played for each in results if each.played]
    program = played[0].program if played else _program(base, draft)
    coverage = measure([program], played)
    found = suggest(program, base, coverage, [each.scenario.name for each in results])
    left = measure([program], [*played, *(each.played for each in found)]).missing
    return file_of(name, base, found), len(found), left


def _base(draft: Draft) -> Scenario:
    """Begin a scenario where there is none: with values for what has no default, and a day to count from."""
    inputs: dict[str, tuple[Json, Place]] = {
        name: (value, ()) for name, value in sample_inputs(draft.inputs).items()
    }
    has_day = any(spec.type is InputType.DATE for spec in draft.inputs)
    return Scenario("", (), {}, inputs, {}, START if has_day else None)


def _program(base: Scenario, draft: Draft) -> Program:
    values, faults = values_of(base, draft)
    program = (faults[0].message, "") if faults else program_of(draft, values)
    if isinstance(program, Program):
        return program
    message = f"values for its inputs cannot be made up: {program[0]}"
    raise Refusal(message, "write a first scenario by hand, with inputs that fit", Exit.INVALID)
