"""The parts of a runbook that several rules look at, each with its path."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from engine.diagnostics import Path
from engine.runbook.fault import Where
from engine.runbook.marked import Marked, marked

ACCEPTED = "accept_warnings"
"""The key under which a step accepts warnings: their codes, each with the reason."""


def steps(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Walk over the steps."""
    for index, step in enumerate(data.get("steps", ())):
        if isinstance(step, dict):
            yield ("steps", index), step


def audiences(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Walk over the audiences that are named once."""
    for name, audience in data.get("audiences", {}).items():
        if isinstance(audience, dict) and not name.startswith("x-"):
            yield ("audiences", name), audience


def inputs(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Walk over the inputs whose type is known."""
    for name, spec in data.get("inputs", {}).items():
        if isinstance(spec, dict) and "type" in spec and not name.startswith("x-"):
            yield ("inputs", name), spec


def items(value: object) -> list[Any]:
    """Give a single value or a list as a list; nothing has no items."""
    return value if isinstance(value, list) else [] if value is None else [value]


def listed(value: object) -> list[tuple[Path, Any]]:
    """Give the same, each item with its path below the value."""
    if isinstance(value, list):
        return [((index,), item) for index, item in enumerate(value)]
    return [] if value is None else [((), value)]


_NOTHING: Mapping[str, Any] = {}


class Addressed(NamedTuple):
    """A step and whom it addresses: ``filters``, a mapping or ``everyone``; ``place`` is where it says so."""

    path: Path
    step: Mapping[str, Any]
    place: Path
    filters: Mapping[str, Any] | str
    expect: Mapping[str, Any]

    @property
    def where(self) -> Where:
        """What of the place is pointed at: of filters that begin on the next line, the key."""
        return "key" if self.place[-1] == "filters" and isinstance(self.filters, dict) else "value"

    @property
    def named(self) -> set[str] | None:
        """The customers whom its filters name; None where they name none, or an input gives them."""
        keys = self.filters if isinstance(self.filters, dict) else _NOTHING
        ids = keys.get("ids")
        if not isinstance(ids, list):
            return None
        return {*ids}.difference(items(keys.get("exclude_ids")))


class Parts:
    """What rules look at: the data of a runbook, and the parts of it that several of them walk over.

    Made once for all rules. A part is gathered when it is first asked for, and kept: a long runbook has
    10,000 steps, and each of thirty rules would walk over them by itself.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    @cached_property
    def steps(self) -> Sequence[tuple[Path, Mapping[str, Any]]]:
        """The steps."""
        return [*steps(self.data)]

    @cached_property
    def audiences(self) -> Sequence[tuple[Path, Mapping[str, Any]]]:
        """The audiences that are named once."""
        return [*audiences(self.data)]

    @cached_property
    def inputs(self) -> Sequence[tuple[Path, Mapping[str, Any]]]:
        """The inputs whose type is known."""
        return [*inputs(self.data)]

    @cached_property
    def filters(self) -> Sequence[tuple[Path, Mapping[str, Any]]]:
        """The filters of audiences and steps, but for ``everyone``."""
        owners = (*self.audiences, *self.steps)
        found = ((path, owner.get("filters")) for path, owner in owners)
        return [((*path, "filters"), keys) for path, keys in found if isinstance(keys, dict)]

    @cached_property
    def marked(self) -> Marked:
        """The texts in which the value of an input is meant."""
        return marked(self.data)

    def at(self, path: Path) -> Any:  # noqa: ANN401  (any JSON)
        """Give what stands at a path that leads somewhere."""
        found: Any = self.data
        for part in path:
            found = found[part]
        return found

    @cached_property
    def addressed(self) -> Sequence[Addressed]:
        """The steps whose filters are known, be it by an audience."""
        named, found = self.data.get("audiences", {}), []
        for path, step in self.steps:
            whose, key = step, "filters"
            if "filters" not in step:
                whose, key = named.get(step.get("audience")), "audience"
            if isinstance(whose, dict) and isinstance(filters := whose.get("filters"), dict | str):
                expect = step.get("expect", whose.get("expect", _NOTHING))
                found.append(Addressed(path, step, (*path, key), filters, expect.get("matched", _NOTHING)))
        return found

    @cached_property
    def by_purpose(self) -> Sequence[tuple[Addressed, str, str]]:
        """Whom a purpose addresses, with words for what their filters say.

        An audience whose steps all have one purpose comes once, where it is described.
        """
        usual = self.data.get("purpose")
        found = [(each, str(each.step.get("purpose", usual))) for each in self.addressed]
        return [*_by_purpose(found)]


def _by_purpose(found: Sequence[tuple[Addressed, str]]) -> Iterator[tuple[Addressed, str, str]]:
    of_audiences: dict[str, set[str]] = {}
    for each, purpose in found:
        of_audiences.setdefault(each.step.get("audience", ""), set()).add(purpose)
    seen: set[str] = set()
    for each, purpose in found:
        if each.place[-1] == "filters":
            yield each, purpose, "payment_status"
        elif len(of_audiences[name := each.step["audience"]]) > 1:
            yield each, purpose, f"payment_status of `{name}`"
        elif name not in seen:
            seen.add(name)
            yield each._replace(place=("audiences", name, "filters")), purpose, "payment_status"


def is_open(value: object) -> bool:
    """Whether an input gives a value, or a part of it."""
    return "{{" in value if isinstance(value, str) else False


def called(step: Mapping[str, Any]) -> str:
    """Name a step in a sentence."""
    return f"step `{step['id']}`"


_INPUT = r"\binputs\s*\.\s*([a-z][a-z0-9_]*)"
_TEMPLATE = r"(?s)\{\{.*?\}\}"
_CONDITIONS = (("when",), ("success",))


def inputs_read(data: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Walk over the names of inputs in the texts and conditions below a place, notes left out."""
    if isinstance(data, str):
        if "inputs." in data:
            read = data if path[1:2] in _CONDITIONS else " ".join(re.findall(_TEMPLATE, data))
            yield from ((path, name) for name in re.findall(_INPUT, read))
    elif isinstance(data, dict):
        for key, value in data.items():
            if not key.startswith("x-") or path[-1:] == ("custom",):
                yield from inputs_read(value, (*path, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from inputs_read(item, (*path, index))


def alike(data: Any) -> object:  # noqa: ANN401  (any JSON)
    """Give what is equal for data that mean the same: no order counts, and a list of one is its item."""
    if isinstance(data, str):
        return data
    if isinstance(data, dict):
        return frozenset([(k, each if isinstance(each, str) else alike(each)) for k, each in data.items()])
    if isinstance(data, list):
        items = frozenset([each if isinstance(each, str) else alike(each) for each in data])
        return next(iter(items)) if len(items) == 1 else items
    return data
