"""What the API says of a campaign, for the pins that are checked before a run (timepay-api.md, 5)."""

from collections.abc import Callable

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.refusal import Exit, Refusal
from engine.timepay.messages import Unreadable
from engine.timepay.told import told
from engine.timepay.trouble import Trouble


@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """A campaign, in the API's own words; None is what it does not say. ``rows``: its customers."""

    id: str
    name: str | None = None
    org: str | None = None
    status: str | None = None
    rows: int | None = None


_MISSING = Trouble(
    "the API does not know this campaign, or this address (404)", "check campaign.id and base_url"
)


def facts_of(
    campaign_id: str, status: int, body: bytes | Unreadable, *, hide: Callable[[str], str] = str
) -> CampaignFacts:
    """Read the answer to ``GET /campaigns/{id}``; raises ``Refusal`` (11) where it does not tell.

    ``hide`` blacks out of the API's words what must not be shown.
    """
    data = told(status, body, _MISSING, hide=hide)
    if isinstance(data, Trouble):
        raise unread(campaign_id, data.message, data.cure)
    campaign = data.get("data")
    if not isinstance(campaign, dict) or campaign.get("id") != campaign_id:
        raise unread(campaign_id, "the answer describes something else", "check base_url")
    name, org, status_of = (_text(campaign.get(key), hide) for key in ("name", "org_id", "status"))
    rows = campaign.get("rowsLen")
    return CampaignFacts(campaign_id, name, org, status_of, rows if type(rows) is int and rows >= 0 else None)


def unread(campaign_id: str, why: str, cure: str) -> Refusal:
    """Say why the campaign could not be read."""
    return Refusal(f"campaign {campaign_id} cannot be read: {why}", cure, Exit.GUARDED)


def _text(value: Json, hide: Callable[[str], str]) -> str | None:
    return hide(value) if isinstance(value, str) and value else None
