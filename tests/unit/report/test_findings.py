"""Findings as people read them."""

from engine.diagnostics import Diagnostic, Kind, Severity, Span
from engine.report.findings import WIDEST_LINE, more, render, summary

KIND = Kind("RB999", "duplicate step id", "the run log addresses a step by its id.")


def shown(line: str, column: int, end: int) -> list[str]:
    """Render one finding on a line and give the lines of the view."""
    found = Diagnostic(KIND, "a.yaml", Span(14, column, 14, end), '"remind" stands at 9:9', "rename it")
    return render([found], lambda _file, _number: line).splitlines()


def test_a_finding_is_a_paragraph() -> None:
    """Place, code and summary; the line; the caret and what is wrong there; why; help."""
    assert shown("  - id: remind", 9, 15) == [
        "a.yaml:14:9: error RB999 duplicate step id",
        "   14 |   - id: remind",
        '      |         ^~~~~~ "remind" stands at 9:9',
        "  why:  the run log addresses a step by its id.",
        "  help: rename it",
    ]


def test_the_caret_stands_below_wide_characters_and_tabs() -> None:
    """Columns on a screen are not characters."""
    assert shown("名前: x", 5, 6)[2].startswith("      |       ^ ")
    assert shown("\tid: x", 6, 7)[2].startswith("      | \t    ^ ")


def test_a_long_line_is_cut_around_the_caret() -> None:
    """A line of five megabytes does not fill the screen."""
    lines = shown("x" * 5_000 + "HERE" + "y" * 5_000, 5_001, 5_005)
    assert len(lines[1]) <= WIDEST_LINE + 8
    assert lines[1][lines[2].index("^") :].startswith("HERE")


def test_an_empty_place_still_has_a_caret() -> None:
    """A finding at the end of a line points just behind it."""
    assert shown("id:", 4, 4)[2].startswith("      |    ^ ")


def test_control_characters_cannot_reach_the_terminal() -> None:
    """An escape sequence in a file is shown, not obeyed."""
    assert "\x1b" not in "\n".join(shown("id: \x1b[31mred", 5, 8))


def test_the_summary_counts() -> None:
    """Errors and warnings apart."""
    warning = Kind("RB998", "smell", "why", Severity.WARNING)
    found = [Diagnostic(kind, "a", Span(1, 1, 1, 2), "m", "h") for kind in (KIND, warning, warning)]
    assert summary(found, 2) == "2 runbooks checked: 1 error, 2 warnings."
    assert summary([], 1) == "1 runbook checked: nothing to mend."
    assert (
        summary([], 1, 3, "main") == "1 runbook checked: nothing to mend. 3 warnings stood at main already."
    )
    assert summary([], 1, accepted=2) == "1 runbook checked: nothing to mend. 2 warnings accepted."


def test_codes_are_explained_elsewhere() -> None:
    """Each once, in the order of the findings, and no more than a line holds."""
    kinds = [Kind(f"RB20{digit}", "", "") for digit in "3312456"]
    found = [Diagnostic(kind, "a.yaml", Span(1, 1, 1, 2), "", "") for kind in kinds]
    assert more(found) == "Explained with examples: `runbook explain RB203 RB201 RB202`"
