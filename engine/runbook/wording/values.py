"""Values of the wrong kind, form or size, and values that are not there."""

import re
from collections.abc import Iterator

from engine.diagnostics import Json
from engine.runbook.fault import (
    EMPTY,
    LATER_KEY,
    MALFORMED,
    OUT_OF_BOUNDS,
    REPEATED,
    TEMPLATE_HERE,
    UNKNOWN_CHANNEL,
    UNKNOWN_WORD,
    WRONG_TYPE,
    Broken,
    Fault,
)
from engine.runbook.leaves import CONDITION, PARAGRAPH, TEXT, UNSEEN, UNSEEN_IN_LINES, fits
from engine.runbook.shape.people import FILTER_KEYS
from engine.runbook.spelling import line, shown
from engine.runbook.wording.glued import parted
from engine.runbook.wording.keys import EVERYONE_MEND, owner
from engine.runbook.wording.limits import braced, limited
from engine.runbook.wording.mends import (
    GROUP,
    SPANS,
    TEMPLATES_OF_CHOICES,
    TYPES_ELSEWHERE,
    among,
    converted,
    filled,
    formed,
    numbered,
    quoted,
    spelled,
    takes,
    wanted,
)
from engine.runbook.wording.statuses import status_mend

_DURATION = re.compile("(?:0|[1-9][0-9]{0,8})[smhd]")


def wrong_type(broken: Broken) -> Iterator[Fault]:
    """A value of another kind than its key takes."""
    value = broken.value
    if value is None:
        yield broken.breaks(EMPTY, f"{_subject(broken)} has no value", filled(broken))
    elif isinstance(value, str) and not value.strip():
        yield broken.breaks(EMPTY, f"{_subject(broken)} is an empty text", filled(broken))
    elif isinstance(value, str) and "{{" in value:
        yield _no_template(broken)
    elif isinstance(value, dict) and broken.role in {"template", "audience"} and value:
        yield broken.breaks(LATER_KEY, f"`{broken.key}` takes one name", quoted(broken))
    else:
        message = f"{_subject(broken)} takes {wanted(broken.schema)}, and {_given(broken)}"
        yield broken.breaks(WRONG_TYPE, message, converted(broken))


def unknown_word(broken: Broken) -> Iterator[Fault]:
    """A word that is not among those that may stand here."""
    value = broken.value
    if not isinstance(value, str):
        return  # said already: it is no text at all
    if not value.strip():
        yield broken.breaks(EMPTY, f"{_subject(broken)} is an empty text", filled(broken))
    elif "{{" in value:
        yield _no_template(broken)
    elif broken.role == "limit":
        yield broken.breaks(WRONG_TYPE, f"{shown(value)} is a text, not a number", limited(value))
    elif broken.role == "filters":
        mend = f"write {EVERYONE_MEND}, or filters such as {line('filters', broken.examples[0])}"
        mend = parted(value, None, FILTER_KEYS) or mend
        if value.lower() == "everyone":
            mend = "write it in small letters: `filters: everyone`"
        yield broken.breaks(UNKNOWN_WORD, f"{shown(value)} does not say who is addressed", mend)
    else:
        kind = UNKNOWN_CHANNEL if broken.role == "channel" else UNKNOWN_WORD
        message = f"{shown(value)} is not a value of `{broken.key}`"
        yield broken.breaks(kind, message, _word_mend(broken, value))


def _word_mend(broken: Broken, value: str) -> str:
    if broken.is_filter:
        return braced("" if broken.is_item else broken.key, value) or status_mend(broken)
    if broken.path[0] == "inputs" and (meant := TYPES_ELSEWHERE.get(value.lower())):
        value = meant
    return among(broken.key, value, broken.bound)


