"""The rows of ``GET /logs``: made when a message is accepted, filtered and paged when they are read."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.sandbox.answers import invalid
from engine.sandbox.chance import draw
from engine.sandbox.customers import IST, Campaign, Customer, local
from engine.sandbox.outbox import Message
from engine.sandbox.paging import PER_PAGE, page_number
from engine.sandbox.wire import Reply, json_reply

SENDER = "+918000000000"
_CONTACTED = 0.9


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the logs. The window of a query works on ``queued_at``; people see ``started_at``."""

    id: str
    queued_at: datetime
    started_at: datetime
    message: Message
    customer: Customer
    campaign_name: str
    contacted: bool

    @property
    def type(self) -> str:
        """The API's word for the channel."""
        return self.message.channel

    def to_json(self) -> dict[str, Json]:
        """Give the row as the API shows it: Indian time without an offset."""
        message, customer = self.message, self.customer
        row: dict[str, Json] = {
            "type": self.type,
            "date": local(self.started_at)[:10],
            "start_time": local(self.started_at),
            "campaign_id": message.campaign,
            "campaign_name": self.campaign_name,
            "name": customer.name,
            customer.id_key: customer.id,
            "direction": "outbound",
            "from": SENDER,
            "to": customer.phone,
            "agent_id": message.agent,
        }
        return row | (self._call() if self.type == "call" else self._text())

    def _call(self) -> dict[str, Json]:
        seconds = 52 if self.contacted else 0
        return {
            "call_id": self.id,
            "end_time": local(self.started_at + timedelta(seconds=seconds)),
            "duration": seconds,
            "status": "Contacted" if self.contacted else "No Contact",
            "disposition": "Promise to Pay" if self.contacted else "Voicemail",
            "disposition_id": None,
            "transcript_id": None,
            "recording_id": None,
            "extracted_data": {},
            "summary": None,
        }

    def _text(self) -> dict[str, Json]:
        status = "Delivered" if self.contacted else "Accepted"
        return {"message_id": self.id, "template_id": self.message.template or "", "status": status}


def row_of(message: Message, customer: Customer, campaign: Campaign, seed: int, mark: str = "") -> Row:
    """Make the row of a message; ``mark`` sets ids apart that would be the same otherwise."""
    chance = draw(seed, "row", mark, message.request, customer.id)
    # Observed: calls of a five-minute window began up to thirteen minutes after they were queued.
    longest_s = 780 if message.channel == "call" else 20
    started_at = message.at + timedelta(seconds=int(chance * longest_s))
    letter = message.channel[0]
    number = f"{letter}-{mark}{message.request}-{customer.row}"
    return Row(
        number, message.at, started_at, message, customer, campaign.name, contacted=chance < _CONTACTED
    )


def page_of(rows: Iterable[Row], query: Mapping[str, str]) -> Reply:
    """Answer a query of the logs; the rows are given newest first."""
    try:
        start, end, page = _time(query, "start_time"), _time(query, "end_time"), page_number(query)
    except ValueError as error:
        return invalid([str(error)])
    found = [row for row in rows if _in_window(row, start, end) and _fits(row, query)]
    if query.get("count_only") == "true":
        return json_reply(200, {"success": True, "total": len(found)})
    pages = -(-len(found) // PER_PAGE)
    shown: list[Json] = [row.to_json() for row in found[(page - 1) * PER_PAGE : page * PER_PAGE]]
    pagination: dict[str, Json] = {
        "page": page,
        "per_page": PER_PAGE,
        "total": len(found),
        "total_pages": pages,
        "has_next": page < pages,
        "has_prev": page > 1,
    }
    return json_reply(200, {"success": True, "data": shown, "pagination": pagination})


def _time(query: Mapping[str, str], name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{name} must be a time such as 2026-03-02T10:55:00") from None
    return at if at.tzinfo else at.replace(tzinfo=IST)


def _in_window(row: Row, start: datetime | None, end: datetime | None) -> bool:
    # The API's times have no fractions, and both ends count.
    queued_at = row.queued_at.replace(microsecond=0)
    return (start is None or queued_at >= start) and (end is None or queued_at <= end)


def _fits(row: Row, query: Mapping[str, str]) -> bool:
    wanted = {"type": row.type, "campaign_id": row.message.campaign, "phone": row.customer.phone}
    if any(query.get(name, value) != value for name, value in wanted.items()):
        return False
    rest = [name for name in ("status", "disposition", "from_phone", "agent_id") if name in query]
    if not rest:
        return True
    shown = row.to_json()
    shown["from_phone"] = SENDER
    return all(str(shown.get(name)).casefold() == query[name].casefold() for name in rest)
