"""The API's own logs: what is asked of ``GET /logs``, and what its answers say (timepay-api.md, 3); pure."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from json import dumps
from typing import Any
from urllib.parse import quote, urlencode

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.refusal import Exit, Refusal
from engine.timepay.messages import Unreadable
from engine.timepay.patience import retry_at
from engine.timepay.told import told
from engine.timepay.trouble import Trouble

ROWS_A_PAGE = 10
_INDIA = timezone(timedelta(hours=5, minutes=30))
_MADE = "row-"
_INBOUND = ("inbound", "incoming")
_IDS = ("message_id", "call_id", "sms_id", "id")
_CUSTOMERS = ("loan_id", "lead_id")
_KEPT = (*_IDS, *_CUSTOMERS, "status", "to", "phone")
_NEXT, _PAGES = ("has_next", "hasNext"), ("total_pages", "totalPages")
_OK, _TOO_MANY, _FAULTS = 200, 429, range(500, 600)


@dataclass(frozen=True, slots=True)
class LogQuery:
    """What rows are asked for; ``channel`` None: of any. The window is one of queue time, both ends in it."""

    campaign: str
    channel: str | None
    since: datetime
    until: datetime

    def text(self, *, page: int | None = None) -> str:
        """Give the query of a page, or without one of the number of rows alone."""
        asked = {
            **({"type": self.channel} if self.channel else {}),
            "campaign_id": self.campaign,
            "start_time": _local(self.since),
            # Their times have no fractions: an end that is cut off would leave its last second out.
            "end_time": _local(self.until + timedelta(microseconds=999_999)),
            **({"count_only": "true"} if page is None else {"page": str(page)}),
        }
        return urlencode(asked, quote_via=quote, safe=":")


@dataclass(frozen=True, slots=True)
class LogRow:
    """One message or call as the logs show it; None is what a row does not say.

    ``at`` is when it began, ``status`` any word, ``phone`` the number as it came. ``is_inbound``: a
    customer made it. ``is_exported``: a file of the dashboard shows it.
    """

    id: str
    customer: str
    at: datetime | None
    channel: str | None = None
    campaign: str | None = None
    template: str | None = None
    agent: str | None = None
    status: str = ""
    phone: str | None = None
    is_inbound: bool = False
    is_exported: bool = False

    @property
    def key(self) -> tuple[str | None, str | None, str, str]:
        """What tells it from others: an id may be that of a row of each channel, campaign or customer."""
        return self.channel, self.campaign, self.customer, self.id

    @property
    def is_unnamed(self) -> bool:
        """Whether it came without an id, so that its id is made of who, when and how."""
        return self.id.startswith(_MADE)


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of rows; ``unread`` of them could not be read. ``total``: all rows that fit the query."""

    rows: tuple[LogRow, ...]
    unread: int
    total: int | None
    has_next: bool


class LogsUnread(Refusal):
    """The logs did not tell. ``status``: of the answer, None where there was none or it cannot be read."""

    def __init__(self, trouble: Trouble, status: int | None, retry_at: datetime | None = None) -> None:
        super().__init__(f"the API's logs cannot be read: {trouble.message}", trouble.cure, Exit.GUARDED)
        self.status = status
        self.retry_at = retry_at

    @property
    def may_pass(self) -> bool:
        """Whether it may be otherwise in a moment."""
        return self.status is None or self.status == _TOO_MANY or self.status in _FAULTS


_MISSING = Trouble("the API has no logs at this address (404)", "check base_url")
_STRANGE = Trouble("the answer is not one of the logs", "try again later; if it stays so, check base_url")


def count_of(
    status: int,
    headers: Mapping[str, str],
    body: bytes | Unreadable,
    now: datetime,
    hide: Callable[[str], str] = str,
) -> int:
    """Read how many rows there are; raises ``LogsUnread``. ``hide`` blacks out what must not be shown."""
    data = _data(status, headers, body, now, hide)
    total = _total(data)
    if total is None:
        raise LogsUnread(_STRANGE, None)
    return total


