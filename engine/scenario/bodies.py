"""Parts of a request's body: as a scenario expects them, and as they would go out."""

from collections.abc import Iterable, Iterator, Mapping

from engine.diagnostics import Json, Path
from engine.frozen import dataclass
from engine.runbook.model import Filters
from engine.runbook.spelling import nearest, yaml

_USUAL = (("limit",), ("filters",), *(("filters", name) for name in Filters.__slots__))
"""Places that a request's body can have although no step of the runbook fills them."""

_AS_SENT = "so it would go out"
_CANNOT_FAIL = "no request of this runbook has such a key, so this would hold whatever goes out"


@dataclass(frozen=True, slots=True)
class Difference:
    """A part that is not as wanted: its place, both sides in words, and why that is so."""

    path: Path
    expected: str
    got: str
    why: str = _AS_SENT
    help: str = ""


def differences(wanted: Json, given: Json, others: Iterable[Json]) -> Iterator[Difference]:
    """Walk over the parts that are wanted and not so; null is wanted where a key must not be.

    A single value is one of a list of one. ``others`` are the bodies of all requests that can be made.
    """
    known = {*_USUAL, *(place for body in others for place in _places(body))}
    return _below(wanted, given, (), known)


def _places(body: Json, path: Path = ()) -> Iterator[Path]:
    for key, value in body.items() if isinstance(body, dict) else ():
        yield (*path, key)
        yield from _places(value, (*path, key))


def _below(wanted: Json, given: Json, path: Path, known: set[Path]) -> Iterator[Difference]:
    if isinstance(wanted, dict) and isinstance(given, dict) and (wanted or not path):
        for key, value in wanted.items():
            if key in given:
                yield from _below(value, given[key], (*path, key), known)
            else:
                yield from _missing(value, (*path, key), known)
    elif not _same(wanted, given) and not _same([wanted], given):
        mend = f"an empty group is never sent: write `{path[-1]}: null` where there is none."
        yield Difference(path, _said(path, wanted), _said(path, given), help=mend if wanted == {} else "")


def _missing(wanted: Json, path: Path, known: set[Path]) -> Iterator[Difference]:
    """Judge a key that the request does not have."""
    meant = None
    if path not in known:
        meant = nearest(str(path[-1]), [str(place[-1]) for place in known if place[:-1] == path[:-1]])
    mend = f"did you mean {meant}?" if meant else ""
    if wanted is not None:
        yield Difference(path, _said(path, wanted), _said(path, None), help=mend)
    elif path not in known:
        yield Difference(
            path, _said(path, None), "", _CANNOT_FAIL, mend or "delete it, or write its right name."
        )


def _same(wanted: Json, given: Json) -> bool:
    """Compare; to Python, true is 1."""
    if isinstance(wanted, list) and isinstance(given, list):
        return len(wanted) == len(given) and all(map(_same, wanted, given))
    if isinstance(wanted, Mapping) and isinstance(given, Mapping):
        return wanted.keys() == given.keys() and all(_same(wanted[key], given[key]) for key in wanted)
    return wanted == given and isinstance(wanted, bool) is isinstance(given, bool)


def _said(path: Path, value: Json) -> str:
    key = ".".join(map(str, path))
    return f"no {key}" if value is None else f"{key} {yaml(value)}".strip()
