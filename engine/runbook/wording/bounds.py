"""Bounds in the words and signs of people: ``>= 100``, ``at least 100``, ``100 to 400``."""

import re

from engine.diagnostics import Json
from engine.runbook.spelling import line, yaml
from engine.runbook.wording.limits import plain_number

_FLAGS = re.IGNORECASE
_LEAST = re.compile(
    r">=|=>|\u2265|\+\s*\Z|\b(?:at least|least|min|minimum|from|(?:or|and) (?:more|over|above|up|higher)"
    r"|(?:not|no) (?:(?:less|fewer) than|under|below))\b",
    _FLAGS,
)
_MOST = re.compile(
    r"<=|=<|\u2264|\b(?:at most|most|max|maximum|up to|(?:or|and) (?:less|fewer|under|below|lower)"
    r"|(?:not|no) (?:(?:more|greater) than|over|above))\b",
    _FLAGS,
)
_ABOVE = re.compile(r">|\b(?:more than|greater than|over|above)\b", _FLAGS)
_BELOW = re.compile(r"<|\b(?:less than|fewer than|under|below)\b", _FLAGS)
_PHRASES = re.compile(r"\b(?:not|no) (?:(?:less|fewer|more|greater) than|under|below|over|above)\b", _FLAGS)
_DENIAL = re.compile(
    r"!|n't\b|\b(?:not|non?|never|neither|outside|except|without|(?:more or less|less or more))\b", _FLAGS
)
_OTHER_FIELD = re.compile(r"\b(?:selected|initiated|failed|failed_pct|errors|batches)\b")
_COMPARISON = re.compile(r"[a-z_]+\s*(?:<=|>=|<|>|==)\s*[0-9]+(?:\.[0-9]+)?")
_NUMBER = r"(\d[\d,_ ]{0,10}\d|\d)"
_BETWEEN = re.compile(
    rf"[^\d<>=!]{{0,20}}{_NUMBER}\s*(?:-|\u2013|\u2014|\.\.+|to|and)\s*{_NUMBER}[^\d%<>=!]{{0,20}}"
)


def bounded(key: str, value: Json, *, outer: bool) -> str | None:
    """Say how one bound, or two, stand at ``key``; ``outer``: below `matched` there.

    Where nothing tells whether a number is the least or the most, both are offered.
    """

    def written(bounds: Json) -> str:
        return line(key, {"matched": bounds} if outer else bounds)

    if isinstance(value, str) and _OTHER_FIELD.search(value):
        rest = f": {line('success', value)}" if _COMPARISON.fullmatch(value) else ""
        return f"`expect` bounds `matched` alone; what came of a step is judged by `success`{rest}"
    if isinstance(value, str) and (found := _BETWEEN.fullmatch(value.strip())):
        low, high = (int(re.sub(r"\D", "", each)) for each in found.groups())
        if _DENIAL.search(value):
            fewer, more = written({"max": max(low - 1, 0)}), written({"min": high + 1})
            below = f"{fewer} for fewer than {low}, or " if low else ""
            return f"write {below}{more} for more than {high}"
        return f"write {written({'min': low, 'max': high})}" if low <= high else None
    number = plain_number(value) if isinstance(value, str) else value
    if (
        not isinstance(number, int)
        or isinstance(number, bool)
        or re.search(r"(?:\A|[\s<>=])-\s?\d", f"{value}")
    ):
        return None
    if isinstance(value, str) and (bound := _bound(value, number)):
        return f"write {written(bound)}"
    least, most = written({"min": number}), written({"max": number})
    return f"write {least} for at least {yaml(number)}, or {most} for at most so many"


def _bound(text: str, number: int) -> Json:
    """Give the bound that a text sets, None if it does not say which."""
    rest = _PHRASES.sub("", text)
    is_behind = re.match(r"[\d,_ ]+[<>=\u2264\u2265]", text) is not None  # 100 <= matched
    least, most = (pattern.search(text) is not None for pattern in (_LEAST, _MOST))
    above, below = (pattern.search(rest) is not None for pattern in (_ABOVE, _BELOW))
    if is_behind:
        least, most, above, below = most, least, below, above
    if _DENIAL.search(rest) or ((least or above) and (most or below)):
        return None
    if re.search(r"\bequal", rest, _FLAGS):
        least, most = least or above, most or below
    if re.search(r"(?<![<>=!])={1,2}(?![<>=])|\bexactly\b", text, _FLAGS):
        return {"min": number, "max": number}
    if least or above:
        return {"min": number if least else number + 1}
    if most or below:
        return {"max": number if most else max(number - 1, 0)}
    return None
