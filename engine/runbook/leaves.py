"""The texts, words and numbers that a runbook is made of, as JSON Schema.

Every leaf is bounded, and no text may be empty, blank at its ends, or hold control characters: to
the API an empty value may mean everyone (DESIGN, rule 2).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

from engine.diagnostics import Json

Schema: TypeAlias = dict[str, Json]

_STATUSES = {
    "bounced": "The payment came back.",
    "pending": "It is due, and nothing of it is paid.",
    "partial": "A part of it is paid.",
    "paid": "It is paid in full.",
    "received": "It was received and confirmed.",
}
PAYMENT_STATUSES = tuple(_STATUSES)
SETTLED = ("paid", "received")
"""The statuses of those who owe nothing."""
LANGUAGES = (
    "hindi", "english", "bengali", "telugu", "marathi", "tamil",
    "gujarati", "kannada", "malayalam", "punjabi", "odia", "assamese",
)  # fmt: skip

# Beside the control characters: the invisible ones that make a text look empty or run backwards,
# and halves of characters, which an environment variable can bring and UTF-8 cannot write.
# The joiners U+200C and U+200D stay allowed, because Indian scripts need them.
_CONTROL = (
    r"\u0000-\u001f\u007f-\u009f\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0"
)
_CONTROL_BUT_BREAKS = _CONTROL.replace(r"\u0000-\u001f", r"\u0000-\u0008\u000b-\u001f")
_NO_TEMPLATE = r"(?![\s\S]*\{\{)"

MAX_COLUMN = 200

UNSEEN = f"[{_CONTROL}]"
UNSEEN_IN_LINES = f"[{_CONTROL_BUT_BREAKS}]"
# Joiners and variation selectors change the look of what stands before them; alone they are nothing.
VISIBLE = r"[^\s\u200c\u200d\ufe00-\ufe0f]"
TEXT = rf"^(?=.*{VISIBLE})(?!\s)(?!.*\s$)[^{_CONTROL}]+$"
LITERAL = rf"^{_NO_TEMPLATE}(?=.*{VISIBLE})(?!\s)(?!.*\s$)[^{_CONTROL}]+$"
PARAGRAPH = rf"^{_NO_TEMPLATE}(?=[\s\S]*\S)[^{_CONTROL_BUT_BREAKS}]+$"
CONDITION = rf"^(?=[\s\S]*\S)[^{_CONTROL_BUT_BREAKS}]+$"
COLUMN = rf"^{_NO_TEMPLATE}(?=.*{VISIBLE})(?!\s)(?!.*\s$)[^{_CONTROL}]{{1,{MAX_COLUMN}}}$"

NAME = "^[a-z][a-z0-9-]{0,62}$"
IDENTIFIER = "^[a-z][a-z0-9_]{0,62}$"
WARNING = "^RB[0-9]{3}$"
# The id becomes a part of the URL, so it holds only characters that need no escape there.
CAMPAIGN_ID = "^[A-Za-z0-9][A-Za-z0-9._~:@-]{0,127}$"
TIMEOUT = "^(?:(?:[1-9][0-9]?|[1-5][0-9]{2}|600)s|(?:[1-9]|10)m)$"
WITHIN = "^(?:(?:[1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)s|(?:[1-9]|[1-5][0-9]|60)m|1h)$"
ISO_DATE = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
DAY = f"^(?:today|yesterday|tomorrow|[+-](?:0|[1-9][0-9]{{0,3}})d|{ISO_DATE})$"

WHOLE_TEMPLATE = r"^\{\{[^{}]*\}\}$"
TEMPLATE_INSIDE = rf"^(?=.*\{{\{{[^{{}}]*\}}\}})(?!\s)(?!.*\s$)[^{_CONTROL}]+$"

MAX_LIMIT = 10_000_000
MAX_IDS = 500
MAX_STEPS = 10_000

_TEXT_RULE = "a text on one line, without blanks at its ends and without control characters"
_LITERAL_RULE = f"{_TEXT_RULE}; templates cannot stand here"
_NAME_RULE = "at most 63 lower-case letters, digits and {}, beginning with a letter"
_REST_OF_NAME = {NAME: "hyphens", IDENTIFIER: "underscores"}


def text(pattern: str, at_most: int, rule: str) -> Schema:
    """A text of at most ``at_most`` characters; ``rule`` says the pattern in words, editors show it."""
    return {"type": "string", "maxLength": at_most, "pattern": pattern, "patternErrorMessage": rule}


def seconds(duration: str) -> int:
    """Give the seconds of a duration such as 30s, 5m or 1h."""
    return int(duration[:-1]) * {"s": 1, "m": 60, "h": 3600}[duration[-1]]


def whole(minimum: int, maximum: int) -> Schema:
    """A whole number within bounds."""
    return {"type": "integer", "minimum": minimum, "maximum": maximum}


def words(allowed: Iterable[str]) -> Schema:
    """One of a few words."""
    return {"type": "string", "enum": [*allowed]}


def explained(words_about: Mapping[str, str]) -> Schema:
    """One of a few words, with what each of them means, which editors show."""
    return {**words(words_about), "enumDescriptions": [*words_about.values()]}


def titled(title: str, branch: Schema) -> Schema:
    """A branch of a choice, with the name under which editors show it."""
    return {"title": title, **branch}


def one_of(*branches: Schema) -> Schema:
    """Whichever branch fits; a single branch stands for itself."""
    return {"anyOf": [*branches]} if len(branches) > 1 else branches[0]


def many(item: Schema, at_most: int) -> Schema:
    """A list with at least one item and none twice."""
    return {"type": "array", "items": item, "minItems": 1, "maxItems": at_most, "uniqueItems": True}


def ref(name: str) -> Schema:
    """The definition of that name."""
    return {"$ref": f"#/$defs/{name}"}


def described(schema: Schema, description: str, *examples: Json) -> Schema:
    """A property: what it does, with values that may be copied."""
    return {"description": description, "examples": [*examples], **schema}


def let_be(part: Json) -> Schema:
    """Give a property whose key is known and described, and whose value nobody judges."""
    assert isinstance(part, dict)
    return {"description": part["description"], "examples": part["examples"]}


def spelled(pattern: str) -> Schema:
    """A name of the given pattern (``NAME`` or ``IDENTIFIER``)."""
    return text(pattern, 63, _NAME_RULE.format(_REST_OF_NAME[pattern]))


def closed(properties: Schema, required: Iterable[str] = (), **more: Json) -> Schema:
    """A group of ``key: value`` lines that admits these keys and notes (``x-``), nothing else."""
    return {
        "type": "object",
        "required": [*required],
        "properties": properties,
        "patternProperties": {"^x-": ref("note")},
        "additionalProperties": False,
        **more,
    }


def keyed(pattern: str, value: Schema, at_most: int, rule: str) -> Schema:
    """A group whose keys are names that the author chooses."""
    return {
        "type": "object",
        "patternProperties": {pattern: value},
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": at_most,
        "patternErrorMessage": rule,
    }


def named(value: Schema, at_most: int) -> Schema:
    """A group keyed by identifiers, with notes (``x-``) beside them."""
    schema = keyed(IDENTIFIER, value, at_most, _NAME_RULE.format(_REST_OF_NAME[IDENTIFIER]))
    return {**schema, "patternProperties": {IDENTIFIER: value, "^x-": ref("note")}}


def columns(value: Schema, at_most: int) -> Schema:
    """A group keyed by names of columns; ``x-`` is no note here, for a column may be called so."""
    return keyed(COLUMN, value, at_most, f"the name of a column: {_LITERAL_RULE}, at most 200 characters")


def leaves(*, templates: bool) -> Schema:
    """The definitions of all leaves, with or without room for ``{{ inputs.x }}``."""
    only_template = 'one template and nothing else, such as "{{ inputs.cap }}"'
    whole_template = [titled("From an input", text(WHOLE_TEMPLATE, 200, only_template))]
    inside = [titled("With an input in it", text(TEMPLATE_INSIDE, 200, "a text with a template in it"))]
    may_be = whole_template if templates else []
    campaign_rule = "letters, digits and . _ ~ : @ -, beginning with a letter or digit, at most 128"
    filled, filled_rule = (TEXT, _TEXT_RULE) if templates else (LITERAL, _LITERAL_RULE)
    return {
        "note": described(
            {}, "A note of your own; the engine never reads it.", "agreed with legal on 3 March"
        ),
        "line": text(LITERAL, 200, _LITERAL_RULE),
        "paragraph": text(PARAGRAPH, 2000, "a text without control characters; templates cannot stand here"),
        "condition": text(CONDITION, 1000, "a condition without control characters"),
        "literal": text(LITERAL, 500, _LITERAL_RULE),
        "filled_line": text(filled, 200, filled_rule),
        "value": text(filled, 500, filled_rule),
        "one_or_more": one_of(titled("One", ref("value")), titled("Any of", many(ref("value"), MAX_IDS))),
        "language": {
            **ref("value"),
            "defaultSnippets": [{"label": each, "body": each} for each in LANGUAGES],
        },
        "languages": one_of(titled("One", ref("language")), titled("Any of", many(ref("language"), MAX_IDS))),
        "id_list": one_of(titled("Ids", many(ref("value"), MAX_IDS)), *may_be),
        "status": one_of(titled("One", explained(_STATUSES)), *may_be),
        "statuses": one_of(
            titled("One", explained(_STATUSES)),
            titled("Any of", many(ref("status"), len(PAYMENT_STATUSES))),
            *may_be,
        ),
        "campaign_id": one_of(
            titled("An id", text(CAMPAIGN_ID, 128, campaign_rule)), *(inside if templates else [])
        ),
        "limit": one_of(
            titled("At most", whole(1, MAX_LIMIT)),
            titled("No limit", explained({"none": "All who match, however many they are."})),
            *may_be,
        ),
        "count": one_of(titled("A number", whole(0, MAX_LIMIT)), *may_be),
        "timeout": text(TIMEOUT, 10, "a number with its unit, s or m, from 1s to 10m"),
        "within": text(WITHIN, 10, "a number with its unit, s, m or h, from 1s to 1h"),
    }


def fits(pattern: str, value: str) -> bool:
    """Whether a text has the form of a pattern of this module."""
    return matcher(pattern)(value)


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Give the function that says whether a text has the form of a pattern of this module.

    In JSON Schema ``$`` is the very end; Python's would let a last line break pass.
    """
    if pattern not in _OF_WORDS:
        return lambda value: _compiled(pattern).search(value) is not None
    may_hold_braces = pattern in _WITH_BRACES

    def matches(value: str) -> bool:
        # What nearly every text is, all of those patterns admit; they name ranges of Unicode themselves,
        # and each takes half a millisecond to compile.
        is_of_words = 0 < len(value) <= MAX_COLUMN and value.isascii() and value.isprintable()
        if is_of_words and value == value.strip() and (may_hold_braces or "{{" not in value):
            return True
        return _compiled(pattern).search(value) is not None

    return matches


_WITH_BRACES = frozenset((TEXT, CONDITION))
_OF_WORDS = _WITH_BRACES | {LITERAL, PARAGRAPH, COLUMN}


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)
