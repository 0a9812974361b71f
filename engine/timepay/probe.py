"""Whether the API is there, and takes token and organisation: what its list of campaigns tells; pure."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.refusal import Exit, Refusal
from engine.timepay.messages import Unreadable, plain
from engine.timepay.told import told
from engine.timepay.trouble import Trouble

_HALF_S = 0.5
"""A server writes its date in whole seconds, rounded down: on average half of one is missing."""

_MISSING = Trouble(
    "the API does not know this address (404)", "check base_url: it ends in the version, such as /v1"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer tells. ``refusal``: why nothing can be sent there; None where all is accepted.

    ``org`` is that of the first campaign, None where none says it. ``ahead_s``: by how much this
    machine's clock is ahead of the API's (behind: below zero), None where the API does not say its time.
    """

    refusal: Refusal | None
    org: str | None
    ahead_s: float | None


def seen_of(
    status: int,
    body: bytes | Unreadable,
    date: str | None,
    here_at: datetime,
    *,
    hide: Callable[[str], str] = str,
) -> Seen:
    """Read the answer to ``GET /campaigns``.

    ``date`` is its header, ``here_at`` this machine's instant half way between question and answer;
    ``hide`` blacks out of the API's words what must not be shown.
    """
    ahead_s = _ahead_s(here_at, date)
    data = told(status, body, _MISSING, hide=hide)
    if isinstance(data, Trouble):
        return Seen(Refusal(data.message, data.cure, Exit.GUARDED), None, ahead_s)
    campaigns = data.get("data")
    if not isinstance(campaigns, list):
        return Seen(Refusal("what answers is not the API", "check base_url", Exit.GUARDED), None, ahead_s)
    org = _org(campaigns)
    return Seen(None, org and plain(hide(org)), ahead_s)


def _org(campaigns: list[Json]) -> str | None:
    first = campaigns[0] if campaigns else None
    org = first.get("org_id") if isinstance(first, dict) else None
    return org if isinstance(org, str) else None


def _ahead_s(here_at: datetime, date: str | None) -> float | None:
    try:
        there_at = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    there_at = there_at if there_at.tzinfo else there_at.replace(tzinfo=UTC)
    return (here_at - there_at).total_seconds() - _HALF_S
