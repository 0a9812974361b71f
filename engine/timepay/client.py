"""The client of the TimePay Agents API: one request, one answer, never a second try."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from engine import __version__, clock
from engine.config.address import fault_of_address, host_of, is_loopback, normalised
from engine.frozen import dataclass
from engine.record.outcome import Outcome, SendStatus
from engine.record.plan import Account
from engine.record.request import Request
from engine.refusal import Exit, Refusal
from engine.timepay.campaign import CampaignFacts, facts_of, unread
from engine.timepay.carrier import Answer, Carrier, Header, Headers, Leaving, Stayed, named
from engine.timepay.classify import classify
from engine.timepay.connection import CONNECT_S, Connections
from engine.timepay.departure import Deadline, Departure
from engine.timepay.logs import LogPage, LogQuery, LogsUnread, count_of, page_of
from engine.timepay.messages import MOST_BYTES, Unreadable
from engine.timepay.probe import Seen, seen_of
from engine.timepay.token import Token
from engine.timepay.trouble import Trouble, explain

if TYPE_CHECKING:
    from engine.timepay.seam import httpx

# Nothing that a URL would read as something else: no dots alone, no ?, no %, nothing empty.
_SEGMENT = r"[A-Za-z0-9][A-Za-z0-9._~:@-]*"
_PATH = re.compile(f"(?:/{_SEGMENT})+")
_QUERY = re.compile("[A-Za-z0-9._~:=&%-]*")
_LATE = "its answer did not end in time"
_BROKE_OFF = "its answer broke off"
_ID = re.compile(_SEGMENT)


class Client:
    """Speaks to one account's API, for one thread; reads nothing from the environment.

    ``proxy`` is the address of an HTTP proxy (this machine is never reached through one), ``ca_file``
    names the certificates to trust in place of certifi's. ``transport`` stands in for the network: it
    must call the ``trace`` extension as httpx's own does, or read the request's stream when it leaves.

    Raises ``Refusal`` for an address that is not HTTPS (loopback may be plain), for an organisation
    that no header can carry, and for a proxy that is none.
    """

    def __init__(
        self,
        account: Account,
        token: Token,
        *,
        transport: "httpx.BaseTransport | None" = None,
        proxy: str | None = None,
        ca_file: str | None = None,
        boottime_s: Callable[[], float] = clock.boottime_s,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._base_url = _sound(account.base_url)
        self._org = _carried(account.org)
        self._token = token
        self._now = now
        self._deadline = Deadline(boottime_s)
        self._departure: Departure | None = None
        through = proxy if not is_loopback(self._base_url) else None
        self._carrier: Carrier = (
            _through(transport)
            if transport is not None
            else Connections(
                self._deadline, is_https=self._base_url.startswith("https:"), proxy=through, ca_file=ca_file
            )
        )
        self._proxy_host = host_of(through) if through else None

    @property
    def departed(self) -> bool:
        """Whether a byte of the latest ``send`` may have left; also true of one that was interrupted."""
        return self._departure is not None and self._departure.allowed

    def send(self, request: Request, *, timeout_s: float, leaving: Callable[[], str | None]) -> Outcome:
        """Send a request once, and give what became of it within ``timeout_s``, connecting included.

        ``leaving`` is asked once, when a connection stands and the first byte is about to leave: None
        lets it go, a text holds it back and is the reason of the ``not_sent``. What it raises passes
        through, as do interruptions: ``departed`` then says whether a byte may have left.
        """
        self._departure = departure = Departure(leaving, self._deadline, told=self._carrier.holds)
        url, content = self._url(request.path), request.wire()
        self._deadline.start(timeout_s)
        try:
            answer = self._exchange(request.method, url, content, departure)
        except Exception as error:
            if departure.broken is not None:
                raise
            return self._without_answer(error, departure, timeout_s)
        if not departure.allowed:
            departure.presume()
            return Outcome(SendStatus.IN_DOUBT, None, "there is an answer, but nobody saw the request leave")
        return classify(
            answer.status,
            answer.headers,
            answer.body,
            request,
            self._now(),
            behind=answer.behind,
            hide=self._token.hide,
        )

    def campaign(self, campaign_id: str, *, timeout_s: float = 10) -> CampaignFacts:
        """Ask the API about a campaign; raises ``Refusal`` (11) where it does not tell."""
        if not _ID.fullmatch(campaign_id):
            raise unread(campaign_id, "no campaign has such an id", "check campaign.id")
        answer = self._got(f"/campaigns/{campaign_id}", timeout_s)
        if isinstance(answer, Trouble):
            raise unread(campaign_id, answer.message, answer.cure)
        return facts_of(campaign_id, answer.status, answer.body, hide=self._token.hide)

    def look(self, *, timeout_s: float = 10) -> Seen:
        """Ask for the list of campaigns: is the API there? Raises ``Refusal`` (11) where nobody answers."""
        asked_at = self._now()
        answer = self._got("/campaigns", timeout_s)
        if isinstance(answer, Trouble):
            raise Refusal(answer.message, answer.cure, Exit.GUARDED)
        halfway = asked_at + (self._now() - asked_at) / 2
        date = answer.headers.get("date")
        return seen_of(answer.status, answer.body, date, halfway, hide=self._token.hide)

    def log_count(self, query: LogQuery, *, timeout_s: float = 10) -> int:
        """Ask how many rows of the API's logs fit; raises ``LogsUnread``."""
        answer = self._logged(query.text(), timeout_s)
        return count_of(answer.status, answer.headers, answer.body, self._now(), self._token.hide)

    def logs(self, query: LogQuery, page: int, *, timeout_s: float = 10) -> LogPage:
        """Ask for a page of the API's logs, the first is 1; raises ``LogsUnread``."""
        answer = self._logged(query.text(page=page), timeout_s)
        return page_of(answer.status, answer.headers, answer.body, self._now(), page, self._token.hide)

    def close(self) -> None:
        """Close the connection."""
        self._carrier.close()

    def _logged(self, query: str, timeout_s: float) -> "_Answer":
        answer = self._got("/logs", timeout_s, query)
        if isinstance(answer, Trouble):
            raise LogsUnread(answer, None)
        return answer

    def _url(self, path: str, query: str = "") -> str:
        if not _PATH.fullmatch(path):
            raise AssertionError(f"{path!r} cannot be a path below the API's address")
        if not _QUERY.fullmatch(query):
            raise AssertionError(f"{query!r} cannot be the query of a URL")
        return f"{self._base_url}{path}?{query}" if query else f"{self._base_url}{path}"

    def _got(self, path: str, timeout_s: float, query: str = "") -> "_Answer | Trouble":
        """Ask what changes nothing; whatever kept the answer away is a value, as the answer is.

        ``query`` comes encoded.
        """
        url = self._url(path, query)
        self._deadline.start(timeout_s)
        try:
            return self._exchange("GET", url, b"", Departure(lambda: None, self._deadline))
        except Exception as error:  # noqa: BLE001  (whatever a transport raises, there is no answer)
            return self._trouble(error)

    def _exchange(self, method: str, url: str, content: bytes, departure: Departure) -> "_Answer":
        left_s = self._deadline.left_s()
        timeouts_s = {"connect": min(CONNECT_S, left_s), "write": left_s, "read": left_s, "pool": left_s}
        answer = self._carrier.answer(
            method,
            url,
            Headers((*self._headers(), *_about(content))),
            Leaving(content, departure),
            timeouts_s,
        )
        try:
            body = self._read(answer)
            return _Answer(answer.status, named(answer.headers), body, self._carrier.rest)
        finally:
            answer.close()

    def _headers(self) -> Iterator[Header]:
        """Give the headers that every request has; made for each, so that the token is kept in one place."""
        yield b"Host", urlsplit(self._base_url).netloc.encode("ascii")
        yield b"Authorization", self._token.authorization().encode("ascii")
        yield b"Accept", b"application/json"
        yield b"Accept-Encoding", b"identity"
        yield b"User-Agent", f"campaign-runbooks/{__version__}".encode("ascii")
        if self._org is not None:
            yield b"x-org-id", self._org.encode("ascii")

    def _read(self, answer: Answer) -> bytes | Unreadable:
        """Read the bytes of an answer as they come, undecoded."""
        received = bytearray()
        try:
            for part in answer.iter_stream():
                # The network ends on time by itself; another transport may not.
                if received and self._deadline.left_s() <= 0:
                    return self._unreadable(received, _LATE)
                received += part
                if len(received) > MOST_BYTES:
                    return self._unreadable(received, f"its answer is longer than {MOST_BYTES // 1024} KiB")
        except Exception:  # noqa: BLE001  (whatever is raised, the rest of the answer is lost)
            return self._unreadable(received, _LATE if self._deadline.left_s() <= 0 else _BROKE_OFF)
        return bytes(received)

    def _unreadable(self, received: bytearray, why: str) -> Unreadable:
        # What stands behind a length that cannot be read was not given out as a part.
        return Unreadable(why, bytes(received + self._carrier.latest))

    def _without_answer(self, error: Exception, departure: Departure, timeout_s: float) -> Outcome:
        if departure.held is not None:
            return Outcome(SendStatus.NOT_SENT, reason=departure.held.reason)
        if isinstance(error, Stayed):
            departure.stay()
        if not departure.allowed and (departure.told or isinstance(error, Refusal)):
            return Outcome(SendStatus.NOT_SENT, reason=str(self._trouble(error)))
        departure.presume()
        is_late = self._deadline.left_s() <= 0
        lost = (
            f"no answer came within {timeout_s:g} s"
            if is_late
            else "the connection broke before an answer came"
        )
        return Outcome(SendStatus.IN_DOUBT, None, f"the request may have left, but {lost}")

    def _trouble(self, error: Exception) -> Trouble:
        if isinstance(error, Stayed):
            error = error.fault
        if isinstance(error, Refusal):
            return Trouble(error.message, error.cure)
        is_late = self._deadline.left_s() <= 0
        found = explain(error, host_of(self._base_url), self._proxy_host, is_late=is_late)
        # What a server says in place of an answer stands in the words of exceptions.
        return Trouble(self._token.hide(found.message), found.cure)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What came back: ``body`` as it came, or why it did not; ``behind`` is what came after its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes | Unreadable
    behind: bytes


def _through(transport: "httpx.BaseTransport") -> Carrier:
    # httpx takes 18 ms to import, as long as ten sends: only who brings a transport of its own pays for it.
    from engine.timepay.seam import Seam  # noqa: PLC0415

    return Seam(transport)


def _sound(base_url: str) -> str:
    if fault := fault_of_address(base_url):
        message, _, cure = fault.partition("; ")
        raise Refusal(message, cure or "write https://…")
    base_url = normalised(base_url)
    path = urlsplit(base_url).path
    return base_url.removesuffix(path) + quote(path, safe="/%:@!$&'()*+,;=")


def _about(content: bytes) -> tuple[Header, ...]:
    if not content:
        return ()
    return (b"Content-Type", b"application/json"), (b"Content-Length", b"%d" % len(content))


def _carried(org: str | None) -> str | None:
    if org is not None and not (org.isascii() and org.isprintable() and org == org.strip() != ""):
        raise Refusal("the organisation's id holds what no header can carry", "write the id alone")
    return org
