"""``GET /campaigns`` and ``GET /campaigns/{id}``."""

from collections.abc import Mapping

from engine.diagnostics import Json
from engine.sandbox.answers import not_found
from engine.sandbox.customers import Campaign
from engine.sandbox.paging import PER_PAGE, page_number
from engine.sandbox.wire import Reply, json_reply

_SHOWN: dict[str, Json] = {
    "createdAt": "2026-03-01T10:00:00",
    "updatedAt": "2026-03-01T10:00:05",
    "description": "",
    "status": "active",
    "startDate": "2026-03-01",
    "startTime": "09:00",
    "endDate": "2027-03-31",
    "endTime": "19:00",
    "collection_type": "emi",
    "region": "west",
    "tags": [],
}
"""What is shown of a campaign that does not say otherwise."""


def one(campaigns: Mapping[str, Campaign], name: str, org: str | None) -> Reply:
    """Answer with one campaign, or that there is none."""
    if name not in campaigns:
        return not_found("campaign", named=True)
    return json_reply(200, {"success": True, "data": _shown(campaigns[name], org)})


def page(campaigns: Mapping[str, Campaign], query: Mapping[str, str], org: str | None) -> Reply:
    """Answer with ten campaigns; ``limit`` is ignored, as the newer edition of the page has none.

    No 400 is documented here, so a page that makes no sense is the first.
    """
    try:
        number = page_number(query)
    except ValueError:
        number = 1
    found = [data for each in campaigns.values() if _fits(data := _shown(each, org), query)]
    shown: list[Json] = [*found[(number - 1) * PER_PAGE : number * PER_PAGE]]
    pages = -(-len(found) // PER_PAGE)
    pagination: Json = {"page": number, "limit": PER_PAGE, "total": len(found), "totalPages": pages}
    return json_reply(200, {"success": True, "data": shown, "pagination": pagination})


def _shown(campaign: Campaign, org: str | None) -> dict[str, Json]:
    languages = sorted({each.language for each in campaign.customers.values() if each.language})
    return {
        "id": campaign.id,
        "tableId": f"campaign_{campaign.id}",
        "name": campaign.name,
        "rowsLen": len(campaign.customers),
        "languages": [*languages],
        **_SHOWN,
        **({"org_id": org} if org else {}),
        **campaign.about,
    }


def _fits(shown: Mapping[str, Json], query: Mapping[str, str]) -> bool:
    if query.get("search", "").casefold() not in str(shown["name"]).casefold():
        return False
    pairs = (("status", "status"), ("campaign_type", "collection_type"))
    return all(query.get(asked, shown[key]) == shown[key] for asked, key in pairs)
