"""The outcome table, row by row."""

import gzip
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.record.outcome import Counts, SendStatus
from engine.timepay.classify import classify
from engine.timepay.messages import Unreadable
from tests.unit.timepay.answers import (
    COHERENT,
    GARBAGE,
    INCOHERENT,
    NOW,
    REFUSAL,
    body,
    outcome,
    request,
    results,
)

REFUSALS = {400, 402, 405, 409, 411, 413, 415, 422}
EVERY = range(100, 600)
UNWELCOME = {401, 403}
SILENT = {**dict.fromkeys((401, 403, 404), SendStatus.REJECTED), 429: SendStatus.NOT_SENT}
"""What a status comes to by itself, where its body says nothing; any other one is in doubt."""


def test_every_status_without_a_body() -> None:
    """Only what the API itself would refuse is certain; the rest is in doubt."""
    for content in (b"", GARBAGE, b"[]", b"null", b"3", b'"x"'):
        found = {status: outcome(status, content) for status in EVERY}
        assert {status: each.status for status, each in found.items()} == {
            status: SILENT.get(status, SendStatus.IN_DOUBT) for status in EVERY
        }
        assert {status for status, each in found.items() if each.fatal} == {401, 403, 404}


def test_every_status_with_coherent_results() -> None:
    """The counts decide, whatever the status says."""
    for status in EVERY:
        found = outcome(status, COHERENT)
        assert (found.status, found.counts) == (SendStatus.PARTIAL, Counts(12, 10, 7, 3, 1, 1))
        assert (found.fatal, found.http_status, found.overreached) == (False, status, False)


def test_every_status_with_incoherent_results() -> None:
    """Numbers that do not add up are believed under no status; 401 and 403 need no numbers."""
    for status in EVERY:
        found = outcome(status, INCOHERENT)
        if status in UNWELCOME:
            assert (found.status, found.counts, found.fatal) == (SendStatus.REJECTED, Counts(), True)
        else:
            assert (found.status, found.counts, found.fatal) == (SendStatus.IN_DOUBT, None, False)
            assert "10 customers selected, but 11 initiated or failed" in found.reason


def test_every_status_with_a_refusal() -> None:
    """``success: false`` is believed where the API refuses before it sends, and nowhere else."""
    for status in EVERY:
        found = outcome(status, REFUSAL)
        certain = {401, 403, 404, *REFUSALS}
        expected = SendStatus.REJECTED if status in certain else SendStatus.IN_DOUBT
        assert found.status is (SendStatus.NOT_SENT if status == 429 else expected), status
        assert found.fatal == (status in {401, 403, 404})


def test_every_status_that_claims_success_without_results() -> None:
    """A refusal that says it went well contradicts itself."""
    for status in EVERY:
        expected = SendStatus.REJECTED if status in UNWELCOME else SendStatus.IN_DOUBT
        assert outcome(status, body(success=True, message="No customers found")).status is expected, status


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((0, 0, 0, 0), SendStatus.NO_MATCH),
        ((5, 0, 0, 0), SendStatus.NO_MATCH),
        ((5, 5, 5, 0), SendStatus.SUCCEEDED),
        ((12, 10, 7, 3), SendStatus.PARTIAL),
        ((12, 10, 0, 10), SendStatus.FAILED),
    ],
)
def test_the_counts_decide(numbers: tuple[int, int, int, int], expected: SendStatus) -> None:
    """Nobody selected, all, some, none initiated."""
    found = outcome(500, body(results=results(*numbers)))
    assert found.status is expected
    assert found.counts is not None
    assert (found.counts.matched, found.counts.selected) == numbers[:2]


def changed(**keys: Any) -> bytes:  # noqa: ANN401  (whatever JSON holds)
    """Make a body whose results are not what they should be; ... leaves a key out."""
    made = {**results(10, 10, 10, 0), **keys}
    return body(success=True, results={key: value for key, value in made.items() if value is not ...})


INCREDIBLE = {
    "results are a list": body(results=[results()]),
    "results are a text": body(results="10 initiated"),
    "results are empty": body(results={}),
    "a number as text": changed(initiated="10"),
    "a number with a point": changed(totalMatched=10.0),
    "a number as truth": changed(customersSelected=1, initiated=True, totalMatched=1),
    "a number is null": changed(failed=None),
    "a number is missing": changed(batchesProcessed=...),
    "a negative number": changed(initiated=11, failed=-1),
    "a negative number that adds up": changed(initiated=11, failed=-1, errors=[{"affectedCustomers": -1}]),
    "fewer than no batches": changed(batchesProcessed=-1),
    "more people than there are": changed(totalMatched=10**18),
    "more selected than matched": changed(totalMatched=9),
    "fewer initiated than selected": changed(initiated=9),
    "failures that no error names": changed(initiated=8, failed=2),
    "errors that name too many": changed(errors=[{"affectedCustomers": 1}]),
    "errors are an object": changed(errors={"affectedCustomers": 0}),
    "an error is a text": changed(errors=["Workflow runner timeout"]),
    "an error without its number": changed(initiated=8, failed=2, errors=[{"reason": "x"}]),
    "numbers without results": body(initiated=3, failed=0),
    "results within data": body(data={"results": results()}),
}


