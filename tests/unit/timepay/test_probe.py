"""What a look at the API tells: is it one, does it take token and organisation, what time is it there."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from engine.record.plan import Account
from engine.refusal import Exit, Refusal
from engine.timepay.client import Client
from engine.timepay.probe import Seen
from engine.timepay.token import Token

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LISTED = {"success": True, "data": [{"id": "c", "org_id": "org_a"}]}
SECRET = "s3cret-of-the-team"  # noqa: S105  (made up)


class Answering(httpx.BaseTransport):
    """Gives one answer, and keeps the request."""

    def __init__(self, answer: httpx.Response | Exception) -> None:
        self.answer = answer
        self.asked: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer, or raise."""
        self.asked.append(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def look(answer: httpx.Response | Exception) -> tuple[Seen, Answering]:
    """Look at an API that answers so, at noon."""
    to = Answering(answer)
    account = Account("https://api.example.invalid/api/v1", "org_a")
    return Client(account, Token(SECRET), transport=to, now=lambda: NOON).look(), to


def test_a_look_is_one_request_that_changes_nothing() -> None:
    """``GET /campaigns``, with token and organisation."""
    seen, to = look(httpx.Response(200, json=LISTED))
    assert (seen.refusal, seen.org, seen.ahead_s) == (None, "org_a", None)
    (asked,) = to.asked
    assert (asked.method, asked.url.path) == ("GET", "/api/v1/campaigns")
    assert (asked.headers["authorization"], asked.headers["x-org-id"]) == (f"Bearer {SECRET}", "org_a")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.Response(401), "does not accept the token"),
        (httpx.Response(403, json={"message": "wrong organisation"}), "the API says: wrong organisation"),
        (httpx.Response(404), "does not know this address"),
        (httpx.Response(503, text="<html>"), "answered 503"),
        (httpx.Response(302), "answered 302"),
        (httpx.Response(200, text="<html>"), "not the API"),
        (httpx.Response(200, json={"success": True}), "not the API"),
        (httpx.Response(200, content=b"x" * 2_000_000), "longer than"),
    ],
)
def test_an_answer_that_lets_nothing_be_sent(answer: httpx.Response, said: str) -> None:
    """It is a refusal under 11, with a cure."""
    refusal = look(answer)[0].refusal
    assert refusal is not None
    assert said in refusal.message
    assert refusal.cure
    assert refusal.code == Exit.GUARDED


def test_no_answer_is_a_refusal() -> None:
    """With the reason."""
    with pytest.raises(Refusal, match="no connection") as refused:
        look(httpx.ConnectError("played"))
    assert refused.value.code == Exit.GUARDED


def test_the_token_is_not_repeated() -> None:
    """Not even where the API repeats it."""
    refusal = look(httpx.Response(403, json={"message": f"no rights for {SECRET}"}))[0].refusal
    assert refusal is not None
    assert SECRET not in refusal.message


@pytest.mark.parametrize(
    ("off_s", "written", "ahead_s"),
    [
        (0, "%a, %d %b %Y %H:%M:%S GMT", -0.5),
        (60, "%a, %d %b %Y %H:%M:%S GMT", -60.5),
        (-60, "%a, %d %b %Y %H:%M:%S +0000", 59.5),
        (0, "noon", None),
        (0, "", None),
    ],
)
def test_the_clock_is_compared_with_the_date_of_the_answer(
    off_s: int, written: str, ahead_s: float | None
) -> None:
    """A date that cannot be read tells nothing; it lacks half a second, for it has no fractions."""
    date = (NOON + timedelta(seconds=off_s)).strftime(written)
    assert look(httpx.Response(401, headers={"date": date}))[0].ahead_s == ahead_s
