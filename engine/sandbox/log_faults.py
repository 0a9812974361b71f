"""Rows of the logs as faults leave them: late, missing, doubled, foreign, shifting between pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from engine.frozen import dataclass
from engine.sandbox.chance import shuffled
from engine.sandbox.customers import Campaign
from engine.sandbox.faults import Fault, Kind
from engine.sandbox.logs import Row, row_of
from engine.sandbox.outbox import Message
from engine.sandbox.paging import page_number


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the logs: what was asked for, when, and what chance and the campaigns are."""

    query: Mapping[str, str]
    at: datetime
    seed: int
    campaigns: Mapping[str, Campaign]

    @property
    def pages_turned(self) -> int:
        """How many pages were read before this one."""
        try:
            return page_number(self.query) - 1
        except ValueError:
            return 0

    def is_about(self, row: Row) -> bool:
        """Say whether a row is of the campaign and the channel that were asked for."""
        campaign, channel = self.query.get("campaign_id"), self.query.get("type")
        return campaign in {None, row.message.campaign} and channel in {None, row.type}


def as_shown(rows: Sequence[Row], faults: Sequence[Fault], look: Look) -> list[Row]:
    """Give the rows, newest first, as the faults leave them."""
    shown = list(rows)
    for fault in faults:
        shown = _spoilt(shown, fault, look)
    return shown


def _spoilt(rows: list[Row], fault: Fault, look: Look) -> list[Row]:
    match fault.kind:
        case Kind.LATE_LOGS:
            visible_at = look.at - timedelta(seconds=fault.seconds or 0)
            return [row for row in rows if row.queued_at <= visible_at]
        case Kind.MISSING_LOGS:
            chosen = _chosen(rows, fault, look)
            return [row for row in rows if row.id not in chosen]
        case Kind.DOUBLED_LOGS:
            chosen = _chosen(rows, fault, look)
            return [each for row in rows for each in [row] * (1 + (row.id in chosen))]
        case Kind.FOREIGN_LOGS:
            return _foreign(rows, fault, look, fault.number) + rows
        case Kind.SHIFTING_LOGS:
            return _shifted(rows, fault, look)
        case _:
            return rows


def _chosen(rows: list[Row], fault: Fault, look: Look) -> set[str]:
    if fault.customers:
        return {row.id for row in rows if row.customer.id in fault.customers}
    names = [row.id for row in rows if look.is_about(row)]
    return set(shuffled(look.seed, names, fault.kind)[: fault.number])


def _shifted(rows: list[Row], fault: Fault, look: Look) -> list[Row]:
    shift = fault.number * look.pages_turned
    if shift >= 0:
        return _foreign(rows, fault, look, shift) + rows
    gone = {row.id for row in [row for row in rows if look.is_about(row)][:-shift]}
    return [row for row in rows if row.id not in gone]


def _foreign(rows: list[Row], fault: Fault, look: Look, number: int) -> list[Row]:
    """Make rows of another send: same campaign, same time as the newest row, same people."""
    newest = next((row for row in rows if look.is_about(row)), None)
    name = newest.message.campaign if newest else look.query.get("campaign_id", "")
    campaign = look.campaigns.get(name)
    if campaign is None or not campaign.customers:
        return []
    at = newest.queued_at if newest else look.at
    channel = newest.type if newest else look.query.get("type", "whatsapp")
    template = fault.template or "sent_by_somebody_else"
    names = list(fault.customers) or shuffled(look.seed, campaign.customers, fault.kind)
    known = [campaign.customers[each] for each in names if each in campaign.customers] or [
        *campaign.customers.values()
    ]
    made = []
    for count in range(number):
        customer = known[count % len(known)]
        message = Message(customer.id, name, channel, template, None, at, count)
        made.append(row_of(message, customer, campaign, look.seed, f"{fault.kind}-"))
    return made
