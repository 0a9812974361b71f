"""From the text of a scenario file to its scenarios, or to findings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.diagnostics import Diagnostic, Json, Kind, Path, in_order
from engine.frozen import dataclass
from engine.machine.exits import ENDS
from engine.record.condition import NUMBERS, Field
from engine.record.outcome import SendStatus
from engine.record.wallclock import zone
from engine.refusal import Exit
from engine.runbook import schema
from engine.runbook.document import Document
from engine.runbook.draft import Draft
from engine.runbook.fault import MALFORMED, UNKNOWN_WORD, Fault, Where
from engine.runbook.leaves import seconds
from engine.runbook.source import read as read_document
from engine.runbook.spelling import listed, nearest, shown
from engine.scenario.outcomes import Stated, faults_of
from engine.scenario.shape import FORMATS, HOMES, build

RUNBOOK = Kind("RB701", "runbook that cannot be tested", "a scenario is played on the runbook that it names.")
STEP = Kind("RB702", "step that the runbook does not have", "what is said of no step would never be noticed.")
NAME = Kind("RB703", "scenario's name given twice", "a test's report and `-k` know a scenario by its name.")
TWICE = Kind("RB707", "outcome stated twice", "of two outcomes for one request, neither is surely meant.")

_MOST_LISTED = 8
_SOME_TIME = datetime(2026, 1, 1, tzinfo=zone())


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario, as its file states it: ``path`` is its place there, ``expect`` is as written.

    What the file says for all of its scenarios is in ``inputs`` and ``outcomes`` already; each input has
    the place where it stands.
    """

    name: str
    path: Path
    expect: Mapping[str, Any]
    inputs: Mapping[str, tuple[Json, Path]] = field(default_factory=dict)
    outcomes: Mapping[str, tuple[Stated, ...]] = field(default_factory=dict)
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """A scenario file that was read: the runbook that it names, if its shape is sound, and what is wrong."""

    document: Document
    findings: tuple[Diagnostic, ...]
    runbook: str | None = None

    @property
    def is_sound(self) -> bool:
        """Whether its scenarios can be looked at."""
        return self.runbook is not None


def read(raw: bytes, file: str) -> Suite:
    """Read a scenario file and check its shape; of its runbook nothing needs to be known yet."""
    document = read_document(raw, file)
    faults = []
    if document.data is not None:
        faults = schema.faults_of(document.data, _shape())
    found = tuple(in_order((*document.diagnostics, *schema.diagnostics(document, faults))))
    data: Mapping[str, Any] = document.data or {}
    return Suite(document, found, None if found or not data else data["runbook"])


@lru_cache(maxsize=1)
def _shape() -> schema.Shape:
    return schema.shape(build(), FORMATS, HOMES)


def unusable(suite: Suite, message: str, mend: str) -> Suite:
    """Give the suite with the finding that its runbook cannot be used."""
    fault = Fault(RUNBOOK, ("runbook",), "value", message, mend if mend.endswith("?") else f"{mend}.")
    return Suite(suite.document, tuple(schema.diagnostics(suite.document, [fault])))


def scenarios(suite: Suite, draft: Draft) -> tuple[tuple[Scenario, ...], tuple[Diagnostic, ...]]:
    """Give the scenarios of a sound suite for a sound draft of its runbook, and what is wrong with them.

    Where anything is, none of them can be played.
    """
    data: Mapping[str, Any] = suite.document.data or {}
    authored: Mapping[str, Any] = draft.document.data or {}
    faults = [*_checked(data, [step["id"] for step in authored["steps"]])]
    found = tuple(in_order(schema.diagnostics(suite.document, faults)))
    return tuple(_scenario(data, index) for index in range(len(data["scenarios"]))), found


def of_all(suite: Suite) -> Iterator[tuple[str, Stated]]:
    """Walk over the outcomes that a sound suite states for all of its scenarios, by step or address."""
    data: Mapping[str, Any] = suite.document.data or {}
    for key, about in data.get("given", {}).get("outcomes", {}).items():
        yield from ((key, stated) for stated, _ in _stated(about, ("given", "outcomes", key)))


# ---------------------------------------------------------------- what the shape alone cannot tell


def _checked(data: Mapping[str, Any], steps: Sequence[str]) -> Iterator[Fault]:
    yield from _names(data["scenarios"])
    yield from _given(data.get("given", {}), ("given",), steps)
    for index, about in enumerate(data["scenarios"]):
        path: Path = ("scenarios", index)
        yield from _given(about.get("given", {}), (*path, "given"), steps)
        yield from _expected(about["expect"], (*path, "expect"), steps)


