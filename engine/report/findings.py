"""Findings as people read them: the place, the line with a caret, why it matters, how to mend it."""

from collections.abc import Callable, Iterable

from engine.diagnostics import Diagnostic
from engine.report.paint import Paint, columns, plain, printable

WIDEST_LINE = 120
"""Longer lines are shown around the caret only."""

Line = Callable[[str, int], str]
"""``line(file, number)``: the text of a line, counted from 1, without its line break."""


def render(diagnostics: Iterable[Diagnostic], line: Line, paint: Paint = plain) -> str:
    """Show findings one below the other, each a paragraph."""
    return "\n\n".join(_paragraph(diagnostic, line, paint) for diagnostic in diagnostics)


def summary(diagnostics: Iterable[Diagnostic], files: int) -> str:
    """Say in one line what was found in how many files."""
    found = list(diagnostics)
    errors = sum(diagnostic.is_error for diagnostic in found)
    warnings = len(found) - errors
    checked = f"{files} runbook{'' if files == 1 else 's'} checked"
    if not found:
        return f"{checked}: nothing to mend."
    parts = [f"{errors} error{'' if errors == 1 else 's'}"] if errors else []
    parts += [f"{warnings} warning{'' if warnings == 1 else 's'}"] if warnings else []
    return f"{checked}: {', '.join(parts)}."


def _paragraph(diagnostic: Diagnostic, line: Line, paint: Paint) -> str:
    kind, span = diagnostic.kind, diagnostic.span
    place = f"{printable(diagnostic.file)}:{span.line}:{span.column}:"
    style = kind.severity.value
    heading = f"{place} {paint(style, kind.severity.value)} {paint('strong', kind.code)} {kind.summary}"
    source, caret = _snippet(line(diagnostic.file, span.line), span.column, span.end_column)
    return "\n".join(
        [
            heading,
            f"{span.line:5} | {source}".rstrip(),
            f"      | {paint(style, caret)} {printable(diagnostic.message)}",
            f"  {paint('faint', 'why:')}  {kind.why}",
            f"  {paint('faint', 'help:')} {printable(diagnostic.help)}",
        ]
    )


def _snippet(line: str, column: int, end_column: int) -> tuple[str, str]:
    """Give the line, or the part of it around the caret, and the caret below it."""
    start, end = column - 1, max(end_column - 1, column)
    if len(line) > WIDEST_LINE:
        first = max(0, min(start - WIDEST_LINE // 2, len(line) - WIDEST_LINE))
        line = line[first : first + WIDEST_LINE]
        start, end = start - first, min(end - first, WIDEST_LINE)
    shown = printable(line)
    before = "".join("\t" if character == "\t" else " " * columns(character) for character in shown[:start])
    width = max(1, columns(shown[start:end]))
    return shown, before + "^" + "~" * (width - 1)
