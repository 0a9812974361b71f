"""Scenario files and the runbooks that they name: read, played, or the beginning of one that is not there."""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from engine.api.files import read_bytes, refuse_leading_out, typed
from engine.cli.walk import is_scenario
from engine.diagnostics import Json
from engine.diagnostics import Path as Place
from engine.record.plan import Program
from engine.refusal import Exit, Refusal
from engine.runbook import draft as drafts
from engine.runbook.characters import MAX_BYTES
from engine.runbook.draft import Draft
from engine.runbook.model import InputType
from engine.scenario.check import START, Checked, Result, check, program_of, values_of
from engine.scenario.coverage import Coverage, measure
from engine.scenario.read import Scenario, Suite, read, unusable
from engine.scenario.suggest import file_of, sample_inputs, suggest

_IS_RUNBOOK = re.compile(r"""^format: *["']?runbook/""", re.MULTILINE)


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
            refuse_leading_out(path, named_in=file)
            draft = self.draft(path)
        except Refusal as refusal:
            return _unusable(unusable(suite, refusal.message, refusal.cure))
        if not draft.is_sound:
            errors = sum(each.is_error for each in draft.diagnostics)
            message = f"{path} has {errors} error{'' if errors == 1 else 's'}"
            return _unusable(unusable(suite, message, f"mend it: runbook validate {typed(path)}"))
        played = check(suite, draft, self._chosen)
        self._of.setdefault(os.path.normpath(path), []).append(played)
        return played

    def draft(self, path: Path) -> Draft:
        """Read a runbook; raises ``Refusal``."""
        key = Path(os.path.realpath(path))
        if key not in self._drafts:
            self._drafts[key] = drafts.read(read_bytes(path, MAX_BYTES), str(path))
        return self._drafts[key]

    def sound(self, path: Path) -> Draft:
        """Read a runbook without errors; raises ``Refusal``."""
        draft = self.draft(path)
        if not draft.is_sound:
            mend = f"mend them first: runbook validate {typed(path)}"
            raise Refusal(f"{path} has errors", mend, Exit.INVALID)
        return draft

    def coverage(self, others: Iterable[Path], wrong: list[Refusal]) -> Mapping[str, Coverage]:
        """Measure by runbook what its scenarios show; of the runbooks among ``others`` perhaps nothing.

        Why it cannot be told of some is added to ``wrong``.
        """
        found = {
            runbook: measure((), (each.played for one in checked for each in one.results if each.played))
            for runbook, checked in self._of.items()
            if any(one.played for each in checked for one in each.results)
        }
        known = {os.path.realpath(runbook) for runbook in found}
        for path in others:
            if os.path.realpath(path) not in known:
                try:
                    if _IS_RUNBOOK.search(self.draft(path).document.text):
                        draft = self.sound(path)
                        found[os.path.normpath(path)] = measure([_program(_base(draft), draft)], ())
                except Refusal as refusal:
                    wrong.append(refusal)
        return found


def _unusable(suite: Suite) -> Checked:
    return Checked(suite, (), suite.findings)


def scenario_files_of(path: Path) -> list[Path]:
    """Give the scenario files that a path stands for: of a runbook those beside it that name it."""
    files = [path] if is_scenario(path) else _telling_of(path, path.parent)
    if not files:
        beside = beside_runbook(path)
        raise Refusal(
            f"{path} has no scenario file {beside.name} beside it",
            f"begin one: runbook test {typed(path)} --suggest > {typed(beside)}",
        )
    return files


def _telling_of(runbook: Path, folder: Path) -> list[Path]:
    """List the scenario files of a folder that name a runbook, and the one that is called after it."""
    beside = beside_runbook(runbook)
    files = (file for file in sorted(folder.glob("*")) if is_scenario(file))
    return [file for file in files if file == beside or _names(file, runbook)]


def _names(file: Path, runbook: Path) -> bool:
    try:
        raw = read_bytes(file, MAX_BYTES)
    except Refusal:
        return False
    # To read the files of all other runbooks as YAML would take a second for each hundred of them.
    data = read(raw, str(file)).document.data if runbook.name.encode() in raw else None
    named = (data or {}).get("runbook")
    return isinstance(named, str) and os.path.realpath(file.parent / named) == os.path.realpath(runbook)


def beside_runbook(path: Path) -> Path:
    """Give the name of the scenario file that belongs beside a runbook."""
    return path.with_name(f"{path.stem}.test{path.suffix}")


def suggested(path: Path) -> tuple[str, int, tuple[str, ...]]:
    """Write a file of scenarios for what none shows yet of a runbook, or of a scenario file's.

    Gives how many there are, and what not even they show. Raises ``Refusal`` where nothing can be played.
    """
    suites = Suites(lambda _: True)
    name, results = _shown(path, suites)
    draft = suites.sound(path.parent / name)
    base = results[0].scenario if results else _base(draft)
    played = [each.played for each in results if each.played]
    program = played[0].program if played else _program(base, draft)
    coverage = measure([program], played)
    found = suggest(program, base, coverage, [each.scenario.name for each in results])
    left = measure([program], [*played, *(each.played for each in found)]).missing
    return _laid_out(file_of(name, base, found)), len(found), left


def _shown(path: Path, suites: Suites) -> tuple[str, list[Result]]:
    """Give a runbook's name in its scenario files, and what came of all those that stand together."""
    first = [_sound(path, suites)] if is_scenario(path) else []
    name = str(first[0].suite.runbook) if first else path.name
    others = [file for file in _telling_of(path.parent / name, path.parent) if file != path]
    # `--suggest > FILE` has made the file, empty, before this process began.
    checked = [*first, *(_sound(file, suites) for file in others if file.stat().st_size > 0)]
    return name, [result for each in checked for result in each.results]


def _sound(file: Path, suites: Suites) -> Checked:
    checked = suites.play(file)
    if any(each.is_error for each in checked.findings):
        raise Refusal(f"{file} has errors", f"mend them first: runbook test {typed(file)}", Exit.INVALID)
    return checked


def _laid_out(text: str) -> str:
    """Write a text as `runbook fmt` does, so that whoever saves it need not."""
    from engine.runbook.rewrite import rewrite  # noqa: PLC0415  (only who asks for suggestions pays for it)
    from engine.runbook.source import read as read_document  # noqa: PLC0415  (the same)

    return rewrite(read_document(text.encode(), "suggested.test.yaml")).rstrip("\n")


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