UNREADABLE = {
    "a key twice": COHERENT.replace(b'"failed": 3', b'"failed": 3, "failed": 3'),
    "cut short": COHERENT[:-3],
    "not UTF-8": COHERENT.replace(b"SMS", b"\xff"),
    "NaN": COHERENT.replace(b'"initiated": 7', b'"initiated": NaN'),
    "NaN beside the numbers": COHERENT.replace(b'"SMS"', b"NaN"),
    "a number of 5,000 digits": COHERENT.replace(b'"initiated": 7', b'"initiated": ' + b"7" * 5000),
    "bottomless": b'{"results":' + b"[" * 100_000,
    "a byte order mark": b"\xef\xbb\xbf" + COHERENT,
}


CUT = "its answer broke off"
LOST: dict[str, tuple[bytes | Unreadable, str]] = {
    "broke off": (Unreadable(CUT, COHERENT[:-1]), "identity"),
    "broke off before its results": (Unreadable(CUT, b'{"success": true, "message": "SM'), "identity"),
    "compressed": (gzip.compress(COHERENT), "gzip"),
    "compressed, and broke off": (Unreadable(CUT, gzip.compress(COHERENT)[:-9]), "gzip"),
    "compressed in a way that nobody knows": (b"\x1b\x2a\x00", "br"),
    "compressed twice": (gzip.compress(gzip.compress(REFUSAL)), "gzip, gzip"),
    "compressed in two pieces": (gzip.compress(b'{"success": false,') + gzip.compress(COHERENT[1:]), "gzip"),
    "broke off in its claim": (Unreadable(CUT, b'{"success": tr'), "identity"),
}


@pytest.mark.parametrize("status", [200, 207, 400, 401, 403, 404, 429, 500])
@pytest.mark.parametrize(
    ("content", "encoding"),
    [*((each, "identity") for each in (INCREDIBLE | UNREADABLE).values()), *LOST.values()],
    ids=[*INCREDIBLE, *UNREADABLE, *LOST],
)
def test_results_that_cannot_be_believed(content: bytes | Unreadable, encoding: str, status: int) -> None:
    """Whoever may speak of results may have sent: in doubt, unless the token was not even accepted."""
    found = outcome(status, content, content_encoding=encoding)
    if status in UNWELCOME:
        assert (found.status, found.fatal) == (SendStatus.REJECTED, True)
    else:
        assert (found.status, found.counts, found.fatal) == (SendStatus.IN_DOUBT, None, False)
    assert found.reason


@pytest.mark.parametrize("errors", [[], None, ..., [{"batch": 1, "affectedCustomers": 0}]])
def test_errors_may_be_absent_where_nobody_failed(errors: object) -> None:
    """Or empty, or null, or name nobody."""
    assert outcome(200, changed(errors=errors)).status is SendStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("asked", "is_over"),
    [
        (request(10), False),
        (request(9), True),
        (request(None), False),
        (request(None, payment_status=["bounced"]), False),
        (request(None, ids=[str(each) for each in range(12)]), False),
        (request(None, ids=[str(each) for each in range(9)]), True),
        (request(None, ids=["1"] * 10), True),
        (request(100, ids=[str(each) for each in range(14)], exclude_ids=["1", "2"]), False),
        (request(100, ids=[str(each) for each in range(12)], exclude_ids=["1", "2", "3"]), True),
        (request(100, exclude_ids=["1"]), False),
    ],
)
def test_more_than_was_asked_for(asked: Any, is_over: bool) -> None:  # noqa: ANN401
    """The counts are believed, and the alarm is raised beside them."""
    found = outcome(207, COHERENT, asked)
    assert (found.status, found.overreached) == (SendStatus.PARTIAL, is_over)
    assert ("the API took 10 customers, but was asked for" in found.reason) is is_over


