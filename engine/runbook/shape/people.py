"""Who is addressed: filters, audiences, what is expected of them, and how many at most."""

from engine.diagnostics import Json
from engine.runbook.leaves import (
    LANGUAGES,
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
            "Only these customers, by loan_id or lead_id; at most 500 of them.",
            ["LOANID-2043153", "LOANID-2043154"],
        ),
        "exclude_ids": described(
            ref("id_list"), "All but these customers, by loan_id or lead_id.", ["LOANID-2043154"]
        ),
        "payment_status": described(
            ref("statuses"),
            "Only customers whose payment stands so: one status, or a list of which any fits.",
            ["bounced", "pending"],
            "partial",
        ),
        "language": described(
            ref("one_or_more"),
            "Only customers with this preferred language: one, or a list of which any fits.",
            *LANGUAGES,
            ["hindi", "english"],
        ),
        "custom": described(
            columns(
                described(ref("one_or_more"), "The exact text, or a list of which any fits.", "pune"), 50
            ),
            "Only customers whose column of that name holds exactly this text; all columns must fit.",
            {"branch": "mumbai", "product_type": ["personal_loan", "home_loan"]},
        ),
    }
    return closed(keys, anyOf=_at_least_one_of(*FILTER_KEYS))


def _expect() -> Schema:
    bounds: Schema = {
        "min": described(ref("count"), "The fewest customers that may match.", 100),
        "max": described(ref("count"), "The most customers that may match.", 400),
    }
    matched = described(
        closed(bounds, anyOf=_at_least_one_of("min", "max")),
        "How many customers the filters should match; outside of it the step counts as failed.",
        {"min": 100, "max": 400},
        {"max": 5000},
    )
    return closed({"matched": matched}, ["matched"])


def definitions() -> Schema:
    """Give the definitions of filters and of the expectation."""
    return {"filters": one_of(words(["everyone"]), _filters()), "expect": _expect()}


FILTERS = described(
    ref("filters"),
    "Who is addressed: every key narrows, several values of a key widen; "
    "`everyone` means every customer of the campaign.",
    _EXAMPLE_FILTERS,
    "everyone",
)
EXPECT = described(
    ref("expect"),
    "What must hold of the API's answer; if it does not, the step has failed and `on_failure` decides.",
    _EXAMPLE_EXPECT,
)
LIMIT = described(
    ref("limit"),
    "The most customers that this step may message; `none` says that there is no limit, "
    "which to the API means all who match.",
    100,
    "none",
)


def audiences() -> Schema:
    """Give the form of the named audiences."""
    audience = described(
        closed({"filters": FILTERS, "expect": EXPECT}, ["filters"]),
        "A group of customers under a name that steps can use.",
        {"filters": _EXAMPLE_FILTERS, "expect": _EXAMPLE_EXPECT},
    )
    return described(
        named(audience, 1000),
        "Groups of customers, named once and used by steps.",
        {"bounced_hindi": {"filters": _EXAMPLE_FILTERS}},
    )
