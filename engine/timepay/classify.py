"""What an answer of the API amounts to: the outcome table of DESIGN section 7, row by row. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256

from engine.diagnostics import Json
from engine.frozen import dataclass, replace
from engine.record.outcome import Counts, Outcome, SendStatus
from engine.record.request import Request
from engine.timepay.messages import MOST_BYTES, Unreadable, plain, read, said
from engine.timepay.patience import retry_at
from engine.timepay.results import Incoherent, results_of, speaks

SMALL = 500
"""Up to so many customers, a 429 is believed to have come before any of them was taken."""

_UNWELCOME = {
    401: "the API does not accept the token (401): check TIMEPAY_TOKEN, or get a new one",
    403: "the API does not allow this (403): check the organisation, and what the token may do",
}
_SAYS_ENOUGH = frozenset({404, 429})
_REFUSALS = frozenset({400, 402, 405, 409, 411, 413, 415, 422})
_REDIRECTS = range(300, 400)
_FAULTS = range(500, 600)
# The two kinds of 404 differ in their words alone, and nobody promises the words.
_NO_CUSTOMERS = re.compile(r"\bno\b(?:\W+\w+){0,3}?\W+customers?\b")
_CUSTOMERS_NOT_FOUND = re.compile(r"\bcustomers?\b.*\b(?:not found|not match|no match)")
_NO_AGENT = re.compile(
    r"(?<!user.)\bagent\b.*\b(?:not found|not exist|unknown|invalid)|\b(?:no|no such|unknown|invalid) agent\b"
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer as the rows look at it.

    ``fault`` says why its body cannot be read, ``data`` is the object in it; ``request`` is what it
    answers; ``hide`` blacks out of its words what must not be shown.
    """

    status: int
    headers: Mapping[str, str]
    fault: str | None
    data: Mapping[str, Json] | None
    request: Request
    hide: Callable[[str], str]

    @property
    def words(self) -> str:
        """What it says to people, safe to show; looked for where it is shown alone, for that takes 20 µs."""
        return plain(self.hide(said(self.data))) if self.data else ""


def classify(
    status: int,
    headers: Mapping[str, str],
    body: bytes | Unreadable,
    request: Request,
    now: datetime,
    *,
    behind: bytes = b"",
    hide: Callable[[str], str] = str,
) -> Outcome:
    """Give what an answer to a request amounts to; never raises, whatever came.

    ``behind`` is what came after its end. ``hide`` blacks out of its words what must not be shown.
    """
    headers = {name.lower(): value for name, value in headers.items()}
    raw, fault = _came(headers, body)
    data = read(raw) if raw and not fault else None
    answer = _Answer(status, headers, fault, data, request, hide)
    results = Incoherent("nobody can look into it") if raw is None else results_of(data, raw)
    if results is None and speaks(behind):
        results = Incoherent("what came behind its answer tells of results")
    if isinstance(results, Counts):
        outcome = _by_counts(answer, results)
    else:
        outcome = _by_status(answer, results, now) or _doubt(_why_unknown(answer, results))
    digest = sha256(body).hexdigest() if isinstance(body, bytes) else None
    return replace(outcome, http_status=status, answer_hash=digest)


def _came(headers: Mapping[str, str], body: bytes | Unreadable) -> tuple[bytes | None, str | None]:
    """Give what came of a body, and why it is no more than searched, if nobody can read it.

    What cannot even be searched is None.
    """
    raw, fault = (body.came, body.why) if isinstance(body, Unreadable) else (body, None)
    packed = headers.get("content-encoding", "identity").strip().lower()
    if packed in ("", "identity"):
        return raw, fault
    is_known = packed in ("gzip", "deflate")
    return _inflated(raw) if is_known else None, fault or "its answer is compressed, which was not asked for"


def _inflated(packed: bytes) -> bytes | None:
    """Undo gzip or deflate; None where that gives more than an answer may be long, or leaves a rest."""
    import zlib  # noqa: PLC0415  (hardly anybody pays for it)

    undoing = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        raw = undoing.decompress(packed, MOST_BYTES)
    except zlib.error:
        return None
    return None if undoing.unconsumed_tail or undoing.unused_data else raw


