"""How a limit is written, and numbers that people write in their own ways."""

import re

from engine.diagnostics import Json
from engine.runbook.spelling import line, yaml
from engine.runbook.wording.keys import LIMIT_MEND

_NUMBER = re.compile(r"\D{0,20}?(\d{1,8}(?:[, _]\d{2,3}){1,3}|\d{1,8})\s?([kK]?)\b(?![.%\d])[^\d%]{0,40}")
_SPAN_PART = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*([a-z]*)\.?")
_SECONDS = {
    **dict.fromkeys(("", "s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
}
_BRACED = re.compile(r"[${\s]*inputs\.([a-z0-9_]+)[}\s]*")


def plain_number(text: str) -> int | None:
    """Give the whole number of which a text is a way of writing, such as ``1,000``, ``10k`` or ``<= 50``."""
    found = _NUMBER.fullmatch(text)
    return int(re.sub(r"\D", "", found[1])) * (1000 if found[2] else 1) if found else None


def timespan(text: str) -> str | None:
    """Give the span of time of which a text is a way of writing, such as ``2 minutes`` or ``1m 30s``."""
    parts = _SPAN_PART.findall(text.lower())
    if (
        not parts
        or _SPAN_PART.sub("", text.lower()).strip()
        or any(unit not in _SECONDS for _, unit in parts)
    ):
        return None
    (number, unit), *more = parts
    if not more and number.isdigit():
        return f"{int(number)}{unit[:1] or 's'}"
    seconds = sum(float(each) * _SECONDS[its] for each, its in parts)
    return f"{int(seconds)}s" if seconds % 1 == 0 else None


def braced(key: str, text: str) -> str | None:
    """Say how a template is written of which only some braces stand; an item of a list has no key."""
    found = _BRACED.fullmatch(text)
    if found is None:
        return None
    template = f"{{{{ inputs.{found[1]} }}}}"
    return f"write two braces on each side: {line(key, template) if key else f'`{yaml(template)}`'}"


def limited(value: Json) -> str:
    """Say how a limit is written, and how the lack of one."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], int):
        return f"write it without brackets: `limit: {value[0]}`"
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) and "{{" in value[0]:
        return f"write it without brackets: {line('limit', value[0])}"
    if isinstance(value, float) and value.is_integer():
        return f"write it without the fraction: `limit: {int(value)}`"
    text = (
        value.strip() if isinstance(value, str) else next(iter(value), "") if isinstance(value, dict) else ""
    )
    return _spelled(text) or f"write {LIMIT_MEND}"


def _spelled(text: str) -> str | None:
    if mend := braced("limit", text):
        return mend
    if text.lower() == "none":
        return "write it in small letters: `limit: none`"
    if text.endswith("%"):
        return f"a limit is a number of customers: write {LIMIT_MEND}"
    if re.fullmatch("[1-9][0-9]{0,7}", text):
        return f"write it without quotes: `limit: {text}`; or `limit: none` to say that there is no limit"
    number = plain_number(text)
    sign = "without the comma" if "," in text[:-1] else "as a plain number"
    return f"write it {sign}: `limit: {number}`" if number else None