@pytest.mark.parametrize(
    ("asked", "is_over"),
    [
        (request(10, ids=[str(each) for each in range(12)]), False),
        (request(10, ids=[str(each) for each in range(11)]), True),
        (request(10, ids=["1", *(str(each) for each in range(11))]), True),
        (request(10, ids=[str(each) for each in range(14)], exclude_ids=["1", "2"]), False),
        (request(10, ids=[str(each) for each in range(14)], exclude_ids=["1", "2", "3"]), True),
        (request(10, payment_status=["bounced"]), False),
    ],
)
def test_more_matched_than_are_named(asked: Any, is_over: bool) -> None:  # noqa: ANN401
    """The API ignored the ids: its limit alone kept it from taking more, and whom it took nobody knows."""
    found = outcome(207, COHERENT, asked)
    assert (found.status, found.counts and found.counts.matched) == (SendStatus.PARTIAL, 12)
    assert (found.overreached, "but the API matched 12: it ignored the ids" in found.reason) == (
        is_over,
        is_over,
    )


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (request(500), SendStatus.NOT_SENT),
        (request(501), SendStatus.IN_DOUBT),
        (request(None), SendStatus.IN_DOUBT),
        (request(0), SendStatus.IN_DOUBT),
        (request(-1), SendStatus.IN_DOUBT),
        (request(True), SendStatus.IN_DOUBT),
        (request(None, ids=["1"]), SendStatus.NOT_SENT),
        (request(5000, ids=["1"]), SendStatus.NOT_SENT),
        (request(None, ids=[str(each) for each in range(501)]), SendStatus.IN_DOUBT),
    ],
)
def test_too_many_requests(asked: Any, expected: SendStatus) -> None:  # noqa: ANN401
    """429 is believed of small requests only: a large one may have been cut off in its middle."""
    assert outcome(429, GARBAGE, asked).status is expected


def test_patience_is_asked_for() -> None:
    """Retry-After tells when to come again, under any spelling of its name."""
    assert outcome(429, b"", Retry_After="7").retry_at == NOW + timedelta(seconds=7)
    assert outcome(429, b"", retry_after="soon").retry_at is None
    assert outcome(503, b"", retry_after="7").retry_at is None


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("No customers found matching the given filters", "nobody"),
        ("NO CUSTOMER FOUND", "nobody"),
        ("no matching customers", "nobody"),
        ("No eligible active customers in this campaign", "nobody"),
        ("Customers not found", "nobody"),
        ("Campaign not found", "fatal"),
        ("Campaign or customers not found", "fatal"),
        ("Campaign with no name", "fatal"),
        ("Agent not found", "agent"),
        ("The agent does not exist", "agent"),
        ("Unknown agent", "agent"),
        ("No such agent", "agent"),
        ("Campaign or agent not found", "fatal"),
        ("no route for this user agent, not found", "fatal"),
        ("Not found", "fatal"),
        ("Customers are our priority", "fatal"),
        ("", "fatal"),
    ],
)
def test_the_kinds_of_404(message: str, expected: str) -> None:
    """They differ in their words alone; whatever is not known halts."""
    found = outcome(404, body(message=message))
    kind = {SendStatus.NO_MATCH: "nobody", SendStatus.REJECTED: "fatal" if found.fatal else "agent"}
    assert kind[found.status] == expected
    assert found.counts == Counts()


def test_a_404_of_something_else() -> None:
    """A page that is no answer of the API, and one whose message is no text."""
    for content in (
        b"<html>no customers found</html>",
        body(message={"text": "no customers"}),
        body(message=7),
    ):
        assert (outcome(404, content).status, outcome(404, content).fatal) == (SendStatus.REJECTED, True)


def test_a_refusal_says_why() -> None:
    """What the API says stays readable: in one line, bounded, with nothing that a terminal obeys."""
    assert outcome(400, REFUSAL).reason == (
        "the API refused the request (400); the API says: Validation failed: templateId is required"
    )
    wild = outcome(400, body(message="a\x1b[31mb\r\nc\u202ed\ud800e", errors=["x" * 1000])).reason
    assert wild.isprintable()
    assert "a [31mb c d e: xxx" in wild
    assert len(wild) < 400


def test_failures_say_why() -> None:
    """The reasons of failed batches are the API's words, too."""
    assert outcome(207, COHERENT).reason == (
        "3 of 10 customers failed; the API says: SMS: Workflow runner timeout"
    )


def test_only_false_itself_is_a_refusal() -> None:
    """A text or a zero is not what the page promises."""
    odd: list[Any] = ["false", 0, None, []]
    for success in odd:
        assert outcome(400, body(success=success, message="x")).status is SendStatus.IN_DOUBT
    assert outcome(400, b'{"message": "x"}').status is SendStatus.IN_DOUBT


