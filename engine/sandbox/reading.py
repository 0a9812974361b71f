"""What control is given: lists, and faults as JSON or as words; nothing unknown is passed over."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches

from engine.diagnostics import Json
from engine.refusal import Refusal
from engine.sandbox.answers import ABOUT
from engine.sandbox.faults import OPTIONS, Fault, Kind
from engine.sandbox.initiate import REACHED
from engine.sandbox.tampering import BREAKS
from engine.sandbox.wire import Unreadable

_WHOLE = ("skip", "times", "failed", "extra", "number", "size_bytes")
_TRUTHS = ("always", "accepted", "outlives", "keep_body")
_TEXTS = ("path", "channel", "template", "campaign", "content_type", "location", "retry_after", "ignore")
_IGNORABLE = ("limit", "filters", "ids", "exclude_ids", "payment_status", "language", "custom")
WORDS = {
    "about": ABOUT,
    "reached": REACHED,
    "breaks": BREAKS,
    "channel": ("whatsapp", "sms", "call"),
    "ignore": _IGNORABLE,
}
"""The options that are one of few words."""

_LEAST_STATUS, _MOST_STATUS = 200, 599


def listed(data: Json, key: str) -> list[Json]:
    """Give the list under a key; a list or a single mapping alone will do; raises Unreadable."""
    if isinstance(data, dict) and key in data:
        data = data[key]
    if isinstance(data, list):
        return data
    if isinstance(data, dict):
        return [data]
    raise Unreadable(f"expected {key}: a list of mappings")


def fault_from(data: Json, endpoints: Iterable[str] = ()) -> Fault:
    """Read a fault: ``{kind: …}`` and the fields of ``Fault``; raises Unreadable.

    ``endpoints`` are those of the sandbox beside the documented ones: each may be a fault's channel.
    """
    if not isinstance(data, dict):
        raise Unreadable("a fault is a mapping with a kind")
    options = dict(data)
    kind = options.pop("kind", None)
    if kind not in list(Kind):
        raise Unreadable(f"there is no fault {kind!r}; {_meant(str(kind), Kind, 'there are')}")
    words = {**WORDS, "channel": (*WORDS["channel"], *endpoints)}
    checked = {name: _checked(name, value, words.get(name)) for name, value in options.items()}
    # Each was checked for its type just above.
    return Fault(Kind(str(kind)), **checked)  # type: ignore[arg-type]  # each was checked by name


def fault_of(spec: str, endpoints: Iterable[str] = ()) -> Fault:
    """Read a fault from a command line: ``status:status=429,channel=sms,times=2``; raises Unreadable.

    Several customers are joined by ``+``.
    """
    kind, _, rest = spec.replace(",", ":", 1).partition(":") if ":" not in spec else spec.partition(":")
    options: dict[str, Json] = {"kind": kind.strip()}
    for part in filter(None, rest.split(",")):
        name, equals, value = part.partition("=")
        if not equals:
            raise Unreadable(f"{part!r} is not of the form name=value")
        options[name.strip()] = _word(name.strip(), value.strip())
    return fault_from(options, endpoints)


def faults_of(specs: Iterable[str], endpoints: Iterable[str] = ()) -> tuple[Fault, ...]:
    """Read faults as ``--fault`` takes them; the first that makes no sense is refused (64)."""
    faults = []
    for spec in specs:
        try:
            faults.append(fault_of(spec, endpoints))
        except Unreadable as error:
            cure = "write it like status:status=503,channel=sms,times=2; `runbook sandbox --help` lists all"
            raise Refusal(f"the fault {spec}: {error}", cure) from None
    return tuple(faults)


def _word(name: str, value: str) -> Json:
    if name in _TRUTHS and value in {"yes", "no", "true", "false"}:
        return value in {"yes", "true"}
    if name == "customers":
        return [*value.split("+")]
    if name in {*_WHOLE, "status", "seconds", "chance"}:
        try:
            return int(value) if value.lstrip("-").isdecimal() else float(value)
        except ValueError:
            return value
    return value


def _meant(word: str, known: Iterable[str], there_are: str) -> str:
    near = get_close_matches(word, names := [*known], n=1)
    return f"did you mean {near[0]}?" if near else f"{there_are}: {', '.join(names)}"


def _checked(name: str, value: Json, words: tuple[str, ...] | None) -> object:
    check = _CHECKS.get(name)
    if check is None:
        raise Unreadable(f"faults have no {name!r}; {_meant(name, OPTIONS, 'they have')}")
    if words is not None and value not in words:
        raise Unreadable(f"{name} is one of {', '.join(words)}; not {value!r}")
    try:
        return check(value)
    except ValueError as error:
        raise Unreadable(f"{name} {error}; not {value!r}") from None


def _whole(value: Json) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("is a whole number")


def _status(value: Json) -> int:
    if _LEAST_STATUS <= _whole(value) <= _MOST_STATUS:
        return _whole(value)
    raise ValueError(f"is a number from {_LEAST_STATUS} to {_MOST_STATUS}")


def _amount(value: Json) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError("is a number that is not negative")


def _truth(value: Json) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("is yes or no")


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    raise ValueError("is text")


def _texts(value: Json) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(_text(each) for each in value)
    raise ValueError("is a list of ids")


_CHECKS: dict[str, Callable[[Json], object]] = {
    **dict.fromkeys(_WHOLE, _whole),
    **dict.fromkeys(_TRUTHS, _truth),
    **dict.fromkeys((*_TEXTS, "about", "reached", "breaks"), _text),
    "status": _status,
    "seconds": _amount,
    "chance": _amount,
    "customers": _texts,
    "body": lambda value: value,
}
