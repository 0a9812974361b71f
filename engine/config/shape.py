"""The shape of ``.runbook/config.yaml``; schemas/config.v1.schema.json is its published copy."""

from engine.diagnostics import Json
from engine.runbook.leaves import Schema, closed, described, keyed, leaves, many, ref, text, words

FORMATS = ("config/v1",)
_NAME = "^(?!x-)[a-z][a-z0-9_-]{0,62}$"
_NAME_RULE = (
    "at most 63 lower-case letters, digits, hyphens and underscores, beginning with a letter, but not with x-"
)
_CHANNEL = "^[a-z][a-z0-9_]{0,62}$"
_DAYS = "^[1-9][0-9]{0,4}d$"
_FOLDER = r"^(?!/)(?!.*(?:^|/)\.\.(?:/|$))[^\u0000-\u001f]{1,200}$"

_ENVIRONMENT_EXAMPLE: Json = {"base_url": "https://api.agents.timepay.ai/api/v1", "org": "org_acme"}
_ENTRY_EXAMPLE: Json = {"channel": "whatsapp", "ids": {"production": "hfu7VL6sBhI6NPm"}}


def build() -> Schema:
    """Give the JSON Schema (2020-12) of a repository's configuration."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:campaign-runbooks:schema:config.v1",
        "title": "Configuration of a repository of runbooks",
        "description": "Where runbooks may be run, and what their templates are called.",
        **closed(_top(), ["format", "environments", "default"]),
        "$defs": {name: leaf for name, leaf in leaves(templates=False).items() if name in {"line", "note"}},
    }


def _top() -> Schema:
    line = ref("line")
    return {
        "format": described(
            words(FORMATS), "The version of the language that this file is written in.", FORMATS[0]
        ),
        "environments": described(
            keyed(_NAME, _environment(), 50, _NAME_RULE),
            "The accounts that runbooks are run against, each under a name.",
            {"production": _ENVIRONMENT_EXAMPLE},
        ),
        "default": described(line, "The environment of every command that names no other.", "staging"),
        "catalog": described(
            keyed(_NAME, _entry(), 2_000, _NAME_RULE),
            "Names for templates, so that a runbook says emi_reminder and not an id.",
            {"emi_reminder": _ENTRY_EXAMPLE},
        ),
        "paths": described(
            closed(
                {
                    "runbooks": described(
                        many(text(_FOLDER, 200, "a folder below the repository"), 50),
                        "The folders that `runbook validate` checks when it is given none.",
                        ["runbooks"],
                    )
                }
            ),
            "Where things stand, relative to the folder that holds .runbook.",
            {"runbooks": ["runbooks"]},
        ),
    }


def _environment() -> Schema:
    return closed(
        {
            "base_url": described(
                ref("line"),
                "The API's address up to its version; https, but for this machine, where nobody is reached.",
                "http://127.0.0.1:8001/api/v1",
            ),
            "org": described(
                ref("line"),
                "The organisation, sent as `x-org-id` with every request; the API goes by it where a token "
                "stands for several.",
                "org_acme",
            ),
            "log": described(
                ref("line"),
                "The file of its run log, relative to the folder of this file; `--log` and RUNBOOK_LOG win.",
                "runlog.db",
            ),
            "keep_customer_ids": described(
                text(_DAYS, 6, "a number of days, such as 180d"),
                "How long after a run's end `runbook log erase` lets ids of customers stand in the run log.",
                "180d",
            ),
        },
        ["base_url"],
    )


def _entry() -> Schema:
    line = ref("line")
    return closed(
        {
            "channel": described(
                text(_CHANNEL, 63, "a channel"),
                "The channel that it is written for; a step of another one cannot use it.",
                "whatsapp",
            ),
            "ids": described(
                keyed(_NAME, line, 50, _NAME_RULE),
                "Its id at the API in each environment; where it has none, a plan that needs it is refused.",
                {"staging": "tmpl_demo_01", "production": "hfu7VL6sBhI6NPm"},
            ),
            "language": described(
                line, "The language of its text, for whoever chooses one; the API never sees it.", "hindi"
            ),
            "category": described(
                line, "The category under which it was approved, by which messages are priced.", "utility"
            ),
            "text": described(
                {"type": "string", "minLength": 1, "maxLength": 4_000},
                "Its text as last recorded, shown in plans; the API cannot be asked for it.",
                "Dear {{1}}, your EMI is due.",
            ),
        },
        ["channel", "ids"],
    )
