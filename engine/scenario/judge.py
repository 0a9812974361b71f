"""Whether what a scenario came to is what it expects; each difference with its place, and why it came so."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.diagnostics import Json, Path
from engine.frozen import dataclass
from engine.record.condition import Field
from engine.runbook.spelling import listed, yaml
from engine.scenario.bodies import differences
from engine.scenario.outcomes import Stated
from engine.scenario.play import Played
from engine.scenario.read import Scenario


@dataclass(frozen=True, slots=True)
class Failure:
    """What a scenario expects and did not get; ``what`` names it, ``path`` is its place in the file.

    ``got`` is empty where the scenario itself leaves something out.
    """

    path: Path
    what: str
    expected: str
    got: str
    why: str
    help: str = ""

    @property
    def message(self) -> str:
        """What was expected and what came, in a sentence's words."""
        return f"expected {self.expected}, got {self.got}" if self.got else f"expected {self.expected}"


def judge(scenario: Scenario, played: Played) -> tuple[Failure, ...]:
    """Compare; what rests on numbers that nobody stated is neither right nor wrong, and fails."""
    if played.hangs:
        return tuple(_hangs(scenario, played))
    expect, path = scenario.expect, (*scenario.path, "expect")
    return (
        *_steps(expect.get("steps", {}), (*path, "steps"), played),
        *_requests(expect, (*path, "requests"), played),
        *_messages(scenario, (*path, "messages"), played),
        *_end(expect, path, played),
    )


def _hangs(scenario: Scenario, played: Played) -> Iterator[Failure]:
    for hang in played.hangs:
        names = listed([name.value for name in hang.fields], "and")
        yield Failure(
            _stated(scenario, hang.of)[1],
            f"outcome of {hang.of}",
            f"{names} to be stated, and it is not",
            "",
            f"`{hang.which}` of {hang.step} rests on it: {hang.condition}",
            f"state it under `outcomes`, for example {_example(scenario, played, hang.of, hang.fields)}.",
        )


def _example(scenario: Scenario, played: Played, of: str, fields: Iterable[Field]) -> str:
    """Write what is stated of a step with the numbers that are wanted, as they were made up."""
    stated, _ = _stated(scenario, of)
    counts = played.step(of).counts
    numbers: dict[str, Json] = counts.to_json() if counts else {}
    wanted = {*fields} - _SHARES
    wanted |= set() if _SHARES.isdisjoint(fields) else {Field.SELECTED, Field.FAILED}
    said: dict[Field, Json] = {name: numbers[name.value] for name in wanted if name.value in numbers}
    said |= stated.numbers if stated else {}
    about: dict[str, Json] = {"status": played.step(of).status.value}
    about |= {name.value: said[name] for name in Field if name in said}
    about |= {"overreached": True} if stated and stated.overreached else {}
    return f"`{of}: {yaml(about)}`"


_SHARES = frozenset((Field.FAILED_PCT, Field.FAILED, Field.INITIATED))


def _stated(scenario: Scenario, step: str) -> tuple[Stated | None, Path]:
    """Give what a scenario states of a step, and where; or else where it itself stands."""
    for key, stated in scenario.outcomes.items():
        if key.partition("/")[0] == step and stated[-1].path is not None:
            return stated[-1], stated[-1].path
    return None, (*scenario.path, "name")


def _steps(expected: Mapping[str, Any], path: Path, played: Played) -> Iterator[Failure]:
    for name, about in expected.items():
        if not name.startswith("x-"):
            is_word = isinstance(about, str)
            wanted = {"status": about} if is_word else about
            yield from _step(name, wanted, (*path, name), played, is_word=is_word)


def _step(
    name: str, wanted: Mapping[str, Any], path: Path, played: Played, *, is_word: bool
) -> Iterator[Failure]:
    now, reasons = played.step(name), played.reasons.get(name, ())
    attempts = sum(send.attempt for send in now.sends.values())
    got = {"status": now.status.value, "run": attempts > 0, "attempts": attempts}
    why = _why(name, played)
    for key, value in wanted.items():
        here = path if is_word else (*path, key)
        if key in got and value != got[key]:
            yield Failure(here, f"{key} of {name}", _said(value), _said(got[key]), why)
        elif key == "because" and not any(value.casefold() in reason.casefold() for reason in reasons):
            yield Failure(here, f"reason at {name}", f"words with {yaml(value)}", why, why)


def _why(name: str, played: Played) -> str:
    """Say why a step stands as it does: its own reasons, or where the run ended before it."""
    if reasons := played.reasons.get(name):
        return "; ".join(reasons)
    return f"not reached, for {_stop(played)}"


def _stop(played: Played) -> str:
    state = played.state
    reasons = played.reasons.get(state.stopped_at or "", ())
    at = f" at {state.stopped_at}" if state.stopped_at else ""
    return f"the run is {_said(state.status.value)}{at}{f': {reasons[-1]}' if reasons else ''}"


def _requests(expect: Mapping[str, Any], path: Path, played: Played) -> Iterator[Failure]:
    wanted, asked = expect.get("requests"), played.requests
    if wanted is None:
        return
    names = [each.step for each in asked]
    if isinstance(wanted, int):
        if wanted != len(asked):
            yield Failure(path, "requests", str(wanted), _counted(names), _ran(played))
        return
    steps = [each if isinstance(each, str) else each["step"] for each in wanted]
    if steps != names:
        got = ", ".join(names) or "none"
        yield Failure(path, "requests", ", ".join(steps), got, _ran(played))
        return
    bodies = [send.request.body for step in played.program.steps for send in step.sends]
    for index, each in enumerate(wanted):
        body = {} if isinstance(each, str) else each.get("body", {})
        for found in differences(body, asked[index].body, bodies):
            here = (*path, index, "body", *found.path)
            yield Failure(
                here, f"request of {steps[index]}", found.expected, found.got, found.why, found.help
            )


def _counted(names: list[str]) -> str:
    return f"{len(names)} ({', '.join(names)})" if names else "0"


def _messages(scenario: Scenario, path: Path, played: Played) -> Iterator[Failure]:
    wanted = scenario.expect.get("messages")
    if wanted is None:
        return
    unstated = [step for step, made_up in played.made_up.items() if Field.INITIATED in made_up]
    if unstated:
        at = listed(unstated, "and")
        example = _example(scenario, played, unstated[0], [Field.SELECTED])
        help_ = f"state it under `outcomes`, for example {example}."
        yield Failure(
            path, "messages", str(wanted), "no number", f"how many {at} reaches is not stated", help_
        )
    elif wanted != played.state.initiated:
        yield Failure(path, "messages", str(wanted), str(played.state.initiated), _ran(played))


def _end(expect: Mapping[str, Any], path: Path, played: Played) -> Iterator[Failure]:
    got = {"status": played.state.status.value, "exit_code": int(played.exit_code)}
    for key, value in got.items():
        if key in expect and expect[key] != value:
            name = "the run's status" if key == "status" else "exit code"
            yield Failure((*path, key), name, _said(expect[key]), _said(value), _ran(played))


def _ran(played: Played) -> str:
    """Say in a line how the run went: each step, and where it stopped."""
    steps = [f"{step.id} {_said(played.step(step.id).status.value)}" for step in played.program.steps]
    few = [*steps[:_MOST_SAID], *(["…"] if len(steps) > _MOST_SAID else [])]
    stop = f"; {_stop(played)}" if played.state.stopped_at else ""
    return f"{', '.join(few)}{stop}"


_MOST_SAID = 12


def _said(value: Json) -> str:
    return yaml(value)
