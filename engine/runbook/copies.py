"""Copies of a runbook's data with some of it changed or left out; what stays the same is shared."""

from collections.abc import Mapping
from typing import Any

from engine.diagnostics import Json, Path


def changed(data: Any, changes: Mapping[Path, Json]) -> Any:  # noqa: ANN401  (any JSON)
    """Copy data with some values changed; what holds none of them is shared."""
    if () in changes:
        return changes[()]
    below: dict[str | int, dict[Path, Json]] = {}
    for path, value in changes.items():
        below.setdefault(path[0], {})[path[1:]] = value
    copy = data.copy() if below else data
    for part, inside in below.items():
        copy[part] = changed(copy[part], inside)
    return copy


def without(data: Any, broken: set[Path], path: Path = ()) -> Any:  # noqa: ANN401  (any JSON)
    """Copy data without the values at the broken paths; list items keep their places."""
    if not broken:
        return data
    if isinstance(data, dict):
        return {
            key: without(value, broken, (*path, key))
            for key, value in data.items()
            if (*path, key) not in broken
        }
    if isinstance(data, list):
        places = ((*path, index) for index in range(len(data)))
        return [
            None if place in broken else without(item, broken, place)
            for place, item in zip(places, data, strict=True)
        ]
    return data
