"""Findings as GitHub Actions takes them: a command a line, which it shows at the line of the pull request.

The form is that of *Workflow commands for GitHub Actions* in GitHub's documentation.
"""

from collections.abc import Callable, Iterable, Iterator

from engine.diagnostics import Diagnostic
from engine.report.paint import printable

_BREAKS = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_MESSAGE = str.maketrans(_BREAKS)
_PROPERTY = str.maketrans({**_BREAKS, ":": "%3A", ",": "%2C"})


def commands(diagnostics: Iterable[Diagnostic], place: Callable[[str], str]) -> Iterator[str]:
    """Give a line for each finding; ``place`` gives the path of a file from the repository's root.

    The log shows the message alone, so it says by itself where and what.
    """
    for one in diagnostics:
        span = one.span
        file = place(one.file)
        heading = f"{one.kind.code} {one.kind.summary}"
        about = {
            "file": file,
            "line": span.line,
            "endLine": span.end_line,
            "col": span.column,
            # The last column itself; ours is the one behind it.
            "endColumn": max(span.column, span.end_column - 1),
            "title": heading,
        }
        message = (
            f"{file}:{span.line}:{span.column}: {heading}: {one.message}\n"
            f"why: {one.kind.why}\nhelp: {one.help}"
        )
        properties = ",".join(f"{name}={_escaped(value, _PROPERTY)}" for name, value in about.items())
        yield f"::{one.kind.severity.value} {properties}::{_escaped(message, _MESSAGE)}"


def _escaped(value: object, signs: dict[int, str]) -> str:
    """Write what would end a value or a line as GitHub reads it back; no control character is left."""
    return "\n".join(map(printable, str(value).split("\n"))).translate(signs)