def malformed(broken: Broken) -> Iterator[Fault]:
    """A text that does not have the form that its key asks for."""
    value = broken.value
    assert isinstance(value, str)
    unseen = re.search(UNSEEN_IN_LINES if broken.bound in {PARAGRAPH, CONDITION} else UNSEEN, value)
    if not value.strip():
        yield broken.breaks(EMPTY, f"{_subject(broken)} is an empty text", filled(broken))
    elif "{{" in value and broken.bound not in (*TEMPLATES_OF_CHOICES, TEXT):
        yield _no_template(broken)
    elif unseen is not None:
        yield _unseen(broken, unseen[0])
    elif value != value.strip():
        mend = f"write {spelled(broken, value.strip())}"
        yield broken.breaks(MALFORMED, f"{shown(value)} begins or ends with a blank", mend)
    elif broken.bound in SPANS and _DURATION.fullmatch(value):
        message = f"{shown(value)} lies outside of {SPANS[broken.bound]}"
        yield broken.breaks(OUT_OF_BOUNDS, message, f"write {broken.schema['patternErrorMessage']}")
    else:
        yield broken.breaks(MALFORMED, f"{shown(value)} cannot be {_role(broken)}", formed(broken, value))


def out_of_bounds(broken: Broken) -> Iterator[Fault]:
    """A number too small or too large; a text, list or group too long."""
    value, bound = broken.value, broken.bound
    if isinstance(value, str):
        pattern = broken.schema.get("pattern")
        if pattern is None or fits(pattern, value):  # else its form is said already
            message = f"this text has {len(value)} characters, and `{broken.key}` takes at most {bound}"
            yield broken.breaks(OUT_OF_BOUNDS, message, f"shorten it to {bound} characters")
    elif isinstance(value, list | dict):
        what = "values" if isinstance(value, list) else "entries"
        message = f"`{broken.key}` holds {len(value)} {what} and takes at most {bound}"
        yield broken.breaks(
            OUT_OF_BOUNDS, message, f"keep at most {bound}, and put the rest into another step or runbook"
        )
    else:
        relation = "less" if broken.rule == "minimum" else "more"
        yield broken.breaks(OUT_OF_BOUNDS, f"{shown(value)} is {relation} than {bound}", numbered(broken))


def empty(broken: Broken) -> Iterator[Fault]:
    """A list or a group with nothing in it."""
    kind = "list" if isinstance(broken.value, list) else "group"
    yield broken.breaks(EMPTY, f"{_subject(broken)} is an empty {kind}", filled(broken))


def repeated(broken: Broken) -> Iterator[Fault]:
    """Each item of a list that stands in it already."""
    assert isinstance(broken.value, list)
    first: dict[Json, int] = {}
    for index, item in enumerate(broken.value):
        if isinstance(item, list | dict):
            continue
        if (seen := first.setdefault(item, index)) != index:
            message = f"{shown(item)} is already item {seen + 1} of `{broken.key}`"
            yield Fault(REPEATED, (*broken.path, index), "value", message, "delete one of the two")


def _subject(broken: Broken) -> str:
    if broken.is_item:
        return "this step" if broken.key == "steps" else f"an item of `{broken.key}`"
    return owner(broken.path)


def _given(broken: Broken) -> str:
    value = broken.value
    if isinstance(value, dict):
        return f"this is {GROUP}"
    if isinstance(value, list):
        return "this is a list"
    if isinstance(value, float) and takes(broken.schema, "integer"):
        return f"{shown(value)} has a fraction"
    kind = "a text" if isinstance(value, str) else "a number"
    return f"{shown(value)} is {'a yes-or-no value' if isinstance(value, bool) else kind}"


def _no_template(broken: Broken) -> Fault:
    mend = (
        "write the value itself; templates may stand in `campaign`, `template`, `conversation`, "
        "`filters`, `limit`, `expect` and `title`"
    )
    return broken.breaks(TEMPLATE_HERE, f"{_subject(broken)} is read as it stands", mend)


def _unseen(broken: Broken, character: str) -> Fault:
    if character in "\r\n":
        return broken.breaks(MALFORMED, f"{_subject(broken)} holds a line break", "write it on one line")
    message = f"{_subject(broken)} holds the invisible character U+{ord(character):04X}"
    return broken.breaks(MALFORMED, message, "type the text anew, without it")


def _role(broken: Broken) -> str:
    if broken.is_item:
        return f"an item of `{broken.key}`"
    return f"the `{broken.key}`"