def _by_counts(answer: _Answer, counts: Counts) -> Outcome:
    if counts.selected == 0:
        return Outcome(SendStatus.NO_MATCH, counts, "no customer fits")
    overreached = answer.request.is_overreached_by(counts)
    failed = f"{counts.failed} of {counts.selected} customers failed"
    parts = [
        _too_many(answer.request, counts) if overreached else "",
        _with_words(failed, answer) if counts.failed else "",
    ]
    status = SendStatus.PARTIAL if counts.initiated else SendStatus.FAILED
    return Outcome(
        status if counts.failed else SendStatus.SUCCEEDED,
        counts,
        "; ".join(part for part in parts if part),
        overreached=overreached,
    )


def _too_many(request: Request, counts: Counts) -> str:
    if request.at_most is not None and counts.selected > request.at_most:
        return f"the API took {counts.selected} customers, but was asked for {request.at_most} at most"
    return (
        f"the request names {request.named} customers, but the API matched {counts.matched}: it ignored the "
        "ids, and may have taken others"
    )


def _by_status(answer: _Answer, results: Incoherent | None, now: datetime) -> Outcome | None:
    """Give what the status tells of an answer that no counts settle; None if that is not certain."""
    status = answer.status
    if reason := _UNWELCOME.get(status):
        return _rejected(reason, answer, fatal=True)
    success = answer.data.get("success") if answer.data else None
    if results is not None or success is True:
        # Who says that it sent, or that all went well, may have sent.
        return None
    if status == 429:  # noqa: PLR2004  (as RFC 6585 has it)
        return _not_yet(answer, now)
    if status == 404:  # noqa: PLR2004
        return _not_found(answer)
    if status in _REFUSALS and success is False:
        return _rejected(f"the API refused the request ({status})", answer)
    return None


def _not_yet(answer: _Answer, now: datetime) -> Outcome | None:
    most = answer.request.at_most
    if most is None or not 1 <= most <= SMALL:
        return None
    at = retry_at(answer.headers.get("retry-after"), now)
    busy = "the API is busy (429)"
    says_more = answer.words.lower() != "too many requests"
    reason = _with_words(busy, answer) if says_more else busy
    return Outcome(SendStatus.NOT_SENT, reason=reason, retry_at=at)


def _not_found(answer: _Answer) -> Outcome:
    words = answer.words.lower()
    about_campaign = "campaign" in words
    if _NO_CUSTOMERS.search(words) or (_CUSTOMERS_NOT_FOUND.search(words) and not about_campaign):
        return Outcome(SendStatus.NO_MATCH, reason="no customer fits")
    if _NO_AGENT.search(words) and not about_campaign:
        return _rejected("the API does not know the agent (404)", answer)
    unknown = "the API does not know this campaign, or this address (404): check campaign.id and base_url"
    return _rejected(unknown, answer, fatal=True)


def _rejected(reason: str, answer: _Answer, *, fatal: bool = False) -> Outcome:
    return Outcome(SendStatus.REJECTED, reason=_with_words(reason, answer), fatal=fatal)


def _doubt(reason: str) -> Outcome:
    return Outcome(SendStatus.IN_DOUBT, None, reason)


def _with_words(reason: str, answer: _Answer) -> str:
    words = answer.words
    return f"{reason}; the API says: {words}" if words else reason


def _why_unknown(answer: _Answer, results: Incoherent | None) -> str:
    status = answer.status
    if fault := answer.fault or (results and results.why):
        but = f"the API answered {status}, but {fault}"
        return (
            f"{but}, and may tell of messages that went out"
            if answer.fault and status in _SAYS_ENOUGH
            else but
        )
    if status in _REDIRECTS:
        return f"the API points to another address ({status}), which is never followed"
    if status in _FAULTS:
        return _with_words(f"the API failed ({status}) without saying what was sent", answer)
    if answer.data is None:
        return f"the API answered {status} with something that cannot be read"
    return _with_words(f"the API answered {status} without saying what was sent", answer)
