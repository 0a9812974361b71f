"""Long lines, folded where a screen is narrow: what was set below a line stays below it."""

from textwrap import wrap

from engine.report.paint import bare


def folded(text: str, columns: int, indent: str = "") -> str:
    """Fold the lines that do not fit; each goes on two columns to the right of where it began."""
    return "\n".join(part for line in text.split("\n") for part in _folded(line, columns, indent))


def _folded(line: str, columns: int, indent: str) -> list[str]:
    if len(indent + bare(line)) <= columns:
        return [(indent + line).rstrip()]
    hang = indent + " " * (len(line) - len(line.lstrip()) + 2)
    return wrap(line, columns, initial_indent=indent, subsequent_indent=hang)
