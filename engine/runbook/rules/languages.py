"""Languages are those that a campaign knows: another one probably matches nobody."""

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.leaves import LANGUAGES
from engine.runbook.rules.parts import filters, listed
from engine.runbook.spelling import nearest

UNKNOWN = Kind(
    "RB204",
    "unknown language",
    "a language that no customer has matches nobody, "
    "and whether the API tells Hindi from hindi is not known.",
    Severity.WARNING,
)


def check(data: Mapping[str, Any]) -> Iterator[Fault]:
    """Find languages that the API's pages do not name."""
    for path, keys in filters(data):
        for place, item in listed(keys.get("language")):
            if isinstance(item, str) and item not in LANGUAGES and "{{" not in item:
                meant = nearest(item, LANGUAGES)
                known = f"known are {', '.join(LANGUAGES)}."
                mend = f"did you mean {meant}?" if meant else known
                message = f'"{item}" is not a language that campaigns know'
                yield Fault(UNKNOWN, (*path, "language", *place), "value", message, mend)
