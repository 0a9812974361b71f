"""A column's value is compared as text, letter by letter.

The API knows no comparison, no `*` for *anything*, no word for *all*, and no list within one text. A filter
such as `dpd: ">30"` matches only customers in whose column the two signs and the number stand just so: as a
rule nobody, and that looks like a normal result.

Write out the values that are meant, as a list with one value an item; where every value is meant, leave the
column out. If your campaign's column really holds such a text, accept the warning at the step with the
reason.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {branch: "pune, nashik", dpd: ">30"}}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, custom: {branch: [pune, nashik], dpd_bucket: [31-60, 61-90]}}
    limit: 100
```
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from engine.diagnostics import Json, Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.languages import EVERY
from engine.runbook.rules.parts import Parts, is_open, listed
from engine.runbook.spelling import shown, yaml

ASKS_FOR_MORE = Kind(
    "RB515",
    "value that looks like a search",
    "the API compares text, letter by letter: as a rule nobody has such a value, and nothing looks wrong.",
    Severity.WARNING,
)

# Nearly every value is nothing but these, and none of the words.
_PLAIN = re.compile(r"[A-Za-z0-9_.:/+-]+(?: [A-Za-z0-9_.:/+-]+)*")
_NOTHING = frozenset(("none", "null"))
_WORDS = EVERY | _NOTHING
_LIST = "write a list of the values that are meant."
_SIGN = r"([<>]=?|<>|[=!~]+|\u2265|\u2264|\u2260)\s*[^\s<>=!~]"
_JOINED = r"\s*[,;|]\s*|\s+(?:or|OR)\s+"


def check(parts: Parts) -> Iterator[Fault]:
    """Find values of columns that ask for other values than themselves."""
    for path, keys in parts.filters:
        for column, wanted in keys.get("custom", {}).items():
            for place, item in listed(wanted):
                if isinstance(item, str) and not is_open(item) and (wrong := _wrong(item)):
                    yield Fault(ASKS_FOR_MORE, (*path, "custom", column, *place), "value", *wrong)


@lru_cache(maxsize=1024)
def _wrong(item: str) -> tuple[str, str] | None:
    """Say what a value looks like, and the mend."""
    word = item.lower()
    if _PLAIN.fullmatch(item) and word not in _WORDS and " or " not in word:
        return None
    if word in _NOTHING:
        return (
            f"{shown(item)} is compared as a word",
            "write what stands in the column of those who are meant.",
        )
    if word in _WORDS or set(word) == {"*"}:
        return f"{shown(item)} is compared as it stands", "leave the column out, if every value will do."
    if sign := re.match(_SIGN, item):
        return f"`{sign[1]}` is compared as it stands", _LIST
    if item.strip("*") != item and "**" not in item:  # ****1234 is a number, most of it hidden
        return "`*` is compared as it stands", _LIST
    return _several(item)


def _several(item: str) -> tuple[str, str] | None:
    """Say of several words with commas between them that they are one text."""
    parts: list[Json] = [part for part in re.split(_JOINED, item) if part]
    # A comma between figures is part of a number.
    if len(parts) > 1 and all(str(part)[0].isalpha() for part in parts):
        return f"{shown(item)} is compared as one text", f"write a list: {yaml(parts)}."
    return None
