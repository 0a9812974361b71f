"""Who is addressed: filters, audiences, what is expected of them, and how many at most."""

from engine.diagnostics import Json
from engine.runbook.leaves import (
    Schema,
    closed,
    columns,
    described,
    named,
    one_of,
    ref,
    words,
)

FILTER_KEYS = ("ids", "exclude_ids", "payment_status", "language", "custom")

_EXAMPLE_FILTERS: Json = {"payment_status": ["bounced", "pending"], "language": "hindi"}
_EXAMPLE_EXPECT: Json = {"matched": {"min": 100, "max": 400}}


def _at_least_one_of(*keys: str) -> list[Json]:
    return [{"required": [key]} for key in keys]


def _filters() -> Schema:
    keys: Schema = {
        "ids": described(
            ref("id_list"),
            "Only these customers, by their `loan_id` or `lead_id` in the campaign, at most "
            "500; the API takes those who fit the other filters, too.",
            ["LOANID-2043153", "LOANID-2043154"],
        ),
        "exclude_ids": described(
            ref("id_list"),
            "All but these customers, by their `loan_id` or `lead_id`; a mistyped id excludes nobody, and "
            "whoever was meant is messaged.",
            ["LOANID-2043154"],
        ),
        "payment_status": described(
            ref("statuses"),
            "Only customers whose payment stands so when the API reads it: one status, or a list of which "
            "any fits.",
            ["bounced", "pending"],
            "partial",
        ),
        "language": described(
            ref("languages"),
            "Only customers with this language, spelled as in the campaign: one, or a list of which any "
            "fits.",
            "hindi",
            ["hindi", "english"],
        ),
        "custom": described(
            columns(
                described(ref("one_or_more"), "The exact text, or a list of which any fits.", "pune"), 50
            ),
            "Only customers whose column of that name holds exactly this text; all columns must fit, and "
            "the API compares text, so that numbers stand in quotes.",
            {"branch": "mumbai", "product_type": ["personal_loan", "home_loan"]},
        ),
    }
    return closed(keys, anyOf=_at_least_one_of(*FILTER_KEYS))


def _expect() -> Schema:
    bounds: Schema = {
        "min": described(ref("count"), "The fewest customers that may match before the limit is taken.", 100),
        "max": described(ref("count"), "The most customers that may match before the limit is taken.", 400),
    }
    matched = described(
        closed(bounds, anyOf=_at_least_one_of("min", "max")),
        "How many customers of the campaign should match the filters; the API counts them only while it "
        "sends, and outside of these bounds the step has failed.",
        {"min": 100, "max": 400},
        {"max": 5000},
    )
    return closed({"matched": matched}, ["matched"])


def definitions() -> Schema:
    """Give the definitions of filters and of the expectation."""
    # Without these, `everyone` would be all that an editor offers.
    snippets: list[Json] = [
        {"label": f"{key}: [...]", "body": {key: ["$1"]}} for key in ("payment_status", "ids")
    ]
    filters = {**one_of(words(["everyone"]), _filters()), "defaultSnippets": snippets}
    return {"filters": filters, "expect": _expect()}


FILTERS = described(
    ref("filters"),
    "Who is messaged: every key narrows, several values of a key widen; `everyone` means every customer "
    "of the campaign, for a request without filters reaches them all.",
    _EXAMPLE_FILTERS,
)
EXPECT = described(
    ref("expect"),
    "What must hold of the API's answer, which comes after the messages went out; if it does not, the "
    "step has failed, and `on_failure` decides about those that follow.",
    _EXAMPLE_EXPECT,
)
LIMIT = described(
    ref("limit"),
    "The most customers that this step may message; the API does not say which ones it takes, and "
    "`none` lets it take all who match.",
    100,
    "none",
)


def audiences() -> Schema:
    """Give the form of the named audiences."""
    audience = described(
        closed({"filters": FILTERS, "expect": EXPECT}, ["filters"]),
        "A group of customers; a step names it as its `audience`.",
        {"filters": _EXAMPLE_FILTERS, "expect": _EXAMPLE_EXPECT},
    )
    return described(
        named(audience, 1000),
        "Groups of customers, each named once and used by any number of steps; the API sees their filters "
        "alone, never the name.",
        {"bounced_hindi": {"filters": _EXAMPLE_FILTERS}},
    )
