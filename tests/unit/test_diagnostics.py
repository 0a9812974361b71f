"""Findings: their order."""

from engine.diagnostics import Diagnostic, Kind, Span, in_order


def test_findings_that_differ_in_their_help_have_an_order() -> None:
    """Who compares two outputs sees what changed, and nothing else."""
    kind, here = Kind("RB999", "for tests", "so"), Span(1, 1, 1, 2)
    for helps in ("ab", "ba"):
        found = in_order(Diagnostic(kind, "a.yaml", here, "said", help_) for help_ in helps)
        assert [one.help for one in found] == ["a", "b"]
