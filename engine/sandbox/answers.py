"""The API's documented bodies, and plausible ones where it documents a status without a body."""

from http import HTTPStatus

from engine.diagnostics import Json
from engine.sandbox.wire import Reply, json_reply

_TITLES = {"whatsapp": "WhatsApp messages", "sms": "SMS messages", "call": "Calls"}
_NOT_FOUND = {
    "campaign": "Campaign not found",
    "customers": "No customers found matching the given filters",
    "agent": "Agent not found",
    "page": "Not found",
}
ABOUT = ("campaign", "customers", "agent")
"""What a 404 of the initiate endpoints can be about."""

_GATEWAY = """<html>
<head><title>{status} {phrase}</title></head>
<body><center><h1>{status} {phrase}</h1></center><hr><center>gateway</center></body>
</html>
"""


def results(channel: str, counts: dict[str, int], errors: list[Json], status: int | None = None) -> Reply:
    """Answer an initiate call with numbers; without a status the documented one for these numbers."""
    initiated, selected = counts["initiated"], counts["customersSelected"]
    whole = initiated == selected
    if status is None:
        status = 200 if whole else 207 if initiated else 500
    of = "" if whole else f" of {selected}"
    body: dict[str, Json] = {
        "success": status == HTTPStatus.OK and whole,
        "message": f"{_TITLES.get(channel, f'{channel} messages')} initiated for {initiated}{of} customers",
        "results": {**counts, "errors": errors},
    }
    return json_reply(status, body)


def invalid(errors: list[str]) -> Reply:
    """Answer that the request breaks rules."""
    return json_reply(400, {"success": False, "message": "Validation failed", "errors": list(errors)})


def not_found(about: str, *, named: bool = False) -> Reply:
    """Answer that something is missing; the pages about campaigns name the error besides."""
    named_error: dict[str, Json] = {"error": "NotFound"} if named else {}
    return json_reply(404, {"success": False, **named_error, "message": _NOT_FOUND[about]})


def unauthorized() -> Reply:
    """Answer that the token is missing or wrong."""
    return _error(401, "Unauthorized", "Missing or invalid authorization header")


def forbidden() -> Reply:
    """Answer that the organisation is another one."""
    return _error(403, "Forbidden", "Access denied")


def internal() -> Reply:
    """Answer as the initiate pages document an unexpected error."""
    return _error(500, "Internal Server Error", "An unexpected error occurred")


def unusual(status: int, about: str = "campaign") -> Reply:
    """Answer with any status: documented where it is, HTML where a gateway speaks, else JSON."""
    documented = {400: lambda: invalid(["templateId is required"]), 401: unauthorized, 403: forbidden}
    if status in documented:
        return documented[status]()
    if status == HTTPStatus.NOT_FOUND:
        return not_found(about)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return internal()
    phrase = _phrase(status)
    if status >= HTTPStatus.BAD_GATEWAY:
        page = _GATEWAY.format(status=status, phrase=phrase)
        return Reply(status, page.encode(), {"content-type": "text/html"})
    return _error(status, phrase, phrase)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _error(status: int, error: str, message: str) -> Reply:
    return json_reply(status, {"success": False, "error": error, "message": message})
