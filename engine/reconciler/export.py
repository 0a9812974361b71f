"""Rows that a person took from the dashboard: CSV with a header, or JSON as the logs have it; pure."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import zip_longest

from engine.diagnostics import Json
from engine.frozen import dataclass, replace
from engine.refusal import Exit, Refusal
from engine.timepay.logs import LogRow, instant_of, row_of

_NAMES: Mapping[str, tuple[str, ...]] = {
    "start_time": ("start_time", "time", "sent_at", "created_at", "timestamp", "date_time", "started_at"),
    "loan_id": ("loan_id", "lead_id", "customer_id", "customer"),
    "to": ("to", "phone", "phone_number", "mobile"),
    "message_id": ("message_id", "call_id", "sms_id", "id"),
    "type": ("type", "channel"),
    "template_id": ("template_id", "template"),
}
"""What else a dashboard may call a field of the logs."""

_CHANNELS = ("whatsapp", "sms", "call")
_BY_DAY = re.compile(
    r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})[ T,]+"
    r"(?P<hour>\d{1,2}):(?P<rest>\d{2}(:\d{2})?)( ?(?P<half>[ap])\.?m\.?)?",
    re.IGNORECASE,
)
_NO_MONTH = 13
_MEND = "write times as 2026-03-02T11:00; one without a zone is read as Indian"


@dataclass(frozen=True, slots=True)
class Export:
    """The rows of a file, each once. ``unread``: how many say nothing of who or when."""

    rows: tuple[LogRow, ...]
    unread: int


def export_of(text: str, name: str) -> Export:
    """Read a file that was exported, called ``name``; raises ``Refusal`` (10) where it holds no rows."""
    rows = list(_rows(text, name))
    given = [_known(each) for each in rows]
    # A row that says no time may be of any day, and would fit whatever went to its customer.
    read = [row for row in map(row_of, given) if row is not None and row.at is not None]
    if not read:
        raise _refusal(name, _why(list(rows[0]) if rows else [], given))
    exported = (replace(row, is_exported=True) for row in read)
    return Export(tuple({(row.key, row.at): row for row in exported}.values()), len(given) - len(read))


def _rows(text: str, name: str) -> Iterator[Mapping[str, Json]]:
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        raise _refusal(name, "it is empty")
    try:
        if start[0] == "[":
            yield from _objects(json.loads(start), name)
        elif start[0] == "{":
            yield from _in_json(start, name)
        else:
            yield from _in_csv(start, name)
    except (ValueError, RecursionError, csv.Error):
        raise _refusal(name, "it is neither CSV with a header nor JSON") from None


def _in_json(text: str, name: str) -> Iterator[Mapping[str, Json]]:
    """Read one answer of the logs, or a row a line."""
    try:
        whole = json.loads(text)
    except ValueError:
        yield from _objects((json.loads(line) for line in text.splitlines() if line.strip()), name)
        return
    data = whole.get("data", [whole])
    yield from _objects(data if isinstance(data, list) else [whole], name)


def _objects(values: Iterable[Json], name: str) -> Iterator[Mapping[str, Json]]:
    for each in values:
        if not isinstance(each, dict):
            raise _refusal(name, "not all in it are rows")
        yield each


def _in_csv(text: str, name: str) -> Iterator[Mapping[str, Json]]:
    first, *_ = text.splitlines()
    separator = max(",;\t", key=first.count)
    lines = csv.reader(StringIO(text, newline=""), delimiter=separator)
    header = next(lines)
    if len(header) == 1 and not any(_plain(header[0]) in names for names in _NAMES.values()):
        raise _refusal(name, "it has no header that names columns")
    for line in lines:
        if any(line):
            yield {column: cell or None for column, cell in zip_longest(header, line, fillvalue="")}


def _known(row: Mapping[str, Json]) -> dict[str, Json]:
    """Give a row the names that the logs have for its fields, however they are written."""
    plain = {_plain(name): value for name, value in row.items()}
    if plain.get("date") and plain.get("time"):
        plain["date_time"], plain["time"] = f"{plain['date']} {plain['time']}", None
    known = {
        ours: next((plain[one] for one in theirs if plain.get(one)), None) for ours, theirs in _NAMES.items()
    }
    known["start_time"] = _time(known["start_time"])
    known["type"] = _channel(known["type"])
    return {**plain, **known}


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def _time(value: Json) -> Json:
    """Write a time as the API would: one that begins with the day only where no month can be meant."""
    found = _BY_DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or int(found["day"]) < _NO_MONTH:
        return value
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    return f"{found['year']}-{int(found['month']):02}-{found['day']}T{hour:02}:{found['rest']}"


def _channel(value: Json) -> Json:
    said = value.lower() if isinstance(value, str) else ""
    return next((each for each in _CHANNELS if each in said), value)


def _why(columns: Sequence[str], given: Sequence[Mapping[str, Json]]) -> str:
    """Say why no row of a file tells who got something and when."""
    if not given:
        return "it has no rows"
    missing = [ours for ours in ("loan_id", "start_time") if not any(each.get(ours) for each in given)]
    if missing:
        lacks = " and ".join(f"{name} (or {', '.join(_NAMES[name][1:])})" for name in missing)
        return f"it has {', '.join(map(repr, columns))}, and nothing in {lacks}"
    strange = next((each["start_time"] for each in given if instant_of(each["start_time"]) is None), None)
    if strange is None:
        return "no row in it says both who got something and when"
    return f"the time {strange!r} is not understood, or may be of two days: {_MEND}"


def _refusal(name: str, why: str) -> Refusal:
    return Refusal(
        f"{name} is no export of messages: {why}",
        "export the campaign's messages from the dashboard, with columns loan_id and start_time",
        Exit.INVALID,
    )
