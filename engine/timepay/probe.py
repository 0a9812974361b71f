"""Whether the API is there and takes the token and the organisation: one question that changes nothing."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from engine.diagnostics import Json
from engine.frozen import dataclass
from engine.refusal import Exit, Refusal
from engine.timepay.client import Client
from engine.timepay.departure import Departure
from engine.timepay.messages import Unreadable, plain, read, said

_HALF_S = 0.5
"""A server writes its date in whole seconds, rounded down: on average half of one is missing."""

_CURES = {
    401: ("the API does not accept the token (401)", "check TIMEPAY_TOKEN, or get a new one"),
    403: ("the API does not allow this (403)", "check the organisation, and what the token may do"),
    404: ("the API does not know this address (404)", "check base_url: it ends in the version, such as /v1"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What an answer tells. ``refusal``: why nothing can be sent there; None where all is accepted.

    ``org`` is that of the first campaign, None where none says it. ``ahead_s``: by how much this
    machine's clock is ahead of the API's (behind: below zero), None where the API does not say its time.
    """

    refusal: Refusal | None
    org: str | None
    ahead_s: float | None


class Probe(Client):
    """A client that looks whether the API can be used from here."""

    def look(self, *, timeout_s: float = 10) -> Seen:
        """Ask for the list of campaigns; raises ``Refusal`` (11) where nobody answers."""
        self._deadline.start(timeout_s)
        asked_at = self._now()
        departure = Departure(lambda: None, self._deadline)
        try:
            answer = self._exchange("GET", self._url("/campaigns"), b"", departure)
        except Exception as error:  # noqa: BLE001  (whatever a transport raises, there is no answer)
            trouble = self._trouble(error)
            raise Refusal(trouble.message, trouble.cure, Exit.GUARDED) from None
        halfway = asked_at + (self._now() - asked_at) / 2
        data = read(answer.body) if isinstance(answer.body, bytes) else None
        fault = self._fault(answer.status, answer.body, data)
        return Seen(fault, _org(data), _ahead_s(halfway, answer.headers.get("date")))

    def _fault(self, status: int, body: bytes | Unreadable, data: dict[str, Json] | None) -> Refusal | None:
        words = f"; it says: {plain(self._token.hide(said(data)))}" if data and said(data) else ""
        if status in _CURES:
            message, cure = _CURES[status]
            return Refusal(f"{message}{words}", cure, Exit.GUARDED)
        if status != 200:  # noqa: PLR2004  (as the page has it)
            return Refusal(f"the API answered {status}{words}", "try again later", Exit.GUARDED)
        if isinstance(body, Unreadable):
            return Refusal(f"the API answered, but {body.why}", "try again later", Exit.GUARDED)
        if data is None or not isinstance(data.get("data"), list):
            return Refusal("what answers is not the API", "check base_url", Exit.GUARDED)
        return None


def _org(data: dict[str, Json] | None) -> str | None:
    campaigns = data.get("data") if data else None
    first = campaigns[0] if isinstance(campaigns, list) and campaigns else None
    org = first.get("org_id") if isinstance(first, dict) else None
    return org if isinstance(org, str) else None


def _ahead_s(here_at: datetime, date: str | None) -> float | None:
    try:
        there_at = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    there_at = there_at if there_at.tzinfo else there_at.replace(tzinfo=UTC)
    return (here_at - there_at).total_seconds() - _HALF_S