def page_of(
    status: int,
    headers: Mapping[str, str],
    body: bytes | Unreadable,
    now: datetime,
    page: int,
    hide: Callable[[str], str] = str,
) -> LogPage:
    """Read one page of rows; raises ``LogsUnread``. ``hide`` blacks out what must not be shown."""
    data = _data(status, headers, body, now, hide)
    given = data.get("data")
    if not isinstance(given, list):
        raise LogsUnread(_STRANGE, None)
    read = [row_of(_harmless(each, hide)) if isinstance(each, dict) else None for each in given]
    rows = tuple(row for row in read if row is not None)
    return LogPage(rows, len(read) - len(rows), _total(data), _has_next(data, page, len(read)))


def row_of(row: Mapping[str, Json]) -> LogRow | None:
    """Read a row of the logs; None for one that says of nobody, or that has a time which cannot be read."""
    customer = _first(row, _CUSTOMERS)
    at = instant_of(row.get("start_time"))
    if customer is None or (at is None and row.get("start_time") not in (None, "")):
        return None
    known: dict[str, Any] = {
        "channel": (_first(row, ("type",)) or "").lower() or None,
        "campaign": _first(row, ("campaign_id",)),
        "template": _first(row, ("template_id",)),
        "agent": _first(row, ("agent_id",)),
        "phone": _first(row, ("to", "phone")),
    }
    name = _first(row, _IDS) or _made_name(customer, at, known["channel"])
    is_inbound = (_first(row, ("direction",)) or "").lower() in _INBOUND
    return LogRow(name, customer, at, **known, status=_first(row, ("status",)) or "", is_inbound=is_inbound)


def instant_of(value: Json) -> datetime | None:
    """Read a time as the API writes it: Indian where it names no zone; None if it is none."""
    if not isinstance(value, str):
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        return (at if at.tzinfo else at.replace(tzinfo=_INDIA)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _data(
    status: int,
    headers: Mapping[str, str],
    body: bytes | Unreadable,
    now: datetime,
    hide: Callable[[str], str],
) -> dict[str, Json]:
    data = told(status, body, _MISSING, hide=hide)
    if isinstance(data, Trouble):
        headers = {name.lower(): value for name, value in headers.items()}
        raise LogsUnread(data, None if status == _OK else status, retry_at(headers.get("retry-after"), now))
    if data.get("success") is False:
        raise LogsUnread(_STRANGE, None)
    return data


def _total(data: Mapping[str, Json]) -> int | None:
    """Find the number of all rows, in either of its places."""
    total = data.get("total")
    about = data.get("pagination")
    if total is None and isinstance(about, dict):
        total = about.get("total")
    return total if type(total) is int and total >= 0 else None


def _has_next(data: Mapping[str, Json], page: int, rows: int) -> bool:
    """Say whether there is a page behind this one, by whatever the answer says of it."""
    about = data.get("pagination")
    about = about if isinstance(about, dict) else {}
    flags = [about[name] for name in _NEXT if isinstance(about.get(name), bool)]
    if flags:
        return True in flags
    pages = [number for number in map(about.get, _PAGES) if isinstance(number, int)]
    if pages:
        return page < max(pages)
    total = _total(data)
    return rows >= ROWS_A_PAGE if total is None else rows > 0 and total > page * ROWS_A_PAGE


def _harmless(row: Mapping[str, Json], hide: Callable[[str], str]) -> dict[str, Json]:
    """Give a row without what must not be shown: what is kept of it is shown years later.

    The fields that are held against what was asked for stay: they fit to the letter, or the row is not kept.
    """
    return {**row, **{name: hide(value) for name in _KEPT if isinstance(value := row.get(name), str)}}


def _first(row: Mapping[str, Json], names: tuple[str, ...]) -> str | None:
    """Give the first of these fields that says something, as text."""
    for name in names:
        value = row.get(name)
        if (isinstance(value, str) and value.strip()) or type(value) is int:
            # Half a character of a pair is written as the run log keeps it: so it is known again.
            return str(value).strip().encode("utf-8", "backslashreplace").decode()
    return None


def _made_name(customer: str, at: datetime | None, channel: str | None) -> str:
    """Name a row that has no id, by what does not change when the rest of it comes."""
    content = dumps([customer, at.isoformat() if at else None, channel])
    return _MADE + sha256(content.encode()).hexdigest()[:24]


def _local(at: datetime) -> str:
    return at.astimezone(_INDIA).strftime("%Y-%m-%dT%H:%M:%S")
