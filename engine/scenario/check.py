"""Scenarios on their runbook: inputs filled in, outcomes with all their numbers, played and judged."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache, partial

from engine.diagnostics import Diagnostic, Json, Kind, Path, Severity, in_order
from engine.frozen import dataclass
from engine.planner.build import build
from engine.record.condition import Field
from engine.record.outcome import Outcome
from engine.record.plan import PlannedSend, PlannedStep, Program
from engine.runbook import schema
from engine.runbook.draft import Draft, fill
from engine.runbook.fault import Fault
from engine.runbook.inputs import InputValue, resolve_passed
from engine.runbook.model import InputSpec, InputType
from engine.runbook.spelling import listed, nearest, shown
from engine.scenario.judge import Failure, judge
from engine.scenario.outcomes import Stated, outcome_of
from engine.scenario.play import Played, play
from engine.scenario.read import Scenario, Suite, of_all, scenarios

INPUT = Kind("RB705", "input that does not fit", "a scenario that cannot be planned shows nothing.")
NO_DAY = Kind("RB706", "day that is not stated", "a test that hangs on today's date fails on another day.")
UNHEEDED = Kind(
    "RB708",
    "outcome that nothing asks for",
    "where the request is never made, its outcome shows nothing.",
    Severity.WARNING,
)

START = datetime(2026, 1, 1, 4, 30, tzinfo=UTC)
"""When a run starts where nobody says it: nothing can rest on it then."""

_EVERY = Stated()
_RELATIVE = ("today", "yesterday", "tomorrow", "+", "-")


@dataclass(frozen=True, slots=True)
class Result:
    """One scenario: what it came to, if it could be played, and what is wrong with that."""

    scenario: Scenario
    played: Played | None
    failures: tuple[Failure, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return self.played is not None and not self.failures


@dataclass(frozen=True, slots=True)
class Checked:
    """All scenarios of a file, and the findings in it: with an error among them some were not played."""

    suite: Suite
    results: tuple[Result, ...] = ()
    findings: tuple[Diagnostic, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong, neither with the file nor with what came of it."""
        return all(each.passed for each in self.results) and not any(each.is_error for each in self.findings)


def check(suite: Suite, draft: Draft, chosen: Callable[[str], bool] = bool) -> Checked:
    """Play the chosen scenarios, by name, of a sound suite on a sound draft of its runbook."""
    stated, found = scenarios(suite, draft)
    results, faults, heeded = [], [], set[Path]()
    # Planning a long runbook takes longer than playing it, and most scenarios have the same inputs.
    programs = lru_cache(maxsize=8)(partial(program_of, draft))
    for scenario in (each for each in stated if chosen(each.name)):
        if found:
            faults += values_of(scenario, draft)[1]
            continue
        result, wrong, asked = _of_one(scenario, draft, programs)
        results.append(result)
        faults += wrong
        heeded |= asked
    if len(results) == len(stated) and all(each.played for each in results):
        faults += _unheeded(of_all(suite), heeded)
    found += tuple(schema.diagnostics(suite.document, faults))
    return Checked(suite, tuple(results), tuple(in_order(found)))


def _of_one(
    scenario: Scenario,
    draft: Draft,
    programs: Callable[[tuple[InputValue, ...]], Program | tuple[str, str]],
) -> tuple[Result, list[Fault], set[Path]]:
    values, faults = values_of(scenario, draft)
    program = None if faults else programs(values)
    if not isinstance(program, Program):
        at = (*scenario.path, "name")
        faults += [Fault(INPUT, at, "value", *program)] if program else []
        return Result(scenario, None), faults, set()
    desk = Desk(scenario.outcomes)
    played = play(program, desk.answer, scenario.now or START)
    if desk.faults:
        return Result(scenario, None), desk.faults, set()
    heeded = {*desk.heeded()}
    given = [(key, one) for key, stated in scenario.outcomes.items() for one in stated]
    own = [(key, one) for key, one in given if one.path and one.path[: len(scenario.path)] == scenario.path]
    return Result(scenario, played, judge(scenario, played)), [*_unheeded(own, heeded)], heeded


# ---------------------------------------------------------------- inputs


