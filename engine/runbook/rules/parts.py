"""The parts of a runbook that several rules look at, each with its path."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Path


def steps(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Walk over the steps."""
    for index, step in enumerate(data.get("steps", ())):
        if isinstance(step, dict):
            yield ("steps", index), step


def audiences(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Walk over the audiences that are named once."""
    for name, audience in data.get("audiences", {}).items():
        if isinstance(audience, dict):
            yield ("audiences", name), audience


def filters(data: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Walk over the filters of audiences and steps, but for ``everyone``."""
    for path, owner in (*audiences(data), *steps(data)):
        if isinstance(owner.get("filters"), dict):
            yield (*path, "filters"), owner["filters"]


def listed(value: object) -> list[tuple[Path, Any]]:
    """Give a single value or a list as a list, each with its path below the value."""
    if isinstance(value, list):
        return [((index,), item) for index, item in enumerate(value)]
    return [] if value is None else [((), value)]
