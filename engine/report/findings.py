"""Findings as people read them: the place, the line with a caret, why it matters, how to mend it."""

from collections.abc import Callable, Iterable, Sequence

from engine.diagnostics import Diagnostic
from engine.report.paint import Paint, columns, plain, printable

WIDEST_LINE = 120
"""Longer lines are shown around the caret only."""

MOST_CODES = 3
"""So many of the codes that were found stand in the command that explains them."""

MOST_FILES = 3
"""So many of the files that a revision does not have are named."""

Line = Callable[[str, int], str]
"""``line(file, number)``: the text of a line, counted from 1, without its line break."""


def render(diagnostics: Iterable[Diagnostic], line: Line, paint: Paint = plain) -> str:
    """Show findings one below the other, each a paragraph."""
    return "\n\n".join(_paragraph(diagnostic, line, paint) for diagnostic in diagnostics)


def summary(
    diagnostics: Iterable[Diagnostic],
    files: int,
    stood: int = 0,
    revision: str = "",
    accepted: int = 0,
    what: str = "runbook",
    *,
    new: Sequence[str] = (),
) -> str:
    """Say in one line what was found in how many files.

    ``stood`` counts the warnings that are not shown because they stood at the revision, ``accepted`` those
    that their steps accept; ``what`` the files are; ``new`` those that the revision does not have.
    """
    found = list(diagnostics)
    errors = sum(diagnostic.is_error for diagnostic in found)
    warnings = len(found) - errors
    checked = f"{_counted(files, what)} checked"
    rest = f" {_counted(stood, 'warning')} stood at {printable(revision)} already." if stood else ""
    rest += f" {_counted(accepted, 'warning')} accepted." if accepted else ""
    if new:
        named = ", ".join([*map(printable, new[:MOST_FILES]), *(["…"] if len(new) > MOST_FILES else [])])
        was = "is" if len(new) == 1 else "are"
        rest += f" {_counted(len(new), 'runbook')} {was} new since {printable(revision)}: {named}."
    if not found:
        return f"{checked}: nothing to mend.{rest}"
    parts = [_counted(errors, "error")] if errors else []
    parts += [_counted(warnings, "warning")] if warnings else []
    return f"{checked}: {', '.join(parts)}.{rest}"


def more(diagnostics: Iterable[Diagnostic]) -> str:
    """Name the command that explains what was found, with the codes of it that come first."""
    codes = list(dict.fromkeys(one.kind.code for one in diagnostics))
    return f"Explained with examples: `runbook explain {' '.join(codes[:MOST_CODES])}`"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _paragraph(diagnostic: Diagnostic, line: Line, paint: Paint) -> str:
    kind, span = diagnostic.kind, diagnostic.span
    place = f"{printable(diagnostic.file)}:{span.line}:{span.column}:"
    style = kind.severity.value
    heading = f"{place} {paint(style, kind.severity.value)} {paint('strong', kind.code)} {kind.summary}"
    return "\n".join(
        [
            heading,
            *pointed(diagnostic, line(diagnostic.file, span.line), paint),
            f"  {paint('faint', 'why:')}  {kind.why}",
            f"  {paint('faint', 'help:')} {printable(diagnostic.help)}",
        ]
    )


def pointed(diagnostic: Diagnostic, line: str, paint: Paint = plain) -> tuple[str, str]:
    """Give the line of a finding and, below it, the caret with what is the matter there."""
    span = diagnostic.span
    source, caret = _snippet(line, span.column, span.end_column)
    caret = paint(diagnostic.kind.severity.value, caret)
    return f"{span.line:5} | {source}".rstrip(), f"      | {caret} {printable(diagnostic.message)}"


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
