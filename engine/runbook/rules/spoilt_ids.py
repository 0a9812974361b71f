"""Customer ids are copied whole: what a spreadsheet made of one is an id that nobody has.

Lists of ids come out of spreadsheets, mails and reports, and some arrive spoilt: `1.23E+12` is a long
number whose last digits are gone, `#N/A` a lookup that found nothing, `LOANID-1; LOANID-2` two ids in one
cell, and a typographic dash or a Cyrillic letter only looks like the one that is meant. A range such as
`LOANID-1-LOANID-9` is read as one id, and the name of a file is not opened. Nobody has such an id. Under
`ids` the customer gets no message; under `exclude_ids` a customer who was to be left out gets one.

Copy the id again from where it was made, with all its digits, one id an item. If your ids really look so,
accept the warning at the step with the reason.

Wrong:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, exclude_ids: [LOANID-2043153; LOANID-2043154]}
    limit: 100
```

Mended:

```yaml
steps:
  - id: remind
    channel: sms
    template: smsTpl01
    filters: {payment_status: bounced, exclude_ids: [LOANID-2043153, LOANID-2043154]}
    limit: 100
```
"""

import re
from collections.abc import Iterator

from engine.diagnostics import Json, Kind, Severity
from engine.runbook.fault import Fault
from engine.runbook.rules.parts import Parts, listed
from engine.runbook.spelling import shown, yaml

SPOILT = Kind(
    "RB548",
    "customer id that looks spoilt",
    "an id that nobody has chooses nobody, and leaves nobody out.",
    Severity.WARNING,
)

# Nearly every id is nothing but these.
_PLAIN = re.compile(r"[A-Za-z0-9_/:.@~-]+")
_SHORTENED = r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+|[0-9]+\.0+"
_NOTHING = frozenset(
    ("#n/a", "n/a", "na", "#ref!", "#value!", "#name?", "null", "none", "nan", "nil", "-", "?", "tbd")
)
_LONGEST = 80  # characters that two ids may have
_RANGE = r"([A-Za-z][\w/:-]*?)\d+\s*(?:-|\.\.+|:|to)\s*\1\d+"
_FILES = (".csv", ".xls", ".xlsx", ".txt", ".tsv", ".json", ".pdf")
_ALIKE = "[\u0370-\u03ff\u0400-\u04ff]"  # Greek and Cyrillic
_DASHES = "[\u2010-\u2015\u2212]"
_SIGNS = "[;,|]"
_MARKS = "'\"=\u00b4`"


def check(parts: Parts) -> Iterator[Fault]:
    """Find ids that a spreadsheet, or a way of copying, has made something else."""
    for path, keys in parts.filters:
        for key in ("ids", "exclude_ids"):
            for place, item in listed(keys[key]) if key in keys else ():
                if isinstance(item, str) and "{{" not in item and (wrong := _wrong(item)):
                    yield Fault(SPOILT, (*path, key, *place), "value", *wrong)


def _wrong(item: str) -> tuple[str, str] | None:
    """Say what is odd about an id, and the mend."""
    if item.lower() in _NOTHING:
        return f"{shown(item)} stands where no id was", "delete the item, or write the customer's id."
    if item[:1].isdigit() and re.fullmatch(_SHORTENED, item):
        return (
            f"{shown(item)} is how a spreadsheet shows a number",
            "copy all digits of the id, and nothing else.",
        )
    if item[:2] in item[2:_LONGEST] and re.fullmatch(_RANGE, item[:_LONGEST]):  # the first half costs less
        return f"{shown(item)} looks like a range, and is read as one id", "write each id of it as an item."
    if "." in item[-5:] and item.lower().endswith(_FILES):
        return f"{shown(item)} looks like the name of a file, which nobody opens", "write the ids themselves."
    return None if _PLAIN.fullmatch(item) else _foreign(item)


def _foreign(item: str) -> tuple[str, str] | None:
    """Say what signs do in an id that ids as a rule do not hold."""
    # Only a file with such an id pays for the tables of characters.
    from unicodedata import normalize  # noqa: PLC0415

    if re.search(_DASHES, item):
        bare = re.sub(_DASHES, "-", item)
        return "its dash only looks like a hyphen", f"type the hyphen anew: {yaml(bare)}."
    if (plain := normalize("NFKC", item)) != item and plain.isascii():
        return f"{shown(item)} only looks like {plain}", f"type it anew: {yaml(plain)}."
    if (odd := re.search(_ALIKE, item)) and re.search("[A-Za-z]", item):
        message = f"its {odd[0]} is U+{ord(odd[0]):04X}, which only looks like another letter"
        return message, "type the id anew, with the letters of your keyboard."
    if (alone := item.strip(_MARKS)) != item:
        return f"{shown(item)} holds signs from around it", f"write the id alone: {yaml(alone)}."
    return _several(item)


def _several(item: str) -> tuple[str, str] | None:
    """Say that an id looks like more than one."""
    is_blank = re.search(_SIGNS, item) is None
    parts: list[Json] = [*filter(None, re.split(r"\s+" if is_blank else rf"\s*{_SIGNS}\s*", item))]
    if len(parts) < 2:  # noqa: PLR2004  (one part is one id)
        return None
    if found := re.fullmatch(r"([A-Za-z]+) (\d+)", item):
        both = f"if it is one id, write {yaml(f'{found[1]}-{found[2]}')}; if it is two, {yaml(parts)}."
        return f"{shown(item)} looks like 2 ids, or like one that has lost its hyphen", both
    if is_blank and not _are_alike(parts):
        one = re.sub(r"\s+", "-", item.strip())
        both = f"if it is one id, copy it again, for example {yaml(one)}; if it is more, {yaml(parts)}."
        return f"{shown(item)} looks like {len(parts)} ids, or like one with blanks in it", both
    return f"{shown(item)} looks like {len(parts)} ids", f"put a comma between them: {yaml(parts)}."


def _are_alike(parts: list[Json]) -> bool:
    """Whether each holds letters and digits, in the same order of kinds: ``LN-1`` and ``LN-22``."""
    shapes = {re.sub(r"\d+", "0", re.sub(r"[A-Za-z]+", "a", str(part))) for part in parts}
    return len(shapes) == 1 and {"a", "0"} <= set(shapes.pop())