def values_of(scenario: Scenario, draft: Draft) -> tuple[tuple[InputValue, ...], list[Fault]]:
    """Give the inputs' values, and what is wrong with them; nothing around the test counts, but defaults."""
    specs = {spec.name: spec for spec in draft.inputs}
    unknown = {name: at for name, (_, at) in scenario.inputs.items() if name not in specs}
    faults = [_no_input(name, at, [*specs]) for name, at in unknown.items()]
    meant = {nearest(name, specs) for name in unknown}
    values: list[InputValue] = []
    for spec in specs.values():
        value, at = scenario.inputs.get(spec.name, (spec.default, (*scenario.path, "name")))
        if value is None and spec.name in meant:
            continue
        if value is None:
            mend = f"write `{spec.name}: …` under `inputs` of `given`."
            message = f"the input {spec.name} has no value and no default"
            faults.append(Fault(INPUT, at, "value", message, mend))
        elif scenario.now is None and _is_relative(spec, value):
            message = f"the input {spec.name} is {shown(str(value))}, and no day is given to count from"
            mend = 'write `now: "2026-04-01T10:00"` under `given`.'
            faults.append(Fault(NO_DAY, at, "value", message, mend))
        else:
            day = scenario.now.date() if scenario.now else date.min
            passed: Mapping[str, Json] = {spec.name: value} if spec.name in scenario.inputs else {}
            read, problems = resolve_passed([spec], passed, day)
            values += read
            faults += [_misfit(spec.name, problem, at) for problem in problems]
    return tuple(values), faults


def _no_input(name: str, at: tuple[str | int, ...], known: list[str]) -> Fault:
    meant = nearest(name, known)
    has = f"it has {listed(known, 'and')}." if known else "it has none; delete the line."
    return Fault(
        INPUT, at, "key", f'the runbook has no input "{name}"', f"did you mean {meant}?" if meant else has
    )


def _misfit(name: str, problem: str, at: tuple[str | int, ...]) -> Fault:
    """Part what is wrong from the mend, in a sentence about a value."""
    said = problem.removeprefix(f'input "{name}", from inputs: ')
    message, _, mend = said.partition("; ")
    return Fault(INPUT, at, "value", message.rstrip("."), mend or "write a value that the runbook admits.")


def _is_relative(spec: InputSpec, value: Json) -> bool:
    return spec.type is InputType.DATE and isinstance(value, str) and value.startswith(_RELATIVE)


def program_of(draft: Draft, values: tuple[InputValue, ...]) -> Program | tuple[str, str]:
    """Give the program for the values, or what keeps them from being filled in: a message, a mend.

    No environment counts, so templates stand in requests as the runbook names them.
    """
    filling = fill(draft, {value.name: value.value for value in values})
    if filling.runbook is None:
        first = next(each for each in filling.diagnostics if each.is_error)
        message = f"with these inputs the runbook is wrong at line {first.span.line}: {first.message}"
        return message, first.help
    return build(filling.runbook, draft.document.data or {}, inputs=values).program


# ---------------------------------------------------------------- outcomes


class Desk:
    """Answers each attempt as stated, and remembers what was asked for and what cannot be."""

    def __init__(self, outcomes: Mapping[str, tuple[Stated, ...]]) -> None:
        self._outcomes = outcomes
        self._made: dict[str, int] = {}
        self.faults: list[Fault] = []

    def answer(
        self, step: PlannedStep, send: PlannedSend, _attempt: int, now: datetime
    ) -> tuple[Outcome, frozenset[Field]]:
        """Give what an attempt comes to: of several each is for one, the last for all further ones."""
        key = send.address if send.address in self._outcomes else step.id
        stated = self._outcomes.get(key, (_EVERY,))
        number = self._made.get(key, 0)
        self._made[key] = number + 1
        one = stated[min(number, len(stated) - 1)]
        found = outcome_of(one, step, send, now)
        if isinstance(found, Fault):
            self.faults += [] if found in self.faults else [found]
            return Outcome(one.status), frozenset()
        return found

    def heeded(self) -> Iterator[Path]:
        """Walk over the places of the outcomes that a request came to."""
        for key, number in self._made.items():
            for one in self._outcomes.get(key, ())[:number]:
                yield from [] if one.path is None else [one.path]


def _unheeded(stated: Iterable[tuple[str, Stated]], heeded: set[Path]) -> Iterator[Fault]:
    """Find outcomes, by step or address, that no request asked for."""
    for key, one in stated:
        if one.path is not None and one.path not in heeded:
            message = f"no request of {key.partition('/')[0]} is made that could come to this"
            yield Fault(UNHEEDED, one.path, "key", message, "delete it, or mend what leads there.")