@pytest.mark.parametrize("status", EVERY)
def test_a_body_that_did_not_arrive_whole(status: int) -> None:
    """Of one that says nothing of sending, what the status says by itself is known."""
    for found in (
        outcome(status, Unreadable(CUT)),
        outcome(status, Unreadable(CUT, b'{"success": false, "message": "Too')),
        outcome(status, gzip.compress(REFUSAL), content_encoding="gzip"),
    ):
        assert found.status is SILENT.get(status, SendStatus.IN_DOUBT)
        assert found.fatal == (status in {401, 403, 404})
        assert found.reason


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("Too Many Requests", "the API is busy (429)"),
        ("in maintenance", "the API is busy (429); the API says: in maintenance"),
    ],
)
def test_a_429_is_said_once(says: str, reason: str) -> None:
    """What the API says is told only where it says more than its status does."""
    body = json.dumps({"success": False, "message": says}).encode()
    assert outcome(429, body).reason == reason


def test_a_refusal_that_is_in_doubt_says_why() -> None:
    """Whoever knows what 429 means wonders."""
    assert outcome(429, Unreadable(CUT, COHERENT[:-1])).reason == (
        "the API answered 429, but its answer broke off, and may tell of messages that went out"
    )


def test_a_429_that_broke_off_is_of_small_requests_only() -> None:
    """And its patience is heard: that stands in the headers."""
    cut = Unreadable(CUT)
    assert outcome(429, cut, request(501)).status is SendStatus.IN_DOUBT
    assert outcome(429, cut, request(500), retry_after="7").retry_at == NOW + timedelta(seconds=7)


def test_the_evidence() -> None:
    """The status and the sha256 of the body as it came; no hash of what did not come whole."""
    assert outcome(200, COHERENT).answer_hash == hashlib.sha256(COHERENT).hexdigest()
    assert outcome(502, b"").answer_hash == hashlib.sha256(b"").hexdigest()
    packed = gzip.compress(COHERENT)
    assert outcome(200, packed, content_encoding="gzip").answer_hash == hashlib.sha256(packed).hexdigest()
    cut = outcome(200, Unreadable("cut"))
    assert (cut.http_status, cut.answer_hash) == (200, None)


def test_no_encoding_is_no_encoding() -> None:
    """``identity`` says that the body is as it stands."""
    assert outcome(200, COHERENT, content_encoding="Identity").status is SendStatus.PARTIAL


def test_what_must_not_be_shown_is_hidden_before_the_text_is_cut() -> None:
    """Half a secret is no better than a whole one."""
    long = body(message="x" * 290 + "s3cret" * 5)
    reason = classify(400, {}, long, request(), NOW, hide=lambda text: text.replace("s3cret", "?")).reason
    assert "s3" not in reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NUMBERS = st.one_of(st.integers(-2, 12), JSON)
RESULTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(results(), NUMBERS),
        "errors": st.one_of(
            st.lists(st.fixed_dictionaries({"affectedCustomers": NUMBERS}), max_size=2), JSON
        ),
    },
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "success": JSON,
        "message": st.one_of(st.sampled_from(["Campaign not found", "No customers found", "x"]), JSON),
        "errors": JSON,
        "error": JSON,
        "results": st.one_of(RESULTS, JSON),
    },
)
STATUSES = st.one_of(
    st.sampled_from([200, 207, 400, 401, 403, 404, 409, 422, 429, 500]), st.integers(-1, 9999)
)
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Content-Encoding", "content-type"]), st.text(max_size=30), max_size=3
)


@given(STATUSES, HEADERS, st.one_of(st.binary(), BODIES.map(lambda each: json.dumps(each).encode())))
def test_nothing_that_arrives_raises(status: int, headers: dict[str, str], content: bytes) -> None:
    """Any bytes under any status and any headers come to an outcome that can be shown."""
    found = classify(status, headers, content, request(), NOW)
    assert found.reason.isprintable()
    assert (found.counts is None) == (found.status is SendStatus.IN_DOUBT)
    assert found.http_status == status


UNSENT = {SendStatus.NOT_SENT, SendStatus.REJECTED, SendStatus.NO_MATCH}


@given(STATUSES, BODIES, st.integers(1, 12), st.binary(max_size=3), st.integers(0, 200))
def test_whoever_says_that_somebody_was_initiated_is_never_unsent(
    status: int, keys: dict[str, Any], initiated: int, noise: bytes, at: int
) -> None:
    """Whatever else the answer holds, and however garbled; unless its token was not even accepted."""
    keys = {**keys, "results": {**results(), "initiated": initiated}}
    content = json.dumps(keys).encode()
    assert status in UNWELCOME or outcome(status, content).status not in UNSENT
    behind = content.index(b'"initiated"') + len(b'"initiated"') + at
    garbled = content[:behind] + noise + content[behind:]
    assert status in UNWELCOME or outcome(status, garbled).status not in UNSENT
