"""Findings as GitHub Actions takes them."""

import re
from typing import NamedTuple
from urllib.parse import unquote

from engine.diagnostics import Diagnostic, Kind, Severity, Span
from engine.report.github import commands

KIND = Kind("RB999", "duplicate step id", "the run log addresses a step by its id.")
PLACE = Span(14, 9, 14, 15)
SMELL = Kind("RB998", "smell", "it may be meant.", Severity.WARNING)


class Annotation(NamedTuple):
    """What GitHub makes of a line."""

    level: str
    about: dict[str, str]
    message: str


def made(message: str = "it is taken", *, kind: Kind = KIND, file: str = "a.yaml", span: Span = PLACE) -> str:
    """Give the line for one finding."""
    (line,) = commands([Diagnostic(kind, file, span, message, "rename it.")], lambda name: f"books/{name}")
    return line


def read(line: str) -> Annotation:
    """Read a command as the runner does: properties end at the next two colons, at commas and at ``=``."""
    found = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert found, line
    pairs = dict(each.split("=", 1) for each in found[2].split(","))
    return Annotation(found[1], {name: unquote(value) for name, value in pairs.items()}, unquote(found[3]))


def test_a_finding_is_one_line() -> None:
    """With its place, its last column included, and a title."""
    assert made() == (
        "::error file=books/a.yaml,line=14,endLine=14,col=9,endColumn=14,title=RB999 duplicate step id"
        "::books/a.yaml:14:9: RB999 duplicate step id: it is taken%0A"
        "why: the run log addresses a step by its id.%0Ahelp: rename it."
    )


def test_the_severity_is_the_command() -> None:
    """Warnings are shown as warnings."""
    assert read(made(kind=SMELL)).level == "warning"


def test_an_empty_place_has_a_column() -> None:
    """The end is never left of the beginning."""
    about = read(made(span=Span(3, 4, 3, 4))).about
    assert (about["col"], about["endColumn"]) == ("4", "4")


def test_nothing_in_a_text_ends_a_value_or_the_command() -> None:
    """Signs of the form are written as GitHub reads them back, in paths, titles and messages."""
    kind = Kind("RB997", "50%, a: b::c", "why.")
    line = made("x::error y\r\n%0A::warning::", kind=kind, file="a,b:c=d%2C.yaml")
    assert "\n" not in line
    assert "\r" not in line
    told = read(line)
    assert told.about["file"] == "books/a,b:c=d%2C.yaml"
    assert told.about["title"] == "RB997 50%, a: b::c"
    assert told.message.splitlines()[1].endswith("%0A::warning::")


def test_control_characters_do_not_reach_the_log() -> None:
    """An escape sequence of a file is shown, not obeyed."""
    assert "\x1b" not in made("\x1b[31mred")


def test_findings_keep_their_order() -> None:
    """One line each."""
    found = [Diagnostic(KIND, "a", Span(line, 1, line, 2), "m", "h") for line in (1, 2, 3)]
    assert [line.count("line=") for line in commands(found, str)] == [1, 1, 1]
    assert [read(line).about["line"] for line in commands(found, str)] == ["1", "2", "3"]
