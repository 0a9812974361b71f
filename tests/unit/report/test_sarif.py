"""Findings as SARIF. The schema beside this file is the official one.

It is ``sarif-2.1/schema/sarif-schema-2.1.0.json`` of https://github.com/oasis-tcs/sarif-spec, which the
committee publishes as https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.diagnostics import Diagnostic, Kind, Span
from engine.manual import KINDS, page
from engine.manual.view import markdown
from engine.report.sarif import log

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text("utf-8"))
ERROR, WARNING = KINDS["RB201"], KINDS["RB204"]


def found(
    kind: Kind = ERROR, line: int = 14, file: str = "a.yaml", message: str = "it is taken"
) -> Diagnostic:
    """Make a finding in columns 9 to 14 of a line."""
    return Diagnostic(kind, file, Span(line, 9, line, 15), message, "rename it.")


def run(
    *diagnostics: Diagnostic, text: str = "  - id: remind", unread: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Give the one run of a log, which fits the schema."""
    files = dict.fromkeys(one.file for one in diagnostics) or ["a.yaml"]
    made: Any = log(
        diagnostics,
        files,
        line=lambda _file, _number: text,
        place=lambda file: f"books/{file}",
        page=lambda code: (page(code).prose, markdown(page(code))),
        unread=unread,
        version="0.1.0",
    )
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(made)
    (only,) = made["runs"]
    return dict(only)


def test_the_schema_is_the_official_one_and_refuses() -> None:
    """What it is asked is not passed through."""
    assert SCHEMA["id"].endswith("/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate({"version": "2.1.0", "runs": [{"results": [{}]}]})


@pytest.mark.parametrize("code", KINDS)
def test_every_kind_fits_the_schema(code: str) -> None:
    """With its page as help, whatever stands on it."""
    (rule,) = run(found(KINDS[code]))["tool"]["driver"]["rules"]
    assert rule["id"] == code
    assert "```yaml" in rule["help"]["markdown"]
    assert rule["defaultConfiguration"]["level"] in ("error", "warning")


def test_nothing_found_is_a_log_too() -> None:
    """A code host closes what it showed before only if it gets one."""
    made = run()
    assert made["results"] == []
    assert made["artifacts"][0]["location"]["uri"] == "books/a.yaml"


def test_a_place_is_exact() -> None:
    """Lines and columns from 1, in characters, the end behind the last one."""
    made = run(found())
    (result,) = made["results"]
    assert made["columnKind"] == "unicodeCodePoints"
    assert result["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 14,
        "startColumn": 9,
        "endLine": 14,
        "endColumn": 15,
    }


def test_a_result_finds_its_rule_and_its_file() -> None:
    """By number, among several of both."""
    made = run(found(WARNING), found(ERROR), found(WARNING, file="b c#.yaml"))
    rules = [rule["id"] for rule in made["tool"]["driver"]["rules"]]
    uris = [artifact["location"]["uri"] for artifact in made["artifacts"]]
    assert uris == ["books/a.yaml", "books/b%20c%23.yaml"]
    assert [rules[result["ruleIndex"]] for result in made["results"]] == ["RB204", "RB201", "RB204"]
    assert [result["level"] for result in made["results"]] == ["warning", "error", "warning"]
    for result in made["results"]:
        artifact = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert uris[artifact["index"]] == artifact["uri"]


def prints(*diagnostics: Diagnostic, text: str = "  - id: remind") -> list[str]:
    """Give the fingerprints of findings."""
    return [result["partialFingerprints"]["finding/v1"] for result in run(*diagnostics, text=text)["results"]]


def test_a_fingerprint_does_not_move_with_the_line() -> None:
    """Lines above, another indent, other words of ours: it is the same finding."""
    assert prints(found(line=14)) == prints(found(line=99), text="- id: remind ")
    assert prints(found()) == prints(found(message="it is in use"))


def test_fingerprints_tell_findings_apart() -> None:
    """Another kind, file or line's text; and two of one kind on lines of the same text."""
    known = prints(found(), found(line=20), found(WARNING), found(file="b.yaml"))
    assert len({*known, *prints(found(), text="  - id: other")}) == 5


def test_what_was_not_checked_is_told() -> None:
    """Otherwise no results would pass for nothing wrong."""
    assert run()["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    (told,) = run(unread=("b.yaml may not be read",))["invocations"]
    assert told["executionSuccessful"] is False
    assert told["toolExecutionNotifications"][0]["message"]["text"] == "b.yaml may not be read"
