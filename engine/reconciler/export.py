"""Rows that a person took from the dashboard: CSV with a header, or JSON as the logs have it; pure."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from itertools import zip_longest

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.refusal import Exit, Refusal
from engine.timepay.logs import LogRow, row_of

_NAMES: Mapping[str, tuple[str, ...]] = {
    "start_time": ("start_time", "time", "sent_at", "created_at", "timestamp", "date_time", "started_at"),
    "loan_id": ("loan_id", "lead_id", "customer_id", "customer"),
    "to": ("to", "phone", "phone_number", "mobile"),
    "message_id": ("message_id", "call_id", "sms_id", "id"),
    "type": ("type", "channel"),
}
"""What else a dashboard may call a field of the logs."""


@dataclass(frozen=True, slots=True)
class Export:
    """The rows of a file, each once. ``unread``: how many say nothing of who or when."""

    rows: tuple[LogRow, ...]
    unread: int


def export_of(text: str, name: str) -> Export:
    """Read a file that was exported, called ``name``; raises ``Refusal`` (10) where it holds no rows."""
    given = [_known(each) for each in _rows(text, name)]
    # A row that says no time may be of any day, and would fit whatever went to its customer.
    read = [row for row in map(row_of, given) if row is not None and row.at is not None]
    if not read:
        raise _refusal(name, "no row in it says who got something and when")
    return Export(tuple({row.id: row for row in read}.values()), len(given) - len(read))


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
    if len(header) == 1:
        raise _refusal(name, "it has no header that names columns")
    for line in lines:
        if any(line):
            yield {column: cell or None for column, cell in zip_longest(header, line, fillvalue="")}


def _known(row: Mapping[str, Json]) -> dict[str, Json]:
    """Give a row the names that the logs have for its fields, however they are written."""
    plain = {re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_"): value for name, value in row.items()}
    known = {
        ours: next((plain[one] for one in theirs if plain.get(one)), None) for ours, theirs in _NAMES.items()
    }
    return {**plain, **known}


def _refusal(name: str, why: str) -> Refusal:
    return Refusal(
        f"{name} is no export of messages: {why}",
        "export the campaign's messages from the dashboard, with their loan or lead ids and their times",
        Exit.INVALID,
    )