def _names(scenarios: Sequence[Mapping[str, Any]]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for index, about in enumerate(scenarios):
        if (seen := first.setdefault(about["name"], index)) != index:
            message = f"{shown(about['name'])} is already the name of scenario {seen + 1}"
            mend = "say in the name what is different here."
            yield Fault(NAME, ("scenarios", index, "name"), "value", message, mend)


def _given(given: Mapping[str, Any], path: Path, steps: Sequence[str]) -> Iterator[Fault]:
    if "now" in given and _instant(given["now"]) is None:
        message = f"{shown(given['now'])} is a time that no calendar and no clock has"
        yield Fault(MALFORMED, (*path, "now"), "value", message, 'write one such as "2026-04-01T10:00".')
    outcomes = given.get("outcomes", {})
    for key, about in outcomes.items():
        here = (*path, "outcomes", key)
        name = key.partition("/")[0]
        yield from _unknown(name, steps, here, "key")
        if name != key and name in outcomes:
            message = f"`{name}` says already what every request of this step comes to"
            yield Fault(TWICE, here, "key", message, f"keep `{name}` or `{key}`.")
        for stated, as_written in _stated(about, here):
            yield from faults_of(stated, as_written)


def _expected(expect: Mapping[str, Any], path: Path, steps: Sequence[str]) -> Iterator[Fault]:
    for name in expect.get("steps", {}):
        if not name.startswith("x-"):
            yield from _unknown(name, steps, (*path, "steps", name), "key")
    if (code := expect.get("exit_code", Exit.WELL)) not in ENDS:
        message = f"no run that is played ends with {code}"
        mend = f"write {listed([str(int(each)) for each in ENDS])}."
        yield Fault(UNKNOWN_WORD, (*path, "exit_code"), "value", message, mend)
    requests = expect.get("requests", 0)
    for index, asked in enumerate(requests if isinstance(requests, list) else []):
        here = (*path, "requests", index)
        is_name = isinstance(asked, str)
        yield from _unknown(
            asked if is_name else asked["step"], steps, here if is_name else (*here, "step"), "value"
        )


def _unknown(name: str, steps: Sequence[str], path: Path, where: Where) -> Iterator[Fault]:
    if name not in steps:
        meant = nearest(name, steps)
        few = listed([*steps[:_MOST_LISTED], *(["more"] if len(steps) > _MOST_LISTED else [])], "and")
        mend = f"did you mean {meant}?" if meant else f"its steps are {few}."
        yield Fault(STEP, path, where, f'the runbook has no step "{name}"', mend)


# ---------------------------------------------------------------- as values


def _scenario(data: Mapping[str, Any], index: int) -> Scenario:
    about = data["scenarios"][index]
    path: Path = ("scenarios", index)
    places = ((data.get("given", {}), ("given",)), (about.get("given", {}), (*path, "given")))
    inputs: dict[str, tuple[Json, Path]] = {}
    outcomes: dict[str, tuple[Stated, ...]] = {}
    for given, here in places:
        said = {name: value for name, value in given.get("inputs", {}).items() if not name.startswith("x-")}
        inputs |= {name: (value, (*here, "inputs", name)) for name, value in said.items()}
        outcomes = _outcomes(outcomes, given.get("outcomes", {}), (*here, "outcomes"))
    times = [given["now"] for given, _ in places if "now" in given]
    # A time that no calendar has is told already; any other one keeps what is told of inputs true.
    now = (_instant(times[-1]) or _SOME_TIME) if times else None
    return Scenario(about["name"], path, about["expect"], inputs, outcomes, now)


def _outcomes(
    before: Mapping[str, tuple[Stated, ...]], said: Mapping[str, Any], path: Path
) -> dict[str, tuple[Stated, ...]]:
    """Add outcomes to those of the whole file; one of a step takes the place of those of its addresses."""
    kept = {key: each for key, each in before.items() if key.partition("/")[0] not in said}
    return kept | {
        key: tuple(stated for stated, _ in _stated(about, (*path, key))) for key, about in said.items()
    }


def _stated(about: Any, path: Path) -> Iterator[tuple[Stated, Mapping[str, Any]]]:  # noqa: ANN401  (JSON)
    if isinstance(about, list):
        for index, each in enumerate(about):
            yield from _stated(each, (*path, index))
        return
    given: Mapping[str, Any] = {"status": about} if isinstance(about, str) else about
    wait = given.get("retry_after")
    yield (
        Stated(
            SendStatus(given["status"]),
            {Field(name): value for name, value in given.items() if name in {*NUMBERS}},
            fatal=given.get("fatal", False),
            overreached=given.get("overreached", False),
            retry_after_s=seconds(wait) if wait else None,
            path=path,
        ),
        given,
    )


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone())
    except ValueError:
        return None
