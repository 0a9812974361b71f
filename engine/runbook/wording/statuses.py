"""What to write instead of a word that is no status of a payment: never the opposite of what was meant."""

import re

from engine.runbook.fault import Broken
from engine.runbook.leaves import PAYMENT_STATUSES
from engine.runbook.spelling import line, listed, nearest

_DENIED = re.compile(r"(?:un|not|non|no|(?=[!~^<\u2260-]))[\W_]*(.*)", re.IGNORECASE)
_OWING = re.compile(r"due|ow(?:ed|es|ing)|late|arrear|default|outstanding|delinquent|missed", re.IGNORECASE)
_MEANING = {
    "bounced": "a payment that was returned",
    "pending": "one that is due and not started",
}


def status_mend(broken: Broken) -> str:
    """Say which statuses were meant, or what there is."""
    value = str(broken.value)
    if several := _several(value):
        one_line = ", ".join(several)
        if broken.is_item:
            return f"put a comma between them: `{one_line}`"
        return f"write a list: {line(broken.key, [*several])}"
    near = nearest(value, PAYMENT_STATUSES)
    if near is not None and not _DENIED.match(value):
        return f"did you mean `{near}`? It is one of {listed(f'`{word}`' for word in PAYMENT_STATUSES)}"
    meaning = [f"`{word}` is {what}" for word, what in _MEANING.items()]
    others = listed((f"`{word}`" for word in PAYMENT_STATUSES if word not in _MEANING), "and")
    lead = "write `[bounced, pending]`" if _is_owing(value) else "write one of the statuses"
    return f"{lead}: {', '.join(meaning)}; the others are {others}"


def _several(text: str) -> list[str]:
    """Take a text apart that is nothing but statuses and what may join them."""
    words = [word for word in re.split(r"[\W_]+|\b(?:and|or)\b", text.lower()) if word]
    return words if len(words) > 1 and all(word in PAYMENT_STATUSES for word in words) else []


def _is_owing(text: str) -> bool:
    """Whether a word says that nothing was paid."""
    denied = _DENIED.match(text)
    if denied is None:
        return _OWING.search(text) is not None
    return denied[1].lower().startswith(("paid", "pay", "rec"))
