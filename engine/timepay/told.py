"""What the API tells where it is only asked: the data of an answer, or why there is none; pure."""

from collections.abc import Callable

from engine.diagnostics import Json
from engine.timepay.messages import Unreadable, plain, read, said
from engine.timepay.trouble import Trouble

_FAULTS = {
    401: Trouble("the API does not accept the token (401)", "check TIMEPAY_TOKEN, or get a new one"),
    403: Trouble("the API does not allow this (403)", "check the organisation, and what the token may do"),
}
_AGAIN = "try again later"


def told(
    status: int, body: bytes | Unreadable, missing: Trouble, *, hide: Callable[[str], str] = str
) -> dict[str, Json] | Trouble:
    """Give the JSON object of an answer to a ``GET``, an empty one where there is none.

    ``missing`` is what a 404 means here. ``hide`` blacks out of the API's words what must not be shown.
    """
    data = read(body) if isinstance(body, bytes) else None
    if status == 200:  # noqa: PLR2004  (as the page has it)
        return Trouble(body.why, _AGAIN) if isinstance(body, Unreadable) else data or {}
    fault = {**_FAULTS, 404: missing}.get(status, Trouble(f"the API answered {status}", _AGAIN))
    words = f"; the API says: {plain(hide(said(data)))}" if data and said(data) else ""
    return Trouble(f"{fault.message}{words}", fault.cure)
