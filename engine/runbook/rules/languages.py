"""Languages are those that a campaign knows: another one probably matches nobody.

The API names twelve languages, all in lower-case letters. With another word the filter as a rule matches
nobody: the step messages no one, and that looks like a normal result. Whether the API takes `Hindi` for
`hindi` is not known.

Write the language as it stands in the campaign. If your campaign really has customers with another
language, accept the warning at the step with the reason.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, language: Hindi}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, language: hindi}
    limit: 100
```
"""

import re
from collections.abc import Iterator

from engine.diagnostics import Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.leaves import LANGUAGES
from engine.runbook.marked import is_reference
from engine.runbook.rules.parts import Parts, is_open, listed
from engine.runbook.spelling import nearest

UNKNOWN = Kind(
    "RB204",
    "unknown language",
    "a language that no customer has matches nobody, "
    "and whether the API tells Hindi from hindi is not known.",
    Severity.WARNING,
)

_CODES = {
    "hi": "hindi", "en": "english", "eng": "english", "bn": "bengali", "bangla": "bengali", "te": "telugu",
    "mr": "marathi", "ta": "tamil", "gu": "gujarati", "kn": "kannada", "ml": "malayalam", "pa": "punjabi",
    "or": "odia", "oriya": "odia", "as": "assamese",
}  # fmt: skip
"""How other systems write them."""


def check(parts: Parts) -> Iterator[Fault]:
    """Find languages that the API's pages do not name."""
    for path, keys in parts.filters:
        for place, item in listed(keys.get("language")):
            is_known = item in LANGUAGES or not isinstance(item, str) or is_open(item)
            if not is_known and not is_reference(item):
                message = f'"{item}" is not a language that campaigns know'
                yield Fault(UNKNOWN, (*path, "language", *place), "value", message, _mend(item))


EVERY = frozenset(("all", "any", "anything", "everyone", "everybody", "everything", "*"))
"""What other systems take for every value there is."""

_DENIED = r"(?:!|-|(?:not|non|no|except)[\W_])\s*\w"


def _mend(item: str) -> str:
    if item.lower() in EVERY:
        return "to choose customers of every language, leave `language` out."
    if re.match(_DENIED, item.lower()):
        return "name the languages that are meant: a filter only chooses."
    words = [word for word in re.split(r"[\W_]+|\band\b|\bor\b", item.lower()) if word]
    several = [_CODES.get(word, word) for word in words]
    if len(several) > 1 and all(word in LANGUAGES for word in several):
        return f"write a list: [{', '.join(several)}]."
    meant = _CODES.get(item.lower()) or nearest(item, LANGUAGES)
    return f"did you mean {meant}?" if meant else f"known are {', '.join(LANGUAGES)}."
