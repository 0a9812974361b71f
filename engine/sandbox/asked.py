"""What an initiate call asks for: documented rules are kept, the rest is read the dangerous way.

Where the reference says nothing, a value that makes no sense is taken as if it were not there, which
widens the audience (reference, open question 1). A strict sandbox answers 400 instead.
"""

from collections.abc import Callable, Iterator, Mapping
from math import isfinite

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.sandbox.customers import STATUSES, Campaign, Customer, matching
from engine.sandbox.wire import Call

CHANNELS = {"whatsapp": "whatsapp", "sms": "sms", "calls": "call"}
"""The last part of the path, and the channel that it means."""
LOGGED = ("call", "whatsapp")
"""The channels that logs show (reference, 3)."""

_PAIR = ("agentId", "dispositionId")
_KEYS = {
    "whatsapp": {"templateId", "conversationSettings", "limit", "filters"},
    "sms": {"templateId", "limit", "filters"},
    "call": {*_PAIR, "limit", "filters"},
}


class Invalid(Exception):  # noqa: N818  (an answer of the API, no error of the sandbox)
    """The call breaks rules of the API; ``errors`` are its words for a 400."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, as the API understands it; ``limit`` None is no limit."""

    channel: str
    template: str | None
    agent: str | None
    limit: int | None
    filters: Mapping[str, Json]

    def selects(self, campaign: Campaign) -> list[Customer]:
        """Give the customers that match, before the limit."""
        ids = _texts(self.filters.get("ids"), only_list=True)
        tests = [test for key, value in self.filters.items() for test in _tests(key, value, campaign)]
        return matching(campaign, lambda each: all(test(each) for test in tests), ids)


def read(call: Call, channel: str, *, strict: bool) -> Asked:
    """Read the body of an initiate call; raises Invalid with every error at once."""
    body = _object(call)
    problems = list(_broken_rules(body, channel))
    if strict:
        problems += _undocumented(body, channel)
    if problems:
        raise Invalid(problems)
    settings = body if channel == "call" else body.get("conversationSettings")
    agent = settings.get("agentId") if isinstance(settings, dict) else None
    filters, template = body.get("filters"), body.get("templateId")
    return Asked(
        channel,
        template if isinstance(template, str) and channel != "call" else None,
        str(agent) if agent and channel != "sms" else None,
        _limit(body.get("limit")),
        filters if isinstance(filters, dict) else {},
    )


def _object(call: Call) -> dict[str, Json]:
    try:
        body = call.json() if call.body else {}
    except ValueError:
        raise Invalid(["Request body must be valid JSON"]) from None
    if not isinstance(body, dict):
        raise Invalid(["Request body must be a JSON object"])
    return body


def _broken_rules(body: Mapping[str, Json], channel: str) -> Iterator[str]:
    """Find what the documentation forbids; of an endpoint without one, nothing."""
    if channel not in _KEYS:
        return
    if channel == "call":
        yield from _missing(body, _PAIR, "")
        return
    yield from _missing(body, ("templateId",), "")
    settings = body.get("conversationSettings")
    if channel == "whatsapp" and settings is not None:
        if isinstance(settings, dict):
            yield from _missing(settings, _PAIR, "conversationSettings.")
        else:
            yield "conversationSettings must be an object"


def _missing(body: Mapping[str, Json], keys: tuple[str, ...], where: str) -> Iterator[str]:
    for key in keys:
        value = body.get(key)
        if value is None or value == "":
            yield f"{where}{key} is required"
        elif not isinstance(value, str):
            yield f"{where}{key} must be a string"


def _limit(value: Json) -> int | None:
    """Read a limit; one that makes no sense is none (reference, open question 5)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isfinite(value) and value >= 1 and value == int(value) else None


def _texts(value: Json, *, only_list: bool = False) -> frozenset[str] | None:
    """Read one text or a list of texts; None where it is neither, or empty: the filter is ignored."""
    if isinstance(value, str) and value and not only_list:
        return frozenset((value,))
    if isinstance(value, list) and value and all(isinstance(each, str) and each for each in value):
        return frozenset(str(each) for each in value)
    return None


def _tests(key: str, value: Json, campaign: Campaign) -> Iterator[Callable[[Customer], bool]]:
    """Give what a filter demands of a customer; nothing where the filter is ignored."""
    if key == "custom" and isinstance(value, dict):
        for column, wanted in value.items():
            if column in campaign.columns and (texts := _texts(wanted)) is not None:
                yield _column_is(column, texts)
        return
    texts = _texts(value, only_list=key == "exclude_ids")
    if texts is None:
        return
    if key == "exclude_ids":
        yield lambda customer: customer.id not in texts
    elif key == "payment_status" and texts <= set(STATUSES):
        yield lambda customer: customer.payment_status in texts
    elif key == "language":
        yield lambda customer: customer.language in texts


def _column_is(column: str, texts: frozenset[str]) -> Callable[[Customer], bool]:
    return lambda customer: customer.columns.get(column) in texts


def _undocumented(body: Mapping[str, Json], channel: str) -> Iterator[str]:
    """Find what only a strict sandbox refuses: all that would be ignored otherwise."""
    for key in body.keys() - _KEYS.get(channel, body.keys()):
        yield f"{key} is not allowed"
    if "conversationSettings" in body and body["conversationSettings"] is None:
        yield "conversationSettings must be an object"
    if "limit" in body and _limit(body["limit"]) is None:
        yield "limit must be an integer of at least 1"
    filters = body.get("filters", {"": None})
    if not isinstance(filters, dict) or not filters:
        yield "filters must be an object with at least one key"
    elif "filters" in body:
        yield from _bad_filters(filters)


def _bad_filters(filters: Mapping[str, Json]) -> Iterator[str]:
    for key, value in filters.items():
        if key == "custom":
            yield from _bad_columns(value)
        elif key not in {"ids", "exclude_ids", "payment_status", "language"}:
            yield f"filters.{key} is not allowed"
        elif (texts := _texts(value, only_list=key.endswith("ids"))) is None:
            yield f"filters.{key} must not be empty, and must hold text"
        elif key == "payment_status" and not texts <= set(STATUSES):
            yield f"filters.payment_status must be one of {', '.join(STATUSES)}"


def _bad_columns(value: Json) -> Iterator[str]:
    if not isinstance(value, dict) or not value:
        yield "filters.custom must be an object with at least one key"
        return
    for column, wanted in value.items():
        if _texts(wanted) is None:
            yield f"filters.custom.{column} must not be empty, and must hold text"
