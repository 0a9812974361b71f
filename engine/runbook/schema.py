"""Whether data has the shape of a format; what has not is explained in words of ours."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, TypeAlias, TypeVar

from engine.diagnostics import Diagnostic, Json, Path
from engine.runbook.accept import Accepts, acceptor, inlined
from engine.runbook.channels import REGISTRY, Channel
from engine.runbook.document import Document
from engine.runbook.fault import LATER_KEY, MORE, SPECIAL_WORD, UNKNOWN_FORMAT, Fault
from engine.runbook.shape import FORMATS, build

MAX_FAULTS = 1000
_SPECIAL = frozenset(("everyone", "none"))

_Schema: TypeAlias = dict[str, Any]
_Thing = TypeVar("_Thing")


class Shape(NamedTuple):
    """A schema ready for use: the versions that it is for, and the function that sees what is sound.

    ``homes`` say, of a format that is no runbook's, under which key another one belongs.
    """

    formats: tuple[str, ...]
    schema: _Schema
    accepts: Accepts
    homes: Mapping[str, str] = {}


def shape(schema: _Schema, formats: tuple[str, ...], homes: Mapping[str, str] | None = None) -> Shape:
    """Make a schema ready for use."""
    whole = inlined(schema)
    return Shape(formats, whole, acceptor(whole), homes or {})


def check(
    data: Json,
    *,
    templates: bool,
    channels: Mapping[str, Channel] = REGISTRY,
    rendered: frozenset[Path] = frozenset(),
) -> list[Fault]:
    """Find everything in a runbook's data that its format does not admit.

    ``templates``: the data is as authored, else as rendered; ``rendered`` then names the paths whose
    values came from templates, for none of them may become the word ``everyone`` or ``none``. All but
    these was found sound before.
    """
    known, wanted = tuple(channels.values()), _runbook(tuple(channels.values()), templates=templates)
    is_sound = bool(rendered) and wanted.accepts(_about(data, rendered))
    faults = [] if is_sound else faults_of(data, wanted, known, rendered)
    if any(fault.kind is UNKNOWN_FORMAT for fault in faults):
        return faults
    told = {fault.path[:depth] for fault in faults for depth in range(1, len(fault.path) + 1)}
    return [*_special_words(data, rendered - told), *faults]


def _about(data: Any, rendered: frozenset[Path]) -> Json:  # noqa: ANN401  (any JSON)
    """Give a runbook without the steps in which nothing was filled in."""
    steps = data["steps"]
    touched = sorted({int(path[1]) for path in rendered if path[0] == "steps"})
    return {**data, "steps": [steps[index] for index in touched] or steps[:1]}


def faults_of(
    data: Json, wanted: Shape, channels: tuple[Channel, ...] = (), rendered: frozenset[Path] = frozenset()
) -> list[Fault]:
    """Find everything in data that a format does not admit; an unknown version alone hides the rest."""
    declared = data.get("format") if isinstance(data, dict) else None
    is_foreign = isinstance(declared, str) and declared not in wanted.formats
    if not is_foreign and wanted.accepts(data):
        return []
    # Only a file with faults pays for the judge and the words: near half of a whole check.
    from engine.runbook import validator, wording  # noqa: PLC0415

    if is_foreign:
        return [wording.unknown_format(str(declared), wanted.formats)]
    broken = _first(validator.errors(wanted.schema, data))
    faults = _first(wording.explain(broken, channels, rendered, wanted.homes))
    if MAX_FAULTS in (len(broken), len(faults)):
        only = f"only the first {MAX_FAULTS} are shown"
        faults.append(Fault(MORE, (), "missing", only, "mend these, and check again."))
    return faults


@lru_cache(maxsize=4)
def _runbook(channels: tuple[Channel, ...], *, templates: bool) -> Shape:
    """Make the shape for a set of channels; a run asks for the same two again and again."""
    return shape(build({channel.name: channel for channel in channels}, templates=templates), FORMATS)


def diagnostics(document: Document, faults: Iterable[Fault]) -> list[Diagnostic]:
    """Give the faults their places in the text, but for those that were found on reading it already."""
    known = [fault for fault in faults if fault.path not in document.faulted or fault.kind is LATER_KEY]
    if not known:
        return []
    from engine.runbook.wording.slips import told_once  # noqa: PLC0415  (as above)

    spans = {"key": document.key_span, "value": document.value_span, "missing": document.missing_span}
    return [
        document.finding(fault.kind, spans[fault.where](fault.path), fault.message, fault.help)
        for fault in told_once(document.data or {}, known)
    ]


def _first(things: Iterable[_Thing]) -> list[_Thing]:
    return [*islice(things, MAX_FAULTS)]


def _special_words(data: Json, rendered: frozenset[Path]) -> Iterator[Fault]:
    for path in rendered:
        value: Any = data  # a path fits the data that it was taken from
        for part in path:
            value = value[part]
        values = value if isinstance(value, list) else (value,)
        for word in sorted(_SPECIAL.intersection([str(each).casefold() for each in values])):
            mend = f'give the input another value; "{word}" must be written in the runbook itself.'
            yield Fault(SPECIAL_WORD, path, "value", f'the template gives "{word}"', mend)
